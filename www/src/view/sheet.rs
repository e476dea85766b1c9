//! What covers the page for a moment: the palette, the scenarios, help, a link.

use super::glyph::icon;
use super::top::{give, shape};
use super::{App, Message, copy, document};
use crate::act::{Act, Ask};
use crate::cast::Member;
use crate::state::{Desk, Entry, Order, Origin, Palette, Sheet, State, matching};
use sessionful::ids::NodeId;
use sessionful::{Operation, Phase};
use smol_str::SmolStr;
use wasm_bindgen::JsCast;
use web_sys::{
    Element, Event, HtmlElement, HtmlInputElement, HtmlSelectElement, InputEvent, KeyboardEvent,
    MouseEvent,
};
use yew::html::Scope;
use yew::{Callback, Html, TargetCast, html};

/// The sheet that is open.
pub(super) fn view(desk: &Desk, palette: &Palette, link: &Scope<App>) -> Html {
    let Some(sheet) = desk.state.sheet else { return Html::default() };
    let order = link.callback(Message::Order);
    let close = give(&order, Order::Sheet(None));
    let stay = Callback::from(|event: MouseEvent| event.stop_propagation());
    let (class, label, inside) = match sheet {
        Sheet::Palette => (
            "sheet palette",
            "Commands",
            list(&desk.entries(), palette, "What do you want to do?", &close, link),
        ),
        Sheet::Scenarios => (
            "sheet palette",
            "Scenarios",
            list(&desk.scenario_entries(), palette, "Which scenario?", &close, link),
        ),
        Sheet::Help => ("sheet wide", "Help", help(&close)),
        Sheet::Network => ("sheet", "Live over the network", network(palette, &close, link)),
        Sheet::Wsdl => ("sheet", "A WCF service", described(palette, &close, link)),
        Sheet::Call(node) => ("sheet", "Call", call(desk, node, palette, &close, link)),
        Sheet::Share if desk.source.live().is_some() => ("sheet", "Share", live_share(&close)),
        Sheet::Share => ("sheet", "Share", share(desk, palette, &close, link)),
    };
    html! {
        <div class="veil" onclick={close.clone()}>
            <div {class} role="dialog" aria-modal="true" aria-label={label} onclick={stay} onkeydown={trap()}>{ inside }</div>
        </div>
    }
}

/// Gives the focus to what has just opened, and back to where it was.
pub(super) fn focus(state: &State, back: &mut Option<Element>) {
    let Some(document) = document() else { return };
    let active = document.active_element().filter(|active| active.tag_name() != "BODY");
    let Ok(Some(sheet)) = document.query_selector(".sheet") else {
        if let Some(back) = back.take().filter(|_| active.is_none()) {
            give_back(&back, state);
        }
        return;
    };
    let inside = active.as_ref().is_some_and(|active| sheet.contains(Some(active)));
    if !inside {
        *back = active.or(back.take());
        // What asks for something comes before the button that closes it.
        let first = ["input, select", "button"].into_iter();
        let first = first.filter_map(|kind| sheet.query_selector(kind).ok().flatten()).next();
        if let Some(first) = first.and_then(|first| first.dyn_into::<HtmlElement>().ok()) {
            _ = first.focus();
        }
    }
}

/// Gives the focus back to what had it, if that is still there. A thing on the stage is selected by
/// it, so it must be the selected one still.
fn give_back(back: &Element, state: &State) {
    let is_node = back.has_attribute("data-key");
    let selected = state.selected.map(super::stage::key);
    if back.is_connected() && (!is_node || back.get_attribute("data-key") == selected) {
        // Whatever can have the focus has this method, be it HTML or SVG.
        _ = back.unchecked_ref::<HtmlElement>().focus();
    }
}

