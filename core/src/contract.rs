//! What a service promises: operations, whether they need a session, and what they call back.
//!
//! `#[service_contract]` writes a contract from a trait; [`Contract::new`] builds one at run time.

use crate::ids::OperationId;
use serde::{Deserialize, Serialize};
use smol_str::{SmolStr, format_smolstr};

/// Whether a contract needs a session (`SESS-1`).
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "camelCase")]
pub enum SessionMode {
    /// Works with or without; where a binding offers both, the sessionless one wins (`SESS-3`).
    #[default]
    Allowed,
    /// Opens only over a binding with sessions.
    Required,
    /// Opens only over a binding without.
    NotAllowed,
}

/// The description of a service: what both ends must agree on.
///
/// ```
/// use sessionful::{Contract, Operation, SessionMode};
///
/// let calculator = Contract::new("Calculator")
///     .session(SessionMode::Required)
///     .operation(Operation::new("clear"))
///     .operation(Operation::new("addTo").not_initiating())
///     .operation(Operation::new("equals").not_initiating().terminating())
///     .build()?;
/// assert_eq!(calculator.find("Calculator/addTo").map(|(id, _)| id.0), Some(1));
/// # Ok::<(), sessionful::ContractError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "Draft")]
pub struct Contract {
    name: SmolStr,
    session: SessionMode,
    operations: Vec<Operation>,
    callback: Option<Box<Contract>>,
}

impl Contract {
    /// Begins a contract without operations. Sessions are allowed unless [`Draft::session`] says
    /// otherwise.
    #[expect(clippy::new_ret_no_self, reason = "a contract is complete only after `build`")]
    pub fn new(name: impl Into<SmolStr>) -> Draft {
        Draft { name: name.into(), ..Draft::default() }
    }

    /// Its name; actions begin with it unless they are given.
    pub fn name(&self) -> &SmolStr {
        &self.name
    }

    /// Whether it needs a session.
    pub fn session(&self) -> SessionMode {
        self.session
    }

    /// Its operations, in the order in which they were added.
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// What the service may call at its caller, if anything (`OP-5`).
    pub fn callback(&self) -> Option<&Contract> {
        self.callback.as_deref()
    }

    /// The operation at that position.
    pub fn operation(&self, id: OperationId) -> Option<&Operation> {
        self.operations.get(usize::from(id.0))
    }

    /// The operation that handles an action: its own, else the one that takes all (`*`, `OP-6`).
    pub fn find(&self, action: &str) -> Option<(OperationId, &Operation)> {
        let by = |wanted: &str| self.operations.iter().position(|op| op.action == wanted);
        let index = by(action).or_else(|| by("*"))?;
        Some((position(index), &self.operations[index]))
    }

    /// The operation of that name.
    pub fn named(&self, name: &str) -> Option<(OperationId, &Operation)> {
        let index = self.operations.iter().position(|op| op.name == name)?;
        Some((position(index), &self.operations[index]))
    }

    /// What the contract must satisfy before a host or a proxy can use it (`SESS-9`).
    ///
    /// This is separate from [`Draft::build`] because WCF finds these mistakes when a host or a
    /// channel factory opens, and faults it.
    pub fn check(&self) -> Result<(), ContractError> {
        if self.operations.is_empty() {
            return Err(ContractError::NoOperations { contract: self.name.clone() });
        }
        if !self.operations.iter().any(|op| op.initiating) {
            return Err(ContractError::NothingInitiates { contract: self.name.clone() });
        }
        let needs_session = |op: &&Operation| !op.initiating || op.terminating;
        match self.operations.iter().find(needs_session) {
            Some(op) if self.session != SessionMode::Required => {
                Err(ContractError::NeedsSession { operation: op.name.clone() })
            }
            _ => Ok(()),
        }
    }
}

/// Contracts are limited to `u16::MAX` operations by [`Draft::build`].
fn position(index: usize) -> OperationId {
    OperationId(u16::try_from(index).unwrap_or(u16::MAX))
}

