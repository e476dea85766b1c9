//! What is looked at: what it does now, what can be done to it, and why.

use super::glyph::{icon, phase_mark};
use super::top::give;
use super::{chart, words};
use crate::act::Act;
use crate::explain;
use crate::run::{Offer, Run, Target};
use crate::state::{Desk, Order, Sheet, records_about};
use sessionful::Rules;
use yew::{Callback, Html, html};

/// The inspector.
pub(super) fn view(desk: &Desk, order: &Callback<Order>) -> Html {
    match desk.state.selected {
        Some(target) => one(desk, target, order),
        None => overview(desk, order),
    }
}

/// No more are listed; the stage and the table have all of them.
const MOST: usize = 12;

/// Nothing is selected: who takes part.
fn overview(desk: &Desk, order: &Callback<Order>) -> Html {
    let (title, about) = desk.title();
    let member = |node: &crate::scene::Node| {
        html! {
            <li><button class="item" onclick={give(order, Order::Select(Some(node.target)))}>
                { node.phase.map(phase_mark) }
                <span>{ node.name.as_str() }</span>
                <small>{ format!("{}, {}", node.kind(), node.about) }</small>
            </button></li>
        }
    };
    let ends =
        desk.scene.nodes.iter().filter(|n| matches!(n.target, Target::Proxy(_) | Target::Host(_)));
    html! {
        <>
            <header><h2>{ "Inspector" }</h2></header>
            <div class="body">
                <section class="part"><h3>{ title }</h3><p>{ about }</p></section>
                <section class="part">
                    <h3>{ "Select something to see what it does" }</h3>
                    <ul class="items">{ for ends.take(MOST).map(member) }</ul>
                </section>
                { results(desk) }
            </div>
        </>
    }
}

fn one(desk: &Desk, target: Target, order: &Callback<Order>) -> Html {
    let run = desk.run();
    let node = desk.scene.node(target);
    let (kind, name) = match node {
        Some(node) => (node.kind(), node.name.to_string()),
        None => named(run, target),
    };
    let phase = node.and_then(|node| node.phase);
    let rules = target.node().and_then(|id| run.cast().get(id)).map(|member| member.rules);
    html! {
        <>
            <header>
                <h2>{ phase.map(phase_mark) }{ " " }{ name }<small>{ kind }</small></h2>
                <button class="quiet icon-only" aria-label="Close" title="Close (Escape)" onclick={give(order, Order::Select(None))}>{ icon("close") }</button>
            </header>
            <div class="body">
                <section class="part now"><p>{ explain::now(run, target) }</p></section>
                if let Some(phase) = phase {
                    <section class="part">{ chart::view(phase, automaton(target, rules)) }</section>
                }
                { verbs(target, run.acts(target), order) }
                { facts(run, target) }
                { why(run, target) }
                { trace(run, target, order) }
                { results(desk) }
            </div>
        </>
    }
}

/// Which automaton governs it: only proxies and their channels follow WWSAPI's.
fn automaton(target: Target, rules: Option<Rules>) -> Rules {
    match target {
        Target::Proxy(_) | Target::Host(_) => rules.unwrap_or(Rules::Wcf),
        _ => Rules::Wcf,
    }
}

