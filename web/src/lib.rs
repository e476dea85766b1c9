//! sessionful for JavaScript: clocks, ports, sockets and panics of pages and workers.
//!
//! | module       | idea                                                               |
//! |--------------|--------------------------------------------------------------------|
//! | [`habitat`]  | time, tasks and randomness of a page or a worker                   |
//! | [`pipe`]     | a session over a port or a socket                                   |
//! | [`exchange`] | single requests over a `MessagePort` or the network                |
//! | [`network`]  | sessions over WebSocket and requests over fetch, for Rust          |
//! | [`control`]  | the port by which a page finds the hosts of a worker               |
//! | [`events`]   | records of what happened, many to a message                        |
//! | [`panic`]    | a panic becomes one message to whoever can still show it           |
//! | `npm`        | what the npm package's JavaScript calls (feature `npm`)            |
//!
//! Whatever arrives at a port may come from anybody: it becomes a value or a typed error, never a
//! panic.
#![cfg_attr(not(test), deny(clippy::unwrap_used))]
// What carries values is shared by both, but only the npm package makes them.
// Without its hosts some of that is not used either.
#![cfg_attr(not(feature = "npm"), allow(dead_code))]

pub mod control;
pub mod events;
pub mod exchange;
pub mod habitat;
mod language;
pub mod network;
#[cfg(feature = "npm-client")]
pub mod npm;
mod outbox;
pub mod panic;
pub mod pipe;
mod port;
mod value;
mod word;
