//! A crowd: as many things and messages as a stage must show without stumbling.

use crate::act::{Act, Ask};
use crate::config::{Config, ContractForm, Encoding, HostConfig, ProxyConfig};
use crate::plan::Script;
use crate::scenarios::{Caption, Scenario};
use sessionful::dispatch::behavior::Behavior;
use sessionful::host::HostOptions;
use sessionful::ids::NodeId;
use sessionful::proxy::ProxyOptions;
use sessionful::sim::{Act as Do, ServiceScript, Weather};
use sessionful::{Binding, ConcurrencyMode, Operation, SessionMode, Timestamp};

/// How many sessions there are; each is a proxy, two channels, a context and an object.
const SESSIONS: u32 = 40;

/// How many calls each proxy makes every second. They are on their way for two seconds there and
/// two back, so that four times as many are seen.
const CALLS: u64 = 2;

const HOST: NodeId = NodeId(1);

/// Forty sessions that talk all the time: 200 things and more than 300 messages.
pub(super) fn scenario() -> Scenario {
    Scenario {
        id: "crowd",
        title: "A crowd",
        about: "Forty sessions talk to one host, all at once.",
        rules: &["PROXY-11", "INST-4"],
        config: config(),
        seed: 1,
        script: script(),
        captions: vec![Caption {
            at: Timestamp::ZERO,
            text: "Forty proxies, forty sessions, forty objects, and a few hundred messages on their way.",
            about: None,
        }],
    }
}

fn config() -> Config {
    let program = Do::try_from("return 1".to_owned()).into_iter().collect();
    let host = HostConfig {
        name: "Exchange".into(),
        contract: ContractForm::new("Exchange", SessionMode::Required)
            .operation(Operation::new("ask")),
        binding: Binding::websocket(),
        encoding: Encoding::default(),
        behavior: Behavior { concurrency: ConcurrencyMode::Multiple, ..Behavior::default() },
        options: HostOptions::default(),
        service: ServiceScript {
            operations: [("ask".into(), program)].into_iter().collect(),
            ..ServiceScript::default()
        },
    };
    let proxy = |number: u32| ProxyConfig {
        name: format!("caller {number}").into(),
        host: 0,
        options: ProxyOptions::default(),
        weather: Weather { latency_us: 2_000_000, ..Weather::default() },
        callback: ServiceScript::default(),
    };
    Config { hosts: vec![host], proxies: (1..=SESSIONS).map(proxy).collect() }
}

fn script() -> Script {
    let proxies = || (0..SESSIONS).map(|number| NodeId(2 + number));
    let mut script = Script::default().at(0, Act::Open(HOST));
    for proxy in proxies() {
        script = script.at(0, Act::Open(proxy));
    }
    // Each at a time of its own, so that no frame has all of them.
    let beat = 1_000 / CALLS;
    for (number, proxy) in proxies().enumerate() {
        let at = 4_200 + number as u64 * beat / u64::from(SESSIONS);
        script = script.at(at, Act::Call(proxy, Ask::new("ask")));
    }
    script.again(4_200, beat)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::Source;
    use crate::scene::{Room, Scene, Traits};
    use crate::simulated::Simulated;
    use std::time::Duration;

    #[test]
    fn a_crowd_is_two_hundred_things_and_three_hundred_messages() {
        let mut run = Simulated::new(scenario());
        run.advance(Duration::from_secs(10));
        let run = run.run();
        let room = Room { width: 800.0, height: 600.0, ..Room::default() };
        let scene = Scene::place(run.picture(), run.cast(), &Traits::default(), room);
        assert!(scene.nodes.len() >= 200, "{}", scene.nodes.len());
        assert!(run.flights().count() >= 300, "{}", run.flights().count());
    }
}
