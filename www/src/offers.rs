//! What a visitor may do to something, and why not: the machines' own automata are asked.

use crate::act::{Act, Ask};
use crate::cast::Member;
use crate::explain::Reason;
use crate::run::{Label, Offer, Run, Target};
use sessionful::ids::{ChannelId, NodeId};
use sessionful::observe::End;
use sessionful::{Illegal, Phase, ProxyError, Rules, Verb};
use std::time::Duration;

/// Every act that makes sense for a target, with whether it is allowed at the cursor.
pub fn offers(run: &Run, target: Target) -> Vec<Offer> {
    let acts = match target {
        Target::Proxy(node) => proxy(run, node),
        Target::Host(node) if run.label() != &Label::Simulated => vec![Act::Kill(node)],
        Target::Host(node) => host(node),
        Target::Channel(node, channel) => wire(run, node, channel),
        Target::Call(node, _) => vec![Act::Abandon(node, 0)],
        Target::Flight(_) if run.label() != &Label::Simulated => Vec::new(),
        Target::Flight(id) => {
            vec![Act::Delay(id, Duration::from_millis(500)), Act::Drop(id)]
        }
        Target::Context(..) | Target::Object(..) | Target::Dispatch(..) => Vec::new(),
    };
    acts.into_iter().map(|act| Offer { legal: allows(run, &act), act }).collect()
}

fn proxy(run: &Run, node: NodeId) -> Vec<Act> {
    let mut acts = vec![Act::Open(node)];
    if let Some(member) = run.cast().get(node) {
        let operations = member.contract.operations();
        acts.extend(
            operations.iter().map(|operation| Act::Call(node, member.usual(&operation.name))),
        );
        let first = operations.iter().find(|operation| operation.initiating);
        acts.extend(first.map(|operation| Act::Call(node, member.usual(&operation.name).times(3))));
    }
    acts.push(Act::Abandon(node, 0));
    acts.extend([Act::Close, Act::Abort, Act::Reset].map(|verb| verb(node)));
    if run.label() == &Label::Simulated {
        let weather = run.weather(node);
        acts.push(if weather.held { Act::Release(node) } else { Act::Hold(node) });
        acts.push(if weather.partitioned { Act::Heal(node) } else { Act::Partition(node) });
    }
    acts.push(Act::Cut(node));
    acts
}

fn host(node: NodeId) -> Vec<Act> {
    [Act::Open, Act::Close, Act::Abort, Act::Reset, Act::Kill].map(|verb| verb(node)).into()
}

fn wire(run: &Run, node: NodeId, channel: ChannelId) -> Vec<Act> {
    match run.cast().get(node).and_then(|member| member.host) {
        // Of several connections it is not known which is whose.
        Some(_) if run.label() != &Label::Simulated => {
            let pooled = run.cast().get(node).is_none_or(|member| member.pooled);
            if pooled { Vec::new() } else { vec![Act::CutChannel(node, channel)] }
        }
        Some(_) => {
            let weather = run.weather(node);
            let hold = if weather.held { Act::Release(node) } else { Act::Hold(node) };
            let on_it = |flight: &&crate::flights::Flight| {
                flight.proxy == node && flight.channel == channel
            };
            let first = run.flights().find(on_it).map(|flight| flight.id);
            let saboteur = first
                .into_iter()
                .flat_map(|id| [Act::Delay(id, Duration::from_millis(500)), Act::Drop(id)]);
            [Act::CutChannel(node, channel), hold].into_iter().chain(saboteur).collect()
        }
        None => Vec::new(),
    }
}

/// Whether an act is allowed at the cursor.
///
/// # Errors
///
/// Why not.
pub fn allows(run: &Run, act: &Act) -> Result<(), Reason> {
    match act {
        Act::Open(node) => verb(run, *node, Verb::Open),
        Act::Close(node) => verb(run, *node, Verb::Close),
        Act::Abort(node) => verb(run, *node, Verb::Abort),
        Act::Reset(node) => verb(run, *node, Verb::Reset),
        Act::Call(node, ask) => call(run, *node, ask),
        Act::Abandon(node, _) => in_use(run, *node),
        Act::CutChannel(node, channel) => match end(run, *node) {
            Some(end) if end.channels.contains_key(channel) => Ok(()),
            _ => Err(Reason::plain("the channel is gone")),
        },
        Act::Delay(id, _) | Act::Drop(id) => match run.flights().any(|flight| flight.id == *id) {
            true => Ok(()),
            false => Err(Reason::plain("the message has arrived already")),
        },
        Act::Hold(_)
        | Act::Release(_)
        | Act::Latency(..)
        | Act::Partition(_)
        | Act::Heal(_)
        | Act::Cut(_)
        | Act::Kill(_)
        | Act::Free(_) => Ok(()),
    }
}

fn end(run: &Run, node: NodeId) -> Option<&End> {
    run.end(node)
}

fn phase(run: &Run, node: NodeId) -> Phase {
    end(run, node).map_or(Phase::Created, |end| end.phase)
}

fn rules(run: &Run, node: NodeId) -> Rules {
    run.cast().get(node).map(|member| member.rules).unwrap_or_default()
}

fn verb(run: &Run, node: NodeId, verb: Verb) -> Result<(), Reason> {
    let rules = rules(run, node);
    phase(run, node).after(verb, rules).map(|_| ()).map_err(|illegal| reason(illegal, rules))
}

