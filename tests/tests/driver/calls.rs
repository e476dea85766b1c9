//! Calls with and without a session.

use super::kit::*;
use futures::future::join;
use sessionful::drive::{Caller, HostBuilder};
use sessionful::ids::OperationId;
use sessionful::{Binding, Contract, Failure, Operation, Service, SessionMode};
use std::cell::Cell;
use std::rc::Rc;

fn calculator() -> Contract {
    Contract::new("Calculator")
        .session(SessionMode::Required)
        .operation(Operation::new("clear"))
        .operation(Operation::new("add"))
        .build()
        .unwrap()
}

/// Adds up what it is given: `clear` is 0, `add` is 1.
fn adder() -> Result<Rc<dyn Service>, Failure> {
    let sum = Rc::new(Cell::new(0));
    Ok(serve(move |_, operation, argument| {
        match operation {
            0 => sum.set(0),
            _ => sum.set(sum.get() + number(&argument)),
        }
        let sum = sum.get();
        async move { Ok(body(sum)) }
    }))
}

/// INST-4, PROXY-11: each session has an object of its own, and with it its own sum.
#[test]
fn each_session_keeps_its_own_sum() {
    let mut world = World::new();
    let to = endpoint(&calculator(), Binding::websocket());
    world.open(HostBuilder::new().endpoint(to.clone()).instances(|_: Option<&_>| adder()));
    let (first, second) = (world.connect(&to), world.connect(&to));
    world.run(async {
        assert_eq!(first.call(OperationId(1), body(5)).await, Ok(body(5)));
        assert_eq!(second.call(OperationId(1), body(70)).await, Ok(body(70)));
        assert_eq!(first.call(OperationId(1), body(6)).await, Ok(body(11)));
    });
}

/// PROXY-12, PROXY-13, PROXY-15: two calls at once lease two channels; the next two reuse them.
#[test]
fn parallel_calls_without_session_grow_the_pool_once() {
    let mut world = World::new();
    let contract = Contract::new("Echo").operation(Operation::new("echo")).build().unwrap();
    let to = endpoint(&contract, Binding::fetch());
    let echo = |_: Option<&_>| Ok(serve(|_, _, body| async move { Ok(body) }));
    world.open(HostBuilder::new().endpoint(to.clone()).instances(echo));
    let proxy = world.connect(&to);
    world.run(async {
        for round in 0..2 {
            let both = join(
                proxy.call(OperationId(0), body(round)),
                proxy.call(OperationId(0), body(round + 1)),
            );
            assert_eq!(both.await, (Ok(body(round)), Ok(body(round + 1))));
            assert_eq!(proxy.with(|proxy| proxy.pool().unwrap().len()), 2);
            assert_eq!(proxy.with(|proxy| proxy.pool().unwrap().idle().len()), 2);
        }
    });
}
