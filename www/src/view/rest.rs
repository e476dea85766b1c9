//! What the first moving scene can do without: in a file of its own, which the page loads once the
//! scene moves.
//!
//! The build cuts the binary in two at [`load`]: what is reached only from there goes into the
//! second file. So nothing outside of this module may name what is in the table below; a dependency
//! that slips in costs bytes, not correctness, and the suite of the browser measures them.

use super::{App, Message, config, inspector, sheet};
use crate::scenarios::{self, Scenario};
use crate::state::{Desk, Order, Palette};
use wasm_split_helpers::{SplitLoaderError, wasm_split};
use yew::html::Scope;
use yew::{Callback, Html};

/// The ways into the second file.
pub(crate) struct Rest {
    /// What a message means that is not a frame.
    pub(super) update: fn(&mut App, Message) -> bool,
    /// The panel at the left.
    pub(super) config: fn(&Desk, &Callback<Order>) -> Html,
    /// All views of the middle but the stage.
    pub(super) view: fn(&App, &Scope<App>) -> Html,
    /// The panel at the right.
    pub(super) inspector: fn(&Desk, &Callback<Order>) -> Html,
    /// What covers the page for a moment.
    pub(super) sheet: fn(&Desk, &Palette, &Scope<App>) -> Html,
    /// What is to be done once all this is in the page.
    pub(super) rendered: fn(&mut App),
    /// What else can be run.
    pub(super) scenarios: fn() -> Vec<Scenario>,
}

static REST: Rest = Rest {
    update: App::hear,
    config: config::view,
    view: App::other_view,
    inspector: inspector::view,
    sheet: sheet::view,
    rendered: App::finish,
    scenarios: scenarios::all,
};

/// Loads the second file, if that was not done before.
#[wasm_split(rest, fallible)]
pub(super) fn load() -> Result<&'static Rest, SplitLoaderError> {
    Ok(&REST)
}
