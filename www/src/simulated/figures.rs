//! How long things take in a long run. Printed, not asserted: machines differ.

use super::*;
use crate::act::Ask;
use crate::scenarios::find;
use sessionful::ids::NodeId;
use std::time::Instant;

fn time<T>(what: &str, act: impl FnOnce() -> T) -> T {
    let begun = Instant::now();
    let result = act();
    println!("{what}: {:?}", begun.elapsed());
    result
}

#[test]
#[ignore = "prints figures; run by hand with --nocapture"]
fn figures() {
    let mut scenario = find("first").unwrap();
    scenario.script.again = None;
    let mut simulated = Simulated::new(scenario);
    time("10,000 calls", || {
        for _ in 0..2_500 {
            simulated.advance(Duration::from_millis(2_000));
            let call = Ask::new("add").with("1 2").times(4);
            simulated.act(Act::Call(NodeId(3), call)).unwrap();
        }
    });
    println!("{} records", simulated.run().history().next());
    let head = simulated.run().now();
    let mut worst = Duration::ZERO;
    for step in 0..200_u64 {
        let begun = Instant::now();
        simulated.run_mut().seek_time(Timestamp(head.0 * (step * 73 % 200) / 200));
        worst = worst.max(begun.elapsed());
    }
    println!("the longest of 200 seeks: {worst:?}");
    let lane = crate::timeline::LaneKey::Proxy(NodeId(3));
    let fine = head.since(Timestamp::ZERO) / 1_000;
    let window = time("a window of all", || {
        simulated.run().timeline().window(lane, Timestamp::ZERO, head, fine).unwrap()
    });
    println!("{} bars, {} dense", window.bars.len(), window.dense.len());
    time("the flights of a moment", || simulated.run().flights().count());
    simulated.run_mut().seek_time(Timestamp(head.0 / 2));
    time("a fork in the middle", || simulated.act(Act::Cut(NodeId(3))).unwrap());
}
