//! How calls end other than by their answers.

use super::kit::*;
use super::wire;
use futures::future::{pending, poll_immediate};
use futures::{FutureExt, SinkExt, StreamExt};
use sessionful::drive::{CallOptions, Caller, Connector, Exchange, ProxyBuilder};
use sessionful::event::Event;
use sessionful::host::Host;
use sessionful::proxy::ProxyOptions;
use sessionful::{
    Behavior, Binding, Codec, ConcurrencyMode, Content, Context, Contract, Fault, FaultCode,
    HostError, Message, Operation, Phase, ProxyError,
};
use std::rc::Rc;
use std::time::Duration;

/// `a` waits for the door, `b` answers at once.
pub(crate) fn slow(door: &Door) -> Rc<dyn sessionful::Service> {
    let door = door.clone();
    serve(move |_, operation, argument| {
        let door = door.clone();
        async move {
            if operation == 0 {
                door.pass().await;
            }
            Ok(argument)
        }
    })
}

/// CALL-5, CALL-6, CALL-7: whenever the future of a call is dropped, the call is abandoned and the
/// session goes on.
#[test]
fn dropping_a_call_at_any_time_abandons_it_alone() {
    for polls in 0..4 {
        let mut world = World::new();
        let to = session();
        let door = Door::default();
        world.open(hosting(&to, slow(&door)).behavior(multiple()));
        let proxy = world.connect(&to);
        let mut call = Box::pin(proxy.call(A, body(1)));
        for _ in 0..polls {
            assert_eq!(world.run(poll_immediate(&mut call)), None);
            world.settle();
        }
        world.take_events();
        drop(call);
        let events = world.take_events();
        let abandoned = |e: &Event| matches!(e, Event::CallAbandoned { .. });
        assert_eq!(events.iter().any(abandoned), polls > 0, "after {polls} polls: {events:?}");
        assert_eq!(proxy.pending_calls(), usize::from(polls > 0));
        assert_eq!(world.run(proxy.call(B, body(2))), Ok(body(2)), "after {polls} polls");
        door.open();
        world.settle();
        assert_eq!(proxy.pending_calls(), 0);
    }
}

/// CALL-5: dropping the future of a call without session abandons it, and its channel is kept until
/// the answer has come.
#[test]
fn dropping_a_sessionless_call_keeps_its_channel() {
    let mut world = World::new();
    let contract = Contract::new("Slow").operation(Operation::new("a")).build().unwrap();
    let to = endpoint(&contract, Binding::fetch());
    let door = Door::default();
    world.open(hosting(&to, slow(&door)));
    let proxy = world.connect(&to);
    let mut call = Box::pin(proxy.call(A, body(1)));
    assert_eq!(world.run(poll_immediate(&mut call)), None);
    drop(call);
    world.settle();
    assert_eq!(proxy.with(|proxy| proxy.pool().unwrap().leased().count()), 1);
    door.open();
    world.settle();
    assert_eq!(proxy.with(|proxy| proxy.pool().unwrap().idle().len()), 1);
}

/// CALL-3, CALL-5: a group of calls is abandoned by its number.
#[test]
fn a_group_is_abandoned_together() {
    let mut world = World::new();
    let to = session();
    let door = Door::default();
    world.open(hosting(&to, slow(&door)).behavior(multiple()));
    let proxy = world.connect(&to);
    let group = |group| CallOptions { group, ..CallOptions::default() };
    let mut first = proxy.call_with(A, body(1), group(1));
    let mut other = proxy.call_with(A, body(2), group(2));
    assert!(world.run(poll_immediate(&mut first)).is_none());
    assert!(world.run(poll_immediate(&mut other)).is_none());
    proxy.abandon(1).unwrap();
    assert_eq!(world.run(first), Err(ProxyError::Abandoned));
    assert!(world.run(poll_immediate(&mut other)).is_none());
    door.open();
    assert_eq!(world.run(other).map(|reply| reply.body), Ok(body(2)));
}

