//! What idle things weigh: `cargo bench -p sessionful-tests --bench memory`.

mod kit;

use kit::Mode;
use kit::driven::Driven;
use kit::wired::Wired;
use sessionful::action::Action;
use sessionful::dispatch::Dispatch;
use sessionful::event::{Event, Record};
use sessionful::observe::Journal;
use sessionful::proxy::ProxyInput;
use sessionful::{Message, host::HostInput};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use std::alloc::System;

#[global_allocator]
static HEAP: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const COUNT: usize = 10_000;

/// How many bytes of the heap each of that many things keeps.
fn weigh<R>(name: &str, count: usize, work: impl FnOnce() -> R) -> R {
    let region = Region::new(HEAP);
    let kept = work();
    let change = region.change();
    let bytes = change.bytes_allocated as isize - change.bytes_deallocated as isize;
    println!("{name:<52} {:>10.0} bytes", bytes as f64 / count as f64);
    kept
}

fn main() {
    let mut ends = Wired::new(Mode::PerSession, ());
    weigh("idle session, machine, before its first call", COUNT, || {
        (0..COUNT).for_each(|_| {
            ends.connect(false);
        });
    });
    let mut ends = Wired::new(Mode::PerSession, ());
    weigh("idle session, machine, with its instance", COUNT, || {
        (0..COUNT).for_each(|_| {
            ends.connect(true);
        });
    });
    let mut ends = Wired::new(Mode::Sessionless, ());
    weigh("pooled channel, machine", COUNT, || {
        ends.call(COUNT);
        ends.shrink();
    });
    assert_eq!(ends.pooled_channels(), COUNT);

    let mut ends = Driven::new(Mode::PerSession);
    let pipes = weigh("idle session, host's driver, with both ends' pipe", COUNT, || {
        (0..COUNT).map(|_| ends.pipe()).collect::<Vec<_>>()
    });
    drop(pipes);
    let mut ends = Driven::new(Mode::Sessionless);
    let proxy = ends.proxy();
    weigh("pooled channel, proxy's driver", COUNT, || ends.call(&proxy, COUNT, COUNT));

    let records = kit::records(1_000_000);
    let journal = weigh("journal of the last 100,000 of 1,000,000 records", 1, || {
        let mut journal = Journal::new(100_000);
        records.iter().for_each(|record| journal.push(record.clone()));
        journal
    });
    drop(journal);
    sizes();
}

fn sizes() {
    for (name, size) in [
        ("Message", size_of::<Message>()),
        ("Action", size_of::<Action>()),
        ("HostInput", size_of::<HostInput>()),
        ("ProxyInput", size_of::<ProxyInput>()),
        ("Dispatch", size_of::<Dispatch>()),
        ("Event", size_of::<Event>()),
        ("Record", size_of::<Record>()),
    ] {
        println!("size of {name:<44} {size:>10} bytes");
    }
}
