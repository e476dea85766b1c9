//! Duplex sessions: the service calls its caller.

use super::kit::*;
use bytes::Bytes;
use futures::future::{join, poll_immediate};
use futures::task::LocalSpawnExt;
use sessionful::drive::{Caller, ProxyBuilder};
use sessionful::host::Endpoint;
use sessionful::proxy::ProxyOptions;
use sessionful::{
    Behavior, Binding, ConcurrencyMode, Contract, Failure, Fault, Operation, ProxyError,
    SessionMode,
};
use std::cell::RefCell;
use std::rc::Rc;

/// The service has `a` and `b`; its caller `a` (request-reply) and `b` (one-way).
fn duplex() -> Endpoint {
    let callback = Contract::new("Callback")
        .operation(Operation::new("a"))
        .operation(Operation::new("b").one_way());
    let contract = Contract::new("Service")
        .session(SessionMode::Required)
        .operation(Operation::new("a"))
        .operation(Operation::new("b"))
        .callback(callback)
        .build()
        .unwrap();
    endpoint(&contract, Binding::websocket())
}

fn mode(concurrency: ConcurrencyMode) -> Behavior {
    Behavior { concurrency, ..Behavior::default() }
}

/// The proxy of a duplex contract, with a callback object that doubles numbers.
fn doubling(world: &mut World, heard: &Rc<RefCell<Vec<Bytes>>>) -> Proxy {
    let heard = Rc::clone(heard);
    let object = serve(move |_, operation, argument| {
        heard.borrow_mut().push(argument.clone());
        async move { Ok(if operation == 0 { body(2 * number(&argument)) } else { Bytes::new() }) }
    });
    world.connect_duplex(ProxyBuilder::new(duplex()).callback(object))
}

fn failure(error: ProxyError) -> Failure {
    Failure::Fault(Fault::new("Callback", error.to_string()))
}

/// CONC-11, CONC-12, CONC-13: a two-way callback is refused at once under single, and works under
/// reentrant and multiple.
#[test]
fn two_way_callbacks_depend_on_the_concurrency_mode() {
    use ConcurrencyMode::{Multiple, Reentrant, Single};
    for concurrency in [Single, Reentrant, Multiple] {
        let mut world = World::new();
        let seen = Rc::new(RefCell::new(None));
        let (heard, see) = (Rc::default(), Rc::clone(&seen));
        let service = serve(move |at, _, argument| {
            let see = Rc::clone(&see);
            async move {
                let result = at.callback().unwrap().call(A, argument).await;
                *see.borrow_mut() = Some(result.clone());
                result.map_err(failure)
            }
        });
        world.open(hosting(&duplex(), service).behavior(mode(concurrency)));
        let proxy = doubling(&mut world, &heard);
        let result = world.run(proxy.call(A, body(21)));
        if concurrency == Single {
            assert!(matches!(result, Err(ProxyError::Fault(_))), "{result:?}");
            assert_eq!(*seen.borrow(), Some(Err(ProxyError::WouldDeadlock)));
            assert!(heard.borrow().is_empty());
        } else {
            assert_eq!(result, Ok(body(42)), "{concurrency:?}");
        }
    }
}

/// CONC-12: one-way callbacks are never refused.
#[test]
fn one_way_callbacks_work_under_single() {
    let mut world = World::new();
    let heard = Rc::default();
    let service = serve(|at, _, argument| async move {
        at.callback().unwrap().call(B, argument.clone()).await.map_err(failure)?;
        Ok(argument)
    });
    world.open(hosting(&duplex(), service));
    let proxy = doubling(&mut world, &heard);
    assert_eq!(world.run(proxy.call(A, body(1))), Ok(body(1)));
    assert_eq!(*heard.borrow(), [body(1)]);
}

/// CHAN-4, OP-2: a callback that cannot be written fails alone; operation and session go on.
#[test]
fn a_callback_that_cannot_be_written_fails_alone() {
    let mut world = World::new();
    let service = serve(|at, _, argument| async move {
        let callback = at.callback().unwrap();
        for operation in [A, B] {
            let huge = callback.call(operation, vec![b'0'; 300_000].into()).await;
            assert!(matches!(huge, Err(ProxyError::Encoding { .. })), "{operation}: {huge:?}");
        }
        callback.call(A, argument).await.map_err(failure)
    });
    world.open(hosting(&duplex(), service).behavior(mode(ConcurrencyMode::Reentrant)));
    let proxy = doubling(&mut world, &Rc::default());
    assert_eq!(world.run(proxy.call(A, body(21))), Ok(body(42)));
    assert_eq!(world.run(proxy.call(A, body(4))), Ok(body(8)));
}

