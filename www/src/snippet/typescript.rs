//! The program in TypeScript.

use super::Lines;
use super::names::{Names, callbacks, has_callback, parameters, told};
use crate::config::{Config, HostConfig, ProxyConfig};
use sessionful::sim::Programs;
use sessionful::{
    Behavior, Binding, ConcurrencyMode, InstanceMode, Operation, ReleaseMode, Rules, SessionMode,
    Shape, Throttles, Timeouts,
};
use std::time::Duration;

pub(super) fn program(config: &Config, names: &Names) -> String {
    let mut out = Lines::new("  ");
    let all = || {
        config.hosts.iter().flat_map(|h| h.contract.operations.iter().chain(&h.contract.callback))
    };
    let makers =
        [("oneWay", all().any(|op| op.one_way)), ("operation", all().any(|op| !op.one_way))];
    let makers = makers.iter().filter(|(_, used)| *used).map(|(name, _)| format!(", {name}"));
    let makers: String = makers.collect();
    out.line(format!(
        "import {{ defineContract{makers}, ServiceHost, ServiceProxy, type Service }} from 'sessionful';"
    ));
    for (name, host) in &names.contracts {
        contract(&mut out, name, config, *host);
    }
    for (place, host) in config.hosts.iter().enumerate() {
        let (variable, contract) = &names.hosts[place];
        self::host(&mut out, host, variable, &names.contracts[*contract].0);
    }
    for (place, proxy) in config.proxies.iter().enumerate() {
        let (host, contract) = &names.hosts[proxy.host];
        let contract = &names.contracts[*contract].0;
        self::proxy(&mut out, config, proxy, (&names.proxies[place], host, contract));
    }
    out.text
}

fn contract(out: &mut Lines, name: &str, config: &Config, host: usize) {
    let HostConfig { contract, service, .. } = &config.hosts[host];
    let back = callbacks(config, host);
    out.line("");
    out.block(format!("export const {name} = defineContract({{"), "});", |out| {
        out.line(format!("name: '{}',", contract.name.escape_default()));
        out.line(format!("session: '{}',", session(contract.session)));
        operations(out, &contract.operations, &service.operations);
        if has_callback(contract) {
            out.block("callback: {", "},", |out| operations(out, &contract.callback, &back));
        }
    });
    out.line("");
    out.block(format!("class {name}Service implements Service<typeof {name}> {{"), "}", |out| {
        for operation in &contract.operations {
            method(out, operation, &service.operations, "");
        }
    });
}

fn operations(out: &mut Lines, operations: &[Operation], programs: &Programs) {
    out.block("operations: {", "},", |out| {
        for operation in operations {
            out.line(described(operation, programs));
        }
    });
}

fn signature(operation: &Operation, programs: &Programs) -> String {
    let parameters = parameters(programs, &operation.name);
    parameters.iter().map(|name| format!("{name}: string")).collect::<Vec<_>>().join(", ")
}

const fn result(operation: &Operation) -> &'static str {
    if operation.one_way { "void" } else { "string" }
}

fn described(operation: &Operation, programs: &Programs) -> String {
    let name = &operation.name;
    let maker = if operation.one_way { "oneWay" } else { "operation" };
    let types = format!("({}) => {}", signature(operation, programs), result(operation));
    let mut options = vec![format!("parameters: {}", parameters(programs, name).len())];
    if !operation.initiating {
        options.push("initiating: false".into());
    }
    if operation.terminating {
        options.push("terminating: true".into());
    }
    let kinds: Vec<&str> = operation.faults.iter().map(|fault| fault.kind.as_str()).collect();
    let details = match kinds.is_empty() {
        true => String::new(),
        false => {
            options.push(format!("faults: ['{}']", kinds.join("', '")));
            format!(", {{ {}: unknown }}", kinds.join(": unknown; "))
        }
    };
    format!("{name}: {maker}<{types}{details}>({{ {} }}),", options.join(", "))
}

fn method(out: &mut Lines, operation: &Operation, programs: &Programs, end: &str) {
    let head =
        format!("{}({}): {} {{", operation.name, signature(operation, programs), result(operation));
    out.block(head, &format!("}}{end}"), |out| {
        if let Some(told) = told(programs, &operation.name) {
            out.line(told);
        }
        if !operation.one_way {
            out.line("return '';");
        }
    });
}

const fn session(mode: SessionMode) -> &'static str {
    match mode {
        SessionMode::Allowed => "allowed",
        SessionMode::Required => "required",
        SessionMode::NotAllowed => "notAllowed",
    }
}

fn millis(span: Duration) -> String {
    if span == Duration::MAX { "Infinity".into() } else { span.as_millis().to_string() }
}

