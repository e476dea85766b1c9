//! What is measured, put together in every way that it is measured in.
//!
//! [`Wired`] is the machines alone: a proxy and a host whose actions become each other's inputs.
//! [`Driven`] is everything: drivers, the compact codec, an in-memory network.

#![allow(dead_code, reason = "each benchmark uses its part")]

pub(crate) mod driven;
pub(crate) mod floor;
pub(crate) mod wired;

use sessionful::host::Endpoint;
use sessionful::proxy::ProxyOptions;
use sessionful::{
    Behavior, Binding, ConcurrencyMode, Contract, InstanceMode, Operation, Throttles,
};

pub(crate) const BODY: &[u8] = b"0123456789abcdef";

/// Which context a message gets, over which kind of channel.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Mode {
    /// A context for each call, one channel.
    PerCall,
    /// A context for the session.
    PerSession,
    /// One context for all.
    Single,
    /// A context for each call, a pooled channel for each call in progress.
    Sessionless,
}

impl Mode {
    pub(crate) const ALL: [Mode; 4] =
        [Mode::PerCall, Mode::PerSession, Mode::Single, Mode::Sessionless];

    pub(crate) fn named(name: &str) -> Option<Mode> {
        Mode::ALL.into_iter().find(|mode| mode.name() == name)
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Mode::PerCall => "per-call",
            Mode::PerSession => "per-session",
            Mode::Single => "single",
            Mode::Sessionless => "sessionless",
        }
    }

    pub(crate) fn endpoint(self) -> Endpoint {
        let contract = Contract::new("Echo").operation(Operation::new("echo")).build();
        let binding = match self {
            Mode::Sessionless => Binding::fetch(),
            _ => Binding::websocket(),
        };
        let contract = contract.expect("a contract").into();
        Endpoint { address: "/echo".into(), contract, binding }
    }

    pub(crate) fn behavior(self) -> Behavior {
        let instancing = match self {
            Mode::PerCall | Mode::Sessionless => InstanceMode::PerCall,
            Mode::PerSession => InstanceMode::PerSession,
            Mode::Single => InstanceMode::Single,
        };
        let (concurrency, throttles) = (ConcurrencyMode::Multiple, Throttles::UNLIMITED);
        Behavior { instancing, concurrency, throttles, ..Behavior::default() }
    }
}

pub(crate) fn patient() -> ProxyOptions {
    ProxyOptions { max_pending_calls: Some(1_000_000), ..ProxyOptions::default() }
}

/// Records of calls, at both ends.
pub(crate) fn records(count: usize) -> Vec<sessionful::event::Record> {
    let mut ends = wired::Wired::new(Mode::PerCall, Vec::with_capacity(count + 1_000));
    while ends.ear.len() < count {
        ends.call(1);
    }
    ends.ear.truncate(count);
    ends.ear
}
