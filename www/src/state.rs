//! What the page shows, and how it changes: plain data, without a browser.
//!
//! What runs is a [`Source`](crate::run::Source); how it is looked at is the [`State`]. Buttons,
//! keys and the palette all give the same [`Order`]s.

mod about;
mod arrival;
mod commands;
mod crowd;
mod desk;
mod keys;
mod palette;
mod sift;
mod stagehand;
mod track;
mod traits;

pub use about::{is_about, records_about};
pub use desk::Desk;
pub use keys::{direction_of, order_of};
pub use palette::{Entry, Palette, matching};
pub use sift::{Filter, Sift};
pub use stagehand::Stagehand;
pub use track::{LANE, ROW, Track, lanes, ruler};

use crate::act::Act;
use crate::config::Config;
use crate::matrix::Cell;
use crate::run::{Stride, Target};
use sessionful::Timestamp;
use sessionful::ids::NodeId;
use std::rc::Rc;

/// What the middle of the page shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum View {
    /// What exists, and what moves between.
    #[default]
    Stage,
    /// The same as a table.
    Table,
    /// Every session mode with every instancing over both kinds of channel.
    Matrix,
    /// Every record.
    Log,
    /// What would set up what is configured.
    Code,
}

impl View {
    /// All of them, from left to right.
    pub const ALL: [View; 5] = [View::Stage, View::Table, View::Matrix, View::Log, View::Code];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            View::Stage => "Stage",
            View::Table => "Table",
            View::Matrix => "Matrix",
            View::Log => "Log",
            View::Code => "Code",
        }
    }

    /// The name in an address.
    pub const fn slug(self) -> &'static str {
        match self {
            View::Stage => "stage",
            View::Table => "table",
            View::Matrix => "matrix",
            View::Log => "log",
            View::Code => "code",
        }
    }
}

/// What a small screen shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Tab {
    /// The middle.
    #[default]
    Stage,
    /// The timeline.
    Timeline,
    /// The inspector.
    Inspect,
    /// The configuration.
    Configure,
}

impl Tab {
    /// All of them, from left to right.
    pub const ALL: [Tab; 4] = [Tab::Stage, Tab::Timeline, Tab::Inspect, Tab::Configure];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Tab::Stage => "Stage",
            Tab::Timeline => "Timeline",
            Tab::Inspect => "Inspect",
            Tab::Configure => "Configure",
        }
    }

    /// The name for styles, and of its icon.
    pub const fn slug(self) -> &'static str {
        match self {
            Tab::Stage => "stage",
            Tab::Timeline => "timeline",
            Tab::Inspect => "inspect",
            Tab::Configure => "configure",
        }
    }
}

/// What covers the page.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sheet {
    /// Everything that can be done, by its name.
    Palette,
    /// The scenarios.
    Scenarios,
    /// What is what, and which keys there are.
    Help,
    /// A link to what is shown.
    Share,
    /// The address of a host elsewhere.
    Network,
    /// The address of a service's description.
    Wsdl,
    /// A call with arguments of one's own, by a proxy.
    Call(NodeId),
}

/// Where what is shown comes from.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Origin {
    /// Virtual time.
    #[default]
    Simulated,
    /// A worker of this browser.
    Here,
    /// A host at an address.
    There(String),
    /// A service of WCF or of another SOAP stack, by the address of its description.
    Described(String),
}

/// How fast virtual time goes, against the visitor's.
pub const SPEEDS: [(f64, &str); 7] = [
    (0.01, "1/100×"),
    (0.03, "1/30×"),
    (0.1, "1/10×"),
    (0.3, "1/3×"),
    (1.0, "1×"),
    (3.0, "3×"),
    (10.0, "10×"),
];

/// Where the speed begins: at the visitor's own.
pub const NORMAL: usize = 4;

/// Something that the visitor wants.
#[derive(Clone, PartialEq, Debug)]
pub enum Order {
    /// Lets time go by, or stops it.
    Toggle,
    /// One step on.
    On(Stride),
    /// One step back.
    Back(Stride),
    /// To a time.
    Seek(Timestamp),
    /// To the moment before a record.
    SeekRecord(u64),
    /// To the beginning of the scenario.
    Restart,
    /// To the newest moment.
    Newest,
    /// Faster or slower; a place in [`SPEEDS`].
    Speed(usize),
    /// Looks at something, or at nothing.
    Select(Option<Target>),
    /// Goes to a neighbour on the stage.
    Move(Direction),
    /// Does something to the run.
    Act(Act),
    /// Shows something else in the middle.
    Show(View),
    /// Shows another part on a small screen.
    Tab(Tab),
    /// Shows or hides the configuration where there is little room.
    Drawer,
    /// Covers the page with something, or uncovers it.
    Sheet(Option<Sheet>),
    /// Runs a scenario, by its place.
    Scenario(usize),
    /// Runs as much as a stage must bear.
    Crowd,
    /// Shows another caption: the next, or the one before.
    Caption(bool),
    /// Takes what is shown from elsewhere.
    Source(Origin),
    /// Shows another branch, by its place.
    Branch(usize),
    /// Shows another part of the run in the timeline.
    Track(TrackOrder),
    /// Shows other records in the log.
    Filter(Filter),
    /// Runs the matrix again.
    RunMatrix,
    /// Opens a cell of the matrix as a scenario.
    OpenCell(Cell),
    /// Runs something else.
    Configure(Rc<Config>),
    /// Runs what the scenario began with.
    Restore,
    /// Shows the configuration of another host, by its place.
    Host(usize),
    /// Shows programs in Rust, or in TypeScript.
    Language(bool),
    /// Shows what a link carries.
    Arrive(Rc<str>),
    /// Tells why something cannot be done.
    Say(Rc<str>),
    /// Takes note of what is wrong.
    Dismiss,
    /// Other colours.
    Theme,
}