/// One operation of a contract.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Operation {
    /// Its name, unique in the contract.
    pub name: SmolStr,
    /// What a message says to reach it; `contract/name` unless given.
    #[serde(default)]
    pub action: SmolStr,
    /// What its reply says; the action followed by `Response` unless given.
    #[serde(default)]
    pub reply_action: SmolStr,
    /// Nothing comes back, not even a fault (`OP-2`, `OP-3`). False unless given.
    #[serde(default)]
    pub one_way: bool,
    /// Whether it may be the first of a session (`SESS-10`). True unless given.
    #[serde(default = "yes")]
    pub initiating: bool,
    /// Whether it is the last of a session (`SESS-12`, `SESS-14`). False unless given.
    #[serde(default)]
    pub terminating: bool,
    /// The details that its faults may carry (`FLT-2`).
    #[serde(default)]
    pub faults: Vec<FaultContract>,
}

const fn yes() -> bool {
    true
}

/// A fault that an operation declares.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FaultContract {
    /// The name of the detail's type, unique in the operation.
    pub kind: SmolStr,
    /// What the fault message says.
    pub action: SmolStr,
}

impl Operation {
    /// A request-reply operation (`OP-1`) that may begin a session and does not end it.
    pub fn new(name: impl Into<SmolStr>) -> Operation {
        Operation {
            name: name.into(),
            action: SmolStr::default(),
            reply_action: SmolStr::default(),
            one_way: false,
            initiating: true,
            terminating: false,
            faults: Vec::new(),
        }
    }

    /// Nothing comes back.
    #[must_use]
    pub fn one_way(mut self) -> Operation {
        self.one_way = true;
        self
    }

    /// It cannot be the first of a session.
    #[must_use]
    pub fn not_initiating(mut self) -> Operation {
        self.initiating = false;
        self
    }

    /// It is the last of a session.
    #[must_use]
    pub fn terminating(mut self) -> Operation {
        self.terminating = true;
        self
    }

    /// Sets the action; `*` takes every message that no other operation takes.
    #[must_use]
    pub fn action(mut self, action: impl Into<SmolStr>) -> Operation {
        self.action = action.into();
        self
    }

    /// Sets the action of the reply.
    #[must_use]
    pub fn reply_action(mut self, action: impl Into<SmolStr>) -> Operation {
        self.reply_action = action.into();
        self
    }

    /// Declares a fault by the name of its detail's type.
    #[must_use]
    pub fn fault(mut self, kind: impl Into<SmolStr>) -> Operation {
        self.faults.push(FaultContract { kind: kind.into(), action: SmolStr::default() });
        self
    }
}

/// A contract being built. Nothing is checked before [`Draft::build`].
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Draft {
    /// Its name; actions begin with it unless they are given.
    pub name: SmolStr,
    /// Whether it needs a session.
    #[serde(default)]
    pub session: SessionMode,
    /// What the client may call.
    pub operations: Vec<Operation>,
    /// What the service may call at its caller.
    #[serde(default)]
    pub callback: Option<Box<Draft>>,
}

impl Draft {
    /// Whether the contract needs a session; allowed unless set.
    #[must_use]
    pub fn session(mut self, mode: SessionMode) -> Draft {
        self.session = mode;
        self
    }

    /// Adds an operation.
    #[must_use]
    pub fn operation(mut self, operation: Operation) -> Draft {
        self.operations.push(operation);
        self
    }

    /// Sets what the service may call at its caller.
    #[must_use]
    pub fn callback(mut self, callback: Draft) -> Draft {
        self.callback = Some(Box::new(callback));
        self
    }

    /// Fills in the actions and checks each operation by itself (`OP-2`, `OP-6`).
    pub fn build(self) -> Result<Contract, ContractError> {
        let Draft { name, session, mut operations, callback } = self;
        if operations.len() > usize::from(u16::MAX) {
            return Err(ContractError::TooManyOperations { contract: name });
        }
        for operation in &mut operations {
            complete(&name, operation);
        }
        for (index, operation) in operations.iter().enumerate() {
            check_operation(operation, &operations[..index])?;
        }
        let callback = callback.map(|draft| draft.build().map(Box::new)).transpose()?;
        if callback.as_ref().is_some_and(|callback| callback.callback.is_some()) {
            return Err(ContractError::CallbackOfCallback { contract: name });
        }
        Ok(Contract { name, session, operations, callback })
    }
}