/// CALL-4: when the driver is gone, everything that is awaited ends, and everything after.
#[test]
fn without_its_driver_everything_ends() {
    let mut world = World::new();
    let to = session();
    let door = Door::default();
    let host = world.open(hosting(&to, slow(&door)));
    let (proxy, driver) = world.make_proxy(ProxyBuilder::new(to));
    let stop = world.spawn_stoppable(driver);
    world.run(proxy.open()).unwrap();
    let mut call = Box::pin(proxy.call(A, body(1)));
    let mut close = Box::pin(proxy.close());
    assert_eq!(world.run(poll_immediate(&mut call)), None);
    assert_eq!(world.run(poll_immediate(&mut close)), None);
    world.settle();
    stop.abort();
    assert_eq!(world.run(call), Err(ProxyError::Stopped));
    assert_eq!(world.run(close), Err(ProxyError::Stopped));
    assert_eq!(world.run(proxy.call(B, body(1))), Err(ProxyError::Stopped));
    assert_eq!(world.run(proxy.open()), Err(ProxyError::Stopped));
    assert!(proxy.is_stopped());
    assert_eq!(proxy.phase(), Phase::Closed, "it was closing");
    assert_eq!(proxy.leaks(), Vec::<String>::new());
    // SESS-21: the host saw the connection break; its operation is left to end.
    assert_eq!(host.with(Host::session_count), 0);
    assert_eq!(host.with(|host| host.dispatcher().dispatches().count()), 1);
    host.abort();
    door.open();
}

/// A host whose driver is gone is closed, whatever its operations were doing: nobody carries them on.
#[test]
fn without_its_driver_a_host_is_closed() {
    let mut world = World::new();
    let to = session();
    let dropped = Rc::new(());
    let held = Rc::clone(&dropped);
    let service = serve(move |at: Context, operation, argument| {
        let held = Rc::clone(&held);
        async move {
            if operation == 0 {
                at.call_out(pending::<()>()).await;
            }
            at.cancelled().await;
            drop(held);
            Ok(argument)
        }
    });
    let behavior = Behavior { concurrency: ConcurrencyMode::Reentrant, ..Behavior::default() };
    let (host, driver) = world.make_host(hosting(&to, service).behavior(behavior));
    let stop = world.spawn_stoppable(driver);
    world.run(host.open()).unwrap();
    let proxy = world.connect(&to);
    // One operation is outside, one runs, and one waits for its turn.
    let mut calls = [A, B, B].map(|operation| Box::pin(proxy.call(operation, body(1))));
    let mut close = Box::pin(host.close());
    calls.iter_mut().for_each(|call| assert_eq!(world.run(poll_immediate(call)), None));
    world.settle();
    assert_eq!(host.with(|host| host.dispatcher().dispatches().count()), 3);
    assert_eq!(world.run(poll_immediate(&mut close)), None);
    stop.abort();
    assert_eq!(world.run(close), Err(HostError::Stopped));
    assert_eq!(host.phase(), Phase::Closed);
    assert_eq!(host.leaks(), Vec::<String>::new());
    assert_eq!(Rc::strong_count(&dropped), 1, "the operations went with their driver");
    for call in calls {
        let result = world.run(call);
        assert!(matches!(result, Err(ProxyError::Disconnected { .. })), "{result:?}");
    }
}

/// CALL-12: closing waits for the calls in progress.
#[test]
fn closing_waits_for_pending_calls() {
    let mut world = World::new();
    let to = session();
    let door = Door::default();
    world.open(hosting(&to, slow(&door)));
    let proxy = world.connect(&to);
    let mut call = Box::pin(proxy.call(A, body(1)));
    let mut close = Box::pin(proxy.close());
    assert_eq!(world.run(poll_immediate(&mut call)), None);
    assert_eq!(world.run(poll_immediate(&mut close)), None);
    world.settle();
    assert_eq!(world.run(poll_immediate(&mut close)), None);
    assert_eq!(proxy.phase(), Phase::Closing);
    door.open();
    assert_eq!(world.run(call), Ok(body(1)));
    assert_eq!(world.run(close), Ok(()));
}

