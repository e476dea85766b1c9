//! The page: the desk as HTML, and what the visitor does as orders.
//!
//! Components show and pass on; what anything means is decided in [`state`](crate::state) and
//! below. Two things are drawn without the virtual DOM, on canvases, because they move with every
//! frame: messages on the stage and the timeline.

mod caption;
mod chart;
mod clock;
mod code;
mod config;
mod copy;
mod flights;
mod glyph;
mod inspector;
mod keyboard;
mod log;
mod matrix;
mod measure;
mod node;
mod notice;
mod paint;
mod phone;
mod rest;
mod sheet;
mod stage;
mod table;
mod theme;
mod timeline;
mod top;
mod transport;
mod words;

use crate::scene::{Flow, Room};
use crate::state::{Desk, Order, Palette, View, direction_of};
use clock::Clock;
use flights::Flights;
use keyboard::{Heard, Keyboard, address};
use rest::{Later, Pass, Rest};
use sessionful_web::panic;
use std::rc::Rc;
use std::time::Duration;
use theme::Theme;
use timeline::{Pointer, Timeline};
use web_sys::{Element, HtmlElement};
use yew::html::Scope;
use yew::{Callback, Component, Context, Html, NodeRef, Renderer, html};

/// Below that many pixels the columns of the stage run from top to bottom.
const NARROW: i32 = 732;

/// Shows the playground in the element `app` of the page.
pub fn show() {
    let place = document().and_then(|document| document.get_element_by_id("app"));
    if let Some(place) = place {
        Renderer::<App>::with_root(place).render();
    }
    // After Yew has had its way: it tells the console only.
    panic::tell(|message| {
        // Nothing of ours works any more; the page itself shows this.
        if let Some(page) = root() {
            _ = page.set_attribute("data-broken", message);
        }
    });
}

pub(crate) fn document() -> Option<web_sys::Document> {
    web_sys::window()?.document()
}

fn root() -> Option<Element> {
    document()?.document_element()
}

/// What happens in the page.
pub(crate) enum Message {
    /// The visitor wants something.
    Order(Order),
    /// A key was pressed that may mean something to the whole page.
    Key(String, bool),
    /// A frame is due, so many milliseconds after the last.
    Frame(f64),
    /// Something was typed into the palette.
    Typed(String),
    /// Another entry of the palette: the one below, or the one above.
    Moved(bool, usize),
    /// Something was done to the timeline.
    Pointer(Pointer),
    /// The log was scrolled.
    Scroll,
    /// Back to the newest record.
    Newest,
    /// What the log shows, to the clipboard.
    Copy,
    /// A text, to the clipboard.
    CopyText(String),
    /// Whether that went well.
    Copied(bool),
    /// What is typed and chosen in a sheet is this.
    Fill(Palette),
    /// Somebody reaches for the page, and will do something next.
    Reach,
    /// The rest of the program is there, or could not be loaded.
    Rest(Option<&'static Rest>),
}

pub(crate) struct App {
    desk: Desk,
    later: Later,
    theme: Theme,
    palette: Palette,
    place: log::Place,
    /// The cursor was moved: the log must show where it is.
    moved: bool,
    /// What had the focus before a sheet was opened.
    back: Option<Element>,
    refs: Refs,
    flights: Flights,
    timeline: Timeline,
    clock: Option<Clock>,
    _keyboard: Option<Keyboard>,
    _address: Option<Heard>,
    _reach: Option<Heard>,
}

/// The elements that are reached directly.
#[derive(Clone, Default)]
struct Refs {
    scroller: NodeRef,
    flights: NodeRef,
    time: NodeRef,
    lanes: NodeRef,
    rows: NodeRef,
}

impl Component for App {
    type Message = Message;
    type Properties = ();

    fn create(context: &Context<App>) -> App {
        let frames = context.link().callback(Message::Frame);
        let keys = context.link().callback(|(key, command)| Message::Key(key, command));
        let link = context.link().clone();
        let arrive = move || link.send_message(Message::Order(Order::Arrive(address().into())));
        let link = context.link().clone();
        let reach = move || link.send_message(Message::Reach);
        App {
            desk: Desk::first(),
            later: Later::with(address()),
            theme: Theme::stored(),
            palette: Palette::default(),
            place: log::Place::default(),
            moved: false,
            back: None,
            refs: Refs::default(),
            flights: Flights::default(),
            timeline: Timeline::default(),
            clock: Clock::start(frames),
            _keyboard: Keyboard::listen(keys),
            _address: Heard::listen("hashchange", arrive),
            _reach: Heard::listen("reach", reach),
        }
    }

