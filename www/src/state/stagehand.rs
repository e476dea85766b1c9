//! Where what is shown comes from: the simulated run, or a live one in front of it.

use crate::act::Act;
use crate::explain::Reason;
use crate::live::{Health, LiveSource};
use crate::run::{Run, Source, Stride};
use crate::simulated::Simulated;
use std::time::Duration;

/// The run that is shown. The simulated one waits behind a live one.
pub struct Stagehand {
    /// The run in virtual time.
    pub simulated: Simulated,
    /// Behind a trait, because few visitors need what a live one is made of: it is loaded later.
    live: Option<Box<dyn LiveSource>>,
}

impl Stagehand {
    /// A simulated run.
    pub fn new(simulated: Simulated) -> Stagehand {
        Stagehand { simulated, live: None }
    }

    /// Shows another simulated run; a live one ends.
    pub fn simulate(&mut self, simulated: Simulated) {
        *self = Stagehand::new(simulated);
    }

    /// Shows the simulated run again; the live one ends.
    pub fn leave(&mut self) {
        self.live = None;
    }

    /// Shows a live run.
    pub fn show(&mut self, live: Box<dyn LiveSource>) {
        self.live = Some(live);
    }

    /// The live run, if one is shown.
    pub fn live(&self) -> Option<&dyn LiveSource> {
        self.live.as_deref()
    }

    /// How the other end of a live run is; a simulated one has nothing to lose.
    pub fn health(&self) -> Health {
        self.live.as_ref().map_or(Health::Ready, |live| live.health().clone())
    }

    /// What is shown.
    pub fn run(&self) -> &Run {
        match &self.live {
            Some(live) => live.run(),
            None => self.simulated.run(),
        }
    }

    /// The same, to move its cursor.
    pub fn run_mut(&mut self) -> &mut Run {
        match &mut self.live {
            Some(live) => live.run_mut(),
            None => self.simulated.run_mut(),
        }
    }

    /// Does something to it.
    ///
    /// # Errors
    ///
    /// Why it cannot be done.
    pub fn act(&mut self, act: Act) -> Result<(), Reason> {
        match &mut self.live {
            Some(live) => live.act(act),
            None => self.simulated.act(act),
        }
    }

    /// Lets the visitor's time go by. What is live goes on even when it is not looked at; only its
    /// demonstration rests.
    pub fn advance(&mut self, span: Duration, playing: bool, pace: f64) {
        match &mut self.live {
            Some(live) => live.advance(if playing { span } else { Duration::ZERO }),
            None if playing => self.simulated.advance(span.mul_f64(pace)),
            None => {}
        }
    }

    /// Goes one step on. False: nothing more happens by itself.
    pub fn step(&mut self, stride: Stride) -> bool {
        match &mut self.live {
            Some(live) => live.step(stride),
            None => self.simulated.step(stride),
        }
    }

    /// The name of the line of events that is shown.
    pub fn name(&self) -> String {
        match &self.live {
            Some(live) => live.run().label().text(),
            None => self.simulated.line().name().to_owned(),
        }
    }
}
