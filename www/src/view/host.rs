//! The host's side: sessions, instance contexts with their gates, service objects.

use super::channels::ended;
use super::row::chip;
use crate::lane::{Lane, Side};
use crate::state::{State, Totals};
use crate::words::short;
use sessionful::channel::Role;
use sessionful::event::ThrottleKind;
use sessionful::ids::{ChannelId, ContextId, DispatchId};
use sessionful::observe::{ChannelView, ContextView, End, Slots};
use yew::{Html, html};

pub(super) fn sessions(state: &State, lane: Lane) -> Html {
    let end = state.end_of(lane, Side::Host);
    let channels = end.into_iter().flat_map(|end| &end.channels);
    let made = totals(state, lane).sessions;
    let has_sessions = lane != Lane::Calculator;
    let none = has_sessions && end.is_some_and(|end| end.channels.is_empty());
    html! {
        <div class="cell sessions">
            <h3>{ "Sessions" }</h3>
            <ul aria-label="Sessions">{ for channels.map(|(id, view)| session(*id, view)) }</ul>
            if none { <p class="none">{ "No session now." }</p> }
            <p class="made">
                if has_sessions { { format!("{made} opened · ") } }
                { running(end) }
            </p>
        </div>
    }
}

fn totals(state: &State, lane: Lane) -> Totals {
    state.totals.get(&lane).copied().unwrap_or_default()
}

/// How many operations have a slot of the throttle, and how many wait for one.
fn running(end: Option<&End>) -> String {
    let calls = end.and_then(|end| end.slots.get(&ThrottleKind::Calls).copied());
    match calls.unwrap_or_default() {
        Slots { held, waiting: 0 } => format!("{held} running"),
        Slots { held, waiting } => format!("{held} running, {waiting} throttled"),
    }
}

fn session(id: ChannelId, view: &ChannelView) -> Html {
    if view.role == Role::Listener {
        return html! {
            <li key={id.0} class="slot listener">
                <span class="name">{ id.to_string() }</span>
                <span class="use">{ "all exchanges" }</span>
            </li>
        };
    }
    let session = view.session.map(|session| {
        html! { <code class="session-id" title={session.to_string()}>{ short(session) }</code> }
    });
    let backlog = (view.backlog > 0).then(|| {
        html! { <span class="flag">{ format!("{} to pick up", view.backlog) }</span> }
    });
    html! {
        <li key={id.0} class="slot session">
            <span class="name">{ id.to_string() }</span>{ chip(view.phase) }{ for session }
            { for backlog }{ for ended(view) }
        </li>
    }
}

pub(super) fn contexts(state: &State, lane: Lane) -> Html {
    let end = state.end_of(lane, Side::Host);
    let contexts = end
        .into_iter()
        .flat_map(|end| end.contexts.iter().map(|(id, view)| context(end, *id, view)));
    let Totals { contexts: made, objects, .. } = totals(state, lane);
    let none = end.is_none_or(|end| end.contexts.is_empty());
    let idle = match lane {
        Lane::Calculator => "None: each call gets a context of its own, and gives it up.",
        _ => "None: the first call of a session makes its context.",
    };
    html! {
        <div class="cell contexts">
            <h3>{ "Instance contexts, gates, objects" }</h3>
            <ul aria-label="Instance contexts">{ for contexts }</ul>
            if none { <p class="none">{ idle }</p> }
            <p class="made">{ format!("made so far: contexts {made} · objects {objects}") }</p>
        </div>
    }
}

fn context(end: &End, id: ContextId, view: &ContextView) -> Html {
    let object = match view.object {
        Some(object) => html! { <span class="object">{ object.to_string() }</span> },
        None => html! { <span class="object missing">{ "no object" }</span> },
    };
    let gate = match view.holder {
        Some(holder) => {
            html! { <span class="gate held">{ "▣ gate " }<code>{ working(end, holder) }</code></span> }
        }
        None => html! { <span class="gate free">{ "▢ gate free" }</span> },
    };
    html! {
        <li key={id.0} class="context">
            <span class="name">{ id.to_string() }</span>
            { object }
            { gate }
            { queue(end, "returning", &view.resuming) }
            { queue(end, "waiting", &view.arriving) }
        </li>
    }
}

fn queue(end: &End, name: &str, waiting: &[DispatchId]) -> Html {
    if waiting.is_empty() {
        return Html::default();
    }
    let items = waiting.iter().map(|id| html! { <li key={id.0}>{ working(end, *id) }</li> });
    html! {
        <span class="queue">{ format!("{name} ") }<ol aria-label={name.to_owned()}>{ for items }</ol></span>
    }
}

/// The name of the operation in progress.
fn working(end: &End, id: DispatchId) -> String {
    let action = end.dispatches.get(&id).map(|dispatch| dispatch.action.as_str());
    let name = action.and_then(|action| action.rsplit('/').next());
    name.map_or_else(|| id.to_string(), str::to_owned)
}
