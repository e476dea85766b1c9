//! Proxies and hosts over one control port, in a browser.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod kit;

use bytes::Bytes;
use futures::StreamExt;
use futures::future::{FutureExt, LocalBoxFuture, join};
use js_sys::Array;
use kit::{count_listeners, garbage, listeners, pass, ports, tuple, within};
use sessionful::codec::Json;
use sessionful::drive::{Connector, Exchange, HostBuilder, PipeError, ProxyBuilder, ProxyHandle};
use sessionful::host::Endpoint;
use sessionful::ids::OperationId;
use sessionful::{
    Binding, Caller, Context, Contract, Failure, Frame, Operation, Phase, ProxyError, Service,
    SessionMode,
};
use sessionful_web::control::{News, PortConnector, Switchboard};
use sessionful_web::habitat::{BrowserClock, draw_session, spawn};
use sessionful_web::pipe::PortPipe;
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::MessagePort;

wasm_bindgen_test_configure!(run_in_browser);

/// Answers with what it was asked; operation 1 takes its time.
struct Echo;

impl Service for Echo {
    fn call(
        self: Rc<Self>,
        _: Context,
        operation: OperationId,
        body: Bytes,
    ) -> LocalBoxFuture<'static, Result<Bytes, Failure>> {
        async move {
            if operation == OperationId(1) {
                BrowserClock.sleep(Duration::from_millis(100)).await;
            }
            Ok(body)
        }
        .boxed_local()
    }
}

fn endpoint(binding: Binding, session: SessionMode) -> Endpoint {
    let contract = Contract::new("Echo")
        .session(session)
        .operation(Operation::new("echo"))
        .operation(Operation::new("slowly"));
    let address = format!("/{}", binding.name).into();
    Endpoint { address, contract: contract.build().unwrap().into(), binding }
}

fn sessions() -> Endpoint {
    endpoint(Binding::websocket(), SessionMode::Required)
}

fn requests() -> Endpoint {
    endpoint(Binding::fetch(), SessionMode::NotAllowed)
}

/// Both ends of a control port, with a host for each kind of binding.
struct World {
    connector: PortConnector,
    news: Rc<RefCell<Vec<News>>>,
    board: Switchboard,
}

/// Hosts for both kinds of binding at one end of a control port.
async fn hosts(control: MessagePort) -> Switchboard {
    let board = Switchboard::new(control);
    for endpoint in [sessions(), requests()] {
        let (host, driver) = HostBuilder::new()
            .endpoint(endpoint)
            .instances(|_: Option<&Context>| Ok(Rc::new(Echo) as Rc<dyn Service>))
            .build(BrowserClock, board.acceptor(), Json::default());
        spawn(driver);
        within(host.open()).await.unwrap();
    }
    board
}

async fn world() -> World {
    let (near, far) = ports();
    let board = hosts(far).await;
    let news = Rc::<RefCell<Vec<News>>>::default();
    let heard = Rc::clone(&news);
    let connector = PortConnector::new(near, move |news| heard.borrow_mut().push(news));
    World { connector, news, board }
}

impl World {
    fn proxy(&self, to: Endpoint) -> ProxyHandle<BrowserClock> {
        let builder = ProxyBuilder::new(to);
        let (proxy, driver) =
            builder.build(BrowserClock, self.connector.clone(), Json::default()).unwrap();
        spawn(driver);
        proxy
    }
}

async fn echo(proxy: &ProxyHandle<BrowserClock>, body: &'static str) -> Result<Bytes, ProxyError> {
    within(proxy.call(OperationId(0), body.into())).await
}

/// `SESS-23`: names of sessions are drawn by the host, from the platform's random source.
#[wasm_bindgen_test]
async fn sessions_have_names_that_differ() {
    let names: Vec<_> = (0..32).map(|_| draw_session()).collect();
    assert!(names.iter().enumerate().all(|(i, name)| !names[..i].contains(name)));
    let world = world().await;
    let (_pipe, near) = within(world.connector.dial("/websocket")).await.unwrap();
    let (_other, far) = within(world.connector.dial("/websocket")).await.unwrap();
    assert_ne!(near, far);
}

#[wasm_bindgen_test]
async fn calls_go_over_sessions_and_over_pooled_channels() {
    let world = world().await;
    for to in [sessions(), requests()] {
        let proxy = world.proxy(to);
        within(proxy.open()).await.unwrap();
        assert_eq!(echo(&proxy, "[1]").await, Ok("[1]".into()));
        assert_eq!(echo(&proxy, "[2]").await, Ok("[2]".into()));
        within(proxy.close()).await.unwrap();
        assert_eq!(proxy.leaks(), Vec::<String>::new());
    }
}

