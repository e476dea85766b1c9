//! What every driver test needs: a codec, a calculator, and a world of one network with one clock.

use bytes::Bytes;
use futures::executor::{LocalPool, LocalSpawner};
use futures::future::{FutureExt, LocalBoxFuture};
use futures::task::LocalSpawnExt;
use sessionful::drive::{HostBuilder, HostHandle, ManualClock, Network, ProxyBuilder, ProxyHandle};
use sessionful::host::Endpoint;
use sessionful::ids::OperationId;
use sessionful::{
    Binding, Codec, CodecError, Context, Contract, Failure, Frame, Message, Operation, Service,
    SessionMode,
};
use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{self, Poll, Wake, Waker};
use std::time::Duration;

#[derive(Default)]
struct Rung(AtomicBool);

impl Wake for Rung {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// Messages as `serde_json` writes them.
#[derive(Clone)]
pub(crate) struct Plain;

impl Codec for Plain {
    fn content_type(&self) -> &'static str {
        "application/json"
    }

    fn subprotocol(&self) -> &'static str {
        "plain"
    }

    fn encode(&mut self, message: &Message) -> Result<Frame, CodecError> {
        let text = serde_json::to_string(message).map_err(malformed)?;
        if text.len() > 200_000 {
            return Err(CodecError::TooLarge { what: "frame", found: text.len(), limit: 200_000 });
        }
        Ok(Frame::Text(text))
    }

    fn decode(&mut self, frame: Frame) -> Result<Message, CodecError> {
        match frame {
            Frame::Text(text) => serde_json::from_str(&text).map_err(malformed),
            Frame::Bytes(bytes) => serde_json::from_slice(&bytes).map_err(malformed),
        }
    }
}

fn malformed(error: serde_json::Error) -> CodecError {
    CodecError::Malformed { reason: error.to_string(), at: error.column() }
}

/// A service that is a closure.
pub(crate) struct Serve<F>(F);

impl<F, R> Service for Serve<F>
where
    F: Fn(Context, u16, Bytes) -> R + 'static,
    R: Future<Output = Result<Bytes, Failure>> + 'static,
{
    fn call(
        self: Rc<Self>,
        at: Context,
        operation: OperationId,
        body: Bytes,
    ) -> LocalBoxFuture<'static, Result<Bytes, Failure>> {
        (self.0)(at, operation.0, body).boxed_local()
    }
}

/// Makes a service object of a closure.
pub(crate) fn serve<F, R>(call: F) -> Rc<dyn Service>
where
    F: Fn(Context, u16, Bytes) -> R + 'static,
    R: Future<Output = Result<Bytes, Failure>> + 'static,
{
    Rc::new(Serve(call))
}

pub(crate) type Proxy = ProxyHandle<ManualClock>;
pub(crate) type Host = HostHandle<ManualClock>;

/// One network, one clock, and the tasks of one thread.
pub(crate) struct World {
    pub(crate) clock: ManualClock,
    pub(crate) network: Network,
    pub(crate) pool: LocalPool,
}

impl World {
    pub(crate) fn new() -> World {
        World { clock: ManualClock::new(), network: Network::new(7), pool: LocalPool::new() }
    }

    pub(crate) fn spawner(&self) -> LocalSpawner {
        self.pool.spawner()
    }

    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + 'static) {
        self.spawner().spawn_local(task).unwrap();
    }

    /// A host whose driver runs.
    pub(crate) fn host(&self, builder: HostBuilder) -> Host {
        let (host, driver) = builder.build(self.clock.clone(), self.network.acceptor(), Plain);
        self.spawn(driver);
        host
    }

    /// A proxy whose driver runs.
    pub(crate) fn proxy(&self, builder: ProxyBuilder) -> Proxy {
        let connector = self.network.connector();
        let (proxy, driver) = builder.build(self.clock.clone(), connector, Plain).unwrap();
        self.spawn(driver);
        proxy
    }

    /// Runs everything until the task is done. It panics when nothing moves any more.
    pub(crate) fn run<R>(&mut self, task: impl Future<Output = R>) -> R {
        let mut task = pin!(task);
        let rung = Arc::new(Rung::default());
        let waker = Waker::from(Arc::clone(&rung));
        loop {
            let polled = task.as_mut().poll(&mut task::Context::from_waker(&waker));
            if let Poll::Ready(result) = polled {
                return result;
            }
            self.pool.run_until_stalled();
            assert!(rung.0.swap(false, Ordering::SeqCst), "nothing moves any more");
        }
    }

    /// Runs everything until nothing moves.
    pub(crate) fn settle(&mut self) {
        self.pool.run_until_stalled();
    }

    /// Lets time pass, in one leap, and runs what is due.
    pub(crate) fn pass(&mut self, span: Duration) {
        self.settle();
        self.clock.advance(span);
        self.settle();
    }
}

pub(crate) fn endpoint(contract: &Contract, binding: Binding) -> Endpoint {
    Endpoint { address: "/service".into(), contract: contract.clone().into(), binding }
}

/// Nothing is left over at either end.
pub(crate) fn no_leaks(proxy: &Proxy, host: &Host) {
    assert_eq!(proxy.leaks(), Vec::<String>::new(), "the proxy's");
    assert_eq!(host.leaks(), Vec::<String>::new(), "the host's");
}

pub(crate) fn number(body: &Bytes) -> i64 {
    std::str::from_utf8(body).unwrap().parse().unwrap()
}

pub(crate) fn body(number: i64) -> Bytes {
    Bytes::from(number.to_string())
}

/// Something that operations wait for until the test opens it.
#[derive(Clone, Default)]
pub(crate) struct Door(Rc<RefCell<(bool, Vec<Waker>)>>);

impl Door {
    pub(crate) fn open(&self) {
        self.0.borrow_mut().0 = true;
        let waiting = std::mem::take(&mut self.0.borrow_mut().1);
        waiting.into_iter().for_each(Waker::wake);
    }

    pub(crate) fn pass(&self) -> impl Future<Output = ()> + 'static {
        let door = Rc::clone(&self.0);
        poll_fn(move |cx| {
            let mut door = door.borrow_mut();
            if door.0 {
                return Poll::Ready(());
            }
            door.1.push(cx.waker().clone());
            Poll::Pending
        })
    }
}

/// A session contract with that many operations `a`, `b`, ...; the last one is one-way.
pub(crate) fn session_contract(operations: u8) -> Contract {
    let mut draft = Contract::new("Service").session(SessionMode::Required);
    for index in 0..operations {
        let operation = Operation::new(char::from(b'a' + index).to_string());
        let last = index + 1 == operations;
        draft = draft.operation(if last { operation.one_way() } else { operation });
    }
    draft.build().unwrap()
}

/// A host of one service object for every context, made by the caller.
pub(crate) fn hosting(to: &Endpoint, object: Rc<dyn Service>) -> HostBuilder {
    let lend = move |_: Option<&Context>| Ok(Rc::clone(&object));
    HostBuilder::new().endpoint(to.clone()).instances(lend)
}

pub(crate) const A: OperationId = OperationId(0);
pub(crate) const B: OperationId = OperationId(1);
pub(crate) const C: OperationId = OperationId(2);
