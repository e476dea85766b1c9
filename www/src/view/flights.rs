//! Messages on their way, drawn above the stage at the place that their times give.

use super::Refs;
use super::measure::width;
use super::paint::{Canvas, Colours};
use crate::cast::short_action;
use crate::flights::{Flight, Load};
use crate::run::Target;
use crate::scene::{Curve, Point};
use crate::state::Desk;
use sessionful::sim::Toward;
use web_sys::HtmlElement;

/// Colours are asked for again after so many frames: the visitor may have changed them.
const FRESH: u32 = 30;

/// With no more messages than that each is named.
const NAMED: usize = 10;

/// With less motion a message stands still at so many places of its way.
const STEPS: f64 = 3.0;

/// What is kept from frame to frame.
#[derive(Default)]
pub(super) struct Flights {
    colours: Colours,
    still: bool,
    age: u32,
    /// Where names stand already, in this frame.
    names: Vec<(f64, f64, f64)>,
}

impl Flights {
    /// Draws every message under way at the cursor.
    pub(super) fn draw(&mut self, refs: &Refs, desk: &Desk) {
        self.refresh();
        let Some(canvas) = Canvas::of(&refs.flights) else { return };
        let Some(scroller) = refs.scroller.cast::<HtmlElement>() else { return };
        let (left, top) = (scroller.scroll_left(), scroller.scroll_top());
        let now = desk.run().now();
        self.names.clear();
        let mut seen: Vec<Seen<'_>> = Vec::new();
        for flight in desk.run().flights() {
            let Some(curve) = desk.scene.wires.get(&(flight.proxy, flight.channel)) else {
                continue;
            };
            let progress = flight.progress(now);
            let part = if self.still { (progress * STEPS).round() / STEPS } else { progress };
            let at = place(curve, flight.toward, part);
            let (x, y) = (f64::from(at.x) - f64::from(left), f64::from(at.y) - f64::from(top));
            let inside = |at: f64, room: f64| (-20.0..=room + 20.0).contains(&at);
            if inside(x, canvas.width) && inside(y, canvas.height) {
                let heading = heading(curve, flight.toward);
                seen.push(Seen { flight, at: (x, y), heading, down: curve.down });
            }
        }
        self.shapes(&canvas, &seen);
        let named = seen.len() <= NAMED;
        for it in seen {
            let selected = desk.state.selected == Some(Target::Flight(it.flight.id));
            if selected {
                self.ring(&canvas, it.at);
            }
            if named || selected {
                self.name(&canvas, it.flight, it.at, it.down);
            }
        }
    }

    /// Draws all messages of a kind at once: colours are set once, not for each of them.
    fn shapes(&self, canvas: &Canvas, seen: &[Seen<'_>]) {
        let Colours { accent, accent_edge, bad, strong, paper, ink, .. } = &self.colours;
        let pen = &canvas.pen;
        let is = |loads: &'static [Load]| {
            seen.iter().filter(move |it| loads.contains(&it.flight.load)).peekable()
        };
        // Where they come from.
        for (loads, colour) in [(CALLS, accent_edge), (BROKEN, bad)] {
            let mut some = is(loads);
            if some.peek().is_some() {
                pen.set_stroke_style_str(colour);
                pen.set_line_width(2.0);
                pen.begin_path();
                for Seen { at: (x, y), heading: (ux, uy), .. } in some {
                    pen.move_to(x - ux * 16.0, y - uy * 16.0);
                    pen.line_to(x - ux * 6.0, y - uy * 6.0);
                }
                pen.stroke();
            }
        }
        let forms: [(&'static [Load], Form, &String, Option<&String>); 6] = [
            (&[Load::Request], dot, accent, None),
            (&[Load::Reply], ring, paper, Some(accent)),
            (&[Load::OneWay], chevron, accent, None),
            (BROKEN, diamond, bad, None),
            (&[Load::Connect, Load::Accept], knock, strong, None),
            (&[Load::End], bar, strong, None),
        ];
        for (loads, form, fill, edge) in forms {
            let mut some = is(loads);
            if some.peek().is_none() {
                continue;
            }
            pen.begin_path();
            some.for_each(|it| form(canvas, it.at, it.heading));
            pen.set_fill_style_str(fill);
            pen.fill();
            if let Some(edge) = edge {
                pen.set_stroke_style_str(edge);
                pen.stroke();
            }
        }
        for it in seen.iter().filter(|it| it.flight.held) {
            let (x, y) = it.at;
            pen.set_fill_style_str(ink);
            pen.fill_rect(x - 3.0, y - 13.0, 2.0, 5.0);
            pen.fill_rect(x + 1.0, y - 13.0, 2.0, 5.0);
        }
    }

    fn refresh(&mut self) {
        if self.age == 0 {
            self.colours = Colours::now();
            let query = web_sys::window()
                .and_then(|window| window.match_media("(prefers-reduced-motion: reduce)").ok()?);
            self.still = query.is_some_and(|query| query.matches());
        }
        self.age = (self.age + 1) % FRESH;
    }

    fn ring(&self, canvas: &Canvas, (x, y): (f64, f64)) {
        canvas.pen.set_stroke_style_str(&self.colours.accent);
        canvas.pen.set_line_width(1.5);
        canvas.circle(x, y, 10.0);
        canvas.pen.stroke();
    }

    fn name(&mut self, canvas: &Canvas, flight: &Flight, (x, y): (f64, f64), down: bool) {
        let action = short_action(&flight.action);
        let words = match flight.load {
            Load::Request | Load::OneWay => action.to_owned(),
            Load::Reply => format!("{} reply", action.trim_end_matches("Response")),
            Load::Fault => format!("{action} fault"),
            other => other.name().to_owned(),
        };
        canvas
            .pen
            .set_font("11px \"Segoe UI\", Roboto, \"Liberation Sans\", system-ui, sans-serif");
        canvas.pen.set_fill_style_str(&self.colours.soft);
        canvas.pen.set_text_align(if down { "left" } else { "center" });
        let wide = f64::from(width(&words, 11.0));
        let places = if down {
            [(x + 10.0, y + 4.0), (x + 10.0, y + 16.0)]
        } else {
            [(x, y - 10.0), (x, y + 18.0)]
        };
        let free = |(x, y): &(f64, f64)| {
            !self.names.iter().any(|(other, line, room)| {
                (line - y).abs() < 12.0 && (other - x).abs() < (room + wide) / 2.0 + 4.0
            })
        };
        // Two names on top of each other cannot be read: one of them goes.
        if let Some((x, y)) = places.into_iter().find(free) {
            _ = canvas.pen.fill_text(&words, x, y);
            self.names.push((x, y, wide));
        }
    }
}

/// A message with the place where it is seen.
struct Seen<'a> {
    flight: &'a Flight,
    at: (f64, f64),
    heading: (f64, f64),
    down: bool,
}

