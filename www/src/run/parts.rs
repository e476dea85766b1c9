//! Where a run comes from, what in it can be pointed at, and which moment of it is shown.

use sessionful::Timestamp;
use sessionful::event::Event;
use sessionful::ids::{CallId, ChannelId, ContextId, DispatchId, InstanceId, NodeId};

/// Where a run comes from. It is always shown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Label {
    /// The machines in virtual time.
    Simulated,
    /// The runtime, with a host in a worker of this browser.
    LiveHere,
    /// The runtime, with a host elsewhere.
    LiveThere(String),
    /// The runtime, with a service of WCF or of another SOAP stack, by the address of its description.
    Described(String),
}

impl Label {
    /// Whether the hosts are somewhere else.
    pub fn is_elsewhere(&self) -> bool {
        matches!(self, Label::LiveThere(_) | Label::Described(_))
    }

    /// What is written on it.
    pub fn text(&self) -> String {
        match self {
            Label::Simulated => "Simulated".into(),
            Label::LiveHere => "Live in this browser".into(),
            Label::LiveThere(address) => format!("Live over the network: {address}"),
            Label::Described(address) => format!("A WCF service: {address}"),
        }
    }
}

/// Something that can be looked at, and done something to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Target {
    /// A proxy.
    Proxy(NodeId),
    /// A host.
    Host(NodeId),
    /// A channel of a proxy or host, with its session if it has one.
    Channel(NodeId, ChannelId),
    /// An instance context of a node, with its gate.
    Context(NodeId, ContextId),
    /// A service object.
    Object(NodeId, InstanceId),
    /// An operation in progress.
    Dispatch(NodeId, DispatchId),
    /// A proxy's call.
    Call(NodeId, CallId),
    /// A message under way.
    Flight(u64),
}

impl Target {
    /// The proxy or host that it belongs to; a flight belongs to none.
    pub const fn node(self) -> Option<NodeId> {
        match self {
            Target::Proxy(node)
            | Target::Host(node)
            | Target::Channel(node, _)
            | Target::Context(node, _)
            | Target::Object(node, _)
            | Target::Dispatch(node, _)
            | Target::Call(node, _) => Some(node),
            Target::Flight(_) => None,
        }
    }
}

/// The moment that is shown: everything before record `seq` has happened, and it is `at`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Cursor {
    /// When.
    pub at: Timestamp,
    /// The number of the first record that has not happened yet.
    pub seq: u64,
}

/// How far a step goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stride {
    /// To the next record (`.` and `,`).
    Record,
    /// To the next message that leaves or arrives (`n`).
    Message,
    /// To the next trouble (`!`).
    Trouble,
}

impl Stride {
    /// Whether a step of this kind ends at a record.
    pub fn stops_at(self, event: &Event) -> bool {
        match self {
            Stride::Record => true,
            Stride::Message => {
                matches!(event, Event::MessageSent { .. } | Event::MessageArrived { .. })
            }
            Stride::Trouble => crate::words::is_trouble(event),
        }
    }
}
