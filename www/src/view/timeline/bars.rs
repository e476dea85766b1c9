//! Bars in their lanes: what is waited for is hatched, what runs is full, the wire is a thin line.

use super::NAMES;
use super::draw::is_selected;
use crate::run::{Run, Target};
use crate::state::ROW;
use crate::timeline::{Bar, BarKey, LaneWindow, PhaseKind, Scale};
use crate::view::measure::fit;
use crate::view::paint::{Canvas, Colours};
use sessionful::Timestamp;

/// A bar where it was drawn.
pub(super) struct Drawn {
    pub(super) key: BarKey,
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) top: f64,
}

pub(super) struct Bars<'a> {
    canvas: &'a Canvas,
    colours: &'a Colours,
    scale: &'a Scale,
    run: &'a Run,
    selected: Option<BarKey>,
    target: Option<Target>,
    drawn: Vec<Drawn>,
}

/// How high a bar is in its row.
const HIGH: f64 = 12.0;

impl<'a> Bars<'a> {
    pub(super) fn new(
        canvas: &'a Canvas,
        colours: &'a Colours,
        scale: &'a Scale,
        run: &'a Run,
        selected: Option<BarKey>,
        target: Option<Target>,
    ) -> Self {
        Bars { canvas, colours, scale, run, selected, target, drawn: Vec::new() }
    }

    pub(super) fn done(self) -> Vec<Drawn> {
        self.drawn
    }

    fn x(&self, at: Timestamp) -> f64 {
        let wide = self.canvas.width - NAMES;
        let x = NAMES + self.scale.x(at) * wide;
        x.clamp(NAMES - 4.0, self.canvas.width + 4.0)
    }

    /// One lane: what lived there, and the bars.
    pub(super) fn lane(&mut self, window: &LaneWindow, y: f64, high: f64) {
        let pen = &self.canvas.pen;
        for life in &window.lives {
            let (left, right) = (self.x(life.from), self.x(life.to.unwrap_or(self.run.head().at)));
            let selected = is_selected(life.what, self.target);
            pen.set_fill_style_str(if selected {
                &self.colours.accent_wash
            } else {
                &self.colours.hover
            });
            pen.fill_rect(left, y + 1.0, (right - left).max(1.0), high - 3.0);
            pen.set_fill_style_str(if selected {
                &self.colours.accent
            } else {
                &self.colours.edge
            });
            pen.fill_rect(left, y + 1.0, 1.0, high - 3.0);
            if life.to.is_some() {
                pen.fill_rect(right - 1.0, y + 1.0, 1.0, high - 3.0);
            }
        }
        for dense in &window.dense {
            let (left, right) = (self.x(dense.from), self.x(dense.to));
            pen.set_fill_style_str(&self.colours.accent_edge);
            pen.fill_rect(left, y + 4.0, (right - left).max(1.0), HIGH - 2.0);
        }
        for placed in &window.bars {
            let row = f64::from(placed.row.min(11));
            if let Some(bar) = self.run.timeline().bar_at(placed.bar) {
                self.bar(bar, y + 3.0 + row * ROW);
            }
        }
    }

    fn bar(&mut self, bar: &Bar, top: f64) {
        let end = bar.to.unwrap_or(self.run.head().at);
        let (left, right) = (self.x(bar.from), self.x(end).max(self.x(bar.from) + 2.0));
        let ends = bar.stretches.iter().skip(1).map(|next| next.from).chain([end]);
        for (stretch, to) in bar.stretches.iter().zip(ends) {
            let (from, to) = (self.x(stretch.from), self.x(to));
            if to - from >= 0.5 {
                self.stretch(stretch.kind, from, to, top);
            }
        }
        if bar.failed {
            self.canvas.pen.set_fill_style_str(&self.colours.bad);
            let (x, y) = (right, top + HIGH / 2.0);
            self.canvas.polygon(&[(x - 5.0, y), (x, y - 5.0), (x + 5.0, y), (x, y + 5.0)]);
        }
        if self.selected == Some(bar.key) {
            self.canvas.pen.set_stroke_style_str(&self.colours.accent);
            self.canvas.pen.set_line_width(1.5);
            self.canvas.pen.stroke_rect(left - 1.5, top - 1.5, right - left + 3.0, HIGH + 3.0);
        }
        self.label(bar, left, right, top);
        self.drawn.push(Drawn { key: bar.key, left, right, top });
    }

