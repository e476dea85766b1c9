use super::*;
use crate::run::{Source, Target};
use crate::scenarios;
use crate::simulated::Simulated;
use sessionful::ids::{ContextId, DispatchId, NodeId};
use std::time::Duration;

/// The list of all rules of the project.
const BOOK: &str = include_str!("../../../tests/rules.toml");

#[test]
fn every_rule_that_is_told_exists() {
    for (id, text) in all_rules() {
        assert!(BOOK.contains(&format!("\n{id} = ")), "{id} is no rule");
        assert!(text.ends_with('.') && text.len() <= 110, "{id}: {text}");
        assert_eq!(all_rules().iter().filter(|(other, _)| other == id).count(), 1, "{id}");
    }
}

#[test]
fn every_rule_that_is_named_is_told() {
    for scenario in scenarios::all() {
        for id in scenario.rules {
            assert!(rule(id).is_some(), "{id} of {}", scenario.id);
        }
    }
    let source = concat!(include_str!("../explain.rs"), include_str!("now.rs"));
    for quoted in source.split('"').filter(|text| text.contains('-') && text.len() < 10) {
        let named = quoted.starts_with(char::is_uppercase)
            && quoted.ends_with(|c: char| c.is_ascii_digit());
        assert!(!named || rule(quoted).is_some(), "{quoted}");
    }
}

fn at(id: &str, millis: u64) -> Simulated {
    let mut simulated = Simulated::new(scenarios::find(id).unwrap());
    simulated.advance(Duration::from_millis(millis));
    simulated
}

#[test]
fn things_say_what_they_do() {
    let gate = at("single-gate", 3_000);
    let say = |target| now(gate.run(), target);
    assert_eq!(
        say(Target::Host(NodeId(1))),
        "Open: 3 sessions, one instance, 3 operations in progress."
    );
    let context = Target::Context(NodeId(1), ContextId(1));
    assert_eq!(say(context), "op1 is inside, 2 wait at the gate; it has obj1 and 3 sessions.");
    let second = Target::Dispatch(NodeId(1), DispatchId(2));
    assert_eq!(say(second), "work waits at the gate: op1 is inside.");
    assert_eq!(rules_of(gate.run(), second), ["CONC-3", "CONC-4"]);
    let pool = at("pooled-reuse", 6_000);
    let said = now(pool.run(), Target::Proxy(NodeId(2)));
    assert_eq!(said, "Open, with 3 channels in its pool: 3 in use, 0 idle.");
    let fault = at("session-fault", 5_000);
    let said = now(fault.run(), Target::Proxy(NodeId(2)));
    assert_eq!(said, "Faulted: close it, reset it, open it again.");
}

#[test]
fn everything_that_exists_can_be_explained() {
    for scenario in scenarios::all() {
        let mut simulated = Simulated::new(scenario);
        for _ in 0..40 {
            simulated.advance(Duration::from_millis(300));
            let run = simulated.run();
            for target in targets(run) {
                let said = now(run, target);
                assert_ne!(said, "It does not exist at this moment.", "{target:?}");
                assert!(said.ends_with('.'), "{said}");
                assert!(!properties(run, target).is_empty());
                assert!(rules_of(run, target).iter().all(|id| rule(id).is_some()));
                run.acts(target);
            }
        }
    }
}

fn targets(run: &crate::run::Run) -> Vec<Target> {
    let mut all: Vec<Target> = run.flights().map(|flight| Target::Flight(flight.id)).collect();
    for (node, end) in run.picture().ends.iter() {
        let node = *node;
        all.extend(end.channels.keys().map(|id| Target::Channel(node, *id)));
        all.extend(end.contexts.keys().map(|id| Target::Context(node, *id)));
        all.extend(end.objects.keys().map(|id| Target::Object(node, *id)));
        all.extend(end.dispatches.keys().map(|id| Target::Dispatch(node, *id)));
        all.extend(end.calls.keys().map(|id| Target::Call(node, *id)));
    }
    all.extend(run.cast().proxies().map(|(node, _)| Target::Proxy(node)));
    all.extend(run.cast().hosts().map(|(node, _)| Target::Host(node)));
    all
}

#[test]
fn charts_have_the_arrows_of_their_rules() {
    let wws = arrows(Rules::Wws);
    assert!(wws.contains(&(Phase::Closed, Verb::Reset, Phase::Created)), "PROXY-2");
    let wcf = arrows(Rules::Wcf);
    assert!(
        wcf.iter().all(|(from, _, to)| *to != Phase::Created || from == to),
        "CO-1: no way back"
    );
}
