//! Finding the call that a reply belongs to (`PROXY-19`, `PROXY-20`, `CONC-16`).

use crate::ids::{CallId, DispatchId, MessageId, OperationId};
use crate::table::Series;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// A request that was sent on a channel and waits for its reply.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Pending {
    /// What was called.
    pub operation: OperationId,
    /// The operation in progress that made the call, if one did.
    pub within: Option<DispatchId>,
    /// When the caller's patience ends, if it does.
    pub due: Option<Timestamp>,
}

/// The requests of one channel that wait for replies. A request's message id is its call's number,
/// which is unique at this end.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub struct Correlator(Series<CallId, Pending>);

impl Correlator {
    /// A new request; the message id to send it with.
    pub fn insert(&mut self, call: CallId, pending: Pending) -> MessageId {
        self.0.insert(call, pending);
        MessageId::Number(call.0)
    }

    /// The request that a reply relates to. A late or foreign reply relates to none.
    pub fn take(&mut self, relates_to: &MessageId) -> Option<(CallId, Pending)> {
        match relates_to {
            MessageId::Number(number) => {
                let call = CallId(*number);
                self.0.remove(&call).map(|pending| (call, pending))
            }
            MessageId::Text(_) => None,
        }
    }

    /// Forgets the request of a call, so that its late reply is dropped.
    pub fn forget(&mut self, call: CallId) -> Option<Pending> {
        self.0.remove(&call)
    }

    /// Takes every request, oldest first: no reply will come any more.
    pub fn drain(&mut self) -> impl Iterator<Item = (CallId, Pending)> + use<> {
        self.0.drain()
    }

    /// The calls that wait, oldest first.
    pub fn calls(&self) -> impl Iterator<Item = CallId> + '_ {
        self.0.keys().copied()
    }

    /// How many requests wait.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether none waits.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
