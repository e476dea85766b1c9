//! What runs: contracts, bindings, services and proxies, as a visitor edits them.
//!
//! Whether it can run is asked of the runtime itself, before it runs.

use crate::cast::{Cast, Member};
use crate::map::Map;
use serde::{Deserialize, Serialize};
use sessionful::dispatch::behavior::Behavior;
use sessionful::host::{Endpoint, Host, HostInput, HostOptions};
use sessionful::ids::{EndpointId, NodeId};
use sessionful::proxy::{Proxy, ProxyOptions};
use sessionful::sim::{ServiceScript, Weather, World};
use sessionful::{
    Binding, Contract, ContractError, HostError, Operation, ProxyError, Rules, SessionMode,
};
use smol_str::SmolStr;
use std::sync::Arc;
use std::time::Duration;

/// Hosts and proxies. A host's node id is its place from 1; those of proxies follow.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Config {
    /// The hosts.
    pub hosts: Vec<HostConfig>,
    /// The proxies.
    pub proxies: Vec<ProxyConfig>,
}

/// A host with one endpoint.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HostConfig {
    /// What it is called.
    pub name: SmolStr,
    /// What may be called.
    pub contract: ContractForm,
    /// How messages travel.
    pub binding: Binding,
    /// How they are written, where they are.
    #[serde(default)]
    pub encoding: Encoding,
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

/// A proxy.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProxyConfig {
    /// What it is called.
    pub name: SmolStr,
    /// Which host it calls, by its place.
    pub host: usize,
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

/// How messages are written on a real wire; a simulated one carries them as they are.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Encoding {
    /// Readable in the browser's tools.
    #[default]
    Json,
    /// Compact.
    Binary,
}

/// A contract while it is edited: any of its rules may be broken.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ContractForm {
    /// Its name.
    pub name: SmolStr,
    /// Whether it needs a session.
    #[serde(default)]
    pub session: SessionMode,
    /// Its operations.
    pub operations: Vec<Operation>,
    /// What the service may call at its caller.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub callback: Vec<Operation>,
}

impl ContractForm {
    /// A form without operations.
    pub fn new(name: &str, session: SessionMode) -> ContractForm {
        let (operations, callback) = (Vec::new(), Vec::new());
        ContractForm { name: name.into(), session, operations, callback }
    }

    /// With one more operation.
    #[must_use]
    pub fn operation(mut self, operation: Operation) -> ContractForm {
        self.operations.push(operation);
        self
    }

    /// With one more operation of the callback contract.
    #[must_use]
    pub fn callback(mut self, operation: Operation) -> ContractForm {
        self.callback.push(operation);
        self
    }

    /// The contract.
    ///
    /// # Errors
    ///
    /// An operation breaks a rule by itself.
    pub fn build(&self) -> Result<Contract, ContractError> {
        let mut draft = Contract::new(self.name.clone()).session(self.session);
        for operation in &self.operations {
            draft = draft.operation(operation.clone());
        }
        if !self.callback.is_empty() {
            let mut callback = Contract::new(format!("{}Callback", self.name));
            for operation in &self.callback {
                callback = callback.operation(operation.clone());
            }
            draft = draft.callback(callback);
        }
        draft.build()
    }
}

/// Something that the runtime will refuse.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refusal {
    /// The host or proxy that is refused.
    pub name: SmolStr,
    /// The rule.
    pub rule: Option<&'static str>,
    /// The exception that WCF would throw, with its resource key where it has one.
    pub code: String,
    /// In words.
    pub text: String,
}

impl Config {
    /// The node id of a host, by its place.
    pub fn host_node(&self, place: usize) -> NodeId {
        NodeId(u32::try_from(place + 1).unwrap_or(u32::MAX))
    }

    /// The node id of a proxy, by its place.
    pub fn proxy_node(&self, place: usize) -> NodeId {
        self.host_node(self.hosts.len() + place)
    }

    /// Who takes part. A contract that cannot be built counts as empty.
    pub fn cast(&self) -> Cast {
        let mut cast = Cast::default();
        let contracts: Vec<Arc<Contract>> = self.hosts.iter().map(contract).collect();
        for (place, host) in self.hosts.iter().enumerate() {
            let contract = Arc::clone(&contracts[place]);
            let pooled = host.binding.select(&[&contract]).is_ok_and(|s| s.shape.is_exchange());
            let member = Member {
                name: host.name.clone(),
                host: None,
                contract,
                rules: host.options.rules,
                pooled,
                auto_open: false,
                max_pending: None,
                call_timeout: None,
                arguments: arguments(host),
            };
            cast.add(self.host_node(place), member);
        }
        for (place, proxy) in self.proxies.iter().enumerate() {
            let Some(contract) = contracts.get(proxy.host).map(Arc::clone) else { continue };
            let binding = &self.hosts[proxy.host].binding;
            let pooled = binding.select(&[&contract]).is_ok_and(|s| s.shape.is_exchange());
            let wws = proxy.options.rules == Rules::Wws;
            let member = Member {
                name: proxy.name.clone(),
                host: Some(self.host_node(proxy.host)),
                contract,
                rules: proxy.options.rules,
                pooled,
                auto_open: proxy.options.auto_open.unwrap_or(!wws),
                max_pending: proxy.options.max_pending_calls.or(wws.then_some(100)),
                call_timeout: Some(call_timeout(&proxy.options, binding)),
                arguments: arguments(&self.hosts[proxy.host]),
            };
            cast.add(self.proxy_node(place), member);
        }
        cast
    }

