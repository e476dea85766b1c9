//! What an operation knows about the call it serves, given explicitly (`CTX-2`).

use super::callback::Callback;
use super::extensions::Extensions;
use super::link::Link;
use crate::ids::{ChannelId, ContextId, DispatchId, InstanceId, SessionId};
use crate::message::Header;
use crate::table::Series;
use smol_str::SmolStr;
use std::cell::{Cell, OnceCell, RefCell};
use std::fmt;
use std::future::{Future, poll_fn};
use std::rc::Rc;
use std::task::Poll;

/// What an operation knows about the call it serves (`CTX-2`). Given explicitly, never ambient.
///
/// A clone may outlive the operation; then it only reads, and its [`Callback`] goes on until the
/// session ends (`CTX-4`).
///
/// ```
/// use bytes::Bytes;
/// use futures::future::{FutureExt, LocalBoxFuture};
/// use sessionful::ids::OperationId;
/// use sessionful::{Context, Failure, Service};
/// use std::cell::Cell;
/// use std::rc::Rc;
///
/// /// Counts the calls of each session, whatever object serves them.
/// struct Counter;
///
/// impl Service for Counter {
///     fn call(
///         self: Rc<Self>,
///         at: Context,
///         _operation: OperationId,
///         _body: Bytes,
///     ) -> LocalBoxFuture<'static, Result<Bytes, Failure>> {
///         async move {
///             let calls = at.session_extensions().get_or_insert_with(|| Cell::new(0_u8));
///             calls.set(calls.get() + 1);
///             Ok(Bytes::copy_from_slice(&[calls.get()]))
///         }
///         .boxed_local()
///     }
/// }
/// ```
#[derive(Clone)]
pub struct Context(Rc<Inner>);

struct Inner {
    facts: Facts,
    operation: OnceCell<SmolStr>,
    context: Cell<Option<ContextId>>,
    instance: Cell<Option<InstanceId>>,
    link: Rc<dyn Link>,
    stores: Stores,
    own: OnceCell<Extensions>,
    reply_headers: RefCell<Vec<Header>>,
    completed: RefCell<Vec<Box<dyn FnOnce()>>>,
}

/// What the machine knew when the operation began.
pub(super) struct Facts {
    pub dispatch: DispatchId,
    pub channel: ChannelId,
    pub session: Option<SessionId>,
    pub headers: Vec<Header>,
    pub calls_back: bool,
}

/// Where the extensions of contexts, sessions and the end itself are kept.
#[derive(Clone, Default)]
pub(super) struct Stores(Rc<Shelves>);

#[derive(Default)]
struct Shelves {
    contexts: RefCell<Series<ContextId, Extensions>>,
    channels: RefCell<Series<ChannelId, Extensions>>,
    end: Extensions,
}

impl Stores {
    pub(super) fn forget_context(&self, context: ContextId) {
        let gone = self.0.contexts.borrow_mut().remove(&context);
        drop(gone); // values are foreign: not while borrowed
    }

    pub(super) fn forget_channel(&self, channel: ChannelId) {
        let gone = self.0.channels.borrow_mut().remove(&channel);
        drop(gone);
    }

    pub(super) fn end(&self) -> Extensions {
        self.0.end.clone()
    }
}

impl Context {
    pub(super) fn new(facts: Facts, link: Rc<dyn Link>, stores: Stores) -> Context {
        Context(Rc::new(Inner {
            facts,
            operation: OnceCell::new(),
            context: Cell::new(None),
            instance: Cell::new(None),
            link,
            stores,
            own: OnceCell::new(),
            reply_headers: RefCell::default(),
            completed: RefCell::default(),
        }))
    }

    /// A context of no end at all, to call a service object from a test: it has no session and no
    /// callback (`CTX-3`), and what it is asked to do is without effect.
    pub fn detached() -> Context {
        let facts = Facts {
            dispatch: DispatchId::default(),
            channel: ChannelId::default(),
            session: None,
            headers: Vec::new(),
            calls_back: false,
        };
        Context::new(facts, Rc::new(super::link::Nowhere), Stores::default())
    }

    pub(super) fn place(&self, context: ContextId, instance: Option<InstanceId>) {
        self.0.context.set(Some(context));
        self.0.instance.set(instance);
    }

    pub(super) fn name(&self, operation: SmolStr) {
        let _ = self.0.operation.set(operation); // it never changes once it is looked up
    }

    /// The operation in progress.
    pub fn dispatch(&self) -> DispatchId {
        self.0.facts.dispatch
    }

    /// The channel that the message came through.
    pub fn channel(&self) -> ChannelId {
        self.0.facts.channel
    }

    /// The session that the message belongs to; none if it is sessionless.
    pub fn session(&self) -> Option<SessionId> {
        self.0.facts.session
    }

    /// The instance context; none before the operation has found it.
    pub fn context(&self) -> Option<ContextId> {
        self.0.context.get()
    }

    /// The service object; none before it is made, or if its provider gave none.
    pub fn instance(&self) -> Option<InstanceId> {
        self.0.instance.get()
    }

    /// The name of the operation; empty before it is looked up.
    pub fn operation(&self) -> &str {
        self.0.operation.get().map_or("", SmolStr::as_str)
    }

    /// The headers that came with the message.
    pub fn headers(&self) -> &[Header] {
        &self.0.facts.headers
    }

