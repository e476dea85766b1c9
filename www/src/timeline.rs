//! Lanes and bars: what lived when, and what each call spent its time on.
//!
//! ```text
//!   records ─▶ build ─▶ bars   ─┐
//!     └─▶ trace: which call     ├─▶ window(from, to): only what is seen, whatever the length of the run
//!         became which operation└─▶ minimap, quiet gaps
//! ```

mod build;
mod lane;
mod scale;
mod trace;

#[cfg(test)]
mod tests;

pub use lane::{Dense, Lane, LaneKey, LaneWindow, Life, Placed};
pub use scale::{Gap, Minimap, Scale};

use crate::map::Map;
use build::Open;
use sessionful::Timestamp;
use sessionful::ids::{CallId, DispatchId, NodeId};
use smol_str::SmolStr;
use std::collections::BTreeMap;
use std::time::Duration;

/// What a stretch of a bar was spent on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum PhaseKind {
    /// No channel was there: the proxy was not open.
    WaitingForChannel,
    /// The channel opened.
    Opening,
    /// The request was on the wire.
    Requesting,
    /// It had arrived, but the channel's receive pump was not ready for it (`CONC-7`).
    WaitingForPump,
    /// It waited for a slot of a throttle.
    Throttled,
    /// It waited for the gate of its instance context.
    WaitingForGate,
    /// The user's code ran.
    Running,
    /// The user's code waited for a call of its own.
    CallingOut,
    /// The reply was on the wire.
    Replying,
}

impl PhaseKind {
    /// Every kind, in the order of a call's way.
    pub const ALL: [PhaseKind; 9] = [
        PhaseKind::WaitingForChannel,
        PhaseKind::Opening,
        PhaseKind::Requesting,
        PhaseKind::WaitingForPump,
        PhaseKind::Throttled,
        PhaseKind::WaitingForGate,
        PhaseKind::Running,
        PhaseKind::CallingOut,
        PhaseKind::Replying,
    ];

    /// What it is called.
    pub const fn name(self) -> &'static str {
        match self {
            PhaseKind::WaitingForChannel => "waiting for a channel",
            PhaseKind::Opening => "opening",
            PhaseKind::Requesting => "request on the wire",
            PhaseKind::WaitingForPump => "waiting to be received",
            PhaseKind::Throttled => "throttled",
            PhaseKind::WaitingForGate => "waiting for the gate",
            PhaseKind::Running => "running",
            PhaseKind::CallingOut => "calling out",
            PhaseKind::Replying => "reply on the wire",
        }
    }
}

/// Whose bar it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum BarKey {
    /// A proxy's call, as its caller sees it.
    Call(NodeId, CallId),
    /// An operation in progress, as the end that carries it out sees it.
    Dispatch(NodeId, DispatchId),
}

/// One stretch of a bar; it ends where the next one begins.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stretch {
    /// On what.
    pub kind: PhaseKind,
    /// From when.
    pub from: Timestamp,
}

/// A call or an operation.
#[derive(Clone, PartialEq, Debug)]
pub struct Bar {
    /// Whose it is.
    pub key: BarKey,
    /// What was called.
    pub label: SmolStr,
    /// When it began.
    pub from: Timestamp,
    /// When it ended, if it has.
    pub to: Option<Timestamp>,
    /// What its time was spent on, in order.
    pub stretches: Vec<Stretch>,
    /// Whether it ended badly.
    pub failed: bool,
    /// The other end's bar of the same call, by its place.
    pub(crate) twin: Option<u32>,
    /// The operation that made it, by its place.
    pub(crate) parent: Option<u32>,
    /// When its message left, and when that arrived.
    pub(crate) sent: Option<Timestamp>,
    pub(crate) answered: Option<Timestamp>,
}

impl Bar {
    /// How long each kind of stretch took in all, up to a moment for a bar that goes on.
    pub fn spent(&self, now: Timestamp) -> Vec<(PhaseKind, Duration)> {
        let end = self.to.unwrap_or(now.max(self.from));
        let ends = self.stretches.iter().skip(1).map(|next| next.from).chain([end]);
        let mut spent: Map<PhaseKind, Duration> = Map::default();
        for (stretch, to) in self.stretches.iter().zip(ends) {
            *spent.get_or_default(stretch.kind) += to.since(stretch.from);
        }
        spent.iter().map(|(kind, time)| (*kind, *time)).collect()
    }

