//! What fuzzing began with and what it found, once more on every run.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test that cannot read its seeds has failed")]

use sessionful::sim::{Scenario, ScenarioError};
use sessionful_tests::hostile;
use std::path::Path;

fn seeds(target: &str) -> impl Iterator<Item = Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(target);
    let files = std::fs::read_dir(folder).unwrap();
    files.map(|file| std::fs::read(file.unwrap().path()).unwrap())
}

#[test]
fn scenarios_from_strangers_do_no_harm() {
    assert!(seeds("scenario").map(|seed| hostile::scenario(&seed)).count() >= 7);
}

#[test]
fn no_history_does_harm() {
    assert!(seeds("world").map(|seed| hostile::world(&seed)).count() >= 6);
}

#[test]
fn every_seed_of_a_scenario_is_one() {
    for seed in seeds("scenario") {
        let scenario: Scenario = serde_json::from_slice(&seed).unwrap();
        assert!(scenario.begin().is_ok(), "{}", scenario.title);
    }
}

#[test]
fn operations_that_call_each_other_for_ever_are_given_up() {
    let circle = include_bytes!("../fuzz/seeds/scenario/circle");
    let scenario: Scenario = serde_json::from_slice(circle).unwrap();
    let mut run = scenario.begin().unwrap().limit(500);
    let wrong = scenario.script.iter().find_map(|step| run.step(step).err());
    assert_eq!(wrong, Some(ScenarioError::Endless { things: 500 }));
}
