//! What scenarios are put together from.

use super::{Caption, Scenario};
use crate::act::{Act, Ask};
use crate::config::{Config, ContractForm, Encoding, HostConfig, ProxyConfig};
use crate::plan::Script;
use crate::run::Target;
use sessionful::host::HostOptions;
use sessionful::ids::NodeId;
use sessionful::proxy::ProxyOptions;
use sessionful::sim::{Act as Do, Programs, ServiceScript, Weather};
use sessionful::{
    Behavior, Binding, ConcurrencyMode, InstanceMode, Operation, SessionMode, Timestamp,
};

/// How long a message takes one way, in milliseconds, so that it can be followed with the eye.
pub(super) const WIRE: u64 = 500;

/// A scenario in which nothing happens.
pub(super) fn scenario(
    id: &'static str,
    title: &'static str,
    about: &'static str,
    rules: &'static [&'static str],
) -> Scenario {
    let (config, script, captions) = (Config::default(), Script::default(), Vec::new());
    Scenario { id, title, about, rules, config, seed: 1, script, captions }
}

impl Scenario {
    /// With one more host.
    pub(super) fn host(mut self, host: HostConfig) -> Scenario {
        self.config.hosts.push(host);
        self
    }

    /// With one more proxy.
    pub(super) fn proxy(mut self, proxy: ProxyConfig) -> Scenario {
        self.config.proxies.push(proxy);
        self
    }

    /// With an act at a time in milliseconds.
    pub(super) fn at(mut self, millis: u64, act: Act) -> Scenario {
        self.script = self.script.at(millis, act);
        self
    }

    /// With acts at one time.
    pub(super) fn all(self, millis: u64, acts: impl IntoIterator<Item = Act>) -> Scenario {
        acts.into_iter().fold(self, |scenario, act| scenario.at(millis, act))
    }

    /// What comes from a time on is done again and again, with a period, both in milliseconds.
    pub(super) fn again(mut self, from: u64, period: u64) -> Scenario {
        self.script = self.script.again(from, period);
        self
    }

    /// With a sentence from a time in milliseconds on.
    pub(super) fn say(mut self, millis: u64, text: &'static str) -> Scenario {
        self.captions.push(Caption { at: Timestamp(millis * 1000), text, about: None });
        self
    }

    /// The last sentence is about that.
    pub(super) fn of(mut self, target: Target) -> Scenario {
        if let Some(last) = self.captions.last_mut() {
            last.about = Some(target);
        }
        self
    }
}

/// A contract whose operations are all alike.
pub(super) fn contract(name: &str, session: SessionMode, operations: &[&str]) -> ContractForm {
    let form = ContractForm::new(name, session);
    operations.iter().fold(form, |form, name| form.operation(Operation::new(*name)))
}

/// A host with WCF's defaults.
pub(super) fn host(name: &str, contract: ContractForm, binding: Binding) -> HostConfig {
    HostConfig {
        name: name.into(),
        contract,
        binding,
        encoding: Encoding::Json,
        behavior: Behavior::default(),
        options: HostOptions::default(),
        service: ServiceScript::default(),
    }
}

impl HostConfig {
    pub(super) fn instancing(mut self, mode: InstanceMode) -> HostConfig {
        self.behavior.instancing = mode;
        self
    }

    pub(super) fn concurrency(mut self, mode: ConcurrencyMode) -> HostConfig {
        self.behavior.concurrency = mode;
        self
    }

    pub(super) fn behavior(mut self, change: impl FnOnce(&mut Behavior)) -> HostConfig {
        change(&mut self.behavior);
        self
    }

    /// What an operation does, a line an instruction.
    pub(super) fn does(mut self, operation: &str, lines: &[&str]) -> HostConfig {
        add(&mut self.service.operations, operation, lines);
        self
    }
}

/// A proxy with WWSAPI's defaults.
pub(super) fn proxy(name: &str, host: usize) -> ProxyConfig {
    ProxyConfig {
        name: name.into(),
        host,
        options: ProxyOptions::default(),
        weather: Weather { latency_us: WIRE * 1000, ..Weather::default() },
        callback: ServiceScript::default(),
    }
}

impl ProxyConfig {
    pub(super) fn options(mut self, options: ProxyOptions) -> ProxyConfig {
        self.options = options;
        self
    }

    /// What a callback operation does.
    pub(super) fn does(mut self, operation: &str, lines: &[&str]) -> ProxyConfig {
        add(&mut self.callback.operations, operation, lines);
        self
    }
}

fn add(programs: &mut Programs, operation: &str, lines: &[&str]) {
    let parse = |line: &&str| Do::try_from((*line).to_owned());
    let program = lines.iter().map(parse).collect::<Result<_, _>>();
    programs.insert(operation.into(), program.expect("invariant: scenarios are written here"));
}

/// One call.
pub(super) fn call(node: NodeId, operation: &str, arguments: &str) -> Act {
    Act::Call(node, Ask::new(operation).with(arguments))
}

/// Several calls at once.
pub(super) fn calls(node: NodeId, operation: &str, arguments: &str, times: u32) -> Act {
    Act::Call(node, Ask::new(operation).with(arguments).times(times))
}
