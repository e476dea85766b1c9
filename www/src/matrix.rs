//! The 18 cells of SessionMode x InstanceContextMode x kind of channel, run and compared (`ORC-3`).

use crate::act::Act;
use crate::plan::Script;
use crate::run::Source;
use crate::scenarios::{Caption, Scenario, cell_scenario};
use crate::simulated::Simulated;
use sessionful::ids::NodeId;
use sessionful::sim::Counts;
use sessionful::{InstanceMode, SessionMode, Timestamp};
use std::time::Duration;

/// One cell.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cell {
    /// Its row in the table, from 1.
    pub row: u8,
    /// Which instance a message gets.
    pub instancing: InstanceMode,
    /// What the contract wants.
    pub session: SessionMode,
    /// Whether the channel has a session.
    pub has_session: bool,
}

/// Open sessions, instances made and closed, objects made and disposed of (`ORC-1`).
pub type Five = [u32; 5];

/// What a step must come to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Expected {
    /// It succeeds, and the host has counted that.
    Counts(Five),
    /// It fails with that exception and key, and the host has counted that.
    Fails(&'static str, Five),
    /// It is never reached.
    NotReached,
}

/// What a step came to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Seen {
    /// The error, if there was one.
    pub error: Option<String>,
    /// What the host has counted.
    pub counts: Five,
}

/// The steps of the script of `ORC-2`.
pub const STEPS: [&str; 10] = [
    "host_ctor",
    "host_open",
    "open_A",
    "A_call1",
    "A_call2",
    "open_B",
    "B_call1",
    "close_A",
    "close_B",
    "host_close",
];

const NO_SESSION: &str =
    "InvalidOperationException BindingDoesnTSupportSessionButContractRequires1";
const ONLY_SESSION: &str =
    "InvalidOperationException BindingDoesntSupportDatagramButContractRequires";
const FAULTED: &str = "CommunicationObjectFaultedException";

const fn five(text: &[u8; 5]) -> Five {
    let mut five = [0; 5];
    let mut place = 0;
    while place < 5 {
        five[place] = (text[place] - b'0') as u32;
        place += 1;
    }
    five
}

/// The rows of `ORC-3` from `host_ctor` on, a digit a counter.
const fn row(cells: [&[u8; 5]; 10]) -> [Five; 10] {
    let mut row = [[0; 5]; 10];
    let mut place = 0;
    while place < 10 {
        row[place] = five(cells[place]);
        place += 1;
    }
    row
}

/// Row 1.
const PER_CALL_SESSION: [Five; 10] = row([
    b"00000", b"00000", b"10000", b"11111", b"12222", b"22222", b"23333", b"13333", b"03333",
    b"03333",
]);
/// Row 4.
const PER_CALL_PLAIN: [Five; 10] = row([
    b"00000", b"00000", b"00000", b"01111", b"02222", b"02222", b"03333", b"03333", b"03333",
    b"03333",
]);
/// Row 7.
const PER_SESSION: [Five; 10] = row([
    b"00000", b"00000", b"10000", b"11010", b"11010", b"21010", b"22020", b"12121", b"02222",
    b"02222",
]);
/// Row 13. The object is made with the host, the context when it opens (`INST-9`).
const SINGLE_SESSION: [Five; 10] = row([
    b"00010", b"01010", b"11010", b"11010", b"11010", b"21010", b"21010", b"11010", b"01010",
    b"01111",
]);
/// Row 16.
const SINGLE_PLAIN: [Five; 10] = row([
    b"00010", b"01010", b"01010", b"01010", b"01010", b"01010", b"01010", b"01010", b"01010",
    b"01111",
]);

/// All cells, in the order of the table.
pub fn cells() -> Vec<Cell> {
    let modes = [InstanceMode::PerCall, InstanceMode::PerSession, InstanceMode::Single];
    let sessions = [SessionMode::Required, SessionMode::Allowed, SessionMode::NotAllowed];
    let pairs = sessions.into_iter().flat_map(|session| [(session, true), (session, false)]);
    let all = modes.into_iter().flat_map(|mode| pairs.clone().map(move |pair| (mode, pair)));
    all.zip(1..)
        .map(|((instancing, (session, has_session)), row)| Cell {
            row,
            instancing,
            session,
            has_session,
        })
        .collect()
}

