//! The first scenario, placed: who stands where, and what belongs to whom.

use super::*;
use crate::run::{Source, Target};
use crate::scenarios;
use crate::simulated::Simulated;
use crate::state::Direction;
use sessionful::Timestamp;
use std::time::Duration;

const ROOM: Room = Room { width: 836.0, height: 560.0, flow: Flow::Across };

fn after(id: &str, millis: u64) -> Simulated {
    let mut run = Simulated::new(scenarios::find(id).unwrap());
    run.advance(Duration::from_millis(millis));
    run
}

fn placed(id: &str, millis: u64, room: Room) -> Scene {
    let run = after(id, millis);
    Scene::place(run.run().picture(), run.run().cast(), &Traits::default(), room)
}

fn overlaps(a: &Rect, b: &Rect) -> bool {
    a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h
}

fn check(scene: &Scene) {
    let is_frame = |node: &&Node| matches!(node.body, Body::Host { .. });
    let things: Vec<&Node> = scene.nodes.iter().filter(|node| !is_frame(node)).collect();
    for (place, node) in things.iter().enumerate() {
        let Rect { x, y, w, h } = node.area;
        let inside = x >= 0.0 && y >= 0.0 && x + w <= scene.width && y + h <= scene.height;
        assert!(inside, "{} is outside", node.spoken());
        for other in &things[place + 1..] {
            let free = !overlaps(&node.area, &other.area);
            assert!(free, "{} stands on {}", node.spoken(), other.spoken());
        }
    }
}

#[test]
fn nothing_stands_on_anything_else_in_any_scenario() {
    let narrow = Room { width: 390.0, height: 600.0, flow: Flow::Down };
    for scenario in scenarios::all() {
        let mut run = Simulated::new(scenario);
        for _ in 0..24 {
            run.advance(Duration::from_millis(500));
            for room in [ROOM, narrow] {
                let traits = Traits::default();
                check(&Scene::place(run.run().picture(), run.run().cast(), &traits, room));
            }
        }
    }
}

#[test]
fn two_calls_at_once_are_two_channels_with_a_wire_each() {
    let scene = placed("first", 1_000, ROOM);
    let pooled: Vec<&Node> =
        scene.nodes.iter().filter(|node| node.kind() == "pooled channel").collect();
    assert_eq!(pooled.len(), 2);
    for node in pooled {
        let Target::Channel(proxy, channel) = node.target else { panic!("{node:?}") };
        let wire = *scene.wires.get(&(proxy, channel)).unwrap();
        assert_eq!(wire.from.x, node.area.x + node.area.w);
        assert!(wire.to.x > wire.from.x);
    }
}

#[test]
fn columns_go_from_caller_to_object() {
    let scene = placed("single-gate", 2_500, ROOM);
    let x = |kind: &str| {
        let node = scene.nodes.iter().find(|node| node.kind() == kind);
        node.map(|node| node.area.x).unwrap_or_else(|| panic!("no {kind}"))
    };
    let kinds = ["proxy", "channel", "session", "instance context", "service object"];
    assert!(kinds.windows(2).all(|pair| x(pair[0]) < x(pair[1])));
}

#[test]
fn who_waits_at_the_gate_is_told_in_words() {
    let scene = placed("single-gate", 2_500, ROOM);
    let gate = scene.nodes.iter().find(|node| node.kind() == "instance context").unwrap();
    assert!(gate.doing().contains("the gate is held by work"), "{}", gate.doing());
    assert!(gate.doing().contains("waiting at the gate: work, work"), "{}", gate.doing());
    let Body::Context { inside, arriving, .. } = &gate.body else { panic!("{gate:?}") };
    assert_eq!((inside.len(), arriving.len()), (1, 2));
}

/// CONC-2, in every round: a newcomer is told what is to be seen then.
#[test]
fn the_first_scenario_tells_of_the_gate_while_a_call_waits_there() {
    let scenario = scenarios::find("first").unwrap();
    for round in 0..3u64 {
        for (at, waits) in [(3_900, false), (4_100, true), (4_900, true), (5_200, false)] {
            let millis = round * 12_000 + at;
            let scene = placed("first", millis, ROOM);
            let told =
                scene.nodes.iter().any(|node| node.doing().contains("waiting at the gate: addTo"));
            let (_, caption) = scenario.caption(Timestamp(millis * 1000)).unwrap();
            assert_eq!(told, waits, "round {round}, {at} ms");
            assert_eq!(caption.text.contains("waits at the gate"), waits, "round {round}, {at} ms");
        }
    }
}

#[test]
fn arrows_walk_along_the_columns_and_related_things_are_found() {
    let scene = placed("single-gate", 2_500, ROOM);
    let proxy = scene.nodes.iter().find(|node| node.kind() == "proxy").unwrap().target;
    let mut here = proxy;
    for kind in ["channel", "session", "instance context", "service object"] {
        here = scene.neighbour(Some(here), Direction::Right).unwrap();
        assert_eq!(scene.node(here).unwrap().kind(), kind);
    }
    assert_eq!(scene.neighbour(Some(here), Direction::Right), None);
    let related = scene.related(proxy);
    assert!(related.contains(&here), "a proxy uses its service object");
    // From the object back: all three proxies share it.
    let back = scene.related(here);
    assert_eq!(back.iter().filter(|target| matches!(target, Target::Proxy(_))).count(), 3);
}

#[test]
fn the_table_has_a_row_for_everything() {
    let scene = placed("first", 3_000, ROOM);
    let table = scene.table();
    assert_eq!(table.len(), scene.nodes.len());
    assert!(table.iter().all(|row| !row.kind.is_empty() && !row.name.is_empty()));
    let object = table.iter().find(|row| row.kind == "service object").unwrap();
    assert!(object.from.starts_with("ic"), "{object:?}");
}

#[test]
fn nothing_exists_before_anything_has_happened() {
    let scene = placed("first", 0, Room::default());
    check(&scene);
    assert!(
        scene.nodes.iter().all(|node| matches!(node.target, Target::Proxy(_) | Target::Host(_)))
    );
}