/// Keeps the Tab key within a sheet.
fn trap() -> Callback<KeyboardEvent> {
    Callback::from(|event: KeyboardEvent| {
        if event.key() != "Tab" {
            return;
        }
        let sheet = event.current_target().and_then(|target| target.dyn_into::<HtmlElement>().ok());
        let Some(all) =
            sheet.and_then(|sheet| sheet.query_selector_all("input, button, a, select").ok())
        else {
            return;
        };
        let end = |place: u32| all.item(place).and_then(|node| node.dyn_into::<HtmlElement>().ok());
        let (first, last) = (end(0), end(all.length().saturating_sub(1)));
        let active = document().and_then(|document| document.active_element());
        let is = |end: &Option<HtmlElement>| end.as_deref() == active.as_ref();
        let to = if event.shift_key() && is(&first) {
            last
        } else if !event.shift_key() && is(&last) {
            first
        } else {
            return;
        };
        event.prevent_default();
        if let Some(to) = to {
            _ = to.focus();
        }
    })
}

fn list(
    entries: &[Entry],
    palette: &Palette,
    ask: &'static str,
    close: &Callback<MouseEvent>,
    link: &Scope<App>,
) -> Html {
    let found = matching(entries, &palette.query);
    let count = found.len();
    let place = palette.place.min(count.saturating_sub(1));
    let chosen = found.get(place).map(|entry| entry.order.clone());
    let order = link.callback(Message::Order);
    let input = link.callback(|event: InputEvent| {
        Message::Typed(event.target_unchecked_into::<HtmlInputElement>().value())
    });
    let (go, move_to) = (order.clone(), link.callback(move |down| Message::Moved(down, count)));
    let onkeydown = Callback::from(move |event: KeyboardEvent| {
        match event.key().as_str() {
            "ArrowDown" => move_to.emit(true),
            "ArrowUp" => move_to.emit(false),
            "Enter" => match &chosen {
                Some(Ok(order)) => run(&go, order),
                Some(Err(reason)) => go.emit(Order::Say(reason.as_str().into())),
                None => {}
            },
            _ => return,
        }
        event.prevent_default();
    });
    let mut group = "";
    let grouped = palette.query.is_empty();
    let rows: Vec<Html> = found
        .iter()
        .enumerate()
        .map(|(at, entry)| {
            let head = if grouped && entry.group != group {
                group = entry.group;
                html! { <li class="group" role="presentation">{ group }</li> }
            } else {
                Html::default()
            };
            html! { <>{ head }{ row(entry, at, at == place, &order) }</> }
        })
        .collect();
    html! {
        <>
            <div class="query">{ icon("search") }
                <input type="text" placeholder={ask} aria-label={ask} value={palette.query.clone()} oninput={input} {onkeydown}
                    role="combobox" aria-expanded="true" aria-controls="found" aria-activedescendant={format!("found-{place}")}
                    autocomplete="off" spellcheck="false"/>
                <button class="quiet leave" aria-label="Close: Esc" onclick={close.clone()}><kbd>{ "Esc" }</kbd>{ icon("close") }</button>
            </div>
            if count == 0 {
                <p class="none" role="status">{ "Nothing is called that. Try another word." }</p>
            }
            <ul id="found" role="listbox" aria-label={ask}>{ for rows }</ul>
        </>
    }
}

/// Closes the sheet, and does what was chosen.
fn run(order: &Callback<Order>, chosen: &Order) {
    order.emit(Order::Sheet(None));
    order.emit(chosen.clone());
}

fn row(entry: &Entry, at: usize, selected: bool, order: &Callback<Order>) -> Html {
    let (disabled, about) = match &entry.order {
        Ok(_) => (None, entry.about.clone()),
        Err(reason) => (Some("true"), reason.clone()),
    };
    let (order, chosen) = (order.clone(), entry.order.clone().ok());
    let onclick =
        Callback::from(move |_: MouseEvent| chosen.iter().for_each(|chosen| run(&order, chosen)));
    html! {
        <li role="option" id={format!("found-{at}")} aria-selected={selected.to_string()} aria-disabled={disabled} {onclick}>
            <span>{ &entry.name }</span><span class="key">{ entry.key }</span>
            if !about.is_empty() { <small>{ about }</small> }
        </li>
    }
}

