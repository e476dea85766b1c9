//! Events and errors in words.

use crate::lane::{Lane, Side};
use sessionful::ProxyError;
use sessionful::event::{Ending, Event, Kind, Outcome, ThrottleKind};
use sessionful::ids::{NodeId, SessionId};
use sessionful::lifecycle::Phase;

mod told;

pub use told::{Group, tell, tell_of};

/// A number without a fraction that says nothing.
pub fn number(value: f64) -> String {
    let rounded = (value * 10_000.0).round() / 10_000.0;
    if rounded.is_finite() { rounded.to_string() } else { value.to_string() }
}

/// The beginning of a session's name: enough to tell a few of them apart.
pub fn short(session: SessionId) -> String {
    session.to_string()[..8].to_owned()
}

/// A time of the page in seconds, with thousandths.
pub fn clock(micros: u64) -> String {
    format!("{}.{:03}", micros / 1_000_000, micros / 1000 % 1000)
}

/// How long something took.
pub fn span(micros: u64) -> String {
    match micros {
        0..10_000 => format!("{}.{} ms", micros / 1000, micros / 100 % 10),
        10_000..10_000_000 => format!("{} ms", micros / 1000),
        _ => format!("{} s", micros / 1_000_000),
    }
}

/// The sign of a phase: colour is never the only one.
pub const fn sign(phase: Phase) -> &'static str {
    match phase {
        Phase::Created => "○",
        Phase::Opening | Phase::Accepting => "◔",
        Phase::Opened => "●",
        Phase::Closing => "◕",
        Phase::Closed => "□",
        Phase::Faulted => "◆",
    }
}

/// The name of an end.
pub fn end(node: NodeId) -> String {
    match Lane::of(node) {
        Some((lane, Side::Proxy)) => format!("{} proxy", lane.slug()),
        Some((lane, Side::Host)) => format!("{} host", lane.slug()),
        None => node.to_string(),
    }
}

/// The name of an error: the variant, without what it carries.
pub fn kind(error: &ProxyError) -> String {
    let told = format!("{error:?}");
    told.split(['(', '{', ' ']).next().unwrap_or_default().to_owned()
}

/// What is wrong, in few words: what to do comes after it.
pub fn wrong(error: &ProxyError) -> String {
    match error {
        ProxyError::Fault(fault) => fault.to_string(),
        ProxyError::Disconnected { reason } => format!("the connection was lost: {reason}"),
        ProxyError::Faulted => "the proxy has faulted".into(),
        other => other.to_string(),
    }
}

/// What to do after an error of a lane's proxy, in this page.
pub fn next_step(lane: Lane, error: &ProxyError) -> &'static str {
    match error {
        ProxyError::Disconnected { .. } if lane == Lane::Calculator => {
            "Call again: another channel serves."
        }
        ProxyError::InvalidState { phase } => match phase {
            Phase::Created => "Press Open.",
            Phase::Opening | Phase::Accepting | Phase::Closing => "Wait a moment.",
            Phase::Opened => "It is open already: call something.",
            Phase::Closed => "Press Reset, then Open.",
            Phase::Faulted => "Press Close, Reset, then Open.",
        },
        ProxyError::Faulted => "Press Close, Reset, then Open.",
        ProxyError::Aborted | ProxyError::Disposed => "Press Reset, then Open.",
        ProxyError::Abandoned | ProxyError::TimedOut => {
            "The proxy goes on; the service may still have done it."
        }
        ProxyError::QuotaExceeded { .. } => "Wait for some calls to end.",
        ProxyError::Fault(_) => "The proxy goes on: call with other values.",
        ProxyError::NonInitiating { .. } => "Begin the session with clear.",
        ProxyError::ActionNotSupported => "Close, Reset, Open, and begin with clear.",
        ProxyError::SessionTerminated | ProxyError::AlreadyTerminated | ProxyError::AutoClosed => {
            "Press Reset, then Open: a new session begins."
        }
        ProxyError::Disconnected { .. } => "Press Close, Reset, then Open: a new session begins.",
        ProxyError::TooBusy => "Try again in a moment.",
        ProxyError::NotFound | ProxyError::Stopped => "Start the worker again.",
        ProxyError::WouldDeadlock => "Let the calling side be reentrant or multiple.",
        _ => "Look at the journal: it tells what led to this.",
    }
}

