//! How calls end that have no futures: all in one place.

use super::call::reply;
use super::state::Shared;
use super::watch::Watch;
use crate::action::Reply;
use crate::error::ProxyError;
use crate::proxy::Proxy;
use futures::Stream;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

/// The ends of the calls of a proxy that are begun by [`submit`](super::ProxyHandle::submit), in the
/// order in which they end: the tag of each, and its result. See
/// [`completions`](super::ProxyHandle::completions).
///
/// Calls in progress count as handles do: the driver goes on until their ends are taken. Then, when
/// the last handle is gone, or when the driver is dropped, the stream ends. Dropping it gives up
/// hearing how they end, not the calls.
///
/// ```
/// use futures::StreamExt;
/// use futures::executor::block_on;
/// use sessionful::codec::Json;
/// use sessionful::drive::{CallOptions, ManualClock, Network, ProxyBuilder};
/// use sessionful::host::Endpoint;
/// use sessionful::ids::OperationId;
/// use sessionful::{Binding, Contract, Limits, Operation, ProxyError};
///
/// let contract = Contract::new("Calculator").operation(Operation::new("add")).build()?;
/// let (contract, binding) = (contract.into(), Binding::fetch());
/// let to = Endpoint { address: "/calculator".into(), contract, binding };
/// let (connector, codec) = (Network::new(1).connector(), Json::new(Limits::default()));
/// let (proxy, driver) = ProxyBuilder::new(to).build(ManualClock::new(), connector, codec)?;
/// block_on(proxy.open())?;
///
/// let mut completions = proxy.completions();
/// proxy.submit(7, OperationId(0), "[1,2]".into(), CallOptions::default())?;
/// assert_eq!(proxy.pending_calls(), 1);
/// drop(driver); // nobody carries it out
/// assert_eq!(block_on(completions.next()), Some((7, Err(ProxyError::Stopped))));
/// assert_eq!(block_on(completions.next()), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Completions<W: Watch = ()> {
    shared: Arc<Shared<Proxy, W>>,
}

impl<W: Watch> Completions<W> {
    pub(super) fn new(shared: Arc<Shared<Proxy, W>>) -> Completions<W> {
        Completions { shared }
    }
}

impl<W: Watch> Stream for Completions<W> {
    type Item = (u64, Result<Reply, ProxyError>);

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let (next, old) = self.shared.change(|state| state.desk.poll_completed(cx.waker()));
        drop(old); // a waker is foreign code
        next.map(|next| {
            let (tag, ended) = next?;
            Some((tag, ended.call().map(|mut message| reply(&mut message))))
        })
    }
}

impl<W: Watch> Drop for Completions<W> {
    fn drop(&mut self) {
        let taker = self.shared.change(|state| state.desk.give_up_completions());
        drop(taker);
    }
}

impl<W: Watch> fmt::Debug for Completions<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Completions")
    }
}