/// `PROXY-12`, `PROXY-13`: parallel calls have channels of their own; later calls reuse them.
#[wasm_bindgen_test]
async fn the_pool_grows_to_the_calls_at_once() {
    let world = world().await;
    let proxy = world.proxy(requests());
    within(proxy.open()).await.unwrap();
    let slow = |body: &'static str| proxy.call(OperationId(1), body.into());
    let (first, second) = within(join(slow("1"), slow("2"))).await;
    assert_eq!((first, second), (Ok("1".into()), Ok("2".into())));
    let channels = || proxy.with(|proxy| proxy.pool().unwrap().len());
    assert_eq!(channels(), 2);
    echo(&proxy, "3").await.unwrap();
    assert_eq!(channels(), 2);
}

/// `CALL-5`, `CALL-7`: who drops the future of a call abandons it; the proxy goes on.
#[wasm_bindgen_test]
async fn a_dropped_call_leaves_the_proxy_open() {
    let world = world().await;
    for to in [sessions(), requests()] {
        let proxy = world.proxy(to);
        within(proxy.open()).await.unwrap();
        let mut call = Box::pin(proxy.call(OperationId(1), "1".into()));
        assert!(call.as_mut().now_or_never().is_none());
        pass().await;
        drop(call);
        assert_eq!(echo(&proxy, "2").await, Ok("2".into()));
        assert_eq!(proxy.phase(), Phase::Opened);
        within(proxy.close()).await.unwrap();
        assert_eq!(proxy.leaks(), Vec::<String>::new());
    }
}

