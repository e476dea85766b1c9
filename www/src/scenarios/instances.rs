//! Instances: which call gets which object, and how long it lives.

use super::Scenario;
use super::kit::{call, contract, host, proxy, scenario};
use crate::act::{Act, Ask};
use crate::config::HostConfig;
use crate::matrix::Cell;
use crate::run::Target;
use sessionful::ids::NodeId;
use sessionful::proxy::ProxyOptions;
use sessionful::{Binding, InstanceMode, ReleaseMode, SessionMode};

fn counter(name: &str, mode: InstanceMode) -> HostConfig {
    host(name, contract("Counter", SessionMode::Allowed, &["next"]), Binding::websocket())
        .instancing(mode)
        .does("next", &["work 600ms", "add 1", "return id state"])
}

pub(super) fn side_by_side() -> Scenario {
    let modes = [InstanceMode::PerCall, InstanceMode::PerSession, InstanceMode::Single];
    let names = ["PerCall", "PerSession", "Single"];
    let mut scene = scenario(
        "instancing",
        "PerCall, PerSession and Single side by side",
        "The same counter three times; only its instance mode differs. Two proxies call each.",
        &["INST-3", "INST-4", "INST-5", "INST-6", "ORC-3"],
    );
    for (name, mode) in names.into_iter().zip(modes) {
        scene = scene.host(counter(name, mode));
    }
    for (place, name) in ["A", "B", "C", "D", "E", "F"].into_iter().enumerate() {
        scene = scene.proxy(proxy(name, place / 2));
    }
    let [one, two, three] = [1, 2, 3].map(NodeId);
    let first = [4, 6, 8].map(NodeId);
    let second = [5, 7, 9].map(NodeId);
    let next = |node| call(node, "next", "");
    scene
        .all(0, [one, two, three].map(Act::Open))
        .all(0, first.into_iter().chain(second).map(Act::Open))
        .all(1_500, first.map(next))
        .all(4_000, first.map(next))
        .all(6_500, second.map(next))
        .all(9_000, first.into_iter().chain(second).map(Act::Close))
        .say(0, "Three hosts of one service. Single has its object already; the others have none.")
        .of(Target::Host(three))
        .say(1_500, "The first call of each first proxy: every counter says 1.")
        .say(4_000, "Second call. PerCall made a new object and says 1 again; the others say 2.")
        .of(Target::Host(one))
        .say(6_500, "The second proxies call. PerSession gives each session its own object: 1.")
        .of(Target::Host(two))
        .say(8_000, "Single has one object for everybody: it says 3.")
        .of(Target::Host(three))
        .say(9_000, "The sessions end, and their objects with them. The single one stays.")
}

/// The names of the cells of the matrix.
const CELLS: [&str; 18] = [
    "cell-1", "cell-2", "cell-3", "cell-4", "cell-5", "cell-6", "cell-7", "cell-8", "cell-9",
    "cell-10", "cell-11", "cell-12", "cell-13", "cell-14", "cell-15", "cell-16", "cell-17",
    "cell-18",
];

/// Who takes part in a cell of the matrix. Where the host refuses to open, nobody calls (`SESS-7`).
pub(super) fn cell(cell: Cell) -> Scenario {
    let id = CELLS[usize::from(cell.row - 1) % CELLS.len()];
    let binding = if cell.has_session { Binding::websocket() } else { Binding::fetch() };
    let counter = host("Counter", contract("Counter", cell.session, &["next"]), binding)
        .instancing(cell.instancing)
        .does("next", &["work 300ms", "add 1", "return id state"]);
    let about = "One cell of the matrix: a session mode, an instance mode and a kind of channel.";
    let empty = scenario(id, "A cell of the matrix", about, &["ORC-3", "ORC-4"]).host(counter);
    if cell.is_refused() {
        return empty;
    }
    let caller = |name| proxy(name, 0).options(ProxyOptions::wcf());
    empty.proxy(caller("A")).proxy(caller("B"))
}

