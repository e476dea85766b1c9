//! A service proxy in a habitat: its builder, its handle, its calls.

mod driver;

use super::Caller;
use super::Service;
use super::call::{Call, CallOptions, numbered, waiting};
use super::clock::Clock;
use super::completions::Completions;
use super::context::{Order, Stores};
use super::link::{EndLink, Outcall};
use super::pipe::Connector;
use super::staff::{Nobody, Response, Roles, Servants, Staff};
use super::state::{Command, End, Keeper, Shared, Stop, Wait};
use super::watch::Watch;
use crate::action::{Failure, Ticket, Wire};
use crate::codec::Codec;
use crate::dispatch::Dispatcher;
use crate::error::ProxyError;
use crate::host::Endpoint;
use crate::ids::{CallId, ChannelId, DispatchId, OperationId};
use crate::lifecycle::Phase;
use crate::message::Message;
use crate::proxy::{NewCall, Proxy, ProxyInput, ProxyOptions};
use bytes::Bytes;
use std::fmt;
use std::future::Future;
use std::rc::Rc;
use std::sync::Arc;

/// Makes a proxy: where to, how, and who listens.
///
/// ```
/// use sessionful::drive::{ManualClock, Network, ProxyBuilder};
/// use sessionful::host::Endpoint;
/// use sessionful::{Binding, Codec, Contract, Operation, Phase};
///
/// # fn example(codec: impl Codec) -> Result<(), Box<dyn std::error::Error>> {
/// let contract = Contract::new("Calculator").operation(Operation::new("add")).build()?;
/// let to = Endpoint {
///     address: "/calculator".into(),
///     contract: contract.into(),
///     binding: Binding::websocket(),
/// };
/// let network = Network::new(1);
/// let (proxy, driver) =
///     ProxyBuilder::new(to).build(ManualClock::new(), network.connector(), codec)?;
/// // The habitat runs `driver`; nothing happens without it.
/// assert_eq!(proxy.phase(), Phase::Created);
/// # drop(driver);
/// # Ok(())
/// # }
/// ```
pub struct ProxyBuilder<W = (), S = ()> {
    to: Endpoint,
    options: ProxyOptions,
    watch: W,
    callback: S,
}

/// The user's callback object, in a builder.
pub struct CallbackObject(Rc<dyn Service>);

impl ProxyBuilder {
    /// A proxy for the contract of an endpoint, at its address, over its binding.
    pub fn new(to: Endpoint) -> ProxyBuilder {
        ProxyBuilder { to, options: ProxyOptions::default(), watch: (), callback: () }
    }
}

#[cfg(feature = "serve")]
impl<W, S> ProxyBuilder<W, S> {
    /// The object that carries out what the service calls back (`OP-5`, `CONC-14`); without one such
    /// calls fail.
    #[must_use]
    pub fn callback(self, object: Rc<dyn Service>) -> ProxyBuilder<W, CallbackObject> {
        let ProxyBuilder { to, options, watch, .. } = self;
        ProxyBuilder { to, options, watch, callback: CallbackObject(object) }
    }
}

impl<W, S> ProxyBuilder<W, S> {
    /// How the proxy is run; WWSAPI's rules and defaults unless set.
    #[must_use]
    pub fn options(self, options: ProxyOptions) -> Self {
        ProxyBuilder { options, ..self }
    }

    /// Who listens to its events; nobody unless set.
    #[must_use]
    pub fn watch<V: Watch>(self, watch: V) -> ProxyBuilder<V, S> {
        let ProxyBuilder { to, options, callback, .. } = self;
        ProxyBuilder { to, options, watch, callback }
    }
}

