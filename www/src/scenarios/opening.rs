//! What a visitor sees first.

use super::{Caption, Scenario};
use crate::act::{Act, Ask};
use crate::config::{Config, ContractForm, HostConfig, ProxyConfig};
use crate::plan::Script;
use sessionful::dispatch::behavior::Behavior;
use sessionful::host::HostOptions;
use sessionful::ids::NodeId;
use sessionful::proxy::ProxyOptions;
use sessionful::sim::{Act as Do, ServiceScript, Weather};
use sessionful::{Binding, InstanceMode, Operation, SessionMode, Timestamp};

const CALCULATOR: NodeId = NodeId(1);
const RUNNING: NodeId = NodeId(2);
const POOLED: NodeId = NodeId(3);
const SESSION: NodeId = NodeId(4);

fn program(lines: &[&str]) -> Vec<Do> {
    let parse = |line: &&str| Do::try_from((*line).to_owned());
    lines.iter().map(parse).collect::<Result<_, _>>().expect("invariant: it is written here")
}

fn service(operations: &[(&str, &[&str])]) -> ServiceScript {
    let programs = operations.iter().map(|(name, lines)| ((*name).into(), program(lines)));
    ServiceScript { operations: programs.collect(), ..ServiceScript::default() }
}

fn config() -> Config {
    let calculator = HostConfig {
        name: "Calculator".into(),
        contract: ContractForm::new("Calculator", SessionMode::NotAllowed)
            .operation(Operation::new("add"))
            .operation(Operation::new("multiply")),
        binding: Binding::fetch(),
        encoding: Default::default(),
        behavior: Behavior { instancing: InstanceMode::PerCall, ..Behavior::default() },
        options: HostOptions::default(),
        service: service(&[
            ("add", &["work 500ms", "set $1", "add $2", "return state"]),
            ("multiply", &["work 900ms", "set $1", "mul $2", "return state"]),
        ]),
    };
    let running = HostConfig {
        name: "RunningTotal".into(),
        contract: ContractForm::new("RunningTotal", SessionMode::Required)
            .operation(Operation::new("clear"))
            .operation(Operation::new("addTo").not_initiating())
            .operation(Operation::new("equals").not_initiating().terminating()),
        binding: Binding::websocket(),
        encoding: Default::default(),
        behavior: Behavior { instancing: InstanceMode::PerSession, ..Behavior::default() },
        options: HostOptions::default(),
        service: service(&[
            ("clear", &["work 300ms", "set 0", "return state"]),
            ("addTo", &["work 400ms", "add $1", "return state"]),
            ("equals", &["work 300ms", "return state"]),
        ]),
    };
    let proxy = |name: &str, host| ProxyConfig {
        name: name.into(),
        host,
        options: ProxyOptions::default(),
        weather: Weather { latency_us: 600_000, ..Weather::default() },
        callback: ServiceScript::default(),
    };
    Config {
        hosts: vec![calculator, running],
        proxies: vec![proxy("pooled", 0), proxy("session", 1)],
    }
}

fn caption(millis: u64, text: &'static str) -> Caption {
    Caption { at: Timestamp(millis * 1000), text, about: None }
}

pub(super) fn scenario() -> Scenario {
    let call = |node, operation: &str, arguments: &str| {
        Act::Call(node, Ask::new(operation.to_owned()).with(arguments))
    };
    Scenario {
        id: "first",
        title: "Two proxies at work",
        about: "A proxy with a pool and a proxy with a session call two small services.",
        rules: &["PROXY-11", "PROXY-12", "PROXY-13", "INST-3", "INST-4"],
        config: config(),
        seed: 1,
        script: Script::default()
            .at(0, Act::Open(CALCULATOR))
            .at(0, Act::Open(RUNNING))
            .at(0, Act::Open(POOLED))
            .at(100, call(POOLED, "add", "2 3"))
            .at(200, Act::Open(SESSION))
            .at(700, call(POOLED, "multiply", "6 7"))
            .at(1_500, call(SESSION, "clear", ""))
            .at(3_400, call(SESSION, "addTo", "5"))
            .at(3_600, call(POOLED, "add", "4 4"))
            .at(5_600, call(SESSION, "addTo", "2"))
            .at(6_000, call(POOLED, "multiply", "3 3"))
            .at(7_800, call(SESSION, "equals", ""))
            .at(10_000, Act::Close(SESSION))
            .at(10_400, Act::Reset(SESSION))
            .at(10_800, Act::Open(SESSION))
            .again(100, 12_000),
        captions: vec![
            caption(
                0,
                "A call is on its way. Without a session, each call in progress borrows a channel of its own.",
            ),
            caption(900, "Two calls at once: the pool has grown to two channels."),
            caption(3_600, "The pool does not grow again: an idle channel is reused."),
        ],
    }
}