/// CALL-8, CALL-12: a call that is late is abandoned and the session goes on; closing that is late
/// ends everything.
#[test]
fn patience_ends_by_the_clock() {
    let mut world = World::new();
    let to = session();
    let door = Door::default();
    world.open(hosting(&to, slow(&door)).behavior(multiple()));
    let options =
        ProxyOptions { max_close_timeout: Some(Duration::from_secs(2)), ..ProxyOptions::default() };
    let proxy = world.proxy(ProxyBuilder::new(to).options(options));
    world.run(proxy.open()).unwrap();
    let timeout = Some(Duration::from_millis(100));
    let mut call = proxy.call_with(A, body(1), CallOptions { timeout, ..CallOptions::default() });
    assert!(world.run(poll_immediate(&mut call)).is_none());
    world.pass(Duration::from_millis(99));
    assert!(world.run(poll_immediate(&mut call)).is_none());
    world.pass(Duration::from_millis(1));
    assert_eq!(world.run(call), Err(ProxyError::TimedOut));
    assert_eq!(world.run(proxy.call(B, body(2))), Ok(body(2)));
    let mut close = Box::pin(proxy.close());
    assert_eq!(world.run(poll_immediate(&mut close)), None);
    world.pass(Duration::from_secs(2));
    assert_eq!(world.run(close), Err(ProxyError::TimedOut));
    assert_eq!(proxy.phase(), Phase::Closed);
    door.open();
}

/// CALL-9, CALL-10: an abort ends the calls in progress at once, and the host sees the session
/// break.
#[test]
fn an_abort_ends_calls_at_once() {
    let mut world = World::new();
    let to = session();
    let door = Door::default();
    world.open(hosting(&to, slow(&door)));
    let proxy = world.connect(&to);
    let mut call = Box::pin(proxy.call(A, body(1)));
    assert_eq!(world.run(poll_immediate(&mut call)), None);
    world.settle();
    proxy.abort();
    assert_eq!(world.run(poll_immediate(&mut call)), Some(Err(ProxyError::Aborted)));
    assert_eq!(proxy.phase(), Phase::Faulted);
    world.run(proxy.close()).unwrap();
    // PROXY-8: and then it can be used again.
    proxy.reset().unwrap();
    door.open();
    world.run(proxy.open()).unwrap();
    assert_eq!(world.run(proxy.call(B, body(2))), Ok(body(2)));
}

/// PROXY-7: nobody listens; the proxy may try again.
#[test]
fn opening_to_nobody_can_be_tried_again() {
    let mut world = World::new();
    let to = session();
    let proxy = world.proxy(ProxyBuilder::new(to.clone()));
    assert_eq!(world.run(proxy.open()), Err(ProxyError::NotFound));
    assert_eq!(proxy.phase(), Phase::Created);
    world.open(hosting(&to, slow(&Door::default())));
    world.run(proxy.open()).unwrap();
}

/// SESS-2, PROXY-7: who takes single requests has no sessions, and the other way around.
#[test]
fn nobody_listens_for_another_kind_of_channel() {
    let mut world = World::new();
    let contract = Contract::new("Service").operation(Operation::new("a")).build().unwrap();
    let [sessions, requests] =
        [Binding::websocket(), Binding::fetch()].map(|binding| endpoint(&contract, binding));
    let door = Door::default();
    door.open();
    let host = world.open(hosting(&requests, slow(&door)));
    let proxy = world.proxy(ProxyBuilder::new(sessions.clone()));
    assert_eq!(world.run(proxy.open()), Err(ProxyError::NotFound));
    world.run(host.close()).unwrap();
    world.open(hosting(&sessions, slow(&door)));
    let proxy = world.connect(&requests);
    assert_eq!(world.run(proxy.call(A, body(1))), Err(ProxyError::NotFound));
}

/// CHAN-4, OP-2: a call that cannot be written fails alone, and its caller hears it; one that wants
/// no reply too, as it ends with its writing.
#[test]
fn what_cannot_be_written_fails_alone() {
    for binding in [Binding::websocket(), Binding::fetch()] {
        let mut world = World::new();
        let contract = Contract::new("Service")
            .operation(Operation::new("a"))
            .operation(Operation::new("b").one_way())
            .build()
            .unwrap();
        let to = endpoint(&contract, binding);
        let door = Door::default();
        door.open();
        world.open(hosting(&to, slow(&door)));
        let proxy = world.connect(&to);
        for operation in [A, B] {
            let huge = world.run(proxy.call(operation, vec![b'0'; 300_000].into()));
            assert!(matches!(huge, Err(ProxyError::Encoding { .. })), "{operation}: {huge:?}");
            assert_eq!(proxy.phase(), Phase::Opened);
            assert_eq!(proxy.pending_calls(), 0);
        }
        assert_eq!(world.run(proxy.call(A, body(2))), Ok(body(2)));
    }
}

