//! Messages on their way, for a moment.

use crate::lane::{Lane, Side};
use sessionful::event::{Event, Kind, Record};

/// How long a message is shown, in microseconds. The styles animate for a little less.
pub const SHOWN: u64 = 900_000;

/// No more are shown at once in one lane.
const MOST: usize = 12;

/// A message that was sent.
#[derive(Clone, PartialEq, Debug)]
pub struct Flight {
    /// Its name among all flights.
    pub key: u64,
    /// Between whom.
    pub lane: Lane,
    /// Who sent it.
    pub from: Side,
    /// What it is.
    pub kind: Kind,
    /// When it was sent.
    pub at: u64,
}

impl Flight {
    /// The flight that a record begins, if it does.
    pub fn of(record: &Record, at: u64) -> Option<Flight> {
        let Event::MessageSent { kind, .. } = &record.event else { return None };
        let (lane, from) = Lane::of(record.node)?;
        let key = record.seq * 2 + u64::from(from == Side::Host);
        Some(Flight { key, lane, from, kind: *kind, at })
    }

    /// The class of its shape.
    pub const fn shape(&self) -> &'static str {
        match self.kind {
            Kind::Request => "request",
            Kind::OneWay => "one-way",
            Kind::Reply => "reply",
            Kind::Fault => "fault",
            Kind::End => "end",
        }
    }
}

/// Adds a flight; the oldest of a crowded lane goes.
pub fn add(flights: &mut Vec<Flight>, flight: Flight) {
    let crowd = flights.iter().filter(|other| other.lane == flight.lane).count();
    if crowd >= MOST
        && let Some(oldest) = flights.iter().position(|other| other.lane == flight.lane)
    {
        flights.remove(oldest);
    }
    flights.push(flight);
}

/// Takes out what has arrived long ago; whether anything did.
pub fn land(flights: &mut Vec<Flight>, now: u64) -> bool {
    let before = flights.len();
    flights.retain(|flight| flight.at + SHOWN > now);
    flights.len() != before
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flight(key: u64, at: u64) -> Flight {
        Flight { key, lane: Lane::Calculator, from: Side::Proxy, kind: Kind::Request, at }
    }

    #[test]
    fn a_crowded_lane_shows_the_newest() {
        let mut flights = Vec::new();
        (0..20).for_each(|key| add(&mut flights, flight(key, 0)));
        assert_eq!((flights.len(), flights[0].key), (MOST, 8));
    }

    #[test]
    fn flights_end() {
        let mut flights = vec![flight(1, 0), flight(2, SHOWN)];
        assert!(land(&mut flights, SHOWN));
        assert_eq!(flights.len(), 1);
        assert!(!land(&mut flights, SHOWN));
    }
}
