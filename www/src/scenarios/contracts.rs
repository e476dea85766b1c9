//! Contracts: which call may come first, which is the last, and calls in the other direction.

use super::Scenario;
use super::kit::{call, contract, host, proxy, scenario};
use crate::act::Act;
use crate::run::Target;
use sessionful::ids::NodeId;
use sessionful::proxy::ProxyOptions;
use sessionful::{Binding, Operation, SessionMode};

pub(super) fn initiating_and_terminating() -> Scenario {
    let [service, caller] = [1, 2].map(NodeId);
    let contract = contract("Order", SessionMode::Required, &["begin"])
        .operation(Operation::new("add").not_initiating())
        .operation(Operation::new("submit").not_initiating().terminating());
    scenario(
        "first-and-last",
        "The first and the last call of a session",
        "A contract can say which operation begins a session, and which ends it.",
        &["SESS-11", "SESS-12", "ORC-10", "CO-19"],
    )
    .host(
        host("Order", contract, Binding::websocket())
            .does("begin", &["work 300ms", "set 0", "return begun"])
            .does("add", &["work 300ms", "add $1", "return state"])
            .does("submit", &["work 300ms", "return state"]),
    )
    .proxy(proxy("caller", 0).options(ProxyOptions::wcf()))
    .at(0, Act::Open(service))
    .at(1_000, call(caller, "add", "1"))
    .at(3_000, call(caller, "begin", ""))
    .at(6_000, call(caller, "add", "2"))
    .at(8_000, call(caller, "submit", ""))
    .at(11_500, call(caller, "add", "3"))
    .say(0, "begin may be the first call of a session, add may not, and submit is the last.")
    .of(Target::Host(service))
    .say(1_000, "add comes first: the proxy itself refuses it. Nothing is sent.")
    .of(Target::Proxy(caller))
    .say(3_000, "begin opens the session; this proxy follows WCF, where the first call opens it.")
    .of(Target::Proxy(caller))
    .say(6_000, "Now add is welcome.")
    .say(8_000, "submit is the last: after its answer the proxy closes the session by itself.")
    .of(Target::Proxy(caller))
    .say(11_500, "Whoever calls now is told that the session was ended.")
    .of(Target::Proxy(caller))
}

pub(super) fn duplex_hello() -> Scenario {
    let [service, a, b] = [1, 2, 3].map(NodeId);
    let contract = contract("Hello", SessionMode::Required, &[])
        .operation(Operation::new("hello").one_way())
        .callback(Operation::new("reply").one_way());
    scenario(
        "duplex-hello",
        "The service calls back",
        "A one-way greeting is answered later, by a call in the other direction.",
        &["OP-2", "OP-5", "CONC-11", "INST-28"],
    )
    .host(
        host("Hello", contract, Binding::websocket())
            .does("hello", &["work 2s", "callback reply $1 id"]),
    )
    .proxy(proxy("A", 0).does("reply", &["work 400ms"]))
    .proxy(proxy("B", 0).does("reply", &["work 400ms"]))
    .all(0, [service, a, b].map(Act::Open))
    .at(1_500, call(a, "hello", "hi"))
    .at(2_500, call(b, "hello", "hey"))
    .all(8_000, [a, b].map(Act::Close))
    .say(1_500, "A greets. The call is one-way: A does not wait for anything.")
    .of(Target::Proxy(a))
    .say(2_000, "The service takes its time.")
    .of(Target::Host(service))
    .say(4_000, "Now it calls back, over A's own session: the dot travels from right to left.")
    .of(Target::Host(service))
    .say(4_500, "A's callback object runs, at A's end.")
    .of(Target::Proxy(a))
    .say(5_000, "B gets its own answer: each session knows the way back to its caller.")
    .of(Target::Proxy(b))
}

pub(super) fn no_session() -> Scenario {
    let [service, other, caller] = [1, 2, 3].map(NodeId);
    let needs = || contract("Total", SessionMode::Required, &["add"]);
    let lines = ["work 300ms", "add $1", "return state"];
    scenario(
        "no-session",
        "A contract that its binding cannot serve",
        "The contract requires a session, fetch has none: the host refuses to open.",
        &["SESS-3", "SESS-6", "ORC-4", "CO-13"],
    )
    .host(host("over fetch", needs(), Binding::fetch()).does("add", &lines))
    .host(host("over WebSocket", needs(), Binding::websocket()).does("add", &lines))
    .proxy(proxy("caller", 1))
    .at(500, Act::Open(service))
    .at(2_500, Act::Open(other))
    .at(3_000, Act::Open(caller))
    .at(4_500, call(caller, "add", "5"))
    .say(0, "Two hosts of one contract that requires a session.")
    .say(500, "The first cannot open: nothing that fetch offers has a session. It has faulted.")
    .of(Target::Host(service))
    .say(2_500, "A WebSocket connection is a session. The second host opens.")
    .of(Target::Host(other))
    .say(4_500, "And is called.")
}
