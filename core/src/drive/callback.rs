//! Calls over a session from the side that did not begin it, or from within a callback.

use super::Caller;
use super::call::{CallOptions, reply};
use super::link::{Link, Outcall};
use super::state::Begun;
use crate::action::Reply;
use crate::error::ProxyError;
use crate::ids::{ChannelId, DispatchId, OperationId};
use crate::message::Message;
use bytes::Bytes;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{self, Poll};

/// Calls the other side of a session: the caller of an operation, mostly (`CONC-11`).
///
/// Within an operation it counts as a call-out (`CONC-5`), and a call that could never be answered
/// is refused (`CONC-12`). It goes on after the operation, until the session ends. See
/// [`Context::callback`](super::Context::callback).
///
/// ```
/// use futures::executor::block_on;
/// use sessionful::codec::Json;
/// use sessionful::drive::{Caller, HostBuilder, ManualClock, Network};
/// use sessionful::ids::{ChannelId, OperationId};
/// use sessionful::{Limits, ProxyError};
///
/// let (acceptor, codec) = (Network::new(1).acceptor(), Json::new(Limits::default()));
/// let (host, driver) = HostBuilder::new().build(ManualClock::new(), acceptor, codec);
/// let callback = host.callback(ChannelId(7)); // a session that is over, or never was
/// let answer = block_on(callback.call(OperationId(0), "[]".into()));
/// assert_eq!(answer, Err(ProxyError::Aborted));
/// # drop(driver);
/// ```
#[derive(Clone)]
pub struct Callback {
    pub(super) link: Rc<dyn Link>,
    pub(super) channel: ChannelId,
    pub(super) within: Option<DispatchId>,
}

impl Callback {
    /// The session it calls over.
    pub fn channel(&self) -> ChannelId {
        self.channel
    }

    /// Calls an operation with more than a body.
    ///
    /// # Errors
    ///
    /// [`ProxyError::WouldDeadlock`] under `CONC-12`; [`ProxyError::Disposed`] or
    /// [`ProxyError::Aborted`] once the session is over.
    ///
    /// # Cancel safety
    ///
    /// Nothing is sent before the first poll. Dropping the future later abandons the call.
    pub fn call_with(
        &self,
        operation: OperationId,
        body: Bytes,
        options: CallOptions,
    ) -> impl Future<Output = Result<Reply, ProxyError>> + use<> {
        let CallOptions { group, timeout, headers, within } = options;
        let message = Box::new(Message { headers, ..Message::request("", body) });
        let (channel, within) = (self.channel, within.or(self.within));
        let call = Outcall { channel, operation, message, within, group, timeout };
        Called { link: Rc::clone(&self.link), channel, step: Step::New(call) }
    }
}

impl Caller for Callback {
    async fn call(&self, operation: OperationId, body: Bytes) -> Result<Bytes, ProxyError> {
        Ok(self.call_with(operation, body, CallOptions::default()).await?.body)
    }
}

impl fmt::Debug for Callback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Callback({})", self.channel)
    }
}

struct Called {
    link: Rc<dyn Link>,
    channel: ChannelId,
    step: Step,
}

enum Step {
    New(Outcall),
    Waiting(u64),
    Done,
}

impl Future for Called {
    type Output = Result<Reply, ProxyError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<Self::Output> {
        let ended = match std::mem::replace(&mut self.step, Step::Done) {
            Step::New(call) => match self.link.call(cx.waker(), call) {
                Begun::Ended(ended) => Poll::Ready(ended),
                Begun::Waiting(id) => {
                    self.step = Step::Waiting(id);
                    Poll::Pending
                }
                Begun::NotYet => Poll::Pending,
            },
            Step::Waiting(id) => {
                let ended = self.link.poll(id, cx.waker());
                if ended.is_pending() {
                    self.step = Step::Waiting(id);
                }
                ended
            }
            Step::Done => Poll::Pending,
        };
        ended.map(|ended| ended.call().map(|mut message| reply(&mut message)))
    }
}

impl Drop for Called {
    fn drop(&mut self) {
        if let Step::Waiting(id) = self.step {
            self.link.forget(self.channel, id);
        }
    }
}
