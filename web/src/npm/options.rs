//! What the package's options say, in milliseconds and plain words.
//!
//! They are read member by member, without a general reader of data: that would be larger than all
//! that is said. What nobody knows is refused, because it is mostly a slip of the pen.

use super::thrown;
use super::thrown::single;
use crate::language::set;
use js_sys::{Array, Object};
use sessionful::contract::Draft;
use sessionful::host::{Endpoint, HostOptions};
use sessionful::proxy::ProxyOptions;
use sessionful::{
    Behavior, Binding, ConcurrencyMode, Contract, FaultContract, HostError, InstanceMode, Limit,
    Limits, Operation, ReleaseMode, Rules, SessionMode, Shape, Timeouts,
};
use smol_str::SmolStr;
use std::time::Duration;
use wasm_bindgen::{JsCast, JsValue};

type Result<T> = std::result::Result<T, JsValue>;

/// A member of an object, with its name.
struct Member {
    name: String,
    value: JsValue,
}

/// Calls `read` with every member that has a value.
fn each(object: &JsValue, read: &mut dyn FnMut(&Member) -> Result<()>) -> Result<()> {
    if !object.is_object() {
        return Err(refusal("given", "is no object"));
    }
    for entry in Object::entries(object.unchecked_ref()).iter() {
        let entry: Array = entry.unchecked_into();
        let (name, value) = (entry.get(0).as_string().unwrap_or_default(), entry.get(1));
        if !value.is_undefined() {
            read(&Member { name, value })?;
        }
    }
    Ok(())
}

fn refusal(option: &str, reason: &str) -> JsValue {
    let fields = Object::new();
    set(&fields, "option", &option.into());
    set(&fields, "reason", &reason.into());
    single("invalidOption", &fields)
}

impl Member {
    fn refuse(&self, wanted: &str) -> JsValue {
        refusal(&self.name, wanted)
    }

    fn unknown(&self) -> Result<()> {
        Err(self.refuse("is not known"))
    }

    fn text(&self) -> Result<SmolStr> {
        let text = self.value.as_string().ok_or_else(|| self.refuse("is no text"))?;
        Ok(text.into())
    }

    fn flag(&self) -> Result<bool> {
        self.value.as_bool().ok_or_else(|| self.refuse("is neither true nor false"))
    }

    fn count(&self) -> Result<u32> {
        let number = self.value.as_f64().unwrap_or(-1.0);
        let count = number as u32;
        match f64::from(count) == number {
            true => Ok(count),
            false => Err(self.refuse("is no small whole number")),
        }
    }

    fn size(&self) -> Result<usize> {
        self.count().map(|count| count as usize)
    }

    /// A span in milliseconds; `Infinity` is for ever.
    fn span(&self) -> Result<Duration> {
        let millis = self.value.as_f64().unwrap_or(f64::NAN);
        if millis.is_nan() || millis < 0.0 {
            return Err(self.refuse("is no number of milliseconds from 0"));
        }
        Ok(span(millis))
    }

    fn choice<T: Copy>(&self, choices: &[(&str, T)]) -> Result<T> {
        let chosen = self.value.as_string().unwrap_or_default();
        let found = choices.iter().find(|(name, _)| *name == chosen);
        found.map(|(_, choice)| *choice).ok_or_else(|| {
            let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
            self.refuse(&["is none of ", &names.join(", ")].concat())
        })
    }

    /// Calls `read` with every item of a list.
    fn list(&self, read: &mut dyn FnMut(&JsValue) -> Result<()>) -> Result<()> {
        let list = self.value.dyn_ref::<Array>().ok_or_else(|| self.refuse("is no list"))?;
        for item in list.iter() {
            read(&item)?;
        }
        Ok(())
    }

    fn rules(&self) -> Result<Rules> {
        self.choice(&[("wws", Rules::Wws), ("wcf", Rules::Wcf)])
    }

    fn concurrency(&self) -> Result<ConcurrencyMode> {
        self.choice(&[
            ("single", ConcurrencyMode::Single),
            ("reentrant", ConcurrencyMode::Reentrant),
            ("multiple", ConcurrencyMode::Multiple),
        ])
    }
}

/// A time in milliseconds; what is too long, or no time at all, is for ever.
pub(super) fn span(millis: f64) -> Duration {
    let micros = millis * 1000.0;
    // The largest number is that of a cast that saturates.
    match micros as u64 {
        u64::MAX => Duration::MAX,
        whole if micros >= 0.0 => Duration::from_micros(whole),
        _ => Duration::MAX,
    }
}

