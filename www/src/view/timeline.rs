//! The timeline: lanes with bars on a canvas, a minimap above them, the cursor across.

mod bars;
mod draw;

use super::paint::Colours;
use super::{App, Message};
use crate::run::Target;
use crate::state::{Desk, Order, TrackOrder};
use crate::timeline::{BarKey, Scale};
use sessionful::Timestamp;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent, PointerEvent, WheelEvent};
use yew::html::Scope;
use yew::{Callback, Html, NodeRef, html};

/// The room of the names at the left, the minimap and the ruler at the top, in pixels.
pub(super) const NAMES: f64 = 132.0;
const MAP: f64 = 26.0;
const RULER: f64 = 20.0;

/// What the pointer does on the timeline.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Pointer {
    /// It was pressed there.
    Down(f64, f64),
    /// It is there; pressed or not.
    Move(f64, f64, bool),
    /// It has left.
    Leave,
    /// The wheel was turned there: right, down, and whether to zoom.
    Wheel(f64, f64, f64, bool),
}

/// What is kept from frame to frame.
#[derive(Default)]
pub(super) struct Timeline {
    colours: Colours,
    age: u32,
    /// What was drawn last, to be found by the pointer.
    bars: Vec<bars::Drawn>,
    scale: Option<Scale>,
    /// How wide and high the canvas is.
    room: (f64, f64),
    hover: Option<(BarKey, f64, f64)>,
    /// What is being dragged.
    grip: Grip,
}

/// Where the pointer was pressed, which tells what dragging it means.
#[derive(Clone, Copy, Default)]
enum Grip {
    /// Where time is: the cursor goes along.
    #[default]
    Time,
    /// On the minimap: the window goes along.
    Map,
    /// On the names, and now at that height: the lanes scroll.
    Names(f64),
    /// On a bar, there: it is selected, and the cursor stays unless the pointer is really moved.
    Bar(f64, f64),
}

/// A pointer that moved no farther only trembled.
const TREMBLE: f64 = 4.0;

/// How far a key scrolls the lanes, in pixels.
const STEP: f64 = 48.0;

/// The canvas, with the name and the keys of a slider.
pub(super) fn view(desk: &Desk, canvas: &NodeRef, link: &Scope<App>) -> Html {
    let run = desk.run();
    let millis = |at: Timestamp| (at.0 / 1000).to_string();
    let text = format!("{} seconds, record {}", super::words::time(run.now()), run.cursor().seq);
    html! {
        <canvas class="lanes" ref={canvas.clone()} tabindex="0" role="slider" aria-label="Time" aria-orientation="horizontal"
            aria-valuemin="0" aria-valuemax={millis(run.head().at)} aria-valuenow={millis(run.now())} aria-valuetext={text}
            onkeydown={keys(desk, link)}
            onpointerdown={pointer(link, |event, x, y| {
                capture(event);
                Pointer::Down(x, y)
            })}
            onpointermove={pointer(link, |event, x, y| Pointer::Move(x, y, event.buttons() & 1 == 1))}
            onpointerleave={link.callback(|_: PointerEvent| Message::Pointer(Pointer::Leave))}
            onwheel={link.callback(|event: WheelEvent| {
                event.prevent_default();
                let zoom = event.ctrl_key() || event.meta_key();
                Message::Pointer(Pointer::Wheel(f64::from(event.offset_x()), event.delta_x(), event.delta_y(), zoom))
            })}/>
    }
}

fn pointer(
    link: &Scope<App>,
    what: fn(&PointerEvent, f64, f64) -> Pointer,
) -> Callback<PointerEvent> {
    link.callback(move |event: PointerEvent| {
        let (x, y) = (f64::from(event.offset_x()), f64::from(event.offset_y()));
        Message::Pointer(what(&event, x, y))
    })
}

/// What is dragged stays dragged outside of the canvas.
fn capture(event: &PointerEvent) {
    if let Some(target) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) {
        _ = target.set_pointer_capture(event.pointer_id());
        _ = target.unchecked_into::<HtmlElement>().focus();
    }
}

