//! Guided scenarios: a configuration, a script, and sentences that tell what is seen.

mod channels;
mod contracts;
mod gates;
mod instances;
mod kit;
mod opening;
mod throttles;

#[cfg(test)]
mod tests;

use crate::config::Config;
use crate::plan::Script;
use crate::run::Target;
use sessionful::Timestamp;

/// A scenario.
#[derive(Clone, PartialEq, Debug)]
pub struct Scenario {
    /// Its name in links; never changed once it is published.
    pub id: &'static str,
    /// What it is called.
    pub title: &'static str,
    /// What it shows, in one sentence.
    pub about: &'static str,
    /// The rules that it follows from.
    pub rules: &'static [&'static str],
    /// Who takes part.
    pub config: Config,
    /// What randomness begins with.
    pub seed: u64,
    /// What happens by itself.
    pub script: Script,
    /// What is told, and from when on, in virtual microseconds.
    pub captions: Vec<Caption>,
}

/// A sentence about what is seen.
#[derive(Clone, PartialEq, Debug)]
pub struct Caption {
    /// From when on it is told.
    pub at: Timestamp,
    /// The sentence.
    pub text: &'static str,
    /// What it is about, to be pointed at.
    pub about: Option<Target>,
}

impl Scenario {
    /// The caption of a moment, with its place. What is done again is told again.
    pub fn caption(&self, now: Timestamp) -> Option<(usize, &Caption)> {
        let first = Timestamp(now.0 - self.script.round(now).as_micros() as u64);
        let told = self.captions.partition_point(|caption| caption.at <= first);
        let place = told.checked_sub(1)?;
        Some((place, &self.captions[place]))
    }

    /// When it is over: its last act is done, and some time went by. Nothing if it goes on for ever.
    pub fn end(&self) -> Option<Timestamp> {
        let acts = self.script.end()?;
        let told = self.captions.last().map_or(Timestamp::ZERO, |caption| caption.at);
        Some(acts.max(told) + std::time::Duration::from_secs(4))
    }
}

/// The one that a visitor sees first.
pub fn first() -> Scenario {
    opening::two_proxies()
}

/// All of them, in the order in which they are offered.
pub fn all() -> Vec<Scenario> {
    vec![
        first(),
        channels::pooled_reuse(),
        channels::pooled_fault(),
        channels::session_fault(),
        instances::side_by_side(),
        gates::single(),
        gates::reentrant(),
        gates::deadlock(),
        gates::multiple(),
        throttles::busy_calls(),
        throttles::sessions(),
        throttles::instances(),
        contracts::initiating_and_terminating(),
        contracts::duplex_hello(),
        channels::abandon_or_abort(),
        channels::unplugged(),
        channels::silent_line(),
        channels::idle_session(),
        throttles::pending_calls(),
        instances::well_known(),
        instances::release_modes(),
        instances::shared(),
        contracts::no_session(),
        opening::workbench(),
    ]
}

/// The scenario of that name; the cells of the matrix have names as well.
pub fn find(id: &str) -> Option<Scenario> {
    let cell = || crate::matrix::cells().into_iter().map(crate::matrix::Cell::scenario);
    all().into_iter().chain(cell()).find(|scenario| scenario.id == id)
}

/// Who takes part in a cell of the matrix; nothing happens yet.
pub(crate) fn cell_scenario(cell: crate::matrix::Cell) -> Scenario {
    instances::cell(cell)
}
