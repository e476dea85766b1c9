//! Whole worlds in virtual time: proxies, hosts, links and services as one machine.
//!
//! A [`World`] is a value: it can be cloned, compared, hashed, stepped by one choice at a time, and
//! run again from its seed to the same journal. Nothing in it is a mock: the machines are the ones
//! that the drivers run.

mod actor;
mod link;
mod perform;
mod program;
mod recorder;
mod run;
mod scenario;
mod script;
mod steps;
mod wire;

pub use actor::ServiceScript;
pub use link::{Random, Toward, Weather};
pub use program::{Act, ActError, Op, Operand, Programs};
pub use recorder::Counts;
pub use run::{Run, describe};
pub use scenario::{HostScript, ProxyScript, Scenario, ScenarioError};
pub use script::{Command, Step, StepError};
pub use steps::Choice;
pub use wire::{InFlight, Load};

use crate::action::{Loss, Ticket, Wire};
use crate::error::{HostError, ProxyError};
use crate::host::{Host, HostInput};
use crate::ids::{CallId, ChannelId, DispatchId, EndpointId, ExchangeId, NodeId};
use crate::machine::Machine;
use crate::message::Message;
use crate::observe::{End, Journal, Picture};
use crate::proxy::{NewCall, Proxy, ProxyInput};
use crate::table::{Names, Series, Set, Table};
use crate::time::Timestamp;
use actor::Actor;
use link::{Cargo, Far, Flight, Link};
use recorder::Recorder;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use std::collections::{BTreeSet, VecDeque};

/// A host in a world.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct HostNode {
    /// The machine.
    pub host: Host,
    /// What it has made and ended.
    pub counts: Counts,
    pub(crate) actor: Actor,
    channels: Series<ChannelId, u64>,
    exchanges: Series<ExchangeId, u64>,
    next_exchange: ExchangeId,
    listening: Set<EndpointId>,
    deaf: Set<EndpointId>,
    done: Series<Ticket, Result<(), HostError>>,
}

impl HostNode {
    /// The operations whose user's code runs, as opposed to waiting for a call of its own.
    pub fn inside(&self) -> impl Iterator<Item = DispatchId> + '_ {
        self.actor.inside()
    }
}

/// A proxy in a world.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct ProxyNode {
    /// The machine.
    pub proxy: Proxy,
    /// How its links behave.
    pub weather: Weather,
    pub(crate) actor: Actor,
    host: NodeId,
    endpoint: EndpointId,
    links: Series<ChannelId, u64>,
    done: Series<Ticket, Result<(), ProxyError>>,
    settled: Series<CallId, Settled>,
    /// Calls that an operation elsewhere makes through this proxy.
    for_others: Series<CallId, (NodeId, DispatchId, CallId)>,
}

/// How a call ended.
pub type Settled = Result<Box<Message>, ProxyError>;

/// Proxies, hosts and what lies between them.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct World {
    /// Virtual time.
    pub now: Timestamp,
    random: Random,
    order: u64,
    /// Everything at one time is unordered: an explorer chooses.
    unordered: bool,
    hosts: Table<NodeId, HostNode>,
    proxies: Table<NodeId, ProxyNode>,
    names: Names<NodeId>,
    links: Series<u64, Link>,
    next_link: u64,
    next_ticket: u64,
    next_call: CallId,
    agenda: Series<NodeId, VecDeque<Step>>,
    freed: BTreeSet<SmolStr>,
    #[serde(skip)]
    todo: VecDeque<Todo>,
    #[serde(skip, default = "no_journal")]
    journal: Journal,
}

fn no_journal() -> Journal {
    Journal::new(0)
}

/// An input on its way to a machine of this very moment.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct Todo {
    node: NodeId,
    input: Input,
    cause: Option<u64>,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
enum Input {
    Host(HostInput),
    Proxy(ProxyInput),
}

