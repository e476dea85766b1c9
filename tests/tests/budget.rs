//! Hard budgets: what an idle session weighs, and what is moved on every call.

#![cfg(not(target_arch = "wasm32"))]

#[path = "../benches/kit/mod.rs"]
mod kit;

use kit::Mode;
use kit::driven::Driven;
use kit::wired::Wired;
use sessionful::Message;
use sessionful::action::Action;
use sessionful::dispatch::Dispatch;
use sessionful::event::{Event, Record};
use sessionful::host::HostInput;
use sessionful::proxy::ProxyInput;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use std::alloc::System;

#[global_allocator]
static HEAP: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const SESSIONS: usize = 2_000;

/// How many bytes of the heap each session keeps. Other tests run beside this one, and add little.
fn bytes_each<R>(work: impl FnOnce() -> R) -> (usize, R) {
    let region = Region::new(HEAP);
    let kept = work();
    let change = region.change();
    (change.bytes_allocated.saturating_sub(change.bytes_deallocated) / SESSIONS, kept)
}

#[test]
fn an_idle_session_weighs_two_kibibytes_at_most() {
    let mut ends = Wired::new(Mode::PerSession, ());
    let (bytes, ()) = bytes_each(|| {
        (0..SESSIONS).for_each(|_| {
            ends.connect(true);
        });
    });
    assert_eq!(ends.host.session_count(), SESSIONS + 1, "and that of the proxy");
    assert!((200..=2048).contains(&bytes), "{bytes} bytes at the machine, with its instance");

    let mut ends = Driven::new(Mode::PerSession);
    let (bytes, pipes) = bytes_each(|| (0..SESSIONS).map(|_| ends.pipe()).collect::<Vec<_>>());
    assert_eq!(ends.host.with(sessionful::host::Host::session_count), SESSIONS);
    assert!((200..=2048).contains(&bytes), "{bytes} bytes with driver and pipe");
    drop(pipes);
}

#[test]
fn what_moves_on_every_call_is_small() {
    let sizes = [
        ("Message", size_of::<Message>(), 160),
        ("Action", size_of::<Action>(), 72),
        ("HostInput", size_of::<HostInput>(), 80),
        ("ProxyInput", size_of::<ProxyInput>(), 80),
        ("Dispatch", size_of::<Dispatch>(), 192),
        ("Event", size_of::<Event>(), 64),
        ("Record", size_of::<Record>(), 112),
    ];
    let beyond = sizes.iter().filter(|(_, size, limit)| size > limit);
    assert_eq!(beyond.collect::<Vec<_>>(), Vec::<&(&str, usize, usize)>::new(), "beyond the limit");
}
