//! A network inside one program: named addresses, pipes and exchanges, no bytes on any wire.

use super::pipe::{Acceptor, Connector, Exchange, Incoming, PipeError, Responder};
use crate::binding::Shape;
use crate::codec::Frame;
use crate::ids::SessionId;
use crate::table::Names;
use futures::channel::{mpsc, oneshot};
use futures::{Sink, SinkExt, Stream, StreamExt};
use smol_str::SmolStr;
use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

/// An in-memory network. Hosts listen at names, proxies connect to names.
///
/// Every queue in it is bounded, so a slow receiver holds its sender back.
///
/// ```
/// use sessionful::drive::{Connector, Network, PipeError};
/// use futures::executor::block_on;
///
/// let network = Network::new(42);
/// let nobody = block_on(network.connector().dial("nowhere"));
/// assert_eq!(nobody.err(), Some(PipeError::NotFound));
/// ```
#[derive(Clone, Debug)]
pub struct Network {
    capacity: usize,
    inner: Arc<Mutex<Registry>>,
}

#[derive(Debug)]
struct Registry {
    listeners: Names<Listener>,
    random: u64,
}

#[derive(Clone, Debug)]
struct Listener {
    shape: Shape,
    arrivals: mpsc::Sender<Arrival>,
}

type Arrival = Incoming<MemoryPipe, MemoryResponder>;

impl Network {
    /// An empty network. Session ids are drawn from the seed: equal seeds give equal runs. Real
    /// networks need ids that nobody can guess; this one has no strangers.
    pub fn new(seed: u64) -> Network {
        let registry = Registry { listeners: Names::new(), random: seed };
        Network { capacity: 16, inner: Arc::new(Mutex::new(registry)) }
    }

    /// How many frames each direction of a pipe, and how many arrivals each listener holds before
    /// the sender waits; 16 unless set.
    #[must_use]
    pub fn capacity(mut self, frames: usize) -> Network {
        self.capacity = frames;
        self
    }

    /// The connecting side.
    pub fn connector(&self) -> MemoryConnector {
        MemoryConnector(self.clone())
    }

    /// The listening side, for one host.
    pub fn acceptor(&self) -> MemoryAcceptor {
        let (sender, arrivals) = mpsc::channel(self.capacity);
        MemoryAcceptor { network: self.clone(), sender, arrivals, listening: Vec::new() }
    }

    fn registry(&self) -> MutexGuard<'_, Registry> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whoever takes sessions takes no single requests, and the other way around.
    fn find(&self, address: &str, exchange: bool) -> Result<mpsc::Sender<Arrival>, PipeError> {
        let registry = self.registry();
        let fits = |listener: &&Listener| listener.shape.is_exchange() == exchange;
        let listener = registry.listeners.get(address).filter(fits).ok_or(PipeError::NotFound)?;
        Ok(listener.arrivals.clone())
    }
}

