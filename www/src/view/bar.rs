//! The bar at the top: what this is, whether it runs, and how it looks.

use super::theme::Theme;
use crate::engine::Command;
use crate::lane::Lane;
use crate::state::{State, Worker};
use yew::{Callback, Html, html};

pub(super) fn view(
    state: &State,
    theme: Theme,
    obey: &Callback<Command>,
    next_theme: Callback<()>,
) -> Html {
    let demo = !state.demo;
    let toggle = obey.reform(move |_| Command::Demo(demo));
    let kill = obey.reform(|_| Command::Kill);
    let next = next_theme.reform(|_| ());
    html! {
        <header class="bar">
            <h1>{ "sessionful" }</h1>
            { live(state) }
            { totals(state) }
            <div class="actions">
                <button onclick={toggle} aria-keyshortcuts="Space" class="demo">
                    <span aria-hidden="true">{ if state.demo { "❚❚" } else { "▶" } }</span>
                    { if state.demo { " Pause" } else { " Play" } }
                    <kbd aria-hidden="true">{ "space" }</kbd>
                </button>
                <button onclick={kill} disabled={state.worker != Worker::Ready}
                    title="Ends the worker as if it had crashed, to see what the page does">
                    { "Crash the worker" }
                </button>
                <button onclick={next} class="theme">
                    <span class="unseen">{ "Colours: " }</span>
                    <span aria-hidden="true">{ "◐ " }</span>{ theme.name() }
                </button>
            </div>
        </header>
    }
}

fn live(state: &State) -> Html {
    let (class, text) = match &state.worker {
        Worker::Starting => ("starting", "Starting the worker"),
        Worker::Ready if state.demo => ("ready", "Live in this browser"),
        Worker::Ready => ("ready still", "Live in this browser"),
        Worker::Lost(_) => ("gone", "Worker lost"),
    };
    html! { <p class={format!("live {class}")}><span aria-hidden="true"/>{ text }</p> }
}

fn totals(state: &State) -> Html {
    let sum = |count: fn(&crate::state::Totals) -> u64| -> u64 {
        Lane::ALL.iter().filter_map(|lane| state.totals.get(lane)).map(count).sum()
    };
    let figures = [
        (sum(|totals| totals.calls), "calls"),
        (sum(|totals| totals.channels), "channels"),
        (sum(|totals| totals.sessions), "sessions"),
        (sum(|totals| totals.objects), "objects"),
    ];
    let figure = |(count, name): (u64, &str)| {
        html! { <div><dd>{ count }</dd><dt>{ name }</dt></div> }
    };
    html! { <dl class="totals" aria-label="Made so far">{ for figures.into_iter().map(figure) }</dl> }
}
