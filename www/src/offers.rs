//! What a visitor may do to something, and why not: the machines' own automata are asked.

use crate::act::{Act, Ask};
use crate::cast::Member;
use crate::explain::Reason;
use crate::run::{Label, Offer, Run, Target, usual};
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
        acts.extend(operations.iter().map(|operation| Act::Call(node, usual(operation))));
        let first = operations.iter().find(|operation| operation.initiating);
        acts.extend(first.map(|operation| Act::Call(node, usual(operation).times(3))));
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
        Some(_) if run.label() != &Label::Simulated => vec![Act::CutChannel(node, channel)],
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
