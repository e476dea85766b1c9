//! Which part of the run the timeline shows.

use crate::map::Map;
use crate::run::Run;
use crate::timeline::{LaneKey, Scale};
use sessionful::Timestamp;
use sessionful::ids::NodeId;
use std::time::Duration;

/// The window of the timeline.
#[derive(Clone, PartialEq, Debug)]
pub struct Track {
    /// How much time is seen.
    pub span: Duration,
    /// It goes along with the cursor.
    pub follow: bool,
    /// Times in which nothing went on are left out.
    pub collapse: bool,
    /// How far the lanes are scrolled, in pixels.
    pub top: f64,
    /// Where the window begins, while it does not follow.
    from: Timestamp,
}

/// As near and as far as one can look.
const SPANS: [Duration; 2] = [Duration::from_micros(200), Duration::from_secs(3_600)];

/// Where the cursor stands while the window follows it, of the whole width.
const AHEAD: f64 = 0.8;

/// The height of a row of bars, and the space around the rows of a lane.
pub const ROW: f64 = 15.0;
/// See [`ROW`].
pub const LANE: f64 = 7.0;

impl Default for Track {
    fn default() -> Track {
        Track {
            span: Duration::from_secs(8),
            follow: true,
            collapse: false,
            top: 0.0,
            from: Timestamp::ZERO,
        }
    }
}

impl Track {
    /// What is seen, from when to when.
    pub fn window(&self, now: Timestamp) -> (Timestamp, Timestamp) {
        let ahead = self.span.mul_f64(AHEAD);
        let from = match self.follow {
            true => Timestamp(now.0.saturating_sub(micros(ahead))),
            false => self.from,
        };
        (from, from + self.span)
    }

    /// The scale of what is seen.
    pub fn scale(&self, run: &Run) -> Scale {
        let (from, to) = self.window(run.now());
        let gaps = if self.collapse { run.timeline().gaps() } else { &[] };
        Scale::new(from, to, gaps)
    }

    /// Nearer (less than 1) or farther (more than 1), around a moment that stays where it is.
    pub fn zoom(&mut self, factor: f64, around: Timestamp, now: Timestamp) {
        let (from, _) = self.window(now);
        let whole = self.span.as_secs_f64();
        let part = (around.0 as f64 - from.0 as f64) / 1e6 / whole.max(1e-9);
        let span = (whole * factor).clamp(SPANS[0].as_secs_f64(), SPANS[1].as_secs_f64());
        self.span = Duration::from_secs_f64(span);
        let begin = around.0 as f64 - part * span * 1e6;
        self.from = Timestamp(begin.max(0.0) as u64);
    }

    /// Later or earlier, by a part of what is seen.
    pub fn pan(&mut self, part: f64, now: Timestamp) {
        let (from, _) = self.window(now);
        let by = part * micros(self.span) as f64;
        self.from = Timestamp((from.0 as f64 + by).max(0.0) as u64);
        self.follow = false;
    }

    /// To a moment, which comes into the middle.
    pub fn show(&mut self, at: Timestamp) {
        self.from = Timestamp(at.0.saturating_sub(micros(self.span) / 2));
        self.follow = false;
    }

    /// The whole run.
    pub fn fit(&mut self, run: &Run) {
        let whole = Duration::from_micros(run.head().at.0.max(1)).mul_f64(1.05);
        self.span = whole.clamp(SPANS[0], SPANS[1]);
        (self.from, self.follow) = (Timestamp::ZERO, false);
    }

    /// Scrolls the lanes, within what there is of them.
    pub fn scroll(&mut self, by: f64, lanes: f64, room: f64) {
        self.top = (self.top + by).clamp(0.0, (lanes - room).max(0.0));
    }
}

/// The lanes with their places from the top, and how high all of them are.
pub fn lanes(run: &Run) -> (Vec<(LaneKey, f64, u16)>, f64) {
    let placed = run.timeline().lanes().map(|(key, lane)| (order(run, key), (key, lane)));
    let lanes: Map<_, _> = placed.collect();
    let mut at = 0.0;
    let lanes = lanes.iter().map(|(_, (key, lane))| {
        let (top, rows) = (at, lane.rows().min(12));
        at += ROW * f64::from(rows) + LANE;
        (*key, top, rows)
    });
    let lanes: Vec<_> = lanes.collect();
    (lanes, at)
}

/// A call is followed from top to bottom: the proxies of a host with their channels, then the
/// host's sessions and instances.
fn order(run: &Run, key: LaneKey) -> (NodeId, bool, NodeId, LaneKey) {
    let node = key.node();
    let host = run.cast().host_of(node).unwrap_or(node);
    (host, host == node, node, key)
}

fn micros(span: Duration) -> u64 {
    u64::try_from(span.as_micros()).unwrap_or(u64::MAX)
}

/// Round steps for a ruler: at least so many microseconds apart.
pub fn ruler(from: Timestamp, to: Timestamp, least: u64) -> Vec<Timestamp> {
    let least = least.max(1);
    let mut step = 1;
    let mut factors = [2, 5, 10].into_iter().cycle();
    let mut unit = 1;
    while step < least {
        let factor = factors.next().unwrap_or(10);
        step = unit * factor;
        if factor == 10 {
            unit = step;
        }
    }
    let first = from.0.div_ceil(step);
    (first..=to.0 / step).take(200).map(|place| Timestamp(place * step)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000;

    #[test]
    fn it_goes_along_with_the_cursor_until_it_is_moved() {
        let mut track = Track::default();
        let now = Timestamp(100 * SECOND);
        assert_eq!(track.window(now).0, Timestamp(93_600_000));
        track.pan(-0.5, now);
        assert_eq!(track.window(now).0, Timestamp(89_600_000));
        assert_eq!(track.window(Timestamp(500 * SECOND)).0, Timestamp(89_600_000));
    }

    #[test]
    fn what_is_looked_at_stays_where_it_is_when_it_comes_nearer() {
        let mut track = Track { follow: false, ..Track::default() };
        let around = Timestamp(2 * SECOND);
        track.zoom(0.5, around, Timestamp::ZERO);
        // A quarter of 8 s from the left before, a quarter of 4 s now.
        assert_eq!(track.window(Timestamp::ZERO), (Timestamp(SECOND), Timestamp(5 * SECOND)));
        for _ in 0..99 {
            track.zoom(0.1, around, Timestamp::ZERO);
        }
        assert_eq!(track.span, SPANS[0]);
    }

    #[test]
    fn lanes_scroll_no_farther_than_they_go() {
        let mut track = Track::default();
        track.scroll(500.0, 300.0, 200.0);
        assert_eq!(track.top, 100.0);
        track.scroll(-500.0, 300.0, 200.0);
        assert_eq!(track.top, 0.0);
        track.scroll(50.0, 100.0, 200.0);
        assert_eq!(track.top, 0.0);
    }

    #[test]
    fn rulers_have_round_steps() {
        let marks = ruler(Timestamp(0), Timestamp(1_000), 90);
        assert_eq!(
            marks.iter().map(|at| at.0).collect::<Vec<_>>(),
            (0..=10).map(|n| n * 100).collect::<Vec<_>>()
        );
        let marks = ruler(Timestamp(1_150), Timestamp(2_000), 190);
        assert_eq!(
            marks.iter().map(|at| at.0).collect::<Vec<_>>(),
            [1_200, 1_400, 1_600, 1_800, 2_000]
        );
        assert!(ruler(Timestamp(0), Timestamp(u64::MAX / 2), 1).len() <= 200);
    }
}
