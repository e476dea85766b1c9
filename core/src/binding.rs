//! How messages travel: which kinds of channel a binding builds, its timeouts and limits, and which
//! kind a contract gets from it.

use crate::codec::Limits;
use crate::contract::{Contract, SessionMode};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use std::time::Duration;

/// The kinds of channel, named as the listening side names them (`SESS-2`).
///
/// The order is the one in which a host tries them (`SESS-3`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Shape {
    /// One-way messages that do not belong together.
    Input,
    /// One-way messages of one session.
    InputSession,
    /// Requests and replies that do not belong together (fetch).
    Reply,
    /// Requests and replies of one session.
    ReplySession,
    /// Messages both ways that do not belong together.
    Duplex,
    /// Messages both ways in one session (WebSocket, MessagePort).
    DuplexSession,
}

impl Shape {
    /// Every shape, in the order in which a host tries them.
    pub const ALL: [Shape; 6] = [
        Shape::Input,
        Shape::InputSession,
        Shape::Reply,
        Shape::ReplySession,
        Shape::Duplex,
        Shape::DuplexSession,
    ];

    /// Whether its messages belong to one conversation.
    pub const fn has_session(self) -> bool {
        matches!(self, Shape::InputSession | Shape::ReplySession | Shape::DuplexSession)
    }

    /// Whether each message is an exchange of its own, carried by a pooled channel.
    pub const fn is_exchange(self) -> bool {
        matches!(self, Shape::Input | Shape::Reply)
    }

    /// Whether the listening side can call as well.
    pub const fn is_duplex(self) -> bool {
        matches!(self, Shape::Duplex | Shape::DuplexSession)
    }
}

/// How long the steps of a channel may take (`CO-12`).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Timeouts {
    /// Opening; 1 minute unless set.
    pub open: Duration,
    /// Closing; 1 minute unless set.
    pub close: Duration,
    /// Sending, and under WCF's rules the whole call; 1 minute unless set.
    pub send: Duration,
    /// How long a session may be idle at the host (`SESS-22`); 10 minutes unless set.
    pub receive: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        let minute = Duration::from_secs(60);
        Timeouts { open: minute, close: minute, send: minute, receive: 10 * minute }
    }
}

/// How messages travel between a proxy and a host.
///
/// ```
/// use sessionful::{Binding, Contract, Operation, Shape};
///
/// let contract = Contract::new("Calculator").operation(Operation::new("add")).build()?;
/// let chosen = Binding::fetch().select(&[&contract])?;
/// assert_eq!(chosen.shape, Shape::Reply);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Binding {
    /// Its name, for messages to people.
    pub name: SmolStr,
    /// The kinds of channel that it builds.
    pub shapes: Vec<Shape>,
    /// Its timeouts.
    #[serde(default)]
    pub timeouts: Timeouts,
    /// What it accepts from a peer.
    #[serde(default)]
    pub limits: Limits,
}

impl Binding {
    /// Sessions only: one duplex channel for a proxy's whole open period (like NetTcp, `SESS-8`).
    pub fn websocket() -> Binding {
        Binding::of("websocket", &[Shape::DuplexSession])
    }

    /// No sessions: a request and its reply (like BasicHttp, `SESS-8`).
    pub fn fetch() -> Binding {
        Binding::of("fetch", &[Shape::Reply])
    }

    /// Requests over fetch, sessions over WebSocket, as the contract needs (like NetHttp, `SESS-8`).
    pub fn both() -> Binding {
        Binding::of("both", &[Shape::Reply, Shape::DuplexSession])
    }

    /// Sessions whose host never calls (like secure conversation over HTTP, `SESS-4`).
    pub fn reply_session() -> Binding {
        Binding::of("reply-session", &[Shape::ReplySession])
    }

    fn of(name: &str, shapes: &[Shape]) -> Binding {
        Binding {
            name: name.into(),
            shapes: shapes.to_vec(),
            timeouts: Timeouts::default(),
            limits: Limits::default(),
        }
    }

    /// Sets the timeouts.
    #[must_use]
    pub fn timeouts(mut self, timeouts: Timeouts) -> Binding {
        self.timeouts = timeouts;
        self
    }

