//! What a description says.

use super::Unsupported;
use crate::data::{Field, Schema, Wrapper};
use crate::soap::Wire;
use crate::xml::Name;
use serde::{Deserialize, Serialize};
use sessionful::{ContractError, FaultContract, SessionMode};
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// A service: its types, contracts and endpoints.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Description {
    /// Its name.
    pub name: SmolStr,
    /// The namespace of its contracts.
    pub namespace: SmolStr,
    /// Its types.
    pub schema: Schema,
    /// What people wrote about types (`{namespace}Type`) and members (`{namespace}Type/Member`).
    pub documentation: BTreeMap<SmolStr, String>,
    /// Its contracts.
    pub contracts: Vec<Contract>,
    /// Where it can be called.
    pub endpoints: Vec<Endpoint>,
    /// What was left out.
    #[serde(skip)]
    pub unsupported: Vec<Unsupported>,
}

impl Description {
    /// The contract of a name.
    pub fn contract(&self, name: &str) -> Option<&Contract> {
        self.contracts.iter().find(|contract| contract.name == name)
    }
}

/// A contract: what WSDL calls a port type.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Contract {
    /// Its name.
    pub name: SmolStr,
    /// Whether it needs a session.
    pub session: SessionMode,
    /// What can be called.
    pub operations: Vec<Operation>,
    /// What the service calls back.
    pub callbacks: Vec<Operation>,
    /// What people wrote about it.
    pub documentation: String,
}

impl Contract {
    /// The contract as the runtime needs it.
    pub fn contract(&self) -> Result<sessionful::Contract, ContractError> {
        let mut draft = sessionful::Contract::new(self.name.clone()).session(self.session);
        for operation in &self.operations {
            draft = draft.operation(operation.operation());
        }
        if !self.callbacks.is_empty() {
            let name = smol_str::format_smolstr!("{}Callback", self.name);
            let mut callback = sessionful::Contract::new(name);
            for operation in &self.callbacks {
                callback = callback.operation(operation.operation());
            }
            draft = draft.callback(callback);
        }
        draft.build()
    }
}

/// An operation.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Operation {
    /// Its name.
    pub name: SmolStr,
    /// What a message says to reach it.
    pub action: SmolStr,
    /// What its reply says.
    pub reply_action: SmolStr,
    /// Its parameters.
    pub request: Wrapper,
    /// What comes back; nothing if it is one-way.
    pub reply: Option<Wrapper>,
    /// The faults that it declares.
    pub faults: Vec<Fault>,
    /// Whether it may be the first of a session.
    pub initiating: bool,
    /// Whether it is the last of a session.
    pub terminating: bool,
    /// What people wrote about it.
    pub documentation: String,
}

impl Operation {
    /// The operation as the runtime needs it.
    pub fn operation(&self) -> sessionful::Operation {
        let mut operation = sessionful::Operation::new(self.name.clone())
            .action(self.action.clone())
            .reply_action(self.reply_action.clone());
        operation.one_way = self.reply.is_none();
        operation.initiating = self.initiating;
        operation.terminating = self.terminating;
        operation.faults = self
            .faults
            .iter()
            .map(|fault| FaultContract {
                kind: fault.element.local.clone(),
                action: fault.action.clone(),
            })
            .collect();
        operation
    }
}

/// A fault that an operation declares.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Fault {
    /// Its name in the description.
    pub name: SmolStr,
    /// What its message says.
    pub action: SmolStr,
    /// The element of its detail.
    pub element: Name,
    /// The type of its detail.
    pub field: Field,
}

/// Where a contract can be called, and how.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Endpoint {
    /// Its name.
    pub name: SmolStr,
    /// The name of its contract.
    pub contract: SmolStr,
    /// Its address.
    pub address: String,
    /// What it speaks.
    pub wire: Wire,
}