fn title(name: &'static str, close: &Callback<MouseEvent>) -> Html {
    html! {
        <header><h2>{ name }</h2>
            <button class="quiet icon-only" aria-label="Close" onclick={close.clone()}>{ icon("close") }</button></header>
    }
}

const KEYS: [(&str, &str); 16] = [
    ("Space", "run or pause"),
    (". ,", "one record on, one back"),
    ("n", "to the next message"),
    ("!", "to the next fault"),
    ("[ ]", "caption before, next caption"),
    ("+ −", "faster, slower"),
    ("r", "start again"),
    ("e", "go to now"),
    ("1 – 5", "stage, table, matrix, log, code"),
    ("arrows", "from thing to thing on the stage"),
    ("↑ ↓", "in the timeline: nearer, farther"),
    ("Shift ↑ ↓", "in the timeline: other lanes"),
    ("s", "scenarios"),
    ("Ctrl K", "all commands"),
    ("l", "share a link"),
    ("t", "other colours"),
];

fn help(close: &Callback<MouseEvent>) -> Html {
    let key = |(keys, what): &(&'static str, &'static str)| html! { <><dt><kbd>{ *keys }</kbd></dt><dd>{ *what }</dd></> };
    let sign = |(kind, what): (&'static str, &'static str)| html! { <><dt>{ shape(kind) }</dt><dd>{ what }</dd></> };
    html! {
        <>
            { title("What is what", close) }
            <div class="body help" tabindex="0" role="region" aria-label="What is what">
                <div>
                    <p>{ "A " }<b>{ "proxy" }</b>{ " stands in for a service. A proxy with a session talks through one channel as long as it is open; a proxy without one borrows a channel from its pool for every call." }</p>
                    <p>{ "At the host, an " }<b>{ "instance context" }</b>{ " holds the service object: one per call, one per session, or one for all. Its " }<b>{ "gate" }</b>{ " lets one operation in at a time, unless the service says otherwise. Who waits is drawn before the gate: a dot is new, a ring came back from a call of its own and goes first." }</p>
                    <p>{ "Everything here is the real runtime. Nothing that you do leaves this page, unless you connect it to a host elsewhere." }</p>
                </div>
                <div><h3>{ "Keys" }</h3><dl>{ for KEYS.iter().map(key) }</dl></div>
                <div>
                    <h3>{ "On the wire" }</h3>
                    <dl class="shapes">
                        { for [("request", "a request, which wants a reply"), ("reply", "a reply"), ("one-way", "a message that wants none"), ("fault", "a fault, or a connection that broke")].into_iter().map(sign) }
                    </dl>
                </div>
                <div>
                    <h3>{ "In the timeline" }</h3>
                    <dl class="shapes wide">
                        { for BARS.iter().map(|(class, what)| html! { <><dt><i class={format!("bar-{class}")}/></dt><dd>{ *what }</dd></> }) }
                    </dl>
                    <h3>{ "Phases" }</h3>
                    <dl class="shapes phases">
                        { for Phase::ALL.into_iter().filter(|phase| *phase != Phase::Accepting).map(|phase| html! { <><dt>{ super::glyph::phase_mark(phase) }</dt><dd>{ phase.to_string() }</dd></> }) }
                    </dl>
                </div>
            </div>
        </>
    }
}

/// How the timeline draws what a call spends its time on.
const BARS: [(&str, &str); 5] = [
    ("run", "the service's code runs"),
    ("wire", "on the wire"),
    ("wait", "waits: for a channel, to be received, at the gate"),
    ("throttle", "waits for a slot of a throttle"),
    ("out", "waits for a call of its own"),
];

