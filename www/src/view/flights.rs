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
        let flights: Vec<&Flight> = desk.run().flights().collect();
        let named = flights.len() <= NAMED;
        self.names.clear();
        for flight in flights {
            let Some(curve) = desk.scene.wires.get(&(flight.proxy, flight.channel)) else {
                continue;
            };
            let progress = flight.progress(now);
            let part = if self.still { (progress * STEPS).round() / STEPS } else { progress };
            let at = place(curve, flight.toward, part);
            let spot = (f64::from(at.x) - f64::from(left), f64::from(at.y) - f64::from(top));
            if spot.0 < -20.0
                || spot.1 < -20.0
                || spot.0 > canvas.width + 20.0
                || spot.1 > canvas.height + 20.0
            {
                continue;
            }
            let heading = heading(curve, flight.toward);
            self.shape(&canvas, flight, spot, heading);
            let selected = desk.state.selected == Some(Target::Flight(flight.id));
            if selected {
                self.ring(&canvas, spot);
            }
            if named || selected {
                self.name(&canvas, flight, spot, curve.down);
            }
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

    fn shape(&self, canvas: &Canvas, flight: &Flight, (x, y): (f64, f64), (ux, uy): (f64, f64)) {
        let Colours { accent, accent_edge, bad, strong, paper, .. } = &self.colours;
        let pen = &canvas.pen;
        let fault = matches!(flight.load, Load::Fault | Load::Break);
        let colour = if fault { bad } else { accent };
        // Where it comes from.
        pen.set_stroke_style_str(if fault { bad } else { accent_edge });
        pen.set_line_width(2.0);
        canvas.line((x - ux * 16.0, y - uy * 16.0), (x - ux * 6.0, y - uy * 6.0));
        pen.set_fill_style_str(colour);
        pen.set_stroke_style_str(colour);
        match flight.load {
            Load::Request => {
                canvas.circle(x, y, 5.0);
                pen.fill();
            }
            Load::Reply => {
                canvas.circle(x, y, 4.5);
                pen.set_fill_style_str(paper);
                pen.fill();
                pen.stroke();
            }
            Load::OneWay => {
                let (px, py) = (-uy, ux);
                let point = |ahead: f64, aside: f64| {
                    (x + ux * ahead + px * aside, y + uy * ahead + py * aside)
                };
                canvas.polygon(&[
                    point(-4.0, 5.0),
                    point(1.5, 5.0),
                    point(6.0, 0.0),
                    point(1.5, -5.0),
                    point(-4.0, -5.0),
                    point(-0.5, 0.0),
                ]);
            }
            Load::Fault | Load::Break => {
                canvas.polygon(&[(x - 6.0, y), (x, y - 6.0), (x + 6.0, y), (x, y + 6.0)]);
            }
            Load::Connect | Load::Accept => {
                pen.set_fill_style_str(strong);
                canvas.circle(x, y, 2.5);
                pen.fill();
            }
            Load::End => {
                pen.set_stroke_style_str(strong);
                canvas.line((x - uy * 5.0, y + ux * 5.0), (x + uy * 5.0, y - ux * 5.0));
            }
        }
        if flight.held {
            pen.set_fill_style_str(&self.colours.ink);
            pen.fill_rect(x - 3.0, y - 13.0, 2.0, 5.0);
            pen.fill_rect(x + 1.0, y - 13.0, 2.0, 5.0);
        }
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
