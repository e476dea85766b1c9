//! Starting a worker and making proxies for its services.

use super::{Engine, Inner, Proxy, START, TICK, Tell};
use crate::lane::{Lane, Side};
use crate::samples::{HelloCallback, HelloCallbackService};
use crate::state::{Change, Outcome};
use js_sys::Array;
use sessionful::codec::Json;
use sessionful::drive::ProxyBuilder;
use sessionful::{Context, ProxyError};
use sessionful_web::control::PortConnector;
use sessionful_web::events::Feed;
use sessionful_web::habitat::{BrowserClock, spawn};
use std::cell::Cell;
use std::rc::{Rc, Weak};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{ErrorEvent, MessageChannel, Worker, WorkerOptions, WorkerType};

/// How many records are kept between two ticks; a hidden tab ticks once a minute.
const RECORDS: usize = 65_536;

impl Engine {
    /// Starts a worker; what happens is told.
    ///
    /// # Errors
    ///
    /// The browser gives no worker or no port.
    pub fn start(tell: Tell, is_playing: bool) -> Result<Engine, JsValue> {
        let worker = worker()?;
        let channel = MessageChannel::new()?;
        let moved = Array::of1(&channel.port2());
        worker.post_message_with_transfer(&JsValue::NULL, &moved)?;
        let feed = Feed::new(RECORDS);
        let mut failed = None;
        let inner = Rc::new_cyclic(|weak: &Weak<Inner>| {
            let hears = weak.clone();
            let connector = PortConnector::new(channel.port1(), move |news| {
                if let Some(inner) = hears.upgrade() {
                    inner.hear(news);
                }
            });
            let proxy = |lane| proxy(lane, &connector, &feed, weak);
            let made: Result<Vec<_>, _> = Lane::ALL.into_iter().map(proxy).collect();
            let proxies = made.map_err(|error| failed = Some(error)).unwrap_or_default();
            Inner {
                tell,
                feed: feed.clone(),
                worker,
                connector,
                proxies,
                is_ready: Cell::default(),
                is_over: Cell::default(),
                is_playing: Cell::new(is_playing),
                behind: Cell::default(),
                missing: Cell::default(),
                counter: Cell::default(),
                taken: Default::default(),
            }
        });
        if let Some(error) = failed {
            return Err(error.to_string().into());
        }
        inner.supervise();
        Ok(Engine(inner))
    }
}

/// One more instance of this very program, in a thread of its own.
fn worker() -> Result<Worker, JsValue> {
    let options = WorkerOptions::new();
    options.set_type(WorkerType::Module);
    options.set_name("host");
    Worker::new_with_options("js/worker.js", &options)
}

fn proxy(
    lane: Lane,
    connector: &PortConnector,
    feed: &Feed,
    engine: &Weak<Inner>,
) -> Result<Proxy, ProxyError> {
    let group = lane.node(Side::Proxy);
    let builder = ProxyBuilder::new(lane.endpoint()).watch(feed.watch(group));
    let connector = connector.group(group.0);
    if lane == Lane::DuplexHello {
        let ear = HelloCallbackService::new(Ear(engine.clone()));
        let builder = builder.callback(Rc::new(ear));
        let (proxy, driver) = builder.build(BrowserClock, connector, Json::default())?;
        spawn(driver);
        return Ok(proxy);
    }
    let (proxy, driver) = builder.build(BrowserClock, connector, Json::default())?;
    spawn(driver);
    Ok(proxy)
}

/// Hears what the service calls back.
struct Ear(Weak<Inner>);

impl HelloCallback for Ear {
    async fn reply(&self, _: &Context, text: String) {
        let Some(inner) = self.0.upgrade() else { return };
        let number = inner.number();
        let asked = "reply, called back".into();
        let outcome = Outcome { number, asked, by_hand: false, took: None, result: Ok(text) };
        (inner.tell)(Change::Ended(Lane::DuplexHello, outcome));
    }
}

impl Inner {
    /// Watches over the worker and takes records in, as long as the page wants.
    fn supervise(self: &Rc<Inner>) {
        let weak = Rc::downgrade(self);
        let failed = Closure::<dyn FnMut(ErrorEvent)>::new(move |event: ErrorEvent| {
            // It is told in the page; the console need not repeat it.
            event.prevent_default();
            if let Some(inner) = weak.upgrade() {
                let message = event.message();
                let known = !message.is_empty();
                inner.lose(if known { &message } else { "it could not be loaded" });
            }
        });
        self.worker.set_onerror(Some(failed.as_ref().unchecked_ref()));
        failed.forget(); // it goes with the worker
        let weak = Rc::downgrade(self);
        spawn(async move {
            // The last records of a lost worker's calls are worth seeing as well.
            while let Some(inner) = weak.upgrade() {
                inner.tick();
                drop(inner);
                BrowserClock.sleep(TICK).await;
            }
        });
        let weak = Rc::downgrade(self);
        spawn(async move {
            BrowserClock.sleep(START).await;
            if let Some(inner) = weak.upgrade().filter(|inner| !inner.is_ready.get()) {
                inner.lose("it did not start");
            }
        });
    }
}
