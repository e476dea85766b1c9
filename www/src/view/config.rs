//! What runs, as a form. What the runtime would refuse is said before it is run.

mod fields;

use super::glyph::icon;
use crate::cast::Member;
use crate::config::{Config, Encoding, HostConfig, ProxyConfig, Refusal};
use crate::explain;
use crate::lane::Lane;
use crate::run::Label;
use crate::state::{Desk, Order};
use fields::{Choice, check, choose, number, section};
use sessionful::{Binding, ConcurrencyMode, InstanceMode, Limit, ReleaseMode, Rules, SessionMode};
use std::rc::Rc;
use std::time::Duration;
use yew::{Callback, Html, html};

/// The settings of so many proxies are shown, and of the selected one.
const SHOWN: usize = 6;

/// Changes a part of the configuration.
pub(super) type Edit = Rc<dyn Fn(&mut dyn FnMut(&mut Config))>;

/// The form of the host that is looked at, and of its proxies.
pub(super) fn view(desk: &Desk, order: &Callback<Order>) -> Html {
    if desk.source.live().is_some() {
        return live(desk, order);
    }
    let config = Rc::new(desk.draft.clone());
    let (from, to) = (Rc::clone(&config), order.clone());
    let edit: Edit = Rc::new(move |change| {
        let mut config = (*from).clone();
        change(&mut config);
        to.emit(Order::Configure(Rc::new(config)));
    });
    let place = desk.host_place();
    let Some(host) = config.hosts.get(place) else { return Html::default() };
    let selected = desk.state.selected.and_then(crate::run::Target::node);
    let is_shown = |(at, proxy): &(usize, &ProxyConfig)| {
        proxy.host == place && (*at < SHOWN || Some(config.proxy_node(*at)) == selected)
    };
    let proxies = config.proxies.iter().enumerate().filter(is_shown);
    let more = config.proxies.len() > SHOWN;
    html! {
        <>
            <header>
                <h2>{ "Configuration" }</h2>
                if desk.is_changed() {
                    <button class="link" onclick={super::top::give(order, Order::Restore)}>{ "As it was" }</button>
                }
            </header>
            <div class="body config">
                { refusals(&desk.refusals) }
                { warnings(&desk.draft) }
                { hosts(desk, place, order) }
                { contract(host, place, &edit) }
                { binding(host, place, &edit) }
                { service(host, place, &edit) }
                { for proxies.map(|(at, proxy)| self::proxy(proxy, at, &edit)) }
                if more { <p class="part note">{ "Select another proxy to see its settings." }</p> }
            </div>
        </>
    }
}

/// What runs live is not edited here.
fn live(desk: &Desk, order: &Callback<Order>) -> Html {
    let back = super::top::give(order, Order::Source(crate::state::Origin::Simulated));
    html! {
        <>
            <header><h2>{ "Configuration" }</h2></header>
            <div class="body">
                <section class="part">
                    <h3>{ "What runs live" }</h3>
                    <dl class="facts">
                        { for taking_part(desk).into_iter().map(|(name, about)| html! { <><dt>{ name }</dt><dd>{ about }</dd></> }) }
                    </dl>
                </section>
                <section class="part">
                    <p>{ "A live run shows services as they are. To change contracts, bindings and services, simulate them." }</p>
                    <div class="verbs"><button onclick={back}>{ "Go to the simulation" }</button></div>
                </section>
            </div>
        </>
    }
}

/// The services of a live run: this page's own, or those that a description names.
fn taking_part(desk: &Desk) -> Vec<(String, String)> {
    let run = desk.run();
    if !matches!(run.label(), Label::Described(_)) {
        return Lane::ALL.map(|lane| (lane.title().into(), lane.about().into())).into();
    }
    let about = |member: &Member| {
        let role = if member.host.is_some() { "a proxy of this page" } else { "a service" };
        let operations = member.contract.operations().iter();
        let names: Vec<&str> = operations.map(|operation| operation.name.as_str()).collect();
        format!("{role}: {}", names.join(", "))
    };
    run.cast().iter().map(|(_, member)| (member.name.to_string(), about(member))).collect()
}

fn refusals(refusals: &[Refusal]) -> Html {
    let one = |refusal: &Refusal| {
        html! {
            <div class="notice bad" role="alert">
                { icon("warning") }
                <p><b>{ format!("{} would be refused", refusal.name) }</b>{ " " }
                    { for refusal.rule.map(|rule| html! { <span class="rule" title={explain::rule(rule)}>{ rule }</span> }) }</p>
                <p>{ &refusal.text }</p>
                <p class="code">{ &refusal.code }</p>
                <p>{ "What ran before goes on until this can run." }</p>
            </div>
        }
    };
    html! { <>{ for refusals.iter().map(one) }</> }
}

