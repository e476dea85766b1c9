//! How long things take: `cargo bench -p sessionful-tests --bench speed`.

mod kit;

use divan::Bencher;
use divan::counter::ItemsCount;
use kit::Mode;
use kit::driven::Driven;
use kit::floor::Floor;
use kit::wired::Wired;
use sessionful::event::Record;
use sessionful::observe::Journal;

fn main() {
    divan::main();
}

/// Calls in one sample.
const CALLS: usize = 10_240;

/// The floor: a frame there and back between two tasks.
#[divan::bench]
fn floor(bencher: Bencher) {
    let mut floor = Floor::new();
    bencher.counter(ItemsCount::new(CALLS)).bench_local(|| floor.round_trips(CALLS));
}

/// Machines only.
#[divan::bench(args = Mode::ALL, consts = [1, 64])]
fn machines<const AT_ONCE: usize>(bencher: Bencher, mode: Mode) {
    let mut ends = Wired::new(mode, ());
    let rounds = CALLS / AT_ONCE;
    bencher
        .counter(ItemsCount::new(CALLS))
        .bench_local(|| (0..rounds).for_each(|_| ends.call(AT_ONCE)));
}

/// Drivers, codec and network as well.
#[divan::bench(args = Mode::ALL, consts = [1, 64])]
fn drivers<const AT_ONCE: usize>(bencher: Bencher, mode: Mode) {
    let mut ends = Driven::new(mode);
    let proxy = ends.proxy();
    bencher.counter(ItemsCount::new(CALLS)).bench_local(|| ends.call(&proxy, CALLS, AT_ONCE));
}

/// The same among idle sessions.
#[divan::bench(args = [0, 1_000, 100_000], sample_count = 20)]
fn drivers_among_idle_sessions(bencher: Bencher, idle: usize) {
    let mut ends = Driven::new(Mode::PerSession);
    let idle: Vec<_> = (0..idle).map(|_| ends.pipe()).collect();
    let proxy = ends.proxy();
    bencher.counter(ItemsCount::new(CALLS)).bench_local(|| ends.call(&proxy, CALLS, 1));
    drop(idle);
}

/// A session that is opened and closed.
#[divan::bench]
fn session(bencher: Bencher) {
    let mut ends = Driven::new(Mode::PerSession);
    bencher.counter(ItemsCount::new(100_usize)).bench_local(|| (0..100).for_each(|_| ends.visit()));
}

/// A million records, into a journal with room for a hundred thousand.
#[divan::bench(sample_count = 5, sample_size = 1)]
fn fold_a_million_records(bencher: Bencher) {
    let records = kit::records(1_000_000);
    bencher
        .counter(ItemsCount::new(records.len()))
        .with_inputs(|| records.clone())
        .bench_local_values(|records: Vec<Record>| {
            let mut journal = Journal::new(100_000);
            records.into_iter().for_each(|record| journal.push(record));
            journal
        });
}
