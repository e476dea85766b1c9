//! Lanes and bars: what lived when, and what each call spent its time on.

use crate::cast::Cast;
use sessionful::Timestamp;
use sessionful::event::Record;
use sessionful::ids::{CallId, ChannelId, ContextId, DispatchId, NodeId};
use smol_str::SmolStr;

/// A swimlane.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum LaneKey {
    /// A proxy, with its calls.
    Proxy(NodeId),
    /// A proxy's channel, with the calls that it carried.
    Channel(NodeId, ChannelId),
    /// A host's end of a session, with what it dispatched.
    Session(NodeId, ChannelId),
    /// An instance context, with the operations that ran in it.
    Instance(NodeId, ContextId),
}

/// What a stretch of a bar was spent on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum PhaseKind {
    /// The proxy was not open yet, or no channel was there.
    WaitingForChannel,
    /// The channel opened.
    Opening,
    /// The request was on the wire.
    Requesting,
    /// It waited for a slot of a throttle, or for the receive pump.
    Throttled,
    /// It waited for the gate of its instance context.
    WaitingForGate,
    /// The user's code ran.
    Running,
    /// The user's code waited for a call of its own.
    CallingOut,
    /// The reply was on the wire.
    Replying,
}

/// Whose bar it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum BarKey {
    /// A proxy's call, as its caller sees it.
    Call(NodeId, CallId),
    /// An operation in progress, as the host sees it.
    Dispatch(NodeId, DispatchId),
}

/// One stretch of a bar; it ends where the next one begins.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stretch {
    /// On what.
    pub kind: PhaseKind,
    /// From when.
    pub from: Timestamp,
}

/// A call or an operation.
#[derive(Clone, PartialEq, Debug)]
pub struct Bar {
    /// Whose it is.
    pub key: BarKey,
    /// What was called.
    pub label: SmolStr,
    /// When it began.
    pub from: Timestamp,
    /// When it ended, if it has.
    pub to: Option<Timestamp>,
    /// What its time was spent on, in order.
    pub stretches: Vec<Stretch>,
    /// Whether it ended badly.
    pub failed: bool,
}

/// All lanes and bars of a run.
#[derive(Clone, Debug, Default)]
pub struct Timeline {}

impl Timeline {
    /// Takes the next record in.
    pub fn add(&mut self, cast: &Cast, record: &Record) {
        let _ = (cast, record);
    }
}
