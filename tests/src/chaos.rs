//! Worlds that anything may happen to: what a property test, a fuzzer and a replay have in common.

use crate::explore::broken_invariant;
use sessionful::sim::{Random, Scenario, Step, World};
use std::time::Duration;

/// What kind of world it is. Every number is taken modulo what there is to choose from.
#[derive(Clone, Copy, Debug, Default)]
pub struct Config {
    /// Single, reentrant or multiple.
    pub concurrency: u8,
    /// Per call, per session or single.
    pub instancing: u8,
    /// With a session or without.
    pub binding: u8,
    /// WWSAPI's rules or WCF's.
    pub rules: u8,
    /// Slots of each throttle, less one.
    pub slots: u8,
    /// The first number of the random source.
    pub seed: u8,
}

/// One thing that happens.
#[derive(Clone, Copy, Debug)]
pub enum Move {
    /// A proxy gets a command.
    Command(u8, u8),
    /// One of the things that can happen now happens.
    Choose(u8),
    /// Time goes by, in units of 100 milliseconds.
    Advance(u8),
}

impl Move {
    /// The move that three bytes stand for.
    pub fn from_bytes([kind, first, second]: [u8; 3]) -> Move {
        match kind % 8 {
            0 | 1 => Move::Command(first, second),
            2 => Move::Advance(first),
            _ => Move::Choose(first),
        }
    }
}

const COMMANDS: [&str; 16] = [
    "open",
    "call touch",
    "call touch",
    "call ask",
    "call tell",
    "call throw",
    "call fault",
    "call slow",
    "close",
    "abort",
    "reset",
    "abandon all",
    "link cut",
    "call last",
    "call touch timeout=200ms",
    "open",
];

/// A world of two proxies and a host, before anything has happened.
pub fn world(config: Config) -> World {
    let pick = |options: &[&'static str], index: u8| options[usize::from(index) % options.len()];
    let session = config.binding.is_multiple_of(2);
    let (binding, mode) = if session { ("websocket", "required") } else { ("fetch", "notAllowed") };
    let (callback, reentrant) = if session {
        (
            r#""callback": { "name": "Back", "operations": [{ "name": "ask" }] },"#,
            r#", "callback": { "concurrency": "reentrant" }"#,
        )
    } else {
        ("", "")
    };
    let last = if session { r#", "terminating": true"# } else { "" };
    let slots = 1 + u32::from(config.slots % 3);
    let rules = pick(&["wws", "wcf"], config.rules);
    let proxy = format!(
        r#"{{ "host": "H", "weather": {{ "latencyUs": 1000, "jitterUs": 2000 }},
              "options": {{ "rules": "{rules}"{reentrant} }},
              "callback": {{ "operations": {{ "ask": ["work 1ms", "return 1"] }} }} }}"#
    );
    let text = format!(
        r#"{{ "title": "chaos", "hosts": {{ "H": {{ "binding": "{binding}",
            "contract": {{ "name": "S", "session": "{mode}", {callback} "operations": [
                {{ "name": "touch" }}, {{ "name": "tell", "oneWay": true }}, {{ "name": "ask" }},
                {{ "name": "throw" }}, {{ "name": "fault" }}, {{ "name": "slow" }},
                {{ "name": "last"{last} }} ] }},
            "behavior": {{ "concurrency": "{concurrency}", "instancing": "{instancing}",
                "throttles": {{ "calls": {{ "slots": {slots} }}, "sessions": {{ "slots": {slots} }},
                               "instances": {{ "slots": {slots}, "queue": 1 }} }} }},
            "service": {{ "operations": {{
                "touch": ["add 1", "work 1ms", "return state"],
                "tell": ["add 1"],
                "ask": ["try ask", "return answer"],
                "throw": ["throw by accident"],
                "fault": ["fault OnPurpose"],
                "slow": ["work 20s", "return state"],
                "last": ["return state"] }} }} }} }},
        "proxies": {{ "A": {proxy}, "B": {proxy} }} }}"#,
        concurrency = pick(&["single", "reentrant", "multiple"], config.concurrency),
        instancing = pick(&["perCall", "perSession", "single"], config.instancing),
    );
    let scenario: Scenario = serde_json::from_str(&text).expect("invariant: written here");
    let mut world = World::new(u64::from(config.seed)).with_journal(100_000);
    scenario.populate(&mut world).expect("invariant: written here");
    let host = world.node("H").expect("invariant: written here");
    world.command_host(host, sessionful::host::HostInput::Open);
    world.settle();
    world
}

/// Plays a game; the first thing that is wrong ends it.
pub fn play(config: Config, moves: &[Move]) -> Result<World, String> {
    let mut world = world(config);
    for step in moves {
        match *step {
            Move::Command(proxy, command) => {
                let name = if proxy.is_multiple_of(2) { "A" } else { "B" };
                let command = COMMANDS[usize::from(command) % COMMANDS.len()];
                let step = Step::try_from(format!("{name} {command}"))
                    .map_err(|error| error.to_string())?;
                world.start(&step);
            }
            Move::Choose(index) => {
                let choices = world.choices();
                match choices.len() {
                    0 => drop(world.jump()),
                    count => world.apply(choices[usize::from(index) % count]),
                }
            }
            Move::Advance(tenths) => world.advance(Duration::from_millis(100) * u32::from(tenths)),
        }
        if let Some(wrong) = broken_invariant(&world).or_else(|| world.picture_difference()) {
            return Err(format!("after {step:?}: {wrong}"));
        }
    }
    finish(world)
}

/// Everybody goes home; nothing may be left.
fn finish(world: World) -> Result<World, String> {
    let leaks = world.leaks_at_the_end();
    if leaks.is_empty() { Ok(world) } else { Err(format!("left over: {leaks:?}")) }
}

/// A game that follows from a seed.
pub fn game(seed: u64) -> (Config, Vec<Move>) {
    let mut random = Random::new(seed);
    let mut byte = || u8::try_from(random.below(256)).unwrap_or(0);
    let config = Config {
        concurrency: byte(),
        instancing: byte(),
        binding: byte(),
        rules: byte(),
        slots: byte(),
        seed: byte(),
    };
    let moves = (0..200).map(|_| Move::from_bytes([byte(), byte(), byte()])).collect();
    (config, moves)
}
