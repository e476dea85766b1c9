//! Messages of a live run, as long as one can see them.
//!
//! In the same browser a message arrives within a millisecond. It is drawn as if it had taken a
//! quarter of a second from when it left; the records tell the true times.

use crate::cast::Cast;
use crate::flights::{Fate, Flight, Load};
use crate::map::Map;
use sessionful::event::{Event, Kind, Outcome, Record};
use sessionful::ids::{ChannelId, NodeId, SessionId};
use sessionful::sim::Toward;
use smol_str::SmolStr;
use std::collections::VecDeque;
use std::time::Duration;

/// How long a message is drawn.
const SHOWN: Duration = Duration::from_millis(250);

/// No more requests are remembered for each host.
const REMEMBERED: usize = 256;

type Plug = (NodeId, ChannelId);

/// Finds the messages in the records.
#[derive(Debug, Default)]
pub(super) struct Seen {
    next: u64,
    sessions: Map<SessionId, Plug>,
    peers: Map<Plug, Plug>,
    /// Requests without a session that have no answer yet, of each host.
    asked: Map<NodeId, VecDeque<(Plug, SmolStr)>>,
    /// Hosts that tell of what goes on there.
    telling: Map<NodeId, ()>,
}

/// A message, before it is drawn.
struct Sent {
    proxy: Plug,
    host: NodeId,
    far: Option<ChannelId>,
    toward: Toward,
    load: Load,
    action: SmolStr,
    bytes: u32,
}

impl Seen {
    /// The messages that a record tells of.
    pub(super) fn flights(&mut self, record: &Record, cast: &Cast, seq: u64) -> Option<Flight> {
        let host = cast.host_of(record.node)?;
        if host == record.node {
            self.telling.insert(host, ());
        }
        let sent = self.sent(record, host)?;
        self.next += 1;
        let until = record.at + SHOWN;
        let Sent { proxy: (proxy, channel), host, far, toward, load, action, bytes } = sent;
        Some(Flight {
            id: self.next,
            proxy,
            channel,
            host,
            far,
            toward,
            load,
            action,
            bytes,
            sent: record.at,
            until,
            fate: Fate::Arrived,
            held: false,
            due: until,
            seqs: (seq, seq),
        })
    }

    fn sent(&mut self, record: &Record, host: NodeId) -> Option<Sent> {
        let (node, is_host) = (record.node, record.node == host);
        match &record.event {
            Event::SessionOpened { channel, session } => {
                self.open(*session, (node, *channel));
                None
            }
            Event::SessionEnded { session, .. } => {
                self.sessions.remove(session);
                None
            }
            Event::ChannelGone { channel, .. } => {
                self.peers.remove(&(node, *channel));
                None
            }
            Event::MessageSent { channel, kind, action, bytes } => {
                let plug = (node, *channel);
                let (proxy, far) = match (is_host, self.peers.get(&plug)) {
                    (true, Some(peer)) => (*peer, Some(*channel)),
                    (true, None) => (self.asker(host, action)?, None),
                    (false, Some(peer)) => (plug, Some(peer.1)),
                    (false, None) => {
                        self.ask(host, plug, action);
                        (plug, None)
                    }
                };
                let toward = if is_host { Toward::Proxy } else { Toward::Host };
                let (action, bytes) = (action.clone(), *bytes);
                Some(Sent { proxy, host, far, toward, load: load(*kind), action, bytes })
            }
            // Nobody else tells of a reply where the host does not.
            Event::MessageArrived { channel, kind, action, bytes }
                if !is_host && !self.telling.contains_key(&host) =>
            {
                let (proxy, action, bytes) = ((node, *channel), action.clone(), *bytes);
                let (far, toward) = (None, Toward::Proxy);
                Some(Sent { proxy, host, far, toward, load: load(*kind), action, bytes })
            }
            Event::CallEnded { outcome: Outcome::Ok | Outcome::Fault, .. }
                if !is_host && !self.telling.contains_key(&host) =>
            {
                let (proxy, action) = self.asked.get_mut(&host)?.pop_front()?;
                let (far, toward, load) = (None, Toward::Proxy, Load::Reply);
                Some(Sent { proxy, host, far, toward, load, action, bytes: 0 })
            }
            _ => None,
        }
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

    fn ask(&mut self, host: NodeId, plug: Plug, action: &SmolStr) {
        let asked = self.asked.get_or_default(host);
        // A pooled channel carries one request at a time: what it carried before is over.
        asked.retain(|(other, _)| *other != plug);
        asked.push_back((plug, action.clone()));
        if asked.len() > REMEMBERED {
            asked.pop_front();
        }
    }

    /// Who waits for that answer: the first who asked for it, else the first of all.
    fn asker(&mut self, host: NodeId, action: &str) -> Option<Plug> {
        let asked = self.asked.get_mut(&host)?;
        let place = asked.iter().position(|(_, asked)| action.starts_with(asked.as_str()));
        asked.remove(place.unwrap_or(0)).map(|(plug, _)| plug)
    }
}

const fn load(kind: Kind) -> Load {
    match kind {
        Kind::Request => Load::Request,
        Kind::OneWay => Load::OneWay,
        Kind::Reply => Load::Reply,
        Kind::Fault => Load::Fault,
        Kind::End => Load::End,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lane::{Lane, Side};
    use sessionful::Timestamp;

    fn record(lane: Lane, side: Side, event: Event) -> Record {
        Record { seq: 0, at: Timestamp(1_000), node: lane.node(side), cause: None, event }
    }

    fn message(channel: u32, kind: Kind, action: &str) -> Event {
        Event::MessageSent { channel: ChannelId(channel), kind, action: action.into(), bytes: 3 }
    }

    #[test]
    fn answers_go_back_to_who_asked() {
        let (mut seen, cast) = (Seen::default(), crate::live::cast::usual());
        let mut flight =
            |side, event| seen.flights(&record(Lane::Calculator, side, event), &cast, 0);
        let one = flight(Side::Proxy, message(1, Kind::Request, "Calculator/add")).unwrap();
        flight(Side::Proxy, message(2, Kind::Request, "Calculator/divide")).unwrap();
        assert_eq!(
            (one.toward, one.load, one.channel),
            (Toward::Host, Load::Request, ChannelId(1))
        );
        assert_eq!(one.until, Timestamp(1_000) + SHOWN);
        let fault =
            flight(Side::Host, message(1, Kind::Fault, "Calculator/divideDivisionByZeroFault"));
        let fault = fault.unwrap();
        assert_eq!(
            (fault.toward, fault.load, fault.channel),
            (Toward::Proxy, Load::Fault, ChannelId(2))
        );
        let reply = flight(Side::Host, message(1, Kind::Reply, "Calculator/addResponse")).unwrap();
        assert_eq!((reply.channel, reply.far), (ChannelId(1), None));
    }

    #[test]
    fn both_ends_of_a_session_are_known() {
        let (mut seen, cast) = (Seen::default(), crate::live::cast::usual());
        let lane = Lane::SessionCalculator;
        let session = SessionId(9);
        let opened = |channel| Event::SessionOpened { channel: ChannelId(channel), session };
        assert_eq!(seen.flights(&record(lane, Side::Host, opened(5)), &cast, 0), None);
        assert_eq!(seen.flights(&record(lane, Side::Proxy, opened(1)), &cast, 0), None);
        let back = record(lane, Side::Host, message(5, Kind::Reply, "x"));
        let back = seen.flights(&back, &cast, 0).unwrap();
        assert_eq!(
            (back.proxy, back.channel, back.far),
            (lane.node(Side::Proxy), ChannelId(1), Some(ChannelId(5)))
        );
    }
}
