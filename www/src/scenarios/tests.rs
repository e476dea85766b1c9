//! Each scenario ends as the rules say. Expectations are derived by hand from the rules cited.

use super::*;
use crate::run::Source;
use crate::simulated::Simulated;
use sessionful::Phase;
use sessionful::event::Event;
use sessionful::ids::NodeId;
use sessionful::sim::{Counts, HostNode};

/// A scenario that was run to its end.
struct End(Simulated);

fn end(id: &str) -> End {
    let scenario = find(id).unwrap();
    let until = scenario.end().unwrap();
    let mut simulated = Simulated::new(scenario);
    simulated.advance(until.since(Timestamp::ZERO));
    End(simulated)
}

impl End {
    fn results(&self, node: u32) -> Vec<String> {
        let ended: Vec<_> = self.0.run().ended().collect();
        let calls = ended.into_iter().rev().filter(|e| e.node == NodeId(node) && e.call.is_some());
        calls.map(|e| e.result.clone().unwrap_or_else(|reason| reason.code)).collect()
    }

    fn phase(&self, node: u32) -> Phase {
        self.0.run().end(NodeId(node)).map_or(Phase::Created, |end| end.phase)
    }

    fn host(&self, node: u32) -> &HostNode {
        self.0.line().world().host(NodeId(node)).unwrap()
    }

    /// `sess/ic/icx/new/disp` of `ORC-1`.
    fn counts(&self, node: u32) -> (usize, u32, u32, u32, u32) {
        let host = self.host(node);
        let Counts { contexts, contexts_closed, objects, disposed, .. } = host.counts;
        (host.host.session_count(), contexts, contexts_closed, objects, disposed)
    }

    fn peak(&self, node: u32) -> u32 {
        self.host(node).counts.peak
    }

    fn leases(&self, node: u32) -> Vec<bool> {
        let records = self.0.run().history().from(0).filter(|r| r.node == NodeId(node));
        let reused = |event: &Event| match event {
            Event::ChannelLeased { reused, .. } => Some(*reused),
            _ => None,
        };
        records.filter_map(|record| reused(&record.event)).collect()
    }
}

#[test]
fn there_are_enough_and_each_is_told_well() {
    let all = all();
    assert!(all.len() >= 16);
    for scenario in &all {
        assert_eq!(all.iter().filter(|other| other.id == scenario.id).count(), 1);
        assert!(!scenario.captions.is_empty() && !scenario.rules.is_empty(), "{}", scenario.id);
        assert!(scenario.captions.is_sorted_by_key(|caption| caption.at), "{}", scenario.id);
        assert!(scenario.script.cues.is_sorted_by_key(|(at, _)| *at), "{}", scenario.id);
        for caption in &scenario.captions {
            assert!(caption.text.len() <= 100, "too long for one line: {}", caption.text);
        }
    }
}

#[test]
fn none_but_the_one_that_shows_it_is_refused() {
    for scenario in all() {
        let refused = !scenario.config.refusals().is_empty();
        assert_eq!(refused, scenario.id == "no-session", "{}", scenario.id);
    }
}

#[test]
fn every_world_ends_without_leaks() {
    for scenario in all() {
        let mut simulated = Simulated::new(scenario);
        simulated.advance(std::time::Duration::from_secs(20));
        let leaks = simulated.line().world().leaks_at_the_end();
        assert!(leaks.is_empty(), "{}: {leaks:?}", simulated.scenario().id);
    }
}

#[test]
fn the_first_goes_on_for_ever() {
    let mut simulated = Simulated::new(all().remove(0));
    simulated.advance(std::time::Duration::from_secs(60));
    let end = End(simulated);
    // Five rounds of 12 seconds, in each 5 calculations and a session of 4 calls.
    assert_eq!(end.results(4), ["0", "5", "7", "7"].repeat(5));
    assert_eq!(end.results(3).len(), 25);
    assert_eq!(end.counts(2), (0, 5, 5, 5, 5), "INST-4: one object a session");
    assert_eq!(end.counts(1), (0, 25, 25, 25, 25), "INST-3: one object a call");
    assert_eq!(end.leases(3).iter().filter(|reused| !**reused).count(), 2, "PROXY-13");
}

