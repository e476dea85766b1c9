//! Messages on their way: who sent them when, and when they arrive.
//!
//! A message that has arrived stays known, so that it is drawn again when the run is scrubbed back.

use sessionful::Timestamp;
use sessionful::ids::{ChannelId, NodeId};
use sessionful::sim::Toward;
use smol_str::SmolStr;

/// What a message is; its shape on the stage.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Load {
    /// A proxy knocks, to open a session.
    Connect,
    /// The host lets it in.
    Accept,
    /// Wants a reply.
    Request,
    /// Wants none.
    OneWay,
    /// The reply to a request.
    Reply,
    /// A fault in place of a reply.
    Fault,
    /// The end of one half of a session.
    End,
    /// The news that the connection is broken.
    Break,
}

impl Load {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Load::Connect => "connect",
            Load::Accept => "accept",
            Load::Request => "request",
            Load::OneWay => "one-way",
            Load::Reply => "reply",
            Load::Fault => "fault",
            Load::End => "end of session",
            Load::Break => "break",
        }
    }
}

/// What became of a message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fate {
    /// It is under way.
    UnderWay,
    /// It arrived.
    Arrived,
    /// It was lost on the way.
    Lost,
}

/// A message between a proxy and a host.
#[derive(Clone, PartialEq, Debug)]
pub struct Flight {
    /// Its name; [`Act::Drop`](crate::act::Act::Drop) and `Delay` take it.
    pub id: u64,
    /// The proxy.
    pub proxy: NodeId,
    /// The proxy's channel.
    pub channel: ChannelId,
    /// The host.
    pub host: NodeId,
    /// The host's channel, if it is a session's.
    pub far: Option<ChannelId>,
    /// Where it is going.
    pub toward: Toward,
    /// What it is.
    pub load: Load,
    /// What it asks for or answers.
    pub action: SmolStr,
    /// How many bytes its body has.
    pub bytes: u32,
    /// When it was sent.
    pub sent: Timestamp,
    /// When it arrived or was lost, or will arrive if nothing comes between.
    pub until: Timestamp,
    /// What became of it.
    pub fate: Fate,
    /// Its link is held: it stays where it is.
    pub held: bool,
    /// When it would have arrived.
    pub(crate) due: Timestamp,
    /// The number that the next record had when it was sent, and when it arrived.
    pub(crate) seqs: (u64, u64),
}

impl Flight {
    /// How much of its way it has made, from 0 to 1.
    pub fn progress(&self, now: Timestamp) -> f64 {
        let whole = self.until.since(self.sent).as_secs_f64();
        let made = now.since(self.sent).as_secs_f64();
        if whole > 0.0 { (made / whole).clamp(0.0, 1.0) } else { 1.0 }
    }

    /// Whether it is under way at a moment.
    pub fn is_at(&self, now: Timestamp) -> bool {
        self.sent <= now && (now < self.until || self.fate == Fate::UnderWay)
    }
}

/// No more than that are looked at for one moment without an index.
const BLOCK: usize = 128;

/// All messages of a run, in the order in which they were sent.
#[derive(Clone, Debug, Default)]
pub struct Flights {
    flights: Vec<Flight>,
    /// For each block of flights, when the last of those that are over was, and how many are not.
    blocks: Vec<(Timestamp, u32)>,
    /// Those under way, by their places.
    open: Vec<usize>,
}

impl Flights {
    /// All of them.
    pub fn all(&self) -> &[Flight] {
        &self.flights
    }

    /// The flight of that name.
    pub fn get(&self, id: u64) -> Option<&Flight> {
        let place = self.flights.binary_search_by_key(&id, |flight| flight.id);
        let place = place.ok().or_else(|| self.flights.iter().position(|f| f.id == id))?;
        self.flights.get(place)
    }

    /// Those under way at a moment.
    pub fn at(&self, now: Timestamp) -> impl Iterator<Item = &Flight> {
        let sent = self.flights.partition_point(|flight| flight.sent <= now);
        let blocks = self.flights[..sent].chunks(BLOCK).zip(&self.blocks);
        let alive = blocks.filter(move |(_, (over, open))| *open > 0 || now < *over);
        alive.flat_map(|(block, _)| block).filter(move |flight| flight.is_at(now))
    }

    /// Those under way now, as far as is known.
    pub fn open(&self) -> impl Iterator<Item = &Flight> {
        self.open.iter().map(|place| &self.flights[*place])
    }

    /// Adds one that has just been sent.
    pub(crate) fn send(&mut self, flight: Flight) {
        let place = self.flights.len();
        self.flights.push(flight);
        self.count(place);
    }

    fn count(&mut self, place: usize) {
        if place / BLOCK == self.blocks.len() {
            self.blocks.push((Timestamp::ZERO, 0));
        }
        let flight = &self.flights[place];
        let (over, open) = &mut self.blocks[place / BLOCK];
        if flight.fate == Fate::UnderWay {
            *open += 1;
            self.open.push(place);
        } else {
            *over = (*over).max(flight.until);
        }
    }

    /// Goes through those under way; `update` changes them, and whatever has ended is closed.
    pub(crate) fn update(&mut self, mut update: impl FnMut(&mut Flight)) {
        let Flights { flights, blocks, open } = self;
        open.retain(|place| {
            let flight = &mut flights[*place];
            update(flight);
            let goes_on = flight.fate == Fate::UnderWay;
            if !goes_on {
                let (over, open) = &mut blocks[place / BLOCK];
                (*over, *open) = ((*over).max(flight.until), open.saturating_sub(1));
            }
            goes_on
        });
    }

    /// Forgets what was sent from a record on, and how it ended from that record on.
    pub(crate) fn truncate(&mut self, seq: u64) {
        let keep = self.flights.partition_point(|flight| flight.seqs.0 <= seq);
        self.flights.truncate(keep);
        for flight in &mut self.flights {
            if flight.fate != Fate::UnderWay && flight.seqs.1 > seq {
                flight.fate = Fate::UnderWay;
                flight.until = flight.due;
            }
        }
        self.blocks.clear();
        self.open.clear();
        (0..self.flights.len()).for_each(|place| self.count(place));
    }
}
