//! Making the proxies, and finding out whether anybody is there.

use super::way::{AnyConnector, Worker};
use super::{Engine, Inner, Proxy, Told, Where};
use crate::lane::{Lane, Side};
use crate::samples::{HelloCallback, HelloCallbackService};
use sessionful::codec::Json;
use sessionful::drive::{Clock, ProxyBuilder};
use sessionful::{Context, Limits, ProxyError};
use sessionful_web::control::PortConnector;
use sessionful_web::events::Feed;
use sessionful_web::habitat::{BrowserClock, spawn};
use sessionful_web::network::NetworkConnector;
use std::cell::Cell;
use std::rc::{Rc, Weak};
use std::time::Duration;
use wasm_bindgen::JsValue;

/// How many records are kept while nobody looks; a hidden tab looks rarely.
const RECORDS: usize = 65_536;

/// How long the other end may take to be there.
const START: Duration = Duration::from_secs(30);

impl Engine {
    /// Starts it; what happens is told by [`Engine::take`].
    pub(in crate::live) fn start(at: Where) -> Result<Engine, String> {
        let mut failed = None;
        let inner = Rc::new_cyclic(|weak| {
            let made = Inner::make(&at, weak);
            made.unwrap_or_else(|(inner, why)| {
                failed = Some(why);
                *inner
            })
        });
        if let Some(why) = failed {
            return Err(why);
        }
        inner.supervise();
        Ok(Engine(inner))
    }
}

impl Inner {
    /// All of it, or what there is of it and why that is not all.
    fn make(at: &Where, weak: &Weak<Inner>) -> Result<Inner, (Box<Inner>, String)> {
        let feed = Feed::new(RECORDS);
        let (worker, connector, mut failed) = match at {
            Where::Here => match Worker::start() {
                Ok((worker, port)) => {
                    let hears = weak.clone();
                    let connector = PortConnector::new(port, move |news| {
                        if let Some(inner) = hears.upgrade() {
                            inner.hear(news);
                        }
                    });
                    (Some(worker), AnyConnector::Port(connector), None)
                }
                Err(why) => (None, network(""), Some(text(&why))),
            },
            Where::There(address) => match is_address(address) {
                true => (None, network(address), None),
                false => (None, network(""), Some(NO_ADDRESS.into())),
            },
        };
        let proxy = |lane| proxy(lane, &connector, &feed, weak);
        let made: Result<Vec<_>, _> = Lane::ALL.into_iter().map(proxy).collect();
        let proxies = made.unwrap_or_else(|error| {
            failed = Some(error.to_string());
            Vec::new()
        });
        let inner = Inner {
            told: Default::default(),
            feed: feed.clone(),
            lost: Default::default(),
            worker,
            connector,
            proxies,
            is_ready: Cell::default(),
            is_over: Cell::default(),
            is_playing: Cell::new(true),
            behind: Cell::default(),
            missing: Cell::default(),
            taken: Default::default(),
        };
        match failed {
            Some(why) => Err((Box::new(inner), why)),
            None => Ok(inner),
        }
    }

    /// Watches over the other end.
    fn supervise(self: &Rc<Inner>) {
        let Some(worker) = &self.worker else {
            // A host of the network says nothing by itself: proxies find out when they open.
            return self.ready();
        };
        let weak = Rc::downgrade(self);
        worker.on_failure(move |message| {
            if let Some(inner) = weak.upgrade() {
                inner.lose(message);
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

const NO_ADDRESS: &str = "that is no address: begin with http:// or https://, without a path";

fn is_address(address: &str) -> bool {
    let rest = address.strip_prefix("http://").or_else(|| address.strip_prefix("https://"));
    let rest = rest.map(|rest| rest.trim_end_matches('/'));
    rest.is_some_and(|rest| !rest.is_empty() && !rest.contains(['/', '?', '#', ' ', '@']))
}

fn network(address: &str) -> AnyConnector {
    AnyConnector::Network(NetworkConnector::new(address, Limits::default()))
}

fn text(why: &JsValue) -> String {
    why.as_string().unwrap_or_else(|| format!("the browser gives no worker: {why:?}"))
}

fn proxy(
    lane: Lane,
    connector: &AnyConnector,
    feed: &Feed,
    engine: &Weak<Inner>,
) -> Result<Proxy, ProxyError> {
    let node = lane.node(Side::Proxy);
    let builder = ProxyBuilder::new(lane.endpoint()).watch(feed.watch(node));
    let connector = connector.group(node.0);
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
        let node = Lane::DuplexHello.node(Side::Proxy);
        inner.tell(Told::Ended(BrowserClock.now(), node, "reply, called back".into(), Ok(text)));
    }
}