/// What will go wrong, though it can run.
fn warnings(config: &Config) -> Html {
    let one = |notice: crate::lint::Notice| {
        html! {
            <div class="notice">{ icon("warning") }
                <p>{ notice.text }{ " " }<span class="rule" title={explain::rule(notice.rule)}>{ notice.rule }</span></p></div>
        }
    };
    html! { <>{ for crate::lint::lint_config(config).into_iter().map(one) }</> }
}

/// Which host, where there are several.
fn hosts(desk: &Desk, place: usize, order: &Callback<Order>) -> Html {
    let config = &desk.draft;
    if config.hosts.len() < 2 {
        return Html::default();
    }
    let tab = |(at, host): (usize, &HostConfig)| {
        let checked = at == place;
        html! {
            <button role="radio" aria-checked={checked.to_string()} onclick={super::top::give(order, Order::Host(at))}>{ host.name.as_str() }</button>
        }
    };
    html! {
        <div class="part"><div class="choice" role="radiogroup" aria-label="Service">
            { for config.hosts.iter().enumerate().map(tab) }</div></div>
    }
}

fn contract(host: &HostConfig, place: usize, edit: &Edit) -> Html {
    let session = Choice {
        label: "Session",
        value: host.contract.session,
        options: &[
            (SessionMode::Allowed, "Allowed"),
            (SessionMode::Required, "Required"),
            (SessionMode::NotAllowed, "NotAllowed"),
        ],
    };
    type Operation = sessionful::Operation;
    type Flag = fn(&mut Operation) -> &mut bool;
    const FLAGS: [(&str, Flag); 3] = [
        ("one-way", |operation| &mut operation.one_way),
        ("initiating", |operation| &mut operation.initiating),
        ("terminating", |operation| &mut operation.terminating),
    ];
    let row = |(at, operation): (usize, &Operation)| {
        let flag = |(name, of): (&'static str, Flag)| {
            let on = *of(&mut operation.clone());
            let label = format!("{}: {name}", operation.name);
            html! { <td>{ fields::tick(label, on, edit, move |config, on| {
                if let Some(operation) = config.hosts[place].contract.operations.get_mut(at) {
                    *of(operation) = on;
                }
            }) }</td> }
        };
        html! { <tr><th scope="row">{ operation.name.as_str() }</th>{ for FLAGS.into_iter().map(flag) }</tr> }
    };
    section(
        "Contract",
        host.contract.name.as_str(),
        html! {
            <>
                { choose(session, edit, move |config, mode| config.hosts[place].contract.session = mode) }
                <table class="ops">
                    <thead><tr><th scope="col">{ "Operation" }</th>{ for FLAGS.iter().map(|(name, _)| html! { <th scope="col">{ *name }</th> }) }</tr></thead>
                    <tbody>{ for host.contract.operations.iter().enumerate().map(row) }</tbody>
                </table>
                if !host.contract.callback.is_empty() {
                    <p class="note">{ "Calls back: " }{ host.contract.callback.iter().map(|operation| operation.name.as_str()).collect::<Vec<_>>().join(", ") }</p>
                }
            </>
        },
    )
}

fn binding(host: &HostConfig, place: usize, edit: &Edit) -> Html {
    const KINDS: &[(&str, &str)] = &[
        ("websocket", "Sessions"),
        ("fetch", "No sessions"),
        ("both", "Both kinds"),
        ("reply-session", "Sessions, one way"),
    ];
    let known = KINDS.iter().find(|(name, _)| *name == host.binding.name);
    let value = known.map_or("websocket", |(name, _)| *name);
    let kind = Choice { label: "Channels", value, options: KINDS };
    let encoding = Choice {
        label: "Encoding",
        value: host.encoding,
        options: &[(Encoding::Json, "JSON"), (Encoding::Binary, "Binary")],
    };
    let idle = host.binding.timeouts.receive;
    section(
        "Binding",
        host.binding.name.as_str(),
        html! {
            <>
                { choose(kind, edit, move |config, name| {
                    let host = &mut config.hosts[place];
                    let (timeouts, limits) = (host.binding.timeouts, host.binding.limits);
                    let binding = match name {
                        "fetch" => Binding::fetch(),
                        "both" => Binding::both(),
                        "reply-session" => Binding::reply_session(),
                        _ => Binding::websocket(),
                    };
                    host.binding = binding.timeouts(timeouts).limits(limits);
                }) }
                { choose(encoding, edit, move |config, encoding| config.hosts[place].encoding = encoding) }
                { number("Idle session, s", Some(idle.as_secs()), edit, move |config, value| {
                    config.hosts[place].binding.timeouts.receive = Duration::from_secs(value.unwrap_or(600));
                }) }
                { number("Frame, bytes", Some(host.binding.limits.frame as u64), edit, move |config, value| {
                    config.hosts[place].binding.limits.frame = usize::try_from(value.unwrap_or(65_536)).unwrap_or(usize::MAX);
                }) }
            </>
        },
    )
}