/// CTX-4: a callback channel that was kept works after the operation, until the session ends.
#[test]
fn a_callback_outlives_its_operation_but_not_its_session() {
    let mut world = World::new();
    let (heard, kept) = (Rc::default(), Rc::new(RefCell::new(None)));
    let keep = Rc::clone(&kept);
    let service = serve(move |at, _, argument| {
        *keep.borrow_mut() = at.callback();
        async move { Ok(argument) }
    });
    world.open(hosting(&duplex(), service));
    let proxy = doubling(&mut world, &heard);
    world.run(proxy.call(A, body(1))).unwrap();
    let callback = kept.borrow_mut().take().unwrap();
    assert_eq!(world.run(callback.call(A, body(4))), Ok(body(8)));
    world.run(proxy.close()).unwrap();
    let after = world.run(callback.call(A, body(4)));
    assert_eq!(after, Err(ProxyError::Aborted));
}

/// CONC-5, CONC-6: while an operation calls out, another one runs under reentrant; nothing else
/// lets go of the gate.
#[test]
fn only_a_call_out_lets_another_operation_in() {
    for calls_out in [true, false] {
        let mut world = World::new();
        let (door, order) = (Door::default(), Rc::new(RefCell::new(Vec::new())));
        let (wait, log) = (door.clone(), Rc::clone(&order));
        let service = serve(move |at, operation, argument| {
            let (wait, log) = (wait.clone(), Rc::clone(&log));
            async move {
                match (operation, calls_out) {
                    (0, true) => at.call_out(wait.pass()).await,
                    (0, false) => wait.pass().await,
                    _ => {}
                }
                log.borrow_mut().push(operation);
                Ok(argument)
            }
        });
        let behavior = mode(ConcurrencyMode::Reentrant);
        world.open(hosting(&duplex(), service).behavior(behavior));
        let proxy = doubling(&mut world, &Rc::default());
        let opener = async {
            let second = proxy.call(B, body(2));
            if calls_out {
                second.await.unwrap();
                door.open();
            } else {
                door.open();
                second.await.unwrap();
            }
        };
        let (first, ()) = world.run(join(proxy.call(A, body(1)), opener));
        first.unwrap();
        assert_eq!(*order.borrow(), if calls_out { [1, 0] } else { [0, 1] });
    }
}

/// GOT-16, CALL-5: a callback that its operation did not wait for is given up when it returns, and
/// whoever else waits for it hears so.
#[test]
fn a_callback_ends_with_the_operation_that_made_it() {
    let mut world = World::new();
    let (spawner, ended) = (world.spawner(), Rc::new(RefCell::new(None)));
    let (end, door) = (Rc::clone(&ended), Door::default());
    let go = door.clone();
    let service = serve(move |at, _, argument| {
        let (callback, end, go) = (at.callback().unwrap(), Rc::clone(&end), go.clone());
        let task = async move { *end.borrow_mut() = Some(callback.call(A, body(1)).await) };
        spawner.spawn_local(task).unwrap();
        async move {
            go.pass().await;
            Ok(argument)
        }
    });
    let at_last = Door::default();
    let late = at_last.clone();
    let slow = serve(move |_, _, argument| {
        let late = late.clone();
        async move {
            late.pass().await;
            Ok(argument)
        }
    });
    world.open(hosting(&duplex(), service).behavior(multiple()));
    // Under single the callback that does not end would keep the reply from being received.
    let callback =
        Behavior { concurrency: ConcurrencyMode::Multiple, ..ProxyOptions::default().callback };
    let proxy = world.connect_duplex(
        ProxyBuilder::new(duplex())
            .options(ProxyOptions { callback, ..ProxyOptions::default() })
            .callback(slow),
    );
    let mut call = Box::pin(proxy.call(A, body(1)));
    assert_eq!(world.run(poll_immediate(&mut call)), None);
    world.settle();
    assert_eq!(*ended.borrow(), None);
    door.open();
    assert_eq!(world.run(call), Ok(body(1)));
    world.settle();
    assert_eq!(*ended.borrow(), Some(Err(ProxyError::Abandoned)));
    proxy.abort();
    at_last.open();
}
