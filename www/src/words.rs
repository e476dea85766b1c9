//! Events and errors in words.

use sessionful::event::{Ending, Event, Kind, Outcome, ThrottleKind};
use sessionful::ids::SessionId;
use sessionful::lifecycle::Phase;

mod told;

pub use told::{Group, tell_of};

/// The beginning of a session's name: enough to tell a few of them apart.
pub fn short(session: SessionId) -> String {
    session.to_string()[..8].to_owned()
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
    fn times_keep_their_width() {
        assert_eq!((span(1_234), span(312_900)), ("1.2 ms".into(), "312 ms".into()));
    }

    #[test]
    fn sessions_are_told_by_their_beginning() {
        assert_eq!(short(SessionId(0xABCD_EF01 << 96)), "abcdef01");
    }

    #[test]
    fn trouble_is_what_ended_badly() {
        let gone = |how| Event::ChannelGone { channel: ChannelId(1), how };
        assert!(is_trouble(&gone(Ending::Lost)));
        assert!(!is_trouble(&gone(Ending::Closed)));
    }
}
