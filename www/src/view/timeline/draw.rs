//! Drawing the timeline: minimap, ruler, lanes, cursor.

use super::bars::{Bars, Drawn};
use super::{MAP, NAMES, RULER, Timeline, bar_of};
use crate::run::{Run, Target};
use crate::state::{Desk, LANE, ROW, lanes, ruler};
use crate::timeline::{LaneKey, Scale};
use crate::view::paint::{Canvas, Colours};
use crate::view::words;
use sessionful::Timestamp;
use std::time::Duration;
use yew::NodeRef;

pub(super) const FONT: &str =
    "11px \"Segoe UI\", Roboto, \"Liberation Sans\", system-ui, sans-serif";

impl Timeline {
    /// Draws it all, as it is now.
    pub(crate) fn draw(&mut self, canvas: &NodeRef, desk: &Desk) {
        if self.age == 0 {
            self.colours = Colours::now();
        }
        self.age = (self.age + 1) % 30;
        let Some(canvas) = Canvas::of(canvas) else { return };
        self.room = (canvas.width, canvas.height);
        canvas.pen.set_font(FONT);
        let run = desk.run();
        let scale = desk.track.scale(run);
        self.map(&canvas, desk);
        self.ruler(&canvas, &scale, desk);
        self.lanes(&canvas, &scale, desk);
        self.cursor(&canvas, &scale, run);
        self.tip(&canvas, run);
        self.scale = Some(scale);
    }

    /// How busy the whole run was, and which part of it is seen.
    fn map(&self, canvas: &Canvas, desk: &Desk) {
        let (run, colours, pen) = (desk.run(), &self.colours, &canvas.pen);
        let wide = canvas.width - NAMES;
        let whole = run.head().at.0.max(1) as f64;
        let place = |at: u64| NAMES + (at as f64 / whole).min(1.0) * wide;
        let map = run.timeline().minimap();
        let most = f64::from(map.steps().iter().map(|(count, _)| *count).max().unwrap_or(1).max(1));
        for (number, (count, trouble)) in map.steps().iter().enumerate() {
            let from = place(number as u64 * map.step());
            let to = place((number as u64 + 1) * map.step());
            let high = (f64::from(*count) / most).sqrt() * (MAP - 9.0);
            pen.set_fill_style_str(if *trouble { &colours.bad } else { &colours.edge });
            pen.fill_rect(from, MAP - 3.0 - high, (to - from - 0.5).max(0.5), high);
        }
        let (from, to) = desk.track.window(run.now());
        let (left, right) = (place(from.0), place(to.0));
        pen.set_stroke_style_str(&colours.strong);
        pen.set_line_width(1.0);
        pen.stroke_rect(left.round() + 0.5, 2.5, (right - left).max(3.0).round() - 1.0, MAP - 5.0);
        pen.set_fill_style_str(&colours.accent);
        pen.fill_rect(place(run.now().0) - 0.75, 2.0, 1.5, MAP - 4.0);
        pen.set_fill_style_str(&colours.faint);
        pen.set_text_align("left");
        _ = pen.fill_text("whole run", 16.0, MAP / 2.0 + 4.0);
    }

    fn ruler(&self, canvas: &Canvas, scale: &Scale, desk: &Desk) {
        let (colours, pen) = (&self.colours, &canvas.pen);
        let wide = canvas.width - NAMES;
        let (from, to) = desk.track.window(desk.run().now());
        let least = (to.since(from).as_micros() as f64 / wide * 56.0) as u64;
        pen.set_fill_style_str(&colours.line);
        pen.fill_rect(0.0, MAP, canvas.width, 1.0);
        pen.fill_rect(0.0, MAP + RULER, canvas.width, 1.0);
        pen.set_text_align("left");
        for at in ruler(from, scale.at(1.0), least) {
            let x = NAMES + scale.x(at) * wide;
            if x < NAMES {
                continue;
            }
            pen.set_fill_style_str(&colours.line);
            pen.fill_rect(x.round(), MAP + 1.0, 1.0, canvas.height);
            pen.set_fill_style_str(&colours.faint);
            _ = pen.fill_text(&mark(at, least), x.round() + 4.0, MAP + 14.0);
        }
    }

    fn lanes(&mut self, canvas: &Canvas, scale: &Scale, desk: &Desk) {
        let (run, pen) = (desk.run(), &canvas.pen);
        let (lanes, _) = lanes(run);
        let begin = MAP + RULER + 1.0;
        let wide = canvas.width - NAMES;
        pen.save();
        pen.begin_path();
        pen.rect(0.0, begin, canvas.width, canvas.height - begin);
        pen.clip();
        let (from, to) = (scale.at(0.0), scale.at(1.0));
        let fine = Duration::from_micros((to.since(from).as_micros() as f64 / wide * 2.5) as u64);
        let selected = desk.state.selected.and_then(bar_of);
        let mut bars = Bars::new(canvas, &self.colours, scale, run, selected, desk.state.selected);
        let seen = lanes.into_iter().filter_map(|(key, top, rows)| {
            let y = begin + top - desk.track.top;
            let high = ROW * f64::from(rows) + LANE;
            (y <= canvas.height && y + high >= begin).then_some((key, y, high))
        });
        let seen: Vec<_> = seen.collect();
        for (key, y, high) in &seen {
            pen.set_fill_style_str(&self.colours.line);
            pen.fill_rect(0.0, (y + high).round() - 1.0, canvas.width, 1.0);
            self.name(canvas, run, *key, *y);
        }
        pen.begin_path();
        pen.rect(NAMES, begin, wide, canvas.height - begin);
        pen.clip();
        for (key, y, high) in seen {
            if let Some(window) = run.timeline().window(key, from, to, fine) {
                bars.lane(&window, y, high);
            }
        }
        bars.links();
        self.bars = bars.done();
        pen.restore();
    }

