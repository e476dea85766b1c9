//! What a wire must carry for sessions to be what they are: `tests/tests/soap.rs` runs this, and
//! everything beside it, over SOAP, and then over mappings that are broken on purpose.

use super::kit::*;
use super::wire;
use bytes::Bytes;
use futures::future::{join, join_all};
use futures::{SinkExt, StreamExt};
use sessionful::drive::{CallOptions, Caller, Connector};
use sessionful::host::Endpoint;
use sessionful::{
    Behavior, Binding, Codec, ConcurrencyMode, Content, Contract, Failure, Fault, FaultCode,
    Header, Message, NOT_UNDERSTOOD, Operation, Phase, ProxyError, Service, SessionMode,
};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// Three operations, of which the service lets only `a` begin a session and `c` end it. Clients
/// that do not know so learn it from the wire.
fn staged(strict: bool) -> Endpoint {
    let (b, c) = (Operation::new("b"), Operation::new("c"));
    let (b, c) =
        if strict { (b.not_initiating(), c.not_initiating().terminating()) } else { (b, c) };
    let contract = Contract::new("Staged")
        .session(SessionMode::Required)
        .operation(Operation::new("a"))
        .operation(b)
        .operation(c);
    endpoint(&contract.build().unwrap(), Binding::websocket())
}

/// Answers with how often this object was called.
fn counting() -> Rc<dyn Service> {
    let calls = Cell::new(0);
    serve(move |_, _, _| {
        calls.set(calls.get() + 1);
        let calls = calls.get();
        async move { Ok(body(calls)) }
    })
}

/// INST-4, SESS-18: each session counts for itself, over however many calls.
#[test]
pub(crate) fn a_counter_belongs_to_its_session() {
    let mut world = World::new();
    let to = session();
    let make = |_: Option<&_>| Ok(counting());
    world.open(sessionful::drive::HostBuilder::new().endpoint(to.clone()).instances(make));
    let (first, second) = (world.connect(&to), world.connect(&to));
    for expected in 1..=3 {
        for proxy in [&first, &second] {
            assert_eq!(world.run(proxy.call(A, body(0))), Ok(body(expected)));
        }
    }
}

/// SESS-13, SESS-14: a session cannot begin with an operation that does not initiate, goes on after
/// such an attempt, and takes nothing more once it was terminated.
#[test]
pub(crate) fn only_some_operations_begin_a_session_and_one_ends_it() {
    let mut world = World::new();
    world.open(hosting(&staged(true), counting()));
    let proxy = world.connect(&staged(false));
    assert_eq!(world.run(proxy.call(B, body(0))), Err(ProxyError::ActionNotSupported));
    assert_eq!(world.run(proxy.call(A, body(0))), Ok(body(1)));
    assert_eq!(world.run(proxy.call(B, body(0))), Ok(body(2)));
    assert_eq!(world.run(proxy.call(C, body(0))), Ok(body(3)));
    assert_eq!(world.run(proxy.call(A, body(0))), Err(ProxyError::SessionTerminated));
}

/// SESS-17: an action that nobody knows is refused, and ends a session that goes on.
#[test]
pub(crate) fn an_unknown_action_ends_an_established_session() {
    let mut world = World::new();
    let host = world.open(hosting(&session(), counting()));
    let stranger = Contract::new("Service")
        .session(SessionMode::Required)
        .operation(Operation::new("a"))
        .operation(Operation::new("nobody"));
    let proxy = world.connect(&endpoint(&stranger.build().unwrap(), Binding::websocket()));
    assert_eq!(world.run(proxy.call(A, body(0))), Ok(body(1)));
    assert_eq!(world.run(proxy.call(B, body(0))), Err(ProxyError::ActionNotSupported));
    world.settle();
    assert_eq!(host.with(sessionful::host::Host::session_count), 0);
}

