use super::*;
use crate::act::Ask;
use crate::scenarios::find;
use sessionful::Phase;
use sessionful::event::Record;
use sessionful::ids::NodeId;

const POOLED: NodeId = NodeId(3);
const SESSION: NodeId = NodeId(4);

fn first() -> Simulated {
    Simulated::new(find("first").unwrap())
}

fn records(simulated: &Simulated) -> Vec<Record> {
    simulated.run().history().from(0).cloned().collect()
}

fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

#[test]
fn frames_make_no_difference() {
    let (mut smooth, mut rough) = (first(), first());
    (0..1_500).for_each(|_| smooth.advance(Duration::from_millis(16)));
    rough.advance(seconds(24));
    assert_eq!(records(&smooth), records(&rough));
    assert_eq!(smooth.run().now(), rough.run().now());
    assert!(rough.run().history().len() > 300);
}

#[test]
fn the_folded_picture_is_the_drawn_one() {
    let mut simulated = first();
    for _ in 0..200 {
        simulated.advance(Duration::from_millis(77));
        let drawn = simulated.line().world().picture();
        for (node, end) in drawn.ends.iter() {
            let folded = simulated.run().end(*node).cloned().unwrap_or_default();
            assert_eq!(folded.normalized().channels, end.clone().normalized().channels);
        }
    }
}

#[test]
fn a_fork_without_an_act_goes_on_like_its_trunk() {
    let mut trunk = first();
    trunk.advance(seconds(30));
    let all = records(&trunk);
    for (seq, millis) in [(0, 3_333), (0, 12_000), (57, 0), (58, 0), (101, 0), (0, 29_999)] {
        let mut line = trunk.clone();
        match seq {
            0 => line.run_mut().seek_time(Timestamp(millis * 1000)),
            seq => line.run_mut().seek(seq),
        }
        let cursor = line.run().cursor();
        line.fork();
        assert_eq!(line.run().cursor().at, cursor.at);
        assert!(line.run().cursor().seq >= cursor.seq, "{cursor:?}");
        assert_eq!(records(&line), all[..line.run().history().len()], "{cursor:?}");
        line.advance(Timestamp(30_000_000).since(cursor.at));
        assert_eq!(records(&line), all, "{cursor:?}");
    }
}

#[test]
fn a_fork_has_every_result_once() {
    let mut trunk = first();
    trunk.advance(seconds(60));
    let told = |simulated: &Simulated, until: Timestamp| -> Vec<_> {
        let ended = simulated.run().ended.iter().filter(|ended| ended.at <= until);
        ended.map(|ended| (ended.number, ended.at, ended.asked.clone())).collect()
    };
    for millis in (500..60_000).step_by(500) {
        let mut line = trunk.clone();
        let at = Timestamp(millis * 1000);
        line.run_mut().seek_time(at);
        line.fork();
        assert_eq!(told(&line, at), told(&trunk, at), "{at:?}");
    }
}

#[test]
fn acting_in_the_past_begins_a_branch() {
    let mut simulated = first();
    simulated.advance(seconds(20));
    let before = records(&simulated);
    simulated.run_mut().seek_time(Timestamp(4_000_000));
    simulated.act(Act::Cut(SESSION)).unwrap();
    simulated.advance(seconds(1));
    assert_eq!(simulated.run().end(SESSION).unwrap().phase, Phase::Faulted);
    assert_eq!(simulated.run().end(POOLED).unwrap().phase, Phase::Opened);
    let names: Vec<_> = simulated.branches().into_iter().map(|b| (b.name, b.current)).collect();
    assert_eq!(names, [("main".to_owned(), false), ("branch 1".to_owned(), true)]);
    simulated.switch(0);
    assert_eq!(records(&simulated), before);
}

#[test]
fn a_branch_can_be_made_again_from_its_edits() {
    let mut simulated = first();
    simulated.advance(seconds(7));
    simulated.act(Act::Hold(POOLED)).unwrap();
    simulated.advance(Duration::from_millis(1_234));
    simulated.act(Act::Call(POOLED, Ask::new("add").with("1 1").times(3))).unwrap();
    simulated.step(Stride::Message);
    simulated.act(Act::Release(POOLED)).unwrap();
    simulated.advance(seconds(3));
    let edits = simulated.edits().to_vec();
    let again = Simulated::resume(find("first").unwrap(), edits, simulated.moment());
    assert_eq!(records(&again), records(&simulated));
    assert_eq!(again.run().cursor(), simulated.run().cursor());
}

#[test]
fn steps_go_both_ways() {
    let mut simulated = first();
    let mut seqs = Vec::new();
    for _ in 0..60 {
        assert!(simulated.step(Stride::Record));
        seqs.push(simulated.run().cursor().seq);
    }
    assert_eq!(seqs, (seqs[0]..seqs[0] + 60).collect::<Vec<_>>());
    let there = simulated.run().picture().clone();
    (0..25).for_each(|_| simulated.run_mut().step_back(Stride::Record));
    assert_eq!(simulated.run().cursor().seq, seqs[34]);
    (0..25).for_each(|_| _ = simulated.step(Stride::Record));
    assert_eq!(*simulated.run().picture(), there);
    assert!(simulated.step(Stride::Message));
}

#[test]
fn messages_are_under_way_between_sending_and_arrival() {
    let mut simulated = first();
    simulated.advance(Duration::from_millis(350));
    let flights: Vec<_> = simulated.run().flights().cloned().collect();
    let names: Vec<_> = flights.iter().map(|flight| flight.load.name()).collect();
    assert_eq!(names, ["request", "connect"]);
    let half = flights[0].progress(simulated.run().now());
    assert!((half - 0.5).abs() < 1e-9, "sent at 100 ms, 500 ms long, looked at 350 ms: {half}");
    simulated.advance(seconds(10));
    simulated.run_mut().seek_time(Timestamp(350_000));
    let again: Vec<_> = simulated.run().flights().map(|flight| flight.id).collect();
    assert_eq!(again, flights.iter().map(|flight| flight.id).collect::<Vec<_>>());
}

#[test]
fn a_lost_message_is_noticed_by_nobody_until_the_call_times_out() {
    let mut simulated = first();
    simulated.advance(Duration::from_millis(400));
    let id = simulated.run().flights().next().unwrap().id;
    simulated.act(Act::Drop(id)).unwrap();
    simulated.advance(Duration::from_millis(29_600));
    let ended =
        |s: &Simulated| s.run().ended().any(|e| e.asked == "add(2, 3)" && e.result.is_err());
    assert!(!ended(&simulated));
    simulated.advance(Duration::from_millis(100));
    assert!(ended(&simulated), "CALL-8: 30 seconds");
}

#[test]
fn what_is_not_allowed_is_refused_with_the_rule() {
    let mut simulated = first();
    let refused = simulated.act(Act::Reset(POOLED));
    assert_eq!(refused, Ok(()), "PROXY-3: a created proxy may be reset");
    simulated.advance(seconds(1));
    let reason = simulated.act(Act::Reset(POOLED)).unwrap_err();
    assert_eq!((reason.rule, reason.code.as_str()), (Some("PROXY-3"), "error INVALID_OPERATION"));
    assert!(simulated.edits().len() == 1, "what was refused is no edit");
}
