//! What a user gives a host beside contracts: the service object or its maker, and who has a say
//! in contexts, callers and failures.

use super::Service;
use super::context::{Context, Order};
use super::link::Link;
use crate::action::Failure;
use crate::ids::{ChannelId, ContextId, InstanceId};
use crate::message::{Fault, Message};
use futures::future::{FutureExt, LocalBoxFuture, ready};
use std::fmt;
use std::rc::Rc;

/// Makes service objects, or lends them (`INST-24`). A closure that makes one is a provider too.
pub trait InstanceProvider: 'static {
    /// An object for a context. The operation that needs it is told, but for a singleton, which is
    /// made before the host opens (`INST-9`). A provider may give none; then operations fail.
    ///
    /// # Errors
    ///
    /// A failure becomes the failure of the operation (`INST-12`), or of the host's opening.
    fn get(
        &self,
        instance: InstanceId,
        at: Option<&Context>,
    ) -> LocalBoxFuture<'static, Result<Option<Rc<dyn Service>>, Failure>>;

    /// An object is given up. It is to be disposed of unless `dispose` is false: then its context
    /// only lets go of it (`INST-21`). Does nothing unless overridden: the last reference disposes.
    fn release(&self, _instance: InstanceId, _object: Rc<dyn Service>, _dispose: bool) {}
}

impl<F> InstanceProvider for F
where
    F: Fn(Option<&Context>) -> Result<Rc<dyn Service>, Failure> + 'static,
{
    fn get(
        &self,
        _instance: InstanceId,
        at: Option<&Context>,
    ) -> LocalBoxFuture<'static, Result<Option<Rc<dyn Service>>, Failure>> {
        ready(self(at).map(Some)).boxed_local()
    }
}

/// Chooses the context of each message in place of the instance mode (`INST-22`).
pub trait ContextProvider: 'static {
    /// The host is about to run; by the controls contexts can be bound to sessions, and ended later.
    /// Does nothing unless overridden.
    fn attach(&self, _controls: Controls) {}

    /// The context that a message belongs to, or none to have one made.
    ///
    /// # Errors
    ///
    /// A failure becomes the failure of the operation.
    fn find(&self, message: &Message, at: &Context) -> Result<Option<ContextId>, Failure>;

    /// A context was made for a message; the provider may remember it.
    ///
    /// # Errors
    ///
    /// A failure becomes the failure of the operation and ends the context.
    fn opened(&self, context: ContextId, message: &Message, at: &Context) -> Result<(), Failure>;

    /// Nothing keeps the context busy any more: may it be closed? If not, the provider says later,
    /// with [`Controls::context_idle`]. True unless overridden.
    fn is_idle(&self, _context: ContextId) -> bool {
        true
    }

    /// The context is gone. Does nothing unless overridden.
    fn closed(&self, _context: ContextId) {}
}

/// Sees each context open, before its first operation (`INST-25`).
pub trait Initializer: 'static {
    /// A context opens because of a message.
    ///
    /// # Errors
    ///
    /// A failure becomes the failure of the operation and ends the context.
    fn opened(&self, context: ContextId, message: &Message, at: &Context) -> Result<(), Failure>;
}

/// Lets callers in one by one, before anything is made for them.
pub trait Authorizer: 'static {
    /// Whether the caller of an operation is let in.
    fn authorize(&self, at: &Context) -> LocalBoxFuture<'static, bool>;
}

/// Sees the failures of operations (`FLT-3`, `FLT-7`). Several are asked in the order in which they
/// were added.
pub trait ErrorHandler: 'static {
    /// What the caller shall hear in place of the failure; nothing leaves that to the next handler,
    /// and in the end to the runtime. Nothing unless overridden.
    fn provide_fault(&self, _failure: &Failure, _at: &Context) -> Option<Fault> {
        None
    }

    /// It is over; whether the failure is dealt with. False unless overridden.
    fn handle_error(&self, _failure: &Failure, _at: &Context) -> bool {
        false
    }
}

/// Steers contexts and sessions of a host from outside of operations. See
/// [`ContextProvider::attach`].
///
/// ```
/// use sessionful::codec::Json;
/// use sessionful::drive::{HostBuilder, ManualClock, Network};
/// use sessionful::ids::ChannelId;
/// use sessionful::Limits;
///
/// let (acceptor, codec) = (Network::new(1).acceptor(), Json::new(Limits::default()));
/// let (host, driver) = HostBuilder::new().build(ManualClock::new(), acceptor, codec);
/// let controls = host.controls();
/// controls.close_session(ChannelId(7)); // a session that is over: nothing happens
/// assert!(host.leaks().is_empty());
/// # drop(driver);
/// ```
#[derive(Clone)]
pub struct Controls(pub(super) Rc<dyn Link>);

impl Controls {
    /// A context that its provider kept has become idle: the question whether it may be closed is
    /// put anew (`INST-22`).
    pub fn context_idle(&self, context: ContextId) {
        self.0.order(Order::ContextIdle(context, true));
    }

    /// Binds a session to a context, so that the context lives as long as the session (`INST-22`).
    pub fn bind(&self, context: ContextId, channel: ChannelId) {
        self.0.order(Order::Bind(context, channel));
    }

    /// A context begins to use a channel of its own, or no longer does (`INST-17`).
    pub fn outgoing(&self, context: ContextId, added: bool) {
        self.0.order(Order::Outgoing(context, added));
    }

    /// Gives up the service object of a context (`INST-19`).
    pub fn release_object(&self, context: ContextId) {
        self.0.order(Order::ReleaseObject(context));
    }

    /// Lets a context take that many more messages (`THR-6`).
    pub fn raise_quota(&self, context: ContextId, by: u32) {
        self.0.order(Order::RaiseQuota(context, by));
    }

    /// Ends a session in good order (`SESS-20`).
    pub fn close_session(&self, channel: ChannelId) {
        self.0.order(Order::CloseSession(channel));
    }

    /// Cuts a session.
    pub fn abort_session(&self, channel: ChannelId) {
        self.0.order(Order::AbortSession(channel));
    }
}

impl fmt::Debug for Controls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Controls")
    }
}
