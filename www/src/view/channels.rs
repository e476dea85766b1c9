//! The channels of a proxy: pool slots, or the channel of its session.

use super::row::chip;
use crate::lane::{Lane, Side};
use crate::state::State;
use crate::words::short;
use sessionful::channel::Role;
use sessionful::ids::{CallId, ChannelId};
use sessionful::observe::{CallView, ChannelView, End};
use yew::{Html, html};

pub(super) fn view(state: &State, lane: Lane) -> Html {
    let Some(end) = state.end_of(lane, Side::Proxy) else {
        return html! { <div class="cell channels"><p class="none">{ "none yet" }</p></div> };
    };
    let channels = end.channels.iter().map(|(id, view)| channel(lane, end, *id, view));
    let waiting = end.calls.iter().filter(|(_, call)| call.channel.is_none());
    let none = end.channels.is_empty().then(|| nothing(lane));
    html! {
        <div class="cell channels">
            <h3>{ "Channels" }</h3>
            <ul aria-label="Channels">{ for channels }</ul>
            { for none }
            <ul class="waiting">{ for waiting.map(|(id, view)| call(lane, *id, view)) }</ul>
        </div>
    }
}

fn nothing(lane: Lane) -> Html {
    let text = match lane {
        Lane::Calculator => "The pool is empty: the first call makes a channel.",
        _ => "No channel: opening the proxy makes its only one.",
    };
    html! { <p class="none">{ text }</p> }
}

fn channel(lane: Lane, end: &End, id: ChannelId, view: &ChannelView) -> Html {
    let calls: Vec<_> = end.calls.iter().filter(|(_, call)| call.channel == Some(id)).collect();
    let carried = calls.iter().map(|(id, view)| call(lane, **id, view));
    let (class, state) = match (view.role, view.call) {
        (Role::Pooled, Some(_)) => {
            ("slot leased", html! { <span class="use">{ "▰ leased" }</span> })
        }
        (Role::Pooled, None) => ("slot idle", html! { <span class="use">{ "▱ idle" }</span> }),
        _ => ("slot session", chip(view.phase)),
    };
    let session = view.session.map(|session| {
        html! { <code class="session-id" title={session.to_string()}>{ short(session) }</code> }
    });
    html! {
        <li key={id.0} {class}>
            <span class="name">{ id.to_string() }</span>{ state }{ for session }
            { for ended(view) }
            <ul class="carried">{ for carried }</ul>
        </li>
    }
}

/// Which directions have ended.
pub(super) fn ended(view: &ChannelView) -> Option<Html> {
    let text = match (view.input_ended, view.output_ended) {
        (false, false) => return None,
        (true, false) => "peer ended",
        (false, true) => "we ended",
        (true, true) => "both ended",
    };
    Some(html! { <span class="flag">{ text }</span> })
}

fn call(lane: Lane, id: CallId, view: &CallView) -> Html {
    let name = lane.operation(view.operation, Side::Proxy);
    let class = if view.abandoned { "call abandoned" } else { "call" };
    let abandoned = view.abandoned.then_some(" abandoned");
    html! { <li key={id.0} {class} title={id.to_string()}>{ name.as_str() }{ for abandoned }</li> }
}
