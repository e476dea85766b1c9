//! What connects a proxy to a host in a simulated world, and what can go wrong on the way.

use crate::action::Loss;
use crate::ids::{ChannelId, EndpointId, ExchangeId, NodeId, SessionId};
use crate::message::Message;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::time::Duration;

/// How a proxy's links behave. All is zero and nothing fails unless set.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Weather {
    /// How long everything takes one way, in microseconds.
    pub latency_us: u64,
    /// Up to how much longer, at random, in microseconds.
    pub jitter_us: u64,
    /// How often, of 1,000 messages, the connection breaks instead.
    pub loss_per_mille: u32,
    /// Nothing gets through and nobody is told.
    pub held: bool,
    /// Nothing can be connected, and what is under way is lost.
    pub partitioned: bool,
}

impl Weather {
    pub(super) fn delay(&self, random: &mut Random) -> Duration {
        let jitter = match self.jitter_us {
            0 => 0,
            most => random.below(most.saturating_add(1)),
        };
        Duration::from_micros(self.latency_us.saturating_add(jitter))
    }

    pub(super) fn breaks(&self, random: &mut Random) -> bool {
        self.loss_per_mille > 0 && random.below(1000) < u64::from(self.loss_per_mille)
    }
}

/// Where something is going.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Toward {
    /// To the host.
    Host,
    /// To the proxy.
    Proxy,
}

/// Something on its way.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub(crate) struct Flight {
    pub due: Timestamp,
    pub order: u64,
    pub cause: Option<u64>,
    pub cargo: Cargo,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub(crate) enum Cargo {
    Connect,
    Connected,
    Message(Box<Message>),
    End,
    Break(Loss),
    /// The answer of an exchange.
    Answer(Option<Box<Message>>),
}

/// A session's connection, or the exchange of a pooled channel that is under way.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub(crate) struct Link {
    pub proxy: (NodeId, ChannelId),
    pub host: NodeId,
    pub endpoint: EndpointId,
    pub far: Far,
    pub session: SessionId,
    pub to_host: VecDeque<Flight>,
    pub to_proxy: VecDeque<Flight>,
}

/// What the host calls its end.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub(crate) enum Far {
    /// It has not heard of it, or has let go of it.
    Nobody,
    Channel(ChannelId),
    Exchange(ExchangeId),
}

impl Link {
    pub(super) fn queue(&mut self, toward: Toward) -> &mut VecDeque<Flight> {
        match toward {
            Toward::Host => &mut self.to_host,
            Toward::Proxy => &mut self.to_proxy,
        }
    }

    pub(super) fn head(&self, toward: Toward) -> Option<&Flight> {
        match toward {
            Toward::Host => self.to_host.front(),
            Toward::Proxy => self.to_proxy.front(),
        }
    }
}

/// A small random source (SplitMix64): the same seed, the same run.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Random(u64);

impl Random {
    /// Begins at a seed.
    pub fn new(seed: u64) -> Random {
        Random(seed)
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `limit`, which must not be 0.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.bits() % limit
    }

    pub(super) fn session(&mut self) -> SessionId {
        SessionId(u128::from(self.bits()) << 64 | u128::from(self.bits()))
    }
}