impl Registry {
    /// SplitMix64: every seed gives a long run of distinct values.
    fn draw(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.random ^ (self.random >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn session(&mut self) -> SessionId {
        SessionId(u128::from(self.draw()) << 64 | u128::from(self.draw()))
    }
}

/// One end of an in-memory session. See [`memory_pipe`].
///
/// ```
/// use futures::{StreamExt, executor::block_on};
/// use sessionful::drive::memory_pipe;
///
/// let (mut near, far) = memory_pipe(16);
/// drop(far); // it was not closed, so it is cut
/// assert!(block_on(near.next()).is_some_and(|cut| cut.is_err()));
/// ```
#[derive(Debug)]
pub struct MemoryPipe {
    output: Arc<Direction>,
    input: Arc<Direction>,
    /// The peer has ended its direction, and that was told.
    ended: bool,
    /// The peer has cut it, and that was told.
    broken: bool,
}

/// One direction of a pipe.
#[derive(Debug)]
struct Direction {
    capacity: usize,
    flow: Mutex<Flow>,
}

#[derive(Debug, Default)]
struct Flow {
    frames: VecDeque<Frame>,
    /// Nothing more is sent: the sender has closed its end in good order, or cut it.
    ended: Option<Ended>,
    /// Nobody receives any more.
    deserted: bool,
    receiver: Option<Waker>,
    sender: Option<Waker>,
    /// A sender that has nothing to send, but wants to know whether anybody receives.
    watcher: Option<Waker>,
}

#[derive(Clone, Copy, PartialEq, Debug)]
enum Ended {
    Closed,
    Cut,
}

impl Direction {
    fn new(capacity: usize) -> Arc<Direction> {
        Arc::new(Direction { capacity: capacity.max(1), flow: Mutex::default() })
    }

    fn flow(&self) -> MutexGuard<'_, Flow> {
        self.flow.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The sender sends no more.
    fn end(&self, how: Ended) {
        let mut flow = self.flow();
        flow.ended.get_or_insert(how);
        let receiver = flow.receiver.take();
        drop(flow);
        wake(receiver);
    }

    /// The receiver is gone, and what was on its way with it.
    fn desert(&self) {
        let mut flow = self.flow();
        flow.deserted = true;
        let frames = std::mem::take(&mut flow.frames);
        let (sender, receiver) = (flow.sender.take(), flow.receiver.take());
        let watcher = flow.watcher.take();
        drop(flow);
        drop((frames, receiver));
        wake(sender);
        wake(watcher);
    }
}

/// A waker is foreign code: it is woken with nothing locked.
fn wake(waker: Option<Waker>) {
    if let Some(waker) = waker {
        waker.wake();
    }
}

/// Remembers whom to wake; the waker that was remembered before, to be dropped with nothing locked.
fn keep(place: &mut Option<Waker>, waker: &Waker) -> Option<Waker> {
    match place {
        Some(known) if known.will_wake(waker) => None,
        _ => place.replace(waker.clone()),
    }
}

/// Two ends that are connected; each direction holds that many frames, one at least.
///
/// ```
/// use futures::{SinkExt, StreamExt, executor::block_on};
/// use sessionful::Frame;
/// use sessionful::drive::memory_pipe;
///
/// let (mut near, mut far) = memory_pipe(16);
/// block_on(async {
///     near.send(Frame::Text("hello".into())).await?;
///     near.close().await?;
///     assert_eq!(far.next().await, Some(Ok(Frame::Text("hello".into()))));
///     assert_eq!(far.next().await, None); // closed in good order
///     drop(far);
///     assert!(near.next().await.is_some_and(|cut| cut.is_err()));
///     Ok::<(), sessionful::drive::PipeError>(())
/// })?;
/// # Ok::<(), sessionful::drive::PipeError>(())
/// ```
pub fn memory_pipe(capacity: usize) -> (MemoryPipe, MemoryPipe) {
    let (there, back) = (Direction::new(capacity), Direction::new(capacity));
    let end = |output: &Arc<Direction>, input: &Arc<Direction>| MemoryPipe {
        output: Arc::clone(output),
        input: Arc::clone(input),
        ended: false,
        broken: false,
    };
    (end(&there, &back), end(&back, &there))
}

impl MemoryPipe {
    /// The peer sends nothing more: whether it goes before this end is done as well.
    fn poll_deserted(&mut self, cx: &Context<'_>) -> Poll<Option<Result<Frame, PipeError>>> {
        let mut flow = self.output.flow();
        if flow.ended.is_some() || self.broken {
            return Poll::Ready(None);
        }
        if flow.deserted {
            drop(flow);
            self.broken = true;
            return Poll::Ready(Some(Err(cut())));
        }
        let before = keep(&mut flow.watcher, cx.waker());
        drop(flow);
        drop(before);
        Poll::Pending
    }
}

impl Drop for MemoryPipe {
    fn drop(&mut self) {
        self.output.end(Ended::Cut);
        self.input.desert();
    }
}

fn cut() -> PipeError {
    PipeError::Broken("the peer cut the connection".into())
}

impl Stream for MemoryPipe {
    type Item = Result<Frame, PipeError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut flow = self.input.flow();
        if let Some(frame) = flow.frames.pop_front() {
            let sender = flow.sender.take();
            drop(flow);
            wake(sender);
            return Poll::Ready(Some(Ok(frame)));
        }
        let Some(ended) = flow.ended else {
            let before = keep(&mut flow.receiver, cx.waker());
            drop(flow);
            drop(before);
            return Poll::Pending;
        };
        drop(flow);
        if ended == Ended::Cut {
            let told = std::mem::replace(&mut self.broken, true);
            return Poll::Ready((!told).then(|| Err(cut())));
        }
        if std::mem::replace(&mut self.ended, true) {
            return self.poll_deserted(cx);
        }
        Poll::Ready(None)
    }
}

impl Sink<Frame> for MemoryPipe {
    type Error = PipeError;

    fn poll_ready(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), PipeError>> {
        let mut flow = self.output.flow();
        if flow.deserted || flow.ended.is_some() {
            return Poll::Ready(Err(cut()));
        }
        if flow.frames.len() < self.output.capacity {
            return Poll::Ready(Ok(()));
        }
        let before = keep(&mut flow.sender, cx.waker());
        drop(flow);
        drop(before);
        Poll::Pending
    }