    /// The value of the first header of that name.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.0.facts.headers.iter().find(|header| header.name == name);
        found.map(|header| header.value.as_str())
    }

    /// Sends a header along with the reply (`CTX-5`). Without effect after the operation.
    pub fn add_reply_header(&self, header: Header) {
        self.0.reply_headers.borrow_mut().push(header);
    }

    pub(super) fn take_reply_headers(&self) -> Vec<Header> {
        std::mem::take(&mut *self.0.reply_headers.borrow_mut())
    }

    /// The caller's callback contract; none if it has none, or without a session (`CTX-3`).
    pub fn callback(&self) -> Option<Callback> {
        let facts = &self.0.facts;
        facts.calls_back.then(|| Callback {
            link: Rc::clone(&self.0.link),
            channel: facts.channel,
            within: Some(facts.dispatch),
        })
    }

    /// Awaits something outside: a call to an unrelated service, mostly. Under
    /// [`Reentrant`](crate::ConcurrencyMode::Reentrant) other operations of the same context may run
    /// meanwhile (`CONC-5`, `CONC-6`); the future resolves once this one has its turn again.
    ///
    /// Calls to the own caller go through [`callback`](Context::callback), which does this by
    /// itself.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future drops the inner one and ends the call-out.
    pub async fn call_out<F: Future>(&self, outside: F) -> F::Output {
        let (link, dispatch) = (&*self.0.link, self.dispatch());
        let id = poll_fn(|cx| Poll::Ready(link.step_out(dispatch, cx.waker()))).await;
        let mut stay = Stay { link, dispatch, id, outside: true };
        let result = outside.await;
        stay.come_back().await;
        result
    }

    /// Values that live as long as this operation (`CTX-7`).
    pub fn extensions(&self) -> Extensions {
        self.0.own.get_or_init(Extensions::default).clone()
    }

    /// Values that live as long as the instance context (`CTX-7`); before there is one, those of
    /// the operation.
    pub fn context_extensions(&self) -> Extensions {
        let Some(context) = self.context() else { return self.extensions() };
        let mut contexts = self.0.stores.0.contexts.borrow_mut();
        contexts.get_or_default(context).clone()
    }

    /// Values that live as long as the channel that the message came through: the session, or for a
    /// sessionless endpoint the host (`CTX-7`). Once the channel is gone, those of the operation.
    pub fn session_extensions(&self) -> Extensions {
        if !self.0.link.has_channel(self.channel()) {
            return self.extensions();
        }
        self.0.stores.0.channels.borrow_mut().get_or_default(self.channel()).clone()
    }

    /// Values that live as long as the host, or the proxy of a callback (`CTX-7`).
    pub fn host_extensions(&self) -> Extensions {
        self.0.stores.end()
    }

    /// Gives up the service object while its context goes on (`INST-19`).
    pub fn release_object(&self) {
        if let Some(context) = self.context() {
            self.0.link.order(Order::ReleaseObject(context));
        }
    }

    /// Ends the session in good order (`SESS-20`), at once: a reply of this operation is lost. To end it
    /// behind the reply, do it in [`on_completed`](Context::on_completed).
    pub fn close_session(&self) {
        self.0.link.order(Order::CloseSession(self.channel()));
    }

    /// Cuts the session.
    pub fn abort_session(&self) {
        self.0.link.order(Order::AbortSession(self.channel()));
    }

    /// Lets the context take that many more messages (`THR-6`).
    pub fn raise_quota(&self, by: u32) {
        if let Some(context) = self.context() {
            self.0.link.order(Order::RaiseQuota(context, by));
        }
    }

    /// Runs something once the operation has ended and its reply is on its way (`CTX-6`). Never run
    /// if it has ended already.
    pub fn on_completed(&self, then: impl FnOnce() + 'static) {
        self.0.completed.borrow_mut().push(Box::new(then));
    }

    pub(super) fn complete(&self) {
        let completed = std::mem::take(&mut *self.0.completed.borrow_mut());
        for then in completed {
            then();
        }
    }

    /// Whether the result can reach nobody any more: the session broke, the client is gone
    /// (`HOST-15`).
    pub fn is_cancelled(&self) -> bool {
        self.0.link.is_cancelled(self.dispatch(), None)
    }

    /// Resolves once [`is_cancelled`](Context::is_cancelled).
    ///
    /// # Cancel safety
    ///
    /// It can be dropped and asked for again at any time.
    pub async fn cancelled(&self) {
        poll_fn(|cx| match self.0.link.is_cancelled(self.dispatch(), Some(cx.waker())) {
            true => Poll::Ready(()),
            false => Poll::Pending,
        })
        .await;
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("dispatch", &self.dispatch())
            .field("channel", &self.channel())
            .field("context", &self.context())
            .field("operation", &self.operation())
            .finish_non_exhaustive()
    }
}

/// An operation that has stepped out. It must come back, also when its future is dropped.
struct Stay<'a> {
    link: &'a dyn Link,
    dispatch: DispatchId,
    id: Option<u64>,
    outside: bool,
}

impl Stay<'_> {
    fn step_in(&mut self) {
        if let Some(id) = self.id
            && std::mem::take(&mut self.outside)
        {
            self.link.step_in(self.dispatch, id);
        }
    }

    async fn come_back(&mut self) {
        self.step_in();
        let Some(id) = self.id else { return };
        poll_fn(|cx| self.link.poll(id, cx.waker())).await;
        self.id = None;
    }
}

impl Drop for Stay<'_> {
    fn drop(&mut self) {
        self.step_in();
        if let Some(id) = self.id {
            self.link.forget(ChannelId(0), id);
        }
    }
}

/// What can be asked of a host from outside of its operations.
#[derive(Clone, Copy, Debug)]
pub(super) enum Order {
    ReleaseObject(ContextId),
    RaiseQuota(ContextId, u32),
    Outgoing(ContextId, bool),
    Bind(ContextId, ChannelId),
    ContextIdle(ContextId, bool),
    CloseSession(ChannelId),
    AbortSession(ChannelId),
}
