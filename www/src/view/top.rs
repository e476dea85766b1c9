//! The bar at the top, and the tabs of the middle.

use super::glyph::icon;
use super::theme::Theme;
use crate::run::Label;
use crate::state::{Desk, Order, Origin, Sheet, View};
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, MouseEvent};
use yew::{Callback, Html, html};

/// A callback that gives one order.
pub(super) fn give(order: &Callback<Order>, what: Order) -> Callback<MouseEvent> {
    order.reform(move |_| what.clone())
}

/// The bar.
pub(super) fn view(desk: &Desk, theme: Theme, order: &Callback<Order>) -> Html {
    let sheet = |sheet| give(order, Order::Sheet(Some(sheet)));
    let (title, _) = desk.title();
    let (symbol, looks) = match theme {
        Theme::System => ("system", "Colours: as the system"),
        Theme::Light => ("light", "Colours: light"),
        Theme::Dark => ("dark", "Colours: dark"),
    };
    html! {
        <header class="bar">
            <a class="skip" href="#centre" onclick={skip()}>{ "Skip to the stage" }</a>
            <h1 class="brand">{ logo() }<span>{ "sessionful" }</span></h1>
            { sources(desk, order) }
            <button class="scenario" onclick={sheet(Sheet::Scenarios)} aria-haspopup="dialog" aria-keyshortcuts="s">
                <span class="unseen">{ "Scenario: " }</span><span>{ title }</span>{ icon("down") }
            </button>
            <div class="gap"></div>
            <button class="search" onclick={sheet(Sheet::Palette)} aria-label="Find a command Ctrl K" aria-keyshortcuts="Control+K">
                { icon("search") }<span>{ "Find a command" }</span>{ " " }<kbd>{ "Ctrl K" }</kbd>
            </button>
            <div class="tools">
                <button class="quiet icon-only configure" onclick={give(order, Order::Drawer)} aria-label="Configuration"
                    title="Configuration (c)" aria-expanded={desk.state.drawer.to_string()}>{ icon("settings") }</button>
                <button class="quiet icon-only" onclick={sheet(Sheet::Share)} aria-label="Share" title="Share a link (l)">{ icon("share") }</button>
                <button class="quiet icon-only" onclick={give(order, Order::Theme)} aria-label={looks} title={format!("{looks} (t)")}>{ icon(symbol) }</button>
                <button class="quiet icon-only" onclick={sheet(Sheet::Help)} aria-label="Help" title="Help (?)">{ icon("help") }</button>
            </div>
        </header>
    }
}

/// What comes after `#` is for links that were shared, so the browser is not let there.
fn skip() -> Callback<MouseEvent> {
    Callback::from(|event: MouseEvent| {
        event.prevent_default();
        let stage = super::document().and_then(|document| document.get_element_by_id("centre"));
        if let Some(stage) = stage.and_then(|stage| stage.dyn_into::<HtmlElement>().ok()) {
            _ = stage.focus();
        }
    })
}

fn logo() -> Html {
    html! {
        <svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round">
            <path d="M3 6H12M17 14H8"/><circle cx="15.5" cy="6" r="1.6" fill="currentColor"/><circle cx="4.5" cy="14" r="1.9"/>
        </svg>
    }
}

/// Where what is shown comes from: always in sight.
fn sources(desk: &Desk, order: &Callback<Order>) -> Html {
    let shown = desk.run().label();
    let choice = |name: &'static str, checked: bool, what: Order| {
        html! { <button role="radio" aria-checked={checked.to_string()} onclick={give(order, what)}>{ name }</button> }
    };
    let there = matches!(shown, Label::LiveThere(_));
    html! {
        <div class="choice sources" role="radiogroup" aria-label="Source" title={shown.text()}>
            { choice("Simulated", *shown == Label::Simulated, Order::Source(Origin::Simulated)) }
            { choice("Live in this browser", *shown == Label::LiveHere, Order::Source(Origin::Here)) }
            { choice("Live over the network", there, Order::Sheet(Some(Sheet::Network))) }
            { choice("A WCF service", matches!(shown, Label::Described(_)), Order::Sheet(Some(Sheet::Wsdl))) }
        </div>
    }
}

/// The views of the middle.
pub(super) fn views(shown: View, order: &Callback<Order>) -> Html {
    let tab = |(place, view): (usize, View)| {
        let selected = view == shown;
        let title = format!("{} ({})", view.name(), place + 1);
        html! {
            <button role="tab" aria-selected={selected.to_string()} {title} onclick={give(order, Order::Show(view))}>
                { icon(view.slug()) }{ view.name() }
            </button>
        }
    };
    html! {
        <div class="views">
            <div role="tablist" aria-label="Views">{ for View::ALL.into_iter().enumerate().map(tab) }</div>
            if shown == View::Stage { { legend() } }
        </div>
    }
}

/// What the shapes on the wire mean.
fn legend() -> Html {
    html! {
        <div class="extra legend" aria-hidden="true">
            <span>{ shape("request") }{ "request" }</span>
            <span>{ shape("reply") }{ "reply" }</span>
            <span>{ shape("one-way") }{ "one-way" }</span>
            <span>{ shape("fault") }{ "fault" }</span>
        </div>
    }
}

/// A message's shape.
pub(super) fn shape(kind: &str) -> Html {
    let mark = match kind {
        "request" => html! { <circle class="solid" r="4" stroke="none"/> },
        "reply" => html! { <circle r="3.6"/> },
        "one-way" => {
            html! { <path class="solid" stroke="none" d="M-4 -4.5L1 -4.5L5 0L1 4.5L-4 4.5L-0.5 0Z"/> }
        }
        _ => html! { <path class="bad" d="M-5 0L0 -5L5 0L0 5Z"/> },
    };
    html! { <svg width="12" height="12" viewBox="-6 -6 12 12" aria-hidden="true">{ mark }</svg> }
}
