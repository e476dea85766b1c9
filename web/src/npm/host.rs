//! A service host of the package's.

use super::context::CoreContext;
use super::feed::{CoreTap, Watcher, watcher};
use super::intake::{
    Answers, Door, Intake, JsResponder, Waiting, admit_port, admit_request, admit_socket,
};
use super::options::{self, HostConfig, is_sessionful};
use super::service::{Desk, JsAuthorizer, JsErrors, JsInstances, JsService, Users};
use super::{phase_number, promise, run, thrown};
use crate::control::Switchboard;
use crate::exchange::{LONGEST_TOGETHER, MOST_TOGETHER};
use crate::habitat::{BrowserClock, draw_session};
use crate::language::{Language, Spelling, parse};
use crate::pipe::Socket;
use crate::value::hold;
use js_sys::{Array, Function, JsString, Promise};
use sessionful::Frame;
use sessionful::codec::Limits;
use sessionful::drive::{HostBuilder, HostHandle, Network};
use std::cell::RefCell;
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
    answered: Function,
    requests: Waiting,
}

#[wasm_bindgen]
impl CoreHost {
    /// A host as configured; `object` is the user's own, or the users make one when it is needed.
    ///
    /// `answered` gets the number of a request and its answer: a text (or a value), `undefined` (a one-way
    /// message was taken), or a status of HTTP. The answer to a list of messages is a list of those.
    #[wasm_bindgen(constructor)]
    pub fn new(
        config: JsValue,
        users: Users,
        object: JsValue,
        answered: Function,
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
        let requests = Waiting::default();
        Ok(CoreHost { handle, network, door, desk, limits, kinds, answered, requests })
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

    /// Serves a request: a message, or a list of several that were sent in one turn. Its number is the
    /// caller's choice, for its answer and for [`gone`](CoreHost::gone).
    pub fn request(&self, request: u32, address: &str, text: &JsString) {
        match self.read(text) {
            Ok(messages) => self.admit(request, address, messages),
            Err(status) => {
                let _ = self.answered.call2(&JsValue::UNDEFINED, &request.into(), &status.into());
            }
        }
    }

    /// Serves a message that is a value already; its answer is one as well.
    #[wasm_bindgen(js_name = requestValue)]
    pub fn request_value(&self, request: u32, address: &str, message: Array) {
        self.admit(request, address, Messages { list: Array::of1(&message), is_list: false });
    }

    /// The client of a request has gone.
    pub fn gone(&self, request: u32) {
        let answers = self.requests.borrow_mut().remove(&request);
        if let Some(answers) = answers {
            answers.set_gone();
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

impl CoreHost {
    /// What a request has, or the status that refuses it.
    fn read(&self, text: &JsString) -> Result<Messages, u16> {
        let limits = self.limits;
        if text.char_code_at(0) != f64::from(b'[') {
            let message = parse_within(text, limits)?;
            return Ok(Messages { list: Array::of1(&message), is_list: false });
        }
        let depth = limits.depth.saturating_add(1);
        let frame = limits.frame.max(LONGEST_TOGETHER);
        let list: Array = parse_within(text, Limits { depth, frame, ..limits })?;
        match list.length() as usize {
            0 => Err(400),
            count if count > MOST_TOGETHER => Err(413),
            count if text.length() as usize / count > limits.frame => Err(413),
            // A bare status is an answer, not a message.
            _ if !list.iter().all(|message| Array::is_array(&message)) => Err(400),
            _ => Ok(Messages { list, is_list: true }),
        }
    }

    fn admit(&self, request: u32, address: &str, messages: Messages) {
        let Messages { list, is_list } = messages;
        let length = is_list.then(|| list.length());
        let answers = Answers::new(request, length, &self.requests, &self.answered);
        for (at, message) in list.iter().enumerate() {
            let responder = JsResponder::new(&answers, at);
            admit_request(&self.door, address, Frame::Bytes(hold(message)), responder);
        }
    }
}

fn parse_within(text: &JsString, limits: Limits) -> Result<Array, u16> {
    match text.length() as usize > limits.frame {
        true => Err(413),
        false => parse(text, &limits).map(JsCast::unchecked_into).map_err(|_| 400),
    }
}

/// What came in one request.
struct Messages {
    list: Array,
    is_list: bool,
}

fn done(result: Result<(), sessionful::HostError>) -> Result<JsValue, JsValue> {
    result.map(|()| JsValue::UNDEFINED).map_err(|error| thrown(&error))
}