    /// What the runtime will refuse; empty when everything can run.
    pub fn refusals(&self) -> Vec<Refusal> {
        let hosts = self.hosts.iter().filter_map(|host| {
            let error = refused_host(host)?;
            Some(Refusal::host(&host.name, &error))
        });
        let proxies = self.proxies.iter().filter_map(|proxy| {
            let error = self.make_proxy(proxy).err()?;
            Some(Refusal::proxy(&proxy.name, &error, proxy.options.rules))
        });
        hosts.chain(proxies).collect()
    }

    /// The world before anything happens, and what was refused. A proxy that cannot be made is
    /// there in name only.
    pub fn world(&self, seed: u64) -> (World, Vec<Refusal>) {
        let mut world = World::new(seed).with_journal(100_000);
        let mut refusals = Vec::new();
        for host in &self.hosts {
            let machine = match host.contract.build() {
                Ok(contract) => host_machine(host, contract),
                Err(error) => {
                    refusals.push(Refusal::host(&host.name, &HostError::Contract(error)));
                    Host::new(Vec::new(), host.behavior.clone(), host.options)
                }
            };
            world.add_host(&host.name, machine, host.service.clone());
        }
        for proxy in &self.proxies {
            let to = (self.host_node(proxy.host), EndpointId(0));
            let made = self.make_proxy(proxy).unwrap_or_else(|error| {
                refusals.push(Refusal::proxy(&proxy.name, &error, proxy.options.rules));
                in_name_only()
            });
            world.add_proxy(&proxy.name, made, to, proxy.weather, proxy.callback.clone());
        }
        (world, refusals)
    }

    fn make_proxy(&self, proxy: &ProxyConfig) -> Result<Proxy, ProxyError> {
        let Some(host) = self.hosts.get(proxy.host) else { return Err(ProxyError::NotFound) };
        let contract = Arc::new(host.contract.build()?);
        Proxy::new(contract, host.binding.clone(), proxy.options.clone())
    }
}

/// As many numbers as each operation reads.
fn arguments(host: &HostConfig) -> Map<SmolStr, Vec<SmolStr>> {
    let arity = |name: &SmolStr| crate::snippet::arity(&host.service.operations, name);
    let numbers =
        |name: &SmolStr| (2..).take(arity(name)).map(|n: u32| n.to_string().into()).collect();
    let operations = host.contract.operations.iter().map(|operation| &operation.name);
    operations.map(|name| (name.clone(), numbers(name))).collect()
}

/// `PROXY-23` and `CO-12`.
fn call_timeout(options: &ProxyOptions, binding: &Binding) -> Duration {
    let default = match options.rules {
        Rules::Wws => Duration::from_secs(30),
        Rules::Wcf => binding.timeouts.send,
    };
    options.call_timeout.unwrap_or(default)
}

/// A proxy that keeps the place of one that cannot be made.
fn in_name_only() -> Proxy {
    let contract = Contract::new("nothing").operation(Operation::new("nothing")).build();
    let contract = Arc::new(contract.expect("invariant: the contract is written here"));
    let made = Proxy::new(contract, Binding::fetch(), ProxyOptions::default());
    made.expect("invariant: the binding suits the contract")
}

fn contract(host: &HostConfig) -> Arc<Contract> {
    let empty = || Contract::new(host.name.clone()).build();
    let built = host.contract.build().or_else(|_| empty());
    Arc::new(built.expect("invariant: a contract without operations breaks no rule by itself"))
}

fn host_machine(host: &HostConfig, contract: Contract) -> Host {
    let endpoint = Endpoint {
        address: format!("/{}", host.name).into(),
        contract: Arc::new(contract),
        binding: host.binding.clone(),
    };
    Host::new(vec![endpoint], host.behavior.clone(), host.options)
}

