//! A swimlane: lives one after the other, bars in rows, and the way to those that are seen.

use super::{Bar, BarKey};
use crate::run::Target;
use sessionful::Timestamp;
use sessionful::ids::{ChannelId, NodeId};
use std::time::Duration;

/// Which swimlane. Channels, sessions and instances that come after each other share a place, as
/// threads share processors: a run with ten thousand instances has as many lanes as live at once.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum LaneKey {
    /// A proxy, with its calls.
    Proxy(NodeId),
    /// A place for a proxy's channels, with the calls that they carried.
    Channel(NodeId, u32),
    /// A place for sessions of a host, or its listening channel, with what they brought.
    Session(NodeId, u32),
    /// A place for instance contexts, with the operations that ran in them.
    Instance(NodeId, u32),
}

impl LaneKey {
    /// Whose it is.
    pub const fn node(self) -> NodeId {
        match self {
            LaneKey::Proxy(node)
            | LaneKey::Channel(node, _)
            | LaneKey::Session(node, _)
            | LaneKey::Instance(node, _) => node,
        }
    }
}

/// Something that lived in a lane.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Life {
    /// What.
    pub what: Target,
    /// From when.
    pub from: Timestamp,
    /// Until when, if it is over.
    pub to: Option<Timestamp>,
}

/// How many bars are passed over at once.
const BLOCK: usize = 64;

/// One swimlane.
#[derive(Clone, Debug, Default)]
pub struct Lane {
    lives: Vec<Life>,
    /// Bars by their places, with their rows, in the order in which they began.
    bars: Vec<(u32, u16)>,
    /// For each block of bars: when the last of them ends, and how many go on.
    blocks: Vec<(Timestamp, u32)>,
    /// Which bar occupies each row.
    rows: Vec<Option<u32>>,
}

/// A bar in a window.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Placed {
    /// Its place: [`Timeline::bar_at`](super::Timeline::bar_at) has it.
    pub bar: u32,
    /// In which row of the lane, from 0.
    pub row: u16,
}

/// Bars too short to be told apart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Dense {
    /// When the first of them begins.
    pub from: Timestamp,
    /// When the last of them ends.
    pub to: Timestamp,
    /// How many there are.
    pub count: u32,
}

/// What of a lane is seen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LaneWindow {
    /// Which lane.
    pub rows: u16,
    /// What lived there.
    pub lives: Vec<Life>,
    /// Bars that are long enough.
    pub bars: Vec<Placed>,
    /// The others.
    pub dense: Vec<Dense>,
}

impl Lane {
    /// How many rows its bars need.
    pub fn rows(&self) -> u16 {
        u16::try_from(self.rows.len().max(1)).unwrap_or(u16::MAX)
    }

    /// What lived there, oldest first.
    pub fn lives(&self) -> &[Life] {
        &self.lives
    }

    /// Whether something lives there now.
    pub(super) fn is_taken(&self) -> bool {
        self.lives.last().is_some_and(|life| life.to.is_none())
    }

    pub(super) fn begin(&mut self, what: Target, from: Timestamp) {
        self.lives.push(Life { what, from, to: None });
    }

    pub(super) fn end(&mut self, at: Timestamp) {
        if let Some(life) = self.lives.last_mut() {
            life.to = Some(at);
        }
    }

    /// Adds a bar that goes on.
    pub(super) fn add(&mut self, bar: u32) {
        let free = self.rows.iter().position(Option::is_none);
        let row = free.unwrap_or_else(|| {
            self.rows.push(None);
            self.rows.len() - 1
        });
        self.rows[row] = Some(bar);
        if self.bars.len().is_multiple_of(BLOCK) {
            self.blocks.push((Timestamp::ZERO, 0));
        }
        if let Some((_, open)) = self.blocks.last_mut() {
            *open += 1;
        }
        self.bars.push((bar, u16::try_from(row).unwrap_or(u16::MAX)));
    }

    /// A bar of this lane has ended.
    pub(super) fn close(&mut self, bar: u32, at: Timestamp) {
        // Places grow with the bars' beginnings, so the list is sorted by them.
        let Ok(index) = self.bars.binary_search_by_key(&bar, |(bar, _)| *bar) else { return };
        let (to, open) = &mut self.blocks[index / BLOCK];
        (*to, *open) = ((*to).max(at), open.saturating_sub(1));
        for row in &mut self.rows {
            if *row == Some(bar) {
                *row = None;
            }
        }
    }

    pub(super) fn window(
        &self,
        all: &[Bar],
        from: Timestamp,
        to: Timestamp,
        fine: Duration,
    ) -> LaneWindow {
        let mut window = LaneWindow {
            rows: self.rows(),
            lives: self.lives_in(from, to, fine),
            bars: Vec::new(),
            dense: Vec::new(),
        };
        let begin = |bar: u32| all[bar as usize].from;
        let last = self.bars.partition_point(|(bar, _)| begin(*bar) <= to);
        for (number, block) in self.bars[..last].chunks(BLOCK).enumerate() {
            let (end, open) = self.blocks[number];
            if open == 0 && end < from {
                continue;
            }
            let first = begin(block[0].0);
            if open == 0 && end.since(first) < fine {
                window.crowd(Dense { from: first, to: end, count: block.len() as u32 }, fine);
                continue;
            }
            for (place, row) in block {
                let bar = &all[*place as usize];
                match bar.to {
                    Some(end) if end < from => {}
                    Some(end) if end.since(bar.from) < fine => {
                        window.crowd(Dense { from: bar.from, to: end, count: 1 }, fine);
                    }
                    _ => window.bars.push(Placed { bar: *place, row: *row }),
                }
            }
        }
        window
    }

    fn lives_in(&self, from: Timestamp, to: Timestamp, fine: Duration) -> Vec<Life> {
        let first = self.lives.partition_point(|life| life.to.is_some_and(|end| end < from));
        let last = self.lives.partition_point(|life| life.from <= to).max(first);
        let mut seen: Vec<Life> = Vec::new();
        let mut next = first;
        while next < last {
            let life = self.lives[next];
            seen.push(life);
            // Lives too short to be told apart are passed over, however many they are.
            let after = life.from + fine;
            next = (next + 1).max(self.lives.partition_point(|life| life.from < after));
        }
        seen
    }
}

impl LaneWindow {
    fn crowd(&mut self, more: Dense, fine: Duration) {
        match self.dense.last_mut() {
            Some(last) if more.from.since(last.to) < fine => {
                last.to = last.to.max(more.to);
                last.count += more.count;
            }
            _ => self.dense.push(more),
        }
    }
}

impl BarKey {
    /// What the bar is about.
    pub const fn target(self) -> Target {
        match self {
            BarKey::Call(node, call) => Target::Call(node, call),
            BarKey::Dispatch(node, dispatch) => Target::Dispatch(node, dispatch),
        }
    }
}

impl LaneKey {
    /// The lane of a proxy's channel is named by its place, not by its channel.
    pub(super) fn of_channel(node: NodeId, is_proxy: bool, place: u32) -> LaneKey {
        if is_proxy { LaneKey::Channel(node, place) } else { LaneKey::Session(node, place) }
    }

    /// What is looked at when the lane itself is chosen and nothing lives in it.
    pub fn target(self) -> Target {
        match self {
            LaneKey::Proxy(node) => Target::Proxy(node),
            LaneKey::Channel(node, place) => Target::Channel(node, ChannelId(place)),
            LaneKey::Session(node, _) | LaneKey::Instance(node, _) => Target::Host(node),
        }
    }
}