impl World {
    /// An empty world. The same seed gives the same run.
    pub fn new(seed: u64) -> World {
        World {
            now: Timestamp::ZERO,
            random: Random::new(seed),
            order: 0,
            unordered: false,
            hosts: Table::default(),
            proxies: Table::default(),
            names: Names::default(),
            links: Series::default(),
            next_link: 1,
            next_ticket: 1,
            next_call: CallId(1),
            agenda: Series::default(),
            freed: BTreeSet::new(),
            todo: VecDeque::new(),
            journal: no_journal(),
        }
    }

    /// Keeps that many records.
    #[must_use]
    pub fn with_journal(mut self, capacity: usize) -> World {
        self.journal = Journal::new(capacity);
        self
    }

    /// Leaves the order of simultaneous things to whoever steps the world.
    #[must_use]
    pub fn unordered(mut self) -> World {
        self.unordered = true;
        self
    }

    /// The records of the run.
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    /// Takes the records out of the journal ([`Journal::take`]).
    pub fn take_records(&mut self) -> Vec<crate::event::Record> {
        self.journal.take()
    }

    /// Takes out how the calls of a proxy have ended since this was last asked.
    pub fn take_settled(&mut self, node: NodeId) -> Series<CallId, Settled> {
        self.proxies.get_mut(&node).map(|p| std::mem::take(&mut p.settled)).unwrap_or_default()
    }

    /// Adds a host; its singleton is made at once, if it has one.
    pub fn add_host(&mut self, name: &str, host: Host, service: ServiceScript) -> NodeId {
        let node = self.name(name);
        let actor = Actor::new(service);
        let host = HostNode {
            host,
            counts: Counts::default(),
            actor,
            channels: Series::default(),
            exchanges: Series::default(),
            next_exchange: ExchangeId(1),
            listening: Set::default(),
            deaf: Set::default(),
            done: Series::default(),
        };
        self.hosts.insert(node, host);
        self.tell_host(node, HostInput::Construct);
        node
    }

    /// Adds a proxy that talks to an endpoint of a host.
    pub fn add_proxy(
        &mut self,
        name: &str,
        proxy: Proxy,
        to: (NodeId, EndpointId),
        weather: Weather,
        callback: ServiceScript,
    ) -> NodeId {
        let node = self.name(name);
        let proxy = ProxyNode {
            proxy,
            weather,
            actor: Actor::new(callback),
            host: to.0,
            endpoint: to.1,
            links: Series::default(),
            done: Series::default(),
            settled: Series::default(),
            for_others: Series::default(),
        };
        self.proxies.insert(node, proxy);
        node
    }

    fn name(&mut self, name: &str) -> NodeId {
        let node = NodeId(u32::try_from(self.names.len()).unwrap_or(u32::MAX) + 1);
        self.names.insert(name.into(), node);
        node
    }

    /// The node of that name.
    pub fn node(&self, name: &str) -> Option<NodeId> {
        self.names.get(name).copied()
    }

    /// The name of a node.
    pub fn name_of(&self, node: NodeId) -> &str {
        let found = self.names.iter().find(|(_, id)| **id == node);
        found.map_or("?", |(name, _)| name)
    }

    /// A host.
    pub fn host(&self, node: NodeId) -> Option<&HostNode> {
        self.hosts.get(&node)
    }

    /// A proxy.
    pub fn proxy(&self, node: NodeId) -> Option<&ProxyNode> {
        self.proxies.get(&node)
    }

    /// All hosts.
    pub fn hosts(&self) -> impl Iterator<Item = (NodeId, &HostNode)> {
        self.hosts.iter().map(|(node, host)| (*node, host))
    }

    /// All proxies.
    pub fn proxies(&self) -> impl Iterator<Item = (NodeId, &ProxyNode)> {
        self.proxies.iter().map(|(node, proxy)| (*node, proxy))
    }

    /// What exists now, drawn from the state of the machines.
    pub fn picture(&self) -> Picture {
        let hosts = self.hosts.iter().map(|(node, host)| (*node, End::of_host(&host.host)));
        let proxies = self.proxies.iter().map(|(node, p)| (*node, End::of_proxy(&p.proxy)));
        Picture { ends: hosts.chain(proxies).collect() }
    }

