//! Rules in one sentence each, and what things are doing now.

mod now;
mod rules;

#[cfg(test)]
mod tests;

pub use now::{Property, now, properties, rules_of};

use crate::config::Refusal;
use sessionful::sim::describe;
use sessionful::{BehaviorError, ContractError, HostError, Phase, ProxyError, Rules, Verb};

/// Why something is not allowed, or went wrong.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reason {
    /// The rule that says so, if one does; [`rule`] tells it in a sentence.
    pub rule: Option<&'static str>,
    /// The code or exception that the caller would get.
    pub code: String,
    /// In words.
    pub text: String,
}

impl Reason {
    /// The reason that an error gives, in the words of a rule set.
    pub fn of(error: &ProxyError, rules: Rules) -> Reason {
        let code = describe(error, rules);
        Reason { rule: rule_of(error, rules), code, text: error.to_string() }
    }

    /// The reason that an error of a host gives.
    pub fn of_host(error: &HostError) -> Reason {
        let code = match error.key() {
            Some(key) => format!("{} {key}", error.exception()),
            None => error.exception().to_owned(),
        };
        Reason { rule: rule_of_host(error), code, text: error.to_string() }
    }

    /// Why a proxy that cannot be made does nothing.
    pub fn refused(refusal: &Refusal) -> Reason {
        let Refusal { rule, code, text, .. } = refusal.clone();
        Reason { rule, code, text }
    }

    /// A reason without a rule.
    pub fn plain(text: &str) -> Reason {
        Reason { rule: None, code: String::new(), text: text.to_owned() }
    }
}

/// The rule behind an error of a host.
pub fn rule_of_host(error: &HostError) -> Option<&'static str> {
    Some(match error {
        HostError::InvalidState { .. } => "CO-2",
        HostError::Faulted => "CO-13",
        HostError::Binding(_) => "SESS-6",
        HostError::Contract(error) => rule_of_contract(error),
        HostError::Behavior(error) => rule_of_behavior(error),
        HostError::Listener { .. } => "HOST-2",
        HostError::TimedOut => "CO-15",
        _ => return None,
    })
}

fn rule_of_contract(error: &ContractError) -> &'static str {
    match error {
        ContractError::OneWayWithFault { .. } | ContractError::OneWayWithReply { .. } => "OP-2",
        ContractError::SameAction { .. } => "OP-6",
        ContractError::CallbackOfCallback { .. } => "OP-5",
        _ => "SESS-9",
    }
}

fn rule_of_behavior(error: &BehaviorError) -> &'static str {
    match error {
        BehaviorError::OrderedNeedsSingle => "CONC-9",
        BehaviorError::ThrottleLimit { .. } => "THR-1",
        BehaviorError::WellKnownNeedsSingle => "INST-10",
        BehaviorError::NoConstructor => "INST-11",
        BehaviorError::NoCallbacks => "CONC-14",
        _ => "INST-20",
    }
}

/// The rule behind an error of a proxy that follows those rules.
pub fn rule_of(error: &ProxyError, rules: Rules) -> Option<&'static str> {
    Some(match error {
        ProxyError::InvalidState { .. } if rules == Rules::Wcf => "CO-9",
        ProxyError::InvalidState { .. } => "PROXY-3",
        ProxyError::Faulted if rules == Rules::Wcf => "CO-9",
        ProxyError::Faulted => "PROXY-5",
        ProxyError::Disposed => "CO-8",
        ProxyError::Aborted => "CALL-9",
        ProxyError::Abandoned => "CALL-6",
        ProxyError::TimedOut => "CALL-8",
        ProxyError::QuotaExceeded { .. } => "PROXY-23",
        ProxyError::Fault(_) => "PROXY-17",
        ProxyError::SessionTerminated => "SESS-14",
        ProxyError::ActionNotSupported => "SESS-13",
        ProxyError::DeserializationFailed { .. } => "FLT-9",
        ProxyError::NotFound => "PROXY-7",
        ProxyError::TooBusy => "THR-2",
        ProxyError::Disconnected { .. } | ProxyError::Transport { .. } => "PROXY-16",
        ProxyError::NonInitiating { .. } => "SESS-11",
        ProxyError::AlreadyTerminated => "SESS-12",
        ProxyError::AutoClosed => "SESS-20",
        ProxyError::WouldDeadlock => "CONC-12",
        ProxyError::OpenInProgress => "CO-19",
        ProxyError::Binding(_) => "SESS-7",
        ProxyError::Contract(error) => rule_of_contract(error),
        ProxyError::Behavior(error) => rule_of_behavior(error),
        _ => return None,
    })
}

/// A rule in one sentence; nothing if it is not known here.
pub fn rule(id: &str) -> Option<&'static str> {
    rules::RULES.iter().find(|(known, _)| *known == id).map(|(_, text)| *text)
}

/// The same id, if it is known here.
pub fn known_rule(id: &str) -> Option<&'static str> {
    rules::RULES.iter().find(|(known, _)| *known == id).map(|(known, _)| *known)
}

/// All rules that are known here, with their sentences.
pub fn all_rules() -> &'static [(&'static str, &'static str)] {
    rules::RULES
}

/// The arrows of a state chart: from which phase which verb leads where.
pub fn arrows(rules: Rules) -> Vec<(Phase, Verb, Phase)> {
    let verbs = |phase: Phase| Verb::ALL.into_iter().map(move |verb| (phase, verb));
    let all = Phase::ALL.into_iter().flat_map(verbs);
    all.filter_map(|(from, verb)| Some((from, verb, from.after(verb, rules).ok()?))).collect()
}
