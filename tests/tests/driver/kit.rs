//! What every driver test needs: a calculator, and a world of one network with one clock.

use super::wire;
use bytes::Bytes;
use futures::executor::{LocalPool, LocalSpawner};
use futures::future::{AbortHandle, FutureExt, LocalBoxFuture, abortable};
use futures::task::LocalSpawnExt;
use sessionful::drive::{
    CallbackObject, HostBuilder, HostHandle, ManualClock, Network, ProxyBuilder, ProxyHandle,
    Recorder,
};
use sessionful::event::Event;
use sessionful::host::Endpoint;
use sessionful::ids::{NodeId, OperationId};
use sessionful::observe::{End, EndKind, Picture};
use sessionful::{
    Behavior, Binding, ConcurrencyMode, Context, Contract, Failure, Operation, Phase, Service,
    SessionMode,
};
use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;
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
        checked((self.0)(at, operation.0, body)).boxed_local()
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

pub(crate) type Proxy = ProxyHandle<ManualClock, Recorder>;
pub(crate) type Host = HostHandle<ManualClock, Recorder>;

#[derive(Clone)]
enum Handle {
    Host(Host),
    Proxy(Proxy),
}

impl Handle {
    fn drawn(&self) -> End {
        match self {
            Handle::Host(host) => host.with(End::of_host),
            Handle::Proxy(proxy) => proxy.with(End::of_proxy),
        }
    }

    fn leaks(&self) -> Vec<String> {
        match self {
            Handle::Host(host) => host.leaks(),
            Handle::Proxy(proxy) => proxy.leaks(),
        }
    }

    /// Whether there is something to close.
    fn is_alive(&self) -> bool {
        let (phase, stopped) = match self {
            Handle::Host(host) => (host.phase(), host.is_stopped()),
            Handle::Proxy(proxy) => (proxy.phase(), proxy.is_stopped()),
        };
        !stopped && !matches!(phase, Phase::Created | Phase::Closed)
    }
}

/// Every end of a world, and what its records have told so far.
#[derive(Default)]
struct Watched {
    ends: RefCell<BTreeMap<NodeId, Handle>>,
    recorder: OnceCell<Recorder>,
    folded: RefCell<Picture>,
    /// Not yet taken by the test.
    events: RefCell<Vec<Event>>,
}

thread_local! {
    /// The world of the running test, for whoever has no way to it.
    static WATCHED: RefCell<Rc<Watched>> = RefCell::default();
}

impl Watched {
    fn recorder(&self) -> &Recorder {
        self.recorder.get_or_init(|| Recorder::new(1 << 20))
    }

    fn fold(&self) {
        assert_eq!(self.recorder().lost(), 0, "too many records");
        for record in self.recorder().take_batch() {
            self.folded.borrow_mut().fold(&record);
            self.events.borrow_mut().push(record.event);
        }
    }

    /// The records tell everything that there is.
    fn check(&self) {
        self.fold();
        let folded = self.folded.borrow();
        for (node, end) in &*self.ends.borrow() {
            let (told, drawn) = (folded.ends[node].clone(), end.drawn());
            assert_eq!(told.normalized(), drawn.normalized(), "{node}: folded, and drawn");
        }
    }
}

/// Whoever is polled in between might see a picture that is wrong only for a moment.
async fn checked<R>(task: impl Future<Output = R>) -> R {
    let mut task = pin!(task);
    let check = || WATCHED.with_borrow(|watched| watched.check());
    poll_fn(|cx| {
        check();
        let polled = task.as_mut().poll(cx);
        check();
        polled
    })
    .await
}

/// One network, one clock, and the tasks of one thread.
///
/// It watches every end that it makes. Whenever a driver or an operation was polled, the picture
/// folded from the records must be the one that the machines draw. In the end the world closes what
/// is still open, and nothing may be left over anywhere, neither then nor once the drivers are gone.
pub(crate) struct World {
    pub(crate) clock: ManualClock,
    pub(crate) network: Network,
    pool: LocalPool,
    watched: Rc<Watched>,
}

impl World {
    pub(crate) fn new() -> World {
        let watched = Rc::<Watched>::default();
        WATCHED.set(Rc::clone(&watched));
        let (clock, pool) = (ManualClock::new(), LocalPool::new());
        World { clock, network: Network::new(7), pool, watched }
    }

