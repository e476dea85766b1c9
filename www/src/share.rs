//! Links that rebuild a run: scenario, configuration, edits, cursor and what was looked at.
//!
//! A link is `v1.` and a JSON object as base64url. Nothing is uploaded: all of it is in the part of
//! the address that browsers keep to themselves. Links come from strangers, so everything in them is
//! bounded before it is run.

mod base64url;
mod bounds;

#[cfg(test)]
mod tests;

use crate::config::Config;
use crate::plan::{Edit, Moment};
use crate::run::Source;
use crate::scenarios::{Scenario, find};
use crate::simulated::Simulated;
use serde::{Deserialize, Serialize};
use sessionful::Timestamp;
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// The version that is written.
pub const VERSION: u32 = 1;

/// No link is longer.
pub const LONGEST: usize = 128 * 1024;

/// What a link carries.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Link {
    /// The scenario, by its name.
    pub scenario: SmolStr,
    /// The configuration, if it is not the scenario's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config: Option<Config>,
    /// What randomness begins with, if it is not the scenario's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// What the visitor did.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub edits: Vec<Edit>,
    /// How far the run had come.
    #[serde(default)]
    pub head: Moment,
    /// The time that is shown.
    #[serde(default)]
    pub cursor: Timestamp,
    /// How it was looked at: names and values that the page understands.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub view: BTreeMap<SmolStr, SmolStr>,
}

/// Why a link cannot be opened. The text is for the visitor.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LinkError {
    /// It does not begin as links do.
    #[error("This is no link of the playground: such links begin with v{VERSION}.")]
    NotALink,
    /// It was made by a later playground.
    #[error(
        "This link has version {0}, and this playground understands versions up to {VERSION}. \
         Reload the page to get a newer one."
    )]
    UnknownVersion(u32),
    /// It was cut off, or changed on its way.
    #[error("This link is damaged: {0}. Ask for it again.")]
    Damaged(String),
    /// It is too long.
    #[error("This link is longer than any that the playground makes.")]
    TooLong,
    /// It names a scenario that is not there.
    #[error("This link is about a scenario called {0}, which this playground does not have.")]
    UnknownScenario(SmolStr),
    /// It asks for more than a page should do.
    #[error("This link asks for too much: {0}.")]
    TooMuch(&'static str),
}

impl Link {
    /// The link of what is shown.
    pub fn of(simulated: &Simulated, view: BTreeMap<SmolStr, SmolStr>) -> Link {
        let scenario = simulated.scenario();
        let known = find(scenario.id);
        let config = known.as_ref().is_none_or(|known| known.config != scenario.config);
        let seed = known.as_ref().is_none_or(|known| known.seed != scenario.seed);
        Link {
            scenario: scenario.id.into(),
            config: config.then(|| scenario.config.clone()),
            seed: seed.then_some(scenario.seed),
            edits: simulated.edits().to_vec(),
            head: simulated.line().moment(),
            cursor: simulated.run().now(),
            view,
        }
    }

    /// As text.
    pub fn encode(&self) -> String {
        let json = serde_json::to_vec(self).expect("invariant: names are the only keys of maps");
        format!("v{VERSION}.{}", base64url::encode(&json))
    }

    /// From text, which may begin with `#`.
    ///
    /// # Errors
    ///
    /// Why it cannot be opened.
    pub fn decode(text: &str) -> Result<Link, LinkError> {
        let text = text.trim().trim_start_matches('#');
        if text.len() > LONGEST {
            return Err(LinkError::TooLong);
        }
        let (version, rest) = text.split_once('.').ok_or(LinkError::NotALink)?;
        let version = version.strip_prefix('v').ok_or(LinkError::NotALink)?;
        match version.parse() {
            Ok(VERSION) => {}
            Ok(version) => return Err(LinkError::UnknownVersion(version)),
            Err(_) => return Err(LinkError::NotALink),
        }
        let damaged = |why: String| LinkError::Damaged(why);
        let json = base64url::decode(rest).map_err(|at| {
            damaged(format!("there is something strange at character {}", at + version.len() + 3))
        })?;
        let link: Link = serde_json::from_slice(&json).map_err(|e| damaged(e.to_string()))?;
        bounds::check(&link)?;
        Ok(link)
    }

    /// The scenario to run.
    ///
    /// # Errors
    ///
    /// There is no such scenario.
    pub fn scenario(&self) -> Result<Scenario, LinkError> {
        let unknown = || LinkError::UnknownScenario(self.scenario.clone());
        let mut scenario = find(&self.scenario).ok_or_else(unknown)?;
        if let Some(config) = &self.config {
            scenario.config = config.clone();
        }
        scenario.seed = self.seed.unwrap_or(scenario.seed);
        Ok(scenario)
    }

    /// The run as it was left, at its beginning: [`Simulated::load`] brings it to [`Link::head`],
    /// after which the cursor goes to [`Link::cursor`].
    ///
    /// # Errors
    ///
    /// There is no such scenario.
    pub fn begin(&self) -> Result<Simulated, LinkError> {
        Ok(Simulated::planned(self.scenario()?, self.edits.clone()))
    }

    /// The run as it was left, at once.
    ///
    /// # Errors
    ///
    /// There is no such scenario.
    pub fn open(&self) -> Result<Simulated, LinkError> {
        let mut simulated = self.begin()?;
        while !simulated.load(self.head, usize::MAX) {}
        if self.cursor < simulated.run().now() {
            simulated.run_mut().seek_time(self.cursor);
        }
        Ok(simulated)
    }
}
