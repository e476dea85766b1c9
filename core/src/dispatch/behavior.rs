//! How a service wants to be run.

use super::gate::ConcurrencyMode;
use super::instance::{InstanceMode, ReleaseMode};
use crate::contract::Contract;
use crate::error::BehaviorError;
use crate::host::throttle::Throttles;
use crate::message::Header;
use crate::table::Names;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use std::time::Duration;

/// How a service wants to be run, with WCF's defaults (`INST-2`).
///
/// ```
/// use sessionful::{Behavior, ConcurrencyMode, InstanceMode};
///
/// let behavior = Behavior { concurrency: ConcurrencyMode::Multiple, ..Behavior::default() };
/// assert_eq!(behavior.instancing, InstanceMode::PerSession);
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Behavior {
    /// Which context a message gets; per session unless set.
    pub instancing: InstanceMode,
    /// How many operations run at once in a context; one unless set.
    pub concurrency: ConcurrencyMode,
    /// Messages of a sessionless endpoint are taken one after the other (`CONC-9`). False unless
    /// set.
    pub ordered: bool,
    /// The host ends its half of a session when the client has ended the other (`SESS-19`).
    /// True unless set.
    pub automatic_session_shutdown: bool,
    /// Callers learn what went wrong inside (`FLT-4`). False unless set: it discloses internals.
    pub include_exception_detail: bool,
    /// When an operation, by its name, gives up the service object (`INST-20`).
    pub release: Names<ReleaseMode>,
    /// The service object is the user's own (`INST-10`); it is never constructed nor disposed of.
    pub well_known: bool,
    /// The service can be constructed, or an instance provider does it (`INST-11`).
    pub constructible: bool,
    /// A custom provider chooses the context; the instance mode is without effect (`INST-22`).
    pub custom_contexts: bool,
    /// Initializers want to see a context open (`INST-25`).
    pub initializers: bool,
    /// Callers are let in one by one.
    pub authorizes: bool,
    /// Error handlers want to see failures (`FLT-3`).
    pub error_handlers: bool,
    /// A message is refused if it has a header that must be understood and is not among
    /// [`understands`](Behavior::understands) (`INST-2`). True unless set.
    pub validate_must_understand: bool,
    /// The headers that the service understands, by name.
    pub understands: Vec<SmolStr>,
    /// How many messages a context takes before its service raises the limit (`THR-6`).
    pub flow_quota: Option<u32>,
    /// The limits.
    pub throttles: Throttles,
    /// How long the client may take to end a session that the host ends because of an unhandled
    /// failure (`FLT-5`); 10 seconds unless set.
    pub fault_close: Duration,
}

impl Default for Behavior {
    fn default() -> Self {
        Behavior {
            instancing: InstanceMode::PerSession,
            concurrency: ConcurrencyMode::Single,
            ordered: false,
            automatic_session_shutdown: true,
            include_exception_detail: false,
            release: Names::new(),
            well_known: false,
            constructible: true,
            custom_contexts: false,
            initializers: false,
            authorizes: false,
            error_handlers: false,
            validate_must_understand: true,
            understands: Vec::new(),
            flow_quota: None,
            throttles: Throttles::default(),
            fault_close: Duration::from_secs(10),
        }
    }
}

impl Behavior {
    /// The headers that must be understood and are not (`INST-13`, step 21).
    pub(crate) fn not_understood<'a>(
        &'a self,
        headers: &'a [Header],
    ) -> impl Iterator<Item = &'a SmolStr> {
        headers
            .iter()
            .filter(|header| self.validate_must_understand && header.must_understand)
            .map(|header| &header.name)
            .filter(|name| !self.understands.contains(name))
    }

    /// What a service must satisfy before its host opens.
    pub(crate) fn check(&self, contracts: &[&Contract]) -> Result<(), BehaviorError> {
        if self.ordered && self.concurrency != ConcurrencyMode::Single {
            return Err(BehaviorError::OrderedNeedsSingle);
        }
        if self.well_known && self.instancing != InstanceMode::Single {
            return Err(BehaviorError::WellKnownNeedsSingle);
        }
        if !self.well_known && !self.constructible {
            return Err(BehaviorError::NoConstructor);
        }
        let known = |name: &SmolStr| contracts.iter().any(|c| c.named(name).is_some());
        if let Some(name) = self.release.keys().find(|name| !known(name)) {
            return Err(BehaviorError::UnknownOperation { operation: name.clone() });
        }
        self.throttles.check()
    }

    /// What a client's callback object must satisfy (`INST-20`).
    pub(crate) fn check_callback(&self) -> Result<(), BehaviorError> {
        match self.release.iter().find(|(_, mode)| **mode != ReleaseMode::None) {
            Some((name, _)) => Err(BehaviorError::ReleaseOnCallback { operation: name.clone() }),
            None => Ok(()),
        }
    }
}