impl<W: Watch> ProxyBuilder<W> {
    /// Makes the proxy: a handle to use it by, and the future that does its work. Nothing travels
    /// before it is opened (`PROXY-6`).
    ///
    /// The driver is `Send` if its parts are. It ends after the last handle is gone; if it is
    /// dropped before, everything that is awaited ends with [`ProxyError::Stopped`], and the proxy is
    /// aborted.
    ///
    /// # Errors
    ///
    /// Contract, binding or callback behavior do not fit (`SESS-7`, `SESS-9`, `INST-20`).
    pub fn build<K: Clock, C: Connector, D: Codec>(
        self,
        clock: K,
        connector: C,
        codec: D,
    ) -> Result<(ProxyHandle<K, W>, impl Future<Output = ()>), ProxyError> {
        let (shared, address) = self.share()?;
        let parts = driver::Parts { address, clock, connector, codec };
        Ok(parts.run(shared, Nobody))
    }
}

impl<W: Watch + 'static> ProxyBuilder<W, CallbackObject> {
    /// Makes the proxy, like the `build` of a proxy without callback object. As that object stays
    /// on its thread, so does the driver.
    ///
    /// # Errors
    ///
    /// Contract, binding or callback behavior do not fit (`SESS-7`, `SESS-9`, `INST-20`).
    pub fn build<K: Clock + 'static, C: Connector, D: Codec>(
        self,
        clock: K,
        connector: C,
        codec: D,
    ) -> Result<(ProxyHandle<K, W>, impl Future<Output = ()>), ProxyError> {
        let object = Rc::clone(&self.callback.0);
        let (shared, address) = self.share()?;
        // One object serves every context: its user made it, and owns it.
        let lend = move |_: Option<&super::Context>| Ok::<_, Failure>(Rc::clone(&object));
        let roles = Roles { instances: Some(Rc::new(lend)), ..Roles::default() };
        let link = Rc::new(EndLink { clock: clock.clone(), shared: Arc::clone(&shared) });
        let staff = Servants::new(&shared.owner, roles, link, Stores::default());
        let parts = driver::Parts { address, clock, connector, codec };
        Ok(parts.run(shared, staff))
    }
}

impl<W: Watch, S> ProxyBuilder<W, S> {
    fn share(self) -> Result<(Arc<Shared<Proxy, W>>, smol_str::SmolStr), ProxyError> {
        let Endpoint { address, contract, binding } = self.to;
        let proxy = Proxy::new(contract, binding, self.options)?;
        Ok((Shared::new(proxy, self.watch), address))
    }
}

impl<K: Clock, C: Connector, D: Codec> driver::Parts<K, C, D> {
    fn run<W: Watch, S: Staff>(
        self,
        shared: Arc<Shared<Proxy, W>>,
        staff: S,
    ) -> (ProxyHandle<K, W>, impl Future<Output = ()>) {
        let clock = self.clock.clone();
        let keeper = Arc::new(Keeper(Arc::clone(&shared)));
        (ProxyHandle { keeper, clock }, driver::run(self, Stop(shared), staff))
    }
}

/// Uses a proxy. Clones are handles of the same proxy; when the last one is gone (calls in progress
/// count), the proxy is closed and its driver ends.
///
/// Every method may be called from anywhere, also from within operations, callbacks and wakers.
///
/// ```
/// use futures::executor::block_on;
/// use sessionful::codec::Json;
/// use sessionful::drive::{ManualClock, Network, ProxyBuilder};
/// use sessionful::host::Endpoint;
/// use sessionful::{Binding, Contract, Limits, Operation, Phase, ProxyError};
///
/// let contract = Contract::new("Calculator").operation(Operation::new("add")).build()?;
/// let (contract, binding) = (contract.into(), Binding::fetch());
/// let to = Endpoint { address: "/calculator".into(), contract, binding };
/// let (connector, codec) = (Network::new(1).connector(), Json::new(Limits::default()));
/// let (proxy, driver) = ProxyBuilder::new(to).build(ManualClock::new(), connector, codec)?;
/// block_on(proxy.open())?; // without sessions nothing is connected before the first call
/// assert_eq!(proxy.clone().phase(), Phase::Opened);
/// drop(driver);
/// assert_eq!(block_on(proxy.close()), Err(ProxyError::Stopped));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct ProxyHandle<K: Clock, W: Watch = ()> {
    keeper: Arc<Keeper<Proxy, W>>,
    pub(super) clock: K,
}

