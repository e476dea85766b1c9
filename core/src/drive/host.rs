//! A service host in a habitat: its builder and its handle.

mod driver;

use super::Service;
use super::callback::Callback;
use super::clock::Clock;
use super::context::{Order, Stores};
use super::extensions::Extensions;
use super::link::{EndLink, Outcall};
use super::pipe::Acceptor;
use super::service::{
    Authorizer, ContextProvider, Controls, ErrorHandler, Initializer, InstanceProvider,
};
use super::staff::{Response, Roles, Servants};
use super::state::{Command, End, Keeper, Shared, Stop, Wait};
use super::watch::Watch;
use crate::action::{Ticket, Wire};
use crate::codec::Codec;
use crate::dispatch::Dispatcher;
use crate::dispatch::behavior::Behavior;
use crate::error::HostError;
use crate::host::{Endpoint, Host, HostInput, HostOptions};
use crate::ids::{CallId, ChannelId, ContextId, DispatchId};
use crate::lifecycle::Phase;
use std::fmt;
use std::future::Future;
use std::rc::Rc;
use std::sync::Arc;

/// Makes a host: which endpoints, which service, and how it is run.
///
/// ```
/// use sessionful::drive::{HostBuilder, ManualClock, Network};
/// use sessionful::host::Endpoint;
/// use sessionful::{Binding, Codec, Contract, Operation, Phase, Service};
/// use std::rc::Rc;
///
/// # fn example(codec: impl Codec, calculator: Rc<dyn Service>)
/// #     -> Result<(), Box<dyn std::error::Error>> {
/// let contract = Contract::new("Calculator").operation(Operation::new("add")).build()?;
/// let endpoint = Endpoint {
///     address: "/calculator".into(),
///     contract: contract.into(),
///     binding: Binding::websocket(),
/// };
/// let network = Network::new(1);
/// let (host, driver) = HostBuilder::new()
///     .endpoint(endpoint)
///     .instances(move |_: Option<&sessionful::Context>| Ok(Rc::clone(&calculator)))
///     .build(ManualClock::new(), network.acceptor(), codec);
/// // The habitat runs `driver`; nothing happens without it.
/// assert_eq!(host.phase(), Phase::Created);
/// # drop(driver);
/// # Ok(())
/// # }
/// ```
#[must_use]
pub struct HostBuilder<W = ()> {
    endpoints: Vec<Endpoint>,
    behavior: Behavior,
    options: HostOptions,
    watch: W,
    roles: Roles,
}

impl Default for HostBuilder {
    fn default() -> Self {
        HostBuilder::new()
    }
}

impl HostBuilder {
    /// A host without endpoints and service.
    pub fn new() -> HostBuilder {
        HostBuilder {
            endpoints: Vec::new(),
            behavior: Behavior::default(),
            options: HostOptions::default(),
            watch: (),
            roles: Roles::default(),
        }
    }
}

impl<W> HostBuilder<W> {
    /// Adds an endpoint; there must be one.
    pub fn endpoint(mut self, endpoint: Endpoint) -> Self {
        self.endpoints.push(endpoint);
        self
    }

    /// How the service is run; WCF's defaults unless set. What the behavior says of objects,
    /// providers, initializers, authorizers and error handlers is overwritten by what is given here.
    pub fn behavior(self, behavior: Behavior) -> Self {
        HostBuilder { behavior, ..self }
    }

    /// How the host is run; WCF's rules and defaults unless set.
    pub fn options(self, options: HostOptions) -> Self {
        HostBuilder { options, ..self }
    }

    /// Who makes the service objects: a closure, or a provider (`INST-24`). Without one, and without
    /// an object, the host does not open (`INST-11`).
    pub fn instances(mut self, provider: impl InstanceProvider) -> Self {
        self.roles.instances = Some(Rc::new(provider));
        self
    }

    /// The one service object, for instance mode single (`INST-10`). It is never disposed of.
    pub fn object(mut self, object: Rc<dyn Service>) -> Self {
        self.roles.well_known = Some(object);
        self
    }

    /// Who chooses the context of a message; the instance mode unless set (`INST-22`).
    pub fn contexts(mut self, provider: impl ContextProvider) -> Self {
        self.roles.contexts = Some(Rc::new(provider));
        self
    }

    /// Adds somebody who sees contexts open (`INST-25`).
    pub fn initializer(mut self, initializer: impl Initializer) -> Self {
        self.roles.initializers.push(Rc::new(initializer));
        self
    }

    /// Who lets callers in; everybody is let in unless set.
    pub fn authorizer(mut self, authorizer: impl Authorizer) -> Self {
        self.roles.authorizer = Some(Rc::new(authorizer));
        self
    }

