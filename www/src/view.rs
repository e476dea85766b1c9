//! The state as HTML.

mod bar;
mod channels;
mod controls;
mod host;
mod journal;
mod row;
mod theme;

use crate::engine::{Command, Engine};
use crate::lane::Lane;
use crate::state::{Change, State, Worker};
use journal::Place;
use sessionful_web::panic;
use std::rc::Rc;
use theme::Theme;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, KeyboardEvent};
use yew::{Callback, Component, Context, Html, NodeRef, Renderer, html};

/// Shows the playground in the element `app` of the page.
pub fn show() {
    panic::tell(|message| {
        // Nothing of ours works any more; the page itself shows this.
        if let Some(page) = document().and_then(|document| document.document_element()) {
            _ = page.set_attribute("data-broken", message);
        }
    });
    let place = document().and_then(|document| document.get_element_by_id("app"));
    if let Some(place) = place {
        Renderer::<App>::with_root(place).render();
    }
}

pub(crate) fn document() -> Option<web_sys::Document> {
    web_sys::window()?.document()
}

/// What happens in the page.
enum Message {
    Change(Change),
    Obey(Command),
    Restart,
    Theme,
    /// The space bar, where it means nothing else.
    Space,
    Scroll,
    /// Back to the newest record.
    Newest,
}

struct App {
    state: State,
    engine: Option<Engine>,
    theme: Theme,
    place: Place,
    rows: NodeRef,
    _keys: Option<Closure<dyn FnMut(KeyboardEvent)>>,
}

impl App {
    fn start(&mut self, context: &Context<App>) {
        let link = context.link().clone();
        let tell = Rc::new(move |change| link.send_message(Message::Change(change)));
        // The old one first: it ends its worker.
        self.engine = None;
        match Engine::start(tell, self.state.demo) {
            Ok(engine) => self.engine = Some(engine),
            Err(error) => {
                let reason = error.as_string().unwrap_or_else(|| "no worker was given".into());
                self.state.apply(Change::Lost(reason));
            }
        }
    }
}

impl Component for App {
    type Message = Message;
    type Properties = ();

    fn create(context: &Context<App>) -> App {
        let mut app = App {
            state: State::default(),
            engine: None,
            theme: Theme::stored(),
            place: Place::default(),
            rows: NodeRef::default(),
            _keys: listen(context.link().callback(|()| Message::Space)),
        };
        app.start(context);
        app
    }

    fn update(&mut self, context: &Context<App>, message: Message) -> bool {
        match message {
            Message::Change(change) => {
                if matches!(change, Change::Filter(_)) {
                    self.newest();
                }
                return self.state.apply(change);
            }
            Message::Obey(command) => {
                if let Some(engine) = &self.engine {
                    engine.obey(command);
                }
                return false;
            }
            Message::Space => {
                let demo = Message::Obey(Command::Demo(!self.state.demo));
                return self.update(context, demo);
            }
            Message::Restart => {
                self.state.apply(Change::Restarted);
                self.newest();
                self.start(context);
            }
            Message::Theme => self.theme = self.theme.next(),
            Message::Scroll => return self.scroll(),
            Message::Newest => self.newest(),
        }
        true
    }

    fn view(&self, context: &Context<App>) -> Html {
        let link = context.link();
        let obey = link.callback(Message::Obey);
        let lanes = Lane::ALL.iter().map(|lane| row::view(&self.state, *lane, &obey));
        html! {
            <>
                { bar::view(&self.state, self.theme, &obey, link.callback(|()| Message::Theme)) }
                { lost(&self.state, link.callback(|_| Message::Restart)) }
                <main class="stage" aria-label="Conversations">
                    { row::heads() }
                    { for lanes }
                </main>
                { journal::view(&self.state.log, self.place, &self.rows, link) }
                <p class="unseen" role="status" aria-live="polite">{ &self.state.said }</p>
            </>
        }
    }

    fn rendered(&mut self, _: &Context<App>, first: bool) {
        journal::fit(&self.rows, self.place.total(&self.state.log), self.place);
        if first && let Some(page) = document().and_then(|document| document.document_element()) {
            _ = page.set_attribute("data-ready", "");
        }
    }
}

impl App {
    fn scroll(&mut self) -> bool {
        let Some(rows) = self.rows.cast::<Element>() else { return false };
        self.place.scrolled(rows.scroll_top(), rows.client_height(), &self.state.log)
    }

    fn newest(&mut self) {
        self.place = self.place.newest();
        if let Some(rows) = self.rows.cast::<Element>() {
            rows.set_scroll_top(0);
        }
    }
}

fn lost(state: &State, restart: Callback<web_sys::MouseEvent>) -> Html {
    let Worker::Lost(reason) = &state.worker else { return Html::default() };
    html! {
        <div class="lost" role="alert">
            <p>
                <strong>{ "The worker with the services is gone. " }</strong>
                { format!("Reason: {reason}. ") }
                { "Calls in progress were ended. Nothing else on this page is harmed: start \
                   the worker again, and new proxies will be opened." }
            </p>
            <button class="primary" onclick={restart}>{ "Start the worker again" }</button>
        </div>
    }
}

/// Hears the space bar where it is not somebody else's.
fn listen(space: Callback<()>) -> Option<Closure<dyn FnMut(KeyboardEvent)>> {
    let keys = Closure::new(move |event: KeyboardEvent| {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let busy = target.is_some_and(|target| {
            let name = target.tag_name();
            ["INPUT", "SELECT", "TEXTAREA", "BUTTON", "A"].contains(&name.as_str())
        });
        let plain = !(event.ctrl_key() || event.alt_key() || event.meta_key() || event.repeat());
        if event.key() == " " && plain && !busy {
            event.prevent_default();
            space.emit(());
        }
    });
    let callback = keys.as_ref().unchecked_ref();
    document()?.add_event_listener_with_callback("keydown", callback).ok()?;
    Some(keys)
}