    /// Sets what it accepts from a peer.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Binding {
        self.limits = limits;
        self
    }

    /// The kind of channel for contracts that share an address (`SESS-3` to `SESS-6`).
    pub fn select(&self, contracts: &[&Contract]) -> Result<Selected, BindingError> {
        if self.shapes.is_empty() {
            return Err(BindingError::BuildsNothing { binding: self.name.clone() });
        }
        let mode = |wanted| contracts.iter().any(|contract| contract.session() == wanted);
        if mode(SessionMode::Required) && mode(SessionMode::NotAllowed) {
            return Err(BindingError::SessionAndDatagram { binding: self.name.clone() });
        }
        let acceptable = |shape: Shape| contracts.iter().all(|contract| accepts(contract, shape));
        let built = |shape: Shape| self.shapes.contains(&shape);
        if let Some(shape) = Shape::ALL.into_iter().find(|s| acceptable(*s) && built(*s)) {
            return Ok(Selected { shape, hides_session: false });
        }
        // An adapter can hide the session of a one-directional channel (SESS-4).
        let adapters = [(Shape::Input, Shape::InputSession), (Shape::Reply, Shape::ReplySession)];
        adapters
            .into_iter()
            .find(|(plain, session)| acceptable(*plain) && built(*session))
            .map(|(_, shape)| Selected { shape, hides_session: true })
            .ok_or_else(|| self.refusal(contracts))
    }

    /// The first reason that fits, in WCF's order (`SESS-6`).
    fn refusal(&self, contracts: &[&Contract]) -> BindingError {
        let binding = self.name.clone();
        let any = |test: fn(&Contract) -> bool| contracts.iter().any(|contract| test(contract));
        let offers = |test: fn(Shape) -> bool| self.shapes.iter().any(|shape| test(*shape));
        if any(|c| c.session() == SessionMode::Required) && !offers(Shape::has_session) {
            return BindingError::NoSession { binding };
        }
        if any(|c| c.session() == SessionMode::NotAllowed) && !offers(|s| !s.has_session()) {
            return BindingError::OnlySession { binding };
        }
        if any(|c| c.callback().is_some()) && !offers(Shape::is_duplex) {
            return BindingError::NoDuplex { binding };
        }
        if any(|c| c.callback().is_some()) {
            // A duplex shape exists, but only of the kind that the session mode excludes.
            return if any(|c| c.session() == SessionMode::NotAllowed) {
                BindingError::OnlySession { binding }
            } else {
                BindingError::NoSession { binding }
            };
        }
        let one_way = any(|c| c.operations().iter().all(|op| op.one_way));
        if one_way {
            BindingError::NoOneWay { binding }
        } else {
            BindingError::NoRequestReply { binding }
        }
    }
}

/// The table of `SESS-2`.
fn accepts(contract: &Contract, shape: Shape) -> bool {
    let fits_mode = match contract.session() {
        SessionMode::Allowed => true,
        SessionMode::Required => shape.has_session(),
        SessionMode::NotAllowed => !shape.has_session(),
    };
    let callback = contract.callback().is_some_and(|callback| !callback.operations().is_empty());
    let fits_operations = if callback {
        shape.is_duplex()
    } else if contract.operations().iter().all(|operation| operation.one_way) {
        true
    } else {
        !matches!(shape, Shape::Input | Shape::InputSession)
    };
    fits_mode && fits_operations
}

/// The kind of channel that contracts get from a binding.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Selected {
    /// The kind of channel.
    pub shape: Shape,
    /// The wire has sessions, the service does not see them (`SESS-4`).
    pub hides_session: bool,
}

impl Selected {
    /// Whether the service sees sessions.
    pub fn has_session(self) -> bool {
        self.shape.has_session() && !self.hides_session
    }
}

/// Why a binding cannot serve a contract; all are `InvalidOperationException` to WCF (`SESS-6`).
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, thiserror::Error)]
#[non_exhaustive]
pub enum BindingError {
    /// The binding is empty.
    #[error("binding {binding} builds no channel at all: give it a shape")]
    BuildsNothing {
        /// The binding.
        binding: SmolStr,
    },
    /// The contract requires a session.
    #[error(
        "the contract requires a session and binding {binding} has none: use a binding with sessions (websocket)"
    )]
    NoSession {
        /// The binding.
        binding: SmolStr,
    },
    /// The contract forbids sessions.
    #[error(
        "the contract forbids sessions and binding {binding} has nothing else: use a sessionless binding (fetch)"
    )]
    OnlySession {
        /// The binding.
        binding: SmolStr,
    },
    /// The contract calls back.
    #[error(
        "the contract calls back and binding {binding} carries calls one way only: use a duplex binding (websocket)"
    )]
    NoDuplex {
        /// The binding.
        binding: SmolStr,
    },
    /// The contract has operations that reply.
    #[error(
        "the contract has operations that reply and binding {binding} carries no replies: use fetch or websocket"
    )]
    NoRequestReply {
        /// The binding.
        binding: SmolStr,
    },
    /// The contract has one-way operations only, and the binding suits none of them.
    #[error(
        "binding {binding} cannot carry the contract's one-way operations: use fetch or websocket"
    )]
    NoOneWay {
        /// The binding.
        binding: SmolStr,
    },
    /// Two contracts at one address want opposite things.
    #[error(
        "one contract at this address of binding {binding} requires a session and another forbids it: give them two addresses"
    )]
    SessionAndDatagram {
        /// The binding.
        binding: SmolStr,
    },
}

impl BindingError {
    /// The resource key of WCF's exception.
    pub fn key(&self) -> &'static str {
        match self {
            BindingError::BuildsNothing { .. } => "BindingDoesnTSupportAnyChannelTypes1",
            BindingError::NoSession { .. } => "BindingDoesnTSupportSessionButContractRequires1",
            BindingError::OnlySession { .. } => "BindingDoesntSupportDatagramButContractRequires",
            BindingError::NoDuplex { .. } => "BindingDoesnTSupportDuplexButContractRequires1",
            BindingError::NoRequestReply { .. } => "BindingDoesnTSupportRequestReplyButContract1",
            BindingError::NoOneWay { .. } => "BindingDoesnTSupportOneWayButContractRequires1",
            BindingError::SessionAndDatagram { .. } => "SFxCannotRequireBothSessionAndDatagram3",
        }
    }
}
