//! A service proxy in a habitat: its builder, its handle, its calls.

mod driver;

use super::Caller;
use super::Service;
use super::call::{Call, CallOptions};
use super::clock::Clock;
use super::context::Stores;
use super::link::ProxyLink;
use super::pipe::Connector;
use super::staff::{Nobody, Roles, Servants, Staff};
use super::state::{Begun, Ended, Keeper, Mortal, Shared, Stop, Wait};
use super::watch::Watch;
use crate::action::{Failure, Ticket};
use crate::codec::Codec;
use crate::error::ProxyError;
use crate::host::Endpoint;
use crate::ids::{CallId, OperationId};
use crate::lifecycle::Phase;
use crate::message::Message;
use crate::proxy::{NewCall, Proxy, ProxyInput, ProxyOptions};
use bytes::Bytes;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};

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

    /// The object that carries out what the service calls back (`OP-5`, `CONC-14`); without one such
    /// calls fail.
    #[must_use]
    pub fn callback(self, object: Rc<dyn Service>) -> ProxyBuilder<W, CallbackObject> {
        let ProxyBuilder { to, options, watch, .. } = self;
        ProxyBuilder { to, options, watch, callback: CallbackObject(object) }
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
        let link = Rc::new(ProxyLink { clock: clock.clone(), shared: Arc::clone(&shared) });
        let staff = Servants::new(roles, link, Stores::default());
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
        Command { handle: self, make: ProxyInput::Open, id: None }.await.proxy()
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
        Command { handle: self, make: ProxyInput::Close, id: None }.await.proxy()
    }

    /// Ends everything at once (`CALL-9` to `CALL-11`). Never waits, never fails.
    pub fn abort(&self) {
        let _ = self.at_once(ProxyInput::Abort);
    }

    /// Makes a closed proxy new again, under WWSAPI's rules only (`PROXY-8`).
    ///
    /// # Errors
    ///
    /// It is not closed, or WCF's rules govern it.
    pub fn reset(&self) -> Result<(), ProxyError> {
        self.at_once(ProxyInput::Reset)
    }

    /// Gives up the results of a group of calls, or of all calls for 0 (`CALL-5`). The proxy and
    /// its session go on (`CALL-7`).
    ///
    /// # Errors
    ///
    /// The proxy is not open.
    pub fn abandon(&self, group: u32) -> Result<(), ProxyError> {
        self.at_once(|ticket| ProxyInput::Abandon(ticket, group))
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
        let CallOptions { group, timeout, headers, within } = options;
        let message = Box::new(Message { headers, ..Message::request("", body) });
        // The name is given when the call begins.
        let new = NewCall { call: CallId(0), operation, message, group, timeout, within };
        Call::new(self.clone(), new)
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

    fn at_once(&self, make: impl FnOnce(Ticket) -> ProxyInput) -> Result<(), ProxyError> {
        let input = |id| make(Ticket(id));
        let waker = futures::task::noop_waker();
        match self.shared().begin(self.clock.now(), &waker, Wait::default(), input) {
            Begun::Ended(ended) => ended.proxy(),
            _ => Ok(()),
        }
    }
}

impl<K: Clock, W: Watch> Caller for ProxyHandle<K, W> {
    /// See [`ProxyHandle::call_with`].
    async fn call(&self, operation: OperationId, body: Bytes) -> Result<Bytes, ProxyError> {
        Ok(self.call_with(operation, body, CallOptions::default()).await?.body)
    }
}

impl Mortal for Proxy {
    fn abort() -> ProxyInput {
        ProxyInput::Abort(Ticket(0)) // nobody waits for it
    }

    fn last_answer(&self) -> Option<ProxyInput> {
        let (dispatch, answer) = self.dispatcher()?.last_answer()?;
        Some(ProxyInput::Answer(dispatch, answer))
    }
}

struct Command<'a, K: Clock, W: Watch> {
    handle: &'a ProxyHandle<K, W>,
    make: fn(Ticket) -> ProxyInput,
    id: Option<u64>,
}

impl<K: Clock, W: Watch> Future for Command<'_, K, W> {
    type Output = Ended;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Ended> {
        let ProxyHandle { keeper, clock } = self.handle;
        if let Some(id) = self.id {
            return keeper.0.poll(id, cx.waker());
        }
        let make = self.make;
        let input = |id| make(Ticket(id));
        match keeper.0.begin(clock.now(), cx.waker(), Wait::default(), input) {
            Begun::Ended(ended) => return Poll::Ready(ended),
            Begun::Waiting(id) => self.id = Some(id),
            Begun::NotYet => {}
        }
        Poll::Pending
    }
}

impl<K: Clock, W: Watch> Drop for Command<'_, K, W> {
    fn drop(&mut self) {
        if let Some(id) = self.id {
            self.handle.shared().forget(self.handle.clock.now(), id, None);
        }
    }
}
