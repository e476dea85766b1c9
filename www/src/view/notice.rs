//! What the page has to say by itself: linters, links that do not open, notes about loading.

use super::glyph::icon;
use super::top::give;
use crate::explain;
use crate::lint::Notice;
use crate::state::{Desk, Order};
use yew::{Callback, Html, html};

/// No more are shown at once.
const MOST: usize = 3;

/// The notices, above the stage.
pub(super) fn view(desk: &Desk, order: &Callback<Order>) -> Html {
    html! {
        <div class="notices">
            { for desk.trouble.iter().map(|text| trouble(text, order)) }
            if desk.is_arriving() {
                <div class="notice calm" role="status">{ icon("info") }<p>{ "Opening the link: what led to its moment happens again." }</p></div>
            }
            { for desk.notices.iter().take(MOST).map(|notice| one(notice, order)) }
        </div>
    }
}

fn trouble(text: &str, order: &Callback<Order>) -> Html {
    html! {
        <div class="notice bad" role="alert">
            { icon("warning") }
            <p>{ text.to_owned() }{ " What was shown stays." }</p>
            <button class="link" onclick={give(order, Order::Dismiss)}>{ "All right" }</button>
        </div>
    }
}

fn one(notice: &Notice, order: &Callback<Order>) -> Html {
    let look = give(order, Order::Select(Some(notice.target)));
    html! {
        <div class="notice" key={format!("{:?}{:?}", notice.lint, notice.target)}>
            { icon("warning") }
            <p>{ &notice.text }{ " " }<span class="rule" title={explain::rule(notice.rule)}>{ notice.rule }</span></p>
            <button class="link" onclick={look}>{ "Show it" }</button>
        </div>
    }
}
