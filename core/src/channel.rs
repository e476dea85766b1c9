//! One end of a session, or the listening side of a sessionless endpoint.

pub mod correlate;

use crate::binding::Selected;
use crate::ids::{ChannelId, ContextId, DispatchId, EndpointId, ExchangeId, SessionId};
use crate::lifecycle::Phase;
use crate::message::Message;
use crate::time::Timestamp;
use correlate::Correlator;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// Something that arrived and waits for the pump, in the order of arrival.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Inbound {
    /// A message; on a sessionless transport, with the exchange that wants the answer. From here on
    /// it stays where it is, until its operation has ended.
    Message(Box<Message>, Option<ExchangeId>),
    /// The peer has ended its output (`CO-18`).
    End,
}

/// What a channel is for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Role {
    /// A host's end of a session.
    Session,
    /// All exchanges of a host's sessionless endpoint.
    Listener,
    /// A proxy's only channel, over a binding with sessions (`PROXY-11`).
    Proxy,
    /// One of a proxy's pooled channels (`PROXY-12`).
    Pooled,
}

/// A channel with its receive pump. It belongs to a [`Dispatcher`](crate::dispatch::Dispatcher).
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Channel {
    /// Its name at this end.
    pub id: ChannelId,
    /// Whose contract it carries.
    pub endpoint: EndpointId,
    /// The endpoint that it reached; another one of the same address may serve it (`SESS-13`).
    pub(crate) made_for: EndpointId,
    /// Its kind.
    pub kind: Selected,
    /// What it is for.
    pub role: Role,
    /// The name of its session, once open; none if sessionless.
    pub session: Option<SessionId>,
    /// The name that its session will have once a throttled host accepts it (`THR-4`).
    pub(crate) awaited: Option<SessionId>,
    /// Where it is in its life, under WCF's rules.
    pub phase: Phase,
    /// What has arrived and was not yet picked up.
    pub(crate) inbox: VecDeque<Inbound>,
    /// The operation that must get on before the next message is picked up (`CONC-7`).
    pub(crate) held_by: Option<DispatchId>,
    /// The peer will send nothing more.
    pub(crate) input_ended: bool,
    /// We shall send nothing more.
    pub(crate) output_ended: bool,
    /// A first message has found its operation (`SESS-13`).
    pub(crate) bound: bool,
    /// A terminating operation was picked up (`SESS-14`).
    pub(crate) terminated: bool,
    /// A terminating operation of the peer was called (`SESS-16`).
    pub(crate) called_last: bool,
    /// Operations in progress that came through this channel.
    pub(crate) activity: u32,
    /// The instance context of a per-session service (`INST-4`).
    pub(crate) context: Option<ContextId>,
    /// Every context that lives as long as this session does.
    pub(crate) bindings: Vec<ContextId>,
    /// Requests sent from this end.
    pub(crate) pending: Correlator,
    /// When the channel is idle for too long (`SESS-22`).
    pub(crate) idle_due: Option<Timestamp>,
    /// When its timer goes off: not later. It is not moved with every message.
    pub(crate) idle_timer: Option<Timestamp>,
    /// When closing has taken too long (`FLT-5`, `SESS-15`).
    pub(crate) close_due: Option<Timestamp>,
}

impl Channel {
    pub(crate) fn new(id: ChannelId, endpoint: EndpointId, kind: Selected, role: Role) -> Channel {
        Channel {
            id,
            endpoint,
            made_for: endpoint,
            kind,
            role,
            session: None,
            awaited: None,
            phase: Phase::Created,
            inbox: VecDeque::new(),
            held_by: None,
            input_ended: false,
            output_ended: false,
            bound: false,
            terminated: false,
            called_last: false,
            activity: 0,
            context: None,
            bindings: Vec::new(),
            pending: Correlator::default(),
            idle_due: None,
            idle_timer: None,
            close_due: None,
        }
    }

    /// Whether the service sees a session here.
    pub fn has_session(&self) -> bool {
        self.kind.has_session()
    }

    /// Whether it is a connection of its own (and not the listening side of exchanges).
    pub fn is_pipe(&self) -> bool {
        self.role != Role::Listener
    }

    /// Whether a message can still be sent.
    pub fn can_send(&self) -> bool {
        !self.output_ended && matches!(self.phase, Phase::Opened | Phase::Closing)
    }

    /// How many messages wait for the pump.
    pub fn backlog(&self) -> usize {
        self.inbox.len()
    }
}
