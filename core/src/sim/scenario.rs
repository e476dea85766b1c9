//! Scenarios: a world and a script for it, as data that people can write and links can carry.

use super::World;
use super::actor::ServiceScript;
use super::link::Weather;
use super::run::Run;
use super::script::Step;
use crate::binding::Binding;
use crate::contract::Contract;
use crate::dispatch::behavior::Behavior;
use crate::error::ProxyError;
use crate::host::{Endpoint, Host, HostOptions};
use crate::ids::EndpointId;
use crate::proxy::{Proxy, ProxyOptions};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use std::collections::BTreeMap;
use std::sync::Arc;

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

impl Scenario {
    /// The world before the first step.
    pub fn begin(&self) -> Result<Run, ScenarioError> {
        let mut world = World::new(self.seed).with_journal(100_000);
        self.populate(&mut world)?;
        Ok(Run::new(world))
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
