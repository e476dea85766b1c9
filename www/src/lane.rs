//! A service with its proxy and its host: what is drawn in one row.

use sessionful::contract::Operation;
use sessionful::ids::NodeId;
use sessionful::{Behavior, Contract, InstanceMode, SessionMode};
use std::sync::{Arc, LazyLock};

/// One of the three conversations on the page.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Lane {
    /// Sessionless: a pooled channel for each call.
    Calculator,
    /// A session with a running result.
    SessionCalculator,
    /// A session in which the service calls back.
    DuplexHello,
}

/// Which end of a conversation.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Side {
    /// In the page.
    Proxy,
    /// In the worker.
    Host,
}

static CONTRACTS: LazyLock<[Arc<Contract>; 3]> =
    LazyLock::new(|| Lane::ALL.map(|lane| Arc::new(contract(lane))));

/// The contract as `www/js/live/services.js` has it.
fn contract(lane: Lane) -> Contract {
    let later = |name: &str| Operation::new(name).not_initiating();
    let draft = match lane {
        Lane::Calculator => Contract::new("Calculator")
            .session(SessionMode::NotAllowed)
            .operation(Operation::new("add"))
            .operation(Operation::new("subtract"))
            .operation(Operation::new("multiply"))
            .operation(Operation::new("divide").fault("DivisionByZero")),
        Lane::SessionCalculator => Contract::new("SessionCalculator")
            .session(SessionMode::Required)
            .operation(Operation::new("clear"))
            .operation(later("addTo"))
            .operation(later("subtractFrom"))
            .operation(later("multiplyBy"))
            .operation(later("divideBy").fault("DivisionByZero"))
            .operation(later("equals").terminating()),
        Lane::DuplexHello => Contract::new("DuplexHello")
            .session(SessionMode::Required)
            .operation(Operation::new("hello").one_way())
            .callback(Contract::new("HelloCallback").operation(Operation::new("reply").one_way())),
    };
    draft.build().expect("invariant: the three contracts are consistent")
}

impl Lane {
    /// All of them, from top to bottom.
    pub const ALL: [Lane; 3] = [Lane::Calculator, Lane::SessionCalculator, Lane::DuplexHello];

    /// Its place, from 0.
    pub const fn index(self) -> usize {
        self as usize
    }

    /// What the service is called.
    pub const fn title(self) -> &'static str {
        match self {
            Lane::Calculator => "Calculator",
            Lane::SessionCalculator => "Session calculator",
            Lane::DuplexHello => "Duplex hello",
        }
    }

    /// A word for it in names of things.
    pub const fn slug(self) -> &'static str {
        match self {
            Lane::Calculator => "calculator",
            Lane::SessionCalculator => "session",
            Lane::DuplexHello => "hello",
        }
    }

    /// What is special about it.
    pub const fn about(self) -> &'static str {
        match self {
            Lane::Calculator => "pooled · PerCall",
            Lane::SessionCalculator => "session · PerSession",
            Lane::DuplexHello => "duplex · PerSession",
        }
    }

    /// Its contract.
    pub fn contract(self) -> &'static Arc<Contract> {
        &CONTRACTS[self.index()]
    }

    /// How its service is run.
    pub fn behavior(self) -> Behavior {
        let instancing = match self {
            Lane::Calculator => InstanceMode::PerCall,
            Lane::SessionCalculator | Lane::DuplexHello => InstanceMode::PerSession,
        };
        Behavior { instancing, ..Behavior::default() }
    }

    /// The name of one of its ends in records.
    pub const fn node(self, side: Side) -> NodeId {
        node(self as u32, side)
    }
}

/// A live run has fewer proxies.
const MOST: u32 = 10;

/// The name in records of an end of the proxy at a place, from 0, or of its host.
pub const fn node(place: u32, side: Side) -> NodeId {
    match side {
        Side::Proxy => NodeId(1 + place),
        Side::Host => NodeId(1 + MOST + place),
    }
}

/// Which end that is.
pub fn end(node: NodeId) -> Option<(u32, Side)> {
    let place = node.0.checked_sub(1)?;
    match place.checked_sub(MOST) {
        None => Some((place, Side::Proxy)),
        Some(place) => (place < MOST).then_some((place, Side::Host)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_end_has_a_name_of_its_own() {
        for lane in Lane::ALL {
            for side in [Side::Proxy, Side::Host] {
                assert_eq!(end(lane.node(side)), Some((lane as u32, side)));
            }
        }
        assert_eq!((end(NodeId(0)), end(NodeId(99))), (None, None));
    }

    #[test]
    fn the_contracts_are_consistent() {
        for lane in Lane::ALL {
            assert_eq!(lane.contract().check(), Ok(()), "{lane:?}");
        }
        let contract = Lane::SessionCalculator.contract();
        let flags = |name| contract.named(name).map(|(_, op)| (op.initiating, op.terminating));
        assert_eq!(flags("clear"), Some((true, false)));
        assert_eq!(flags("addTo"), Some((false, false)));
        assert_eq!(flags("equals"), Some((false, true)));
        assert!(Lane::DuplexHello.contract().callback().is_some());
    }
}