impl Cell {
    /// Whether its host refuses to open (`ORC-4`).
    pub fn is_refused(self) -> bool {
        match self.session {
            SessionMode::Required => !self.has_session,
            SessionMode::NotAllowed => self.has_session,
            SessionMode::Allowed => false,
        }
    }

    /// What each step must come to.
    pub fn expected(self) -> [Expected; 10] {
        let single = self.instancing == InstanceMode::Single;
        if self.is_refused() {
            let made = if single { [0, 0, 0, 1, 0] } else { [0; 5] };
            let over = if single { [0, 0, 0, 1, 1] } else { [0; 5] };
            let error = if self.has_session { ONLY_SESSION } else { NO_SESSION };
            let mut expected = [Expected::NotReached; 10];
            expected[0] = Expected::Counts(made);
            expected[1] = Expected::Fails(error, made);
            expected[9] = Expected::Fails(FAULTED, over);
            return expected;
        }
        let counts = match (self.instancing, self.has_session) {
            (InstanceMode::PerCall, true) => PER_CALL_SESSION,
            (InstanceMode::PerSession, true) => PER_SESSION,
            (InstanceMode::PerCall | InstanceMode::PerSession, false) => PER_CALL_PLAIN,
            (InstanceMode::Single, true) => SINGLE_SESSION,
            (InstanceMode::Single, false) => SINGLE_PLAIN,
        };
        counts.map(Expected::Counts)
    }

    /// The scenario that runs it, a step every two seconds.
    pub fn scenario(self) -> Scenario {
        let mut scenario = cell_scenario(self);
        let [host, a, b] = [1, 2, 3].map(NodeId);
        let next = |node| Act::Call(node, crate::act::Ask::new("next"));
        let acts = [
            (1, Act::Open(host)),
            (2, Act::Open(a)),
            (3, next(a)),
            (4, next(a)),
            (5, Act::Open(b)),
            (6, next(b)),
            (7, Act::Close(a)),
            (8, Act::Close(b)),
            (9, Act::Close(host)),
        ];
        let reached =
            acts.into_iter().filter(|(_, act)| !self.is_refused() || act.node() == Some(host));
        scenario.script =
            reached.fold(Script::default(), |script, (step, act)| script.at(step * STEP, act));
        let about = if self.is_refused() {
            "The host refuses to open: contract and binding do not fit."
        } else {
            "Two proxies, three calls. Count the sessions, the instances and the objects."
        };
        scenario.captions = vec![Caption { at: Timestamp::ZERO, text: about, about: None }];
        scenario
    }
}

/// How long a step takes, in milliseconds: longer than a call.
const STEP: u64 = 2_000;

/// A cell that is being run.
#[derive(Clone, Debug)]
pub struct CellRun {
    cell: Cell,
    simulated: Simulated,
    seen: Vec<Option<Seen>>,
}

impl CellRun {
    /// A cell of which no step was taken.
    pub fn new(cell: Cell) -> CellRun {
        let simulated = Simulated::new(cell.scenario());
        let mut run = CellRun { cell, simulated, seen: Vec::new() };
        run.look(None);
        run
    }

    /// Which cell.
    pub fn cell(&self) -> Cell {
        self.cell
    }

    /// The run itself, to be looked at.
    pub fn simulated(&self) -> &Simulated {
        &self.simulated
    }

    /// What the steps came to so far, in the order of [`STEPS`]; nothing for one that is not reached.
    pub fn seen(&self) -> &[Option<Seen>] {
        &self.seen
    }

    /// Whether all steps were taken.
    pub fn is_over(&self) -> bool {
        self.seen.len() == STEPS.len()
    }

    /// Takes one more step. False: there is none.
    pub fn step(&mut self) -> bool {
        if self.is_over() {
            return false;
        }
        let before = self.simulated.run().ended().count();
        // To the moment before the next step.
        let until = Timestamp((self.seen.len() as u64 + 1) * STEP * 1000 - 1);
        self.simulated.advance(until.since(self.simulated.run().now()));
        self.look(Some(before));
        true
    }

