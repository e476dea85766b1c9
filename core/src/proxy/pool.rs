//! The channels of a sessionless proxy: one for each call in progress, kept for later calls
//! (`PROXY-12` to `PROXY-15`).

use crate::ids::{CallId, ChannelId};
use crate::table::Series;
use serde::{Deserialize, Serialize};

/// Pooled channels. Each carries one exchange at a time (`PROXY-21`), so the pool grows to the
/// greatest number of calls that were ever in progress at once, and never shrinks by idleness.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub struct Pool {
    /// The most recently used one is last, and first to be used again.
    idle: Vec<ChannelId>,
    leased: Series<ChannelId, CallId>,
}

impl Pool {
    /// An idle channel for a call, or else the fresh one. Second: whether it is reused.
    pub fn lease(&mut self, call: CallId, fresh: impl FnOnce() -> ChannelId) -> (ChannelId, bool) {
        let (channel, reused) = match self.idle.pop() {
            Some(channel) => (channel, true),
            None => (fresh(), false),
        };
        self.leased.insert(channel, call);
        (channel, reused)
    }

    /// The exchange on a channel has ended well; the call it served.
    pub fn give_back(&mut self, channel: ChannelId) -> Option<CallId> {
        let call = self.leased.remove(&channel)?;
        self.idle.push(channel);
        Some(call)
    }

    /// The channel has faulted and is out of the pool; whether it was in, and the call it served.
    pub fn discard(&mut self, channel: ChannelId) -> Option<Option<CallId>> {
        if let Some(call) = self.leased.remove(&channel) {
            return Some(Some(call));
        }
        let place = self.idle.iter().position(|idle| *idle == channel)?;
        self.idle.remove(place);
        Some(None)
    }

    /// Takes every channel out, in the order of their ids.
    pub fn drain(&mut self) -> Vec<ChannelId> {
        let mut all = std::mem::take(self);
        for channel in all.idle {
            all.leased.insert(channel, CallId(0)); // it serves none; the table sorts
        }
        all.leased.keys().copied().collect()
    }

    /// The channels that wait for a call.
    pub fn idle(&self) -> &[ChannelId] {
        &self.idle
    }

    /// The channels that serve a call.
    pub fn leased(&self) -> impl Iterator<Item = (ChannelId, CallId)> + '_ {
        self.leased.iter().map(|(channel, call)| (*channel, *call))
    }

    /// How many channels there are.
    pub fn len(&self) -> usize {
        self.idle.len() + self.leased.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
