//! Calls without futures: how each ends is told once, in one place.

use super::ends::slow;
use super::kit::*;
use futures::future::poll_immediate;
use futures::{FutureExt, StreamExt};
use sessionful::drive::{CallOptions, ProxyBuilder};
use sessionful::host::Host;
use sessionful::{Phase, ProxyError};

const NONE: CallOptions =
    CallOptions { group: 0, timeout: None, headers: Vec::new(), within: None };

/// A session with a service whose `a` waits for the door.
fn connected() -> (World, Door, Proxy) {
    let mut world = World::new();
    let to = session();
    let door = Door::default();
    world.open(hosting(&to, slow(&door)).behavior(multiple()));
    let proxy = world.connect(&to);
    (world, door, proxy)
}

/// Calls end in the order of their answers, each under its tag.
#[test]
fn each_end_is_told_under_its_tag() {
    let (mut world, door, proxy) = connected();
    let mut ends = proxy.completions();
    proxy.submit(70, A, body(1), NONE).unwrap();
    proxy.submit(80, B, body(2), NONE).unwrap();
    assert_eq!(proxy.pending_calls(), 2, "they begin at once");
    let (tag, end) = world.run(ends.next()).unwrap();
    assert_eq!((tag, end.map(|reply| reply.body)), (80, Ok(body(2))));
    assert!(world.run(poll_immediate(ends.next())).is_none(), "the other waits at the door");
    door.open();
    let (tag, end) = world.run(ends.next()).unwrap();
    assert_eq!((tag, end.map(|reply| reply.body)), (70, Ok(body(1))));
}

/// PROXY-3: what cannot begin ends as well.
#[test]
fn a_call_of_a_proxy_that_is_not_open_ends() {
    let mut world = World::new();
    let to = session();
    let (proxy, driver) = world.make_proxy(ProxyBuilder::new(to));
    world.spawn(driver);
    let mut ends = proxy.completions();
    proxy.submit(1, A, body(1), NONE).unwrap();
    let (tag, end) = world.run(ends.next()).unwrap();
    assert_eq!(tag, 1);
    assert!(matches!(end, Err(ProxyError::InvalidState { .. })), "{end:?}");
}

/// CALL-5, CALL-7: who is given up is not told, and the session goes on.
#[test]
fn a_call_that_is_given_up_is_not_told() {
    let (mut world, door, proxy) = connected();
    let mut ends = proxy.completions();
    let before = proxy.submit(1, A, body(1), NONE).unwrap();
    proxy.give_up(before);
    let after = proxy.submit(2, B, body(2), NONE).unwrap();
    world.settle();
    proxy.give_up(after); // it has ended, but nobody has taken that
    proxy.submit(3, B, body(3), NONE).unwrap();
    let (tag, end) = world.run(ends.next()).unwrap();
    assert_eq!((tag, end.map(|reply| reply.body)), (3, Ok(body(3))));
    assert_eq!(proxy.pending_calls(), 1, "the first, until its answer comes");
    door.open();
    world.settle();
    assert_eq!(proxy.pending_calls(), 0);
    assert!(world.run(poll_immediate(ends.next())).is_none());
}

/// CALL-4: without its driver every call ends, then the stream; nothing begins any more.
#[test]
fn without_its_driver_the_stream_ends() {
    let mut world = World::new();
    let to = session();
    let door = Door::default();
    let host = world.open(hosting(&to, slow(&door)));
    let (proxy, driver) = world.make_proxy(ProxyBuilder::new(to));
    let stop = world.spawn_stoppable(driver);
    world.run(proxy.open()).unwrap();
    let ends = proxy.completions();
    proxy.submit(1, A, body(1), NONE).unwrap();
    proxy.submit(2, A, body(2), NONE).unwrap();
    world.settle();
    stop.abort();
    let ended = world.run(ends.collect::<Vec<_>>());
    assert_eq!(ended, [(1, Err(ProxyError::Stopped)), (2, Err(ProxyError::Stopped))]);
    assert_eq!(proxy.submit(3, A, body(3), NONE), Err(ProxyError::Stopped));
    host.abort();
    door.open();
}

/// PROXY-9: calls in progress count as handles do; once the last has ended, the proxy is closed.
#[test]
fn a_call_in_progress_keeps_the_proxy() {
    let mut world = World::new();
    let to = session();
    let door = Door::default();
    let host = world.open(hosting(&to, slow(&door)));
    let (proxy, driver) = world.make_stray(ProxyBuilder::new(to));
    let mut driver = Box::pin(driver.shared());
    world.spawn(driver.clone());
    world.run(proxy.open()).unwrap();
    let mut ends = proxy.completions();
    proxy.submit(1, A, body(1), NONE).unwrap();
    drop(proxy);
    world.settle();
    assert_eq!(host.with(Host::session_count), 1);
    assert!(world.run(poll_immediate(&mut driver)).is_none());
    door.open();
    let (tag, end) = world.run(ends.next()).unwrap();
    assert_eq!((tag, end.map(|reply| reply.body)), (1, Ok(body(1))));
    world.run(&mut driver);
    assert!(world.run(ends.next()).is_none());
    assert_eq!(host.with(Host::session_count), 0);
}

/// Nobody hears how they end, and nothing waits for it.
#[test]
fn dropping_the_stream_gives_up_hearing() {
    let mut world = World::new();
    let to = session();
    let door = Door::default();
    let host = world.open(hosting(&to, slow(&door)));
    let (proxy, driver) = world.make_stray(ProxyBuilder::new(to));
    let driver = driver.shared();
    world.spawn(driver.clone());
    world.run(proxy.open()).unwrap();
    let ends = proxy.completions();
    proxy.submit(1, A, body(1), NONE).unwrap();
    drop(ends);
    assert_eq!((proxy.phase(), proxy.pending_calls()), (Phase::Opened, 1));
    drop(proxy);
    door.open();
    world.run(driver);
    assert_eq!(host.with(Host::session_count), 0);
}

/// CONC-10: the end of a one-way call is told once its pipe has room, so that a client which waits for
/// it is held back.
#[test]
fn ends_wait_for_room() {
    const CALLS: u64 = 1_000;
    let mut world = World::new();
    let to = session();
    let door = Door::default();
    let wait = door.clone();
    let service = serve(move |_, _, argument| {
        let wait = wait.clone();
        async move {
            wait.pass().await;
            Ok(argument)
        }
    });
    world.open(hosting(&to, service));
    let proxy = world.connect(&to);
    let mut ends = proxy.completions();
    let mut told = 0;
    for tag in 0..CALLS {
        proxy.submit(tag, C, body(1), NONE).unwrap();
        world.settle();
        match world.run(poll_immediate(ends.next())) {
            Some(end) => assert_eq!(end.map(|(tag, _)| tag), Some(tag)),
            None => break,
        }
        told += 1;
    }
    assert!((64..250).contains(&told), "{told} were told");
    door.open();
    assert_eq!(world.run(ends.next()).map(|(tag, _)| tag), Some(told));
}
