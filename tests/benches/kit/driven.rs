//! Drivers, codec and network, on one thread.

use super::{BODY, Mode, patient};
use bytes::Bytes;
use futures::executor::LocalPool;
use futures::future::{FutureExt, LocalBoxFuture, join_all, ready};
use futures::task::LocalSpawnExt;
use sessionful::codec::Binary;
use sessionful::drive::{
    Connector, HostBuilder, HostHandle, ManualClock, MemoryPipe, Network, ProxyBuilder, ProxyHandle,
};
use sessionful::host::Endpoint;
use sessionful::ids::OperationId;
use sessionful::{Caller, Context, Failure, Limits, Service};
use std::rc::Rc;

struct Echo;

impl Service for Echo {
    fn call(
        self: Rc<Self>,
        _at: Context,
        _operation: OperationId,
        body: Bytes,
    ) -> LocalBoxFuture<'static, Result<Bytes, Failure>> {
        ready(Ok(body)).boxed_local()
    }
}

pub(crate) struct Driven {
    pool: LocalPool,
    clock: ManualClock,
    network: Network,
    to: Endpoint,
    pub(crate) host: HostHandle<ManualClock>,
}

impl Driven {
    /// An open host.
    pub(crate) fn new(mode: Mode) -> Driven {
        let (mut pool, clock) = (LocalPool::new(), ManualClock::new());
        let (to, network) = (mode.endpoint(), Network::new(1).capacity(128));
        let (host, driver) = HostBuilder::new()
            .endpoint(to.clone())
            .instances(|_: Option<&Context>| Ok(Rc::new(Echo) as Rc<dyn Service>))
            .behavior(mode.behavior())
            .build(clock.clone(), network.acceptor(), codec());
        pool.spawner().spawn_local(driver).expect("spawned");
        pool.run_until(host.open()).expect("open");
        Driven { pool, clock, network, to, host }
    }

    /// An open proxy.
    pub(crate) fn proxy(&mut self) -> ProxyHandle<ManualClock> {
        let builder = ProxyBuilder::new(self.to.clone()).options(patient());
        let connector = self.network.connector();
        let (proxy, driver) =
            builder.build(self.clock.clone(), connector, codec()).expect("a proxy");
        self.pool.spawner().spawn_local(driver).expect("spawned");
        self.pool.run_until(proxy.open()).expect("open");
        proxy
    }

    /// A connection with nobody at its far end.
    pub(crate) fn pipe(&mut self) -> MemoryPipe {
        let dialled = self.pool.run_until(self.network.connector().dial("/echo"));
        self.pool.run_until_stalled();
        dialled.expect("a pipe").0
    }

    /// Makes calls, that many at once.
    pub(crate) fn call(&mut self, proxy: &ProxyHandle<ManualClock>, calls: usize, at_once: usize) {
        self.pool.run_until(join_all((0..at_once).map(|_| async {
            for _ in 0..calls / at_once {
                let body = Bytes::from_static(BODY);
                proxy.call(OperationId(0), body).await.expect("an answer");
            }
        })));
    }

    /// Opens a session, and closes it.
    pub(crate) fn visit(&mut self) {
        let proxy = self.proxy();
        self.pool.run_until(proxy.close()).expect("closed");
        drop(proxy);
        self.pool.run_until_stalled();
    }
}

fn codec() -> Binary {
    Binary::new(Limits::default())
}
