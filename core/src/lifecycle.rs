//! The life of a communicating object, under the two rule sets that never mix (`MOD-1`).
//!
//! WWSAPI proxies and channels can be reset and reopened; a WCF communication object lives once.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Which runtime's automaton governs an object.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Rules {
    /// Windows Web Services: `PROXY-2`, `PROXY-3`, `CHAN-1`, `HOST-1`.
    #[default]
    Wws,
    /// The WCF communication object: `CO-1` to `CO-11`.
    Wcf,
}

/// Where an object is in its life.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// Made, not yet opened.
    #[default]
    Created,
    /// Being opened.
    Opening,
    /// Waiting for a peer (channels of the listening side).
    Accepting,
    /// In use.
    Opened,
    /// Being closed in good order.
    Closing,
    /// Gone. Under WWSAPI it may be reset.
    Closed,
    /// Broken; the only useful step is to close or abort it.
    Faulted,
}

/// What can be done to an object, or happen to it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verb {
    /// The user opens it.
    Open,
    /// A listener hands it a peer to wait for.
    Accept,
    /// The step in progress (opening, accepting, closing) succeeded.
    Succeed,
    /// The user closes it in good order.
    Close,
    /// The user ends it at once.
    Abort,
    /// The step in progress failed, or the object broke.
    Fail,
    /// The user makes it usable again (WWSAPI only).
    Reset,
}

/// A verb that the phase does not allow: `WS_E_INVALID_OPERATION`, or WCF's wrong-state exceptions.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, thiserror::Error)]
#[error("cannot {verb} while {phase}")]
pub struct Illegal {
    /// The phase the object stays in.
    pub phase: Phase,
    /// What was tried.
    pub verb: Verb,
}

impl Phase {
    /// Every phase, in the order of their definition.
    pub const ALL: [Phase; 7] = [
        Phase::Created,
        Phase::Opening,
        Phase::Accepting,
        Phase::Opened,
        Phase::Closing,
        Phase::Closed,
        Phase::Faulted,
    ];

    /// Its name, in small letters.
    pub const fn name(self) -> &'static str {
        match self {
            Phase::Created => "created",
            Phase::Opening => "opening",
            Phase::Accepting => "accepting",
            Phase::Opened => "opened",
            Phase::Closing => "closing",
            Phase::Closed => "closed",
            Phase::Faulted => "faulted",
        }
    }

    /// The phase that follows, or why the verb is illegal. Staying where one is counts as following.
    ///
    /// ```
    /// use sessionful::{Phase, Rules, Verb};
    ///
    /// // A failed open can be tried again under WWSAPI, never under WCF (GOT-38).
    /// assert_eq!(Phase::Opening.after(Verb::Fail, Rules::Wws), Ok(Phase::Created));
    /// assert_eq!(Phase::Opening.after(Verb::Fail, Rules::Wcf), Ok(Phase::Faulted));
    /// ```
    pub const fn after(self, verb: Verb, rules: Rules) -> Result<Phase, Illegal> {
        let next = match rules {
            Rules::Wws => self.after_wws(verb),
            Rules::Wcf => self.after_wcf(verb),
        };
        match next {
            Some(phase) => Ok(phase),
            None => Err(Illegal { phase: self, verb }),
        }
    }

    /// `PROXY-2`, `PROXY-3` and `CHAN-1`: proxy, host and channel share one diagram, in which only
    /// channels accept.
    const fn after_wws(self, verb: Verb) -> Option<Phase> {
        use Phase as P;
        Some(match (self, verb) {
            (P::Created, Verb::Open) => P::Opening,
            (P::Created, Verb::Accept) => P::Accepting,
            (P::Created | P::Closed, Verb::Close) => P::Closed,
            (P::Created | P::Closed, Verb::Reset) => P::Created,
            (P::Created | P::Closed | P::Faulted, Verb::Abort) => self,

            (P::Opening | P::Accepting, Verb::Succeed) => P::Opened,
            (P::Opening | P::Accepting, Verb::Fail | Verb::Abort) => P::Created,

            (P::Opened, Verb::Abort | Verb::Fail) => P::Faulted,
            (P::Opened | P::Faulted, Verb::Close) => P::Closing,
            (P::Closing, Verb::Succeed | Verb::Abort | Verb::Fail) => P::Closed,
            (P::Faulted, Verb::Fail) => P::Faulted,
            _ => return None,
        })
    }

    /// `CO-2` to `CO-10`. Closing before anything was opened is an abort (`CO-5`); a second closer
    /// is not refused, it just does not wait (`GOT-39`).
    const fn after_wcf(self, verb: Verb) -> Option<Phase> {
        use Phase as P;
        Some(match (self, verb) {
            (P::Created, Verb::Open) => P::Opening,
            (P::Created, Verb::Accept) => P::Accepting,
            (P::Opening | P::Accepting, Verb::Succeed) => P::Opened,
            (P::Created | P::Opening | P::Accepting, Verb::Close) => P::Closed,
            (P::Opened, Verb::Close) => P::Closing,
            (P::Closing, Verb::Succeed) => P::Closed,
            (P::Closing | P::Closed, Verb::Close | Verb::Fail) => self,
            (P::Faulted, Verb::Close) => P::Closed,
            (P::Created | P::Opening | P::Accepting | P::Opened | P::Faulted, Verb::Fail) => {
                P::Faulted
            }
            (_, Verb::Abort) => P::Closed,
            _ => return None,
        })
    }

    /// Whether nothing more will happen to the object unless it is reset.
    pub const fn is_over(self) -> bool {
        matches!(self, Phase::Closed | Phase::Faulted)
    }

    /// The number that `WS_SERVICE_PROXY_STATE` and `WS_SERVICE_HOST_STATE` give this phase
    /// (`PROXY-1`); they know no accepting state.
    pub const fn as_proxy_state(self) -> Option<u32> {
        Some(match self {
            Phase::Created => 0,
            Phase::Opening => 1,
            Phase::Accepting => return None,
            Phase::Opened => 2,
            Phase::Closing => 3,
            Phase::Closed => 4,
            Phase::Faulted => 5,
        })
    }

    /// The number that `WS_CHANNEL_STATE` gives this phase: faulted is 4 here (`GOT-33`).
    pub const fn as_channel_state(self) -> u32 {
        match self {
            Phase::Created => 0,
            Phase::Opening => 1,
            Phase::Accepting => 2,
            Phase::Opened => 3,
            Phase::Faulted => 4,
            Phase::Closing => 5,
            Phase::Closed => 6,
        }
    }
}

impl Verb {
    /// Every verb, in the order of their definition.
    pub const ALL: [Verb; 7] = [
        Verb::Open,
        Verb::Accept,
        Verb::Succeed,
        Verb::Close,
        Verb::Abort,
        Verb::Fail,
        Verb::Reset,
    ];
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Verb::Open => "open",
            Verb::Accept => "accept",
            Verb::Succeed => "succeed",
            Verb::Close => "close",
            Verb::Abort => "abort",
            Verb::Fail => "fail",
            Verb::Reset => "reset",
        })
    }
}
