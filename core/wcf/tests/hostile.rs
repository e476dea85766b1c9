//! What the fuzzer begins with, and what it has found, against the same laws.

mod laws;

use std::fs;
use std::path::PathBuf;

fn replay(target: &str, law: fn(&[u8])) {
    let folder =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/fuzz/seeds").join(target);
    let seeds: Vec<PathBuf> = fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.expect("a readable folder").path())
        .collect();
    assert!(!seeds.is_empty(), "{target} has no seeds");
    for seed in seeds {
        let bytes = fs::read(&seed).expect("a readable seed");
        law(&bytes);
        // Every end of a seed, as if the connection broke there, and every bit of its start.
        (0..bytes.len().min(512)).for_each(|end| law(&bytes[..end]));
        let mut flipped = bytes.clone();
        for at in 0..bytes.len().min(256) {
            for bit in 0..8 {
                flipped[at] ^= 1 << bit;
                law(&flipped);
                flipped[at] ^= 1 << bit;
            }
        }
    }
}

#[test]
fn text_obeys_its_law() {
    replay("wcf_text", laws::text);
}

#[test]
fn records_obey_their_law() {
    replay("wcf_records", laws::records);
}

#[test]
fn envelopes_obey_their_law() {
    replay("wcf_envelope", laws::envelope);
}

#[test]
fn contracts_obey_their_law() {
    replay("wcf_contract", laws::contract);
}

#[test]
fn descriptions_obey_their_law() {
    replay("wcf_description", laws::description);
}