impl TryFrom<Draft> for Contract {
    type Error = ContractError;

    fn try_from(draft: Draft) -> Result<Contract, ContractError> {
        draft.build()
    }
}

fn complete(contract: &SmolStr, operation: &mut Operation) {
    if operation.action.is_empty() {
        operation.action = format_smolstr!("{contract}/{}", operation.name);
    }
    if operation.reply_action.is_empty() && !operation.one_way {
        operation.reply_action = format_smolstr!("{}Response", operation.action);
    }
    for fault in &mut operation.faults {
        if fault.action.is_empty() {
            fault.action = format_smolstr!("{}{}Fault", operation.action, fault.kind);
        }
    }
}

fn check_operation(operation: &Operation, before: &[Operation]) -> Result<(), ContractError> {
    let name = || operation.name.clone();
    if operation.one_way && !operation.faults.is_empty() {
        return Err(ContractError::OneWayWithFault { operation: name() });
    }
    if operation.one_way && !operation.reply_action.is_empty() {
        return Err(ContractError::OneWayWithReply { operation: name() });
    }
    if before.iter().any(|other| other.name == operation.name) {
        return Err(ContractError::SameName { operation: name() });
    }
    if before.iter().any(|other| other.action == operation.action) {
        return Err(ContractError::SameAction {
            operation: name(),
            action: operation.action.clone(),
        });
    }
    Ok(())
}

/// Why a contract cannot be used. [`ContractError::key`] is WCF's own name for the mistake.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, thiserror::Error)]
#[non_exhaustive]
pub enum ContractError {
    /// There is nothing to call.
    #[error("contract {contract} has no operations: add at least one")]
    NoOperations {
        /// The contract.
        contract: SmolStr,
    },
    /// No session could ever begin.
    #[error("no operation of contract {contract} may begin a session: let one be initiating")]
    NothingInitiates {
        /// The contract.
        contract: SmolStr,
    },
    /// An operation speaks of sessions where none is required.
    #[error(
        "operation {operation} is non-initiating or terminating, which only a contract that \
         requires a session can have: set the session mode to required"
    )]
    NeedsSession {
        /// The operation.
        operation: SmolStr,
    },
    /// Nobody would receive the fault.
    #[error("one-way operation {operation} declares a fault: let it reply, or drop the fault")]
    OneWayWithFault {
        /// The operation.
        operation: SmolStr,
    },
    /// Nobody would receive the reply.
    #[error("one-way operation {operation} names a reply action: let it reply, or drop the action")]
    OneWayWithReply {
        /// The operation.
        operation: SmolStr,
    },
    /// A name that is taken.
    #[error("two operations are called {operation}: rename one")]
    SameName {
        /// The operation that came second.
        operation: SmolStr,
    },
    /// An action that is taken.
    #[error("operation {operation} has the action {action} of an earlier one: give it another")]
    SameAction {
        /// The operation that came second.
        operation: SmolStr,
        /// The action.
        action: SmolStr,
    },
    /// Callbacks cannot call back in turn.
    #[error("the callback contract of {contract} has a callback contract of its own: remove it")]
    CallbackOfCallback {
        /// The outer contract.
        contract: SmolStr,
    },
    /// More than can be numbered.
    #[error("contract {contract} has more than 65,535 operations: split it")]
    TooManyOperations {
        /// The contract.
        contract: SmolStr,
    },
}

impl ContractError {
    /// The resource key of the exception that WCF throws, where it has one.
    pub fn key(&self) -> Option<&'static str> {
        Some(match self {
            ContractError::NoOperations { .. } => "SFxContractHasZeroOperations",
            ContractError::NothingInitiates { .. } => "SFxContractHasZeroInitiatingOperations",
            ContractError::NeedsSession { .. } => "ContractIsNotSelfConsistentItHasOneOrMore2",
            ContractError::OneWayWithFault { .. } => "OneWayAndFaultsIncompatible2",
            ContractError::OneWayWithReply { .. } => "OneWayOperationShouldNotSpecifyAReplyAction1",
            _ => return None,
        })
    }
}
