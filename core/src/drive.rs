//! The only asynchronous code: drivers that run the machines over clocks, pipes and exchanges.
//!
//! The library never spawns. Making a proxy or a host gives a handle and a driver; the habitat runs
//! the driver as a future of its own.

mod call;
mod callback;
mod clock;
mod completions;
mod context;
mod crew;
mod desk;
mod engine;
mod extensions;
#[cfg(feature = "serve")]
mod host;
mod link;
mod memory;
mod pipe;
mod proxy;
mod service;
mod staff;
mod state;
mod timer;
mod trunk;
mod watch;

pub use call::{Call, CallOptions};
pub use callback::Callback;
pub use clock::{Clock, ManualClock};
pub use completions::Completions;
pub use context::Context;
pub use crew::{Crew, Owner};
pub use extensions::Extensions;
#[cfg(feature = "serve")]
pub use host::{HostBuilder, HostHandle};
pub use memory::{
    MemoryAcceptor, MemoryConnector, MemoryExchange, MemoryPipe, MemoryResponder, Network,
    memory_pipe,
};
pub use pipe::{Acceptor, Connector, Exchange, Incoming, Pipe, PipeError, Responder};
pub use proxy::{CallbackObject, ProxyBuilder, ProxyHandle};
pub use service::{
    Authorizer, ContextProvider, Controls, ErrorHandler, Initializer, InstanceProvider,
};
pub use watch::{Recorder, Watch};

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
