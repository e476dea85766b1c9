//! Calls that a proxy makes.

use super::clock::Clock;
use super::proxy::ProxyHandle;
use super::state::{Begun, Wait};
use super::watch::Watch;
use crate::action::Reply;
use crate::error::ProxyError;
use crate::ids::{CallId, DispatchId};
use crate::message::{Header, Message};
use crate::proxy::{NewCall, Proxy, ProxyInput};
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

/// What a call needs beyond operation and body. The default is a call without group and headers,
/// with the proxy's timeout, outside of any operation.
///
/// ```
/// use sessionful::drive::CallOptions;
/// use std::time::Duration;
///
/// let quick = CallOptions { timeout: Some(Duration::from_millis(200)), ..CallOptions::default() };
/// assert_eq!(quick.group, 0);
/// ```
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct CallOptions {
    /// By which it can be abandoned, with others (`CALL-3`); 0 is none.
    pub group: u32,
    /// How long to wait; the proxy's call timeout unless given, at a host the binding's send
    /// timeout.
    pub timeout: Option<Duration>,
    /// Headers of the request.
    pub headers: Vec<Header>,
    /// The callback in progress that makes the call (`CONC-12`), if one does.
    pub within: Option<DispatchId>,
}

/// A call in progress, or about to be. See [`ProxyHandle::call_with`].
///
/// ```
/// use futures::{executor::block_on, future::poll_immediate};
/// use sessionful::codec::Json;
/// use sessionful::drive::{CallOptions, ManualClock, Network, ProxyBuilder};
/// use sessionful::host::Endpoint;
/// use sessionful::ids::OperationId;
/// use sessionful::{Binding, Contract, Limits, Operation};
///
/// let contract = Contract::new("Calculator").operation(Operation::new("add")).build()?;
/// let (contract, binding) = (contract.into(), Binding::fetch());
/// let to = Endpoint { address: "/calculator".into(), contract, binding };
/// let (connector, codec) = (Network::new(1).connector(), Json::new(Limits::default()));
/// let (proxy, driver) = ProxyBuilder::new(to).build(ManualClock::new(), connector, codec)?;
/// block_on(proxy.open())?;
/// let mut call = proxy.call_with(OperationId(0), "[1,2]".into(), CallOptions::default());
/// assert_eq!(proxy.pending_calls(), 0); // nothing is sent before it is polled
/// assert_eq!(block_on(poll_immediate(&mut call)), None);
/// assert_eq!(proxy.pending_calls(), 1);
/// # drop(driver);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use = "nothing is sent before it is polled"]
pub struct Call<K: Clock, W: Watch = ()> {
    handle: ProxyHandle<K, W>,
    step: Step,
}

enum Step {
    New(NewCall),
    Waiting(u64),
    Done,
}

// Nothing in it is ever pinned.
impl<K: Clock, W: Watch> Unpin for Call<K, W> {}

impl<K: Clock, W: Watch> Call<K, W> {
    pub(super) fn new(handle: ProxyHandle<K, W>, new: NewCall) -> Call<K, W> {
        Call { handle, step: Step::New(new) }
    }

    fn begin(&self, new: NewCall, cx: &mut Context<'_>) -> Begun {
        let shared = self.handle.shared();
        let wait = waiting(&new, None);
        shared.begin(self.handle.clock.now(), cx.waker(), wait, |id| numbered(id, new))
    }
}

/// What the end of a call waits for.
pub(super) fn waiting(new: &NewCall, tag: Option<u64>) -> impl FnOnce(&Proxy) -> Wait + use<> {
    let within = new.within;
    // Only sessions have a pipe whose room can be awaited; a proxy has one at a time.
    move |proxy| Wait { after_room_on: proxy.channel(), within, tag, ..Wait::default() }
}

pub(super) fn numbered(id: u64, new: NewCall) -> ProxyInput {
    ProxyInput::Call(NewCall { call: CallId(id), ..new })
}

impl<K: Clock, W: Watch> Future for Call<K, W> {
    type Output = Result<Reply, ProxyError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        let ended = match std::mem::replace(&mut this.step, Step::Done) {
            Step::New(new) => match this.begin(new, cx) {
                Begun::Ended(ended) => Poll::Ready(ended),
                Begun::Waiting(id) => {
                    this.step = Step::Waiting(id);
                    Poll::Pending
                }
                Begun::NotYet => Poll::Pending,
            },
            Step::Waiting(id) => {
                let ended = this.handle.shared().poll(id, cx.waker());
                if ended.is_pending() {
                    this.step = Step::Waiting(id);
                }
                ended
            }
            Step::Done => Poll::Pending,
        };
        ended.map(|ended| ended.call().map(|mut message| reply(&mut message)))
    }
}

impl<K: Clock, W: Watch> Drop for Call<K, W> {
    fn drop(&mut self) {
        if let Step::Waiting(id) = self.step {
            let input = ProxyInput::Forget(CallId(id));
            self.handle.shared().forget(self.handle.clock.now(), id, Some(input));
        }
    }
}

pub(super) fn reply(message: &mut Message) -> Reply {
    Reply { body: message.take_body(), headers: std::mem::take(&mut message.headers) }
}