impl<K: Clock, W: Watch> Clone for ProxyHandle<K, W> {
    fn clone(&self) -> Self {
        ProxyHandle { keeper: Arc::clone(&self.keeper), clock: self.clock.clone() }
    }
}

impl<K: Clock, W: Watch> fmt::Debug for ProxyHandle<K, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ProxyHandle({:?})", self.phase())
    }
}

impl<K: Clock, W: Watch> ProxyHandle<K, W> {
    pub(super) fn shared(&self) -> &Shared<Proxy, W> {
        &self.keeper.0
    }

    /// Opens the proxy; over a binding with sessions this connects (`PROXY-7`).
    ///
    /// # Errors
    ///
    /// The wrong state, or why it could not connect.
    ///
    /// # Cancel safety
    ///
    /// Nothing happens before the first poll. Once begun, opening goes on if the future is dropped.
    pub async fn open(&self) -> Result<(), ProxyError> {
        self.command(ProxyInput::Open).await.proxy()
    }

    /// Closes the proxy in good order: pending calls are awaited, then the service is told
    /// (`CALL-12`).
    ///
    /// # Errors
    ///
    /// After [`ProxyError::InvalidState`] it is not closed; after any other error it is (`CALL-13`).
    ///
    /// # Cancel safety
    ///
    /// Nothing happens before the first poll. Once begun, closing goes on if the future is dropped.
    pub async fn close(&self) -> Result<(), ProxyError> {
        self.command(ProxyInput::Close).await.proxy()
    }

    /// Ends everything at once (`CALL-9` to `CALL-11`). Never waits, never fails.
    pub fn abort(&self) {
        self.shared().at_once(self.clock.now(), ProxyInput::Abort);
    }

    /// Makes a closed proxy new again, under WWSAPI's rules only (`PROXY-8`).
    ///
    /// # Errors
    ///
    /// It is not closed, or WCF's rules govern it.
    pub fn reset(&self) -> Result<(), ProxyError> {
        self.shared().at_once(self.clock.now(), ProxyInput::Reset).proxy()
    }

    /// Gives up the results of a group of calls, or of all calls for 0 (`CALL-5`). The proxy and
    /// its session go on (`CALL-7`).
    ///
    /// # Errors
    ///
    /// The proxy is not open.
    pub fn abandon(&self, group: u32) -> Result<(), ProxyError> {
        let abandon = |ticket| ProxyInput::Abandon(ticket, group);
        self.shared().at_once(self.clock.now(), abandon).proxy()
    }

    /// Calls an operation with more than a body.
    ///
    /// # Errors
    ///
    /// Every [`ProxyError`] that is not about opening.
    ///
    /// # Cancel safety
    ///
    /// Nothing is sent before the first poll. Dropping the future later abandons the call: the
    /// service may still carry it out, proxy and session go on (`CALL-5` to `CALL-7`).
    pub fn call_with(
        &self,
        operation: OperationId,
        body: Bytes,
        options: CallOptions,
    ) -> Call<K, W> {
        Call::new(self.clone(), new_call(operation, body, options))
    }

    /// Begins a call that has no future. How it ends is told by
    /// [`completions`](ProxyHandle::completions), once, with the tag; the result is the name to
    /// [`give_up`](ProxyHandle::give_up) the call by.
    ///
    /// Where a program has a place of its own for each call (a promise of JavaScript, say), a
    /// future a call would be one thing more to make, to wake and to poll.
    ///
    /// # Errors
    ///
    /// [`ProxyError::Stopped`]: the driver is gone. Every other error is told as the call's end.
    ///
    /// # Cancel safety
    ///
    /// The call begins at once. Its end is kept until the stream is polled, or dropped.
    pub fn submit(
        &self,
        tag: u64,
        operation: OperationId,
        body: Bytes,
        options: CallOptions,
    ) -> Result<CallId, ProxyError> {
        let new = new_call(operation, body, options);
        let wait = waiting(&new, Some(tag));
        let begun = self.shared().submit(self.clock.now(), wait, |id| numbered(id, new));
        begun.map(CallId).ok_or(ProxyError::Stopped)
    }

