//! What a host does with the user's code.

use super::kit::*;
use super::wire;
use futures::SinkExt as _;
use futures::future::{join_all, poll_immediate};
use futures::task::{ArcWake, waker};
use sessionful::drive::{
    CallOptions, Caller, Connector as _, ContextProvider, Controls, ErrorHandler, HostBuilder,
};
use sessionful::ids::ContextId;
use sessionful::table::Names;
use sessionful::{
    Behavior, Binding, Codec as _, Context, Failure, Fault, Header, InstanceMode, Message,
    ProxyError, ReleaseMode, Service,
};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::poll_fn;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Poll;

/// Answers with the number of calls that this object has seen.
fn counter() -> Result<Rc<dyn Service>, Failure> {
    let calls = Cell::new(0);
    Ok(serve(move |_, _, _| {
        calls.set(calls.get() + 1);
        let calls = calls.get();
        async move { Ok(body(calls)) }
    }))
}

struct Forgiving(Rc<RefCell<Vec<Failure>>>);

impl ErrorHandler for Forgiving {
    fn provide_fault(&self, failure: &Failure, _at: &Context) -> Option<Fault> {
        match failure {
            Failure::Unhandled(text) if text == "known" => Some(Fault::new("Known", "sorry")),
            _ => None,
        }
    }

    fn handle_error(&self, failure: &Failure, _at: &Context) -> bool {
        self.0.borrow_mut().push(failure.clone());
        true
    }
}

/// FLT-3, FLT-5, FLT-7: a fault that a handler provides saves the session; that it calls a failure
/// handled afterwards does not.
#[test]
fn error_handlers_see_failures_and_may_save_the_session() {
    let mut world = World::new();
    let to = session();
    let seen = Rc::default();
    let service = serve(|_, operation, _| async move {
        let text = if operation == 0 { "known" } else { "unknown" };
        Err(Failure::Unhandled(text.to_owned()))
    });
    let host = world.open(hosting(&to, service).error_handler(Forgiving(Rc::clone(&seen))));
    let proxy = world.connect(&to);
    for _ in 0..2 {
        let result = world.run(proxy.call(A, body(1)));
        assert!(matches!(&result, Err(ProxyError::Fault(f)) if f.reason == "sorry"), "{result:?}");
    }
    let result = world.run(proxy.call(B, body(1)));
    assert!(matches!(result, Err(ProxyError::Fault(_))), "{result:?}");
    assert_eq!(world.run(proxy.call(A, body(1))), Err(ProxyError::Faulted));
    world.run(proxy.close()).unwrap();
    world.run(host.close()).unwrap();
    assert_eq!(seen.borrow().len(), 3);
}

/// Contexts by the name in a header. One that nothing uses is kept until the test ends it.
#[derive(Clone, Default)]
struct Rooms(Rc<RefCell<House>>);

#[derive(Default)]
struct House {
    rooms: BTreeMap<String, ContextId>,
    controls: Option<Controls>,
    is_idle: bool,
}

impl ContextProvider for Rooms {
    fn attach(&self, controls: Controls) {
        self.0.borrow_mut().controls = Some(controls);
    }

    fn find(&self, message: &Message, _at: &Context) -> Result<Option<ContextId>, Failure> {
        let room = message.header("room").unwrap_or_default();
        Ok(self.0.borrow().rooms.get(room).copied())
    }

    fn opened(&self, context: ContextId, message: &Message, at: &Context) -> Result<(), Failure> {
        let room = message.header("room").unwrap_or_default().to_owned();
        self.0.borrow_mut().rooms.insert(room, context);
        assert_eq!(at.context(), Some(context));
        Ok(())
    }

    fn is_idle(&self, _context: ContextId) -> bool {
        self.0.borrow().is_idle
    }

    fn closed(&self, context: ContextId) {
        self.0.borrow_mut().rooms.retain(|_, other| *other != context);
    }
}

