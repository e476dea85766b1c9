//! The run and how it is looked at, together: what every order does.

use super::arrival::Arrival;
use super::traits::{live_traits, traits};
use super::{Order, Origin, Sift, Stagehand, State, Track, TrackOrder, View};
use crate::config::{Config, Refusal};
use crate::lint::{Notice, lint};
use crate::live::{Health, Live, Where};
use crate::matrix::{CellRun, cells};
use crate::run::{Label, Run, Source, Stride, Target};
use crate::scenarios::{self, Scenario};
use crate::scene::{Room, Scene, Traits};
use crate::simulated::Simulated;
use std::rc::Rc;
use std::time::Duration;

/// What exists is drawn anew no more often than that, while time goes by.
const BEAT: Duration = Duration::from_millis(30);

/// No frame lets more of the visitor's time go by: a tab that was hidden does not catch up.
const LONGEST: Duration = Duration::from_millis(100);

/// A run, how it is looked at, and the stage that follows from both.
pub struct Desk {
    /// What runs.
    pub source: Stagehand,
    /// How it is looked at.
    pub state: State,
    /// All scenarios.
    pub scenarios: Rc<Vec<Scenario>>,
    /// The one that runs, before the visitor changed anything.
    original: Scenario,
    /// The cells of the matrix, as far as they have run.
    pub matrix: Vec<CellRun>,
    /// Since when the matrix waits for its next step.
    waited: Duration,
    /// The stage as it is now.
    pub scene: Rc<Scene>,
    /// What belongs to the selection.
    pub related: Rc<Vec<Target>>,
    /// Which records the log shows.
    pub sift: Sift,
    /// Which part of the run the timeline shows.
    pub track: Track,
    /// What should be looked at, in the run.
    pub notices: Vec<Notice>,
    /// Why a link could not be opened.
    pub trouble: Option<String>,
    /// A link that is being opened.
    pub(super) arrival: Option<Arrival>,
    /// The configuration as the visitor has edited it; it runs unless it would be refused.
    pub draft: Config,
    /// Why it would be.
    pub refusals: Vec<Refusal>,
    /// The host whose configuration is shown, if none is selected.
    host: usize,
    room: Room,
    traits: Traits,
    /// For how long what exists was not drawn anew.
    rested: Duration,
    /// What was there when the stage was placed: the next record, and the newest result that was shown.
    placed: Option<(u64, Option<u64>)>,
}

impl Desk {
    /// The first scenario, running; all others can be run.
    pub fn new() -> Desk {
        Desk { scenarios: Rc::new(scenarios::all()), ..Desk::first() }
    }

    /// The first scenario, running. The others have not been loaded yet.
    pub fn first() -> Desk {
        let original = scenarios::first();
        let source = Stagehand::new(Simulated::new(original.clone()));
        let mut desk = Desk {
            traits: traits(&original.config),
            source,
            state: State::default(),
            scenarios: Rc::default(),
            original,
            matrix: Vec::new(),
            waited: Duration::ZERO,
            scene: Rc::default(),
            related: Rc::default(),
            sift: Sift::default(),
            track: Track::default(),
            notices: Vec::new(),
            trouble: None,
            arrival: None,
            draft: Config::default(),
            refusals: Vec::new(),
            host: 0,
            room: Room::default(),
            rested: BEAT,
            placed: None,
        };
        desk.draft = desk.original.config.clone();
        desk.place();
        desk
    }

    /// The host whose configuration is shown: that of the selection.
    pub fn host_place(&self) -> usize {
        let selected = self.state.selected.and_then(Target::node);
        let host = selected.and_then(|node| self.run().cast().host_of(node));
        let place = host.and_then(|host| usize::try_from(host.0).ok()?.checked_sub(1));
        place.unwrap_or(self.host).min(self.draft.hosts.len().saturating_sub(1))
    }

    /// Whether the visitor has changed what the scenario runs.
    pub fn is_changed(&self) -> bool {
        self.original.config != self.draft
    }

    /// Whether a link is being opened.
    pub fn is_arriving(&self) -> bool {
        self.arrival.is_some()
    }

