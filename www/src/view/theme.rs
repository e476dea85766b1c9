//! Light, dark, or as the system has it.

use super::document;

const KEY: &str = "theme";

/// How the page looks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Theme {
    System,
    Light,
    Dark,
}

impl Theme {
    /// What was chosen before; the page has put it on its root before this program was loaded.
    pub(super) fn stored() -> Theme {
        let root = document().and_then(|document| document.document_element());
        match root.and_then(|root| root.get_attribute("data-theme")).as_deref() {
            Some("light") => Theme::Light,
            Some("dark") => Theme::Dark,
            _ => Theme::System,
        }
    }

    /// The next one, from now on.
    pub(super) fn next(self) -> Theme {
        let next = match self {
            Theme::System => Theme::Light,
            Theme::Light => Theme::Dark,
            Theme::Dark => Theme::System,
        };
        if let Some(root) = document().and_then(|document| document.document_element()) {
            _ = match next {
                Theme::System => root.remove_attribute("data-theme"),
                other => root.set_attribute("data-theme", other.name()),
            };
        }
        // Without storage the choice lasts as long as the page.
        if let Some(Ok(Some(storage))) = web_sys::window().map(|window| window.local_storage()) {
            _ = storage.set_item(KEY, next.name());
        }
        next
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Theme::System => "system",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }
}
