//! The only asynchronous code: drivers that run the machines over clocks, pipes and exchanges.

use crate::action::Failure;
use crate::error::ProxyError;
use crate::ids::OperationId;
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