#[test]
fn pooled_reuse() {
    let end = end("pooled-reuse");
    // PROXY-12, PROXY-13: a, b reuses, then one of three reuses, then d reuses.
    assert_eq!(end.leases(2), [false, true, true, false, false, true]);
    assert_eq!(end.results(2), ["a", "b", "c", "c", "c", "d"]);
    assert_eq!(end.phase(2), Phase::Closed);
    assert!(end.0.run().end(NodeId(2)).unwrap().channels.is_empty(), "PROXY-14");
}

#[test]
fn pooled_fault() {
    let end = end("pooled-fault");
    assert_eq!(end.results(2), ["error ENDPOINT_DISCONNECTED", "x", "x", "y"]);
    assert_eq!(end.phase(2), Phase::Opened, "PROXY-16");
    assert_eq!(end.0.run().end(NodeId(2)).unwrap().channels.len(), 2);
    assert_eq!(end.leases(2), [false, false, false, true]);
}

#[test]
fn session_fault() {
    let end = end("session-fault");
    let expected = ["5", "error ENDPOINT_DISCONNECTED", "error OBJECT_FAULTED", "7"];
    assert_eq!(end.results(2), expected, "PROXY-16, PROXY-5");
    assert_eq!(end.phase(2), Phase::Opened);
    assert_eq!(end.counts(1), (1, 2, 1, 2, 1), "SESS-21: once per session, however it ends");
}

