//! The programs of these scenarios are kept in `tests/fixtures/snippets`: the suites of the tests
//! compile and run them (`tests/tests/snippets.rs`, `tests/npm/snippets.test.mjs`); here they are
//! held against what is written today.

use super::*;
use crate::scenarios::find;

macro_rules! kept {
    ($($id:literal),*) => {
        [$((
            $id,
            include_str!(concat!("../../../tests/fixtures/snippets/", $id, ".ts")),
            include_str!(concat!("../../../tests/fixtures/snippets/", $id, ".rs")),
        )),*]
    };
}

#[test]
fn programs_are_those_that_are_compiled() {
    let kept = kept!(
        "first",
        "reentrant",
        "duplex-hello",
        "release-modes",
        "throttled-calls",
        "well-known",
        "first-and-last",
        "pending-calls",
        "idle-session"
    );
    for (id, in_typescript, in_rust) in kept {
        let config = find(id).unwrap().config;
        assert_eq!(typescript(&config), in_typescript, "{id}: run write_snippets");
        assert_eq!(rust(&config), in_rust, "{id}: run write_snippets");
    }
}

#[test]
fn every_scenario_has_programs() {
    for scenario in crate::scenarios::all() {
        let (ts, rs) = (typescript(&scenario.config), rust(&scenario.config));
        for host in &scenario.config.hosts {
            let name = host.contract.name.as_str();
            assert!(ts.contains(name) && rs.contains(name), "{}", scenario.id);
        }
        let opened = scenario.config.hosts.len() + scenario.config.proxies.len();
        assert_eq!(ts.matches(".open();").count(), opened, "{}", scenario.id);
        assert_eq!(rs.matches(".open().await?;").count(), opened, "{}", scenario.id);
    }
}

#[test]
#[ignore = "writes fixtures; run by hand when the programs change"]
fn write_snippets() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/fixtures/snippets");
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let id = path.file_stem().unwrap().to_str().unwrap();
        let Some(scenario) = find(id) else { continue };
        std::fs::write(format!("{folder}/{id}.ts"), typescript(&scenario.config)).unwrap();
        std::fs::write(format!("{folder}/{id}.rs"), rust(&scenario.config)).unwrap();
    }
}