    fn update(&mut self, context: &Context<App>, message: Message) -> bool {
        match message {
            Message::Frame(millis) => {
                // A scene was drawn and time goes by: now for a link that the page was opened by.
                if millis > 0.0 && self.desk.trouble.is_none() && self.later.has_waiting() {
                    self.later.ask(context.link());
                }
                let changed = self.frame(millis);
                if let Some(clock) = &self.clock {
                    clock.next();
                }
                changed
            }
            Message::Reach => {
                self.later.ask(context.link());
                false
            }
            Message::Rest(rest) => self.complete(rest, context.link()),
            message => match self.later.rest() {
                Some(rest) => (rest.update)(self, message, context.link()),
                None => {
                    let wanted = self.later.wait(message, context.link());
                    if wanted {
                        self.desk.trouble = None;
                    }
                    wanted
                }
            },
        }
    }

    fn view(&self, context: &Context<App>) -> Html {
        let order = context.link().callback(Message::Order);
        let state = &self.desk.state;
        html! {
            <div class="app" data-tab={state.tab.slug()} data-drawer={state.drawer.then_some("")}>
                { top::view(&self.desk, self.theme, &order) }
                <aside class="left panel" aria-label="Configuration">{ config::view(&self.desk, &order) }</aside>
                <main class="centre panel" id="centre" tabindex="-1">
                    { top::views(state.view, &order) }
                    <div class="view" role="tabpanel" aria-label={state.view.name()}>{ self.middle(context, &order) }</div>
                </main>
                { notice::view(&self.desk, self.later.is_awaited(), &order) }
                <aside class="right panel" aria-label="Inspector">
                    { inspector::view(&self.desk, &order) }
                </aside>
                <section class="bottom panel" aria-label="Timeline">
                    { transport::view(&self.desk, &self.refs.time, &order) }
                    { timeline::view(&self.desk, &self.refs.lanes, context.link()) }
                </section>
                { phone::tabs(state.tab, &order) }
                { self.later.rest().map(|rest| (rest.sheet)(&self.desk, &self.palette, context.link())) }
                <p class="unseen" role="status" aria-live="polite">{ &state.said }</p>
            </div>
        }
    }

    fn rendered(&mut self, context: &Context<App>, first: bool) {
        if first && let Some(page) = root() {
            _ = page.set_attribute("data-ready", "");
        }
        if self.fit() {
            context.link().send_message(Message::Frame(0.0));
        }
        if let Some(rest) = self.later.rest() {
            (rest.rendered)(self);
        }
    }
}

impl App {
    /// All of the program is there, unless it was lost: what was said meanwhile is heard now.
    fn complete(&mut self, rest: Option<&'static Rest>, link: &Scope<App>) -> bool {
        let waiting = self.later.came(rest);
        let Some(rest) = rest else {
            self.desk.trouble = Some(rest::UNREACHED.into());
            return true;
        };
        self.desk.scenarios = Rc::new((rest.scenarios)());
        for message in waiting {
            (rest.update)(self, message, link);
        }
        true
    }

    /// What a message means that is not a frame; whether there is something new to show.
    fn hear(&mut self, message: Message, link: &Scope<App>) -> bool {
        match message {
            Message::Order(order) => return self.obey(&order),
            Message::Key(key, command) => {
                return match crate::state::order_of(&key, command, &self.desk.state) {
                    Some(order) => self.obey(&order),
                    None => false,
                };
            }
            Message::Typed(query) => self.palette.typed(query),
            Message::Moved(down, count) => self.palette.moved(down, count),
            Message::Pointer(pointer) => {
                return match self.timeline.point(pointer, &mut self.desk) {
                    Some(order) => self.obey(&order),
                    None => false,
                };
            }
            Message::Scroll => return self.scroll(),
            Message::Newest => self.newest(),
            Message::Fill(palette) => self.palette = palette,
            Message::CopyText(text) => return copy_to(link, text),
            Message::Copy => return copy_to(link, log::json(&self.desk)),
            Message::Copied(well) => {
                let state = &mut self.desk.state;
                state.copied = Some(well);
                state.said = if well { copy::COPIED } else { copy::REFUSED }.into();
            }
            Message::Frame(_) | Message::Reach | Message::Rest(_) => {}
        }
        true
    }

