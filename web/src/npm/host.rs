//! A service host of the package's.

use super::context::CoreContext;
use super::feed::{CoreTap, Watcher, watcher};
use super::intake::{Door, Intake, JsResponder, Waiting, admit_port, admit_request, admit_socket};
use super::options::{self, HostConfig, is_sessionful};
use super::service::{Desk, JsAuthorizer, JsErrors, JsInstances, JsService, Users};
use super::{phase_number, promise, run, thrown};
use crate::control::Switchboard;
use crate::habitat::{BrowserClock, draw_session};
use crate::language::{Language, Spelling, parse};
use crate::pipe::Socket;
use crate::value::hold;
use js_sys::{Array, Function, JsString, Promise};
use sessionful::Frame;
use sessionful::codec::Limits;
use sessionful::drive::{HostBuilder, HostHandle, Network, PipeError};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::MessagePort;

/// A port by which a page finds the hosts of a worker.
#[wasm_bindgen]
#[derive(Debug)]
pub struct CoreBoard(Switchboard);

#[wasm_bindgen]
impl CoreBoard {
    /// Listens on a port, for the hosts that it is given to.
    #[wasm_bindgen(constructor)]
    pub fn new(control: MessagePort) -> CoreBoard {
        CoreBoard(Switchboard::new(control))
    }
}

/// A host, its service being JavaScript.
#[wasm_bindgen]
pub struct CoreHost {
    handle: HostHandle<BrowserClock, Watcher>,
    pub(super) network: Network,
    door: Rc<RefCell<Door>>,
    desk: Rc<Desk>,
    limits: Limits,
    kinds: Vec<(String, bool)>,
    /// The number of the last request, and those whose clients still wait.
    requests: Cell<u32>,
    gone: Waiting,
}

#[wasm_bindgen]
impl CoreHost {
    /// A host as configured; `object` is the user's own, or the users make one when it is needed.
    #[wasm_bindgen(constructor)]
    pub fn new(
        config: JsValue,
        users: Users,
        object: JsValue,
        feed: Option<CoreTap>,
    ) -> Result<CoreHost, JsValue> {
        let config = options::host(&config)?;
        let limits = config.limits();
        let HostConfig { endpoints, behavior, options } = config;
        let (well_known, authorizes, errors) =
            (behavior.well_known, behavior.authorizes, behavior.error_handlers);
        let kinds = endpoints.iter().map(|e| (e.address.to_string(), is_sessionful(e))).collect();
        let desk = Desk::new(users);
        let builder = HostBuilder::new().behavior(behavior).options(options);
        let mut builder = builder.watch(watcher(feed));
        for endpoint in endpoints {
            builder = builder.endpoint(endpoint);
        }
        builder = match well_known {
            true => builder.object(Rc::new(JsService { desk: Rc::clone(&desk), object })),
            false => builder.instances(JsInstances::new(Rc::clone(&desk))),
        };
        if authorizes {
            builder = builder.authorizer(JsAuthorizer(Rc::clone(&desk)));
        }
        if errors {
            builder = builder.error_handler(JsErrors(Rc::clone(&desk)));
        }
        // Ids of sessions within one program are not guessed by strangers either.
        let network = Network::new(draw_session().0 as u64);
        let door = Rc::<RefCell<Door>>::default();
        let intake = Intake::new(Rc::clone(&door), network.acceptor());
        let language = Language::new(limits, Spelling::Value, false);
        let (handle, driver) = builder.build(BrowserClock, intake, language);
        run(driver);
        let (requests, gone) = (Cell::default(), Waiting::default());
        Ok(CoreHost { handle, network, door, desk, limits, kinds, requests, gone })
    }

    /// Opens it.
    pub fn open(&self) -> Promise {
        let handle = self.handle.clone();
        promise(async move { done(handle.open().await) })
    }

    /// Closes it in good order.
    pub fn close(&self) -> Promise {
        let handle = self.handle.clone();
        promise(async move { done(handle.close().await) })
    }

    /// Ends everything at once.
    pub fn abort(&self) {
        self.handle.abort();
    }

    /// The number of its phase.
    #[wasm_bindgen(getter)]
    pub fn phase(&self) -> u8 {
        phase_number(self.handle.phase())
    }

    /// Addresses and whether each is sessionful, by turns.
    #[wasm_bindgen(getter)]
    pub fn addresses(&self) -> Array {
        let pairs = self.kinds.iter();
        pairs.flat_map(|(address, kind)| [JsValue::from(address), JsValue::from(*kind)]).collect()
    }

    /// Serves whoever has the other end of a port, beside the hosts that serve it already.
    #[wasm_bindgen(js_name = acceptPort)]
    pub fn accept_port(&self, board: &CoreBoard) {
        admit_port(&self.door, board.0.clone());
    }

    /// Serves a session over a socket.
    #[wasm_bindgen(js_name = acceptSocket)]
    pub fn accept_socket(&self, address: &str, socket: Socket) {
        admit_socket(&self.door, address, socket, self.limits);
    }

    /// Serves a single request: `answer` is called once, with text, with nothing (a one-way message
    /// was taken), or with `null` (there is no answer). A number below 600 is returned for a request
    /// that is refused at once: a status of HTTP. Others are for [`gone`](CoreHost::gone).
    pub fn request(&self, address: &str, text: JsString, answer: Function) -> u32 {
        if text.length() as usize > self.limits.frame {
            return 413;
        }
        let Ok(message) = parse(&text, &self.limits) else { return 400 };
        let list = message.unchecked_ref::<Array>();
        if list.get(0).as_f64().is_none() {
            return 400; // batches are taken apart over there
        }
        let number = self.requests.get().wrapping_add(1).max(600);
        self.requests.set(number);
        let responder = JsResponder::new(answer, number, &self.gone);
        let frame = Frame::Bytes(hold(message));
        match admit_request(&self.door, address, frame, responder) {
            Ok(()) => number,
            Err(PipeError::NotFound) => 404,
            Err(_) => 503,
        }
    }

    /// The client of a request has gone.
    pub fn gone(&self, request: u32) {
        let gone = self.gone.borrow_mut().remove(&request);
        if let Some(gone) = gone {
            gone.set();
        }
    }

    /// An operation in progress.
    pub fn context(&self, at: u32) -> Option<CoreContext> {
        self.desk.context(at).map(CoreContext)
    }

    /// The result of what the user's code was asked for and promised.
    pub fn settle(&self, at: u32, succeeded: bool, value: JsValue) {
        self.desk.settle(at, if succeeded { Ok(value) } else { Err(value) });
    }

    /// What is left over although nothing is in progress.
    pub fn leaks(&self) -> Vec<String> {
        self.handle.leaks()
    }

    /// What exists now.
    pub fn snapshot(&self) -> JsValue {
        thrown(&self.handle.with(sessionful::observe::End::of_host))
    }
}

fn done(result: Result<(), sessionful::HostError>) -> Result<JsValue, JsValue> {
    result.map(|()| JsValue::UNDEFINED).map_err(|error| thrown(&error))
}