    /// Looks at some more records for the log; whether there is something new to show.
    pub fn sift(&mut self) -> bool {
        const MOST: usize = 4_000;
        let name = self.source.name();
        self.state.view == View::Log && self.sift.look(self.source.run(), &name, MOST)
    }

    /// The run.
    pub fn run(&self) -> &Run {
        self.source.run()
    }

    /// The run, where the rest of the desk is changed meanwhile.
    pub fn source_run(&self) -> &Run {
        self.source.run()
    }

    /// The room that the stage has; whether it is another than before.
    pub fn resize(&mut self, room: Room) -> bool {
        if self.room == room {
            return false;
        }
        self.room = room;
        self.placed = None;
        self.place()
    }

    /// Lets some of the visitor's time go by; whether anything happened.
    pub fn pass(&mut self, span: Duration) -> bool {
        let stepped = self.step_matrix(span.min(LONGEST)) | self.go_on();
        self.advance(span, stepped).is_some_and(|changed| self.sift() | changed)
    }

    /// The same, as far as the first scene needs it.
    pub fn pass_first(&mut self, span: Duration) -> bool {
        self.advance(span, false).unwrap_or(false)
    }

    /// Lets time go by, and places the stage anew if that is due; nothing if it is not.
    fn advance(&mut self, span: Duration, stepped: bool) -> Option<bool> {
        let span = span.min(LONGEST);
        let before = self.source.health();
        self.source.advance(span, self.state.playing, self.state.pace());
        let turned = self.note_health(&before);
        // Messages move with every frame; what exists is drawn anew half as often.
        self.rested += span;
        if self.rested < BEAT && !stepped && !turned {
            return None;
        }
        self.rested = Duration::ZERO;
        Some(self.place() | stepped | turned)
    }

    /// Lets the cells of the matrix take their next steps, while they are looked at.
    fn step_matrix(&mut self, span: Duration) -> bool {
        const STEP: Duration = Duration::from_millis(120);
        if self.state.view != View::Matrix {
            return false;
        }
        if self.matrix.is_empty() {
            self.matrix = cells().into_iter().map(CellRun::new).collect();
            return true;
        }
        self.waited += span;
        if self.waited < STEP {
            return false;
        }
        self.waited = Duration::ZERO;
        self.matrix.iter_mut().fold(false, |stepped, cell| cell.step() | stepped)
    }

    /// Places the stage anew if anything has happened.
    fn place(&mut self) -> bool {
        let run = self.source.run();
        // A result is of a moment of its own, shortly after the record that tells of it.
        let now = Some((run.cursor().seq, run.ended().next().map(|ended| ended.number)));
        if self.placed == now {
            return false;
        }
        self.placed = now;
        let scene = Scene::place(run.picture(), run.cast(), &self.traits, self.room);
        self.scene = Rc::new(scene);
        self.notices = lint(self.source.run());
        self.relate();
        true
    }

    fn relate(&mut self) {
        let related = self.state.selected.map(|target| self.scene.related(target));
        self.related = Rc::new(related.unwrap_or_default());
    }

    /// Does what is wanted.
    pub fn obey(&mut self, order: &Order) {
        if *order == Order::Restart && self.source.live().is_some() {
            self.state.said = "A live run has no beginning to go back to".into();
            return;
        }
        if !self.state.obey(order) {
            self.drive(order);
        }
        self.sift();
        self.place();
        self.relate();
        if matches!(order, Order::On(_) | Order::Back(_) | Order::SeekRecord(_) | Order::Caption(_))
        {
            self.keep_in_sight();
        }
    }

