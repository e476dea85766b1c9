//! Keys that are pressed where nothing else wants them, and other events of the page.

use super::document;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, KeyboardEvent};
use yew::Callback;

/// Hears keys as long as it lives.
pub(super) struct Keyboard(Closure<dyn FnMut(KeyboardEvent)>);

impl Keyboard {
    /// Calls back with the key, and whether the control or command key was held.
    pub(super) fn listen(keys: Callback<(String, bool)>) -> Option<Keyboard> {
        let heard = Closure::new(move |event: KeyboardEvent| {
            let command = event.ctrl_key() || event.meta_key();
            let key = event.key();
            if event.alt_key() || event.default_prevented() || is_taken(&event, &key, command) {
                return;
            }
            // What opens a field must not be typed into it.
            if command && key.eq_ignore_ascii_case("k") || !command && key.chars().count() == 1 {
                event.prevent_default();
            }
            keys.emit((key, command));
        });
        let callback = heard.as_ref().unchecked_ref();
        document()?.add_event_listener_with_callback("keydown", callback).ok()?;
        Some(Keyboard(heard))
    }
}

impl Drop for Keyboard {
    fn drop(&mut self) {
        if let Some(document) = document() {
            let callback = self.0.as_ref().unchecked_ref();
            _ = document.remove_event_listener_with_callback("keydown", callback);
        }
    }
}

/// Whether the element that has the focus wants the key for itself.
fn is_taken(event: &KeyboardEvent, key: &str, command: bool) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let Some(target) = target else { return false };
    let name = target.tag_name();
    match name.as_str() {
        "INPUT" if target.get_attribute("type").as_deref() == Some("checkbox") => key == " ",
        "INPUT" | "TEXTAREA" | "SELECT" => key != "Escape" && !command,
        "BUTTON" | "A" | "SUMMARY" => matches!(key, " " | "Enter"),
        _ => false,
    }
}

/// Hears an event of the window, as long as it lives.
pub(super) struct Heard(&'static str, Closure<dyn FnMut(web_sys::Event)>);

impl Heard {
    /// Calls back each time.
    pub(super) fn listen(kind: &'static str, then: impl Fn() + 'static) -> Option<Heard> {
        let heard = Closure::new(move |_: web_sys::Event| then());
        let callback = heard.as_ref().unchecked_ref();
        web_sys::window()?.add_event_listener_with_callback(kind, callback).ok()?;
        Some(Heard(kind, heard))
    }
}

impl Drop for Heard {
    fn drop(&mut self) {
        if let Some(window) = web_sys::window() {
            let callback = self.1.as_ref().unchecked_ref();
            _ = window.remove_event_listener_with_callback(self.0, callback);
        }
    }
}

/// What comes after the `#` of the address.
pub(super) fn address() -> String {
    web_sys::window().and_then(|window| window.location().hash().ok()).unwrap_or_default()
}
