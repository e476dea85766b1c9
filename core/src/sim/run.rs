//! Running a script, and telling what comes of it.

use super::World;
use super::actor::text;
use super::link::Weather;
use super::scenario::ScenarioError;
use super::script::{Command, Step};
use crate::action::Ticket;
use crate::dispatch::Stage;
use crate::error::{HostError, ProxyError};
use crate::event::Event;
use crate::host::HostInput;
use crate::ids::{CallId, EndpointId, NodeId, OperationId};
use crate::lifecycle::{Phase, Rules};
use crate::message::{Header, Message};
use crate::proxy::{NewCall, ProxyInput};
use crate::table::{Names, Series};
use smol_str::SmolStr;
use std::fmt::Write;
use std::time::Duration;

/// What a label names.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Awaited {
    Call(NodeId, CallId),
    Proxy(NodeId, Ticket),
    Host(NodeId, Ticket),
    Nothing,
}

/// A scenario that is being run.
#[derive(Clone, Debug)]
pub struct Run {
    /// The world.
    pub world: World,
    /// What came of each step: the step, `=>`, the outcome.
    pub outcomes: Vec<String>,
    labels: Names<Awaited>,
    /// Up to which record `ran` has told of a node.
    told: Series<NodeId, u64>,
    /// How many things have happened, and may.
    things: u64,
    limit: u64,
}

/// How many things may happen in a run unless told otherwise: scenarios come from strangers, and
/// their operations may call each other for ever.
const LIMIT: u64 = 1_000_000;

impl Run {
    pub(super) fn new(world: World) -> Run {
        Run {
            world,
            outcomes: Vec::new(),
            labels: Names::default(),
            told: Series::default(),
            things: 0,
            limit: LIMIT,
        }
    }

    /// How many things may happen before the run is given up as endless; a million unless set.
    #[must_use]
    pub fn limit(mut self, things: u64) -> Run {
        self.limit = things;
        self
    }

    /// Takes one step; its outcome.
    pub fn step(&mut self, step: &Step) -> Result<String, ScenarioError> {
        let outcome = self.carry_out(step)?;
        let line = match outcome.as_str() {
            "" => String::from(step.clone()),
            outcome => format!("{} => {outcome}", String::from(step.clone())),
        };
        self.outcomes.push(line);
        Ok(outcome)
    }

    fn carry_out(&mut self, step: &Step) -> Result<String, ScenarioError> {
        match step {
            Step::Settle => self.settle()?,
            Step::Advance(span) => {
                let until = self.world.now + *span;
                while self.world.step_until(until) {
                    self.count()?;
                }
            }
            Step::Free(label) => {
                self.world.free(label);
                self.settle()?;
            }
            Step::Start(label, node, command) => {
                let awaited = self.world.give(node, command)?;
                self.settle()?;
                self.labels.insert(label.clone(), awaited);
            }
            Step::Node(node, command) => {
                let awaited = self.world.give(node, command)?;
                return self.wait(awaited);
            }
            Step::Await(label) => return self.wait(self.label(label)?),
            Step::Peek(label) => return Ok(self.tell(self.label(label)?)),
            Step::Drop(label) => {
                if let Awaited::Call(node, call) = self.label(label)? {
                    self.world.tell_proxy(node, ProxyInput::Forget(call));
                    self.settle()?;
                }
            }
            Step::Show(name) => return self.show(name),
            Step::Ran(name) => return self.ran(name),
        }
        Ok(String::new())
    }

    fn label(&self, label: &SmolStr) -> Result<Awaited, ScenarioError> {
        let unknown = || ScenarioError::UnknownName { name: label.clone() };
        self.labels.get(label).copied().ok_or_else(unknown)
    }

    /// Lets the world go on until something has ended, then do what can be done at once.
    fn wait(&mut self, awaited: Awaited) -> Result<String, ScenarioError> {
        while self.outcome(awaited).is_none() && (self.world.step() || self.world.jump()) {
            self.count()?;
        }
        self.settle()?;
        Ok(self.tell(awaited))
    }

    /// Does everything that can be done without time going by.
    fn settle(&mut self) -> Result<(), ScenarioError> {
        while self.world.step() {
            self.count()?;
        }
        Ok(())
    }

    /// Something has happened.
    fn count(&mut self) -> Result<(), ScenarioError> {
        self.things += 1;
        let things = self.limit;
        if self.things > things { Err(ScenarioError::Endless { things }) } else { Ok(()) }
    }

    fn tell(&self, awaited: Awaited) -> String {
        match awaited {
            Awaited::Nothing => String::new(),
            _ => self.outcome(awaited).unwrap_or_else(|| "pending".into()),
        }
    }