/// What can be said about it.
fn facts(run: &Run, target: Target) -> Html {
    let facts = explain::properties(run, target);
    if facts.is_empty() {
        return Html::default();
    }
    let fact =
        |(name, value): (&'static str, String)| html! { <><dt>{ name }</dt><dd>{ value }</dd></> };
    html! { <section class="part"><h3>{ "Properties" }</h3><dl class="facts">{ for facts.into_iter().map(fact) }</dl></section> }
}

/// The rules behind what it does.
fn why(run: &Run, target: Target) -> Html {
    let known =
        explain::rules_of(run, target).into_iter().filter_map(|id| Some((id, explain::rule(id)?)));
    let rules: Vec<Html> = known
        .map(|(id, text)| html! { <li><span class="rule">{ id }</span><span>{ text }</span></li> })
        .collect();
    if rules.is_empty() {
        return Html::default();
    }
    html! { <section class="part"><h3>{ "Why" }</h3><ul class="rules">{ for rules }</ul></section> }
}

/// What happened to it, newest first.
fn trace(run: &Run, target: Target, order: &Callback<Order>) -> Html {
    const SHOWN: usize = 8;
    let records = records_about(run, target, SHOWN);
    if records.is_empty() {
        return Html::default();
    }
    let line = |record: &sessionful::event::Record| {
        let (_, text) = crate::words::tell_of(run.cast(), record);
        html! {
            <li key={record.seq}><small>{ words::time(record.at) }</small>
                <button class="link" title="Go to this moment" onclick={give(order, Order::SeekRecord(record.seq + 1))}>{ text }</button></li>
        }
    };
    html! { <section class="part"><h3>{ "What happened to it" }</h3><ul class="trace">{ for records.into_iter().map(line) }</ul></section> }
}

fn named(run: &Run, target: Target) -> (&'static str, String) {
    match target {
        Target::Proxy(node) => ("proxy", run.cast().name(node).to_string()),
        Target::Host(node) => ("host", run.cast().name(node).to_string()),
        Target::Channel(_, id) => ("channel", id.to_string()),
        Target::Context(_, id) => ("instance context", id.to_string()),
        Target::Object(_, id) => ("service object", id.to_string()),
        Target::Dispatch(_, id) => ("operation", id.to_string()),
        Target::Call(_, id) => ("call", id.to_string()),
        Target::Flight(id) => match run.flight(id) {
            Some(flight) => ("message", flight.load.name().to_owned()),
            None => ("message", id.to_string()),
        },
    }
}

/// Every verb; those that are not allowed say why.
fn verbs(target: Target, offers: Vec<Offer>, order: &Callback<Order>) -> Html {
    if offers.is_empty() {
        return Html::default();
    }
    let group = |calls: bool| {
        let offers = offers.iter().filter(move |offer| matches!(offer.act, Act::Call(..)) == calls);
        let more = match target {
            Target::Proxy(node) if calls => {
                let open = give(order, Order::Sheet(Some(Sheet::Call(node))));
                html! { <button onclick={open}>{ "call with arguments…" }</button> }
            }
            _ => Html::default(),
        };
        html! { <div class="verbs">{ for offers.map(|offer| verb(offer, order)) }{ more }</div> }
    };
    let refused =
        offers.iter().filter_map(|offer| Some((offer.act.label(), offer.legal.as_ref().err()?)));
    let why = |(label, reason): (String, &explain::Reason)| {
        html! {
            <li><span class="what">{ label }</span>
                <span>{ &reason.text }{ " " }{ for reason.rule.map(|rule| html! { <span class="rule">{ rule }</span> }) }</span></li>
        }
    };
    let refused: Vec<Html> = refused.map(why).collect();
    html! {
        <section class="part">
            <h3>{ "What can be done" }</h3>
            { group(true) }{ group(false) }
            if !refused.is_empty() {
                <details><summary>{ format!("Why {} cannot be done now", refused.len()) }</summary>
                    <ul class="why">{ for refused }</ul></details>
            }
        </section>
    }
}

fn verb(offer: &Offer, order: &Callback<Order>) -> Html {
    let label = offer.act.label();
    let (disabled, title) = match &offer.legal {
        Ok(()) => (None, label.clone()),
        Err(reason) => (
            Some("true"),
            format!("{}{}", reason.rule.map(|r| format!("{r}: ")).unwrap_or_default(), reason.text),
        ),
    };
    let onclick = give(order, Order::Act(offer.act.clone()));
    html! { <button {onclick} {title} aria-disabled={disabled}>{ label }</button> }
}

/// How calls and commands ended.
fn results(desk: &Desk) -> Html {
    const SHOWN: usize = 8;
    let run = desk.run();
    let ended: Vec<Html> = run.ended().take(SHOWN).map(|ended| {
        let (class, text) = match &ended.result {
            Ok(text) if text == "done" => ("ok", String::new()),
            // One way: nothing comes back.
            Ok(text) if text.is_empty() => ("ok", String::new()),
            Ok(text) => ("ok", format!("→ {text}")),
            Err(reason) => ("bad", reason.text.clone()),
        };
        html! {
            <li key={ended.number} {class}><small>{ words::time(ended.at) }</small>
                <p>{ format!("{} {} ", run.cast().name(ended.node), ended.asked) }<span class="result">{ text }</span></p></li>
        }
    }).collect();
    if ended.is_empty() {
        return Html::default();
    }
    html! { <section class="part"><h3>{ "Latest results" }</h3><ul class="results">{ for ended }</ul></section> }
}
