//! The program in Rust.

use super::Lines;
use super::names::{Names, callbacks, has_callback, parameters, snake, told};
use crate::config::{Config, Encoding, HostConfig, ProxyConfig};
use sessionful::sim::Programs;
use sessionful::{
    Behavior, Binding, ConcurrencyMode, InstanceMode, Operation, ReleaseMode, Rules, SessionMode,
    Throttles, Timeouts,
};
use std::time::Duration;

const HEAD: &str = "\
use futures::{executor::LocalPool, task::LocalSpawnExt};
use sessionful::drive::{HostBuilder, ManualClock, Network, ProxyBuilder};
use sessionful::host::Endpoint;
use sessionful::{Binding, Context, Limits, Service, service_contract};
use std::rc::Rc;
";

pub(super) fn program(config: &Config, names: &Names) -> String {
    let mut out = Lines::new("    ");
    out.text.push_str(HEAD);
    for (name, host) in &names.contracts {
        contract(&mut out, name, config, *host);
    }
    out.line("");
    out.block("fn main() -> Result<(), Box<dyn std::error::Error>> {", "}", |out| {
        out.line("let (network, clock) = (Network::new(1), ManualClock::new());");
        out.line("let mut tasks = LocalPool::new(); // the library never spawns");
        for (place, host) in config.hosts.iter().enumerate() {
            let (variable, contract) = &names.hosts[place];
            self::host(out, host, &snake(variable), &names.contracts[*contract].0);
        }
        for (place, proxy) in config.proxies.iter().enumerate() {
            let (host, contract) = &names.hosts[proxy.host];
            let names =
                (snake(&names.proxies[place]), snake(host), names.contracts[*contract].0.as_str());
            self::proxy(out, config, proxy, names);
        }
        open(out, names);
    });
    out.text
}

fn open(out: &mut Lines, names: &Names) {
    out.block("tasks.run_until(async {", "})", |out| {
        for (host, _) in &names.hosts {
            out.line(format!("{}.open().await?;", snake(host)));
        }
        for proxy in &names.proxies {
            out.line(format!("{}.open().await?;", snake(proxy)));
        }
        out.line("Ok(())");
    });
}

fn contract(out: &mut Lines, name: &str, config: &Config, host: usize) {
    let HostConfig { contract, service, .. } = &config.hosts[host];
    let mut options = vec![format!("name = {:?}", contract.name)];
    match contract.session {
        SessionMode::Allowed => {}
        SessionMode::Required => options.push("session = \"required\"".into()),
        SessionMode::NotAllowed => options.push("session = \"not_allowed\"".into()),
    }
    if has_callback(contract) {
        options.push(format!("callback = {name}Callback"));
        let back = callbacks(config, host);
        let named = format!("name = {:?}", format!("{}Callback", contract.name));
        one(out, &format!("{name}Callback"), &[named], &contract.callback, &back);
    }
    one(out, name, &options, &contract.operations, &service.operations);
}

/// A trait and an object that implements it.
fn one(
    out: &mut Lines,
    name: &str,
    options: &[String],
    operations: &[Operation],
    programs: &Programs,
) {
    out.line("");
    out.line(format!("#[service_contract({})]", options.join(", ")));
    out.block(format!("trait {name} {{"), "}", |out| {
        for operation in operations {
            if let Some(attribute) = attribute(operation) {
                out.line(attribute);
            }
            out.line(format!("{};", signature(operation, programs, "at")));
        }
    });
    out.line("");
    out.line(format!("struct {name}Object;"));
    out.line("");
    out.block(format!("impl {name} for {name}Object {{"), "}", |out| {
        for operation in operations {
            let body = |out: &mut Lines| {
                if let Some(told) = told(programs, &operation.name) {
                    out.line(told);
                }
                match (operation.one_way, operation.faults.is_empty()) {
                    (true, _) => {}
                    (_, true) => out.line("String::new()"),
                    _ => out.line("Ok(String::new())"),
                }
            };
            out.block(format!("{} {{", signature(operation, programs, "_")), "}", body);
        }
    });
}

fn attribute(operation: &Operation) -> Option<String> {
    let mut options = vec![format!("name = {:?}", operation.name)];
    if operation.one_way {
        options.push("one_way".into());
    }
    if !operation.initiating {
        options.push("initiating = false".into());
    }
    if operation.terminating {
        options.push("terminating".into());
    }
    options.extend(operation.faults.iter().map(|fault| format!("fault({})", fault.kind)));
    Some(format!("#[operation({})]", options.join(", ")))
}

fn signature(operation: &Operation, programs: &Programs, context: &str) -> String {
    let unused = context == "_";
    let parameters = parameters(programs, &operation.name);
    let mark = if unused { "_" } else { "" };
    let parameters: String =
        parameters.iter().map(|name| format!(", {mark}{name}: String")).collect();
    let result = match (operation.one_way, operation.faults.is_empty()) {
        (true, _) => "",
        (_, true) => " -> String",
        _ => " -> Result<String, sessionful::Failure>",
    };
    format!("async fn {}(&self, {context}: &Context{parameters}){result}", snake(&operation.name))
}

fn span(span: Duration) -> String {
    match span {
        Duration::MAX => "std::time::Duration::MAX".into(),
        span => format!("std::time::Duration::from_millis({})", span.as_millis()),
    }
}