    fn outcome(&self, awaited: Awaited) -> Option<String> {
        match awaited {
            Awaited::Call(node, call) => {
                let rules = self.world.proxy(node)?.proxy.options().rules;
                Some(match self.world.settled(node, call)? {
                    Ok(message) => format!("ok {}", text(message)).trim_end().to_owned(),
                    Err(error) => describe(error, rules),
                })
            }
            Awaited::Proxy(node, ticket) => {
                let rules = self.world.proxy(node)?.proxy.options().rules;
                Some(match self.world.proxy_done(node, ticket)? {
                    Ok(()) => "ok".into(),
                    Err(error) => describe(error, rules),
                })
            }
            Awaited::Host(node, ticket) => Some(match self.world.host_done(node, ticket)? {
                Ok(()) => "ok".into(),
                Err(error) => describe_host(error),
            }),
            Awaited::Nothing => Some(String::new()),
        }
    }

    fn show(&self, name: &SmolStr) -> Result<String, ScenarioError> {
        let unknown = || ScenarioError::UnknownName { name: name.clone() };
        let node = self.world.node(name).ok_or_else(unknown)?;
        if let Some(host) = self.world.host(node) {
            let counts = host.counts;
            return Ok(format!(
                "{} {}/{}/{}/{}/{} peak {}",
                host.host.phase(),
                host.host.session_count(),
                counts.contexts,
                counts.contexts_closed,
                counts.objects,
                counts.disposed,
                counts.peak
            ));
        }
        let proxy = self.world.proxy(node).ok_or_else(unknown)?;
        let mut text = proxy.proxy.phase().to_string();
        match proxy.proxy.pool() {
            Some(pool) => {
                let _ = write!(text, " channels {} idle {}", pool.len(), pool.idle().len());
            }
            None => {
                let channel = proxy.proxy.channel().is_some();
                let _ = write!(text, " channels {}", u8::from(channel));
            }
        }
        let _ = write!(text, " pending {}", proxy.proxy.pending_calls());
        Ok(text)
    }

    fn ran(&mut self, name: &SmolStr) -> Result<String, ScenarioError> {
        let unknown = || ScenarioError::UnknownName { name: name.clone() };
        let node = self.world.node(name).ok_or_else(unknown)?;
        let journal = self.world.journal();
        let from = self.told.insert(node, journal.next_seq()).unwrap_or(0);
        let mut actions = Series::default();
        let mut ran = Vec::new();
        for record in journal.records().filter(|record| record.node == node) {
            let (began, mark) = match &record.event {
                Event::DispatchBegan { dispatch, action, .. } => {
                    actions.insert(*dispatch, action.rsplit('/').next().unwrap_or_default());
                    continue;
                }
                Event::DispatchStage { dispatch, stage: Stage::Invoking, parked: true } => {
                    (dispatch, "")
                }
                Event::CallOutEnded { dispatch, .. } => (dispatch, "+"),
                _ => continue,
            };
            if record.seq >= from {
                ran.push(format!("{mark}{}", actions.get(began).copied().unwrap_or("?")));
            }
        }
        Ok(if ran.is_empty() { "nothing".into() } else { ran.join(" ") })
    }

    /// Closes what is open, lets everything end, and tells what is left over.
    pub fn leaks(&self) -> Vec<String> {
        self.world.leaks_at_the_end()
    }
}

impl World {
    /// What is left over once everybody has gone home: proxies aborted and closed, operations run to
    /// their ends, hosts closed. The world itself is left as it is.
    pub fn leaks_at_the_end(&self) -> Vec<String> {
        let mut world = self.clone();
        let proxies: Vec<NodeId> = world.proxies().map(|(node, _)| node).collect();
        let hosts: Vec<NodeId> = world.hosts().map(|(node, _)| node).collect();
        for node in &proxies {
            let weather = Weather::default();
            world.set_weather(*node, weather);
            world.command_proxy(*node, ProxyInput::Abort);
            world.command_proxy(*node, ProxyInput::Close);
        }
        world.release_everything();
        world.settle();
        for node in &hosts {
            world.command_host(*node, HostInput::Close);
        }
        while world.step() || world.jump() {}
        for node in hosts {
            if world.host(node).is_some_and(|host| host.host.phase() != Phase::Closed) {
                world.command_host(node, HostInput::Abort);
            }
        }
        while world.step() || world.jump() {}
        world.leaks()
    }

    /// Gives a command without waiting for its end.
    pub fn start(&mut self, step: &Step) {
        match step {
            Step::Node(node, command) | Step::Start(_, node, command) => {
                // An agenda is made of commands that suit their nodes.
                let _ = self.give(node, command);
                if let Command::Link(..) = command {
                    self.settle();
                }
            }
            Step::Free(label) => self.free(label),
            _ => {}
        }
    }