    pub(crate) fn spawner(&self) -> LocalSpawner {
        self.pool.spawner()
    }

    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + 'static) {
        self.spawner().spawn_local(checked(task)).unwrap();
    }

    /// Runs a driver until it is stopped, which drops it.
    pub(crate) fn spawn_stoppable(
        &self,
        driver: impl Future<Output = ()> + 'static,
    ) -> AbortHandle {
        let (driver, stop) = abortable(driver);
        self.spawn(driver.map(|_| ()));
        stop
    }

    /// A host and its driver, which does not run yet.
    pub(crate) fn make_host(
        &self,
        builder: HostBuilder,
    ) -> (Host, impl Future<Output = ()> + use<>) {
        let (node, watch) = self.watch(EndKind::Host);
        let acceptor = self.network.acceptor();
        let (host, driver) = builder.watch(watch).build(self.clock.clone(), acceptor, wire::host());
        self.watched.ends.borrow_mut().insert(node, Handle::Host(host.clone()));
        (host, driver)
    }

    /// A proxy and its driver, which does not run yet.
    pub(crate) fn make_proxy(
        &self,
        builder: ProxyBuilder,
    ) -> (Proxy, impl Future<Output = ()> + use<>) {
        let (node, proxy, driver) = self.make(builder);
        self.watched.ends.borrow_mut().insert(node, Handle::Proxy(proxy.clone()));
        (proxy, driver)
    }

    /// A proxy that the world keeps no handle of: only its records tell about it.
    pub(crate) fn make_stray(
        &self,
        builder: ProxyBuilder,
    ) -> (Proxy, impl Future<Output = ()> + use<>) {
        let (_, proxy, driver) = self.make(builder);
        (proxy, driver)
    }

    fn make(&self, builder: ProxyBuilder) -> (NodeId, Proxy, impl Future<Output = ()> + use<>) {
        let (node, watch) = self.watch(EndKind::Proxy);
        let connector = self.network.connector();
        let built = builder.watch(watch).build(self.clock.clone(), connector, wire::client());
        let (proxy, driver) = built.unwrap();
        (node, proxy, driver)
    }

    /// Whoever listens to a new end.
    fn watch(&self, kind: EndKind) -> (NodeId, Recorder) {
        let ends = &mut self.watched.folded.borrow_mut().ends;
        let node = NodeId(u32::try_from(ends.len()).unwrap());
        ends.insert(node, End { kind, ..End::default() });
        (node, self.watched.recorder().for_node(node))
    }

    /// A host whose driver runs.
    pub(crate) fn host(&self, builder: HostBuilder) -> Host {
        let (host, driver) = self.make_host(builder);
        self.spawn(driver);
        host
    }

    /// A proxy whose driver runs.
    pub(crate) fn proxy(&self, builder: ProxyBuilder) -> Proxy {
        let (proxy, driver) = self.make_proxy(builder);
        self.spawn(driver);
        proxy
    }

    /// An open host.
    pub(crate) fn open(&mut self, builder: HostBuilder) -> Host {
        let host = self.host(builder);
        self.run(host.open()).unwrap();
        host
    }

    /// An open proxy.
    pub(crate) fn connect(&mut self, to: &Endpoint) -> Proxy {
        let proxy = self.proxy(ProxyBuilder::new(to.clone()));
        self.run(proxy.open()).unwrap();
        proxy
    }

    /// An open proxy with a callback object.
    pub(crate) fn connect_duplex(&mut self, builder: ProxyBuilder<(), CallbackObject>) -> Proxy {
        let (node, watch) = self.watch(EndKind::Proxy);
        let connector = self.network.connector();
        let built = builder.watch(watch).build(self.clock.clone(), connector, wire::client());
        let (proxy, driver) = built.unwrap();
        self.watched.ends.borrow_mut().insert(node, Handle::Proxy(proxy.clone()));
        self.spawn(driver);
        self.run(proxy.open()).unwrap();
        proxy
    }

    /// What has happened since this was last asked.
    pub(crate) fn take_events(&self) -> Vec<Event> {
        self.watched.fold();
        self.watched.events.take()
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
            self.settle();
            assert!(rung.0.swap(false, Ordering::SeqCst), "nothing moves any more");
        }
    }

    /// Runs everything until nothing moves.
    pub(crate) fn settle(&mut self) {
        self.pool.run_until_stalled();
        self.watched.check();
    }

    /// Lets time pass, in one leap, and runs what is due.
    pub(crate) fn pass(&mut self, span: Duration) {
        self.settle();
        self.clock.advance(span);
        self.settle();
    }

    fn close(&mut self) {
        self.settle();
        let alive: Vec<Handle> =
            self.watched.ends.borrow().values().filter(|end| end.is_alive()).cloned().collect();
        for end in &alive {
            if let Handle::Proxy(proxy) = end {
                self.run(proxy.close()).unwrap();
            }
        }
        for end in &alive {
            if let Handle::Host(host) = end {
                self.run(host.close()).unwrap();
            }
        }
        self.settle();
    }

    fn nothing_is_left(&self, when: &str) {
        self.watched.check();
        for (node, end) in &*self.watched.ends.borrow() {
            assert_eq!(end.leaks(), Vec::<String>::new(), "{node}, {when}");
        }
        // Of those that nobody has a handle of any more, only the records tell.
        let (ends, folded) = (self.watched.ends.borrow(), self.watched.folded.borrow());
        for (node, told) in folded.ends.iter().filter(|(node, _)| !ends.contains_key(*node)) {
            let nothing = End { kind: told.kind, phase: Phase::Closed, ..End::default() };
            assert_eq!(told.clone().normalized(), nothing, "{node}, {when}");
        }
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        self.close();
        self.nothing_is_left("closed");
        self.pool = LocalPool::new();
        self.nothing_is_left("without drivers");
    }
}

pub(crate) fn endpoint(contract: &Contract, binding: Binding) -> Endpoint {
    Endpoint { address: "/service".into(), contract: contract.clone().into(), binding }
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

/// A session over a contract of `a`, `b` and `c`; the last is one-way.
pub(crate) fn session() -> Endpoint {
    let contract = Contract::new("Service")
        .session(SessionMode::Required)
        .operation(Operation::new("a"))
        .operation(Operation::new("b"))
        .operation(Operation::new("c").one_way());
    endpoint(&contract.build().unwrap(), Binding::websocket())
}

pub(crate) fn multiple() -> Behavior {
    Behavior { concurrency: ConcurrencyMode::Multiple, ..Behavior::default() }
}

/// A host of one service object for every context, made by the caller.
pub(crate) fn hosting(to: &Endpoint, object: Rc<dyn Service>) -> HostBuilder {
    let lend = move |_: Option<&Context>| Ok(Rc::clone(&object));
    HostBuilder::new().endpoint(to.clone()).instances(lend)
}

pub(crate) const A: OperationId = OperationId(0);
pub(crate) const B: OperationId = OperationId(1);
pub(crate) const C: OperationId = OperationId(2);