/// PROXY-9: a proxy that nobody can use any more is closed, and its driver ends, whatever came before.
#[test]
fn the_driver_ends_with_the_last_handle() {
    for aborted in [false, true] {
        let mut world = World::new();
        let to = session();
        let host = world.open(hosting(&to, slow(&Door::default())));
        let (proxy, driver) = world.make_stray(ProxyBuilder::new(to));
        let ended = Door::default();
        let end = ended.clone();
        world.spawn(async move {
            driver.await;
            end.open();
        });
        world.run(proxy.open()).unwrap();
        if aborted {
            proxy.abort();
            world.settle();
        }
        drop(proxy);
        world.run(ended.pass());
        assert_eq!(host.with(Host::session_count), 0);
    }
}

/// PROXY-10: handle, calls and driver can go to another thread if their parts can.
#[test]
fn a_proxy_over_send_parts_is_send() {
    fn is_send<T: Send>(value: T) -> T {
        value
    }
    let world = World::new();
    // Not the kit's: its type would hide whether the driver is.
    let (proxy, driver) = ProxyBuilder::new(session())
        .build(world.clock.clone(), world.network.connector(), wire::client())
        .unwrap();
    drop(is_send(driver));
    drop(is_send(proxy.call_with(A, body(1), CallOptions::default())));
    is_send(proxy);
}

/// A client that ends its half and never takes its replies cannot keep the host's end for ever.
#[test]
fn a_peer_that_never_reads_is_cut_after_the_close_timeout() {
    let mut world = World::new();
    let to = session();
    let host = world.open(hosting(&to, slow(&Door::default())).behavior(multiple()));
    let mut codec = wire::client();
    let (mut pipe, _) = world.run(world.network.connector().dial("/service")).unwrap();
    for number in 0..40_u64 {
        let id = Some(number.into());
        let request = Message { id, ..Message::request("Service/b", body(1)) };
        world.run(pipe.send(codec.encode(&request).unwrap())).unwrap();
    }
    world.run(pipe.close()).unwrap();
    world.settle();
    assert_eq!(host.leaks(), Vec::<String>::new());
    assert_eq!(world.clock.sleepers(), 1);
    world.pass(Duration::from_secs(60));
    assert_eq!(world.clock.sleepers(), 0);
    let rest: Vec<_> = world.run(pipe.collect());
    assert!(rest.len() < 40 && rest.last().is_some_and(Result::is_err), "{rest:?}");
}

/// A driver that is dropped before it ever ran is gone all the same: nobody waits for it.
#[test]
fn a_driver_that_never_ran_ends_what_is_awaited() {
    let world = World::new();
    let to = session();
    let (proxy, driver) = world.make_proxy(ProxyBuilder::new(to.clone()));
    drop(driver);
    assert_eq!(proxy.open().now_or_never(), Some(Err(ProxyError::Stopped)));
    let (host, driver) = world.make_host(hosting(&to, slow(&Door::default())));
    drop(driver);
    assert_eq!(host.open().now_or_never(), Some(Err(HostError::Stopped)));
}

/// FLT-9: a single request that claims to be a reply is answered with a fault; nobody waits for ever.
#[test]
fn a_request_that_relates_to_another_is_answered() {
    let mut world = World::new();
    let contract = Contract::new("Slow").operation(Operation::new("a")).build().unwrap();
    let host = world.host(hosting(&endpoint(&contract, Binding::fetch()), slow(&Door::default())));
    world.run(host.open()).unwrap();
    let exchange = world.network.connector().exchange("/service");
    let request = Message { relates_to: Some(7.into()), ..Message::request("Slow/a", body(1)) };
    let mut codec = wire::client();
    let answer = world.run(exchange.send(codec.encode(&request).unwrap())).unwrap().unwrap();
    let answer = codec.decode(answer).unwrap();
    let is_refusal = |fault: &Fault| fault.code == FaultCode::DeserializationFailed;
    assert!(matches!(&answer.content, Content::Fault(fault) if is_refusal(fault)), "{answer:?}");
    world.run(host.close()).unwrap();
}
