//! The same seed gives the same run: here, again, and in a browser.

use sessionful_tests::{chaos, dual_test};

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

/// Digests of the journals of the games of the first seeds, one a line. They are not expectations of
/// what happens but of sameness: native and wasm runs must both give these.
/// `SESSIONFUL_WRITE=1 cargo test -p sessionful-tests --test replay` writes them anew.
const DIGESTS: &str = include_str!("../fixtures/digests.txt");

fn digest(seed: u64) -> u64 {
    let (config, moves) = chaos::game(seed);
    match chaos::play(config, &moves) {
        Ok(world) => world.journal().digest(),
        Err(wrong) => panic!("seed {seed}: {wrong}"),
    }
}

dual_test! {
    /// MOD-4, MOD-6: the journal of a run is the same to the bit, on every platform.
    fn a_seed_gives_the_same_journal_everywhere() {
        for (seed, line) in (0..).zip(DIGESTS.lines()) {
            let found = format!("{:016x}", digest(seed));
            assert_eq!(found, line, "seed {seed}");
            assert_eq!(found, format!("{:016x}", digest(seed)), "seed {seed}, again");
        }
        assert_eq!(DIGESTS.lines().count(), 32);
    }
}

#[cfg(not(target_arch = "wasm32"))]
#[test]
fn digests_can_be_written() {
    if std::env::var_os("SESSIONFUL_WRITE").is_some() {
        let lines: String = (0..32).map(|seed| format!("{:016x}\n", digest(seed))).collect();
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/digests.txt");
        std::fs::write(path, lines).unwrap();
    }
}