/// INST-22: two sessions share the context, and with it the object, that the provider chooses; it
/// goes when the provider says so.
#[test]
fn a_context_provider_shares_a_context_between_sessions() {
    let mut world = World::new();
    let to = session();
    let rooms = Rooms::default();
    let host = world.open(
        HostBuilder::new()
            .endpoint(to.clone())
            .instances(|_: Option<&_>| counter())
            .contexts(rooms.clone()),
    );
    let (first, second) = (world.connect(&to), world.connect(&to));
    let room = |name: &str| CallOptions {
        headers: vec![Header { name: "room".into(), value: name.into(), must_understand: false }],
        ..CallOptions::default()
    };
    for (proxy, name, count) in [(&first, "x", 1), (&second, "x", 2), (&second, "y", 1)] {
        let reply = world.run(proxy.call_with(A, body(0), room(name)));
        assert_eq!(reply.map(|reply| reply.body), Ok(body(count)), "{name}");
    }
    world.run(first.close()).unwrap();
    world.run(second.close()).unwrap();
    assert_eq!(host.with(|host| host.dispatcher().contexts().count()), 2, "kept");
    rooms.0.borrow_mut().is_idle = true;
    let controls = rooms.0.borrow().controls.clone().unwrap();
    let kept: Vec<ContextId> = rooms.0.borrow().rooms.values().copied().collect();
    kept.into_iter().for_each(|context| controls.context_idle(context));
    world.settle();
    assert!(rooms.0.borrow().rooms.is_empty());
}

/// INST-19, INST-20: the object goes after the operation that releases it, its session stays.
#[test]
fn a_release_mode_gives_the_next_call_a_fresh_object() {
    let mut world = World::new();
    let to = session();
    let behavior = Behavior {
        release: Names::from([("b".into(), ReleaseMode::AfterCall)]),
        ..Behavior::default()
    };
    world.open(
        HostBuilder::new()
            .endpoint(to.clone())
            .instances(|_: Option<&_>| counter())
            .behavior(behavior),
    );
    let proxy = world.connect(&to);
    for (operation, count) in [(A, 1), (B, 2), (A, 1), (A, 2)] {
        assert_eq!(world.run(proxy.call(operation, body(0))), Ok(body(count)));
    }
}

/// INST-9, INST-10: a singleton is made before the host opens, or is the user's own; every session
/// uses it.
#[test]
fn a_singleton_serves_every_session() {
    for own in [true, false] {
        let mut world = World::new();
        let to = session();
        let instancing = InstanceMode::Single;
        let builder = HostBuilder::new()
            .endpoint(to.clone())
            .behavior(Behavior { instancing, ..Behavior::default() });
        world.open(match own {
            true => builder.object(counter().unwrap()),
            false => builder.instances(|at: Option<&_>| {
                assert!(at.is_none(), "no operation asks for it");
                counter()
            }),
        });
        for count in 1..=2 {
            let proxy = world.connect(&to);
            assert_eq!(world.run(proxy.call(A, body(0))), Ok(body(count)));
        }
    }
}

/// CONC-10: a client that sends faster than its service works is held back, and loses nothing.
#[test]
fn one_way_calls_are_held_back() {
    const CALLS: usize = 2_000;
    let mut world = World::new();
    let to = session();
    let (door, served) = (Door::default(), Rc::new(Cell::new(0)));
    let (wait, count) = (door.clone(), Rc::clone(&served));
    let service = serve(move |_, _, argument| {
        let (wait, count) = (wait.clone(), Rc::clone(&count));
        async move {
            wait.pass().await;
            assert_eq!(number(&argument), count.get(), "in order");
            count.set(count.get() + 1);
            Ok(argument)
        }
    });
    world.open(hosting(&to, service));
    let proxy = world.connect(&to);
    let (sent, sender) = (Rc::new(Cell::new(0)), proxy.clone());
    let count = Rc::clone(&sent);
    world.spawn(async move {
        for index in 0..CALLS {
            sender.call(C, body(index as i64)).await.unwrap();
            count.set(index + 1);
        }
    });
    world.settle();
    assert!((64..250).contains(&sent.get()), "{} were sent", sent.get());
    door.open();
    world.settle();
    assert_eq!((sent.get(), served.get()), (CALLS, CALLS as i64));
}