fn binding(binding: &Binding) -> String {
    let usual = [
        ("Binding::fetch()", Binding::fetch()),
        ("Binding::websocket()", Binding::websocket()),
        ("Binding::both()", Binding::both()),
        ("Binding::reply_session()", Binding::reply_session()),
    ];
    let same = |(_, other): &&(&str, Binding)| other.shapes == binding.shapes;
    let base = usual.iter().find(same).map_or("Binding::both()", |(text, _)| text);
    if binding.timeouts == Timeouts::default() {
        return base.to_owned();
    }
    let Timeouts { open, close, send, receive } = binding.timeouts;
    format!(
        "{base}.timeouts(sessionful::Timeouts {{ open: {}, close: {}, send: {}, receive: {} }})",
        span(open),
        span(close),
        span(send),
        span(receive)
    )
}

fn codec(encoding: Encoding) -> &'static str {
    match encoding {
        Encoding::Json => "sessionful::codec::Json::new(Limits::default())",
        Encoding::Binary => "sessionful::codec::Binary::new(Limits::default())",
    }
}

fn host(out: &mut Lines, host: &HostConfig, variable: &str, contract: &str) {
    out.line("");
    out.block(format!("let {variable}_at = Endpoint {{"), "};", |out| {
        out.line(format!("address: \"/{variable}\".into(),"));
        out.line(format!("contract: {}_contract().into(),", snake(contract)));
        out.line(format!("binding: {},", binding(&host.binding)));
    });
    let object = format!("Rc::new({contract}Service::new({contract}Object)) as Rc<dyn Service>");
    out.line(format!("let ({variable}, hosting) = HostBuilder::new()"));
    out.depth += 1;
    out.line(format!(".endpoint({variable}_at.clone())"));
    behavior(out, &host.behavior);
    if host.options != Default::default() {
        let rules = if host.options.rules == Rules::Wws { "Wws" } else { "Wcf" };
        let close =
            host.options.close_timeout.map_or("None".into(), |c| format!("Some({})", span(c)));
        out.line(format!(
            ".options(sessionful::host::HostOptions {{ rules: sessionful::Rules::{rules}, close_timeout: {close} }})"
        ));
    }
    if host.behavior.custom_contexts {
        out.line("// .contexts(..): your own provider chooses the context of each message");
    }
    if host.behavior.well_known {
        out.line(format!(".object({object})"));
    } else {
        out.line(format!(".instances(|_: Option<&Context>| Ok({object}))"));
    }
    out.line(format!(".build(clock.clone(), network.acceptor(), {});", codec(host.encoding)));
    out.depth -= 1;
    out.line("tasks.spawner().spawn_local(hosting)?;");
}

fn behavior(out: &mut Lines, behavior: &Behavior) {
    let mut fields = Vec::new();
    match behavior.instancing {
        InstanceMode::PerSession => {}
        mode => fields.push(format!("instancing: sessionful::InstanceMode::{mode:?}")),
    }
    match behavior.concurrency {
        ConcurrencyMode::Single => {}
        mode => fields.push(format!("concurrency: sessionful::ConcurrencyMode::{mode:?}")),
    }
    if behavior.ordered {
        fields.push("ordered: true".into());
    }
    let released = behavior.release.iter().filter(|(_, mode)| **mode != ReleaseMode::None);
    let released: Vec<String> = released
        .map(|(name, mode)| format!("({name:?}.into(), sessionful::ReleaseMode::{mode:?})"))
        .collect();
    if !released.is_empty() {
        fields.push(format!("release: [{}].into()", released.join(", ")));
    }
    let Throttles { calls, sessions, instances } = behavior.throttles;
    if behavior.throttles != Throttles::default() {
        let limit = |slots: u32| format!("sessionful::Limit::slots({slots})");
        fields.push(format!(
            "throttles: sessionful::Throttles {{ calls: {}, sessions: {}, instances: {} }}",
            limit(calls.slots),
            limit(sessions.slots),
            limit(instances.slots)
        ));
    }
    if fields.is_empty() {
        return;
    }
    out.block(".behavior(sessionful::Behavior {", "})", |out| {
        fields.iter().for_each(|field| out.line(format!("{field},")));
        out.line("..sessionful::Behavior::default()");
    });
}

fn proxy(out: &mut Lines, config: &Config, proxy: &ProxyConfig, names: (String, String, &str)) {
    let (variable, host, contract) = names;
    let form = &config.hosts[proxy.host];
    out.line("");
    out.line(format!("let ({variable}, calling) = ProxyBuilder::new({host}_at.clone())"));
    out.depth += 1;
    options(out, proxy);
    if has_callback(&form.contract) {
        out.line(format!(
            ".callback(Rc::new({contract}CallbackService::new({contract}CallbackObject)))"
        ));
    }
    out.line(format!(".build(clock.clone(), network.connector(), {})?;", codec(form.encoding)));
    out.depth -= 1;
    out.line("tasks.spawner().spawn_local(calling)?;");
}

fn options(out: &mut Lines, proxy: &ProxyConfig) {
    let options = &proxy.options;
    let mut fields = Vec::new();
    if options.rules == Rules::Wcf {
        fields.push("rules: sessionful::Rules::Wcf".to_owned());
    }
    let times = [
        ("call_timeout", options.call_timeout),
        ("max_close_timeout", options.max_close_timeout),
        ("open_timeout", options.open_timeout),
    ];
    let set = times.into_iter().filter_map(|(name, time)| Some((name, time?)));
    fields.extend(set.map(|(name, time)| format!("{name}: Some({})", span(time))));
    fields
        .extend(options.max_pending_calls.map(|limit| format!("max_pending_calls: Some({limit})")));
    fields.extend(options.auto_open.map(|auto| format!("auto_open: Some({auto})")));
    if fields.is_empty() {
        return;
    }
    out.block(".options(sessionful::proxy::ProxyOptions {", "})", |out| {
        fields.iter().for_each(|field| out.line(format!("{field},")));
        out.line("..sessionful::proxy::ProxyOptions::default()");
    });
}
