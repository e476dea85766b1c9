//! What is on its way in a world, and what a saboteur can do to it.

use super::World;
use super::link::{Cargo, Far, Flight, Link, Toward};
use crate::action::Loss;
use crate::ids::{ChannelId, NodeId};
use crate::message::Message;
use crate::time::Timestamp;
use std::time::Duration;

/// Something on its way between a proxy and a host.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct InFlight<'a> {
    /// Its name: no two things of a world have the same, unless the world is unordered.
    pub order: u64,
    /// The proxy and its channel.
    pub proxy: (NodeId, ChannelId),
    /// The host.
    pub host: NodeId,
    /// The host's channel, if it is a session's.
    pub far: Option<ChannelId>,
    /// Where it is going.
    pub toward: Toward,
    /// When it arrives, unless the link is held or something before it is late.
    pub due: Timestamp,
    /// Nothing gets through on its link.
    pub held: bool,
    /// What it is.
    pub load: Load<'a>,
}

/// What is on its way.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Load<'a> {
    /// A proxy knocks.
    Connect,
    /// The host lets it in.
    Connected,
    /// A message, of a session or the request of an exchange.
    Message(&'a Message),
    /// The answer of an exchange; none to a one-way message.
    Answer(Option<&'a Message>),
    /// The end of one half of a session.
    End,
    /// The news that the link is broken.
    Break,
}

impl World {
    /// Everything on its way.
    pub fn in_flight(&self) -> impl Iterator<Item = InFlight<'_>> {
        self.links.values().flat_map(move |link| {
            let held = self.proxies.get(&link.proxy.0).is_some_and(|proxy| proxy.weather.held);
            let to_host = link.to_host.iter().map(|flight| (flight, Toward::Host));
            let to_proxy = link.to_proxy.iter().map(|flight| (flight, Toward::Proxy));
            to_host.chain(to_proxy).map(move |(flight, toward)| seen(link, flight, toward, held))
        })
    }

    /// Loses what is on its way; nobody is told. False: nothing of that name is on its way.
    pub fn lose(&mut self, order: u64) -> bool {
        let found = self.links.find_map_mut(|link| {
            [Toward::Host, Toward::Proxy].into_iter().find_map(|toward| {
                let queue = link.queue(toward);
                let place = queue.iter().position(|flight| flight.order == order)?;
                queue.remove(place)
            })
        });
        found.is_some()
    }

    /// Makes what is on its way that much later, and with it everything behind it on its link.
    /// False: nothing of that name is on its way.
    pub fn delay(&mut self, order: u64, span: Duration) -> bool {
        let now = self.now;
        let found = self.links.find_map_mut(|link| {
            [Toward::Host, Toward::Proxy].into_iter().find_map(|toward| {
                let queue = link.queue(toward);
                let place = queue.iter().position(|flight| flight.order == order)?;
                for flight in queue.iter_mut().skip(place) {
                    flight.due = flight.due.max(now) + span;
                }
                Some(())
            })
        });
        found.is_some()
    }

    /// Breaks the connection or exchange of one channel of a proxy; both ends notice. False: the
    /// channel has none.
    pub fn cut_channel(&mut self, node: NodeId, channel: ChannelId) -> bool {
        let link = self.proxies.get(&node).and_then(|proxy| proxy.links.get(&channel)).copied();
        if let Some(id) = link {
            self.break_link(id, Loss::Broken("the connection was cut".into()));
        }
        link.is_some()
    }
}

fn seen<'a>(link: &Link, flight: &'a Flight, toward: Toward, held: bool) -> InFlight<'a> {
    let load = match &flight.cargo {
        Cargo::Connect => Load::Connect,
        Cargo::Connected => Load::Connected,
        Cargo::Message(message) => Load::Message(message),
        Cargo::Answer(message) => Load::Answer(message.as_deref()),
        Cargo::End => Load::End,
        Cargo::Break(_) => Load::Break,
    };
    let far = match link.far {
        Far::Channel(channel) => Some(channel),
        Far::Exchange(_) | Far::Nobody => None,
    };
    let (proxy, host) = (link.proxy, link.host);
    InFlight { order: flight.order, proxy, host, far, toward, due: flight.due, held, load }
}
