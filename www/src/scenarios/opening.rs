//! What a visitor sees first, and an empty bench to work at.

use super::Scenario;
use super::kit::{call, contract, host, proxy, scenario};
use crate::act::Act;
use crate::run::Target;
use sessionful::ids::NodeId;
use sessionful::{Binding, ConcurrencyMode, InstanceMode, Operation, SessionMode};

/// Two proxies, one with a pool and one with a session, round and round.
pub(super) fn two_proxies() -> Scenario {
    let [calculator, total, pooled, session] = [1, 2, 3, 4].map(NodeId);
    let calculates = contract("Calculator", SessionMode::NotAllowed, &["add", "multiply"]);
    let totals = contract("RunningTotal", SessionMode::Required, &["clear"])
        .operation(Operation::new("addTo").not_initiating())
        .operation(Operation::new("equals").not_initiating().terminating());
    scenario(
        "first",
        "Two proxies at work",
        "One proxy borrows a channel for each call, the other keeps one session: watch both.",
        &["PROXY-11", "PROXY-12", "PROXY-13", "INST-3", "INST-4", "CONC-2"],
    )
    .host(
        host("Calculator", calculates, Binding::fetch())
            .instancing(InstanceMode::PerCall)
            .does("add", &["work 700ms", "set $1", "add $2", "return state"])
            .does("multiply", &["work 1100ms", "set $1", "mul $2", "return state"]),
    )
    .host(
        // Only where calls may be read ahead of their turn does one wait at the gate and not on its channel.
        host("RunningTotal", totals, Binding::websocket())
            .concurrency(ConcurrencyMode::Reentrant)
            .does("clear", &["work 300ms", "set 0", "return state"])
            .does("addTo", &["work 1500ms", "add $1", "return state"])
            .does("equals", &["work 300ms", "return state"]),
    )
    .proxy(proxy("pooled", 0))
    .proxy(proxy("session", 1))
    .all(0, [calculator, total, pooled].map(Act::Open))
    .at(100, call(pooled, "add", "2 3"))
    .at(200, Act::Open(session))
    .at(400, call(pooled, "multiply", "6 7"))
    .at(1_400, call(session, "clear", ""))
    .at(3_000, call(session, "addTo", "5"))
    .at(3_400, call(pooled, "add", "4 4"))
    .at(3_500, call(session, "addTo", "2"))
    .at(5_600, call(pooled, "multiply", "3 3"))
    .at(6_000, call(pooled, "add", "1 1"))
    .at(7_800, call(session, "equals", ""))
    .at(10_000, Act::Close(session))
    .at(10_400, Act::Reset(session))
    .again(100, 12_000)
    .say(0, "Calls travel as dots. The upper proxy has no session: each call borrows a channel.")
    .of(Target::Proxy(pooled))
    .say(700, "Two calls at once need two channels, so the pool has two. Afterwards they wait to be reused.")
    .of(Target::Proxy(pooled))
    .say(1_800, "The lower proxy keeps one channel: its session. Every call of it goes that way.")
    .of(Target::Proxy(session))
    .say(4_000, "The second addTo waits at the gate: this object serves one call at a time.")
    .of(Target::Host(total))
    .say(5_100, "Now the gate lets it in. The total has kept the 5: its object lives as long as the session.")
    .of(Target::Host(total))
    .say(7_000, "The calculator keeps nothing: a new object for each call, gone with its reply.")
    .of(Target::Host(calculator))
    .say(9_000, "equals was the last call of the session, so the session and its object are gone.")
    .of(Target::Host(total))
}

/// A host and two proxies that wait for commands.
pub(super) fn workbench() -> Scenario {
    let [service, one, two] = [1, 2, 3].map(NodeId);
    let does = contract("Bench", SessionMode::Allowed, &["work", "count", "who"])
        .operation(Operation::new("tell").one_way());
    scenario(
        "workbench",
        "Workbench",
        "Nothing happens by itself: configure, call, break.",
        &["PROXY-2"],
    )
    .host(
        host("Bench", does, Binding::websocket())
            .does("work", &["work 2s", "return done"])
            .does("count", &["add 1", "return state"])
            .does("who", &["return id session"])
            .does("tell", &["work 500ms"]),
    )
    .proxy(proxy("one", 0))
    .proxy(proxy("two", 0))
    .all(0, [service, one, two].map(Act::Open))
    .say(0, "Choose something on the stage; the inspector shows what you can do to it.")
}