    /// What concerns the run.
    fn drive(&mut self, order: &Order) {
        match order {
            Order::On(stride) => self.step(*stride),
            Order::SeekRecord(seq) => self.source.run_mut().seek(*seq),
            Order::Back(stride) => self.source.run_mut().step_back(*stride),
            Order::Seek(at) => self.source.run_mut().seek_time(*at),
            Order::Newest => {
                self.source.run_mut().seek_head();
                self.track.follow = true;
            }
            Order::Track(order) => self.follow(*order),
            Order::Restart => {
                let scenario = (**self.source.simulated.scenario()).clone();
                self.play(scenario);
                self.state.said = "From the beginning".into();
            }
            Order::RunMatrix => self.matrix = cells().into_iter().map(CellRun::new).collect(),
            Order::OpenCell(cell) => self.open(cell.scenario()),
            Order::Scenario(place) => self.begin(*place),
            Order::Crowd => self.open(super::crowd::scenario()),
            Order::Move(direction) => {
                let next = self.scene.neighbour(self.state.selected, *direction);
                if next.is_some() {
                    self.state.selected = next;
                }
            }
            Order::Act(act) => {
                let label = act.label();
                self.state.said = match self.source.act(act.clone()) {
                    Ok(()) => format!("Done: {label}"),
                    Err(reason) => format!("Not done: {label}. {}", reason.text),
                };
            }
            Order::Caption(next) if self.source.live().is_none() => self.caption(*next),
            Order::Filter(filter) => self.sift.set(filter.clone()),
            Order::Configure(config) => self.configure((**config).clone()),
            Order::Arrive(text) => self.arrive(text),
            Order::Dismiss => self.trouble = None,
            Order::Restore => self.open(self.original.clone()),
            Order::Host(place) => (self.host, self.state.selected) = (*place, None),
            Order::Branch(place) => self.source.simulated.switch(*place),
            Order::Source(origin) => self.go_to(origin),
            Order::Toggle => self.demonstrate(),
            _ => {}
        }
    }

    /// Shows a run from elsewhere.
    fn go_to(&mut self, origin: &Origin) {
        let at = match origin {
            Origin::Simulated => {
                self.source.leave();
                self.traits = traits(&self.draft);
                return self.refresh("Simulated");
            }
            Origin::Here => Where::Here,
            Origin::There(address) => Where::There(address.clone()),
            Origin::Described(address) => Where::Described(address.clone()),
        };
        // The one before has ended when the new one begins.
        self.source.leave();
        self.source.show(Box::new(Live::start(at)));
        self.traits = live_traits(self.run().cast());
        let label = self.run().label().text();
        self.refresh(&label);
    }

    fn refresh(&mut self, said: &str) {
        self.sift = Sift::default();
        (self.track.follow, self.track.top) = (true, 0.0);
        (self.placed, self.arrival, self.trouble) = (None, None, None);
        self.state.said = said.into();
    }

    /// The demonstration of a live run rests when nothing is played.
    fn demonstrate(&self) {
        if let Some(live) = self.source.live() {
            live.demonstrate(self.state.playing);
        }
    }

    /// Says how the other end is, when that has changed.
    fn note_health(&mut self, before: &Health) -> bool {
        let now = self.source.health();
        if now == *before {
            return false;
        }
        self.state.said = match &now {
            Health::Starting => "Starting".into(),
            Health::Ready => "Ready".into(),
            Health::Lost(reason) => format!("The other end is gone: {reason}"),
        };
        if self.source.live().is_some() {
            // Who takes part is known only now, where a description says so.
            self.traits = live_traits(self.run().cast());
        }
        self.demonstrate();
        true
    }

    /// What is run, and what it shows.
    pub fn title(&self) -> (&'static str, &'static str) {
        match self.source.live() {
            Some(_) if matches!(self.run().label(), Label::Described(_)) => (
                "A WCF service, live",
                "Proxies of this page call a service that describes itself, over its own wire. Open one, then call it. What goes on at the service is its own affair.",
            ),
            Some(_) => (
                "Three services, live",
                "Three proxies of this page call three small services: a calculator, a session that keeps a total, and a greeting that is answered by a call back.",
            ),
            None => {
                let scenario = self.source.simulated.scenario();
                (scenario.title, scenario.about)
            }
        }
    }

    fn begin(&mut self, place: usize) {
        if let Some(scenario) = self.scenarios.get(place) {
            self.open(scenario.clone());
        }
    }

