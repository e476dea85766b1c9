//! The stage: where everything that exists stands, and along which lines messages travel.
//!
//! A [`Scene`] is a value made from a [`Picture`], the [`Cast`] and their [`Traits`]; nothing here draws. Columns go
//! from the caller to the service object: proxies, their channels, the wire, the host's channels,
//! instance contexts with their gates, service objects. On a narrow screen the columns are rows.

mod build;
mod content;
mod near;
mod shape;
mod speech;
mod spread;

#[cfg(test)]
mod tests;

pub use shape::{Curve, Point, Rect};
pub use speech::Row;

use crate::cast::Cast;
use crate::map::Map;
use crate::run::Target;
use sessionful::dispatch::gate::ConcurrencyMode;
use sessionful::ids::{ChannelId, NodeId};
use sessionful::lifecycle::Phase;
use sessionful::observe::Picture;
use smol_str::SmolStr;

/// What a picture and the cast do not tell of an end.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Trait {
    /// What is special about it, in few words.
    pub about: SmolStr,
    /// How a host runs operations in one context.
    pub concurrency: ConcurrencyMode,
}

/// The traits of every end.
pub type Traits = Map<NodeId, Trait>;

/// How the columns run.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Flow {
    /// From left to right.
    #[default]
    Across,
    /// From top to bottom, for narrow screens.
    Down,
}

/// The room that a stage has, in pixels.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Room {
    /// How wide it is.
    pub width: f32,
    /// How high it is.
    pub height: f32,
    /// How the columns run in it.
    pub flow: Flow,
}

/// A message that is on its way now, or an operation, named for the stage.
#[derive(Clone, PartialEq, Debug)]
pub struct Token {
    /// What it is.
    pub target: Target,
    /// The name of the operation.
    pub text: SmolStr,
}

/// How a channel of a proxy is used.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Slot {
    /// It carries the proxy's session.
    Session,
    /// It waits in the pool.
    Idle,
    /// A call leases it.
    Leased,
}

/// What is drawn inside a node.
#[derive(Clone, PartialEq, Debug)]
pub enum Body {
    /// A proxy: calls that wait for it to open, and callbacks that run in it.
    Proxy {
        /// Calls that have no channel yet.
        waiting: Vec<Token>,
        /// Operations of its callback object.
        running: Vec<Token>,
        /// It has a session.
        sessionful: bool,
    },
    /// One of its channels.
    Channel {
        /// How it is used.
        slot: Slot,
        /// The call that it carries.
        call: Option<Token>,
    },
    /// A host, around everything that it has.
    Host {
        /// Somebody tells what goes on there.
        seen: bool,
        /// Operations that wait for a slot of a throttle, and so have no context yet.
        waiting: Vec<Token>,
        /// Slots taken: calls, sessions, instances.
        held: [u32; 3],
        /// Waiters for them.
        queued: [u32; 3],
    },
    /// The host's end of a session.
    Session {
        /// Messages that arrived and wait for the pump.
        backlog: u32,
    },
    /// Where a sessionless endpoint takes requests in.
    Listener {
        /// Requests that wait to be picked up.
        backlog: u32,
    },
    /// An instance context: its gate and the two queues before it.
    Context {
        /// How many may be inside.
        mode: ConcurrencyMode,
        /// Who is inside.
        inside: Vec<Token>,
        /// Who came back from a call-out and goes first.
        resuming: Vec<Token>,
        /// Who is new.
        arriving: Vec<Token>,
        /// Who has left the gate to call out.
        out: Vec<Token>,
    },
    /// A service object.
    Object {
        /// It was given by the user, and is never disposed of.
        own: bool,
        /// User's code runs in it.
        working: bool,
    },
}

/// Something that stands on the stage.
#[derive(Clone, PartialEq, Debug)]
pub struct Node {
    /// What it is.
    pub target: Target,
    /// Where it stands.
    pub area: Rect,
    /// What it is called.
    pub name: SmolStr,
    /// More about it, in few words.
    pub about: SmolStr,
    /// Where it is in its life; service objects have none.
    pub phase: Option<Phase>,
    /// What is drawn inside.
    pub body: Body,
}

/// What a line stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tie {
    /// A proxy has a channel.
    Owns,
    /// A session's connection.
    Wire,
    /// The exchanges of a pooled channel.
    Exchange,
    /// A session or listener uses a context.
    Uses,
    /// A context has a service object.
    Holds,
}

/// A line between two nodes.
#[derive(Clone, PartialEq, Debug)]
pub struct Edge {
    /// From what, and to what.
    pub ends: (Target, Target),
    /// What it stands for.
    pub tie: Tie,
    /// Where it runs.
    pub curve: Curve,
    /// Something is going on along it.
    pub live: bool,
}

/// Everything on the stage.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Scene {
    /// How wide it is, in pixels.
    pub width: f32,
    /// How high it is, in pixels.
    pub height: f32,
    /// The nodes; frames of hosts come before what is in them.
    pub nodes: Vec<Node>,
    /// The lines.
    pub edges: Vec<Edge>,
    /// The headings of the columns, with the place where each stands.
    pub heads: Vec<(&'static str, Point)>,
    /// Along which line the messages of a proxy's channel travel, from proxy to host.
    pub wires: Map<(NodeId, ChannelId), Curve>,
}

impl Scene {
    /// Places everything that a picture shows, in a stage of at least that room.
    pub fn place(picture: &Picture, cast: &Cast, traits: &Traits, room: Room) -> Scene {
        let tight = build::Builder::new(picture, cast, traits, room, 0.0).build();
        let spare = room.height - tight.height;
        if spare < 1.0 || room.flow == Flow::Down {
            return tight;
        }
        build::Builder::new(picture, cast, traits, room, spare).build()
    }

    /// The node of a target.
    pub fn node(&self, target: Target) -> Option<&Node> {
        self.nodes.iter().find(|node| node.target == target)
    }
}