/// FLT-1, FLT-2, PROXY-17: a declared fault arrives with code, reason and detail under its own
/// action, one that is not declared as well, and the session does not mind.
#[test]
pub(crate) fn faults_arrive_whole_and_leave_the_session_alone() {
    let mut world = World::new();
    let contract = Contract::new("Service")
        .session(SessionMode::Required)
        .operation(Operation::new("a").fault("Known"));
    let to = endpoint(&contract.build().unwrap(), Binding::websocket());
    let sent = |number: i64| match number {
        1 => Some(Fault::new("Sender", "told").with_detail("Known", body(7))),
        2 => Some(Fault::new("{urn:t}Odd", "told").with_detail("Unknown", body(8))),
        3 => Some(Fault::new("Receiver", "told")),
        _ => None,
    };
    let service = serve(move |_, _, argument| {
        let fault = sent(number(&argument));
        async move { fault.map_or(Ok(argument), |fault| Err(Failure::Fault(fault))) }
    });
    world.open(hosting(&to, service));
    let proxy = world.connect(&to);
    for number in 1..=4 {
        let expected = match sent(number) {
            Some(fault) => Err(ProxyError::Fault(fault.into())),
            None => Ok(body(number)),
        };
        assert_eq!(world.run(proxy.call(A, body(number))), expected);
    }
}

/// FLT-2: the action of a declared fault is the contract's, that of another is the runtime's.
#[test]
pub(crate) fn a_declared_fault_has_an_action_of_its_own() {
    let mut world = World::new();
    let operation = Operation::new("a").fault("Known");
    let action = operation.clone();
    let contract = Contract::new("Service").session(SessionMode::Required).operation(operation);
    let contract = contract.build().unwrap();
    let declared = contract.operations()[0].faults[0].action.clone();
    assert_eq!(action.name, "a");
    let service = serve(move |_, _, argument| {
        let kind = if number(&argument) == 1 { "Known" } else { "Unknown" };
        async move { Err(Failure::Fault(Fault::new("Sender", "told").with_detail(kind, argument))) }
    });
    world.open(hosting(&endpoint(&contract, Binding::websocket()), service));
    let mut codec = wire::client();
    let (mut pipe, _) = world.run(world.network.connector().dial("/service")).unwrap();
    let mut actions = Vec::new();
    for number in 1..=2_u64 {
        let request = Message::request("Service/a", body(i64::try_from(number).unwrap()));
        let request = Message { id: Some(number.into()), ..request };
        world.run(pipe.send(codec.encode(&request).unwrap())).unwrap();
        let reply = codec.decode(world.run(pipe.next()).unwrap().unwrap()).unwrap();
        assert_eq!(reply.relates_to, Some(number.into()));
        actions.push(reply.action);
    }
    assert_eq!(actions[0], declared);
    assert_ne!(actions[1], declared);
    world.run(pipe.close()).unwrap();
}

/// FLT-4, FLT-5, FLT-8: what was not foreseen is an internal fault; it ends the session at both
/// ends.
#[test]
pub(crate) fn an_unforeseen_failure_ends_the_session() {
    let mut world = World::new();
    let to = session();
    let host = world.open(hosting(
        &to,
        serve(|_, operation, argument| async move {
            if operation == 1 { Err(Failure::Unhandled("secret".into())) } else { Ok(argument) }
        }),
    ));
    let proxy = world.connect(&to);
    assert_eq!(world.run(proxy.call(A, body(1))), Ok(body(1)));
    let Err(ProxyError::Fault(fault)) = world.run(proxy.call(B, body(1))) else {
        panic!("not a fault")
    };
    assert_eq!(fault.code, FaultCode::InternalService);
    assert!(!fault.reason.contains("secret"), "internals are told");
    assert_eq!(proxy.phase(), Phase::Faulted);
    assert_eq!(world.run(proxy.call(A, body(1))), Err(ProxyError::Faulted));
    proxy.abort();
    world.settle();
    assert_eq!(host.with(sessionful::host::Host::session_count), 0);
}

/// OP-3, FLT-6: nobody can be told of a one-way operation that failed, so its session is cut.
#[test]
pub(crate) fn a_one_way_failure_cuts_the_session() {
    let mut world = World::new();
    let to = session();
    let host = world.open(hosting(
        &to,
        serve(|_, operation, argument| async move {
            if operation == 2 { Err(Failure::Unhandled("boom".into())) } else { Ok(argument) }
        }),
    ));
    let proxy = world.connect(&to);
    assert_eq!(world.run(proxy.call(C, body(1))).map(|_| ()), Ok(()));
    world.settle();
    assert_eq!(host.with(sessionful::host::Host::session_count), 0);
    let after = world.run(proxy.call(A, body(1)));
    assert!(
        matches!(after, Err(ProxyError::Faulted | ProxyError::Disconnected { .. })),
        "{after:?}"
    );
}