/// CTX-5, CTX-6, CTX-7: an operation sends headers along, keeps values in its session, and hears of
/// its end.
#[test]
fn an_operation_knows_its_context() {
    let mut world = World::new();
    let to = session();
    let completed = Rc::new(Cell::new(0));
    let done = Rc::clone(&completed);
    let service = serve(move |at: Context, _, _| {
        let done = Rc::clone(&done);
        async move {
            assert_eq!(at.operation(), "a");
            assert!(at.session().is_some() && at.context().is_some() && at.instance().is_some());
            assert!(at.callback().is_none() && !at.is_cancelled());
            let calls = at.session_extensions().get_or_insert_with(|| Cell::new(0));
            calls.set(calls.get() + 1);
            at.on_completed(move || done.set(done.get() + 1));
            let (name, value) = ("calls".into(), calls.get().to_string().into());
            at.add_reply_header(Header { name, value, must_understand: false });
            Ok(body(0))
        }
    });
    let behavior = Behavior { instancing: InstanceMode::PerCall, ..Behavior::default() };
    world.open(hosting(&to, service).behavior(behavior));
    let proxy = world.connect(&to);
    for calls in ["1", "2"] {
        let reply = world.run(proxy.call_with(A, body(0), CallOptions::default())).unwrap();
        assert_eq!(reply.headers[0].value, calls);
    }
    assert_eq!(completed.get(), 2);
}

/// HOST-12, CTX-1, CTX-2, CTX-3, CTX-8: two operations at once each know their own call, whatever the
/// other does meanwhile; without a session there is neither its name nor a callback; a context of no
/// end has nothing.
#[test]
fn contexts_are_given_and_never_shared() {
    let mut world = World::new();
    let to = session();
    let seen: Rc<RefCell<Vec<_>>> = Rc::default();
    let (known, here) = (Rc::clone(&seen), Rc::new(Cell::new(0)));
    let service = serve(move |at: Context, operation, _| {
        let (known, here) = (Rc::clone(&known), Rc::clone(&here));
        async move {
            let before = (at.dispatch(), at.channel(), at.session(), at.operation().to_owned());
            here.set(here.get() + 1);
            poll_fn(|cx| {
                cx.waker().wake_by_ref();
                if here.get() == 2 { Poll::Ready(()) } else { Poll::Pending }
            })
            .await;
            let after = (at.dispatch(), at.channel(), at.session(), at.operation().to_owned());
            assert_eq!(before, after, "another operation ran in between");
            known.borrow_mut().push((before.0, at.context(), at.instance()));
            Ok(body(operation.into()))
        }
    });
    world.open(hosting(&to, service).behavior(multiple()));
    let proxy = world.connect(&to);
    let calls = [proxy.call(A, body(0)), proxy.call(B, body(0))];
    let replies = world.run(join_all(calls));
    assert_eq!(replies, [Ok(body(0)), Ok(body(1))]);
    let seen = seen.borrow();
    assert_ne!(seen[0].0, seen[1].0, "each call has its own context");
    assert_eq!((seen[0].1, seen[0].2), (seen[1].1, seen[1].2), "in one instance context");

    let detached = Context::detached();
    assert!(detached.session().is_none() && detached.callback().is_none());
    assert!(detached.context().is_none() && detached.headers().is_empty());
}

/// HOST-15, SESS-21: an operation hears that nobody waits for it any more, with a session and
/// without.
#[test]
fn an_operation_hears_that_its_caller_is_gone() {
    let single = sessionful::Contract::new("Service").operation(sessionful::Operation::new("a"));
    let single = single.build().unwrap();
    for to in [session(), endpoint(&single, Binding::fetch())] {
        let mut world = World::new();
        let heard = Rc::new(Cell::new(false));
        let hear = Rc::clone(&heard);
        let service = serve(move |at: Context, _, argument| {
            let hear = Rc::clone(&hear);
            async move {
                at.cancelled().await;
                hear.set(at.is_cancelled());
                Ok(argument)
            }
        });
        world.open(hosting(&to, service));
        let proxy = world.connect(&to);
        let mut call = Box::pin(proxy.call(A, body(0)));
        assert_eq!(world.run(poll_immediate(&mut call)), None);
        world.settle();
        assert!(!heard.get());
        proxy.abort();
        world.settle();
        assert!(heard.get());
        drop(call);
    }
}

