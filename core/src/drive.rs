//! The only asynchronous code: drivers that run the machines over clocks, pipes and exchanges.

use crate::error::ProxyError;
use crate::ids::OperationId;
use crate::message::Fault;
use bytes::Bytes;
use futures::future::LocalBoxFuture;
use std::future::Future;
use std::rc::Rc;

/// A service object, as the dispatcher calls it. `#[service_contract]` writes this from a trait.
pub trait Service: 'static {
    /// Carries out one operation.
    fn call(
        self: Rc<Self>,
        at: Context,
        operation: OperationId,
        body: Bytes,
    ) -> LocalBoxFuture<'static, Result<Bytes, Failure>>;
}

/// How an operation failed.
#[derive(Clone, PartialEq, Eq, Hash, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Failure {
    /// A fault that the author meant to send; the session goes on (`FLT-1`).
    Fault(Fault),
    /// Anything else; the caller learns little and the session ends (`FLT-4`, `FLT-5`).
    Unhandled(String),
}

/// Whatever can make calls of a contract: a proxy, or the callback channel of an operation.
pub trait Caller {
    /// Calls an operation. Dropping the future abandons the call (`CALL-5`).
    fn call(
        &self,
        operation: OperationId,
        body: Bytes,
    ) -> impl Future<Output = Result<Bytes, ProxyError>>;
}

/// What an operation knows about the call it serves (`CTX-2`). Given explicitly, never ambient.
#[derive(Clone, Debug)]
pub struct Context {}
