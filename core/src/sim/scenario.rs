//! Scenarios: a world and a script for it, as data that people can write and links can carry.

use super::World;
use super::actor::{ServiceScript, text};
use super::link::Weather;
use super::program::{duration, span_text};
use crate::action::Ticket;
use crate::binding::Binding;
use crate::contract::Contract;
use crate::dispatch::Stage;
use crate::dispatch::behavior::Behavior;
use crate::error::{HostError, ProxyError};
use crate::event::Event;
use crate::host::{Endpoint, Host, HostInput, HostOptions};
use crate::ids::{CallId, EndpointId, NodeId};
use crate::lifecycle::{Phase, Rules};
use crate::message::{Header, Message};
use crate::proxy::{NewCall, Proxy, ProxyInput, ProxyOptions};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;

/// A world and a script for it.
///
/// ```
/// use sessionful::sim::Scenario;
///
/// let scenario: Scenario = serde_json::from_str(r#"{
///     "title": "one call",
///     "hosts": { "H": {
///         "contract": { "name": "Echo", "operations": [{ "name": "echo" }] },
///         "binding": "fetch",
///         "service": { "operations": { "echo": ["return $1"] } }
///     } },
///     "proxies": { "A": { "host": "H" } },
///     "script": ["H open", "A open", "A call echo hello", "A close", "H close"]
/// }"#)?;
/// let run = scenario.run()?;
/// assert_eq!(run.outcomes[2], "A call echo hello => ok hello");
/// assert!(run.leaks().is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Scenario {
    /// What it shows.
    pub title: String,
    /// The rules that it follows from.
    #[serde(default)]
    pub rules: Vec<SmolStr>,
    /// What randomness begins with.
    #[serde(default)]
    pub seed: u64,
    /// The hosts, by name.
    pub hosts: BTreeMap<SmolStr, HostScript>,
    /// The proxies, by name.
    #[serde(default)]
    pub proxies: BTreeMap<SmolStr, ProxyScript>,
    /// What happens, a command a line; see [`Step`].
    #[serde(default)]
    pub script: Vec<Step>,
}

/// A host of a scenario, with one endpoint.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HostScript {
    /// What may be called.
    pub contract: Contract,
    /// How messages travel: `fetch`, `websocket`, `both`, `reply-session`, or a whole binding.
    pub binding: BindingName,
    /// How its service is run.
    #[serde(default)]
    pub behavior: Behavior,
    /// How the host is run.
    #[serde(default)]
    pub options: HostOptions,
    /// What its service does.
    #[serde(default)]
    pub service: ServiceScript,
}

/// A proxy of a scenario.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProxyScript {
    /// The host that it talks to.
    pub host: SmolStr,
    /// Its own idea of the contract, if it is not the host's.
    #[serde(default)]
    pub contract: Option<Contract>,
    /// Its own binding, if it is not the host's.
    #[serde(default)]
    pub binding: Option<BindingName>,
    /// How it is run.
    #[serde(default)]
    pub options: ProxyOptions,
    /// How its links behave.
    #[serde(default)]
    pub weather: Weather,
    /// What its callback object does.
    #[serde(default)]
    pub callback: ServiceScript,
}

/// A binding, or the name of a usual one.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub enum BindingName {
    /// One of the usual bindings.
    Named(SmolStr),
    /// Any other.
    Whole(Binding),
}

impl BindingName {
    fn binding(&self) -> Result<Binding, ScenarioError> {
        Ok(match self {
            BindingName::Whole(binding) => binding.clone(),
            BindingName::Named(name) => match name.as_str() {
                "fetch" => Binding::fetch(),
                "websocket" => Binding::websocket(),
                "both" => Binding::both(),
                "reply-session" => Binding::reply_session(),
                _ => return Err(ScenarioError::UnknownBinding { binding: name.clone() }),
            },
        })
    }
}

/// A scenario that cannot be run.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ScenarioError {
    /// A name that nothing has.
    #[error("nothing is called {name}: name a host or proxy of the scenario")]
    UnknownName {
        /// The name.
        name: SmolStr,
    },
    /// A binding that is none of the usual ones.
    #[error("no binding is called {binding}: use fetch, websocket, both or reply-session")]
    UnknownBinding {
        /// The name.
        binding: SmolStr,
    },
    /// A proxy that cannot be made (`SESS-7`).
    #[error("proxy {name} cannot be made: {error}")]
    Proxy {
        /// The proxy.
        name: SmolStr,
        /// Why.
        error: ProxyError,
    },
    /// It does not come to rest: operations call each other in circles, say.
    #[error("the scenario goes on and on: {things} things happened, and there are more")]
    Endless {
        /// How many were let happen.
        things: u64,
    },
    /// A command that does not fit the node that it is given to.
    #[error("`{step}` is not for a {kind}")]
    Unsuited {
        /// The command.
        step: String,
        /// What the node is.
        kind: &'static str,
    },
}