    fn give(&mut self, name: &SmolStr, command: &Command) -> Result<Awaited, ScenarioError> {
        let unknown = || ScenarioError::UnknownName { name: name.clone() };
        let node = self.node(name).ok_or_else(unknown)?;
        if self.host(node).is_some() {
            self.give_host(node, command)
        } else {
            self.give_proxy(node, command)
        }
    }

    fn give_host(&mut self, node: NodeId, command: &Command) -> Result<Awaited, ScenarioError> {
        let ticket = match command {
            Command::Open => self.command_host(node, HostInput::Open),
            Command::Close => self.command_host(node, HostInput::Close),
            Command::Abort => self.command_host(node, HostInput::Abort),
            Command::Reset => self.command_host(node, HostInput::Reset),
            Command::Deaf => {
                self.deafen(node, EndpointId(0));
                return Ok(Awaited::Nothing);
            }
            other => return Err(ScenarioError::Unsuited { step: other.to_string(), kind: "host" }),
        };
        Ok(Awaited::Host(node, ticket))
    }

    fn give_proxy(&mut self, node: NodeId, command: &Command) -> Result<Awaited, ScenarioError> {
        let ticket = match command {
            Command::Open => self.command_proxy(node, ProxyInput::Open),
            Command::Close => self.command_proxy(node, ProxyInput::Close),
            Command::Abort => self.command_proxy(node, ProxyInput::Abort),
            Command::Reset => self.command_proxy(node, ProxyInput::Reset),
            Command::Abandon(group) => {
                let group = *group;
                self.command_proxy(node, |ticket| ProxyInput::Abandon(ticket, group))
            }
            Command::Link(what, span) => {
                self.change_weather(node, what, *span);
                return Ok(Awaited::Nothing);
            }
            Command::Call { operation, arguments, timeout, group, headers } => {
                let found = self.proxy(node).and_then(|p| p.proxy.contract().named(operation));
                let operation = found.map_or(OperationId(u16::MAX), |(id, _)| id);
                let mut message = Box::new(Message::request("", arguments.join(" ").into()));
                message.headers = headers.iter().map(header).collect();
                let (timeout, group, within) = (*timeout, *group, None);
                let call = self.call(node, |call| NewCall {
                    call,
                    operation,
                    message,
                    group,
                    timeout,
                    within,
                });
                return Ok(Awaited::Call(node, call));
            }
            other @ Command::Deaf => {
                return Err(ScenarioError::Unsuited { step: other.to_string(), kind: "proxy" });
            }
        };
        Ok(Awaited::Proxy(node, ticket))
    }

    fn change_weather(&mut self, node: NodeId, what: &str, span: Option<Duration>) {
        let Some(mut weather) = self.proxy(node).map(|proxy| proxy.weather) else { return };
        match (what, span) {
            ("cut", _) => self.cut(node),
            ("hold", _) => weather.held = true,
            ("release", _) => weather.held = false,
            ("partition", _) => weather.partitioned = true,
            ("heal", _) => weather.partitioned = false,
            (_, Some(span)) => {
                weather.latency_us = u64::try_from(span.as_micros()).unwrap_or(u64::MAX);
            }
            _ => {}
        }
        self.set_weather(node, weather);
    }

    /// Lets every operation go on that waits for a label.
    fn release_everything(&mut self) {
        let actors = self.hosts.values().map(|host| &host.actor);
        let all = actors.chain(self.proxies.values().map(|proxy| &proxy.actor));
        let labels: Vec<SmolStr> = all.flat_map(super::actor::Actor::labels).collect();
        self.freed.extend(labels);
    }
}

fn header((name, value): &(SmolStr, SmolStr)) -> Header {
    // `NAME!:VALUE` must be understood by whoever gets it (CALL-3).
    let must_understand = name.ends_with('!');
    let name = name.trim_end_matches('!').into();
    Header { name, value: value.clone(), must_understand }
}

/// An error in the words of a rule set: WWSAPI's code or WCF's exception, with its key.
pub fn describe(error: &ProxyError, rules: Rules) -> String {
    match (error, rules) {
        (ProxyError::Fault(fault), _) => format!("fault {}", fault.code),
        (error, Rules::Wws) => format!("error {}", error.hresult().name().unwrap_or("?")),
        (error, Rules::Wcf) => match error.key() {
            Some(key) => format!("error {}:{key}", error.exception()),
            None => format!("error {}", error.exception()),
        },
    }
}

fn describe_host(error: &HostError) -> String {
    match error.key() {
        Some(key) => format!("error {}:{key}", error.exception()),
        None => format!("error {}", error.exception()),
    }
}
