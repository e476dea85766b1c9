//! What can happen next in a world, and letting it happen.

use super::link::{Cargo, Far, Link};
use super::{Command, Step, Toward, World};
use crate::host::HostInput;
use crate::ids::{ContextId, DispatchId, NodeId};
use crate::lifecycle::Phase;
use crate::machine::Machine;
use crate::proxy::ProxyInput;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::time::Duration;

/// What can happen next.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Choice {
    /// The first thing on a link arrives.
    Deliver(u64, Toward),
    /// An operation goes on.
    Run(NodeId, DispatchId),
    /// A provider's lease of a context ends.
    Lease(NodeId, ContextId),
    /// A machine's timer is due.
    Timer(NodeId),
    /// The next command of a node's agenda is given.
    Command(NodeId),
}

impl World {
    /// Everything that can happen, each with its time and its place in the queue of that time.
    fn pending(&self) -> impl Iterator<Item = (Timestamp, u64, Choice)> + '_ {
        let flights = self.links.iter().flat_map(move |(id, link)| {
            [Toward::Host, Toward::Proxy].into_iter().filter_map(move |toward| {
                let flight = link.head(toward)?;
                self.may_pass(link, toward).then_some((
                    flight.due,
                    flight.order,
                    Choice::Deliver(*id, toward),
                ))
            })
        });
        let host_runs = self.hosts.iter().map(|(node, host)| (*node, &host.actor));
        let proxy_runs = self.proxies.iter().map(|(node, proxy)| (*node, &proxy.actor));
        let runs = host_runs.chain(proxy_runs).flat_map(|(node, actor)| {
            let ready = actor.ready(&self.freed);
            let ready = ready.map(move |(at, order, id)| (at, order, Choice::Run(node, id)));
            let leases =
                actor.leases().map(move |(at, id)| (at, u64::MAX, Choice::Lease(node, id)));
            ready.chain(leases)
        });
        let hosts = self.hosts.iter().map(|(node, host)| (*node, host.host.deadline()));
        let proxies = self.proxies.iter().map(|(node, proxy)| (*node, proxy.proxy.deadline()));
        let timers = hosts
            .chain(proxies)
            .filter_map(|(node, due)| Some((due?, u64::MAX, Choice::Timer(node))));
        let commands = self.agenda.iter().filter(|(node, steps)| {
            steps.front().is_some_and(|step| self.may_be_given(**node, step))
        });
        let commands = commands.map(|(node, _)| (self.now, u64::MAX - 1, Choice::Command(*node)));
        flights.chain(runs).chain(timers).chain(commands)
    }

    /// A user awaits the opening and closing of a proxy, except to abort, abandon or cut.
    fn may_be_given(&self, node: NodeId, step: &Step) -> bool {
        let impatient =
            matches!(step, Step::Node(_, Command::Abort | Command::Abandon(_) | Command::Link(..)));
        let phase = self.proxies.get(&node).map(|proxy| proxy.proxy.phase());
        impatient || !matches!(phase, Some(Phase::Opening | Phase::Closing))
    }

    /// Whether the weather and the receiver let the first thing on a link through.
    fn may_pass(&self, link: &Link, toward: Toward) -> bool {
        let Some(proxy) = self.proxies.get(&link.proxy.0) else { return true };
        let message = matches!(link.head(toward).map(|f| &f.cargo), Some(Cargo::Message(_)));
        let receptive = match (toward, link.far) {
            (Toward::Host, Far::Channel(channel)) => {
                self.hosts.get(&link.host).is_none_or(|host| host.host.is_receptive(channel))
            }
            (Toward::Host, _) => true,
            (Toward::Proxy, _) => proxy.proxy.is_receptive(link.proxy.1),
        };
        !proxy.weather.held && (receptive || !message)
    }

    /// What can happen now, without time going by.
    pub fn choices(&self) -> Vec<Choice> {
        let mut now: Vec<_> = self.pending().filter(|(at, ..)| *at <= self.now).collect();
        now.sort_unstable();
        now.into_iter().map(|(_, _, choice)| choice).collect()
    }

    /// When something can happen next, if ever.
    pub fn next_time(&self) -> Option<Timestamp> {
        self.pending().map(|(at, ..)| at).min()
    }

    /// Does what is next, without time going by. False: nothing is left to do now.
    pub fn step(&mut self) -> bool {
        let next = self.pending().filter(|(at, ..)| *at <= self.now).min();
        next.is_some_and(|(_, _, choice)| {
            self.apply(choice);
            true
        })
    }

    /// Lets time go by until something can happen. False: nothing ever will.
    pub fn jump(&mut self) -> bool {
        match self.next_time() {
            Some(at) => {
                self.now = self.now.max(at);
                true
            }
            None => false,
        }
    }

    /// Does everything that can be done without time going by (`MOD-7`).
    pub fn settle(&mut self) {
        while self.step() {}
    }

    /// Does everything that is due within a span, and lets the span go by.
    pub fn advance(&mut self, span: Duration) {
        let until = self.now + span;
        while self.step_until(until) {}
    }

    /// Does what is next, or lets time go by until it can be done, but not beyond a time. False:
    /// nothing is left before that time, which it is now.
    pub fn step_until(&mut self, until: Timestamp) -> bool {
        if self.step() {
            return true;
        }
        if self.next_time().is_some_and(|at| at <= until) {
            return self.jump();
        }
        self.now = until;
        false
    }

    /// Lets one of the [choices](World::choices) happen.
    pub fn apply(&mut self, choice: Choice) {
        match choice {
            Choice::Deliver(link, toward) => self.deliver(link, toward),
            Choice::Run(node, dispatch) => self.run_on(node, dispatch),
            Choice::Lease(node, context) => {
                if let Some(host) = self.hosts.get_mut(&node) {
                    host.actor.end_lease(context);
                }
                self.tell_host(node, HostInput::ContextIdle(context, true));
            }
            Choice::Timer(node) if self.hosts.get(&node).is_some() => {
                self.tell_host(node, HostInput::Wake);
            }
            Choice::Timer(node) => self.tell_proxy(node, ProxyInput::Wake),
            Choice::Command(node) => {
                let step = self.agenda.get_mut(&node).and_then(VecDeque::pop_front);
                if let Some(step) = step {
                    self.start(&step);
                }
            }
        }
    }
}
