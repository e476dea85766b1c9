//! What the page has to say by itself: linters, links that do not open, notes about loading.

use super::glyph::icon;
use super::top::give;
use crate::explain;
use crate::lint::Notice;
use crate::live::Health;
use crate::run::Label;
use crate::state::{Desk, Order, Origin};
use yew::{Callback, Html, html};

/// No more are shown at once.
const MOST: usize = 3;

/// The notices, above the stage.
pub(super) fn view(desk: &Desk, loading: bool, order: &Callback<Order>) -> Html {
    html! {
        <div class="notices">
            { for desk.trouble.iter().map(|text| trouble(text, order)) }
            if loading {
                { calm("Loading the rest of this page: what you did comes then.") }
            }
            if desk.is_arriving() {
                { calm("Opening the link: what led to its moment happens again.") }
            }
            { health(desk, order) }
            { for desk.notices.iter().take(MOST).map(|notice| one(notice, order)) }
        </div>
    }
}

fn calm(text: &'static str) -> Html {
    html! { <div class="notice calm" role="status">{ icon("info") }<p>{ text }</p></div> }
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

/// How the other end of a live run is, if it is not simply there.
fn health(desk: &Desk, order: &Callback<Order>) -> Html {
    let origin = match desk.run().label() {
        Label::LiveThere(address) => Origin::There(address.clone()),
        Label::Described(address) => Origin::Described(address.clone()),
        _ => Origin::Here,
    };
    let here = origin == Origin::Here;
    let again = give(order, Order::Source(origin));
    match desk.source.health() {
        Health::Ready => Html::default(),
        Health::Starting if here => calm("Starting the worker with the services…"),
        Health::Starting => calm("Reaching the host…"),
        Health::Lost(reason) => html! {
            <div class="notice bad lost" role="alert">{ icon("warning") }
                <p><b>{ if here { "The worker with the services is gone. " } else { "The host is gone. " } }</b>
                    { format!("Reason: {reason}. ") }
                    { "Calls in progress were ended; what was seen stays and can be looked at." }</p>
                <button class="primary" onclick={again}>{ if here { "Start the worker again" } else { "Connect again" } }</button></div>
        },
    }
}
