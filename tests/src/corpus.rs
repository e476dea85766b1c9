//! The corpus of scenarios: a folder each, with what is done and what must come of it.
//!
//! `scenario.toml` is a [`Scenario`]; `expected.txt` has a line for each line of its script, the step
//! followed by `=>` and its outcome. Expectations are derived by hand from the rules that the scenario
//! names, never copied from a run. A line of `expected.txt` may end in a comment (` # ...`) that tells
//! why.

use sessionful::sim::Scenario;

/// Name, `scenario.toml` and `expected.txt` of every scenario.
pub const ALL: &[(&str, &str, &str)] = include!(concat!(env!("OUT_DIR"), "/scenarios.rs"));

/// Runs one scenario; what does not come out as it must.
pub fn check(name: &str, scenario: &str, expected: &str) -> Vec<String> {
    let text = scenario;
    let scenario: Scenario = match toml::from_str(scenario) {
        Ok(scenario) => scenario,
        Err(error) => return vec![format!("{name}: {error}")],
    };
    let mut run = match scenario.begin() {
        Ok(run) => run,
        Err(error) => return vec![format!("{name}: {error}")],
    };
    let mut wrong: Vec<String> = uncited(name, text, &scenario).into_iter().collect();
    let mut lines = expected.lines().map(without_comment).filter(|line| !line.is_empty());
    for step in &scenario.script {
        let text = String::from(step.clone());
        let outcome = match run.step(step) {
            Ok(outcome) => outcome,
            Err(error) => return vec![format!("{name}: {error}")],
        };
        let line = if outcome.is_empty() { text } else { format!("{text} => {outcome}") };
        let wanted = lines.next().unwrap_or("nothing more");
        if line != wanted {
            wrong.push(format!("{name}: {line}\n    expected: {wanted}"));
        }
        wrong.extend(run.world.picture_difference().map(|text| format!("{name}: {text}")));
    }
    wrong.extend(lines.map(|line| format!("{name}: never came to `{line}`")));
    wrong.extend(run.leaks().into_iter().map(|leak| format!("{name} leaks {leak}")));
    wrong.extend(replayed(name, &scenario, run.world.journal().digest()));
    wrong
}

/// The rules that a scenario names are those that `cargo xtask rules` finds in its comment.
fn uncited(name: &str, text: &str, scenario: &Scenario) -> Option<String> {
    let comment = text.lines().find_map(|line| line.split_once("rules(every_scenario_comes_out):"));
    let cited: Vec<&str> = comment.map_or("", |(_, ids)| ids).split(", ").map(str::trim).collect();
    let named = scenario.rules.iter().map(smol_str::SmolStr::as_str);
    (!named.eq(cited)).then(|| format!("{name}: its comment and its list of rules differ"))
}

/// The same seed gives the same journal, to the bit.
fn replayed(name: &str, scenario: &Scenario, digest: u64) -> Option<String> {
    let again = scenario.run().ok()?.world.journal().digest();
    (again != digest).then(|| format!("{name}: replay differs"))
}

fn without_comment(line: &str) -> &str {
    line.split(" # ").next().unwrap_or_default().trim()
}