#[test]
fn side_by_side() {
    let end = end("instancing");
    assert_eq!(
        (end.results(4), end.results(5)),
        (words(&["obj1 1", "obj2 1"]), words(&["obj3 1"]))
    );
    assert_eq!(
        (end.results(6), end.results(7)),
        (words(&["obj1 1", "obj1 2"]), words(&["obj2 1"]))
    );
    assert_eq!(
        (end.results(8), end.results(9)),
        (words(&["obj1 1", "obj1 2"]), words(&["obj1 3"]))
    );
    // Rows 3, 9 and 15 of ORC-3, after close_B.
    assert_eq!(end.counts(1), (0, 3, 3, 3, 3));
    assert_eq!(end.counts(2), (0, 2, 2, 2, 2));
    assert_eq!(end.counts(3), (0, 1, 0, 1, 0));
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

#[test]
fn single_gate() {
    let end = end("single-gate");
    assert_eq!(end.peak(1), 1, "CONC-8: one for the whole host");
    assert_eq!([2, 3, 4].map(|node| end.results(node)), [["1"], ["2"], ["3"]].map(|r| words(&r)));
}

#[test]
fn reentrant() {
    let end = end("reentrant");
    // CONC-5: outer sets 1; inner adds 1 during the call-out; outer multiplies by 10 afterwards.
    assert_eq!((end.results(2), end.results(3)), (words(&["20"]), words(&["2"])));
}

#[test]
fn deadlock() {
    let end = end("deadlock");
    let refused = "error InvalidOperationException:SFxCallbackRequestReplyInOrder1";
    assert_eq!(end.results(2), [refused, "told"], "CONC-12");
    let records = end.0.run().history().from(0);
    let count = records.filter(|r| matches!(r.event, Event::DeadlockRefused { .. })).count();
    assert_eq!(count, 1);
}

#[test]
fn multiple() {
    let end = end("multiple");
    assert_eq!(
        (end.peak(1), end.results(2)),
        (3, words(&["3", "3", "3"])),
        "CONC-8: N on one object"
    );
}

#[test]
fn throttled_calls() {
    let end = end("throttled-calls");
    assert_eq!((end.peak(1), end.results(2)), (2, words(&["done"; 5])), "THR-2, THR-3");
}

#[test]
fn throttled_sessions() {
    let end = end("throttled-sessions");
    assert_eq!(end.results(3), ["error OPERATION_TIMED_OUT", "pong"], "THR-4");
    // A made no call; B's session has an object, made for the call that had been given up.
    assert_eq!(end.counts(1), (1, 1, 0, 1, 0));
}

#[test]
fn throttled_instances() {
    let end = end("throttled-instances");
    assert_eq!((end.results(2), end.results(3)), (words(&["obj1"]), words(&["obj2"])), "THR-5");
    assert_eq!(end.counts(1), (1, 2, 1, 2, 1));
}

#[test]
fn first_and_last() {
    let end = end("first-and-last");
    let expected = [
        "error InvalidOperationException:SFxNonInitiatingOperation1",
        "begun",
        "2",
        "2",
        "error InvalidOperationException:SFxTerminatingOperationAlreadyCalled1",
    ];
    assert_eq!(end.results(2), expected, "ORC-10");
    assert_eq!((end.phase(2), end.counts(1)), (Phase::Closed, (0, 1, 1, 1, 1)));
}

#[test]
fn duplex_hello() {
    let end = end("duplex-hello");
    let ran = |node| {
        let records = end.0.run().history().from(0).filter(move |r| r.node == NodeId(node));
        records.filter(|r| matches!(r.event, Event::DispatchBegan { .. })).count()
    };
    assert_eq!([1, 2, 3].map(ran), [2, 1, 1], "CONC-11: each caller is called back once");
    assert_eq!((end.results(2), end.results(3)), (words(&[""]), words(&[""])), "OP-2");
}

#[test]
fn abandon_or_abort() {
    let end = end("abandon-abort");
    let expected = ["error OPERATION_ABANDONED", "fine", "error OPERATION_ABORTED"];
    assert_eq!(end.results(2), expected, "CALL-6, CALL-7, CALL-9");
    assert_eq!(end.phase(2), Phase::Faulted);
}

#[test]
fn unplugged() {
    let end = end("unplugged");
    let pooled = ["error ENDPOINT_DISCONNECTED", "error ENDPOINT_NOT_FOUND", "c"];
    assert_eq!(end.results(3), pooled, "PROXY-16");
    assert_eq!(end.results(4), ["error ENDPOINT_DISCONNECTED"], "SESS-21");
    assert_eq!((end.phase(3), end.phase(4)), (Phase::Opened, Phase::Opened));
}

#[test]
fn silent_line() {
    let end = end("silent-line");
    // CALL-8: the session survives, and 2 was added nevertheless.
    assert_eq!(end.results(2), ["1", "error OPERATION_TIMED_OUT", "7"]);
    assert_eq!((end.phase(2), end.counts(1)), (Phase::Opened, (1, 1, 0, 1, 0)));
}

#[test]
fn idle_session() {
    let end = end("idle-session");
    assert_eq!(end.results(2), ["3", "error OBJECT_FAULTED"], "SESS-22, PROXY-5");
    assert_eq!((end.phase(2), end.counts(1)), (Phase::Faulted, (0, 1, 1, 1, 1)));
}

#[test]
fn pending_calls() {
    let end = end("pending-calls");
    assert_eq!(end.results(2), ["error QUOTA_EXCEEDED", "done", "done", "done"], "PROXY-23");
}

#[test]
fn well_known() {
    let end = end("well-known");
    // ORC-3 row 13 and its note: a given object is neither made nor disposed of.
    assert_eq!((end.counts(1), end.counts(2)), ((0, 1, 1, 1, 1), (0, 1, 1, 0, 0)), "INST-21");
}

#[test]
fn release_modes() {
    let end = end("release-modes");
    assert_eq!(end.results(2), ["obj1 1", "obj1 2", "obj2 1", "obj2 2", "obj3 1"], "INST-20");
    assert_eq!(end.counts(1), (1, 1, 0, 3, 2));
}

#[test]
fn shared_contexts() {
    let end = end("shared-contexts");
    assert_eq!(
        (end.results(2), end.results(3)),
        (words(&["obj1 1"]), words(&["obj1 2", "obj2 1"]))
    );
    assert_eq!(end.counts(1), (0, 2, 2, 2, 2), "INST-23: gone after their lease");
}

#[test]
fn no_session() {
    let end = end("no-session");
    assert_eq!((end.phase(1), end.phase(2)), (Phase::Faulted, Phase::Opened), "ORC-4");
    assert_eq!(end.results(3), ["5"]);
    let refusals = end.0.scenario().config.refusals();
    assert_eq!((refusals.len(), refusals[0].rule), (1, Some("SESS-6")));
    let code = "InvalidOperationException BindingDoesnTSupportSessionButContractRequires1";
    assert_eq!(refusals[0].code, code);
}

#[test]
fn workbench() {
    let end = end("workbench");
    assert_eq!([1, 2, 3].map(|node| end.phase(node)), [Phase::Opened; 3]);
}