pub(super) fn well_known() -> Scenario {
    let [made, given, a, b] = [1, 2, 3, 4].map(NodeId);
    scenario(
        "well-known",
        "A singleton that is given, and one that is made",
        "The host disposes of a singleton that it made itself, never of one that it was given.",
        &["INST-9", "INST-10", "INST-21", "CO-15"],
    )
    .host(counter("made by the host", InstanceMode::Single))
    .host(counter("given to the host", InstanceMode::Single).behavior(|b| b.well_known = true))
    .proxy(proxy("A", 0))
    .proxy(proxy("B", 1))
    .all(0, [made, given, a, b].map(Act::Open))
    .all(1_500, [a, b].map(|node| call(node, "next", "")))
    .all(4_000, [a, b].map(Act::Close))
    .all(6_000, [made, given].map(Act::Close))
    .say(0, "Both objects exist before anybody calls: one made by its host, one by its owner.")
    .say(1_500, "Calls look the same.")
    .say(4_000, "The sessions end. Neither object minds.")
    .say(
        6_000,
        "The hosts close: the made one is disposed of, the given one belongs to somebody else.",
    )
    .of(Target::Host(given))
}

pub(super) fn release_modes() -> Scenario {
    let [service, caller] = [1, 2].map(NodeId);
    let modes = ["plain", "before", "after"];
    let counts = contract("Counter", SessionMode::Required, &modes);
    let lines = ["work 300ms", "add 1", "return id state"];
    let release = |behavior: &mut sessionful::Behavior| {
        behavior.release.insert("before".into(), ReleaseMode::BeforeCall);
        behavior.release.insert("after".into(), ReleaseMode::AfterCall);
    };
    scenario(
        "release-modes",
        "An object can go before its session does",
        "An operation may ask for a fresh object before it, or give the object up after it.",
        &["INST-16", "INST-20"],
    )
    .host(
        modes
            .iter()
            .fold(host("Counter", counts, Binding::websocket()), |h, name| h.does(name, &lines))
            .behavior(release),
    )
    .proxy(proxy("caller", 0))
    .all(0, [service, caller].map(Act::Open))
    .at(1_500, call(caller, "plain", ""))
    .at(3_000, call(caller, "plain", ""))
    .at(5_000, call(caller, "before", ""))
    .at(7_000, call(caller, "after", ""))
    .at(9_000, call(caller, "plain", ""))
    .say(1_500, "Two plain calls count to 2 on the session's object.")
    .say(5_000, "before: the object is released first, so this call counts 1 on a fresh one.")
    .of(Target::Host(service))
    .say(7_000, "after: it counts 2, and then the object is given up.")
    .of(Target::Host(service))
    .say(8_500, "The context lives on without an object.")
    .say(9_000, "The next call makes a third object, in the same context of the same session.")
}

pub(super) fn shared() -> Scenario {
    let [service, a, b] = [1, 2, 3].map(NodeId);
    let mut rooms =
        counter("Rooms", InstanceMode::PerSession).behavior(|b| b.custom_contexts = true);
    rooms.service.lease_us = 4_000_000;
    let next = |node, room: &str| Act::Call(node, Ask::new("next").header("context", room));
    scenario(
        "shared-contexts",
        "Two sessions share an instance",
        "A provider of the service's own chooses the instance, here by a name in the message.",
        &["INST-15", "INST-22", "INST-23"],
    )
    .host(rooms)
    .proxy(proxy("A", 0))
    .proxy(proxy("B", 0))
    .all(0, [service, a, b].map(Act::Open))
    .at(1_500, next(a, "red"))
    .at(3_500, next(b, "red"))
    .at(5_500, next(b, "blue"))
    .all(8_000, [a, b].map(Act::Close))
    .at(13_500, Act::Close(service))
    .say(1_500, "A asks for the instance called red. There is none, so it is made.")
    .of(Target::Proxy(a))
    .say(3_500, "B asks for red as well, over its own session, and meets the same object: 2.")
    .of(Target::Proxy(b))
    .say(5_500, "For blue there is another one.")
    .say(8_000, "Both sessions end, but the provider keeps its instances for a while.")
    .of(Target::Host(service))
    .say(12_000, "Four seconds after their last use their lease is over, and they are gone.")
    .of(Target::Host(service))
}