fn contract(given: &JsValue) -> Result<Draft> {
    let mut read = Draft::default();
    each(given, &mut |member| {
        match &*member.name {
            "name" => read.name = member.text()?,
            "session" => {
                read.session = member.choice(&[
                    ("allowed", SessionMode::Allowed),
                    ("required", SessionMode::Required),
                    ("notAllowed", SessionMode::NotAllowed),
                ])?;
            }
            "operations" => {
                member.list(&mut |item| {
                    read.operations.push(operation(item)?);
                    Ok(())
                })?;
            }
            "callback" => read.callback = Some(contract(&member.value)?.into()),
            _ => return member.unknown(),
        }
        Ok(())
    })?;
    Ok(read)
}

fn operation(given: &JsValue) -> Result<Operation> {
    let mut read = Operation::new("");
    each(given, &mut |member| {
        match &*member.name {
            "name" => read.name = member.text()?,
            "action" => read.action = member.text()?,
            "replyAction" => read.reply_action = member.text()?,
            "oneWay" => read.one_way = member.flag()?,
            "initiating" => read.initiating = member.flag()?,
            "terminating" => read.terminating = member.flag()?,
            "faults" => member.list(&mut |item| {
                read.faults.push(fault(item)?);
                Ok(())
            })?,
            _ => return member.unknown(),
        }
        Ok(())
    })?;
    Ok(read)
}

fn fault(given: &JsValue) -> Result<FaultContract> {
    let mut read = FaultContract { kind: SmolStr::default(), action: SmolStr::default() };
    each(given, &mut |member| {
        match &*member.name {
            "kind" => read.kind = member.text()?,
            "action" => read.action = member.text()?,
            _ => return member.unknown(),
        }
        Ok(())
    })?;
    Ok(read)
}

/// What a host and a proxy both say of an address.
fn endpoint_member(to: &mut Endpoint, member: &Member) -> Result<()> {
    match &*member.name {
        "address" => to.address = member.text()?,
        "contract" => {
            // Both ends have the same words for it.
            let built = contract(&member.value)?.build().map_err(HostError::Contract);
            to.contract = built.map_err(|error| thrown(&error))?.into();
        }
        "binding" => to.binding = binding(&member.value)?,
        _ => return member.unknown(),
    }
    Ok(())
}

fn empty_endpoint() -> Result<Endpoint> {
    let contract = Contract::new("").build().map_err(|_| JsValue::UNDEFINED)?;
    Ok(Endpoint {
        address: SmolStr::default(),
        contract: contract.into(),
        binding: Binding::both(),
    })
}

fn endpoint(given: &JsValue) -> Result<Endpoint> {
    let mut read = empty_endpoint()?;
    each(given, &mut |member| endpoint_member(&mut read, member))?;
    Ok(read)
}

/// Sessions if the contract needs them, unless it is said otherwise.
fn binding(given: &JsValue) -> Result<Binding> {
    let mut kind: fn() -> Binding = Binding::both;
    let (mut timeouts, mut limits) = (Timeouts::default(), Limits::default());
    each(given, &mut |member| {
        match &*member.name {
            "channel" => {
                kind = member.choice(&[
                    ("both", Binding::both as fn() -> Binding),
                    ("sessionful", Binding::websocket),
                    ("sessionless", Binding::fetch),
                ])?;
            }
            "openTimeout" => timeouts.open = member.span()?,
            "closeTimeout" => timeouts.close = member.span()?,
            "sendTimeout" => timeouts.send = member.span()?,
            "receiveTimeout" => timeouts.receive = member.span()?,
            "maxFrame" => limits.frame = member.size()?,
            "maxDepth" => limits.depth = member.size()?,
            "maxHeaders" => limits.headers = member.size()?,
            _ => return member.unknown(),
        }
        Ok(())
    })?;
    Ok(kind().timeouts(timeouts).limits(limits))
}

/// Where a proxy leads, and how it is run.
pub(super) fn proxy(config: &JsValue) -> Result<(Endpoint, ProxyOptions)> {
    let mut to = empty_endpoint()?;
    let mut options = ProxyOptions { rules: Rules::Wws, ..ProxyOptions::default() };
    each(config, &mut |member| {
        match &*member.name {
            "rules" => options.rules = member.rules()?,
            "callTimeout" => options.call_timeout = Some(member.span()?),
            "maxPendingCalls" => options.max_pending_calls = Some(member.count()?),
            "maxCloseTimeout" => options.max_close_timeout = Some(member.span()?),
            "openTimeout" => options.open_timeout = Some(member.span()?),
            "autoOpen" => options.auto_open = Some(member.flag()?),
            "callback" => callback(&mut options.callback, &member.value)?,
            _ => endpoint_member(&mut to, member)?,
        }
        Ok(())
    })?;
    Ok((to, options))
}