    /// Adds somebody who sees failures, after those added before (`FLT-3`).
    pub fn error_handler(mut self, handler: impl ErrorHandler) -> Self {
        self.roles.error_handlers.push(Rc::new(handler));
        self
    }

    /// Who listens to its events; nobody unless set.
    pub fn watch<V: Watch>(self, watch: V) -> HostBuilder<V> {
        let HostBuilder { endpoints, behavior, options, roles, .. } = self;
        HostBuilder { endpoints, behavior, options, watch, roles }
    }
}

impl<W: Watch + 'static> HostBuilder<W> {
    /// Makes the host: a handle to use it by, and the future that does its work. Mistakes in
    /// contracts, bindings and behavior show when it opens (`CO-14`).
    ///
    /// The driver runs the service's code, so it stays on its thread. It goes on serving when no
    /// handle is left, until the host is closed. If it is dropped before, everything that is awaited
    /// ends with [`HostError::Stopped`], the host is aborted, its operations are dropped, and the
    /// peers see their sessions break.
    pub fn build<K: Clock + 'static, A: Acceptor, D: Codec>(
        self,
        clock: K,
        acceptor: A,
        codec: D,
    ) -> (HostHandle<K, W>, impl Future<Output = ()>) {
        let HostBuilder { endpoints, mut behavior, options, watch, roles } = self;
        behavior.well_known = roles.well_known.is_some();
        behavior.constructible = roles.instances.is_some();
        behavior.custom_contexts = roles.contexts.is_some();
        behavior.initializers = !roles.initializers.is_empty();
        behavior.authorizes = roles.authorizer.is_some();
        behavior.error_handlers = !roles.error_handlers.is_empty();
        let shared = Shared::new(Host::new(endpoints, behavior, options), watch);
        shared.order(clock.now(), HostInput::Construct);
        let link = Rc::new(EndLink { clock: clock.clone(), shared: Arc::clone(&shared) });
        if let Some(provider) = &roles.contexts {
            provider.attach(Controls(link.clone()));
        }
        let stores = Stores::default();
        let handle = HostHandle {
            keeper: Arc::new(Keeper(Arc::clone(&shared))),
            clock: clock.clone(),
            link: link.clone(),
            extensions: stores.end(),
        };
        let staff = Servants::new(&shared.owner, roles, link, stores);
        (handle, driver::run(clock, acceptor, codec, Stop(shared), staff))
    }
}

/// Uses a host. Clones are handles of the same host. Dropping the last one does not close it.
///
/// Every method may be called from anywhere, also from within operations and wakers. Like the
/// service itself it stays on its thread.
///
/// ```
/// use futures::executor::block_on;
/// use sessionful::codec::Json;
/// use sessionful::drive::{HostBuilder, ManualClock, Network};
/// use sessionful::{Limits, Phase};
///
/// let (acceptor, codec) = (Network::new(1).acceptor(), Json::new(Limits::default()));
/// let (host, driver) = HostBuilder::new().build(ManualClock::new(), acceptor, codec);
/// assert_eq!(host.phase(), Phase::Created);
/// assert!(block_on(host.open()).is_err()); // it has no endpoint
/// host.abort();
/// assert_eq!(host.phase(), Phase::Closed);
/// # drop(driver);
/// ```
pub struct HostHandle<K: Clock, W: Watch = ()> {
    keeper: Arc<Keeper<Host, W>>,
    clock: K,
    link: Rc<EndLink<Host, K, W>>,
    extensions: Extensions,
}

impl<K: Clock, W: Watch> Clone for HostHandle<K, W> {
    fn clone(&self) -> Self {
        HostHandle {
            keeper: Arc::clone(&self.keeper),
            clock: self.clock.clone(),
            link: Rc::clone(&self.link),
            extensions: self.extensions.clone(),
        }
    }
}

impl<K: Clock, W: Watch> fmt::Debug for HostHandle<K, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HostHandle({:?})", self.phase())
    }
}

impl<K: Clock, W: Watch> HostHandle<K, W> {
    fn shared(&self) -> &Shared<Host, W> {
        &self.keeper.0
    }

    /// Opens the host: all endpoints listen, or none (`HOST-2`).
    ///
    /// # Errors
    ///
    /// The wrong state, a mistake in contract, binding or behavior, or a listener that could not be
    /// opened.
    ///
    /// # Cancel safety
    ///
    /// Nothing happens before the first poll. Once begun, opening goes on if the future is dropped.
    pub async fn open(&self) -> Result<(), HostError> {
        self.command(HostInput::Open).await.host()
    }

    /// Closes the host in good order: running operations end, then sessions, then contexts
    /// (`CO-15`).
    ///
    /// # Errors
    ///
    /// The wrong state; [`HostError::TimedOut`] if clients had to be cut off.
    ///
    /// # Cancel safety
    ///
    /// Nothing happens before the first poll. Once begun, closing goes on if the future is dropped.
    pub async fn close(&self) -> Result<(), HostError> {
        self.command(HostInput::Close).await.host()
    }