    /// Gives up a call that was begun by [`submit`](ProxyHandle::submit), as dropping a future does
    /// (`CALL-5` to `CALL-7`). Its end is not told. Does nothing if it was.
    pub fn give_up(&self, call: CallId) {
        self.shared().forget(self.clock.now(), call.0, Some(ProxyInput::Forget(call)));
    }

    /// How the calls end that are begun by [`submit`](ProxyHandle::submit). There should be one such
    /// stream: of several, the one that was polled last is woken.
    pub fn completions(&self) -> Completions<W> {
        Completions::new(Arc::clone(&self.keeper.0))
    }

    /// Where it is in its life.
    pub fn phase(&self) -> Phase {
        self.shared().read(Proxy::phase)
    }

    /// How many calls are in progress, the abandoned ones included until their answers come.
    pub fn pending_calls(&self) -> usize {
        self.shared().read(Proxy::pending_calls)
    }

    /// What is left over although the proxy is closed; empty when all is well.
    pub fn leaks(&self) -> Vec<String> {
        self.shared().read(Proxy::leaks)
    }

    /// Reads the machine, for pictures and tests. The closure must not use any handle of this proxy.
    pub fn with<R>(&self, look: impl FnOnce(&Proxy) -> R) -> R {
        self.shared().read(look)
    }

    /// Whether its driver is gone.
    pub fn is_stopped(&self) -> bool {
        self.shared().is_stopped()
    }

    fn command(&self, make: fn(Ticket) -> ProxyInput) -> Command<'_, Proxy, K, W> {
        let (shared, clock, wait) = (self.shared(), &self.clock, Wait::default());
        Command { shared, clock, make, wait, id: None }
    }
}

fn new_call(operation: OperationId, body: Bytes, options: CallOptions) -> NewCall {
    let CallOptions { group, timeout, headers, within } = options;
    let message = Box::new(Message { headers, ..Message::request("", body) });
    // The name is given when the call begins.
    NewCall { call: CallId(0), operation, message, group, timeout, within }
}

impl<K: Clock, W: Watch> Caller for ProxyHandle<K, W> {
    /// See [`ProxyHandle::call_with`].
    async fn call(&self, operation: OperationId, body: Bytes) -> Result<Bytes, ProxyError> {
        Ok(self.call_with(operation, body, CallOptions::default()).await?.body)
    }
}

impl End for Proxy {
    fn wake() -> ProxyInput {
        ProxyInput::Wake
    }

    fn wire(wire: Wire) -> ProxyInput {
        ProxyInput::Wire(wire)
    }

    fn answer(response: Response) -> ProxyInput {
        match response {
            Response::Answer(dispatch, answer) => ProxyInput::Answer(dispatch, answer),
            // A proxy has no singletons.
            Response::SingletonMade(..) => ProxyInput::Wake,
        }
    }

    fn abort(ticket: Ticket) -> ProxyInput {
        ProxyInput::Abort(ticket)
    }

    fn call(call: CallId, outcall: Outcall) -> ProxyInput {
        let Outcall { operation, message, within, group, timeout, .. } = outcall;
        ProxyInput::Call(NewCall { call, operation, message, group, timeout, within })
    }

    fn forget(_channel: ChannelId, call: CallId) -> ProxyInput {
        ProxyInput::Forget(call)
    }

    fn step_out(dispatch: DispatchId, call: CallId) -> ProxyInput {
        ProxyInput::StepOut(dispatch, call)
    }

    fn step_in(dispatch: DispatchId, call: CallId) -> ProxyInput {
        ProxyInput::StepIn(dispatch, call)
    }

    /// A callback object has no host: only its session can be ended.
    fn order(order: Order) -> Option<ProxyInput> {
        // Nobody waits under ticket 0: real ones begin at 1.
        match order {
            Order::CloseSession(_) => Some(ProxyInput::Close(Ticket(0))),
            Order::AbortSession(_) => Some(ProxyInput::Abort(Ticket(0))),
            _ => None,
        }
    }

    fn serving(&self) -> Option<&Dispatcher> {
        self.dispatcher()
    }
}
