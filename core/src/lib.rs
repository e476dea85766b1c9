//! The session-aware service runtime: the service proxy of Windows Web Services and the service host
//! of Windows Communication Foundation, complete on both ends, for Rust and WebAssembly.
//!
//! A *session* is more than a connection: messages of one client belong together and arrive in order,
//! a service may keep an object for each client, and somebody has to decide how long that object
//! lives, how many calls run on it at once, and what happens when either side disappears. This crate
//! decides it by rules that are written down. [**The manual**](manual) tells them, mode by mode;
//! [what is promised about messages](manual::delivery) is one page.
//!
//! ```
//! use futures::executor::LocalPool;
//! use futures::task::LocalSpawnExt;
//! use sessionful::codec::{Json, Limits};
//! use sessionful::drive::{HostBuilder, ManualClock, Network, ProxyBuilder};
//! use sessionful::host::Endpoint;
//! use sessionful::{Binding, Context, Service, service_contract};
//! use std::cell::Cell;
//! use std::rc::Rc;
//!
//! /// What the two ends agree on. A session is needed: the sum is the client's own.
//! #[service_contract(session = "required")]
//! pub trait Sum {
//!     async fn add(&self, at: &Context, value: i64) -> i64;
//! }
//!
//! #[derive(Default)]
//! struct Pocket(Cell<i64>);
//!
//! impl Sum for Pocket {
//!     async fn add(&self, _: &Context, value: i64) -> i64 {
//!         self.0.set(self.0.get() + value);
//!         self.0.get()
//!     }
//! }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let endpoint = Endpoint {
//!     address: "/sum".into(),
//!     contract: sum_contract().into(),
//!     binding: Binding::websocket(),
//! };
//! let (clock, network, json) = (ManualClock::new(), Network::new(1), Json::new(Limits::default()));
//!
//! // A host makes an object for each session (that is the default) ...
//! let make = |_: Option<&Context>| Ok(Rc::new(SumService::new(Pocket::default())) as Rc<dyn Service>);
//! let (host, host_driver) = HostBuilder::new()
//!     .endpoint(endpoint.clone())
//!     .instances(make)
//!     .build(clock.clone(), network.acceptor(), json.clone());
//! // ... and a proxy has one session for as long as it is open.
//! let (proxy, proxy_driver) =
//!     ProxyBuilder::new(endpoint).build(clock, network.connector(), json)?;
//!
//! // The library never spawns: whoever uses it runs the drivers.
//! let mut pool = LocalPool::new();
//! pool.spawner().spawn_local(host_driver)?;
//! pool.spawner().spawn_local(proxy_driver)?;
//! pool.run_until(async {
//!     host.open().await?;
//!     proxy.open().await?;
//!     let sum = SumClient::new(proxy.clone());
//!     assert_eq!(sum.add(2).await?, 2);
//!     assert_eq!(sum.add(3).await?, 5);
//!     proxy.close().await?;
//!     host.close().await?;
//!     Ok(())
//! })
//! # }
//! ```
//!
//! # The modules
//!
//! Everything below the drivers is plain data with one transition function,
//! [`Machine::handle`]: state, time and input in; new state, actions and events out. No clock, no
//! socket, no future. That is why a run can be tested without waiting, explored state by state,
//! recorded and replayed. Arrows go downward only.
//!
//! ```text
//!   drive ─────────────────────┐   sim ───────────────────┐   observe
//!   clocks, pipes, exchanges:  │   worlds in virtual time │   records ▸ picture, journal
//!   the only asynchronous code │                          │
//!                              ▼                          ▼
//!   proxy ─▶ dispatch ◀─ host        the machines: calls, pool ─ pipeline, gate ─ endpoints, throttle
//!                │
//!                ▼
//!   channel ─▶ contract   binding   codec        what is agreed, how it travels, how it is written
//!                │
//!                ▼
//!   lifecycle   event   error   message   action        phases, what happened, what went wrong, what is said
//!                │
//!                ▼
//!   machine   ids   time   table
//! ```
//!
//! | module | what is in it |
//! |---|---|
//! | [`manual`] | how all of it behaves; no code |
//! | [`contract`], [`binding`] | operations and sessions; kinds of channel, timeouts, limits |
//! | [`drive`] | [`ProxyBuilder`](drive::ProxyBuilder), [`HostBuilder`](drive::HostBuilder), what services see, what transports implement |
//! | [`proxy`], [`host`] | the two machines, and their options |
//! | [`dispatch`] | the way of a message through a service: [`Stage`](dispatch::Stage), gate, contexts, [`Behavior`] |
//! | [`channel`] | one channel: session, pending requests, inbox |
//! | [`lifecycle`] | phases and verbs under the two rule sets |
//! | [`message`], [`codec`] | what travels, and its bytes |
//! | [`error`], [`event`], [`action`] | what callers, watchers and drivers are told |
//! | [`sim`], [`observe`] | scenarios, worlds, weather; pictures and journals |
//! | [`machine`], [`ids`], [`time`], [`table`] | the ground |
//!
//! `#[`[`service_contract`]`]` makes client, dispatcher and contract of a trait.
//! The same runtime for JavaScript is the npm package of the `web` folder.

#![cfg_attr(not(feature = "serve"), allow(dead_code))]

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
pub mod manual;
pub mod message;
pub mod observe;
pub mod proxy;
#[cfg(feature = "serve")]
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
pub use message::{Content, Detail, Fault, FaultCode, Header, Message, NOT_UNDERSTOOD};
pub use time::Timestamp;

pub use sessionful_macros::service_contract;

/// The examples of the README run like those of the manual.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;
