//! The worker: hosts for the three services.

use crate::lane::{Lane, Side};
use crate::samples::{
    CalculatorService, DuplexHelloService, Pause, Pocket, SessionCalculatorService,
};
use futures::FutureExt;
use futures::future::join_all;
use sessionful::codec::Json;
use sessionful::drive::{HostBuilder, HostHandle};
use sessionful::{Context, Failure, Service};
use sessionful_web::control::Switchboard;
use sessionful_web::events::{Feed, Tap};
use sessionful_web::habitat::{BrowserClock, spawn};
use sessionful_web::panic;
use std::rc::Rc;
use std::time::Duration;
use web_sys::MessagePort;

/// How many records are kept between two batches.
const RECORDS: usize = 65_536;

/// One batch of records an animation frame: nobody sees more.
const FRAME: Duration = Duration::from_millis(16);

/// Hosts the services for the page at the other end of the port, as long as the worker lives.
pub fn host(control: MessagePort) {
    let board = Switchboard::new(control);
    let last_words = board.clone();
    panic::tell(move |message| last_words.tell_panic(message));
    let feed = Feed::new(RECORDS);
    let hosts: Vec<_> = Lane::ALL.into_iter().map(|lane| start(lane, &board, &feed)).collect();
    let ready = board.clone();
    spawn(async move {
        let opened = join_all(hosts.iter().map(HostHandle::open)).await;
        match opened.into_iter().find_map(Result::err) {
            Some(error) => ready.tell_panic(&error.to_string()),
            None => ready.tell_ready(),
        }
    });
    spawn(async move {
        loop {
            board.tell_records(&feed.next(FRAME).await);
        }
    });
}

fn start(lane: Lane, board: &Switchboard, feed: &Feed) -> HostHandle<BrowserClock, Tap> {
    let provider = move |_: Option<&Context>| Ok::<_, Failure>(object(lane));
    let (handle, driver) = HostBuilder::new()
        .endpoint(lane.endpoint())
        .behavior(lane.behavior())
        .instances(provider)
        .watch(feed.watch(lane.node(Side::Host)))
        .build(BrowserClock, board.acceptor(), Json::default());
    spawn(driver);
    handle
}

fn object(lane: Lane) -> Rc<dyn Service> {
    match lane {
        Lane::Calculator => Rc::new(CalculatorService::new(pocket(350))),
        Lane::SessionCalculator => Rc::new(SessionCalculatorService::new(pocket(400))),
        Lane::DuplexHello => Rc::new(DuplexHelloService::new(pocket(900))),
    }
}

/// An object that takes long enough to be seen at work.
fn pocket(millis: u64) -> Pocket {
    let pause: Pause =
        Rc::new(move || BrowserClock.sleep(Duration::from_millis(millis)).boxed_local());
    Pocket::new(pause)
}
