//! Time as room: how busy each part of a run was, and a scale that leaves quiet parts out.

use sessionful::Timestamp;

/// A time in which nothing went on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Gap {
    /// From the last record before it.
    pub from: Timestamp,
    /// To the first record after it.
    pub to: Timestamp,
}

/// A gap is worth leaving out if it is longer than this, in microseconds.
pub(super) const QUIET: u64 = 1_500_000;

/// How busy a run was, in equal steps. It stays small however long the run is.
#[derive(Clone, PartialEq, Debug)]
pub struct Minimap {
    /// How long a step is, in microseconds.
    step: u64,
    counts: Vec<(u32, bool)>,
}

/// No more steps are kept; then two become one.
const STEPS: usize = 512;

impl Default for Minimap {
    fn default() -> Minimap {
        Minimap { step: 10_000, counts: Vec::new() }
    }
}

impl Minimap {
    /// How long a step is, in microseconds.
    pub fn step(&self) -> u64 {
        self.step
    }

    /// How many records each step has, and whether there is trouble among them.
    pub fn steps(&self) -> &[(u32, bool)] {
        &self.counts
    }

    pub(super) fn add(&mut self, at: Timestamp, trouble: bool) {
        while at.0 / self.step >= STEPS as u64 {
            self.step *= 2;
            let join = |pair: &[(u32, bool)]| {
                pair.iter().fold((0, false), |(sum, bad), (count, b)| (sum + count, bad | b))
            };
            self.counts = self.counts.chunks(2).map(join).collect();
        }
        let place = usize::try_from(at.0 / self.step).unwrap_or(STEPS - 1);
        if place >= self.counts.len() {
            self.counts.resize(place + 1, (0, false));
        }
        let (count, bad) = &mut self.counts[place];
        *count += 1;
        *bad |= trouble;
    }
}

/// Where moments are drawn: from 0 to 1 between two moments, gaps left out or not.
#[derive(Clone, PartialEq, Debug)]
pub struct Scale {
    /// Where each piece begins, in time and in room; the last one is the end.
    pieces: Vec<(f64, f64)>,
}

/// How much room a gap takes that is left out, of the whole.
const LEFT_OUT: f64 = 0.02;

impl Scale {
    /// A scale from one moment to another that leaves those gaps out.
    pub fn new(from: Timestamp, to: Timestamp, gaps: &[Gap]) -> Scale {
        let (from, to) = (from.0 as f64, (to.0.max(from.0 + 1)) as f64);
        let clip = |at: Timestamp| (at.0 as f64).clamp(from, to);
        let gaps: Vec<(f64, f64)> = gaps
            .iter()
            .map(|gap| (clip(gap.from), clip(gap.to)))
            .filter(|(begin, end)| end - begin > LEFT_OUT * (to - from))
            .collect();
        let quiet: f64 = gaps.iter().map(|(begin, end)| end - begin).sum();
        let busy = (to - from) - quiet;
        let left_out = (gaps.len() as f64 * LEFT_OUT).min(0.5);
        let per_gap = if gaps.is_empty() { 0.0 } else { left_out / gaps.len() as f64 };
        let room = |time: f64| if busy > 0.0 { time / busy * (1.0 - left_out) } else { 0.0 };
        let (mut pieces, mut x, mut at) = (vec![(from, 0.0)], 0.0, from);
        for (begin, end) in gaps {
            x += room(begin - at);
            pieces.push((begin, x));
            x += per_gap;
            pieces.push((end, x));
            at = end;
        }
        pieces.push((to, 1.0));
        Scale { pieces }
    }

    /// Where a moment is drawn, from 0 to 1; beyond that outside of the scale.
    pub fn x(&self, at: Timestamp) -> f64 {
        map(&self.pieces, at.0 as f64, |piece| (piece.0, piece.1))
    }

    /// Which moment is drawn there.
    pub fn at(&self, x: f64) -> Timestamp {
        Timestamp(map(&self.pieces, x, |piece| (piece.1, piece.0)).max(0.0) as u64)
    }
}

fn map(pieces: &[(f64, f64)], from: f64, way: impl Fn(&(f64, f64)) -> (f64, f64)) -> f64 {
    let after = pieces.partition_point(|piece| way(piece).0 <= from);
    let last = after.clamp(1, pieces.len() - 1);
    let ((a, x), (b, y)) = (way(&pieces[last - 1]), way(&pieces[last]));
    if b > a { x + (from - a) / (b - a) * (y - x) } else { x }
}