/// What the timeline shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TrackOrder {
    /// Less time, nearer.
    Near,
    /// More time.
    Far,
    /// The whole run.
    Fit,
    /// Along with the cursor, or not any more.
    Follow,
    /// Quiet times are left out, or not any more.
    Collapse,
}

/// Where an arrow key points.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Direction {
    /// Up.
    Up,
    /// Down.
    Down,
    /// Left.
    Left,
    /// Right.
    Right,
}

/// How the run is looked at.
#[derive(Clone, PartialEq, Debug)]
pub struct State {
    /// What the middle shows.
    pub view: View,
    /// What a small screen shows.
    pub tab: Tab,
    /// The configuration covers the stage, where there is little room.
    pub drawer: bool,
    /// What covers the page.
    pub sheet: Option<Sheet>,
    /// What is looked at.
    pub selected: Option<Target>,
    /// Time goes by.
    pub playing: bool,
    /// How fast, as a place in [`SPEEDS`].
    pub speed: usize,
    /// Programs are shown in Rust, not in TypeScript.
    pub rust: bool,
    /// What is said to those who do not see.
    pub said: String,
    /// The last thing that was done is a copy to the clipboard; whether it went well.
    pub copied: Option<bool>,
}

impl Default for State {
    fn default() -> State {
        State {
            view: View::default(),
            tab: Tab::default(),
            drawer: false,
            sheet: None,
            selected: None,
            playing: true,
            speed: NORMAL,
            rust: false,
            said: String::new(),
            copied: None,
        }
    }
}

impl State {
    /// How fast time goes.
    pub fn pace(&self) -> f64 {
        SPEEDS.get(self.speed).map_or(1.0, |(pace, _)| *pace)
    }

    /// Takes in what concerns only how things are looked at; whether that was all.
    pub fn obey(&mut self, order: &Order) -> bool {
        self.copied = None;
        match order {
            Order::Toggle => {
                self.play(!self.playing);
                return false;
            }
            Order::Speed(speed) => {
                self.speed = (*speed).min(SPEEDS.len() - 1);
                self.said = format!("Speed {}", SPEEDS[self.speed].1);
            }
            Order::Select(selected) => {
                self.selected = *selected;
                self.drawer = false;
            }
            Order::Show(view) => {
                (self.view, self.tab, self.sheet) = (*view, Tab::Stage, None);
            }
            Order::Tab(tab) => (self.tab, self.drawer) = (*tab, *tab == Tab::Configure),
            Order::Drawer => self.drawer = !self.drawer,
            Order::Language(rust) => self.rust = *rust,
            Order::Sheet(sheet) => {
                self.sheet = *sheet;
                // It was said about what is not shown any more.
                self.said.clear();
            }
            Order::Say(reason) => self.said = format!("Not done: {reason}"),
            Order::On(_) | Order::Back(_) | Order::Seek(_) | Order::SeekRecord(_) => {
                self.playing = false;
                return false;
            }
            Order::OpenCell(_) => {
                (self.playing, self.selected) = (true, None);
                (self.view, self.tab) = (View::Stage, Tab::Stage);
                return false;
            }
            Order::Scenario(_) | Order::Crowd | Order::Restart => {
                (self.playing, self.selected, self.sheet) = (true, None, None);
                if matches!(self.view, View::Matrix | View::Code) {
                    self.view = View::Stage;
                }
                return false;
            }
            Order::Source(_) => {
                (self.playing, self.selected, self.sheet) = (true, None, None);
                (self.view, self.tab) = (View::Stage, Tab::Stage);
                return false;
            }
            _ => return false,
        }
        true
    }

    fn play(&mut self, playing: bool) {
        self.playing = playing;
        self.said = if playing { "Running" } else { "Paused" }.into();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_opens_on_a_running_scene() {
        let state = State::default();
        assert!(state.playing && state.sheet.is_none());
        assert_eq!((state.view, state.pace()), (View::Stage, 1.0));
    }

    #[test]
    fn space_pauses_and_says_so() {
        let mut state = State::default();
        state.obey(&Order::Toggle);
        assert_eq!((state.playing, state.said.as_str()), (false, "Paused"));
        state.obey(&Order::Toggle);
        assert_eq!((state.playing, state.said.as_str()), (true, "Running"));
    }

    #[test]
    fn steps_pause_and_are_left_to_the_run() {
        let mut state = State::default();
        assert!(!state.obey(&Order::On(Stride::Record)), "the run makes the step");
        assert!(!state.playing);
    }

    #[test]
    fn another_scenario_forgets_what_was_selected_and_runs() {
        let mut state = State { playing: false, sheet: Some(Sheet::Scenarios), ..State::default() };
        state.obey(&Order::Select(Some(Target::Proxy(NodeId(1)))));
        assert!(!state.obey(&Order::Scenario(3)));
        assert_eq!((state.playing, state.selected, state.sheet), (true, None, None));
    }

    #[test]
    fn speeds_have_ends() {
        let mut state = State::default();
        state.obey(&Order::Speed(99));
        assert_eq!(state.pace(), 10.0);
        state.obey(&Order::Speed(0));
        assert_eq!(state.pace(), 0.01);
    }
}
