//! A service with its proxy and its host: what is drawn in one row.

use crate::samples::{calculator_contract, duplex_hello_contract, session_calculator_contract};
use sessionful::host::Endpoint;
use sessionful::ids::{NodeId, OperationId};
use sessionful::{Behavior, Binding, Contract, InstanceMode};
use smol_str::SmolStr;
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

static CONTRACTS: LazyLock<[Arc<Contract>; 3]> = LazyLock::new(|| {
    [calculator_contract(), session_calculator_contract(), duplex_hello_contract()].map(Arc::new)
});

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

    /// Where it is served.
    pub fn endpoint(self) -> Endpoint {
        let binding = match self {
            Lane::Calculator => Binding::fetch(),
            Lane::SessionCalculator | Lane::DuplexHello => Binding::websocket(),
        };
        let address = format!("/{}", self.slug()).into();
        Endpoint { address, contract: Arc::clone(self.contract()), binding }
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
        match side {
            Side::Proxy => NodeId(1 + self as u32),
            Side::Host => NodeId(11 + self as u32),
        }
    }

    /// Whose end that is.
    pub fn of(node: NodeId) -> Option<(Lane, Side)> {
        let ends = Lane::ALL.into_iter().flat_map(|lane| [(lane, Side::Proxy), (lane, Side::Host)]);
        ends.into_iter().find(|(lane, side)| lane.node(*side) == node)
    }

    /// The name of an operation of its contract, or of what it calls back.
    pub fn operation(self, id: OperationId, side: Side) -> SmolStr {
        let contract = match side {
            Side::Proxy => Some(&**self.contract()),
            Side::Host => self.contract().callback(),
        };
        let operation = contract.and_then(|contract| contract.operation(id));
        operation.map_or_else(|| id.to_string().into(), |operation| operation.name.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_end_has_a_name_of_its_own() {
        for lane in Lane::ALL {
            for side in [Side::Proxy, Side::Host] {
                assert_eq!(Lane::of(lane.node(side)), Some((lane, side)));
            }
        }
        assert_eq!(Lane::of(NodeId(99)), None);
    }

    #[test]
    fn bindings_suit_contracts() {
        for lane in Lane::ALL {
            let endpoint = lane.endpoint();
            let selected = endpoint.binding.select(&[&endpoint.contract]).unwrap();
            assert_eq!(selected.shape.is_exchange(), lane == Lane::Calculator, "{lane:?}");
        }
    }

    #[test]
    fn operations_are_called_by_their_names() {
        assert_eq!(Lane::SessionCalculator.operation(OperationId(1), Side::Proxy), "addTo");
        assert_eq!(Lane::DuplexHello.operation(OperationId(0), Side::Host), "reply");
        assert_eq!(Lane::Calculator.operation(OperationId(9), Side::Proxy), "op#9");
    }
}