/// The options of a binding that are not the usual ones.
fn binding(binding: &Binding) -> Option<String> {
    let sessions = binding.shapes.iter().any(|shape| shape.has_session());
    let plain = binding.shapes.iter().any(|shape: &Shape| !shape.has_session());
    let mut options = Vec::new();
    match (sessions, plain) {
        (true, false) => options.push("channel: 'sessionful'".to_owned()),
        (false, true) => options.push("channel: 'sessionless'".to_owned()),
        _ => {}
    }
    let usual = Timeouts::default();
    let Timeouts { open, close, send, receive } = binding.timeouts;
    let named = [
        ("openTimeout", open, usual.open),
        ("closeTimeout", close, usual.close),
        ("sendTimeout", send, usual.send),
        ("receiveTimeout", receive, usual.receive),
    ];
    let changed = named.into_iter().filter(|(_, value, usual)| value != usual);
    options.extend(changed.map(|(name, value, _)| format!("{name}: {}", millis(value))));
    (!options.is_empty()).then(|| format!("{{ {} }}", options.join(", ")))
}

fn address(variable: &str) -> String {
    format!("/{variable}")
}

fn host(out: &mut Lines, host: &HostConfig, variable: &str, contract: &str) {
    out.line("");
    out.block(format!("const {variable} = new ServiceHost({contract}, {{"), "});", |out| {
        let binding = binding(&host.binding).map_or(String::new(), |b| format!(", binding: {b}"));
        out.line(format!("endpoints: [{{ address: '{}'{binding} }}],", address(variable)));
        let new = if host.behavior.well_known { "new " } else { "" };
        let call = if host.behavior.well_known { "()" } else { "" };
        out.line(format!("service: {new}{contract}Service{call},"));
        behavior(out, &host.behavior);
        if host.options.rules == Rules::Wws {
            out.line("rules: 'wws',");
        }
        if let Some(span) = host.options.close_timeout {
            out.line(format!("closeTimeout: {},", millis(span)));
        }
    });
    out.line(format!("await {variable}.open();"));
}

fn behavior(out: &mut Lines, behavior: &Behavior) {
    match behavior.instancing {
        InstanceMode::PerSession => {}
        InstanceMode::PerCall => out.line("instancing: 'perCall',"),
        InstanceMode::Single => out.line("instancing: 'single',"),
    }
    if behavior.custom_contexts {
        out.line("// a provider of contexts of your own is for Rust only");
    }
    match behavior.concurrency {
        ConcurrencyMode::Single => {}
        ConcurrencyMode::Reentrant => out.line("concurrency: 'reentrant',"),
        ConcurrencyMode::Multiple => out.line("concurrency: 'multiple',"),
    }
    if behavior.ordered {
        out.line("ordered: true,");
    }
    let released = behavior.release.iter().filter_map(|(name, mode)| {
        let mode = match mode {
            ReleaseMode::None => return None,
            ReleaseMode::BeforeCall => "beforeCall",
            ReleaseMode::AfterCall => "afterCall",
            ReleaseMode::BeforeAndAfterCall => "beforeAndAfterCall",
        };
        Some(format!("{name}: '{mode}'"))
    });
    let released: Vec<String> = released.collect();
    if !released.is_empty() {
        out.line(format!("release: {{ {} }},", released.join(", ")));
    }
    let usual = Throttles::default();
    let Throttles { calls, sessions, instances } = behavior.throttles;
    let named = [
        ("calls", calls, usual.calls),
        ("sessions", sessions, usual.sessions),
        ("instances", instances, usual.instances),
    ];
    let changed = named.into_iter().filter(|(_, limit, usual)| limit != usual);
    let changed: Vec<String> =
        changed.map(|(name, limit, _)| format!("{name}: {}", limit.slots)).collect();
    if !changed.is_empty() {
        out.line(format!("throttles: {{ {} }},", changed.join(", ")));
    }
}

fn proxy(out: &mut Lines, config: &Config, proxy: &ProxyConfig, names: (&str, &str, &str)) {
    let (variable, host, contract) = names;
    let form = &config.hosts[proxy.host];
    out.line("");
    out.block(format!("const {variable} = new ServiceProxy({contract}, {{"), "});", |out| {
        out.line(format!("address: '{}',", address(host)));
        out.line(format!("transport: {host}.transport,"));
        if let Some(binding) = binding(&form.binding) {
            out.line(format!("binding: {binding},"));
        }
        if has_callback(&form.contract) {
            let programs = callbacks(config, proxy.host);
            out.block("callbacks: {", "},", |out| {
                for operation in &form.contract.callback {
                    method(out, operation, &programs, ",");
                }
            });
        }
        options(out, proxy);
    });
    out.line(format!("await {variable}.open();"));
}

fn options(out: &mut Lines, proxy: &ProxyConfig) {
    let options = &proxy.options;
    if options.rules == Rules::Wcf {
        out.line("rules: 'wcf',");
    }
    let times = [
        ("callTimeout", options.call_timeout),
        ("maxCloseTimeout", options.max_close_timeout),
        ("openTimeout", options.open_timeout),
    ];
    for (name, span) in times {
        if let Some(span) = span {
            out.line(format!("{name}: {},", millis(span)));
        }
    }
    if let Some(limit) = options.max_pending_calls {
        out.line(format!("maxPendingCalls: {limit},"));
    }
    if let Some(auto) = options.auto_open {
        out.line(format!("autoOpen: {auto},"));
    }
}
