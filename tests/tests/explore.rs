//! Every order in which small worlds can go, with the invariants of gate, pump, dispatch, pool and
//! proxy in each state.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

use sessionful::sim::{Scenario, Step, World};
use sessionful::{ConcurrencyMode, InstanceMode, Phase};
use sessionful_tests::explore::{Explored, explore};

const CONCURRENCY: [ConcurrencyMode; 3] =
    [ConcurrencyMode::Single, ConcurrencyMode::Reentrant, ConcurrencyMode::Multiple];
const INSTANCING: [InstanceMode; 3] =
    [InstanceMode::PerCall, InstanceMode::PerSession, InstanceMode::Single];

/// What each proxy is told, in its order.
type Agendas = &'static [(&'static str, &'static [&'static str])];

/// A world with a host that is open and proxies with agendas.
struct Small {
    binding: &'static str,
    session: &'static str,
    rules: &'static str,
    concurrency: ConcurrencyMode,
    instancing: InstanceMode,
    throttles: &'static str,
    agendas: Agendas,
}

impl Small {
    fn world(&self) -> World {
        let (callback, multiple) = match self.binding {
            "websocket" => (
                r#""callback": { "name": "Back", "operations": [{ "name": "ask" }] },"#,
                r#", "callback": { "concurrency": "multiple" }"#,
            ),
            _ => ("", ""),
        };
        let proxies: Vec<String> = self
            .agendas
            .iter()
            .map(|(name, _)| {
                format!(
                    r#""{name}": {{ "host": "H", "options": {{ "rules": "{}"{multiple} }},
                    "callback": {{ "operations": {{ "ask": ["return 1"] }} }} }}"#,
                    self.rules
                )
            })
            .collect();
        let text = format!(
            r#"{{ "title": "small", "hosts": {{ "H": {{ "binding": "{}",
                "contract": {{ "name": "S", "session": "{}", {callback} "operations": [
                    {{ "name": "touch" }}, {{ "name": "tell", "oneWay": true }},
                    {{ "name": "ask" }}, {{ "name": "throw" }} ] }},
                "behavior": {{ "concurrency": {}, "instancing": {}, "throttles": {} }},
                "service": {{ "operations": {{
                    "touch": ["add 1", "work 0us", "return state"],
                    "tell": ["add 1", "work 0us"],
                    "ask": ["try ask", "add 1", "return answer"],
                    "throw": ["throw by accident"] }} }} }} }},
            "proxies": {{ {} }} }}"#,
            self.binding,
            self.session,
            serde_json::to_string(&self.concurrency).unwrap(),
            serde_json::to_string(&self.instancing).unwrap(),
            self.throttles,
            proxies.join(",")
        );
        let scenario: Scenario = serde_json::from_str(&text).unwrap();
        let mut world = World::new(0).unordered();
        scenario.populate(&mut world).unwrap();
        let host = world.node("H").unwrap();
        world.command_host(host, sessionful::host::HostInput::Open);
        world.settle();
        for (name, agenda) in self.agendas {
            let node = world.node(name).unwrap();
            let steps = agenda.iter().map(|step| Step::try_from(format!("{name} {step}")).unwrap());
            world.plan(node, steps);
        }
        world
    }

    fn explore(&self) -> Explored {
        match explore(self.world(), 400_000, at_end) {
            Ok(explored) => explored,
            Err(wrong) => panic!(
                "{} {:?} {:?} {:?}: {wrong}",
                self.binding, self.concurrency, self.instancing, self.agendas
            ),
        }
    }
}

const OPEN_THROTTLES: &str =
    r#"{ "calls": { "slots": 16 }, "sessions": { "slots": 100 }, "instances": { "slots": 100 } }"#;
const TIGHT_THROTTLES: &str =
    r#"{ "calls": { "slots": 1 }, "sessions": { "slots": 1 }, "instances": { "slots": 1 } }"#;

/// Nothing is left undone, and nothing is left over once the host has closed.
fn at_end(world: &World) -> Option<String> {
    if !world.is_planned_out() {
        return Some("commands are left".into());
    }
    let mut world = world.clone();
    for (_, proxy) in world.proxies() {
        let phase = proxy.proxy.phase();
        if matches!(phase, Phase::Opening | Phase::Closing) {
            return Some(format!("a proxy is {phase} for ever"));
        }
        if proxy.proxy.pending_calls() > 0 {
            return Some("a call never ends".into());
        }
    }
    let proxies: Vec<_> = world.proxies().map(|(node, _)| node).collect();
    for node in proxies {
        world.command_proxy(node, sessionful::proxy::ProxyInput::Abort);
        world.command_proxy(node, sessionful::proxy::ProxyInput::Close);
    }
    let host = world.node("H")?;
    world.settle();
    world.command_host(host, sessionful::host::HostInput::Close);
    world.settle();
    let leaks = world.leaks();
    (!leaks.is_empty()).then(|| format!("left over: {leaks:?}"))
}

