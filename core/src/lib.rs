//! The session-aware service runtime.

extern crate self as sessionful;

pub mod binding;
pub mod codec;
pub mod contract;
pub mod drive;
pub mod error;
pub mod event;
pub mod ids;
pub mod lifecycle;
pub mod machine;
pub mod message;
pub mod time;

pub use binding::{Binding, BindingError, Selected, Shape, Timeouts};
pub use codec::{Codec, CodecError, Frame, Limits};
pub use contract::{Contract, ContractError, FaultContract, Operation, SessionMode};
pub use drive::{Caller, Context, Failure, Service};
pub use error::{BehaviorError, HResult, HostError, ProxyError};
pub use lifecycle::{Illegal, Phase, Rules, Verb};
pub use machine::{Machine, Outbox};
pub use message::{Content, Detail, Fault, FaultCode, Header, Message};
pub use time::Timestamp;
