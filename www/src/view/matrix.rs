//! The matrix: every session mode over both kinds of channel with every instancing, run live.

use super::glyph::icon;
use super::top::give;
use crate::matrix::{Cell, CellRun, STEPS};
use crate::state::{Desk, Order};
use sessionful::{InstanceMode, SessionMode};
use yew::{Callback, Html, html};

const MODES: [(SessionMode, &str); 3] = [
    (SessionMode::Allowed, "Allowed"),
    (SessionMode::Required, "Required"),
    (SessionMode::NotAllowed, "NotAllowed"),
];
const INSTANCES: [(InstanceMode, &str, &str); 3] = [
    (InstanceMode::PerCall, "PerCall", "an object for every call"),
    (InstanceMode::PerSession, "PerSession", "an object for every session"),
    (InstanceMode::Single, "Single", "one object for all"),
];

/// The matrix.
pub(super) fn view(desk: &Desk, order: &Callback<Order>) -> Html {
    let cells = &desk.matrix;
    let over = cells.iter().filter(|cell| cell.is_over()).count();
    let passed = cells.iter().filter(|cell| cell.passed()).count();
    let said = match over == cells.len() {
        true => format!("{passed} of {} as expected", cells.len()),
        false => format!("Running: {over} of {} are done", cells.len()),
    };
    html! {
        <div class="body matrix">
            <div class="matrix-head">
                <div>
                    <p class="lead">{ "Which objects does a service make?" }</p>
                    <p>{ "Each cell opens a host and two clients, makes three calls and closes everything. What the host makes and disposes of is counted after every step and held against WCF's own table." }</p>
                </div>
                <p class="verdict" role="status"><b>{ said }</b></p>
                <button onclick={give(order, Order::RunMatrix)}>{ icon("restart") }{ "Run all again" }</button>
            </div>
            <table>
                <caption class="unseen">{ "Objects made, by session mode, channel and instancing" }</caption>
                <thead><tr><th scope="col">{ "Contract's session" }</th><th scope="col">{ "Channel" }</th>
                    { for INSTANCES.iter().map(|(_, name, about)| html! { <th scope="col">{ *name }<small>{ *about }</small></th> }) }
                </tr></thead>
                <tbody>{ for MODES.iter().flat_map(|mode| [true, false].map(|session| (mode, session))).map(|((mode, name), session)| html! {
                    <tr>
                        if session { <th scope="rowgroup" rowspan="2">{ *name }</th> }
                        <th scope="row">{ if session { "with sessions" } else { "without" } }</th>
                        { for INSTANCES.iter().map(|(instancing, ..)| {
                            let found = cells.iter().find(|run| {
                                let cell = run.cell();
                                (cell.session, cell.has_session, cell.instancing) == (*mode, session, *instancing)
                            });
                            found.map(|run| cell(run, order)).unwrap_or_default()
                        }) }
                    </tr>
                }) }</tbody>
            </table>
        </div>
    }
}

fn cell(run: &CellRun, order: &Callback<Order>) -> Html {
    let cell = run.cell();
    let (class, mark, verdict) = match (run.is_over(), run.passed()) {
        (false, _) => (
            "cell running",
            html! { <span class="dots" aria-hidden="true">{ "…" }</span> },
            "running",
        ),
        (true, true) => ("cell passed", icon("check"), "as expected"),
        (true, false) => ("cell wrong", icon("cross"), "not as expected"),
    };
    let class = if cell.is_refused() { format!("{class} refused") } else { class.to_owned() };
    html! {
        <td><button {class} onclick={give(order, Order::OpenCell(cell))} title="Open as a scenario">
            <span class="mark-line">{ mark }<span class="unseen">{ verdict }</span>{ summary(run, cell) }</span>
            <span class="ticks" aria-hidden="true">{ for STEPS.iter().enumerate().map(|(place, name)| tick(run, place, name)) }</span>
        </button></td>
    }
}

/// What came of it, in a line.
fn summary(run: &CellRun, cell: Cell) -> Html {
    if cell.is_refused() {
        return html! { <span>{ "the host refuses to open" }</span> };
    }
    let Some(seen) = run.seen().iter().flatten().last() else { return Html::default() };
    let [_, contexts, _, objects, disposed] = seen.counts;
    let many =
        |count: u32, name: &str| format!("{count} {name}{}", if count == 1 { "" } else { "s" });
    html! {
        <span><b>{ many(objects, "object") }</b>{ format!(", {disposed} disposed, {}", many(contexts, "context")) }</span>
    }
}

fn tick(run: &CellRun, place: usize, name: &'static str) -> Html {
    let class = match run.seen().get(place) {
        None => "tick",
        Some(None) => "tick none",
        Some(Some(_)) if run.wrong().contains(&place) => "tick wrong",
        Some(Some(seen)) if seen.error.is_some() => "tick error",
        Some(Some(_)) => "tick done",
    };
    html! { <i {class} title={name}/> }
}