/// OP-2, CONC-8, CONC-10: one-way calls of a session are carried out in order, before the call that
/// follows them, and nothing comes back.
#[test]
pub(crate) fn one_way_calls_arrive_in_order_and_are_not_answered() {
    let mut world = World::new();
    let (to, log) = (session(), Rc::new(RefCell::new(Vec::new())));
    let seen = Rc::clone(&log);
    world.open(hosting(
        &to,
        serve(move |_, operation, argument| {
            seen.borrow_mut().push((operation, number(&argument)));
            async move { Ok(argument) }
        }),
    ));
    let proxy = world.connect(&to);
    for number in 1..=5 {
        assert_eq!(world.run(proxy.call(C, body(number))).map(|_| ()), Ok(()));
    }
    assert_eq!(world.run(proxy.call(A, body(6))), Ok(body(6)));
    assert_eq!(*log.borrow(), [(2, 1), (2, 2), (2, 3), (2, 4), (2, 5), (0, 6)]);
}

/// OP-4: a message without an id cannot be answered, so an operation that answers refuses it and the
/// session ends.
#[test]
pub(crate) fn a_request_without_an_id_ends_the_session() {
    let mut world = World::new();
    let host = world.open(hosting(&session(), counting()));
    let mut codec = wire::client();
    let (mut pipe, _) = world.run(world.network.connector().dial("/service")).unwrap();
    let request = Message::request("Service/a", body(1));
    world.run(pipe.send(codec.encode(&request).unwrap())).unwrap();
    world.settle();
    assert_eq!(host.with(sessionful::host::Host::session_count), 0);
}

/// CONC-8, CONC-13, CONC-16: replies keep the order of their requests under single and overtake
/// each other under multiple; every caller gets its own.
#[test]
pub(crate) fn replies_overtake_each_other_only_under_multiple() {
    for concurrency in [ConcurrencyMode::Single, ConcurrencyMode::Multiple] {
        let mut world = World::new();
        let (door, log) = (Door::default(), Rc::new(RefCell::new(Vec::new())));
        let wait = door.clone();
        let service = serve(move |_, operation, argument| {
            let wait = wait.clone();
            async move {
                if operation == 0 {
                    wait.pass().await;
                }
                Ok(argument)
            }
        });
        world.open(
            hosting(&session(), service).behavior(Behavior { concurrency, ..Behavior::default() }),
        );
        let proxy = world.connect(&session());
        let logged = |operation, argument: i64| {
            let call = proxy.call(operation, body(argument));
            let log = Rc::clone(&log);
            async move {
                assert_eq!(call.await, Ok(body(argument)));
                log.borrow_mut().push(argument);
            }
        };
        let (slow, quick) = (logged(A, 1), logged(B, 2));
        let opens = concurrency == ConcurrencyMode::Single;
        let opener = async {
            if opens {
                door.open();
            }
            quick.await;
            door.open();
        };
        world.run(join(slow, opener));
        assert_eq!(*log.borrow(), if opens { [1, 2] } else { [2, 1] }, "{concurrency:?}");
    }
}