    fn start_send(self: Pin<&mut Self>, frame: Frame) -> Result<(), PipeError> {
        let mut flow = self.output.flow();
        if flow.deserted || flow.ended.is_some() {
            return Err(cut());
        }
        flow.frames.push_back(frame);
        let receiver = flow.receiver.take();
        drop(flow);
        wake(receiver);
        Ok(())
    }

    fn poll_flush(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<Result<(), PipeError>> {
        Poll::Ready(Ok(())) // a frame is with the peer as soon as it is sent
    }

    fn poll_close(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<Result<(), PipeError>> {
        self.output.end(Ended::Closed);
        Poll::Ready(Ok(()))
    }
}

/// Connects to the listeners of a [`Network`].
///
/// ```
/// use sessionful::drive::{Connector, Network};
///
/// let exchange = Network::new(1).connector().exchange("/calculator");
/// # drop(exchange);
/// ```
#[derive(Clone, Debug)]
pub struct MemoryConnector(Network);

impl Connector for MemoryConnector {
    type Pipe = MemoryPipe;
    type Exchange = MemoryExchange;

    async fn dial(&self, address: &str) -> Result<(MemoryPipe, SessionId), PipeError> {
        let mut listener = self.0.find(address, false)?;
        let (near, far) = memory_pipe(self.0.capacity);
        let session = self.0.registry().session();
        let arrival = Incoming::Pipe(address.into(), far, session);
        listener.send(arrival).await.map_err(|_| PipeError::NotFound)?;
        Ok((near, session))
    }

    fn exchange(&self, address: &str) -> MemoryExchange {
        MemoryExchange { network: self.0.clone(), address: address.into() }
    }
}

/// Sends requests to one address of a [`Network`]. See [`MemoryConnector`].
#[derive(Clone, Debug)]
pub struct MemoryExchange {
    network: Network,
    address: SmolStr,
}

impl Exchange for MemoryExchange {
    async fn send(&self, request: Frame) -> Result<Option<Frame>, PipeError> {
        let mut listener = self.network.find(&self.address, true)?;
        let (answer, answered) = oneshot::channel();
        let arrival = Incoming::Exchange(self.address.clone(), request, MemoryResponder(answer));
        listener.send(arrival).await.map_err(|_| PipeError::NotFound)?;
        answered.await.map_err(|_| cut())
    }
}

/// Answers one request of a [`Network`].
#[derive(Debug)]
pub struct MemoryResponder(oneshot::Sender<Option<Frame>>);

impl Responder for MemoryResponder {
    fn respond(self, answer: Option<Frame>) {
        let _ = self.0.send(answer); // the client may have gone meanwhile
    }

    fn poll_gone(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.0.poll_canceled(cx)
    }
}

/// Takes what comes in at the addresses that a host listens on.
///
/// ```
/// use futures::{StreamExt, executor::block_on};
/// use sessionful::Shape;
/// use sessionful::drive::{Acceptor, Incoming, Network};
///
/// let mut acceptor = Network::new(1).acceptor();
/// acceptor.listen("/calculator", Shape::DuplexSession);
/// let first = block_on(acceptor.next());
/// assert!(matches!(first, Some(Incoming::Listening(_, Ok(())))));
/// ```
#[derive(Debug)]
pub struct MemoryAcceptor {
    network: Network,
    sender: mpsc::Sender<Arrival>,
    arrivals: mpsc::Receiver<Arrival>,
    /// Answers to `listen` that were not yet taken.
    listening: Vec<(SmolStr, Result<(), PipeError>)>,
}

impl Acceptor for MemoryAcceptor {
    type Pipe = MemoryPipe;
    type Responder = MemoryResponder;

    fn listen(&mut self, address: &str, shape: Shape) {
        let mut registry = self.network.registry();
        let lives = |listener: &Listener| !listener.arrivals.is_closed();
        let taken = registry.listeners.get(address).is_some_and(lives);
        let result = if taken {
            Err(PipeError::Broken("the address is in use".into()))
        } else {
            let listener = Listener { shape, arrivals: self.sender.clone() };
            registry.listeners.insert(address.into(), listener);
            Ok(())
        };
        drop(registry);
        self.listening.push((address.into(), result));
    }

    fn unlisten(&mut self, address: &str) {
        let mut registry = self.network.registry();
        let ours = |listener: &Listener| listener.arrivals.same_receiver(&self.sender);
        if registry.listeners.get(address).is_some_and(ours) {
            registry.listeners.remove(address);
        }
    }
}

impl Stream for MemoryAcceptor {
    type Item = Arrival;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Arrival>> {
        if let Some((address, result)) = self.listening.pop() {
            return Poll::Ready(Some(Incoming::Listening(address, result)));
        }
        self.arrivals.poll_next_unpin(cx)
    }
}
