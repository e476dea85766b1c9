//! What the package's options say, in milliseconds and plain words.

use serde::{Deserialize, Deserializer};
use sessionful::host::{Endpoint, HostOptions};
use sessionful::proxy::ProxyOptions;
use sessionful::{
    Behavior, Binding, ConcurrencyMode, Contract, InstanceMode, Limit, Limits, ReleaseMode, Rules,
    Shape, Throttles, Timeouts,
};
use smol_str::SmolStr;
use std::collections::BTreeMap;
use std::time::Duration;

/// A span in milliseconds; `Infinity` is for ever.
#[derive(Clone, Copy)]
struct Millis(Duration);

impl<'de> Deserialize<'de> for Millis {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Millis, D::Error> {
        let millis = f64::deserialize(from)?;
        if millis.is_nan() || millis < 0.0 {
            return Err(serde::de::Error::custom("a time is a number of milliseconds from 0"));
        }
        let span = Duration::try_from_secs_f64(millis / 1000.0);
        Ok(Millis(span.unwrap_or(Duration::MAX)))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ProxyConfig {
    pub address: SmolStr,
    contract: Contract,
    #[serde(default)]
    binding: BindingConfig,
    rules: Option<Rules>,
    call_timeout: Option<Millis>,
    max_pending_calls: Option<u32>,
    max_close_timeout: Option<Millis>,
    open_timeout: Option<Millis>,
    auto_open: Option<bool>,
    #[serde(default)]
    callback: CallbackConfig,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
struct CallbackConfig {
    concurrency: ConcurrencyMode,
    include_exception_detail: bool,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
struct BindingConfig {
    channel: Channel,
    open_timeout: Option<Millis>,
    close_timeout: Option<Millis>,
    send_timeout: Option<Millis>,
    receive_timeout: Option<Millis>,
    max_frame: Option<usize>,
    max_depth: Option<usize>,
    max_headers: Option<usize>,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Channel {
    /// Sessions if the contract needs them.
    #[default]
    Both,
    Sessionful,
    Sessionless,
}

impl BindingConfig {
    fn binding(&self) -> Binding {
        let limits = self.limits();
        let usual = Timeouts::default();
        let or = |span: Option<Millis>, usual| span.map_or(usual, |Millis(span)| span);
        let timeouts = Timeouts {
            open: or(self.open_timeout, usual.open),
            close: or(self.close_timeout, usual.close),
            send: or(self.send_timeout, usual.send),
            receive: or(self.receive_timeout, usual.receive),
        };
        let binding = match self.channel {
            Channel::Both => Binding::both(),
            Channel::Sessionful => Binding::websocket(),
            Channel::Sessionless => Binding::fetch(),
        };
        binding.timeouts(timeouts).limits(limits)
    }

    fn limits(&self) -> Limits {
        let usual = Limits::default();
        Limits {
            frame: self.max_frame.unwrap_or(usual.frame),
            depth: self.max_depth.unwrap_or(usual.depth),
            headers: self.max_headers.unwrap_or(usual.headers),
        }
    }
}

impl ProxyConfig {
    pub(super) fn limits(&self) -> Limits {
        self.binding.limits()
    }

    pub(super) fn split(self) -> (Endpoint, ProxyOptions) {
        let binding = self.binding.binding();
        let span = |span: Option<Millis>| span.map(|Millis(span)| span);
        let usual = ProxyOptions::default();
        let options = ProxyOptions {
            rules: self.rules.unwrap_or(Rules::Wws),
            call_timeout: span(self.call_timeout),
            max_pending_calls: self.max_pending_calls,
            max_close_timeout: span(self.max_close_timeout),
            open_timeout: span(self.open_timeout),
            auto_open: self.auto_open,
            headers: Vec::new(),
            callback: Behavior {
                concurrency: self.callback.concurrency,
                include_exception_detail: self.callback.include_exception_detail,
                ..usual.callback
            },
        };
        let contract = self.contract.into();
        (Endpoint { address: self.address, contract, binding }, options)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct HostConfig {
    endpoints: Vec<EndpointConfig>,
    #[serde(default)]
    instancing: InstanceMode,
    #[serde(default)]
    concurrency: ConcurrencyMode,
    #[serde(default)]
    ordered: bool,
    automatic_session_shutdown: Option<bool>,
    #[serde(default)]
    include_exception_detail: bool,
    #[serde(default)]
    release: BTreeMap<SmolStr, ReleaseMode>,
    /// The service is an object of the user's.
    #[serde(default)]
    pub well_known: bool,
    #[serde(default)]
    pub authorizes: bool,
    #[serde(default)]
    pub handles_errors: bool,
    #[serde(default)]
    throttles: ThrottleConfig,
    close_timeout: Option<Millis>,
    fault_close: Option<Millis>,
    rules: Option<Rules>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct EndpointConfig {
    address: SmolStr,
    contract: Contract,
    #[serde(default)]
    binding: BindingConfig,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
struct ThrottleConfig {
    calls: Option<u32>,
    sessions: Option<u32>,
    instances: Option<u32>,
    /// How many may wait for each; one more is refused. For ever unless given.
    queue: Option<u32>,
}

impl HostConfig {
    /// The tightest limits hold for all endpoints: a pipe does not know whose it is.
    pub(super) fn limits(&self) -> Limits {
        let all = self.endpoints.iter().map(|endpoint| endpoint.binding.limits());
        let least = all.reduce(|a, b| Limits {
            frame: a.frame.min(b.frame),
            depth: a.depth.min(b.depth),
            headers: a.headers.min(b.headers),
        });
        least.unwrap_or_default()
    }

    pub(super) fn split(self) -> (Vec<Endpoint>, Behavior, HostOptions) {
        let usual = Behavior::default();
        let behavior = Behavior {
            instancing: self.instancing,
            concurrency: self.concurrency,
            ordered: self.ordered,
            automatic_session_shutdown: self.automatic_session_shutdown.unwrap_or(true),
            include_exception_detail: self.include_exception_detail,
            release: self.release,
            throttles: self.throttles.throttles(),
            fault_close: self.fault_close.map_or(usual.fault_close, |Millis(span)| span),
            ..usual
        };
        let rules = self.rules.unwrap_or(Rules::Wcf);
        let options =
            HostOptions { rules, close_timeout: self.close_timeout.map(|Millis(span)| span) };
        let endpoints = self.endpoints.into_iter().map(|endpoint| Endpoint {
            address: endpoint.address,
            contract: endpoint.contract.into(),
            binding: endpoint.binding.binding(),
        });
        (endpoints.collect(), behavior, options)
    }
}

/// Whether a contract is served with sessions by what its binding offers.
pub(super) fn is_sessionful(endpoint: &Endpoint) -> bool {
    let selected = endpoint.binding.select(&[&endpoint.contract]);
    selected.is_ok_and(|selected| matches!(selected.shape, Shape::DuplexSession))
}

impl ThrottleConfig {
    fn throttles(&self) -> Throttles {
        let usual = Throttles::default();
        let limit = |most: Option<u32>, usual: Limit| Limit {
            slots: most.unwrap_or(usual.slots),
            queue: self.queue.or(usual.queue),
        };
        Throttles {
            calls: limit(self.calls, usual.calls),
            sessions: limit(self.sessions, usual.sessions),
            instances: limit(self.instances, usual.instances),
        }
    }
}
