//! One conversation, from the proxy to the service objects.

use super::{channels, controls::Controls, host};
use crate::engine::Command;
use crate::flight::Flight;
use crate::lane::{Lane, Side};
use crate::state::{Outcome, State, Worker};
use crate::words::{sign, span};
use sessionful::Phase;
use yew::{Callback, Html, html};

/// The heads of the columns, where there are columns.
pub(super) fn heads() -> Html {
    let heads = ["Proxy", "Channels", "Wire", "Sessions", "Instance contexts, gates, objects"];
    html! {
        <div class="heads" aria-hidden="true">
            { for heads.iter().map(|head| html! { <span>{ head }</span> }) }
        </div>
    }
}

pub(super) fn view(state: &State, lane: Lane, obey: &Callback<Command>) -> Html {
    let phase = state.phase(lane);
    let id = format!("lane-{}", lane.slug());
    html! {
        <section key={lane.slug()} class={format!("lane {}", lane.slug())} aria-labelledby={id.clone()}>
            <div class="proxy">
                <header>
                    <h2 id={id}>{ lane.title() }</h2>
                    <p class="about">{ lane.about() }</p>
                    { chip(phase) }
                </header>
                <Controls {lane} {phase} is_live={state.worker == Worker::Ready} obey={obey.clone()} />
                { results(state, lane) }
            </div>
            { channels::view(state, lane) }
            { wire(state, lane) }
            { host::sessions(state, lane) }
            { host::contexts(state, lane) }
        </section>
    }
}

/// A phase, as sign and word.
pub(super) fn chip(phase: Phase) -> Html {
    html! {
        <span class={format!("phase {phase}")}>
            <span aria-hidden="true">{ sign(phase) }</span>{ format!(" {phase}") }
        </span>
    }
}

fn results(state: &State, lane: Lane) -> Html {
    let results = state.results.get(&lane).into_iter().flatten();
    html! { <ol class="results" aria-label="Latest results">{ for results.map(result) }</ol> }
}

fn result(outcome: &Outcome) -> Html {
    let took = outcome.took.map(|took| html! { <span class="took">{ span(took) }</span> });
    let told = match &outcome.result {
        Ok(result) => html! { <span class="value">{ "→ " }<b>{ result }</b></span> },
        Err(trouble) => html! {
            <span class="trouble" title={trouble.text.clone()}>
                <strong>{ &trouble.kind }</strong>{ format!(" {}", trouble.text) }
            </span>
        },
    };
    let class = if outcome.result.is_ok() { "ok" } else { "bad" };
    let step = outcome.result.as_ref().err().map(|trouble| {
        html! { <p class="step">{ trouble.step }</p> }
    });
    html! {
        <li key={outcome.number} {class}>
            <code>{ &outcome.asked }</code>{ told }{ for took }{ for step }
        </li>
    }
}

fn wire(state: &State, lane: Lane) -> Html {
    let flights = state.flights.iter().filter(|flight| flight.lane == lane);
    html! {
        <div class="wire" aria-hidden="true">
            <span class="line" />
            { for flights.map(flight) }
        </div>
    }
}

fn flight(flight: &Flight) -> Html {
    let way = if flight.from == Side::Proxy { "out" } else { "back" };
    let track = flight.key / 2 % 3;
    html! { <i key={flight.key} class={format!("flight {way} t{track} {}", flight.shape())} /> }
}