    /// Ends everything at once; only operations that run are left to end (`HOST-4`, `CO-16`).
    pub fn abort(&self) {
        self.shared().at_once(self.clock.now(), HostInput::Abort);
    }

    /// Makes a closed host new again, under WWSAPI's rules only (`HOST-5`).
    ///
    /// # Errors
    ///
    /// It is not closed, or WCF's rules govern it.
    pub fn reset(&self) -> Result<(), HostError> {
        self.shared().at_once(self.clock.now(), HostInput::Reset).host()
    }

    /// Where it is in its life.
    pub fn phase(&self) -> Phase {
        self.shared().read(Host::phase)
    }

    /// Steers its contexts and sessions.
    pub fn controls(&self) -> Controls
    where
        K: 'static,
        W: 'static,
    {
        Controls(self.link.clone())
    }

    /// Gives up the service object of a context (`INST-19`).
    pub fn release_object(&self, context: ContextId) {
        self.shared().order(self.clock.now(), HostInput::ReleaseObject(context));
    }

    /// Lets a context take that many more messages (`THR-6`).
    pub fn raise_quota(&self, context: ContextId, by: u32) {
        self.shared().order(self.clock.now(), HostInput::RaiseQuota(context, by));
    }

    /// Ends a session in good order (`SESS-20`).
    pub fn close_session(&self, channel: ChannelId) {
        self.shared().order(self.clock.now(), HostInput::CloseSession(channel));
    }

    /// Cuts a session.
    pub fn abort_session(&self, channel: ChannelId) {
        self.shared().order(self.clock.now(), HostInput::AbortSession(channel));
    }

    /// Calls the client of a session, outside of any operation.
    pub fn callback(&self, channel: ChannelId) -> Callback
    where
        K: 'static,
        W: 'static,
    {
        Callback { link: self.link.clone(), channel, within: None }
    }

    /// Values that live as long as the host (`CTX-7`).
    pub fn extensions(&self) -> Extensions {
        self.extensions.clone()
    }

    /// What is left over although nothing is in progress; empty when all is well.
    pub fn leaks(&self) -> Vec<String> {
        self.shared().read(Host::leaks)
    }

    /// Reads the machine, for pictures and tests. The closure must not use any handle of this host.
    pub fn with<R>(&self, look: impl FnOnce(&Host) -> R) -> R {
        self.shared().read(look)
    }

    /// Whether its driver is gone.
    pub fn is_stopped(&self) -> bool {
        self.shared().is_stopped()
    }

    fn command(&self, make: fn(Ticket) -> HostInput) -> Command<'_, Host, K, W> {
        let wait = Wait { after_singleton: true, ..Wait::default() };
        Command { shared: self.shared(), clock: &self.clock, make, wait, id: None }
    }
}

impl End for Host {
    fn wake() -> HostInput {
        HostInput::Wake
    }

    fn wire(wire: Wire) -> HostInput {
        HostInput::Wire(wire)
    }

    fn answer(response: Response) -> HostInput {
        match response {
            Response::Answer(dispatch, answer) => HostInput::Answer(dispatch, answer),
            Response::SingletonMade(instance, made) => HostInput::SingletonMade(instance, made),
        }
    }

    fn abort(ticket: Ticket) -> HostInput {
        HostInput::Abort(ticket)
    }

    fn call(call: CallId, outcall: Outcall) -> HostInput {
        let Outcall { channel, operation, message, within, timeout, .. } = outcall;
        HostInput::Call { call, channel, operation, message, within, timeout }
    }

    fn forget(channel: ChannelId, call: CallId) -> HostInput {
        HostInput::Abandon(channel, call)
    }

    fn step_out(dispatch: DispatchId, call: CallId) -> HostInput {
        HostInput::StepOut(dispatch, call)
    }

    fn step_in(dispatch: DispatchId, call: CallId) -> HostInput {
        HostInput::StepIn(dispatch, call)
    }

    fn order(order: Order) -> Option<HostInput> {
        Some(match order {
            Order::ReleaseObject(context) => HostInput::ReleaseObject(context),
            Order::RaiseQuota(context, by) => HostInput::RaiseQuota(context, by),
            Order::Outgoing(context, added) => HostInput::Outgoing(context, added),
            Order::Bind(context, channel) => HostInput::Bind(context, channel),
            Order::ContextIdle(context, idle) => HostInput::ContextIdle(context, idle),
            Order::CloseSession(channel) => HostInput::CloseSession(channel),
            Order::AbortSession(channel) => HostInput::AbortSession(channel),
        })
    }

    fn serving(&self) -> Option<&Dispatcher> {
        Some(self.dispatcher())
    }
}
