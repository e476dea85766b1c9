//! Instance contexts: what a service object lives in, and what keeps it alive (`INST-*`).

use super::gate::Gate;
use crate::ids::{ChannelId, ContextId, DispatchId, InstanceId};
use crate::lifecycle::Phase;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// Which instance context a message gets (`INST-1`).
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "camelCase")]
pub enum InstanceMode {
    /// That of its session; without a session, one of its own (`INST-4`).
    #[default]
    PerSession,
    /// One of its own (`INST-3`).
    PerCall,
    /// The only one (`INST-5`).
    Single,
}

/// When an operation gives up the service object while its context goes on (`INST-20`).
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "camelCase")]
pub enum ReleaseMode {
    /// Never.
    #[default]
    None,
    /// Before the operation: it gets a fresh object.
    BeforeCall,
    /// After the operation: the next one gets a fresh object.
    AfterCall,
    /// Both.
    BeforeAndAfterCall,
}

impl ReleaseMode {
    /// Whether the object is given up before the operation.
    pub const fn before(self) -> bool {
        matches!(self, ReleaseMode::BeforeCall | ReleaseMode::BeforeAndAfterCall)
    }

    /// Whether the object is given up after the operation.
    pub const fn after(self) -> bool {
        matches!(self, ReleaseMode::AfterCall | ReleaseMode::BeforeAndAfterCall)
    }
}

/// Where a context stands with its provider once nothing keeps it busy (`INST-22`).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub enum Lease {
    /// It is busy, or was never asked about.
    #[default]
    None,
    /// The provider was asked whether it is idle.
    Asked,
    /// The provider keeps it and will say when that ends.
    Kept,
}

/// The context of a service object.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct InstanceContext {
    /// Its name.
    pub id: ContextId,
    /// Where it is in its life, under WCF's rules.
    pub phase: Phase,
    /// The lock.
    pub gate: Gate,
    /// The service object, made when first needed (`INST-8`).
    pub object: Option<InstanceId>,
    /// It closes by itself when nothing keeps it busy; a singleton does not (`INST-5`).
    pub(crate) auto_close: bool,
    /// Operations between opening and release (`INST-15`).
    pub(crate) activity: u32,
    /// Session channels bound to it.
    pub(crate) incoming: Vec<ChannelId>,
    /// Channels that its service made and registered (`INST-17`).
    pub(crate) outgoing: u32,
    pub(crate) lease: Lease,
    /// Who opens it, or makes its object; the others wait (`INST-8`).
    pub(crate) builder: Option<DispatchId>,
    pub(crate) waiting: VecDeque<DispatchId>,
    /// How many more messages it takes, if its user counts (`THR-6`).
    pub(crate) quota: Option<u32>,
    pub(crate) quota_waiting: VecDeque<DispatchId>,
    /// It holds a slot of the instance throttle.
    pub(crate) holds_slot: bool,
}

impl InstanceContext {
    pub(crate) fn new(id: ContextId, quota: Option<u32>) -> InstanceContext {
        InstanceContext {
            id,
            phase: Phase::Created,
            gate: Gate::default(),
            object: None,
            auto_close: true,
            activity: 0,
            incoming: Vec::new(),
            outgoing: 0,
            lease: Lease::None,
            builder: None,
            waiting: VecDeque::new(),
            quota,
            quota_waiting: VecDeque::new(),
            holds_slot: false,
        }
    }

    /// Whether anything keeps it alive (`INST-15`).
    pub fn is_busy(&self) -> bool {
        self.activity > 0 || !self.incoming.is_empty() || self.outgoing > 0
    }

    /// The session channels bound to it.
    pub fn incoming(&self) -> &[ChannelId] {
        &self.incoming
    }
}
