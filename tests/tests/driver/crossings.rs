//! Endings that meet something else: a host that is aborted or closed while operations run.

use super::kit::*;
use bytes::Bytes;
use futures::future::{FutureExt, LocalBoxFuture, poll_immediate, ready};
use futures::task::LocalSpawnExt;
use sessionful::drive::{Caller, HostBuilder, InstanceProvider, ProxyBuilder};
use sessionful::host::Endpoint;
use sessionful::ids::InstanceId;
use sessionful::proxy::ProxyOptions;
use sessionful::{
    Behavior, Binding, ConcurrencyMode, Context, Contract, Failure, InstanceMode, Operation,
    Service, SessionMode, Throttles,
};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

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

/// HOST-4, HOST-15: whoever waits for the cancellation of a sessionless operation hears of the host's abort.
#[test]
fn a_sessionless_operation_hears_of_the_abort() {
    for binding in [Binding::websocket(), Binding::fetch()] {
        let contract = Contract::new("Service").operation(Operation::new("a")).build().unwrap();
        let to = endpoint(&contract, binding);
        let mut world = World::new();
        let heard = Rc::new(Cell::new(false));
        let hears = Rc::clone(&heard);
        let service = serve(move |at, _, argument| {
            let hears = Rc::clone(&hears);
            async move {
                at.cancelled().await;
                hears.set(true);
                Ok(argument)
            }
        });
        let host = world.open(hosting(&to, service));
        let proxy = world.connect(&to);
        let mut call = Box::pin(proxy.call(A, body(1)));
        assert_eq!(world.run(poll_immediate(&mut call)), None);
        world.settle();
        host.abort();
        world.settle();
        assert!(heard.get(), "{:?}: nobody was told", to.binding);
        drop(call);
    }
}

type Log = Rc<RefCell<Vec<(u32, bool)>>>;

struct Provider(Log);

impl InstanceProvider for Provider {
    fn get(
        &self,
        instance: InstanceId,
        _: Option<&Context>,
    ) -> LocalBoxFuture<'static, Result<Option<Rc<dyn Service>>, Failure>> {
        let name = i64::from(u32::try_from(u64::from(instance.0)).unwrap());
        let object = serve(move |at: Context, operation, _| {
            if operation == 1 {
                at.release_object();
            }
            async move { Ok(body(name)) }
        });
        ready(Ok(Some(object))).boxed_local()
    }

    fn release(&self, instance: InstanceId, _object: Rc<dyn Service>, dispose: bool) {
        self.0.borrow_mut().push((u32::try_from(u64::from(instance.0)).unwrap(), dispose));
    }
}

/// INST-21, GOT-32: a hidden singleton that was released is disposed of once, when the host closes.
#[test]
fn a_released_hidden_singleton_is_disposed_of_with_its_host() {
    let contract = Contract::new("Service")
        .operation(Operation::new("a"))
        .operation(Operation::new("b"))
        .build()
        .unwrap();
    let to = endpoint(&contract, Binding::websocket());
    let mut world = World::new();
    let log = Log::default();
    let behavior = Behavior { instancing: InstanceMode::Single, ..Behavior::default() };
    let builder = HostBuilder::new()
        .endpoint(to.clone())
        .instances(Provider(Rc::clone(&log)))
        .behavior(behavior);
    let host = world.open(builder);
    let proxy = world.connect(&to);
    assert_eq!(world.run(proxy.call(A, body(0))), Ok(body(1)));
    assert_eq!(world.run(proxy.call(B, body(0))), Ok(body(1)));
    assert_eq!(world.run(proxy.call(A, body(0))), Ok(body(2)));
    world.run(proxy.close()).unwrap();
    world.run(host.close()).unwrap();
    world.settle();
    let log = log.borrow();
    let disposed = |name: u32| log.iter().filter(|entry| **entry == (name, true)).count();
    assert_eq!((disposed(1), disposed(2)), (1, 1), "{log:?}");
}

