//! What may come from anybody, as functions that panic when it does harm. Fuzz targets and the
//! replay of their seeds share them.

use crate::chaos::{self, Config, Move};
use sessionful::sim::Scenario;

/// How many steps of a hostile scenario are taken, and how many things may happen in them.
const STEPS: usize = 64;
const THINGS: u64 = 1_000;

/// A scenario from anybody is refused, or runs to its end or to the first step that is wrong; and
/// what its events tell is what there is (`MOD-4`).
pub fn scenario(text: &[u8]) {
    let Ok(scenario) = serde_json::from_slice::<Scenario>(text) else { return };
    let written = serde_json::to_vec(&scenario).expect("a scenario can be written");
    let read: Scenario = serde_json::from_slice(&written).expect("what was written can be read");
    assert_eq!(read, scenario);
    let Ok(run) = scenario.begin() else { return };
    let mut run = run.limit(THINGS);
    for step in scenario.script.iter().take(STEPS) {
        if run.step(step).is_err() {
            break;
        }
    }
    assert_eq!(run.world.picture_difference(), None);
}

/// A game in which anything may happen: six bytes for the world, three for each move.
pub fn world(bytes: &[u8]) {
    let Some((config, moves)) = game(bytes) else { return };
    if let Err(wrong) = chaos::play(config, &moves) {
        panic!("{config:?} {moves:?}: {wrong}");
    }
}

fn game(bytes: &[u8]) -> Option<(Config, Vec<Move>)> {
    let (&[concurrency, instancing, binding, rules, slots, seed], rest) =
        bytes.split_first_chunk::<6>()?;
    let config = Config { concurrency, instancing, binding, rules, slots, seed };
    let (moves, _) = rest.as_chunks::<3>();
    Some((config, moves.iter().take(MOVES).map(|bytes| Move::from_bytes(*bytes)).collect()))
}

/// How many moves a game has at most.
const MOVES: usize = 200;