/// One line of a script.
///
/// | line | what it does |
/// |---|---|
/// | `H open`, `close`, `abort`, `reset` | commands a host or proxy, and waits for the end |
/// | `A call OP X.. timeout=5s group=3 NAME:VALUE` | calls, and waits; options may follow |
/// | `start L A call ..` | the same without waiting; `L` names the call or command |
/// | `await L` | waits for what `L` names |
/// | `peek L` | tells how it stands with what `L` names |
/// | `drop L` | drops the future of the call `L` |
/// | `A abandon 3`, `A abandon all` | abandons calls |
/// | `free L` | lets operations go on that wait for the label |
/// | `advance 5s`, `settle` | lets time go by; does what can be done without |
/// | `A link hold`, `release`, `cut`, `partition`, `heal`, `latency 5ms` | the weather |
/// | `H deaf` | the host's endpoint cannot be listened on |
/// | `show A` | tells the state of a node |
/// | `ran H` | tells which operations began there since it was last asked; `+OP` came back from a call-out |
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Step {
    /// A command to a node.
    Node(SmolStr, Command),
    /// A command that is not waited for.
    Start(SmolStr, SmolStr, Command),
    /// Waits for what a label names.
    Await(SmolStr),
    /// Tells how it stands with what a label names.
    Peek(SmolStr),
    /// Drops the future of a call.
    Drop(SmolStr),
    /// Lets a label go.
    Free(SmolStr),
    /// Lets time go by.
    Advance(Duration),
    /// Does what can be done without time going by.
    Settle,
    /// Tells the state of a node.
    Show(SmolStr),
    /// Tells which operations began, or came back from a call-out, since it was last asked.
    Ran(SmolStr),
}

/// A command to a host or proxy.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Command {
    /// Opens it.
    Open,
    /// Closes it.
    Close,
    /// Aborts it.
    Abort,
    /// Resets it.
    Reset,
    /// Calls an operation.
    Call {
        /// Its name.
        operation: SmolStr,
        /// Its arguments.
        arguments: Vec<SmolStr>,
        /// How long to wait.
        timeout: Option<Duration>,
        /// The group to abandon it by.
        group: u32,
        /// Headers.
        headers: Vec<(SmolStr, SmolStr)>,
    },
    /// Abandons a group of calls, 0 being all.
    Abandon(u32),
    /// Changes the weather.
    Link(SmolStr, Option<Duration>),
    /// Lets the host's endpoint fail to listen.
    Deaf,
}

/// A line that is no step.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("`{line}` is no step of a script: {hint}")]
pub struct StepError {
    /// The line.
    pub line: String,
    /// What would be one.
    pub hint: &'static str,
}

impl TryFrom<String> for Step {
    type Error = StepError;

    fn try_from(line: String) -> Result<Step, StepError> {
        let words: Vec<&str> = line.split_whitespace().collect();
        let wrong = |hint| StepError { line: line.clone(), hint };
        Ok(match words.as_slice() {
            ["settle"] => Step::Settle,
            ["await", label] => Step::Await((*label).into()),
            ["peek", label] => Step::Peek((*label).into()),
            ["drop", label] => Step::Drop((*label).into()),
            ["free", label] => Step::Free((*label).into()),
            ["show", node] => Step::Show((*node).into()),
            ["ran", node] => Step::Ran((*node).into()),
            ["advance", span] => {
                Step::Advance(duration(span).ok_or(wrong("use 5us, 5ms, 5s or 5m"))?)
            }
            ["start", label, node, rest @ ..] => {
                Step::Start((*label).into(), (*node).into(), command(rest).map_err(wrong)?)
            }
            [node, rest @ ..] => Step::Node((*node).into(), command(rest).map_err(wrong)?),
            [] => return Err(wrong("it is empty")),
        })
    }
}

fn command(words: &[&str]) -> Result<Command, &'static str> {
    Ok(match words {
        ["open"] => Command::Open,
        ["close"] => Command::Close,
        ["abort"] => Command::Abort,
        ["reset"] => Command::Reset,
        ["deaf"] => Command::Deaf,
        ["abandon", "all"] => Command::Abandon(0),
        ["abandon", group] => Command::Abandon(group.parse().map_err(|_| "a number or all")?),
        ["link", "latency", span] => {
            Command::Link("latency".into(), Some(duration(span).ok_or("use 5us, 5ms, 5s or 5m")?))
        }
        ["link", what @ ("hold" | "release" | "cut" | "partition" | "heal")] => {
            Command::Link((*what).into(), None)
        }
        ["call", operation, rest @ ..] => call(operation, rest)?,
        _ => return Err("see the table of `sim::Step`"),
    })
}