    /// What its time is spent on at a moment.
    pub fn phase_at(&self, now: Timestamp) -> Option<PhaseKind> {
        let begun = self.stretches.partition_point(|stretch| stretch.from <= now);
        self.stretches.get(begun.checked_sub(1)?).map(|stretch| stretch.kind)
    }
}

/// An arrow from one bar to another: this led to that.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CauseLink {
    /// From which bar, and when.
    pub from: (BarKey, Timestamp),
    /// To which bar, and when.
    pub to: (BarKey, Timestamp),
}

/// All lanes and bars of a run.
#[derive(Clone, Debug, Default)]
pub struct Timeline {
    bars: Vec<Bar>,
    by_key: BTreeMap<BarKey, u32>,
    lanes: Map<LaneKey, Lane>,
    minimap: Minimap,
    gaps: Vec<Gap>,
    open: Open,
}

impl Timeline {
    /// The bar of that name.
    pub fn bar(&self, key: BarKey) -> Option<&Bar> {
        self.bars.get(*self.by_key.get(&key)? as usize)
    }

    /// The bar at a place, as windows name it.
    pub fn bar_at(&self, place: u32) -> Option<&Bar> {
        self.bars.get(place as usize)
    }

    /// How many bars there are.
    pub fn len(&self) -> usize {
        self.bars.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.bars.is_empty()
    }

    /// All lanes in their order: a proxy, its channels, then hosts with sessions and instances.
    pub fn lanes(&self) -> impl Iterator<Item = (LaneKey, &Lane)> {
        self.lanes.iter().map(|(key, lane)| (*key, lane))
    }

    /// What of a lane is seen between two moments. Bars shorter than `fine` that lie side by side
    /// come as one dense stretch, so that never more comes than can be drawn.
    pub fn window(
        &self,
        key: LaneKey,
        from: Timestamp,
        to: Timestamp,
        fine: Duration,
    ) -> Option<LaneWindow> {
        self.lanes.get(&key).map(|lane| lane.window(&self.bars, from, to, fine))
    }

    /// How busy the whole run was, in equal steps.
    pub fn minimap(&self) -> &Minimap {
        &self.minimap
    }

    /// The times in which nothing went on, oldest first.
    pub fn gaps(&self) -> &[Gap] {
        &self.gaps
    }

    /// What led to a bar and what it led to: its request, its reply, and the calls that it made.
    pub fn links(&self, key: BarKey) -> Vec<CauseLink> {
        let Some(place) = self.by_key.get(&key).copied() else { return Vec::new() };
        let bar = &self.bars[place as usize];
        let family = [Some(place), bar.twin].into_iter().flatten();
        let mut links: Vec<CauseLink> = family.flat_map(|place| self.way(place)).collect();
        let parents = [Some(place), bar.twin];
        let later = self.bars.iter().skip(place as usize);
        let until = bar.to.unwrap_or(Timestamp(u64::MAX));
        let children = later.take_while(|child| child.from <= until);
        for child in
            children.filter(|child| child.parent.is_some() && parents.contains(&child.parent))
        {
            links
                .extend(self.by_key.get(&child.key).into_iter().flat_map(|place| self.way(*place)));
        }
        links
    }

    /// There and back between a bar and whoever asked for it.
    fn way(&self, place: u32) -> Vec<CauseLink> {
        let bar = &self.bars[place as usize];
        let BarKey::Dispatch(..) = bar.key else { return Vec::new() };
        let Some(asker) = bar.twin.or(bar.parent).map(|place| &self.bars[place as usize]) else {
            return Vec::new();
        };
        let sent = bar.sent.unwrap_or(bar.from);
        let there = CauseLink { from: (asker.key, sent), to: (bar.key, bar.from) };
        let back = bar
            .answered
            .zip(asker.to)
            .map(|(answered, end)| CauseLink { from: (bar.key, answered), to: (asker.key, end) });
        let twin = bar.twin.is_some();
        [Some(there), back.filter(|_| twin)].into_iter().flatten().collect()
    }
}
