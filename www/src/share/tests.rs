use super::*;
use crate::act::{Act, Ask};
use sessionful::event::Record;
use sessionful::ids::NodeId;
use sessionful::{ConcurrencyMode, Phase};
use std::time::Duration;

fn records(simulated: &Simulated) -> Vec<Record> {
    simulated.run().history().from(0).cloned().collect()
}

fn edited() -> Simulated {
    let mut scenario = find("single-gate").unwrap();
    scenario.config.hosts[0].behavior.concurrency = ConcurrencyMode::Multiple;
    scenario.seed = 7;
    let mut simulated = Simulated::new(scenario);
    simulated.advance(Duration::from_millis(2_222));
    simulated.act(Act::Call(NodeId(3), Ask::new("work").times(2))).unwrap();
    simulated.advance(Duration::from_millis(500));
    simulated.act(Act::Cut(NodeId(2))).unwrap();
    simulated.advance(Duration::from_millis(3_000));
    simulated.run_mut().seek_time(Timestamp(3_000_000));
    simulated
}

#[test]
fn a_link_rebuilds_everything() {
    let simulated = edited();
    let view = BTreeMap::from([("view".into(), "log".into())]);
    let link = Link::of(&simulated, view);
    let again = Link::decode(&format!("#{}", link.encode())).unwrap();
    assert_eq!(again, link);
    let opened = again.open().unwrap();
    assert_eq!(records(&opened), records(&simulated));
    assert_eq!(opened.run().cursor(), simulated.run().cursor());
    assert_eq!(opened.edits(), simulated.edits());
    assert_eq!(*opened.scenario(), *simulated.scenario());
}

#[test]
fn a_long_run_is_loaded_in_slices() {
    let link = Link::of(&edited(), BTreeMap::new());
    let mut simulated = link.begin().unwrap();
    let slices = (0..).take_while(|_| !simulated.load(link.head, 7)).count();
    assert!(slices > 3, "{slices}");
    assert_eq!(records(&simulated), records(&link.open().unwrap()));
}

#[test]
fn a_link_that_cannot_be_opened_is_explained() {
    let good = Link::of(&edited(), BTreeMap::new()).encode();
    let told = |text: &str| Link::decode(text).unwrap_err().to_string();
    assert!(told("").starts_with("This is no link"));
    assert!(told("v2.abcd").contains("has version 2"));
    assert!(told("hello.there").starts_with("This is no link"));
    assert!(told(&good[..good.len() - 9]).starts_with("This link is damaged"));
    assert!(told(&good.replace("v1.", "v1.!")).contains("character 4"));
    assert_eq!(Link::decode(&format!("v1.{}", "A".repeat(LONGEST))), Err(LinkError::TooLong));
    let link = Link { scenario: "nowhere".into(), ..Link::decode(&good).unwrap() };
    assert!(link.open().unwrap_err().to_string().contains("called nowhere"));
}

#[test]
fn no_change_of_a_link_makes_it_panic() {
    let good = Link::of(&edited(), BTreeMap::new()).encode();
    for place in (0..good.len()).step_by(11) {
        for byte in ["", "A", "~", "ß"] {
            let changed = format!("{}{byte}{}", &good[..place], &good[place + 1..]);
            if let Ok(link) = Link::decode(&changed)
                && let Ok(mut simulated) = link.begin()
            {
                simulated.load(link.head, 200);
            }
        }
    }
}

#[test]
fn a_link_may_not_ask_for_too_much() {
    let good = Link::of(&edited(), BTreeMap::new());
    let mut many = good.clone();
    many.edits[0].act = Act::Call(NodeId(2), Ask::new("work").times(u32::MAX));
    let mut long = good.clone();
    long.head.at = Timestamp(u64::MAX);
    let mut lost = good.clone();
    lost.config.as_mut().unwrap().proxies[0].host = 9;
    let mut twins = good.clone();
    twins.config.as_mut().unwrap().proxies[0].name = "B".into();
    for link in [many, long, lost, twins] {
        assert!(matches!(Link::decode(&link.encode()), Err(LinkError::TooMuch(_))), "{link:?}");
    }
}

/// Links that were handed out must open in every later version, and show what they showed.
#[test]
fn links_of_earlier_versions_open() {
    let plain = open(include_str!("../../../tests/fixtures/links/v1-plain.txt"));
    assert_eq!((plain.scenario().id, plain.run().now()), ("deadlock", Timestamp(3_000_000)));
    assert_eq!(phase(&plain, 2), Phase::Opened);

    let edits = open(include_str!("../../../tests/fixtures/links/v1-edits.txt"));
    assert_eq!((edits.scenario().id, edits.edits().len()), ("single-gate", 2));
    assert_eq!((phase(&edits, 2), phase(&edits, 3)), (Phase::Faulted, Phase::Opened));
    let host = edits.line().world().host(NodeId(1)).unwrap();
    assert_eq!(
        (host.host.behavior().concurrency, edits.scenario().seed),
        (ConcurrencyMode::Multiple, 7)
    );
    // Two calls of the script (the third was cut off) and two of the visitor.
    let ended = |good| {
        edits.run().ended.iter().filter(|e| e.call.is_some() && e.result.is_ok() == good).count()
    };
    assert_eq!((ended(true), ended(false)), (4, 1));

    let cell = open(include_str!("../../../tests/fixtures/links/v1-cell.txt"));
    assert_eq!(cell.scenario().id, "cell-7");
    let host = cell.line().world().host(NodeId(1)).unwrap();
    assert_eq!((host.counts.objects, host.counts.disposed), (2, 2), "ORC-3, row 7");
}

fn open(text: &str) -> Simulated {
    Link::decode(text).unwrap().open().unwrap()
}

fn phase(simulated: &Simulated, node: u32) -> Phase {
    let mut newest = simulated.clone();
    newest.run_mut().seek_head();
    newest.run().end(NodeId(node)).unwrap().phase
}

/// Writes the links above anew; only for a new version, beside the old ones.
#[test]
#[ignore = "writes fixtures; run by hand when the version grows"]
fn write_links() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/fixtures/links");
    let write = |name: &str, simulated: &Simulated| {
        let link = Link::of(simulated, BTreeMap::new()).encode();
        std::fs::write(format!("{folder}/v{VERSION}-{name}.txt"), link + "\n").unwrap();
    };
    let mut plain = Simulated::new(find("deadlock").unwrap());
    plain.advance(Duration::from_secs(3));
    write("plain", &plain);
    let mut edits = edited();
    edits.run_mut().seek_head();
    write("edits", &edits);
    let mut cell = Simulated::new(find("cell-7").unwrap());
    cell.advance(Duration::from_secs(20));
    write("cell", &cell);
}
