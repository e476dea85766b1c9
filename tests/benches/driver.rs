//! How many calls a second go through a proxy driver, a codec, an in-memory pipe and a host driver,
//! on one core: `cargo bench -p sessionful-tests --bench driver`.

use bytes::{BufMut, Bytes, BytesMut};
use futures::executor::LocalPool;
use futures::future::{FutureExt, LocalBoxFuture, join_all};
use futures::task::LocalSpawnExt;
use sessionful::drive::{
    Caller, Clock, HostBuilder, HostHandle, Network, ProxyBuilder, ProxyHandle,
};
use sessionful::host::Endpoint;
use sessionful::ids::{MessageId, OperationId};
use sessionful::proxy::ProxyOptions;
use sessionful::{
    Behavior, Binding, Codec, CodecError, ConcurrencyMode, Content, Context, Contract, Failure,
    Frame, Message, Operation, Service, Throttles, Timestamp,
};
use std::rc::Rc;
use std::time::Instant;

/// The least that a binary codec can do.
#[derive(Clone)]
struct Terse;

impl Codec for Terse {
    fn content_type(&self) -> &'static str {
        "application/octet-stream"
    }

    fn subprotocol(&self) -> &'static str {
        "terse"
    }

    fn encode(&mut self, message: &Message) -> Result<Frame, CodecError> {
        let body = message.body();
        let mut out = BytesMut::with_capacity(17 + message.action.len() + body.len());
        for id in [&message.id, &message.relates_to] {
            out.put_u64(match id {
                Some(MessageId::Number(number)) => *number,
                _ => 0,
            });
        }
        out.put_u8(message.action.len() as u8);
        out.put_slice(message.action.as_bytes());
        out.put_slice(&body);
        Ok(Frame::Bytes(out.freeze()))
    }

    fn decode(&mut self, frame: Frame) -> Result<Message, CodecError> {
        let malformed = || CodecError::Malformed { reason: "short".into(), at: 0 };
        let Frame::Bytes(bytes) = frame else { return Err(malformed()) };
        let id = |at: usize| {
            let bytes = bytes.get(at..at + 8).and_then(|bytes| bytes.try_into().ok());
            bytes.map(u64::from_be_bytes).filter(|id| *id > 0).map(MessageId::Number)
        };
        let length = usize::from(*bytes.get(16).ok_or_else(malformed)?);
        let action = bytes.get(17..17 + length).ok_or_else(malformed)?;
        let action = std::str::from_utf8(action).map_err(|_| malformed())?.into();
        let content = Content::Body(bytes.slice(17 + length..));
        Ok(Message { action, id: id(0), relates_to: id(8), content, ..Message::default() })
    }
}

#[derive(Clone)]
struct Stopwatch(Instant);

impl Clock for Stopwatch {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.elapsed().as_micros() as u64)
    }

    fn sleep_until(&self, _at: Timestamp) -> impl Future<Output = ()> {
        std::future::pending()
    }
}

struct Echo;

impl Service for Echo {
    fn call(
        self: Rc<Self>,
        _at: Context,
        _operation: OperationId,
        body: Bytes,
    ) -> LocalBoxFuture<'static, Result<Bytes, Failure>> {
        futures::future::ready(Ok(body)).boxed_local()
    }
}

struct Bench {
    pool: LocalPool,
    clock: Stopwatch,
    network: Network,
    to: Endpoint,
    host: HostHandle<Stopwatch>,
}

impl Bench {
    fn new(binding: Binding) -> Bench {
        let contract = Contract::new("Echo").operation(Operation::new("echo")).build();
        let contract = contract.expect("a contract").into();
        let to = Endpoint { address: "/echo".into(), contract, binding };
        let (mut pool, clock) = (LocalPool::new(), Stopwatch(Instant::now()));
        let network = Network::new(1).capacity(128);
        let echo: Rc<dyn Service> = Rc::new(Echo);
        let (host, driver) = HostBuilder::new()
            .endpoint(to.clone())
            .instances(move |_: Option<&Context>| Ok(Rc::clone(&echo)))
            .behavior(Behavior {
                concurrency: ConcurrencyMode::Multiple,
                throttles: Throttles::UNLIMITED,
                ..Behavior::default()
            })
            .build(clock.clone(), network.acceptor(), Terse);
        pool.spawner().spawn_local(driver).expect("spawned");
        pool.run_until(host.open()).expect("open");
        Bench { pool, clock, network, to, host }
    }

    fn proxy(&mut self) -> ProxyHandle<Stopwatch> {
        let (proxy, driver) = ProxyBuilder::new(self.to.clone())
            .options(ProxyOptions { max_pending_calls: Some(10_000), ..ProxyOptions::default() })
            .build(self.clock.clone(), self.network.connector(), Terse)
            .expect("a proxy");
        self.pool.spawner().spawn_local(driver).expect("spawned");
        self.pool.run_until(proxy.open()).expect("open");
        proxy
    }

    fn measure(&mut self, name: &str, proxy: &ProxyHandle<Stopwatch>, at_once: usize) {
        const CALLS: usize = 400_000;
        let body = Bytes::from_static(b"0123456789abcdef");
        let start = Instant::now();
        self.pool.run_until(join_all((0..at_once).map(|_| async {
            for _ in 0..CALLS / at_once {
                proxy.call(OperationId(0), body.clone()).await.expect("an answer");
            }
        })));
        let rate = CALLS as f64 / start.elapsed().as_secs_f64();
        println!("{name:<44} {rate:>10.0} calls/s");
    }
}

fn main() {
    let mut bench = Bench::new(Binding::websocket());
    let proxy = bench.proxy();
    for at_once in [1, 8, 64] {
        bench.measure(&format!("session, {at_once} at once"), &proxy, at_once);
    }
    let idle: Vec<_> = (0..100_000).map(|_| bench.proxy()).collect();
    let sessions = bench.host.with(sessionful::host::Host::session_count);
    bench.measure(&format!("the same among {sessions} sessions, 1 at once"), &proxy, 1);
    bench.measure(&format!("the same among {sessions} sessions, 64 at once"), &proxy, 64);
    drop(idle);
    let mut bench = Bench::new(Binding::fetch());
    let proxy = bench.proxy();
    for at_once in [1, 8, 64] {
        bench.measure(&format!("sessionless, {at_once} at once"), &proxy, at_once);
    }
}
