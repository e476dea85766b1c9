//! Running, pausing, stepping: the controls of time.

use super::glyph::icon;
use super::top::give;
use super::words;
use crate::run::Stride;
use crate::state::{Desk, Order, SPEEDS, TrackOrder};
use web_sys::{HtmlElement, HtmlSelectElement};
use yew::{Callback, Html, NodeRef, TargetCast, html};

/// The controls.
pub(super) fn view(desk: &Desk, time: &NodeRef, order: &Callback<Order>) -> Html {
    let playing = desk.state.playing;
    let step = |name: &'static str, key: &'static str, symbol: &'static str, what: Order| {
        html! {
            <button class="quiet icon-only" aria-label={name} title={format!("{name} ({key})")} aria-keyshortcuts={key}
                onclick={give(order, what)}>{ icon(symbol) }</button>
        }
    };
    html! {
        <header class="transport">
            <h2 class="unseen">{ "Timeline" }</h2>
            <button class="play" onclick={give(order, Order::Toggle)} aria-keyshortcuts="Space"
                aria-label={if playing { "Pause" } else { "Run" }} title={if playing { "Pause (Space)" } else { "Run (Space)" }}>
                { icon(if playing { "pause" } else { "play" }) }<span>{ if playing { "Pause" } else { "Run" } }</span>
            </button>
            <div class="steps" role="group" aria-label="Steps">
                if desk.source.live().is_none() { { step("Start again", "r", "restart", Order::Restart) } }
                { step("Step back", ",", "back", Order::Back(Stride::Record)) }
                { step("Step", ".", "on", Order::On(Stride::Record)) }
                { step("Next message", "n", "message", Order::On(Stride::Message)) }
                { step("Next fault", "!", "fault", Order::On(Stride::Trouble)) }
            </div>
            if desk.source.live().is_none() { { speed(desk, order) } }
            <span class="tag origin">{ desk.run().label().text() }</span>
            <p class="time"><span ref={time.clone()}>{ words::time(desk.run().now()) }</span><small>{ " s" }</small></p>
            { behind(desk, order) }
            <div class="gap"></div>
            { branches(desk, order) }
            { track(desk, order) }
        </header>
    }
}

fn speed(desk: &Desk, order: &Callback<Order>) -> Html {
    let change = order.reform(|event: yew::Event| {
        let chosen = event.target_unchecked_into::<HtmlSelectElement>().selected_index();
        Order::Speed(usize::try_from(chosen).unwrap_or(0))
    });
    let option = |(place, (_, name)): (usize, &(f64, &'static str))| {
        html! { <option selected={place == desk.state.speed}>{ *name }</option> }
    };
    html! {
        <label class="speed"><span class="unseen">{ "Speed" }</span>
            <select onchange={change} title="Speed (+ and -)">{ for SPEEDS.iter().enumerate().map(option) }</select>
        </label>
    }
}

/// Which part of the run the timeline shows.
fn track(desk: &Desk, order: &Callback<Order>) -> Html {
    let toggle = |name: &'static str, title: &'static str, on: bool, what: TrackOrder| {
        html! { <button class="quiet" aria-pressed={on.to_string()} {title} onclick={give(order, Order::Track(what))}>{ name }</button> }
    };
    let step = |name: &'static str, symbol: &'static str, what: TrackOrder| {
        html! { <button class="quiet icon-only zoom" aria-label={name} title={name} onclick={give(order, Order::Track(what))}>{ icon(symbol) }</button> }
    };
    html! {
        <div class="track" role="group" aria-label="Timeline">
            { toggle("Follow", "Goes along with the cursor", desk.track.follow, TrackOrder::Follow) }
            { toggle("Skip quiet", "Leaves out times in which nothing went on", desk.track.collapse, TrackOrder::Collapse) }
            { step("Less time", "plus", TrackOrder::Near) }
            { step("More time", "minus", TrackOrder::Far) }
            { step("The whole run", "fit", TrackOrder::Fit) }
        </div>
    }
}

/// The past is shown: what would happen now if something were done.
fn behind(desk: &Desk, order: &Callback<Order>) -> Html {
    if desk.run().is_at_head() {
        return Html::default();
    }
    html! {
        <p class="behind">
            <span class="tag">{ "in the past" }</span>
            if desk.source.live().is_none() { <span class="hint">{ "Acting here begins a branch." }</span> }
            <button class="link" onclick={give(order, Order::Newest)}>{ "Go to now" }</button>
        </p>
    }
}

fn branches(desk: &Desk, order: &Callback<Order>) -> Html {
    if desk.source.live().is_some() {
        return Html::default();
    }
    let branches = desk.source.simulated.branches();
    if branches.len() < 2 {
        return Html::default();
    }
    let change = order.reform(|event: yew::Event| {
        let chosen = event.target_unchecked_into::<HtmlSelectElement>().selected_index();
        Order::Branch(usize::try_from(chosen).unwrap_or(0))
    });
    let option = |branch: crate::simulated::Branch| {
        let at = branch.forked.map(|at| format!(" at {} s", words::time(at))).unwrap_or_default();
        html! { <option selected={branch.current}>{ format!("{}{at}", branch.name) }</option> }
    };
    html! {
        <label class="branches">{ icon("branch") }<span class="unseen">{ "Branch" }</span>
            <select onchange={change}>{ for branches.into_iter().map(option) }</select>
        </label>
    }
}

/// Writes the time that it is, without drawing the page anew.
pub(super) fn tick(time: &NodeRef, desk: &Desk) {
    if let Some(time) = time.cast::<HtmlElement>() {
        let now = words::time(desk.run().now());
        if time.text_content().as_deref() != Some(now.as_str()) {
            time.set_text_content(Some(&now));
        }
    }
}