fn share(desk: &Desk, palette: &Palette, close: &Callback<MouseEvent>, link: &Scope<App>) -> Html {
    let address = palette.query.clone();
    let copy = link.callback(Message::CopyText);
    let (text, copy) =
        (address.clone(), Callback::from(move |_: MouseEvent| copy.emit(address.clone())));
    let select = Callback::from(|event: web_sys::FocusEvent| {
        event.target_unchecked_into::<HtmlInputElement>().select();
    });
    html! {
        <>
            { title("Share what you see", close) }
            <div class="body share">
                <p>{ "The link holds the scenario, its configuration, everything that you did and the moment that you look at. Nothing is uploaded: it is all in the link." }</p>
                <div class="row">
                    <input type="text" readonly=true aria-label="Link" value={text} onfocus={select}/>
                    { copy::button(desk, "primary", "Copy", copy) }
                </div>
            </div>
        </>
    }
}

fn live_share(close: &Callback<MouseEvent>) -> Html {
    html! {
        <>
            { title("Share what you see", close) }
            <div class="body share"><p>{ "What is live happens once: no link can make it happen again. Go to the simulation to share what you see there; the log can copy these records as JSON." }</p></div>
        </>
    }
}

/// Asks for the address of a host.
fn network(palette: &Palette, close: &Callback<MouseEvent>, link: &Scope<App>) -> Html {
    let about = html! { <>{ "The proxies of this page call a host elsewhere, over WebSocket and fetch. " }<code>{ "cargo xtask play" }</code>{ " starts one beside this page and prints its address." }</> };
    let go = |address: String| Origin::There(address.trim_end_matches('/').to_owned());
    ask("Live over the network", "Address of the host", about, palette, close, link, go)
}

/// Asks for the address of a description.
fn described(palette: &Palette, close: &Callback<MouseEvent>, link: &Scope<App>) -> Html {
    let about = html! { <>{ "The proxies of this page call a service of WCF, CoreWCF or another SOAP stack: the contracts and endpoints are those of its description (WSDL), which has to allow this page (CORS). " }<code>{ "cargo xtask play" }</code>{ " starts one as an example." }</> };
    ask(
        "A WCF service",
        "Address of the description",
        about,
        palette,
        close,
        link,
        Origin::Described,
    )
}

/// Asks for an address, and goes there.
fn ask(
    name: &'static str,
    label: &'static str,
    about: Html,
    palette: &Palette,
    close: &Callback<MouseEvent>,
    link: &Scope<App>,
    go: fn(String) -> Origin,
) -> Html {
    let go = link.callback(move |address| Message::Order(Order::Source(go(address))));
    let input = link.callback(|event: InputEvent| {
        Message::Typed(event.target_unchecked_into::<HtmlInputElement>().value())
    });
    let onsubmit = submitted(move |form| {
        let address = field(form, "input").trim().to_owned();
        if !address.is_empty() {
            go.emit(address);
        }
    });
    html! {
        <>
            { title(name, close) }
            <form class="body share" {onsubmit}>
                <p>{ about }</p>
                <div class="row">
                    <input type="url" required=true aria-label={label} value={palette.query.clone()} oninput={input}/>
                    <button class="primary">{ "Connect" }</button>
                </div>
            </form>
        </>
    }
}

