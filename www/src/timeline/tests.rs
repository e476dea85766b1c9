use super::*;
use crate::run::Source;
use crate::scenarios::find;
use crate::simulated::Simulated;

const POOLED: NodeId = NodeId(3);
const SESSION: NodeId = NodeId(4);

fn first(millis: u64) -> Simulated {
    let mut simulated = Simulated::new(find("first").unwrap());
    simulated.advance(Duration::from_millis(millis));
    simulated
}

fn shape(bar: &Bar) -> Vec<(PhaseKind, u64)> {
    bar.stretches.iter().map(|stretch| (stretch.kind, stretch.from.0 / 1000)).collect()
}

#[test]
fn a_call_is_cut_into_what_it_spent_its_time_on() {
    let simulated = first(5_000);
    let timeline = simulated.run().timeline();
    let key = *timeline.by_key.keys().next().unwrap();
    let bar = timeline.bar(key).unwrap();
    // Sent at 100 ms, 500 ms on the wire, 700 ms of work, 500 ms back.
    let expected =
        [(PhaseKind::Requesting, 100), (PhaseKind::Running, 600), (PhaseKind::Replying, 1_300)];
    assert_eq!(shape(bar), expected);
    assert_eq!((bar.label.as_str(), bar.to), ("add", Some(Timestamp(1_800_000))));
    let spent: Vec<u128> = bar.spent(Timestamp(0)).iter().map(|(_, t)| t.as_millis()).collect();
    assert_eq!(spent, [500, 700, 500]);
    let links = timeline.links(key);
    let times: Vec<_> = links.iter().map(|l| (l.from.1.0 / 1000, l.to.1.0 / 1000)).collect();
    assert_eq!(times, [(100, 600), (1_300, 1_800)]);
}

#[test]
fn every_operation_is_joined_to_its_call() {
    let simulated = first(60_000);
    let timeline = simulated.run().timeline();
    let dispatches: Vec<&Bar> =
        timeline.bars.iter().filter(|bar| matches!(bar.key, BarKey::Dispatch(..))).collect();
    assert!(dispatches.len() > 30);
    for dispatch in dispatches {
        let twin = timeline.bar_at(dispatch.twin.unwrap()).unwrap();
        assert_eq!(twin.label, dispatch.label);
        // The way takes half a second; the addTo that comes half a second after another one waits until
        // that has worked for its second and a half.
        let waits = dispatch.label == "addTo" && dispatch.from.0 % 12_000_000 > 4_500_000;
        let expected = Duration::from_millis(if waits { 1_500 } else { 500 });
        assert_eq!(dispatch.from.since(twin.sent.unwrap()), expected);
    }
}

#[test]
fn instances_that_follow_each_other_share_a_lane() {
    let simulated = first(120_000);
    let keys: Vec<LaneKey> = simulated.run().timeline().lanes().map(|(key, _)| key).collect();
    let calculator = keys.iter().filter(|key| matches!(key, LaneKey::Instance(NodeId(1), _)));
    assert_eq!(calculator.count(), 2, "no more than two calls run at once");
    let pool =
        keys.iter().filter(|key| matches!(key, LaneKey::Channel(node, _) if *node == POOLED));
    assert_eq!(pool.count(), 2, "PROXY-13");
    let session =
        keys.iter().filter(|k| matches!(k, LaneKey::Channel(node, _) if *node == SESSION));
    assert_eq!(session.count(), 1, "PROXY-11");
}

#[test]
fn a_window_has_what_is_seen_and_no_more() {
    let simulated = first(600_000);
    let timeline = simulated.run().timeline();
    let lane = LaneKey::Proxy(POOLED);
    let all = |bar: &Bar| matches!(bar.key, BarKey::Call(node, _) if node == POOLED);
    let (from, to) = (Timestamp(300_000_000), Timestamp(310_000_000));
    let window = timeline.window(lane, from, to, Duration::from_micros(1)).unwrap();
    let seen: Vec<u32> = window.bars.iter().map(|placed| placed.bar).collect();
    let place = |bar: &Bar| *timeline.by_key.get(&bar.key).unwrap();
    let expected: Vec<u32> = timeline
        .bars
        .iter()
        .filter(|bar| all(bar) && bar.from <= to && bar.to.is_none_or(|end| end >= from))
        .map(place)
        .collect();
    assert_eq!(seen, expected);
    // Zoomed out so far that no bar is longer than a point, almost nothing is left to draw.
    let (from, to) = (Timestamp(0), Timestamp(600_000_000));
    let window = timeline.window(lane, from, to, Duration::from_secs(30)).unwrap();
    let count: u32 = window.dense.iter().map(|dense| dense.count).sum();
    assert!(window.bars.len() <= 4 && window.dense.len() <= 21);
    assert_eq!(count as usize + window.bars.len(), timeline.bars.iter().filter(|b| all(b)).count());
}

#[test]
fn the_minimap_stays_small() {
    let simulated = first(600_000);
    let minimap = simulated.run().timeline().minimap();
    let sum: u64 = minimap.steps().iter().map(|(count, _)| u64::from(*count)).sum();
    assert_eq!(sum, simulated.run().history().next());
    assert!(minimap.steps().len() <= 512);
}

#[test]
fn a_scale_leaves_quiet_times_out() {
    let gap = Gap { from: Timestamp(1_000), to: Timestamp(9_000) };
    let scale = Scale::new(Timestamp(0), Timestamp(10_000), &[gap]);
    let near = |a: f64, b: f64| (a - b).abs() < 1e-9;
    assert!(near(scale.x(Timestamp(1_000)), 0.49) && near(scale.x(Timestamp(9_000)), 0.51));
    for at in [0, 400, 1_000, 5_000, 9_000, 9_999] {
        let there = scale.at(scale.x(Timestamp(at)));
        assert!(there.0.abs_diff(at) <= 1, "{at} is {there:?}");
    }
    let plain = Scale::new(Timestamp(0), Timestamp(10_000), &[]);
    assert!(near(plain.x(Timestamp(2_500)), 0.25));
}
