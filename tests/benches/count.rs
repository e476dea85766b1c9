//! Instructions, counted by valgrind: `count NAME` sets something up and does it [`TIMES`] times
//! within [`measured`], and nothing else is counted. `cargo xtask bench` runs and divides.

mod kit;

use kit::Mode;
use kit::driven::Driven;
use kit::floor::Floor;
use kit::wired::Wired;

/// How often each thing is done.
const TIMES: usize = 1_024;

#[inline(never)]
fn measured<R>(work: impl FnOnce() -> R) -> R {
    std::hint::black_box(work())
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["floor"] => {
            let mut floor = Floor::new();
            floor.round_trips(TIMES);
            measured(|| floor.round_trips(TIMES));
        }
        ["wired", mode, at_once] => wired(mode, number(at_once), 0),
        ["wired", mode, at_once, "among", idle] => wired(mode, number(at_once), number(idle)),
        ["driven", mode, at_once] => driven(mode, number(at_once), 0),
        ["driven", mode, at_once, "among", idle] => driven(mode, number(at_once), number(idle)),
        ["session", "wired"] => {
            let mut ends = Wired::new(Mode::PerSession, ());
            measured(|| {
                (0..TIMES).for_each(|_| {
                    let channel = ends.connect(true);
                    ends.disconnect(channel);
                });
            });
        }
        ["session", "driven"] => {
            let mut ends = Driven::new(Mode::PerSession);
            measured(|| (0..TIMES).for_each(|_| ends.visit()));
        }
        _ => println!("{TIMES} times: floor | wired MODE N [among N] | driven .. | session .."),
    }
}

fn number(word: &str) -> usize {
    word.parse().expect("a number")
}

fn wired(mode: &str, at_once: usize, idle: usize) {
    let mut ends = Wired::new(Mode::named(mode).expect("a mode"), ());
    for _ in 0..idle {
        ends.connect(true);
    }
    ends.call(at_once);
    measured(|| (0..TIMES / at_once).for_each(|_| ends.call(at_once)));
}

fn driven(mode: &str, at_once: usize, idle: usize) {
    let mut ends = Driven::new(Mode::named(mode).expect("a mode"));
    let idle: Vec<_> = (0..idle).map(|_| ends.pipe()).collect();
    let proxy = ends.proxy();
    ends.call(&proxy, TIMES, at_once);
    measured(|| ends.call(&proxy, TIMES, at_once));
    drop(idle);
}