    /// How the folded picture differs from the drawn one, if it does.
    pub fn picture_difference(&self) -> Option<String> {
        for (node, drawn) in self.picture().ends.drain() {
            let drawn = drawn.normalized();
            let folded = self
                .journal
                .picture()
                .ends
                .get(&node)
                .cloned()
                .unwrap_or_else(|| End { kind: drawn.kind, ..End::default() });
            let folded = folded.normalized();
            if folded != drawn {
                let name = self.name_of(node);
                return Some(format!("{name}: folded {folded:#?}\nbut drawn {drawn:#?}"));
            }
        }
        None
    }

    /// What is left over once everything is closed; empty when all is well.
    pub fn leaks(&self) -> Vec<String> {
        let mut leaks = Vec::new();
        for (node, host) in self.hosts.iter() {
            let name = self.name_of(*node);
            leaks.extend(host.host.leaks().into_iter().map(|leak| format!("{name}: {leak}")));
            leaks.extend(host.actor.leaks().into_iter().map(|leak| format!("{name}: {leak}")));
        }
        for (node, proxy) in self.proxies.iter() {
            let name = self.name_of(*node);
            leaks.extend(proxy.proxy.leaks().into_iter().map(|leak| format!("{name}: {leak}")));
            leaks.extend(proxy.actor.leaks().into_iter().map(|leak| format!("{name}: {leak}")));
        }
        leaks.extend(self.links.keys().map(|link| format!("link {link}")));
        leaks
    }

    /// Gives a command to a host.
    pub fn command_host(
        &mut self,
        node: NodeId,
        command: impl FnOnce(Ticket) -> HostInput,
    ) -> Ticket {
        let ticket = self.ticket();
        self.tell_host(node, command(ticket));
        ticket
    }

    /// Gives a command to a proxy.
    pub fn command_proxy(
        &mut self,
        node: NodeId,
        command: impl FnOnce(Ticket) -> ProxyInput,
    ) -> Ticket {
        let ticket = self.ticket();
        self.tell_proxy(node, command(ticket));
        ticket
    }

    /// Makes a call; the answer is found in [`World::settled`].
    pub fn call(&mut self, node: NodeId, new: impl FnOnce(CallId) -> NewCall) -> CallId {
        let call = self.next_call.take();
        self.tell_proxy(node, ProxyInput::Call(new(call)));
        call
    }

    fn ticket(&mut self) -> Ticket {
        self.next_ticket += 1;
        Ticket(self.next_ticket)
    }

    /// How a call ended, if it has.
    pub fn settled(&self, node: NodeId, call: CallId) -> Option<&Settled> {
        self.proxies.get(&node)?.settled.get(&call)
    }

    /// How a command to a proxy ended, if it has.
    pub fn proxy_done(&self, node: NodeId, ticket: Ticket) -> Option<&Result<(), ProxyError>> {
        self.proxies.get(&node)?.done.get(&ticket)
    }

    /// How a command to a host ended, if it has.
    pub fn host_done(&self, node: NodeId, ticket: Ticket) -> Option<&Result<(), HostError>> {
        self.hosts.get(&node)?.done.get(&ticket)
    }

    /// Hands a host an input, and does everything that follows at once.
    pub fn tell_host(&mut self, node: NodeId, input: HostInput) {
        self.todo.push_back(Todo { node, input: Input::Host(input), cause: None });
        self.do_all();
    }

    /// Hands a proxy an input, and does everything that follows at once.
    pub fn tell_proxy(&mut self, node: NodeId, input: ProxyInput) {
        self.todo.push_back(Todo { node, input: Input::Proxy(input), cause: None });
        self.do_all();
    }

    fn do_all(&mut self) {
        while let Some(Todo { node, input, cause }) = self.todo.pop_front() {
            let mut out = Recorder {
                actions: Vec::new(),
                journal: &mut self.journal,
                counts: None,
                at: self.now,
                node,
                cause,
                last: cause,
            };
            match input {
                Input::Host(input) => {
                    let Some(host) = self.hosts.get_mut(&node) else { continue };
                    out.counts = Some(&mut host.counts);
                    host.host.handle(self.now, input, &mut out);
                }
                Input::Proxy(input) => {
                    let Some(proxy) = self.proxies.get_mut(&node) else { continue };
                    proxy.proxy.handle(self.now, input, &mut out);
                }
            }
            let (actions, last) = (out.actions, out.last);
            for action in actions {
                self.perform(node, action, last);
            }
        }
    }

