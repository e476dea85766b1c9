//! Throttles: limits of a host, at which callers wait; and the limit of a proxy, at which they do not.

use super::Scenario;
use super::kit::{call, calls, contract, host, proxy, scenario};
use crate::act::{Act, Ask};
use crate::run::Target;
use sessionful::ids::NodeId;
use sessionful::proxy::ProxyOptions;
use sessionful::{Binding, InstanceMode, Limit, SessionMode};

pub(super) fn busy_calls() -> Scenario {
    let [service, caller] = [1, 2].map(NodeId);
    scenario(
        "throttled-calls",
        "Two calls at a time",
        "The host admits two calls at once; the others wait, without being told.",
        &["THR-2", "THR-3"],
    )
    .host(
        host("Desk", contract("Desk", SessionMode::NotAllowed, &["work"]), Binding::fetch())
            .instancing(InstanceMode::PerCall)
            .behavior(|behavior| behavior.throttles.calls = Limit::slots(2))
            .does("work", &["work 1s", "return done"]),
    )
    .proxy(proxy("caller", 0))
    .all(0, [service, caller].map(Act::Open))
    .at(500, calls(caller, "work", "", 5))
    .say(500, "Five calls at once, each on a channel of its own.")
    .of(Target::Proxy(caller))
    .say(1_000, "The host has two slots. Two calls run; the rest waits in line.")
    .of(Target::Host(service))
    .say(2_000, "Slots are free again, and the next two are let in.")
    .of(Target::Host(service))
    .say(3_000, "Nothing was refused: callers only notice that it takes longer.")
}

pub(super) fn sessions() -> Scenario {
    let [service, a, b] = [1, 2, 3].map(NodeId);
    scenario(
        "throttled-sessions",
        "One session at a time",
        "A second session is connected but not accepted: what it sends is not received.",
        &["THR-2", "THR-4", "CALL-8"],
    )
    .host(
        host("Desk", contract("Desk", SessionMode::Required, &["ping"]), Binding::websocket())
            .behavior(|behavior| behavior.throttles.sessions = Limit::slots(1))
            .does("ping", &["work 300ms", "return pong"]),
    )
    .proxy(proxy("A", 0))
    .proxy(proxy("B", 0))
    .all(0, [service, a].map(Act::Open))
    .at(1_500, Act::Open(b))
    .at(3_000, Act::Call(b, Ask::new("ping").timeout_ms(3_000)))
    .at(8_000, Act::Close(a))
    .at(10_500, call(b, "ping", ""))
    .say(0, "A has opened a session. The host admits one.")
    .of(Target::Host(service))
    .say(1_500, "B connects, and believes to be open.")
    .of(Target::Proxy(b))
    .say(3_000, "B's call is sent, but the host does not listen to B: there is no slot for it.")
    .of(Target::Host(service))
    .say(6_000, "B's call has run out of time. B is told no more than that.")
    .of(Target::Proxy(b))
    .say(8_000, "A leaves: B is accepted, and what it had sent is carried out at last.")
    .of(Target::Host(service))
    .say(10_500, "Now B's calls are answered.")
}

pub(super) fn instances() -> Scenario {
    let [service, a, b] = [1, 2, 3].map(NodeId);
    scenario(
        "throttled-instances",
        "One living instance at a time",
        "Each session keeps an instance; with one slot the second session's first call waits.",
        &["THR-5", "INST-16"],
    )
    .host(
        host("Desk", contract("Desk", SessionMode::Required, &["ping"]), Binding::websocket())
            .behavior(|behavior| behavior.throttles.instances = Limit::slots(1))
            .does("ping", &["work 300ms", "return id"]),
    )
    .proxy(proxy("A", 0))
    .proxy(proxy("B", 0))
    .all(0, [service, a, b].map(Act::Open))
    .at(1_500, call(a, "ping", ""))
    .at(3_500, call(b, "ping", ""))
    .at(7_000, Act::Close(a))
    .say(0, "Both sessions are accepted. Instances come with the first message.")
    .say(1_500, "A's first call makes the instance of A's session. The only slot is taken.")
    .of(Target::Host(service))
    .say(4_000, "B's first call would need another instance. It waits, however idle A's may be.")
    .of(Target::Host(service))
    .say(7_000, "A's session ends, its instance with it: the slot passes to B.")
    .of(Target::Host(service))
}

pub(super) fn pending_calls() -> Scenario {
    let [service, caller] = [1, 2].map(NodeId);
    let options = ProxyOptions { max_pending_calls: Some(2), ..ProxyOptions::default() };
    scenario(
        "pending-calls",
        "A proxy refuses what would pile up",
        "A host lets callers wait; a proxy with too many pending calls refuses the next at once.",
        &["PROXY-23", "GOT-36"],
    )
    .host(
        host("Desk", contract("Desk", SessionMode::NotAllowed, &["work"]), Binding::fetch())
            .instancing(InstanceMode::PerCall)
            .does("work", &["work 1s", "return done"]),
    )
    .proxy(proxy("caller", 0).options(options))
    .all(0, [service, caller].map(Act::Open))
    .at(500, calls(caller, "work", "", 3))
    .at(4_000, call(caller, "work", ""))
    .say(500, "Three calls, but this proxy allows two to be pending: the third is refused at once.")
    .of(Target::Proxy(caller))
    .say(2_600, "The other two are answered.")
    .say(4_000, "There is room again.")
}