#[wasm_bindgen_test]
async fn an_exchange_that_is_dropped_can_be_used_again() {
    let world = world().await;
    let exchange = world.connector.exchange("/fetch");
    let request = || Frame::Text(r#"{"v":1,"action":"Echo/slowly","body":1}"#.into());
    let mut first = Box::pin(exchange.send(request()));
    assert!(first.as_mut().now_or_never().is_none());
    assert_eq!(within(exchange.send(request())).await, Err(PipeError::Busy));
    drop(first);
    let second = within(exchange.send(request())).await;
    assert!(matches!(second, Ok(Some(Frame::Text(_)))), "{second:?}");
}

#[wasm_bindgen_test]
async fn nobody_listens_elsewhere() {
    let world = world().await;
    for address in ["/elsewhere", "/fetch", ""] {
        let refused = within(world.connector.dial(address)).await.err();
        assert_eq!(refused, Some(PipeError::NotFound), "{address}");
    }
    let request = Frame::Text("{}".into());
    let refused = within(world.connector.exchange("/websocket").send(request)).await;
    assert_eq!(refused, Err(PipeError::NotFound));
}

/// `PROXY-5`, `PROXY-14`: a cut wire faults the proxy of a session; a pool loses a channel.
#[wasm_bindgen_test]
async fn a_cut_wire_costs_a_session_or_a_pooled_channel() {
    let world = world().await;
    let pooled = world.proxy(requests());
    within(pooled.open()).await.unwrap();
    echo(&pooled, "1").await.unwrap();
    assert!(world.connector.break_one("cut"));
    assert!(matches!(echo(&pooled, "2").await, Err(ProxyError::Disconnected { .. })));
    assert_eq!(pooled.phase(), Phase::Opened);
    assert_eq!(echo(&pooled, "3").await, Ok("3".into()));
    let session = world.proxy(sessions());
    within(session.open()).await.unwrap();
    world.connector.cut("the worker is gone");
    pass().await;
    assert_eq!(session.phase(), Phase::Faulted);
    assert!(matches!(echo(&session, "4").await, Err(ProxyError::Faulted)));
    let dialed = within(world.connector.dial("/websocket")).await.err();
    assert_eq!(dialed, Some(PipeError::Broken("the worker is gone".into())));
}

/// `PROXY-21`: a page that went and came back calls as before; only what was on its way is lost.
#[wasm_bindgen_test]
async fn a_page_that_comes_back_finds_its_idle_channels() {
    let world = world().await;
    let pooled = world.proxy(requests());
    within(pooled.open()).await.unwrap();
    echo(&pooled, "1").await.unwrap();
    world.connector.hang_up("the page went away");
    assert_eq!(echo(&pooled, "2").await, Ok("2".into()));
    let call = pooled.call(OperationId(1), "3".into());
    let gone = async {
        pass().await;
        world.connector.hang_up("the page went away");
    };
    let (ended, ()) = within(join(call, gone)).await;
    assert!(matches!(ended, Err(ProxyError::Disconnected { .. })), "{ended:?}");
    assert_eq!(echo(&pooled, "4").await, Ok("4".into()));
}

#[wasm_bindgen_test]
async fn pending_calls_end_when_the_worker_is_lost() {
    let world = world().await;
    for to in [sessions(), requests()] {
        let proxy = world.proxy(to);
        within(proxy.open()).await.unwrap();
        let call = proxy.call(OperationId(1), "1".into());
        let cut = async {
            pass().await;
            let lines = world.connector.clone();
            assert!(lines.break_one("the worker is gone"));
        };
        let (ended, ()) = within(join(call, cut)).await;
        assert!(matches!(ended, Err(ProxyError::Disconnected { .. })), "{ended:?}");
    }
}

#[wasm_bindgen_test]
async fn garbage_on_the_control_port_harms_nobody() {
    let (near, far) = ports();
    let board = Switchboard::new(far);
    for value in garbage() {
        near.post_message(&value).unwrap();
    }
    let lone = tuple("connect", &["/websocket".into()]);
    near.post_message(&lone).unwrap(); // without a port
    near.post_message(&tuple("ping", &[7.into()])).unwrap();
    let news = Rc::<RefCell<Vec<News>>>::default();
    let heard = Rc::clone(&news);
    let connector = PortConnector::new(near, move |news| heard.borrow_mut().push(news));
    pass().await;
    assert_eq!(*news.borrow(), [News::Pong(7)]);
    let refused = within(connector.dial("/websocket")).await.err();
    assert_eq!(refused, Some(PipeError::NotFound));
    drop(board);
}

#[wasm_bindgen_test]
async fn garbage_from_a_worker_is_told_as_such() {
    let (near, far) = ports();
    let news = Rc::<RefCell<Vec<News>>>::default();
    let heard = Rc::clone(&news);
    let _connector = PortConnector::new(near, move |news| heard.borrow_mut().push(news));
    let values = garbage();
    for value in &values {
        far.post_message(value).unwrap();
    }
    pass().await;
    assert_eq!(news.borrow().len(), values.len());
    assert!(news.borrow().iter().all(|news| matches!(news, News::Garbled(_))));
}

#[wasm_bindgen_test]
async fn garbage_on_a_port_of_requests_ends_that_port_only() {
    count_listeners();
    let (control, far) = ports();
    let board = hosts(far).await;
    let before = listeners();
    let values = garbage();
    for value in &values {
        let (near, far) = ports();
        let wish = tuple("exchange", &["/fetch".into()]);
        control.post_message_with_transferable(&wish, &Array::of1(&far)).unwrap();
        near.post_message(value).unwrap();
    }
    pass().await;
    assert_eq!(listeners(), before, "the host has let go of every one of them");
    let connector = PortConnector::new(control, |_| ());
    let request = Frame::Text(r#"{"v":1,"action":"Echo/echo","body":1}"#.into());
    let answer = within(connector.exchange("/fetch").send(request)).await;
    assert!(matches!(answer, Ok(Some(Frame::Text(_)))), "{answer:?}");
    drop(board);
}

/// `PROXY-21`: a client that sends two requests at once breaks the protocol.
#[wasm_bindgen_test]
async fn requests_and_answers_strictly_alternate() {
    let (control, far) = ports();
    let _board = hosts(far).await;
    let (near, far) = ports();
    let wish = tuple("exchange", &["/fetch".into()]);
    control.post_message_with_transferable(&wish, &Array::of1(&far)).unwrap();
    let mut heard = PortPipe::new(near.clone()); // reads any port, if only to find it garbled
    let request = r#"{"v":1,"action":"Echo/slowly","body":1}"#;
    for id in [1, 2] {
        near.post_message(&tuple("request", &[id.into(), request.into()])).unwrap();
    }
    // `["refuse", why]` reads as a refusal to connect.
    let refused = within(heard.next()).await;
    assert!(matches!(refused, Some(Err(PipeError::Broken(_)))), "{refused:?}");
}

#[wasm_bindgen_test]
async fn news_of_the_worker_reach_the_page() {
    let world = world().await;
    world.board.tell_ready();
    world.board.tell_panic("oh");
    world.connector.ping(3);
    pass().await;
    let news = world.news.borrow();
    assert!(matches!(news[..], [News::Ready(_), News::Panic(_), News::Pong(3)]), "{news:?}");
}

#[wasm_bindgen_test]
async fn two_hundred_proxies_leave_no_listener() {
    count_listeners();
    let world = world().await;
    let before = listeners();
    for round in 0..200 {
        let proxy = world.proxy(if round % 2 == 0 { sessions() } else { requests() });
        within(proxy.open()).await.unwrap();
        assert_eq!(echo(&proxy, "1").await, Ok("1".into()));
        if round % 3 == 0 {
            proxy.abort();
        } else {
            within(proxy.close()).await.unwrap();
        }
    }
    pass().await;
    pass().await;
    assert_eq!(listeners(), before);
}
