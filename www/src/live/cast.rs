//! Who takes part in a live run: the three services, or what a description says.

use crate::cast::{Cast, Member};
use crate::lane::{Lane, Side, node};
use crate::map::Map;
use serde::Deserialize;
use sessionful::{Contract, ContractError, Operation, Rules, SessionMode};
use smol_str::SmolStr;
use std::sync::Arc;
use std::time::Duration;

type Words = Map<SmolStr, Vec<SmolStr>>;

/// A contract of a described service.
#[derive(Deserialize)]
pub(super) struct Service {
    name: SmolStr,
    pooled: bool,
    session: SessionMode,
    operations: Vec<Described>,
    callbacks: Vec<Described>,
}

/// An operation of it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Described {
    name: SmolStr,
    one_way: bool,
    initiating: bool,
    terminating: bool,
    /// Arguments that suit it.
    words: Vec<SmolStr>,
}

impl Described {
    fn operation(&self) -> Operation {
        let operation = Operation::new(self.name.clone());
        Operation {
            one_way: self.one_way,
            initiating: self.initiating,
            terminating: self.terminating,
            ..operation
        }
    }
}

impl Service {
    fn contract(&self) -> Result<Contract, ContractError> {
        let with = |draft: sessionful::contract::Draft, all: &[Described]| {
            all.iter().fold(draft, |draft, one| draft.operation(one.operation()))
        };
        let draft = with(Contract::new(self.name.clone()).session(self.session), &self.operations);
        if self.callbacks.is_empty() {
            return draft.build();
        }
        let callback = Contract::new(format!("{}Callback", self.name));
        draft.callback(with(callback, &self.callbacks)).build()
    }

    fn words(&self) -> Words {
        self.operations.iter().map(|one| (one.name.clone(), one.words.clone())).collect()
    }
}

/// The three services of the playground, each with a proxy.
pub(super) fn usual() -> Cast {
    let mut cast = Cast::default();
    for (place, lane) in Lane::ALL.into_iter().enumerate() {
        let names = (lane.title().into(), lane.slug().into());
        let pooled = lane == Lane::Calculator;
        add(&mut cast, place, names, Arc::clone(lane.contract()), pooled, words(lane));
    }
    cast
}

/// Those of a description.
///
/// # Errors
///
/// A contract that cannot be one.
pub(super) fn described(services: &[Service]) -> Result<Cast, ContractError> {
    let mut cast = Cast::default();
    for (place, service) in services.iter().enumerate() {
        let proxy = service.name.strip_prefix('I').unwrap_or(&service.name).to_lowercase();
        let names = (service.name.clone(), proxy.into());
        add(
            &mut cast,
            place,
            names,
            Arc::new(service.contract()?),
            service.pooled,
            service.words(),
        );
    }
    Ok(cast)
}

/// Adds a host and its proxy, by these names.
fn add(
    cast: &mut Cast,
    place: usize,
    (host, proxy): (SmolStr, SmolStr),
    contract: Arc<Contract>,
    pooled: bool,
    arguments: Words,
) {
    let at = |side| node(u32::try_from(place).unwrap_or(u32::MAX), side);
    let host = Member {
        name: host,
        host: None,
        contract,
        rules: Rules::Wcf,
        pooled,
        auto_open: false,
        max_pending: None,
        call_timeout: None,
        arguments,
    };
    let proxy = Member {
        name: proxy,
        host: Some(at(Side::Host)),
        rules: Rules::Wws,
        max_pending: Some(100),
        call_timeout: Some(Duration::from_secs(30)),
        ..host.clone()
    };
    cast.add(at(Side::Host), host);
    cast.add(at(Side::Proxy), proxy);
}

/// What a button calls an operation with.
fn words(lane: Lane) -> Words {
    let usual: &[(&str, &[&str])] = match lane {
        Lane::Calculator => &[
            ("add", &["6", "3"]),
            ("subtract", &["6", "3"]),
            ("multiply", &["6", "3"]),
            ("divide", &["6", "0"]),
        ],
        Lane::SessionCalculator => &[
            ("addTo", &["5"]),
            ("subtractFrom", &["1"]),
            ("multiplyBy", &["3"]),
            ("divideBy", &["2"]),
        ],
        Lane::DuplexHello => &[("hello", &["Good day"])],
    };
    let words = |words: &[&str]| words.iter().map(|word| SmolStr::from(*word)).collect();
    usual.iter().map(|(name, arguments)| ((*name).into(), words(arguments))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::Target;

    #[test]
    fn a_description_becomes_proxies_and_hosts() {
        let told = r#"[{"name":"ICounter","pooled":false,"session":"required",
            "operations":[{"name":"Add","oneWay":false,"initiating":true,"terminating":false,"words":["1"]}],
            "callbacks":[{"name":"Told","oneWay":true,"initiating":true,"terminating":false,"words":[]}]}]"#;
        let services: Vec<Service> = serde_json::from_str(told).unwrap();
        let cast = described(&services).unwrap();
        let proxy = cast.node("counter").unwrap();
        assert_eq!(cast.host_of(proxy), cast.node("ICounter"));
        let member = cast.get(proxy).unwrap();
        assert_eq!(member.usual("Add").arguments, ["1"]);
        assert!(
            member.contract.callback().is_some_and(|callback| callback.operations()[0].one_way)
        );
        assert_eq!(Target::Proxy(proxy).node(), Some(node(0, Side::Proxy)));
    }
}
