//! Gates: how many operations run at once in one instance.

use super::Scenario;
use super::kit::{call, calls, contract, host, proxy, scenario};
use crate::act::Act;
use crate::run::Target;
use sessionful::ids::NodeId;
use sessionful::{Binding, ConcurrencyMode, InstanceMode, Operation, SessionMode};

pub(super) fn single() -> Scenario {
    let [service, a, b, c] = [1, 2, 3, 4].map(NodeId);
    let work = contract("Desk", SessionMode::Required, &["work"]);
    scenario(
        "single-gate",
        "Everybody waits at one gate",
        "One object for all, one operation at a time: the other calls wait at its gate.",
        &["CONC-1", "CONC-2", "CONC-3", "CONC-4", "GOT-19"],
    )
    .host(
        host("Desk", work, Binding::websocket())
            .instancing(InstanceMode::Single)
            .does("work", &["work 2s", "add 1", "return state"]),
    )
    .proxy(proxy("A", 0))
    .proxy(proxy("B", 0))
    .proxy(proxy("C", 0))
    .all(0, [service, a, b, c].map(Act::Open))
    .at(1_500, call(a, "work", ""))
    .at(1_700, call(b, "work", ""))
    .at(1_900, call(c, "work", ""))
    .say(0, "Three proxies, three sessions, one service object behind one gate.")
    .of(Target::Host(service))
    .say(2_000, "A's call goes through the gate and runs. The gate closes behind it.")
    .of(Target::Host(service))
    .say(2_500, "B and C have arrived and wait in line: the object lets one in at a time.")
    .of(Target::Host(service))
    .say(4_000, "A is done: the gate is handed to B. Nobody can jump the queue.")
    .say(6_000, "At last C. It waited four seconds, although nothing was wrong.")
}

pub(super) fn reentrant() -> Scenario {
    let [service, a, b] = [1, 2, 3].map(NodeId);
    let contract = contract("Desk", SessionMode::Required, &["outer", "inner"])
        .callback(Operation::new("confirm"));
    scenario(
        "reentrant",
        "Reentrant: the gate is free while the operation calls out",
        "During its call back the operation leaves the gate to others, and returns before newcomers.",
        &["CONC-4", "CONC-5", "CONC-13"],
    )
    .host(
        host("Desk", contract, Binding::websocket())
            .instancing(InstanceMode::Single)
            .concurrency(ConcurrencyMode::Reentrant)
            .does("outer", &["work 500ms", "set 1", "callback confirm", "mul 10", "return state"])
            .does("inner", &["work 2s", "add 1", "return state"]),
    )
    .proxy(proxy("A", 0).does("confirm", &["work 1s", "return yes"]))
    .proxy(proxy("B", 0))
    .all(0, [service, a, b].map(Act::Open))
    .at(1_500, call(a, "outer", ""))
    .at(2_000, call(b, "inner", ""))
    .say(1_500, "A's operation holds the gate. It will ask A a question before it is done.")
    .of(Target::Host(service))
    .say(2_500, "It calls back. While it waits for the answer, the gate is free,")
    .say(3_000, "and B's operation goes in, in the middle of A's.")
    .of(Target::Host(service))
    .say(4_500, "A has answered, but B holds the gate: A's operation waits to get back in.")
    .of(Target::Host(service))
    .say(4_800, "It comes before any newcomer, and finds that the object has changed meanwhile: 2.")
}

pub(super) fn deadlock() -> Scenario {
    let [service, caller] = [1, 2].map(NodeId);
    let contract = contract("Desk", SessionMode::Required, &["ask", "tell"])
        .callback(Operation::new("question"))
        .callback(Operation::new("news").one_way());
    scenario(
        "deadlock",
        "A deadlock is refused before it happens",
        "Single: the answer to a call back could never be received, so the call back is refused.",
        &["CONC-7", "CONC-12", "GOT-15"],
    )
    .host(
        host("Desk", contract, Binding::websocket())
            .does("ask", &["work 800ms", "try question", "return answer"])
            .does("tell", &["work 800ms", "callback news", "return told"]),
    )
    .proxy(proxy("caller", 0).does("question", &["return yes"]))
    .all(0, [service, caller].map(Act::Open))
    .at(1_500, call(caller, "ask", ""))
    .at(5_000, call(caller, "tell", ""))
    .say(1_500, "The operation is about to ask its caller a question, and to wait for the answer.")
    .of(Target::Host(service))
    .say(
        2_800,
        "Refused: no further message of this session is received before this operation ends,",
    )
    .of(Target::Host(service))
    .say(4_000, "so the answer would wait for the operation and the operation for the answer.")
    .say(5_000, "A one-way call back waits for nothing. It is allowed.")
    .say(7_000, "To ask and wait, let the service be Reentrant or Multiple.")
}

pub(super) fn multiple() -> Scenario {
    let [service, caller] = [1, 2].map(NodeId);
    scenario(
        "multiple",
        "Multiple: no gate at all",
        "Calls of one session run at once on one object. Fast, and the object must cope with it.",
        &["CONC-1", "CONC-3", "CONC-8"],
    )
    .host(
        host("Desk", contract("Desk", SessionMode::Required, &["work"]), Binding::websocket())
            .concurrency(ConcurrencyMode::Multiple)
            .does("work", &["add 1", "work 2s", "return state"]),
    )
    .proxy(proxy("caller", 0))
    .all(0, [service, caller].map(Act::Open))
    .at(1_500, calls(caller, "work", "", 3))
    .say(1_500, "Three calls at once over one session.")
    .of(Target::Proxy(caller))
    .say(2_000, "All three run together on the same object. Nobody waits.")
    .of(Target::Host(service))
    .say(4_500, "Each of them says 3: when they looked, all had counted. That is the price.")
}