    /// The name, in the longest stretch where it can be read.
    fn label(&self, bar: &Bar, left: f64, right: f64, top: f64) {
        let end = bar.to.unwrap_or(self.run.head().at);
        let running = bar.stretches.iter().enumerate().find(|(_, s)| s.kind == PhaseKind::Running);
        let inside = running.map(|(place, stretch)| {
            let next = bar.stretches.get(place + 1).map_or(end, |next| next.from);
            (self.x(stretch.from), self.x(next))
        });
        let pen = &self.canvas.pen;
        pen.set_text_align("left");
        if let Some((from, to)) = inside.filter(|(from, to)| to - from > 34.0) {
            pen.set_fill_style_str(&self.colours.paper);
            let text = fit(&bar.label, 10.5, (to - from - 8.0) as f32);
            _ = pen.fill_text(&text, from.max(NAMES) + 4.0, top + 9.8);
        } else if right - left > 48.0 && inside.is_none() {
            let text = fit(&bar.label, 10.5, (right - left - 8.0) as f32);
            pen.set_fill_style_str(&self.colours.paper);
            let wide = f64::from(crate::view::measure::width(&text, 10.5));
            let x = (left.max(NAMES) + right) / 2.0 - wide / 2.0;
            pen.fill_rect(x - 3.0, top, wide + 6.0, HIGH);
            pen.set_fill_style_str(&self.colours.ink);
            _ = pen.fill_text(&text, x, top + 9.8);
        }
    }

    fn stretch(&self, kind: PhaseKind, left: f64, right: f64, top: f64) {
        swatch(self.canvas, self.colours, kind, (left, right, top));
    }

    /// What led to the selected bar, and what it led to.
    pub(super) fn links(&self) {
        let Some(key) = self.selected else { return };
        let pen = &self.canvas.pen;
        pen.set_stroke_style_str(&self.colours.accent);
        pen.set_fill_style_str(&self.colours.accent);
        pen.set_line_width(1.25);
        let middle = |key: BarKey| {
            let found = self.drawn.iter().find(|bar| bar.key == key);
            found.map(|bar| bar.top + HIGH / 2.0)
        };
        for link in self.run.timeline().links(key) {
            let (Some(from), Some(to)) = (middle(link.from.0), middle(link.to.0)) else { continue };
            let (x, to_x) = (self.x(link.from.1), self.x(link.to.1));
            let bend = ((to_x - x) / 2.0).clamp(6.0, 40.0);
            pen.begin_path();
            pen.move_to(x, from);
            pen.bezier_curve_to(x + bend, from, to_x - bend, to, to_x, to);
            pen.stroke();
            self.canvas.polygon(&[(to_x - 5.0, to - 3.0), (to_x, to), (to_x - 5.0, to + 3.0)]);
        }
    }
}

/// What a kind of stretch looks like; the legend asks for it too.
pub(super) fn swatch(
    canvas: &Canvas,
    colours: &Colours,
    kind: PhaseKind,
    (left, right, top): (f64, f64, f64),
) {
    let pen = &canvas.pen;
    let wide = right - left;
    let middle = top + HIGH / 2.0;
    match kind {
        PhaseKind::Running => {
            pen.set_fill_style_str(&colours.accent);
            pen.fill_rect(left, top, wide, HIGH);
        }
        PhaseKind::CallingOut => {
            pen.set_stroke_style_str(&colours.accent);
            pen.set_line_width(1.0);
            pen.stroke_rect(left + 0.5, top + 0.5, (wide - 1.0).max(0.5), HIGH - 1.0);
        }
        PhaseKind::Requesting | PhaseKind::Replying => {
            pen.set_fill_style_str(&colours.accent_edge);
            pen.fill_rect(left, middle - 1.5, wide, 3.0);
        }
        PhaseKind::Opening => {
            pen.set_fill_style_str(&colours.strong);
            let mut x = left;
            while x < right {
                pen.fill_rect(x, middle - 1.0, (right - x).min(3.0), 2.0);
                x += 6.0;
            }
        }
        PhaseKind::WaitingForGate => hatch(canvas, &colours.ink, &colours.edge, (left, right, top)),
        PhaseKind::Throttled => hatch(canvas, &colours.warn, &colours.warn, (left, right, top)),
        PhaseKind::WaitingForChannel | PhaseKind::WaitingForPump => {
            hatch(canvas, &colours.strong, &colours.edge, (left, right, top));
        }
    }
}

/// Slanted lines in a frame: somebody waits.
fn hatch(canvas: &Canvas, ink: &str, edge: &str, (left, right, top): (f64, f64, f64)) {
    let pen = &canvas.pen;
    pen.set_line_width(1.0);
    pen.set_stroke_style_str(edge);
    pen.stroke_rect(left + 0.5, top + 0.5, (right - left - 1.0).max(0.5), HIGH - 1.0);
    pen.set_stroke_style_str(ink);
    pen.begin_path();
    let mut x = left + 2.0;
    while x + 2.0 < right {
        let slant = (right - x).min(6.0);
        pen.move_to(x, top + HIGH - 2.0);
        pen.line_to(x + slant, top + HIGH - 2.0 - slant / 6.0 * (HIGH - 4.0));
        x += 5.0;
    }
    pen.stroke();
}
