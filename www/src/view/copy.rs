//! Texts to the clipboard, and how that went.

use super::glyph::icon;
use crate::state::Desk;
use js_sys::Reflect;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Clipboard, MouseEvent};
use yew::{Callback, Html, classes, html};

/// Said once a text is in the clipboard.
pub(super) const COPIED: &str = "Copied";

/// Said when it is not.
pub(super) const REFUSED: &str =
    "This browser does not let the page copy: select the text and copy it yourself";

/// A button that copies, and reads so once it has.
pub(super) fn button(
    desk: &Desk,
    class: &'static str,
    name: &'static str,
    onclick: Callback<MouseEvent>,
) -> Html {
    let copied = desk.state.copied;
    let (symbol, name) = if copied == Some(true) { ("check", COPIED) } else { ("copy", name) };
    html! {
        <>
            <button class={classes!("copy", class)} {onclick}>{ icon(symbol) }{ name }</button>
            if copied == Some(false) { <p class="refused" role="alert">{ REFUSED }</p> }
        </>
    }
}

/// Copies a text; whether that went well.
pub(super) async fn copy(text: String) -> bool {
    write(&text).await.is_ok()
}

/// A page that came without encryption has no clipboard, whatever the bindings say.
async fn write(text: &str) -> Result<(), JsValue> {
    let window = web_sys::window().ok_or(JsValue::NULL)?;
    let clipboard = Reflect::get(&window.navigator(), &"clipboard".into())?;
    if !clipboard.is_object() {
        return Err(clipboard);
    }
    let written = clipboard.unchecked_into::<Clipboard>().write_text(text);
    JsFuture::from(written).await.map(drop)
}