    /// What is to be done once the page shows what it should.
    fn finish(&mut self) {
        log::fit(&self.refs.rows, &self.desk, self.place);
        if std::mem::take(&mut self.moved) {
            log::reveal(&self.refs.rows, &self.desk, self.place);
        }
        sheet::focus(&self.desk.state, &mut self.back);
    }

    fn obey(&mut self, order: &Order) -> bool {
        match order {
            Order::Theme => self.theme = self.theme.next(),
            Order::Sheet(sheet) => self.palette = sheet::typed(*sheet, &self.desk),
            Order::Filter(_) => self.newest(),
            _ => {}
        }
        let before = self.desk.run().cursor().seq;
        self.desk.obey(order);
        let opened = matches!(order, Order::Show(View::Log));
        self.moved = opened || self.desk.run().cursor().seq != before;
        if matches!(order, Order::Move(_)) {
            self.focus_selected();
        }
        true
    }

    fn frame(&mut self, millis: f64) -> bool {
        let span = Duration::from_secs_f64((millis / 1000.0).clamp(0.0, 1.0));
        let resized = self.fit();
        let pass = self.later.rest().map_or(Desk::pass_first as Pass, |rest| rest.pass);
        let changed = pass(&mut self.desk, span);
        self.flights.draw(&self.refs, &self.desk);
        self.timeline.draw(&self.refs.lanes, &self.desk);
        transport::tick(&self.refs.time, &self.desk);
        changed || resized
    }

    /// Gives the stage the room that there is; whether it is other room than before.
    fn fit(&mut self) -> bool {
        let Some(scroller) = self.refs.scroller.cast::<HtmlElement>() else { return false };
        let (width, height) = (scroller.offset_width(), scroller.offset_height());
        let flow = if width < NARROW { Flow::Down } else { Flow::Across };
        let room = Room { width: width as f32, height: height as f32, flow };
        width > 0 && self.desk.resize(room)
    }

    fn middle(&self, context: &Context<App>, order: &Callback<Order>) -> Html {
        match self.later.rest() {
            Some(rest) if self.desk.state.view != View::Stage => (rest.view)(self, context.link()),
            _ => html! { <>{ caption::view(&self.desk, order) }{ self.stage(order) }</> },
        }
    }

    /// The views of the middle that are not shown at first.
    fn other_view(&self, link: &Scope<App>) -> Html {
        let order = link.callback(Message::Order);
        match self.desk.state.view {
            View::Stage => Html::default(),
            View::Table => table::view(&self.desk, &order),
            View::Log => log::view(&self.desk, self.place, &self.refs.rows, link),
            View::Matrix => matrix::view(&self.desk, &order),
            View::Code => code::view(&self.desk, link),
        }
    }

    fn scroll(&mut self) -> bool {
        let Some(rows) = self.refs.rows.cast::<Element>() else { return false };
        let all = self.desk.sift.len(self.desk.run());
        self.place.scrolled(rows.scroll_top(), rows.client_height(), all)
    }

    fn newest(&mut self) {
        self.place = self.place.newest();
        if let Some(rows) = self.refs.rows.cast::<Element>() {
            rows.set_scroll_top(0);
        }
    }

    fn stage(&self, order: &Callback<Order>) -> Html {
        let on_select = order.reform(Order::Select);
        let keys = order.clone();
        let on_key = Callback::from(move |event: web_sys::KeyboardEvent| {
            if let Some(direction) = direction_of(&event.key()) {
                event.prevent_default();
                keys.emit(Order::Move(direction));
            }
        });
        html! {
            <stage::Stage scene={Rc::clone(&self.desk.scene)} selected={self.desk.state.selected}
                related={Rc::clone(&self.desk.related)} {on_select} {on_key}
                scroller={self.refs.scroller.clone()} canvas={self.refs.flights.clone()}/>
        }
    }

    fn focus_selected(&self) {
        let Some(target) = self.desk.state.selected else { return };
        let Some(scroller) = self.refs.scroller.cast::<Element>() else { return };
        let found = scroller.query_selector(&format!("[data-key=\"{}\"]", stage::key(target)));
        if let Ok(Some(node)) = found {
            use wasm_bindgen::JsCast;
            _ = node.unchecked_into::<HtmlElement>().focus();
        }
    }
}

/// Copies a text; [`Message::Copied`] tells how that went. Nothing is to be drawn before.
fn copy_to(link: &Scope<App>, text: String) -> bool {
    link.send_future(async { Message::Copied(copy::copy(text).await) });
    false
}