fn over_every_mode(
    name: &str,
    shapes: &[(&'static str, &'static str)],
    rules: &'static str,
    throttles: &'static str,
    agendas: Agendas,
) {
    let mut total = Explored::default();
    for (binding, session) in shapes {
        for concurrency in CONCURRENCY {
            for instancing in INSTANCING {
                let (binding, session) = (*binding, *session);
                let small =
                    Small { binding, session, rules, concurrency, instancing, throttles, agendas };
                let explored = small.explore();
                println!(
                    "{name} {binding} {session} {concurrency:?} {instancing:?}: {} states, \
                     {} transitions, {} ends",
                    explored.states, explored.transitions, explored.ends
                );
                total.states += explored.states;
                total.transitions += explored.transitions;
                total.ends += explored.ends;
            }
        }
    }
    println!(
        "{name}: {} states, {} transitions, {} ends",
        total.states, total.transitions, total.ends
    );
}

const SESSION: (&str, &str) = ("websocket", "required");
const SESSION_ALLOWED: (&str, &str) = ("websocket", "allowed");
const SESSIONLESS: (&str, &str) = ("fetch", "notAllowed");
const SESSIONLESS_ALLOWED: (&str, &str) = ("fetch", "allowed");

/// CONC-2, CONC-3, CONC-4, CONC-7, INST-3, INST-4, INST-5, INST-15, PROXY-11, PROXY-12, PROXY-15:
/// two clients with two calls each, in every order.
#[test]
fn two_clients_with_two_calls() {
    let agendas: Agendas =
        &[("A", &["open", "call touch", "call touch"]), ("B", &["open", "call touch"])];
    over_every_mode("two clients", &[SESSION, SESSIONLESS], "wws", OPEN_THROTTLES, agendas);
    let agendas: Agendas = &[("A", &["open", "call touch", "call touch", "close"])];
    let allowed = &[SESSION_ALLOWED, SESSIONLESS_ALLOWED];
    over_every_mode("allowed", allowed, "wcf", OPEN_THROTTLES, agendas);
}

/// CONC-5, CONC-6, CONC-12, CONC-13: call-outs give the gate up and win it back, or are refused.
#[test]
fn callbacks_in_every_order() {
    let agendas: Agendas = &[("A", &["open", "call ask", "call ask", "close"])];
    over_every_mode("callbacks", &[SESSION], "wcf", OPEN_THROTTLES, agendas);
    let agendas: Agendas = &[("A", &["open", "call ask"]), ("B", &["open", "call ask"])];
    over_every_mode("two callbacks", &[SESSION], "wws", OPEN_THROTTLES, agendas);
}

/// THR-2, THR-3, THR-4, THR-5: with one slot of each everything still gets through.
#[test]
fn one_slot_of_each_throttle() {
    let agendas: Agendas =
        &[("A", &["open", "call touch", "close"]), ("B", &["open", "call touch", "close"])];
    over_every_mode("throttled", &[SESSION, SESSIONLESS], "wcf", TIGHT_THROTTLES, agendas);
}

/// FLT-5, FLT-6, FLT-8, SESS-21: an unhandled failure, in every order with another client's calls.
#[test]
fn a_failure_in_every_order() {
    let agendas: Agendas =
        &[("A", &["open", "call throw", "abort"]), ("B", &["open", "call touch"])];
    over_every_mode("failures", &[SESSION, SESSIONLESS], "wcf", OPEN_THROTTLES, agendas);
}

/// CALL-9, CALL-11, SESS-21: the connection is cut, or the proxy aborted, at any moment.
#[test]
fn cut_and_abort_at_any_moment() {
    let agendas: Agendas = &[
        ("A", &["open", "call touch", "link cut", "close"]),
        ("B", &["open", "call tell", "abort"]),
    ];
    over_every_mode("broken", &[SESSION, SESSIONLESS], "wws", OPEN_THROTTLES, agendas);
}

/// CALL-5, CALL-7, CALL-12, PROXY-8, PROXY-13: calls are abandoned at any moment, and the proxy is
/// used again.
#[test]
fn abandon_and_reset_at_any_moment() {
    let agendas: Agendas =
        &[("A", &["open", "call touch", "abandon all", "call touch", "close", "reset"])];
    over_every_mode("abandoned", &[SESSION, SESSIONLESS], "wws", OPEN_THROTTLES, agendas);
}