    /// Shows a run that comes from elsewhere.
    pub(super) fn meet(&mut self, scenario: Scenario, source: Simulated) {
        let known = self.scenarios.iter().find(|known| known.id == scenario.id);
        self.original = known.cloned().unwrap_or_else(|| scenario.clone());
        self.take(scenario, source);
    }

    /// Runs a scenario as it is meant.
    fn open(&mut self, scenario: Scenario) {
        self.state.said = format!("{}: {}", scenario.title, scenario.about);
        self.original = scenario.clone();
        self.play(scenario);
    }

    /// Runs a configuration if it can run, and tells why if it cannot.
    fn configure(&mut self, config: Config) {
        self.draft = config;
        self.refusals = self.draft.refusals();
        if let Some(refusal) = self.refusals.first() {
            self.state.said = format!("{} would be refused: {}", refusal.name, refusal.text);
            return;
        }
        let scenario = (**self.source.simulated.scenario()).clone();
        self.play(Scenario { config: self.draft.clone(), ..scenario });
        self.state.said = "Running with the new configuration".into();
    }

    fn play(&mut self, scenario: Scenario) {
        let source = Simulated::new(scenario.clone());
        self.take(scenario, source);
    }

    /// Shows another run.
    pub(super) fn take(&mut self, scenario: Scenario, source: Simulated) {
        self.traits = traits(&scenario.config);
        self.draft = scenario.config.clone();
        self.refusals = Vec::new();
        self.source.simulate(source);
        self.arrival = None;
        self.sift = Sift::default();
        (self.track.follow, self.track.top) = (true, 0.0);
        self.placed = None;
    }

    fn follow(&mut self, order: TrackOrder) {
        let now = self.run().now();
        match order {
            TrackOrder::Near => self.track.zoom(0.6, now, now),
            TrackOrder::Far => self.track.zoom(1.0 / 0.6, now, now),
            TrackOrder::Fit => self.track.fit(self.source.run()),
            TrackOrder::Follow => self.track.follow = !self.track.follow,
            TrackOrder::Collapse => self.track.collapse = !self.track.collapse,
        }
    }

    /// Brings the cursor back into sight of the timeline.
    fn keep_in_sight(&mut self) {
        let now = self.run().now();
        let part = self.track.scale(self.source.run()).x(now);
        if !self.track.follow && !(0.0..=1.0).contains(&part) {
            self.track.show(now);
        }
    }

    fn step(&mut self, stride: Stride) {
        if !self.source.step(stride) {
            self.state.said = "Nothing more happens by itself".into();
        }
    }

    /// Goes to the moment of another caption, playing on from there.
    fn caption(&mut self, next: bool) {
        let scenario = Rc::clone(self.source.simulated.scenario());
        let now = self.run().now();
        let here = scenario.caption(now).map_or(0, |(place, _)| place);
        let place = if next { here + 1 } else { here.saturating_sub(1) };
        let Some(caption) = scenario.captions.get(place) else { return };
        let at = caption.at + scenario.script.round(now);
        let ahead = at.since(self.run().head().at);
        if !ahead.is_zero() {
            self.source.run_mut().seek_head();
            self.source.simulated.advance(ahead);
        }
        self.source.run_mut().seek_time(at);
        self.state.said = caption.text.into();
    }
}

impl Default for Desk {
    fn default() -> Desk {
        Desk::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::Reason;
    use crate::lane::{Side, node};
    use crate::run::EndOf;

    #[test]
    fn a_result_is_shown_though_nothing_else_happens() {
        let mut desk = Desk::new();
        assert!(desk.pass(LONGEST), "the scene begins");
        desk.state.playing = false;
        assert!(!desk.pass(LONGEST), "it stands still");
        let run = desk.source.run_mut();
        let result = Err(Reason::plain("the worker is gone"));
        let end = EndOf { call: None, asked: "add(2, 3)".into(), result };
        run.end_of(run.now(), node(0, Side::Proxy), end);
        assert!(desk.pass(BEAT), "there is a result");
        assert!(!desk.pass(BEAT), "it is shown");
    }
}