    /// Takes all steps.
    #[must_use]
    pub fn finish(mut self) -> CellRun {
        while self.step() {}
        self
    }

    fn look(&mut self, before: Option<usize>) {
        if self.cell.expected()[self.seen.len()] == Expected::NotReached {
            return self.seen.push(None);
        }
        let run = self.simulated.run();
        let new = run.ended().count() - before.unwrap_or(0);
        let error = run.ended().take(new).find_map(|ended| ended.result.clone().err());
        let Some(host) = self.simulated.line().world().host(NodeId(1)) else { return };
        let Counts { contexts, contexts_closed, objects, disposed, .. } = host.counts;
        let sessions = u32::try_from(host.host.session_count()).unwrap_or(u32::MAX);
        let counts = [sessions, contexts, contexts_closed, objects, disposed];
        self.seen.push(Some(Seen { error: error.map(|reason| reason.code), counts }));
    }

    /// The places of the steps that did not come out as they must.
    pub fn wrong(&self) -> Vec<usize> {
        let expected = self.cell.expected();
        let all = self.seen.iter().zip(expected).enumerate();
        let differs = |(place, (seen, expected)): (usize, (&Option<Seen>, Expected))| {
            let agrees = match (seen, expected) {
                (None, Expected::NotReached) => true,
                (Some(seen), Expected::Counts(counts)) => {
                    seen.error.is_none() && seen.counts == counts
                }
                (Some(seen), Expected::Fails(error, counts)) => {
                    seen.error.as_deref() == Some(error) && seen.counts == counts
                }
                _ => false,
            };
            (!agrees).then_some(place)
        };
        all.filter_map(differs).collect()
    }

    /// Whether it is over and every step came out as it must.
    pub fn passed(&self) -> bool {
        self.is_over() && self.wrong().is_empty()
    }
}

impl Cell {
    /// How long the whole script takes in virtual time.
    pub fn length(self) -> Duration {
        Duration::from_millis(STEP * STEPS.len() as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table that tests keep; it is not ours to change.
    const TABLE: &str = include_str!("../../tests/fixtures/matrix.tsv");

    #[test]
    fn expectations_are_those_of_the_table() {
        for cell in cells() {
            let lines: Vec<Vec<&str>> = TABLE
                .lines()
                .map(|line| line.split('\t').collect())
                .filter(|f: &Vec<&str>| f[0] == cell.row.to_string() && f[4] == "type")
                .collect();
            assert_eq!(lines.len(), STEPS.len());
            let channel = if cell.has_session { "session" } else { "sessionless" };
            let named =
                [&format!("{:?}", cell.instancing), &format!("{:?}", cell.session), channel];
            for ((line, expected), step) in lines.iter().zip(cell.expected()).zip(STEPS) {
                assert_eq!((&line[1..4], line[6]), (&named[..], step), "row {}", cell.row);
                let counts =
                    || -> Vec<u32> { line[9..].iter().map(|n| n.parse().unwrap()).collect() };
                match expected {
                    Expected::Counts(five) => {
                        assert_eq!((line[7], counts()), ("ok", five.to_vec()));
                    }
                    Expected::Fails(error, five) => {
                        assert_eq!(line[8].replace(':', " "), error);
                        assert_eq!((line[7], counts()), ("error", five.to_vec()));
                    }
                    Expected::NotReached => assert_eq!(line[7], "not_reached"),
                }
            }
        }
    }

    #[test]
    fn eighteen_of_eighteen_come_out_as_expected() {
        let runs: Vec<CellRun> = cells().into_iter().map(|c| CellRun::new(c).finish()).collect();
        assert_eq!(runs.len(), 18);
        for run in &runs {
            assert!(run.passed(), "ORC-3 row {}: {:?} {:?}", run.cell.row, run.wrong(), run.seen);
        }
    }

    #[test]
    fn a_wrong_cell_is_seen() {
        let mut run = CellRun::new(cells()[0]).finish();
        run.cell = cells()[6];
        assert!(!run.passed() && !run.wrong().is_empty());
    }
}
