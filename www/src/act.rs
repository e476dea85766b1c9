//! What a visitor can do to a run, as data: a link carries it, a fork replays it.

use serde::{Deserialize, Serialize};
use sessionful::ids::{ChannelId, NodeId};
use smol_str::SmolStr;
use std::fmt;
use std::time::Duration;

/// One thing that is done to a run.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Act {
    /// Opens a proxy or host.
    Open(NodeId),
    /// Closes it in good order.
    Close(NodeId),
    /// Ends it at once.
    Abort(NodeId),
    /// Makes it usable again (WWSAPI's rules).
    Reset(NodeId),
    /// Calls once, or several times at once.
    Call(NodeId, Ask),
    /// Gives up the results of a group of calls; 0 is all of them.
    Abandon(NodeId, u32),
    /// Nothing gets through on the links of a proxy, and nobody is told.
    Hold(NodeId),
    /// The links of a proxy let things through again.
    Release(NodeId),
    /// Everything on the links of a proxy takes that long from now on.
    Latency(NodeId, Duration),
    /// The proxy's network is gone: what is under way is lost and nothing can be connected.
    Partition(NodeId),
    /// It is back.
    Heal(NodeId),
    /// Breaks every connection of a proxy; both ends notice.
    Cut(NodeId),
    /// Breaks the connection of one channel of a proxy; both ends notice.
    CutChannel(NodeId, ChannelId),
    /// Makes a message under way later.
    Delay(u64, Duration),
    /// Loses a message under way; nobody is told.
    Drop(u64),
    /// The host is gone, without a word to anybody.
    Kill(NodeId),
    /// Lets operations go on that wait for a label.
    Free(SmolStr),
}

/// What is called, and how.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Ask {
    /// The name of the operation.
    pub operation: SmolStr,
    /// Its arguments, as words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub arguments: Vec<SmolStr>,
    /// How many such calls at once; 1 unless given.
    #[serde(default = "once", skip_serializing_if = "is_once")]
    pub times: u32,
    /// The group to abandon them by; 0, which is none, unless given.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub group: u32,
    /// How long to wait, in milliseconds; the proxy's call timeout unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_ms: Option<u32>,
    /// Headers of the request.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<(SmolStr, SmolStr)>,
}

const fn once() -> u32 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it")]
const fn is_once(times: &u32) -> bool {
    *times == 1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it")]
const fn is_zero(group: &u32) -> bool {
    *group == 0
}

impl Ask {
    /// One call of an operation.
    pub fn new(operation: impl Into<SmolStr>) -> Ask {
        Ask {
            operation: operation.into(),
            arguments: Vec::new(),
            times: 1,
            group: 0,
            timeout_ms: None,
            headers: Vec::new(),
        }
    }

    /// With arguments, separated by spaces.
    #[must_use]
    pub fn with(mut self, arguments: &str) -> Ask {
        self.arguments = arguments.split_whitespace().map(SmolStr::from).collect();
        self
    }

    /// Several times at once.
    #[must_use]
    pub fn times(mut self, times: u32) -> Ask {
        self.times = times;
        self
    }

    /// In a group that can be abandoned.
    #[must_use]
    pub fn group(mut self, group: u32) -> Ask {
        self.group = group;
        self
    }

    /// With a time limit of its own.
    #[must_use]
    pub fn timeout_ms(mut self, millis: u32) -> Ask {
        self.timeout_ms = Some(millis);
        self
    }

    /// With a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Ask {
        self.headers.push((name.into(), value.into()));
        self
    }
}

impl fmt::Display for Ask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({})", self.operation, self.arguments.join(", "))?;
        if self.times > 1 { write!(f, " × {}", self.times) } else { Ok(()) }
    }
}

impl Act {
    /// The proxy or host that it is done to, if it is one.
    pub fn node(&self) -> Option<NodeId> {
        match self {
            Act::Open(node)
            | Act::Close(node)
            | Act::Abort(node)
            | Act::Reset(node)
            | Act::Call(node, _)
            | Act::Abandon(node, _)
            | Act::Hold(node)
            | Act::Release(node)
            | Act::Latency(node, _)
            | Act::Partition(node)
            | Act::Heal(node)
            | Act::Cut(node)
            | Act::CutChannel(node, _)
            | Act::Kill(node) => Some(*node),
            Act::Delay(..) | Act::Drop(_) | Act::Free(_) => None,
        }
    }

    /// What a button says.
    pub fn label(&self) -> String {
        match self {
            Act::Open(_) => "open".into(),
            Act::Close(_) => "close".into(),
            Act::Abort(_) => "abort".into(),
            Act::Reset(_) => "reset".into(),
            Act::Call(_, ask) => ask.to_string(),
            Act::Abandon(_, 0) => "abandon all calls".into(),
            Act::Abandon(_, group) => format!("abandon group {group}"),
            Act::Hold(_) => "hold the link".into(),
            Act::Release(_) => "release the link".into(),
            Act::Latency(_, span) => format!("latency {} ms", span.as_millis()),
            Act::Partition(_) => "unplug the network".into(),
            Act::Heal(_) => "plug the network in".into(),
            Act::Cut(_) => "kill the connection".into(),
            Act::CutChannel(_, channel) => format!("fault the wire of {channel}"),
            Act::Delay(_, span) => format!("delay by {} ms", span.as_millis()),
            Act::Drop(_) => "drop the message".into(),
            Act::Kill(_) => "kill the host".into(),
            Act::Free(label) => format!("let {label} go on"),
        }
    }
}