    fn later(&mut self, node: NodeId, input: Input, cause: Option<u64>) {
        self.todo.push_back(Todo { node, input, cause });
    }

    fn next_order(&mut self) -> u64 {
        if !self.unordered {
            self.order += 1;
        }
        self.order
    }

    /// Lets a label go: whoever waits for it goes on, now and ever after.
    pub fn free(&mut self, label: &str) {
        self.freed.insert(label.into());
    }

    /// Sets the weather of a proxy's links. What is under way in a partition is lost.
    pub fn set_weather(&mut self, node: NodeId, weather: Weather) {
        if let Some(proxy) = self.proxies.get_mut(&node) {
            proxy.weather = weather;
        }
        if weather.partitioned {
            self.cut(node);
        }
    }

    /// Breaks every connection and exchange of a proxy; both ends notice.
    pub fn cut(&mut self, node: NodeId) {
        let links: Vec<u64> =
            self.links.iter().filter(|(_, link)| link.proxy.0 == node).map(|(id, _)| *id).collect();
        for id in links {
            self.break_link(id, Loss::Broken("the connection was cut".into()));
        }
    }

    /// Lets an endpoint fail to listen from now on.
    pub fn deafen(&mut self, node: NodeId, endpoint: EndpointId) {
        if let Some(host) = self.hosts.get_mut(&node) {
            host.deaf.insert(endpoint);
        }
    }

    /// Whether every command of every agenda was given.
    pub fn is_planned_out(&self) -> bool {
        self.agenda.values().all(VecDeque::is_empty)
    }

    /// Puts commands on a node's agenda; an explorer chooses when each is given.
    pub fn plan(&mut self, node: NodeId, steps: impl IntoIterator<Item = Step>) {
        self.agenda.get_or_default(node).extend(steps);
    }

    fn break_link(&mut self, id: u64, loss: Loss) {
        let Some(link) = self.links.remove(&id) else { return };
        self.forget_link(&link);
        let (node, channel) = link.proxy;
        let lost = Wire::Lost(channel, loss.clone());
        self.later(node, Input::Proxy(ProxyInput::Wire(lost)), None);
        match link.far {
            Far::Channel(channel) => {
                let lost = Wire::Lost(channel, loss);
                self.later(link.host, Input::Host(HostInput::Wire(lost)), None);
            }
            Far::Exchange(exchange) => {
                let lost = HostInput::ExchangeLost(link.endpoint, exchange);
                self.later(link.host, Input::Host(lost), None);
            }
            Far::Nobody => {}
        }
        self.do_all();
    }

    fn forget_link(&mut self, link: &Link) {
        if let Some(proxy) = self.proxies.get_mut(&link.proxy.0) {
            proxy.links.remove(&link.proxy.1);
        }
        if let Some(host) = self.hosts.get_mut(&link.host) {
            match link.far {
                Far::Channel(channel) => drop(host.channels.remove(&channel)),
                Far::Exchange(exchange) => drop(host.exchanges.remove(&exchange)),
                Far::Nobody => {}
            }
        }
    }

    fn send(&mut self, link: u64, toward: Toward, cargo: Cargo, cause: Option<u64>) {
        let order = self.next_order();
        let Some(found) = self.links.get_mut(&link) else { return };
        let Some(proxy) = self.proxies.get(&found.proxy.0) else { return };
        let weather = proxy.weather;
        let breaks = matches!(cargo, Cargo::Message(_)) && weather.breaks(&mut self.random);
        let queue = found.queue(toward);
        // A connection keeps order: nothing overtakes what was sent before.
        let after = queue.back().map_or(Timestamp::ZERO, |flight| flight.due);
        let due = (self.now + weather.delay(&mut self.random)).max(after);
        queue.push_back(Flight { due, order, cause, cargo });
        if breaks {
            self.break_link(link, Loss::Broken("the connection was lost".into()));
        }
    }
}