/// Asks for an operation and its arguments, and calls it.
fn call(
    desk: &Desk,
    node: NodeId,
    palette: &Palette,
    close: &Callback<MouseEvent>,
    link: &Scope<App>,
) -> Html {
    let Some(member) = desk.run().cast().get(node).cloned() else { return Html::default() };
    let order = link.callback(Message::Order);
    let place = palette.place;
    let option = |(at, operation): (usize, &Operation)| {
        let name = operation.name.to_string();
        html! { <option value={name.clone()} selected={at == place}>{ name }</option> }
    };
    let shown: Vec<Html> = member.contract.operations().iter().enumerate().map(option).collect();
    let onchange = link.callback(move |event: Event| {
        let chosen = event.target_unchecked_into::<HtmlSelectElement>().selected_index();
        Message::Fill(usual(&member, usize::try_from(chosen).unwrap_or(0)))
    });
    let oninput = link.callback(move |event: InputEvent| {
        let query = event.target_unchecked_into::<HtmlInputElement>().value();
        Message::Fill(Palette { query, place })
    });
    let onsubmit = submitted(move |form| {
        let arguments = words(&field(form, "input"));
        match arguments {
            Ok(arguments) => {
                let ask = Ask { arguments, ..Ask::new(field(form, "select")) };
                run(&order, &Order::Act(Act::Call(node, ask)));
            }
            Err(reason) => order.emit(Order::Say(reason.into())),
        }
    });
    html! {
        <>
            { title("Call", close) }
            <form class="body share" {onsubmit}>
                <p>{ "Arguments are written as JSON, separated by commas: " }<code>{ r#"6, "text", {"Name": "x"}"# }</code>{ "." }</p>
                <div class="row">
                    <select aria-label="Operation" {onchange}>{ shown }</select>
                    <input type="text" aria-label="Arguments" placeholder="none" spellcheck="false" autocomplete="off"
                        value={palette.query.clone()} {oninput}/>
                    <button class="primary">{ "Call" }</button>
                </div>
                if desk.state.said.starts_with("Not done") { <p class="none" role="alert">{ &desk.state.said }</p> }
            </form>
        </>
    }
}

/// The usual call of an operation, by its place in the contract.
fn usual(member: &Member, place: usize) -> Palette {
    let operation = member.contract.operations().get(place);
    let arguments = operation.map(|operation| member.usual(&operation.name).arguments);
    Palette { query: arguments.unwrap_or_default().join(", "), place }
}

/// Arguments as they were typed.
fn words(typed: &str) -> Result<Vec<SmolStr>, String> {
    let values: Vec<serde_json::Value> = serde_json::from_str(&format!("[{typed}]"))
        .map_err(|error| format!("that is no JSON: {error}"))?;
    Ok(values.iter().map(|value| value.to_string().into()).collect())
}

/// Does something with a form that is sent, which goes nowhere.
fn submitted(act: impl Fn(&HtmlElement) + 'static) -> Callback<yew::SubmitEvent> {
    Callback::from(move |event: yew::SubmitEvent| {
        event.prevent_default();
        act(&event.target_unchecked_into::<HtmlElement>());
    })
}

/// What stands in the first field of a kind.
fn field(form: &HtmlElement, kind: &str) -> String {
    let found = form.query_selector(kind).ok().flatten();
    // Fields of every kind have their value at the same place.
    found.map(|found| found.unchecked_into::<HtmlInputElement>().value()).unwrap_or_default()
}

/// What is typed into a sheet when it opens: an address that would do, the usual call, the link to
/// what is shown now.
pub(super) fn typed(sheet: Option<Sheet>, desk: &Desk) -> Palette {
    let query = match sheet {
        Some(Sheet::Call(node)) => {
            let member = desk.run().cast().get(node);
            return member.map(|member| usual(member, 0)).unwrap_or_default();
        }
        Some(Sheet::Share) if desk.source.live().is_none() => {
            format!("{}#{}", here(), desk.link())
        }
        Some(Sheet::Network) => beside(),
        Some(Sheet::Wsdl) => format!("{}/wcf/counter?singleWsdl", beside()),
        _ => String::new(),
    };
    Palette { query, place: 0 }
}

/// Where `cargo xtask play` puts the host: one port after the page's.
fn beside() -> String {
    let location = web_sys::window().map(|window| window.location());
    let port = location.as_ref().and_then(|location| location.port().ok()?.parse::<u16>().ok());
    let host = location
        .and_then(|location| location.hostname().ok())
        .unwrap_or_else(|| "127.0.0.1".into());
    format!("http://{host}:{}", port.unwrap_or(8080).saturating_add(1))
}

/// The address of the page, without what comes after `#`.
fn here() -> String {
    let href =
        web_sys::window().and_then(|window| window.location().href().ok()).unwrap_or_default();
    href.split('#').next().unwrap_or_default().to_owned()
}