/// CONC-11, CONC-14: callbacks and calls cross each other on one session, each with ids of its own
/// end, and every answer finds its question. They are fewer than may run at once (`THR-1`): a call that
/// waited for its slot would keep the answers from being received.
#[test]
pub(crate) fn callbacks_and_calls_cross() {
    let callback = Contract::new("Callback").operation(Operation::new("a"));
    let contract = Contract::new("Service")
        .session(SessionMode::Required)
        .operation(Operation::new("a"))
        .callback(callback);
    let to = endpoint(&contract.build().unwrap(), Binding::websocket());
    for concurrency in [ConcurrencyMode::Reentrant, ConcurrencyMode::Multiple] {
        let mut world = World::new();
        let service = serve(move |at, _, argument| async move {
            let callback = at.callback().unwrap();
            let doubled = callback.call(A, argument).await;
            let doubled = doubled.map_err(|error| Failure::Unhandled(error.to_string()))?;
            Ok(body(number(&doubled) + 1))
        });
        let behavior = Behavior { concurrency, ..Behavior::default() };
        world.open(hosting(&to, service).behavior(behavior));
        let object = serve(|_, _, argument| async move { Ok(body(2 * number(&argument))) });
        let builder = sessionful::drive::ProxyBuilder::new(to.clone()).callback(object);
        let proxy = world.connect_duplex(builder);
        let answers = world.run(join_all((0..12).map(|n| proxy.call(A, body(n)))));
        let expected: Vec<Result<Bytes, ProxyError>> =
            (0..12).map(|n| Ok(body(2 * n + 1))).collect();
        assert_eq!(answers, expected, "{concurrency:?}");
    }
}

fn header(name: &str, must_understand: bool) -> Header {
    Header { name: name.into(), value: "x".into(), must_understand }
}

/// INST-2, INST-13 (step 21): a header that must be understood and is not keeps the operation from
/// being carried out; the fault names it. The session goes on.
#[test]
pub(crate) fn a_header_that_must_be_understood_is_refused() {
    let mut world = World::new();
    let to = session();
    let behavior = Behavior { understands: vec!["{urn:h}Known".into()], ..Behavior::default() };
    world.open(hosting(&to, counting()).behavior(behavior));
    let proxy = world.connect(&to);
    let mut call = |headers: Vec<Header>| {
        let options = CallOptions { headers, ..CallOptions::default() };
        world.run(proxy.call_with(A, body(0), options)).map(|reply| reply.body)
    };
    assert_eq!(
        call(vec![header("{urn:h}Known", true), header("{urn:h}Other", false)]),
        Ok(body(1))
    );
    let refused = call(vec![header("{urn:h}Known", true), header("{urn:h}Other", true)]);
    let Err(ProxyError::Fault(fault)) = refused else { panic!("{refused:?}") };
    assert_eq!(fault.code, FaultCode::MustUnderstand);
    assert!(fault.reason.contains("{urn:h}Other"), "{fault}");
    assert_eq!(call(Vec::new()), Ok(body(2)), "not carried out, and the session goes on");
}

/// INST-2: a service may say that it looks after such headers itself.
#[test]
pub(crate) fn a_service_may_look_after_its_headers_itself() {
    let mut world = World::new();
    let to = session();
    let behavior = Behavior { validate_must_understand: false, ..Behavior::default() };
    world.open(hosting(&to, counting()).behavior(behavior));
    let proxy = world.connect(&to);
    let headers = vec![header("{urn:h}Other", true)];
    let options = CallOptions { headers, ..CallOptions::default() };
    let reply = world.run(proxy.call_with(A, body(0), options));
    assert_eq!(reply.map(|reply| reply.body), Ok(body(1)));
}

/// INST-13 (step 21): every header that was not understood is named beside the fault.
#[test]
pub(crate) fn headers_that_were_not_understood_are_named() {
    let mut world = World::new();
    world.open(hosting(&session(), counting()));
    let mut codec = wire::client();
    let (mut pipe, _) = world.run(world.network.connector().dial("/service")).unwrap();
    let headers =
        vec![header("{urn:h}One", true), header("{urn:h}Two", false), header("{urn:i}Three", true)];
    let request = Message::request("Service/a", body(1));
    let request = Message { id: Some(1.into()), headers, ..request };
    world.run(pipe.send(codec.encode(&request).unwrap())).unwrap();
    let reply = codec.decode(world.run(pipe.next()).unwrap().unwrap()).unwrap();
    assert!(
        matches!(&reply.content, Content::Fault(fault) if fault.code == FaultCode::MustUnderstand)
    );
    let named: Vec<_> =
        reply.headers.iter().map(|header| (header.name.as_str(), header.value.as_str())).collect();
    assert_eq!(named, [(NOT_UNDERSTOOD, "{urn:h}One"), (NOT_UNDERSTOOD, "{urn:i}Three")]);
    world.run(pipe.close()).unwrap();
}