pub(crate) const fn ending(how: Ending) -> &'static str {
    match how {
        Ending::Closed => "in good order",
        Ending::Aborted => "by an abort",
        Ending::Lost => "because its connection was lost",
        Ending::Idle => "because nothing came for too long",
        Ending::Overdue => "because closing took too long",
        _ => "in another way",
    }
}

pub(crate) const fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Ok => "well",
        Outcome::Fault => "with a fault",
        Outcome::Failed => "with a failure",
        Outcome::Abandoned => "abandoned",
        Outcome::TimedOut => "out of time",
        _ => "in another way",
    }
}

pub(crate) const fn message(kind: Kind) -> &'static str {
    match kind {
        Kind::Request => "request",
        Kind::OneWay => "one-way message",
        Kind::Reply => "reply",
        Kind::Fault => "fault",
        Kind::End => "end of its half",
    }
}

pub(crate) const fn throttle(kind: ThrottleKind) -> &'static str {
    match kind {
        ThrottleKind::Calls => "calls",
        ThrottleKind::Sessions => "sessions",
        ThrottleKind::Instances => "instances",
    }
}

/// Whether somebody should look at it.
pub fn is_trouble(event: &Event) -> bool {
    match event {
        Event::ProxyPhase { to: Phase::Faulted, .. }
        | Event::HostPhase { to: Phase::Faulted, .. }
        | Event::ChannelPhase { to: Phase::Faulted, .. }
        | Event::ContextPhase { to: Phase::Faulted, .. }
        | Event::MessageDropped { .. }
        | Event::SlotRefused { .. }
        | Event::DeadlockRefused { .. }
        | Event::CallAbandoned { .. } => true,
        Event::ChannelGone { how, .. } | Event::SessionEnded { how, .. } => *how != Ending::Closed,
        Event::CallEnded { outcome, .. } | Event::DispatchEnded { outcome, .. } => {
            *outcome != Outcome::Ok
        }
        Event::MessageSent { kind, .. } | Event::MessageArrived { kind, .. } => {
            *kind == Kind::Fault
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sessionful::ids::ChannelId;

    #[test]
    fn numbers_are_short() {
        let cases = [(2.0, "2"), (0.5, "0.5"), (1.0 / 3.0, "0.3333"), (f64::NAN, "NaN")];
        for (value, text) in cases {
            assert_eq!(number(value), text);
        }
    }

    #[test]
    fn times_keep_their_width() {
        assert_eq!(clock(12_345_678), "12.345");
        assert_eq!(clock(7_000), "0.007");
        assert_eq!((span(1_234), span(312_900)), ("1.2 ms".into(), "312 ms".into()));
    }

    #[test]
    fn sessions_are_told_by_their_beginning() {
        assert_eq!(short(SessionId(0xABCD_EF01 << 96)), "abcdef01");
    }

    #[test]
    fn errors_are_named_and_followed_by_a_step() {
        let error = ProxyError::InvalidState { phase: Phase::Closed };
        let step = next_step(Lane::Calculator, &error);
        assert_eq!((kind(&error).as_str(), step), ("InvalidState", "Press Reset, then Open."));
        let lost = ProxyError::Disconnected { reason: "cut".into() };
        assert_eq!(kind(&lost), "Disconnected");
        assert!(next_step(Lane::Calculator, &lost).starts_with("Call again"));
        assert!(next_step(Lane::DuplexHello, &lost).starts_with("Press Close"));
    }

    #[test]
    fn trouble_is_what_ended_badly() {
        let gone = |how| Event::ChannelGone { channel: ChannelId(1), how };
        assert!(is_trouble(&gone(Ending::Lost)));
        assert!(!is_trouble(&gone(Ending::Closed)));
    }
}
