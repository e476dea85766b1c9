//! What is on its way in a world, as a view sees it.

use crate::cast::Cast;
use crate::flights::{Fate, Flight, Load};
use sessionful::Timestamp;
use sessionful::message::Content;
use sessionful::sim::{self, InFlight};

/// What has just been sent. Requests and one-way messages without a session look alike on the wire;
/// the contract tells them apart.
pub(super) fn flight_of(cast: &Cast, seen: &InFlight<'_>, now: Timestamp, seq: u64) -> Flight {
    let (proxy, channel) = seen.proxy;
    let message = match seen.load {
        sim::Load::Message(message) => Some(message),
        sim::Load::Answer(message) => message,
        _ => None,
    };
    let load = match (seen.load, message) {
        (sim::Load::Connect, _) => Load::Connect,
        (sim::Load::Connected, _) => Load::Accept,
        (sim::Load::End, _) => Load::End,
        (sim::Load::Break, _) => Load::Break,
        (_, Some(message)) if matches!(message.content, Content::Fault(_)) => Load::Fault,
        (sim::Load::Answer(_), _) => Load::Reply,
        (_, Some(message)) if message.relates_to.is_some() => Load::Reply,
        (_, Some(message)) if message.id.is_some() || seen.far.is_none() => Load::Request,
        _ => Load::OneWay,
    };
    let host = cast.get(seen.host).map(|member| &*member.contract);
    let asked = message.and_then(|message| host?.find(&message.action));
    let load = match load {
        Load::Request if asked.is_some_and(|(_, operation)| operation.one_way) => Load::OneWay,
        load => load,
    };
    Flight {
        id: seen.order,
        proxy,
        channel,
        host: seen.host,
        far: seen.far,
        toward: seen.toward,
        load,
        action: message.map(|message| message.action.clone()).unwrap_or_default(),
        bytes: message.map_or(0, |m| u32::try_from(m.body().len()).unwrap_or(u32::MAX)),
        sent: now,
        until: seen.due,
        due: seen.due,
        fate: Fate::UnderWay,
        held: seen.held,
        seqs: (seq, u64::MAX),
    }
}