fn callback(behavior: &mut Behavior, given: &JsValue) -> Result<()> {
    each(given, &mut |member| {
        match &*member.name {
            "concurrency" => behavior.concurrency = member.concurrency()?,
            "includeExceptionDetail" => behavior.include_exception_detail = member.flag()?,
            _ => return member.unknown(),
        }
        Ok(())
    })
}

/// What a host serves, and how it is run.
pub(super) struct HostConfig {
    pub endpoints: Vec<Endpoint>,
    pub behavior: Behavior,
    pub options: HostOptions,
}

pub(super) fn host(config: &JsValue) -> Result<HostConfig> {
    let rules = HostOptions { rules: Rules::Wcf, ..HostOptions::default() };
    let mut read =
        HostConfig { endpoints: Vec::new(), behavior: Behavior::default(), options: rules };
    each(config, &mut |member| {
        let HostConfig { endpoints, behavior, options } = &mut read;
        match &*member.name {
            "endpoints" => member.list(&mut |item| {
                endpoints.push(endpoint(item)?);
                Ok(())
            })?,
            "rules" => options.rules = member.rules()?,
            "closeTimeout" => options.close_timeout = Some(member.span()?),
            _ => behavior_member(behavior, member)?,
        }
        Ok(())
    })?;
    Ok(read)
}

fn behavior_member(behavior: &mut Behavior, member: &Member) -> Result<()> {
    match &*member.name {
        "instancing" => {
            behavior.instancing = member.choice(&[
                ("perSession", InstanceMode::PerSession),
                ("perCall", InstanceMode::PerCall),
                ("single", InstanceMode::Single),
            ])?;
        }
        "concurrency" => behavior.concurrency = member.concurrency()?,
        "ordered" => behavior.ordered = member.flag()?,
        "automaticSessionShutdown" => behavior.automatic_session_shutdown = member.flag()?,
        "includeExceptionDetail" => behavior.include_exception_detail = member.flag()?,
        "release" => release(behavior, &member.value)?,
        "wellKnown" => behavior.well_known = member.flag()?,
        "authorizes" => behavior.authorizes = member.flag()?,
        "handlesErrors" => behavior.error_handlers = member.flag()?,
        "throttles" => throttles(behavior, &member.value)?,
        "faultClose" => behavior.fault_close = member.span()?,
        _ => return member.unknown(),
    }
    Ok(())
}

fn release(behavior: &mut Behavior, given: &JsValue) -> Result<()> {
    each(given, &mut |member| {
        let mode = member.choice(&[
            ("none", ReleaseMode::None),
            ("beforeCall", ReleaseMode::BeforeCall),
            ("afterCall", ReleaseMode::AfterCall),
            ("beforeAndAfterCall", ReleaseMode::BeforeAndAfterCall),
        ])?;
        behavior.release.insert(member.name.as_str().into(), mode);
        Ok(())
    })
}

fn throttles(behavior: &mut Behavior, given: &JsValue) -> Result<()> {
    let throttles = &mut behavior.throttles;
    let mut queue = None;
    each(given, &mut |member| {
        let limit: &mut Limit = match &*member.name {
            "calls" => &mut throttles.calls,
            "sessions" => &mut throttles.sessions,
            "instances" => &mut throttles.instances,
            // How many may wait for each; one more is refused. Any number unless given.
            "queue" => {
                queue = Some(member.count()?);
                return Ok(());
            }
            _ => return member.unknown(),
        };
        limit.slots = member.count()?;
        Ok(())
    })?;
    for limit in [&mut throttles.calls, &mut throttles.sessions, &mut throttles.instances] {
        limit.queue = queue;
    }
    Ok(())
}

impl HostConfig {
    /// The tightest limits hold for all endpoints: a pipe does not know whose it is.
    pub(super) fn limits(&self) -> Limits {
        let all = self.endpoints.iter().map(|endpoint| endpoint.binding.limits);
        let least = all.reduce(|a, b| Limits {
            frame: a.frame.min(b.frame),
            depth: a.depth.min(b.depth),
            headers: a.headers.min(b.headers),
        });
        least.unwrap_or_default()
    }
}

/// Whether a contract is served with sessions by what its binding offers.
pub(super) fn is_sessionful(endpoint: &Endpoint) -> bool {
    let selected = endpoint.binding.select(&[&endpoint.contract]);
    selected.is_ok_and(|selected| matches!(selected.shape, Shape::DuplexSession))
}
