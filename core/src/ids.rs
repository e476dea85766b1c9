//! Names of things: small numbers from counters, so that a run is the same every time.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use std::fmt;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident($repr:ty) = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub $repr);

        impl $name {
            /// Takes this id and moves the counter to the next.
            pub fn take(&mut self) -> Self {
                let taken = *self;
                self.0 += 1;
                taken
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "{}"), self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
    )*};
}

ids! {
    /// One end of the conversation: a proxy or a host. Given by whoever watches several of them.
    NodeId(u32) = "node";
    /// A channel of one proxy or one host; the two ends of a wire number it separately.
    ChannelId(u32) = "ch";
    /// A call made by a proxy, or a call-out made by an operation.
    CallId(u64) = "call";
    /// An operation in progress: one received message on its way through the pipeline.
    DispatchId(u64) = "op";
    /// An instance context: the unit that owns a gate and at most one service object.
    ContextId(u32) = "ic";
    /// A service object, made by an instance provider or given by the user.
    InstanceId(u32) = "obj";
    /// An endpoint of a host, in the order in which the endpoints were added.
    EndpointId(u16) = "ep";
    /// An operation of a contract, by its position.
    OperationId(u16) = "op#";
    /// One request and its answer on a sessionless transport, as numbered by the host's driver.
    ExchangeId(u64) = "ex";
}

/// The name of a session: 128 bits that nobody can guess (`SESS-23`).
///
/// Real habitats draw it from the platform's random source, a simulation from its seed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SessionId(#[serde(with = "hex")] pub u128);

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Debug for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// JavaScript has no 128-bit number, so JSON carries a session id as text.
mod hex {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(value: &u128, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&format_args!("{value:032x}"))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<u128, D::Error> {
        let text = String::deserialize(from)?;
        u128::from_str_radix(&text, 16).map_err(D::Error::custom)
    }
}

/// What a reply names to find its request (`PROXY-19`).
///
/// Ours are numbers; a peer that speaks SOAP sends text (`urn:uuid:...`), which is echoed untouched.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub enum MessageId {
    /// A number that the sender counted.
    Number(u64),
    /// Any other identifier.
    Text(SmolStr),
}

impl From<u64> for MessageId {
    fn from(number: u64) -> Self {
        MessageId::Number(number)
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MessageId::Number(number) => write!(f, "{number}"),
            MessageId::Text(text) => f.write_str(text),
        }
    }
}