fn reason(Illegal { phase, verb }: Illegal, rules: Rules) -> Reason {
    let error = match (phase, verb) {
        (Phase::Faulted, Verb::Open) if rules == Rules::Wcf => ProxyError::Faulted,
        (Phase::Closed, Verb::Open) if rules == Rules::Wcf => ProxyError::Disposed,
        _ => ProxyError::InvalidState { phase },
    };
    let text = match (verb, rules) {
        (Verb::Reset, Rules::Wcf) => "WCF knows no reset: make another".to_owned(),
        _ => error.to_string(),
    };
    Reason { text, ..Reason::of(&error, rules) }
}

fn in_use(run: &Run, node: NodeId) -> Result<(), Reason> {
    let rules = rules(run, node);
    let error = match phase(run, node) {
        Phase::Opened => return Ok(()),
        Phase::Faulted => ProxyError::Faulted,
        Phase::Closing | Phase::Closed if rules == Rules::Wcf => ProxyError::Disposed,
        phase => ProxyError::InvalidState { phase },
    };
    Err(Reason::of(&error, rules))
}

fn call(run: &Run, node: NodeId, ask: &Ask) -> Result<(), Reason> {
    let Some(member) = run.cast().get(node) else { return Err(Reason::plain("nobody is there")) };
    let operation = ask.operation.clone();
    if member.contract.named(&operation).is_none() {
        return Err(Reason::of(&ProxyError::UnknownOperation { operation }, member.rules));
    }
    if !(member.auto_open && phase(run, node) == Phase::Created) {
        in_use(run, node)?;
    }
    let pending = end(run, node).map_or(0, |end| end.calls.len());
    within_limit(member, pending)
}

fn within_limit(member: &Member, pending: usize) -> Result<(), Reason> {
    match member.max_pending {
        Some(limit) if pending >= limit as usize => {
            Err(Reason::of(&ProxyError::QuotaExceeded { limit }, member.rules))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::Source;
    use crate::scenarios::find;
    use crate::simulated::Simulated;
    use sessionful::ids::CallId;

    const CALLER: NodeId = NodeId(2);

    fn at(id: &str, millis: u64) -> Simulated {
        let mut simulated = Simulated::new(find(id).unwrap());
        simulated.advance(Duration::from_millis(millis));
        simulated
    }

    fn rule(simulated: &Simulated, act: &Act) -> Option<&'static str> {
        simulated.run().allows(act).unwrap_err().rule
    }

    /// What is told beforehand is what the machine itself says.
    #[test]
    fn verbs_are_refused_exactly_when_the_machine_refuses_them() {
        for id in ["session-fault", "abandon-abort", "first-and-last", "pending-calls"] {
            for millis in (0..14_000).step_by(700) {
                let simulated = at(id, millis);
                for verb in [Act::Open, Act::Close, Act::Reset] {
                    let act = verb(CALLER);
                    let told = simulated.run().allows(&act).is_ok();
                    let mut tried = simulated.clone();
                    let before = tried.run().ended().count();
                    // Misuse is told at once.
                    tried.force(act.clone());
                    let new = tried.run().ended().count() - before;
                    let mut new = tried.run().ended().take(new);
                    let refused = new.any(|ended| ended.call.is_none() && ended.result.is_err());
                    drop(new);
                    assert_eq!(told, !refused, "{id} at {millis}: {}", act.label());
                }
            }
        }
    }

    #[test]
    fn a_reason_names_the_rule() {
        let call = Act::Call(CALLER, Ask::new("add"));
        assert_eq!(rule(&at("session-fault", 0), &call), Some("PROXY-3"), "it is opening");
        assert_eq!(at("session-fault", 2_000).run().allows(&call), Ok(()));
        assert_eq!(rule(&at("session-fault", 5_500), &call), Some("PROXY-5"));
        let work = Act::Call(CALLER, Ask::new("work"));
        assert_eq!(rule(&at("pending-calls", 1_000), &work), Some("PROXY-23"));
        let reset = Act::Reset(CALLER);
        let reason = at("first-and-last", 500).run().allows(&reset).unwrap_err();
        assert!(reason.text.starts_with("WCF knows no reset"));
        let unknown = Act::Call(CALLER, Ask::new("nothing"));
        assert!(at("session-fault", 2_000).run().allows(&unknown).is_err());
    }

    #[test]
    fn every_target_has_its_verbs() {
        let simulated = at("session-fault", 4_000);
        let labels = |target| {
            let offers = offers(simulated.run(), target);
            offers.into_iter().map(|offer| offer.act.label()).collect::<Vec<_>>()
        };
        let proxy = labels(Target::Proxy(CALLER));
        for verb in [
            "open",
            "close",
            "abort",
            "reset",
            "abandon all calls",
            "hold the link",
            "kill the connection",
        ] {
            assert!(proxy.iter().any(|label| label == verb), "{verb}: {proxy:?}");
        }
        assert!(proxy.iter().any(|label| label.ends_with("× 3")), "in parallel: {proxy:?}");
        assert!(labels(Target::Host(NodeId(1))).contains(&"kill the host".to_owned()));
        let channel = labels(Target::Channel(CALLER, ChannelId(1)));
        assert_eq!(channel[0], "fault the wire of ch1");
        assert_eq!(labels(Target::Call(CALLER, CallId(1))), ["abandon all calls"]);
    }
}