fn keys(desk: &Desk, link: &Scope<App>) -> Callback<KeyboardEvent> {
    use crate::run::Stride;
    let now = desk.run().now();
    let span = desk.track.span;
    let link = link.clone();
    let scroll = |down: f64| Message::Pointer(Pointer::Wheel(NAMES, 0.0, down, false));
    Callback::from(move |event: KeyboardEvent| {
        let page = u64::try_from(span.as_micros()).unwrap_or(u64::MAX) / 4;
        let wanted = match event.key().as_str() {
            "ArrowUp" if event.shift_key() => return answer(&event, &link, scroll(-STEP)),
            "ArrowDown" if event.shift_key() => return answer(&event, &link, scroll(STEP)),
            "ArrowRight" => Order::On(Stride::Record),
            "ArrowLeft" => Order::Back(Stride::Record),
            "PageUp" => Order::Seek(Timestamp(now.0.saturating_add(page))),
            "PageDown" => Order::Seek(Timestamp(now.0.saturating_sub(page))),
            "Home" => Order::Seek(Timestamp::ZERO),
            "End" => Order::Newest,
            "ArrowUp" => Order::Track(TrackOrder::Near),
            "ArrowDown" => Order::Track(TrackOrder::Far),
            _ => return,
        };
        answer(&event, &link, Message::Order(wanted));
    })
}

/// Does what a key means here, and nothing else.
fn answer(event: &KeyboardEvent, link: &Scope<App>, message: Message) {
    event.prevent_default();
    link.send_message(message);
}

impl Timeline {
    /// What the pointer's doing asks for.
    pub(super) fn point(&mut self, pointer: Pointer, desk: &mut Desk) -> Option<Order> {
        match pointer {
            Pointer::Down(x, y) => {
                let bar = self.bar_at(x, y);
                self.grip = match bar {
                    _ if y < MAP => Grip::Map,
                    _ if x < NAMES => Grip::Names(y),
                    Some(_) => Grip::Bar(x, y),
                    None => Grip::Time,
                };
                if let (Grip::Bar(..), Some(key)) = (self.grip, bar) {
                    return Some(Order::Select(Some(target(key))));
                }
                self.drag(x, y, desk)
            }
            Pointer::Move(x, y, true) => {
                self.hover = None;
                self.drag(x, y, desk)
            }
            Pointer::Move(x, y, false) => {
                self.hover = self.bar_at(x, y).map(|key| (key, x, y));
                None
            }
            Pointer::Leave => {
                self.hover = None;
                None
            }
            Pointer::Wheel(x, right, down, zoom) => {
                self.wheel(x, right, down, zoom, desk);
                None
            }
        }
    }

    fn drag(&mut self, x: f64, y: f64, desk: &mut Desk) -> Option<Order> {
        let part = (x - NAMES) / (self.room.0 - NAMES).max(1.0);
        match self.grip {
            Grip::Map => {
                let whole = desk.run().head().at.0 as f64;
                desk.track.show(Timestamp((part.clamp(0.0, 1.0) * whole) as u64));
                return None;
            }
            Grip::Names(before) => {
                self.grip = Grip::Names(y);
                self.scroll(before - y, desk);
                return None;
            }
            Grip::Bar(from, at) if (x - from).hypot(y - at) <= TREMBLE => return None,
            Grip::Bar(..) | Grip::Time => self.grip = Grip::Time,
        }
        let is_time = x >= NAMES && y >= MAP;
        let at = self.scale.as_ref()?.at(part);
        is_time.then_some(Order::Seek(at))
    }

    fn wheel(&mut self, x: f64, right: f64, down: f64, zoom: bool, desk: &mut Desk) {
        let wide = (self.room.0 - NAMES).max(1.0);
        if zoom {
            let around = self.scale.as_ref().map(|scale| scale.at((x - NAMES) / wide));
            let now = desk.run().now();
            desk.track.zoom((down * 0.004).exp(), around.unwrap_or(now), now);
        } else if right.abs() > down.abs() {
            let now = desk.run().now();
            desk.track.pan(right / wide, now);
        } else {
            self.scroll(down, desk);
        }
    }

    fn scroll(&self, down: f64, desk: &mut Desk) {
        let (_, high) = crate::state::lanes(desk.source_run());
        desk.track.scroll(down, high, self.room.1 - MAP - RULER);
    }

    fn bar_at(&self, x: f64, y: f64) -> Option<BarKey> {
        let found = self.bars.iter().rev().find(|bar| bar.has(x, y));
        found.map(|bar| bar.key)
    }
}

/// What a bar is about.
fn target(key: BarKey) -> Target {
    match key {
        BarKey::Call(node, call) => Target::Call(node, call),
        BarKey::Dispatch(node, dispatch) => Target::Dispatch(node, dispatch),
    }
}

/// The bar of what is selected, if it has one.
fn bar_of(target: Target) -> Option<BarKey> {
    match target {
        Target::Call(node, call) => Some(BarKey::Call(node, call)),
        Target::Dispatch(node, dispatch) => Some(BarKey::Dispatch(node, dispatch)),
        _ => None,
    }
}
