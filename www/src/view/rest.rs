//! What watching the first scene can do without: in a file of its own, which the page loads once somebody
//! reaches for it.
//!
//! The build cuts the binary in two at [`load`]: what is reached only from there goes into the
//! second file. So nothing outside of this module may name what is in the table below; a dependency
//! that slips in costs bytes, not correctness, and the suite of the browser measures them.

use super::{App, Message, root, sheet};
use crate::scenarios::{self, Scenario};
use crate::state::{Desk, Order, Palette};
use std::time::Duration;
use wasm_split_helpers::{SplitLoaderError, wasm_split};
use yew::Html;
use yew::html::Scope;

/// Lets the visitor's time go by.
pub(super) type Pass = fn(&mut Desk, Duration) -> bool;

/// The ways into the second file.
pub(crate) struct Rest {
    /// What goes on with every frame.
    pub(super) pass: Pass,
    /// What a message means that is not a frame.
    pub(super) update: fn(&mut App, Message, &Scope<App>) -> bool,
    /// All views of the middle but the stage.
    pub(super) view: fn(&App, &Scope<App>) -> Html,
    /// What covers the page for a moment.
    pub(super) sheet: fn(&Desk, &Palette, &Scope<App>) -> Html,
    /// What is to be done once all this is in the page.
    pub(super) rendered: fn(&mut App),
    /// What else can be run.
    pub(super) scenarios: fn() -> Vec<Scenario>,
}

static REST: Rest = Rest {
    pass: Desk::pass,
    update: App::hear,
    view: App::other_view,
    sheet: sheet::view,
    rendered: App::finish,
    scenarios: scenarios::all,
};

/// Loads the second file, if that was not done before.
#[wasm_split(rest, fallible)]
pub(super) fn load() -> Result<&'static Rest, SplitLoaderError> {
    Ok(&REST)
}

/// Told when the second file cannot be loaded.
pub(super) const UNREACHED: &str =
    "The rest of this page could not be loaded. Whatever you do next tries again.";

/// No more is kept of what a visitor does before the rest is there.
const PATIENT: usize = 100;

/// The rest, from before it is wanted until it is there.
pub(super) struct Later {
    rest: Option<&'static Rest>,
    asked: bool,
    /// What it will have to hear.
    waiting: Vec<Message>,
}

impl Later {
    /// Not asked for yet, with the link that the page was opened by.
    pub(super) fn with(link: String) -> Later {
        let link = (!link.is_empty()).then(|| Message::Order(Order::Arrive(link.into())));
        Later { rest: None, asked: false, waiting: link.into_iter().collect() }
    }

    /// The rest, once it is there.
    pub(super) fn rest(&self) -> Option<&'static Rest> {
        self.rest
    }

    /// Whether something has to be done for which it is missing.
    pub(super) fn has_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Whether it is on its way, and something has to be done for which it is missing.
    pub(super) fn is_awaited(&self) -> bool {
        self.asked && self.has_waiting()
    }

    /// Loads it, unless it is there or on its way. [`Message::Rest`] tells how that went.
    pub(super) fn ask(&mut self, link: &Scope<App>) {
        if !std::mem::replace(&mut self.asked, true) {
            link.send_future(async { Message::Rest(load().await.ok()) });
        }
    }

    /// Keeps what the visitor wants and only the rest can do, and loads it. False: nothing is wanted.
    pub(super) fn wait(&mut self, message: Message, link: &Scope<App>) -> bool {
        let wanted = matches!(message, Message::Order(_) | Message::Key(..));
        if wanted && self.waiting.len() < PATIENT {
            self.waiting.push(message);
        }
        if wanted {
            self.ask(link);
        }
        wanted
    }

    /// It is there, and this is what it has to hear; or it is lost, and can be asked for again.
    pub(super) fn came(&mut self, rest: Option<&'static Rest>) -> Vec<Message> {
        self.rest = rest;
        self.asked = rest.is_some();
        if rest.is_none() {
            return Vec::new();
        }
        // The page has something to do as well once all of it is loaded.
        if let Some(page) = root() {
            _ = page.set_attribute("data-whole", "");
        }
        if let (Some(window), Ok(event)) = (web_sys::window(), web_sys::Event::new("whole")) {
            _ = window.dispatch_event(&event);
        }
        std::mem::take(&mut self.waiting)
    }
}
