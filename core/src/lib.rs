//! The session-aware service runtime.

extern crate self as sessionful;

pub mod action;
pub mod binding;
pub mod channel;
pub mod codec;
pub mod contract;
pub mod dispatch;
pub mod drive;
pub mod error;
pub mod event;
#[doc(hidden)]
pub mod generated;
pub mod host;
pub mod ids;
pub mod lifecycle;
pub mod machine;
pub mod message;
pub mod observe;
pub mod proxy;
pub mod sim;
pub mod table;
pub mod time;

pub use action::Failure;
pub use binding::{Binding, BindingError, Selected, Shape, Timeouts};
pub use codec::{Codec, CodecError, Frame, Limits};
pub use contract::{Contract, ContractError, FaultContract, Operation, SessionMode};
pub use dispatch::behavior::Behavior;
pub use dispatch::gate::ConcurrencyMode;
pub use dispatch::instance::{InstanceMode, ReleaseMode};
pub use drive::{Caller, Context, Service};
pub use error::{BehaviorError, HResult, HostError, ProxyError};
pub use host::throttle::{Limit, Throttles};
pub use lifecycle::{Illegal, Phase, Rules, Verb};
pub use machine::{Machine, Outbox};
pub use message::{Content, Detail, Fault, FaultCode, Header, Message};
pub use time::Timestamp;

pub use sessionful_macros::service_contract;

/// The examples of the README run like those of the manual.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;