/// CO-15, CONC-13: a host that closes awaits its running operations, which may hear from their callers.
#[test]
fn closing_hears_the_replies_to_callbacks() {
    let mut world = World::new();
    let door = Door::default();
    let service = serve(move |at: Context, operation, argument: Bytes| async move {
        if operation == 1 {
            return Ok(argument);
        }
        let answer = at.callback().unwrap().call(A, argument).await;
        answer.map_err(|error| Failure::Unhandled(error.to_string()))
    });
    let reentrant = Behavior { concurrency: ConcurrencyMode::Reentrant, ..Behavior::default() };
    let host = world.open(hosting(&duplex(), service).behavior(reentrant));
    let opens = door.clone();
    let object = serve(move |_, _, argument| {
        let door = opens.clone();
        async move {
            door.pass().await;
            Ok(argument)
        }
    });
    let proxy = world.connect_duplex(ProxyBuilder::new(duplex()).callback(object));
    let mut first = Box::pin(proxy.call(A, body(1)));
    assert_eq!(world.run(poll_immediate(&mut first)), None);
    world.settle();
    let mut closing = Box::pin(host.close());
    assert!(world.run(poll_immediate(&mut closing)).is_none());
    let mut second = Box::pin(proxy.call(B, body(2)));
    assert_eq!(world.run(poll_immediate(&mut second)), None);
    world.settle();
    door.open();
    world.settle();
    let result = world.run(poll_immediate(&mut first));
    assert_eq!(result, Some(Ok(body(1))), "the callback was answered");
}

/// CALL-5, CALL-12, SESS-26: once the answer has come nothing is pending, and closing waits for nothing.
#[test]
fn closing_after_a_call_that_its_callback_did_not_await() {
    let mut world = World::new();
    let service = serve(move |at: Context, operation, argument: Bytes| async move {
        if operation == 1 {
            return Ok(argument);
        }
        let answer = at.callback().unwrap().call(A, argument).await;
        answer.map_err(|error| Failure::Unhandled(error.to_string()))
    });
    let reentrant = || Behavior {
        concurrency: ConcurrencyMode::Reentrant,
        throttles: Throttles::UNLIMITED,
        ..Behavior::default()
    };
    world.open(hosting(&duplex(), service).behavior(reentrant()));
    let spawner = world.spawner();
    let object = serve(move |at: Context, _, argument: Bytes| {
        let callback = at.callback().unwrap();
        let spawner = spawner.clone();
        async move {
            let also = argument.clone();
            let mut call = Box::pin(async move { callback.call(B, also).await });
            assert_eq!(poll_immediate(&mut call).await, None);
            spawner.spawn_local(async move { drop(call.await) }).unwrap();
            Ok(argument) // without awaiting what it has called
        }
    });
    let options = ProxyOptions { callback: reentrant(), ..ProxyOptions::default() };
    let proxy = world.connect_duplex(ProxyBuilder::new(duplex()).options(options).callback(object));
    assert_eq!(world.run(proxy.call(A, body(1))), Ok(body(1)));
    world.settle();
    assert_eq!(proxy.pending_calls(), 0, "everything was answered");
    let mut closing = Box::pin(proxy.close());
    let closed = world.run(poll_immediate(&mut closing));
    world.settle();
    world.pass(Duration::from_secs(5));
    let closed = closed.or_else(|| world.run(poll_immediate(&mut closing)));
    assert_eq!(closed, Some(Ok(())));
}

/// HOST-4, CO-16: the client of an aborted host is not left waiting, nor answered.
#[test]
fn an_exchange_breaks_with_its_host() {
    let contract = Contract::new("Service").operation(Operation::new("a")).build().unwrap();
    let to = endpoint(&contract, Binding::fetch());
    let mut world = World::new();
    let door = Door::default();
    let waits = door.clone();
    let service = serve(move |_, _, argument| {
        let door = waits.clone();
        async move {
            door.pass().await;
            Ok(argument)
        }
    });
    let host = world.open(hosting(&to, service));
    let proxy = world.connect(&to);
    let mut call = Box::pin(proxy.call(A, body(1)));
    assert_eq!(world.run(poll_immediate(&mut call)), None);
    world.settle();
    host.abort();
    world.settle();
    let result = world.run(poll_immediate(&mut call));
    door.open();
    world.settle();
    assert!(matches!(result, Some(Err(_))), "after the abort: {result:?}");
}