/// SESS-21, HOST-15: a peer that has ended its direction and then goes is gone all the same: the operation
/// hears of it, and nothing of its session stays.
#[test]
fn a_peer_that_goes_after_its_end_is_gone() {
    let mut world = World::new();
    let to = session();
    let heard = Rc::new(Cell::new(false));
    let hear = Rc::clone(&heard);
    let service = serve(move |at: Context, _, argument| {
        let hear = Rc::clone(&hear);
        async move {
            at.cancelled().await;
            hear.set(true);
            Ok(argument)
        }
    });
    let host = world.open(hosting(&to, service));
    let (mut pipe, _) = world.run(world.network.connector().dial("/service")).unwrap();
    let request = Message { id: Some(1.into()), ..Message::request("Service/a", body(0)) };
    let frame = wire::client().encode(&request).unwrap();
    world.run(pipe.send(frame)).unwrap();
    world.run(pipe.close()).unwrap();
    world.settle();
    assert!(!heard.get(), "it may still want the reply");
    drop(pipe);
    world.settle();
    assert!(heard.get());
    assert_eq!(host.with(|host| host.dispatcher().dispatches().count()), 0);
    assert_eq!(host.leaks(), Vec::<String>::new());
}

/// MOD-6: operations use every handle from the inside, and so do wakers; nothing is locked then.
#[test]
fn handles_can_be_used_from_operations_and_wakers() {
    struct Curious(Proxy);
    impl ArcWake for Curious {
        fn wake_by_ref(this: &Arc<Self>) {
            let _ = (this.0.phase(), this.0.pending_calls(), this.0.leaks(), this.0.abandon(9));
        }
    }
    let mut world = World::new();
    let to = session();
    let handles = Rc::new(RefCell::new(None::<(Host, Proxy)>));
    let inside = Rc::clone(&handles);
    let service = serve(move |at: Context, operation, argument| {
        let handles = inside.borrow().clone();
        async move {
            let (host, proxy) = handles.unwrap();
            let _ = (host.phase(), host.leaks(), proxy.phase(), proxy.pending_calls());
            host.with(|host| assert_eq!(host.session_count(), 1));
            host.raise_quota(at.context().unwrap(), 1);
            host.release_object(at.context().unwrap());
            proxy.abandon(7).unwrap();
            if operation == 0 {
                proxy.call(B, body(5)).await.unwrap();
            }
            Ok(argument)
        }
    });
    let host = world.open(hosting(&to, service).behavior(multiple()));
    let proxy = world.connect(&to);
    *handles.borrow_mut() = Some((host, proxy.clone()));
    assert_eq!(world.run(proxy.call(A, body(3))), Ok(body(3)));
    let curious = waker(Arc::new(Curious(proxy.clone())));
    let mut call = Box::pin(proxy.call(A, body(4)));
    let mut cx = std::task::Context::from_waker(&curious);
    assert!(call.as_mut().poll(&mut cx).is_pending());
    world.settle();
    assert!(call.as_mut().poll(&mut cx).is_ready());
    drop(call);
    handles.borrow_mut().take();
}

/// CALL-1, PROXY-20: many calls at once over one session all find their answers.
#[test]
fn many_calls_at_once_find_their_answers() {
    let mut world = World::new();
    let to = session();
    world.open(hosting(&to, serve(|_, _, argument| async move { Ok(argument) })));
    let proxy = world.connect(&to);
    let calls = (0..100).map(|index| proxy.call(A, body(index)));
    let results = world.run(join_all(calls));
    assert!(results.into_iter().eq((0..100).map(|index| Ok(body(index)))));
}
