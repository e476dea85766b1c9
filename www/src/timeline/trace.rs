//! Which call became which operation at the other end: records do not say, order and causes do.

use crate::map::Map;
use sessionful::Timestamp;
use sessionful::event::{Event, Kind, Record};
use sessionful::ids::{CallId, ChannelId, NodeId, SessionId};
use smol_str::SmolStr;
use std::collections::VecDeque;

/// One end of a wire.
type Plug = (NodeId, ChannelId);

/// A call whose message is on the wire.
#[derive(Clone, Debug)]
struct Sent {
    from: Plug,
    call: CallId,
    action: SmolStr,
    seq: u64,
    at: Timestamp,
    /// Records of one transition have one cause and one time.
    cause: Option<u64>,
}

/// A call that has arrived, with the moment when it was sent.
pub(super) type Arrived = ((NodeId, CallId), Timestamp);

/// Follows calls over the wire.
#[derive(Clone, Debug, Default)]
pub(super) struct Trace {
    sessions: Map<SessionId, Plug>,
    peers: Map<Plug, Plug>,
    /// Calls whose message is about to be sent.
    sending: Map<Plug, VecDeque<CallId>>,
    /// Calls on the wire of each session, and of the pooled channels of each host.
    wire: Map<Plug, VecDeque<Sent>>,
    pooled: Map<NodeId, VecDeque<Sent>>,
    /// What waits to be picked up.
    inbox: Map<Plug, VecDeque<Option<Arrived>>>,
    taken: Map<Plug, Option<Arrived>>,
}

impl Trace {
    /// Takes a record in. `host` is whom a proxy talks to.
    pub(super) fn add(&mut self, record: &Record, host: Option<NodeId>) {
        let node = record.node;
        match &record.event {
            Event::SessionOpened { channel, session } => self.open(*session, (node, *channel)),
            Event::SessionEnded { session, .. } => _ = self.sessions.remove(session),
            Event::ChannelGone { channel, .. } => self.forget((node, *channel)),
            Event::CallSent { call, channel, .. } => {
                self.sending.get_or_default((node, *channel)).push_back(*call);
            }
            Event::MessageSent { channel, kind: Kind::Request | Kind::OneWay, action, .. } => {
                self.send(record, (node, *channel), action, host);
            }
            Event::MessageArrived { channel, kind, action, .. } => {
                let asks = matches!(kind, Kind::Request | Kind::OneWay);
                let plug = (node, *channel);
                let arrived = if asks { self.arrive(record, plug, action) } else { None };
                self.inbox.get_or_default(plug).push_back(arrived);
            }
            Event::MessageTaken { channel } => {
                let plug = (node, *channel);
                let taken = self.inbox.get_mut(&plug).and_then(VecDeque::pop_front).flatten();
                self.taken.insert(plug, taken);
            }
            _ => {}
        }
    }

    /// The call that the message was that is now being dispatched on a channel.
    pub(super) fn take(&mut self, node: NodeId, channel: ChannelId) -> Option<Arrived> {
        self.taken.remove(&(node, channel)).flatten()
    }

    /// The calls that have arrived and wait to be picked up.
    pub(super) fn waiting(&self, node: NodeId, channel: ChannelId) -> Option<Arrived> {
        self.inbox.get(&(node, channel))?.back().copied().flatten()
    }

    fn open(&mut self, session: SessionId, plug: Plug) {
        match self.sessions.get(&session) {
            Some(other) if *other != plug => {
                self.peers.insert(*other, plug);
                self.peers.insert(plug, *other);
            }
            _ => _ = self.sessions.insert(session, plug),
        }
    }

    fn forget(&mut self, plug: Plug) {
        self.sending.remove(&plug);
        self.inbox.remove(&plug);
        self.taken.remove(&plug);
        if let Some(peer) = self.peers.remove(&plug)
            && !self.peers.contains_key(&peer)
        {
            self.wire.remove(&plug);
            self.wire.remove(&peer);
        }
    }

    fn send(&mut self, record: &Record, plug: Plug, action: &SmolStr, host: Option<NodeId>) {
        let call = self.sending.get_mut(&plug).and_then(VecDeque::pop_front);
        let Some(call) = call else { return };
        let sent = Sent {
            from: plug,
            call,
            action: action.clone(),
            seq: record.seq,
            at: record.at,
            cause: record.cause,
        };
        match (self.peers.contains_key(&plug), host) {
            (false, Some(host)) => self.pooled.get_or_default(host).push_back(sent),
            _ => self.wire.get_or_default(plug).push_back(sent),
        }
    }

    fn arrive(&mut self, record: &Record, plug: Plug, action: &SmolStr) -> Option<Arrived> {
        let found = match self.peers.get(&plug) {
            Some(peer) => {
                let queue = self.wire.get_mut(peer)?;
                let place = nearest(queue, record, |_| true)?;
                // A connection keeps order: what was sent before and has not come is lost.
                queue.drain(..place);
                queue.pop_front()?
            }
            None => {
                let queue = self.pooled.get_mut(&record.node)?;
                let place = nearest(queue, record, |sent| sent.action == *action)?;
                queue.remove(place)?
            }
        };
        Some(((found.from.0, found.call), found.at))
    }
}

/// The place of what has arrived: sent in the transition that is its cause or, where clocks differ
/// and causes are not known, the oldest.
fn nearest(queue: &VecDeque<Sent>, record: &Record, fits: impl Fn(&Sent) -> bool) -> Option<usize> {
    let mut candidates = queue.iter().enumerate().filter(|(_, sent)| fits(sent));
    let Some(cause) = record.cause else { return candidates.next().map(|(place, _)| place) };
    let of_cause = |sent: &Sent| (sent.cause, sent.at);
    let last = candidates.clone().filter(|(_, sent)| sent.seq <= cause).last()?.1;
    candidates.find(|(_, sent)| of_cause(sent) == of_cause(last)).map(|(place, _)| place)
}