fn call(operation: &str, words: &[&str]) -> Result<Command, &'static str> {
    let (mut arguments, mut headers) = (Vec::new(), Vec::new());
    let (mut timeout, mut group) = (None, 0);
    for word in words {
        if let Some(span) = word.strip_prefix("timeout=") {
            timeout = Some(duration(span).ok_or("use timeout=5us, 5ms, 5s or 5m")?);
        } else if let Some(number) = word.strip_prefix("group=") {
            group = number.parse().map_err(|_| "use group=3")?;
        } else if let Some((name, value)) = word.split_once(':') {
            headers.push((name.into(), value.into()));
        } else {
            arguments.push((*word).into());
        }
    }
    Ok(Command::Call { operation: operation.into(), arguments, timeout, group, headers })
}

impl From<Step> for String {
    fn from(step: Step) -> String {
        match step {
            Step::Settle => "settle".into(),
            Step::Await(label) => format!("await {label}"),
            Step::Peek(label) => format!("peek {label}"),
            Step::Drop(label) => format!("drop {label}"),
            Step::Free(label) => format!("free {label}"),
            Step::Show(node) => format!("show {node}"),
            Step::Ran(node) => format!("ran {node}"),
            Step::Advance(span) => format!("advance {}", span_text(span)),
            Step::Start(label, node, command) => format!("start {label} {node} {command}"),
            Step::Node(node, command) => format!("{node} {command}"),
        }
    }
}

impl std::fmt::Display for Command {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Command::Open => f.write_str("open"),
            Command::Close => f.write_str("close"),
            Command::Abort => f.write_str("abort"),
            Command::Reset => f.write_str("reset"),
            Command::Deaf => f.write_str("deaf"),
            Command::Abandon(0) => f.write_str("abandon all"),
            Command::Abandon(group) => write!(f, "abandon {group}"),
            Command::Link(what, None) => write!(f, "link {what}"),
            Command::Link(what, Some(span)) => write!(f, "link {what} {}", span_text(*span)),
            Command::Call { operation, arguments, timeout, group, headers } => {
                write!(f, "call {operation}")?;
                arguments.iter().try_for_each(|argument| write!(f, " {argument}"))?;
                headers.iter().try_for_each(|(name, value)| write!(f, " {name}:{value}"))?;
                if let Some(span) = timeout {
                    write!(f, " timeout={}", span_text(*span))?;
                }
                if *group > 0 {
                    write!(f, " group={group}")?;
                }
                Ok(())
            }
        }
    }
}

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
    labels: BTreeMap<SmolStr, Awaited>,
    /// Up to which record `ran` has told of a node.
    told: BTreeMap<NodeId, u64>,
    /// How many things have happened, and may.
    things: u64,
    limit: u64,
}

/// How many things may happen in a run unless told otherwise: scenarios come from strangers, and
/// their operations may call each other for ever.
const LIMIT: u64 = 1_000_000;

impl Scenario {
    /// The world before the first step.
    pub fn begin(&self) -> Result<Run, ScenarioError> {
        let mut world = World::new(self.seed).with_journal(100_000);
        self.populate(&mut world)?;
        Ok(Run {
            world,
            outcomes: Vec::new(),
            labels: BTreeMap::new(),
            told: BTreeMap::new(),
            things: 0,
            limit: LIMIT,
        })
    }

    /// Puts the hosts and proxies of the scenario into a world.
    pub fn populate(&self, world: &mut World) -> Result<(), ScenarioError> {
        for (name, script) in &self.hosts {
            let endpoint = Endpoint {
                address: name.clone(),
                contract: Arc::new(script.contract.clone()),
                binding: script.binding.binding()?,
            };
            let host = Host::new(vec![endpoint], script.behavior.clone(), script.options);
            world.add_host(name, host, script.service.clone());
        }
        for (name, script) in &self.proxies {
            let unknown = || ScenarioError::UnknownName { name: script.host.clone() };
            let host = self.hosts.get(&script.host).ok_or_else(unknown)?;
            let node = world.node(&script.host).ok_or_else(unknown)?;
            let contract = script.contract.as_ref().unwrap_or(&host.contract).clone();
            let binding = script.binding.as_ref().unwrap_or(&host.binding).binding()?;
            let proxy = Proxy::new(Arc::new(contract), binding, script.options.clone())
                .map_err(|error| ScenarioError::Proxy { name: name.clone(), error })?;
            let to = (node, EndpointId(0));
            world.add_proxy(name, proxy, to, script.weather, script.callback.clone());
        }
        Ok(())
    }

    /// Runs the whole script.
    pub fn run(&self) -> Result<Run, ScenarioError> {
        let mut run = self.begin()?;
        for step in &self.script {
            run.step(step)?;
        }
        Ok(run)
    }
}

impl Run {
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
        let mut actions = BTreeMap::new();
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
                let operation = found.map_or(crate::ids::OperationId(u16::MAX), |(id, _)| id);
                let mut message = Message::request("", arguments.join(" ").into());
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