    fn name(&self, canvas: &Canvas, run: &Run, key: LaneKey, y: f64) {
        let (pen, colours) = (&canvas.pen, &self.colours);
        let (name, indent, ink) = match key {
            LaneKey::Proxy(node) => (run.cast().name(node).to_string(), 16.0, &colours.ink),
            LaneKey::Channel(_, place) => (format!("channel {}", place + 1), 28.0, &colours.soft),
            LaneKey::Session(node, 0) => (run.cast().name(node).to_string(), 16.0, &colours.ink),
            LaneKey::Session(_, place) => (format!("session {}", place + 1), 28.0, &colours.soft),
            LaneKey::Instance(_, place) => (format!("instance {}", place + 1), 28.0, &colours.soft),
        };
        pen.set_fill_style_str(ink);
        pen.set_text_align("left");
        let name = crate::view::measure::fit(&name, 11.0, (NAMES - indent - 8.0) as f32);
        _ = pen.fill_text(&name, indent, y + 14.5);
    }

    fn cursor(&self, canvas: &Canvas, scale: &Scale, run: &Run) {
        let (colours, pen) = (&self.colours, &canvas.pen);
        let wide = canvas.width - NAMES;
        pen.set_fill_style_str(&colours.line);
        pen.fill_rect(NAMES - 1.0, 0.0, 1.0, canvas.height);
        let part = scale.x(run.now());
        if !(0.0..=1.0).contains(&part) {
            return;
        }
        let x = (NAMES + part * wide).round();
        pen.set_fill_style_str(&colours.accent);
        pen.fill_rect(x - 0.75, MAP + 6.0, 1.5, canvas.height);
        canvas.polygon(&[
            (x - 5.0, MAP + 3.0),
            (x + 5.0, MAP + 3.0),
            (x + 5.0, MAP + 9.0),
            (x, MAP + 14.0),
            (x - 5.0, MAP + 9.0),
        ]);
    }

    /// What the bar under the pointer spent its time on.
    fn tip(&self, canvas: &Canvas, run: &Run) {
        let Some((key, x, y)) = self.hover else { return };
        let Some(bar) = run.timeline().bar(key) else { return };
        let spent = bar.spent(run.head().at);
        let whole = bar.to.unwrap_or(run.head().at).since(bar.from);
        let mut lines = vec![format!("{}  {}", bar.label, words::span(micros(whole)))];
        lines.extend(
            spent
                .into_iter()
                .map(|(kind, span)| format!("{}: {}", kind.name(), words::span(micros(span)))),
        );
        let wide =
            lines.iter().map(|line| crate::view::measure::width(line, 11.0)).fold(0.0, f32::max);
        let (wide, high) = (f64::from(wide) + 16.0, lines.len() as f64 * 15.0 + 9.0);
        let left = (x + 12.0).min(canvas.width - wide - 6.0);
        let top =
            if y + 14.0 + high < canvas.height { y + 14.0 } else { (y - high - 6.0).max(2.0) };
        let pen = &canvas.pen;
        pen.set_fill_style_str(&self.colours.paper);
        pen.fill_rect(left, top, wide, high);
        pen.set_stroke_style_str(&self.colours.strong);
        pen.set_line_width(1.0);
        pen.stroke_rect(left.round() + 0.5, top.round() + 0.5, wide.round(), high.round());
        pen.set_text_align("left");
        for (place, line) in lines.iter().enumerate() {
            pen.set_fill_style_str(if place == 0 { &self.colours.ink } else { &self.colours.soft });
            _ = pen.fill_text(line, left + 8.0, top + 16.0 + 15.0 * place as f64);
        }
    }
}

fn micros(span: Duration) -> u64 {
    u64::try_from(span.as_micros()).unwrap_or(u64::MAX)
}

/// A mark of the ruler: as exact as its steps.
fn mark(at: Timestamp, least: u64) -> String {
    let seconds = at.0 as f64 / 1e6;
    match least {
        0..1_000 => format!("{seconds:.4} s"),
        1_000..10_000 => format!("{seconds:.3} s"),
        10_000..100_000 => format!("{seconds:.2} s"),
        100_000..1_000_000 => format!("{seconds:.1} s"),
        _ => format!("{seconds:.0} s"),
    }
}

impl Drawn {
    /// Whether the pointer is on it.
    pub(super) fn has(&self, x: f64, y: f64) -> bool {
        (self.left - 2.0..=self.right + 2.0).contains(&x)
            && (self.top..=self.top + ROW).contains(&y)
    }
}

/// Whether something is what is selected.
pub(super) fn is_selected(what: Target, selected: Option<Target>) -> bool {
    selected == Some(what)
}
