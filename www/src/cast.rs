//! Who takes part in a run: names, contracts and rules, which records do not repeat.

use crate::act::Ask;
use crate::map::Map;
use sessionful::ids::{NodeId, OperationId};
use sessionful::{Contract, Operation, Rules};
use smol_str::SmolStr;
use std::sync::Arc;
use std::time::Duration;

/// Proxies and hosts by the ids that records give them.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Cast {
    members: Map<NodeId, Member>,
}

/// A proxy or a host.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Member {
    /// What it is called.
    pub name: SmolStr,
    /// Whom a proxy calls; nothing for a host.
    pub host: Option<NodeId>,
    /// What may be called: a host's own contract, or the one that a proxy knows.
    pub contract: Arc<Contract>,
    /// Which automaton governs it.
    pub rules: Rules,
    /// Whether each call has a channel of its own.
    pub pooled: bool,
    /// Whether a first call opens it (`CO-19`).
    pub auto_open: bool,
    /// How many calls may be pending (`PROXY-23`).
    pub max_pending: Option<u32>,
    /// How long a call may take, if not for ever.
    pub call_timeout: Option<Duration>,
    /// Arguments that suit its operations, for buttons; none unless given.
    pub arguments: Map<SmolStr, Vec<SmolStr>>,
}

impl Member {
    /// The usual call of an operation.
    pub fn usual(&self, operation: &str) -> Ask {
        let arguments = self.arguments.get(operation).cloned().unwrap_or_default();
        Ask { arguments, ..Ask::new(operation) }
    }
}

impl Cast {
    /// Adds a member.
    pub fn add(&mut self, node: NodeId, member: Member) {
        self.members.insert(node, member);
    }

    /// All members, hosts and proxies, in the order of their ids.
    pub fn iter(&self) -> impl Iterator<Item = (NodeId, &Member)> {
        self.members.iter().map(|(node, member)| (*node, member))
    }

    /// Who that is.
    pub fn get(&self, node: NodeId) -> Option<&Member> {
        self.members.get(&node)
    }

    /// The name of a member.
    pub fn name(&self, node: NodeId) -> SmolStr {
        self.get(node).map_or_else(|| node.to_string().into(), |member| member.name.clone())
    }

    /// The member of that name.
    pub fn node(&self, name: &str) -> Option<NodeId> {
        self.iter().find(|(_, member)| member.name == name).map(|(node, _)| node)
    }

    /// The proxies.
    pub fn proxies(&self) -> impl Iterator<Item = (NodeId, &Member)> {
        self.iter().filter(|(_, member)| member.host.is_some())
    }

    /// The hosts.
    pub fn hosts(&self) -> impl Iterator<Item = (NodeId, &Member)> {
        self.iter().filter(|(_, member)| member.host.is_none())
    }

    /// The host that a node talks to or is.
    pub fn host_of(&self, node: NodeId) -> Option<NodeId> {
        self.get(node).map(|member| member.host.unwrap_or(node))
    }

    /// An operation that a node calls: a proxy one of its contract, a host one of the callback's.
    pub fn operation(&self, node: NodeId, id: OperationId) -> Option<&Operation> {
        let member = self.get(node)?;
        let contract = match member.host {
            Some(_) => Some(&*member.contract),
            None => member.contract.callback(),
        };
        contract?.operation(id)
    }

    /// The name of such an operation.
    pub fn operation_name(&self, node: NodeId, id: OperationId) -> SmolStr {
        let operation = self.operation(node, id);
        operation.map_or_else(|| id.to_string().into(), |operation| operation.name.clone())
    }
}

/// The short name of what a message asks for: `Calculator/add` is `add`.
pub fn short_action(action: &str) -> &str {
    action.rsplit('/').next().unwrap_or(action)
}