/// Opens such a host, in a world of its own, and tells what it says.
fn refused_host(host: &HostConfig) -> Option<HostError> {
    let contract = match host.contract.build() {
        Ok(contract) => contract,
        Err(error) => return Some(HostError::Contract(error)),
    };
    let mut world = World::new(0);
    let node = world.add_host(&host.name, host_machine(host, contract), ServiceScript::default());
    let ticket = world.command_host(node, HostInput::Open);
    world.settle();
    world.host_done(node, ticket)?.as_ref().err().cloned()
}

impl Refusal {
    fn host(name: &SmolStr, error: &HostError) -> Refusal {
        let code = coded(error.exception(), error.key());
        let rule = crate::explain::rule_of_host(error);
        Refusal { name: name.clone(), rule, code, text: error.to_string() }
    }

    fn proxy(name: &SmolStr, error: &ProxyError, rules: Rules) -> Refusal {
        let code = coded(error.exception(), error.key());
        let rule = crate::explain::rule_of(error, rules);
        Refusal { name: name.clone(), rule, code, text: error.to_string() }
    }
}

fn coded(exception: &str, key: Option<&str>) -> String {
    key.map_or_else(|| exception.to_owned(), |key| format!("{exception} {key}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenarios::find;
    use sessionful::{ConcurrencyMode, InstanceMode, Limit, ReleaseMode};

    fn refused(change: impl FnOnce(&mut Config)) -> Vec<(String, Option<&'static str>)> {
        let mut config = find("session-fault").unwrap().config;
        change(&mut config);
        let refusals = config.refusals().into_iter();
        refusals.map(|refusal| (refusal.name.to_string(), refusal.rule)).collect()
    }

    fn of(name: &str, rule: &'static str) -> (String, Option<&'static str>) {
        (name.to_owned(), Some(rule))
    }

    #[test]
    fn what_the_runtime_will_refuse_is_known_before() {
        assert_eq!(refused(|_| {}), []);
        let both = [of("Total", "SESS-6"), of("caller", "SESS-7")];
        assert_eq!(refused(|config| config.hosts[0].binding = Binding::fetch()), both);
        let forbids = refused(|c| c.hosts[0].contract.session = SessionMode::NotAllowed);
        assert_eq!(forbids, both);
        let terminating = refused(|c| {
            c.hosts[0].contract.session = SessionMode::Allowed;
            c.hosts[0].contract.operations[0].terminating = true;
        });
        assert_eq!(terminating, [of("Total", "SESS-9"), of("caller", "SESS-9")]);
        let empty = refused(|c| c.hosts[0].contract.operations.clear());
        assert_eq!(empty, [of("Total", "SESS-9"), of("caller", "SESS-9")]);
        let twice = refused(|c| {
            let again = c.hosts[0].contract.operations[0].clone();
            c.hosts[0].contract.operations.push(again);
        });
        assert_eq!(twice[0].0, "Total");
    }

    #[test]
    fn behaviors_are_checked_by_the_host() {
        let ordered = refused(|c| {
            c.hosts[0].behavior.ordered = true;
            c.hosts[0].behavior.concurrency = ConcurrencyMode::Multiple;
        });
        assert_eq!(ordered, [of("Total", "CONC-9")]);
        let given = refused(|c| c.hosts[0].behavior.well_known = true);
        assert_eq!(given, [of("Total", "INST-10")]);
        let single = refused(|c| {
            c.hosts[0].behavior.well_known = true;
            c.hosts[0].behavior.instancing = InstanceMode::Single;
        });
        assert_eq!(single, []);
        let none = refused(|c| c.hosts[0].behavior.throttles.calls = Limit::slots(0));
        assert_eq!(none, [of("Total", "THR-1")]);
        let callback = refused(|c| {
            c.proxies[0].options.callback.concurrency = ConcurrencyMode::Multiple;
        });
        assert_eq!(callback, [of("caller", "CONC-14")]);
        let release = refused(|c| {
            c.hosts[0].behavior.release.insert("nothing".into(), ReleaseMode::AfterCall);
        });
        assert_eq!(release[0].0, "Total");
    }

    #[test]
    fn a_proxy_that_cannot_be_made_keeps_its_place() {
        let mut config = find("throttled-sessions").unwrap().config;
        config.proxies[0].options.callback.ordered = true;
        let (world, refusals) = config.world(1);
        assert_eq!(refusals.len(), 1);
        let names: Vec<&str> = [1, 2, 3].map(|id| world.name_of(NodeId(id))).into();
        assert_eq!(names, ["Desk", "A", "B"]);
    }

    #[test]
    fn a_configuration_survives_a_link() {
        for scenario in crate::scenarios::all() {
            let json = serde_json::to_string(&scenario.config).unwrap();
            assert_eq!(serde_json::from_str::<Config>(&json).unwrap(), scenario.config);
        }
    }
}