const CALLS: &[Load] = &[Load::Request, Load::Reply, Load::OneWay, Load::Connect, Load::Accept];
const BROKEN: &[Load] = &[Load::Fault, Load::Break];

/// Adds a shape to the path.
type Form = fn(&Canvas, (f64, f64), (f64, f64));

fn dot(canvas: &Canvas, at: (f64, f64), _: (f64, f64)) {
    round(canvas, at, 5.0);
}

fn ring(canvas: &Canvas, at: (f64, f64), _: (f64, f64)) {
    round(canvas, at, 4.5);
}

fn knock(canvas: &Canvas, at: (f64, f64), _: (f64, f64)) {
    round(canvas, at, 2.5);
}

fn round(canvas: &Canvas, (x, y): (f64, f64), radius: f64) {
    canvas.pen.move_to(x + radius, y);
    _ = canvas.pen.arc(x, y, radius, 0.0, std::f64::consts::TAU);
}

fn chevron(canvas: &Canvas, (x, y): (f64, f64), (ux, uy): (f64, f64)) {
    let corners = [(-4.0, 5.0), (1.5, 5.0), (6.0, 0.0), (1.5, -5.0), (-4.0, -5.0), (-0.5, 0.0)];
    let turned = corners.map(|(on, aside)| (x + ux * on - uy * aside, y + uy * on + ux * aside));
    outline(canvas, &turned);
}

fn diamond(canvas: &Canvas, (x, y): (f64, f64), _: (f64, f64)) {
    outline(canvas, &[(x - 6.0, y), (x, y - 6.0), (x + 6.0, y), (x, y + 6.0)]);
}

/// The end of a half of a session: a bar across its way.
fn bar(canvas: &Canvas, (x, y): (f64, f64), (ux, uy): (f64, f64)) {
    let corners = [(-1.0, 5.0), (1.0, 5.0), (1.0, -5.0), (-1.0, -5.0)];
    let turned = corners.map(|(on, aside)| (x + ux * on - uy * aside, y + uy * on + ux * aside));
    outline(canvas, &turned);
}

fn outline(canvas: &Canvas, points: &[(f64, f64)]) {
    for (place, (x, y)) in points.iter().enumerate() {
        if place == 0 { canvas.pen.move_to(*x, *y) } else { canvas.pen.line_to(*x, *y) }
    }
    canvas.pen.close_path();
}

/// Where a message is: messages of one direction keep to their side of the line.
fn place(curve: &Curve, toward: Toward, part: f64) -> Point {
    let along = if toward == Toward::Host { part } else { 1.0 - part };
    curve.at(along as f32)
}

/// The direction in which it goes.
fn heading(curve: &Curve, toward: Toward) -> (f64, f64) {
    let sign = if toward == Toward::Host { 1.0 } else { -1.0 };
    if curve.down { (0.0, sign) } else { (sign, 0.0) }
}
