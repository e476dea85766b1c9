//! Short ways to run a scenario inside a test.

use sessionful::event::Event;
use sessionful::sim::{Run, Scenario, Step};
use std::fmt::Write;

/// Begins a scenario that is written in the test. Its title may be left out.
///
/// ```
/// use sessionful_tests::play;
///
/// let mut run = play::begin(r#"
///     [hosts.H]
///     binding = "fetch"
///     contract = { name = "Echo", operations = [{ name = "echo" }] }
///     service.operations = { echo = ["return $1"] }
///     [proxies.A]
///     host = "H"
/// "#);
/// play::lines(&mut run, "H open => ok\nA open => ok\nA call echo x => ok x");
/// ```
pub fn begin(text: &str) -> Run {
    let scenario: Scenario = toml::from_str(&format!("title = \"\"\n{text}"))
        .unwrap_or_else(|error| panic!("the scenario of this test is broken: {error}"));
    scenario.begin().unwrap_or_else(|error| panic!("the scenario cannot begin: {error}"))
}

/// Takes one step; its outcome.
pub fn take(run: &mut Run, step: &str) -> String {
    let step = Step::try_from(step.to_owned()).unwrap_or_else(|error| panic!("{error}"));
    run.step(&step).unwrap_or_else(|error| panic!("{error}"))
}

/// Takes lines of the form `step => outcome`, and tells everything that came out otherwise.
pub fn lines(run: &mut Run, text: &str) {
    let mut wrong = String::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (step, wanted) = line.split_once(" => ").unwrap_or((line, ""));
        let found = take(run, step);
        if found != wanted {
            let _ = writeln!(wrong, "{step} => {found}\n    expected: {wanted}");
        }
        if let Some(difference) = run.world.picture_difference() {
            let _ = writeln!(wrong, "after {step}: {difference}");
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

/// What happened at a node so far.
pub fn events(run: &Run, node: &str) -> Vec<Event> {
    let node = run.world.node(node);
    let records = run.world.journal().records();
    records.filter(|record| Some(record.node) == node).map(|record| record.event.clone()).collect()
}

/// The events of a node in short, one word each; those that are not of interest are left out.
pub fn outline(run: &Run, node: &str, name: impl Fn(&Event) -> Option<String>) -> String {
    events(run, node).iter().filter_map(name).collect::<Vec<_>>().join(" ")
}

/// Fails if anything is left over once everything is closed.
pub fn no_leaks(run: &Run) {
    let leaks = run.leaks();
    assert!(leaks.is_empty(), "leaks: {leaks:?}");
}
