//! What the code written by `#[service_contract]` calls. Not for anybody else.
//!
//! Arguments travel as a JSON array, a result as a JSON value or as nothing at all, exactly as the
//! JavaScript API sends them.

use crate::action::Failure;
use crate::contract::{Contract, Draft};
use crate::error::ProxyError;
use crate::ids::OperationId;
use crate::message::{Fault, FaultCode};
use futures::future::LocalBoxFuture;
use serde::Serialize;
use serde::de::DeserializeOwned;
use smol_str::format_smolstr;

pub use bytes::Bytes;
pub use std::boxed::Box;
pub use std::rc::Rc;

/// What a service answers.
pub type Reply = LocalBoxFuture<'static, Result<Bytes, Failure>>;

/// Client: the body of a request.
pub fn write_arguments<A: Serialize>(operation: &str, arguments: &A) -> Result<Bytes, ProxyError> {
    serde_json::to_vec(arguments).map(Bytes::from).map_err(|error| ProxyError::Encoding {
        reason: format_smolstr!("the arguments of {operation}: {error}"),
    })
}

/// Client: the result in the body of a reply.
pub fn read_reply<T: DeserializeOwned>(operation: &str, body: &[u8]) -> Result<T, ProxyError> {
    // An empty reply is what an operation without a result sends (`OP-1`).
    let body = if body.is_empty() { b"null" } else { body };
    serde_json::from_slice(body).map_err(|error| ProxyError::Encoding {
        reason: format_smolstr!("the reply of {operation}: {error}"),
    })
}

/// Service: the arguments in the body of a request.
pub fn read_arguments<A: DeserializeOwned>(operation: &str, body: &[u8]) -> Result<A, Failure> {
    let body = if body.is_empty() { b"[]" } else { body };
    serde_json::from_slice(body).map_err(|error| {
        let reason = format!("the arguments of {operation} cannot be read: {error}");
        Failure::Fault(Fault::runtime(FaultCode::DeserializationFailed, reason))
    })
}

/// Service: the body of a reply.
pub fn write_reply<T: Serialize>(operation: &str, result: &T) -> Result<Bytes, Failure> {
    serde_json::to_vec(result).map(Bytes::from).map_err(|error| {
        Failure::Unhandled(format!("the result of {operation} cannot be written: {error}"))
    })
}

/// Service: the body of a reply that says only that the operation is done.
pub fn done() -> Result<Bytes, Failure> {
    Ok(Bytes::new())
}

/// Service: an operation that the trait does not have, so host and service disagree.
pub fn unknown(contract: &str, operation: OperationId) -> Result<Bytes, Failure> {
    let reason = format!("contract {contract} has no operation {operation}");
    Err(Failure::Fault(Fault::runtime(FaultCode::ActionNotSupported, reason)))
}

/// Completes a contract.
///
/// # Panics
/// If the macro let something pass that [`Draft::build`] refuses, which is a defect of the macro.
pub fn contract(draft: Draft) -> Contract {
    draft.build().expect("invariant: #[service_contract] refuses what `Draft::build` refuses")
}

/// A contract as it was before it was completed, to become the callback of another.
pub fn draft(contract: &Contract) -> Draft {
    let draft = Contract::new(contract.name().clone()).session(contract.session());
    contract.operations().iter().cloned().fold(draft, Draft::operation)
}