fn service(host: &HostConfig, place: usize, edit: &Edit) -> Html {
    let behavior = &host.behavior;
    let instancing = Choice {
        label: "Instances",
        value: behavior.instancing,
        options: &[
            (InstanceMode::PerCall, "PerCall"),
            (InstanceMode::PerSession, "PerSession"),
            (InstanceMode::Single, "Single"),
        ],
    };
    let concurrency = Choice {
        label: "Concurrency",
        value: behavior.concurrency,
        options: &[
            (ConcurrencyMode::Single, "Single"),
            (ConcurrencyMode::Reentrant, "Reentrant"),
            (ConcurrencyMode::Multiple, "Multiple"),
        ],
    };
    let throttle = |label: &'static str,
                    limit: Limit,
                    at: fn(&mut sessionful::Throttles) -> &mut Limit| {
        let is_limited = limit.slots < i32::MAX as u32;
        number(label, is_limited.then_some(u64::from(limit.slots)), edit, move |config, value| {
            let slots = value
                .filter(|slots| *slots > 0)
                .map_or(u32::MAX, |slots| u32::try_from(slots).unwrap_or(u32::MAX));
            at(&mut config.hosts[place].behavior.throttles).slots = slots;
        })
    };
    let throttles = &behavior.throttles;
    section(
        "Service",
        "",
        html! {
            <>
                { choose(instancing, edit, move |config, mode| config.hosts[place].behavior.instancing = mode) }
                { choose(concurrency, edit, move |config, mode| config.hosts[place].behavior.concurrency = mode) }
                { releases(host, place, edit) }
                { check("The service object is given (well-known)", behavior.well_known, edit, move |config, on| config.hosts[place].behavior.well_known = on) }
                <p class="note">{ "At once, at most (empty: no limit)" }</p>
                { throttle("Calls", throttles.calls, |throttles| &mut throttles.calls) }
                { throttle("Sessions", throttles.sessions, |throttles| &mut throttles.sessions) }
                { throttle("Instances", throttles.instances, |throttles| &mut throttles.instances) }
            </>
        },
    )
}

/// When each operation gives the service object up.
fn releases(host: &HostConfig, place: usize, edit: &Edit) -> Html {
    let operation = |operation: &sessionful::Operation| {
        let name = operation.name.clone();
        let value = host.behavior.release.get(&name).copied().unwrap_or_default();
        let named = Choice {
            label: "",
            value,
            options: &[
                (ReleaseMode::None, "None"),
                (ReleaseMode::BeforeCall, "BeforeCall"),
                (ReleaseMode::AfterCall, "AfterCall"),
                (ReleaseMode::BeforeAndAfterCall, "BeforeAndAfterCall"),
            ],
        };
        html! {
            <div class="field"><span>{ name.as_str() }</span>{ fields::bare(&format!("When {name} gives the object up"), named, edit, move |config, mode| {
                let release = &mut config.hosts[place].behavior.release;
                match mode {
                    ReleaseMode::None => drop(release.remove(&name)),
                    mode => drop(release.insert(name.clone(), mode)),
                }
            }) }</div>
        }
    };
    html! {
        <details><summary>{ "When operations give the object up" }</summary>
            <div class="nested">{ for host.contract.operations.iter().map(operation) }</div></details>
    }
}

fn proxy(proxy: &ProxyConfig, place: usize, edit: &Edit) -> Html {
    let options = &proxy.options;
    let rules = Choice {
        label: "Rules",
        value: options.rules,
        options: &[(Rules::Wws, "WWSAPI service proxy"), (Rules::Wcf, "WCF channel")],
    };
    let seconds =
        |label: &'static str,
         span: Option<Duration>,
         usual: u64,
         set: fn(&mut sessionful::proxy::ProxyOptions, Option<Duration>)| {
            number(
                label,
                Some(span.map_or(usual, |span| span.as_secs())),
                edit,
                move |config, value| {
                    set(&mut config.proxies[place].options, value.map(Duration::from_secs));
                },
            )
        };
    let usual = if options.rules == Rules::Wws { (30, 5) } else { (60, 60) };
    // A channel of WCF has no such limit of its own.
    let pending = options.max_pending_calls.or((options.rules == Rules::Wws).then_some(100));
    section(
        "Proxy",
        proxy.name.as_str(),
        html! {
            <>
                { choose(rules, edit, move |config, rules| config.proxies[place].options.rules = rules) }
                { number("Pending calls", pending.map(u64::from), edit, move |config, value| {
                    config.proxies[place].options.max_pending_calls = value.filter(|most| *most > 0).and_then(|most| u32::try_from(most).ok());
                }) }
                { seconds("Call timeout, s", options.call_timeout, usual.0, |options, span| options.call_timeout = span) }
                { seconds("Close timeout, s", options.max_close_timeout, usual.1, |options, span| options.max_close_timeout = span) }
                { number("Latency, ms", Some(proxy.weather.latency_us / 1000), edit, move |config, value| {
                    config.proxies[place].weather.latency_us = value.unwrap_or(0).min(60_000) * 1000;
                }) }
            </>
        },
    )
}
