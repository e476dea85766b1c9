//! The listening side of a host: control ports, sockets, requests and the program itself.

use super::link::AnyPipe;
use crate::control::{PortAcceptor, Switchboard};
use crate::exchange::PortResponder;
use crate::habitat::draw_session;
use crate::pipe::{Carry, Socket, SocketPipe};
use crate::value::held;
use futures::{Stream, StreamExt};
use js_sys::{Array, Function};
use sessionful::codec::Limits;
use sessionful::drive::{
    Acceptor, Incoming, MemoryAcceptor, MemoryResponder, PipeError, Responder,
};
use sessionful::table::Names;
use sessionful::table::Series;
use sessionful::{Frame, Shape};
use smol_str::SmolStr;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use wasm_bindgen::JsValue;

type Arrival = Incoming<AnyPipe, AnyResponder>;

/// How many connections and requests may wait for a host that is busy.
const MOST_WAITING: usize = 1024;

/// Where JavaScript puts what comes in.
#[derive(Default)]
pub(super) struct Door {
    queue: VecDeque<Arrival>,
    /// Ports that were opened since the host looked.
    boards: Vec<Switchboard>,
    listening: Names<Shape>,
    waker: Option<Waker>,
}

impl Door {
    fn find(&self, address: &str, exchange: bool) -> Result<(), PipeError> {
        let shape = self.listening.get(address).filter(|shape| shape.is_exchange() == exchange);
        shape.ok_or(PipeError::NotFound)?;
        if self.queue.len() >= MOST_WAITING { Err(PipeError::Busy) } else { Ok(()) }
    }
}

fn ring(door: &RefCell<Door>) {
    let waker = door.borrow_mut().waker.take();
    waker.into_iter().for_each(Waker::wake);
}

/// Lets in a control port, by which pages find the host.
pub(super) fn admit_port(door: &RefCell<Door>, board: Switchboard) {
    door.borrow_mut().boards.push(board);
    ring(door);
}

/// Lets in a socket; it is closed with a code that tells why if nobody listens.
pub(super) fn admit_socket(door: &RefCell<Door>, address: &str, socket: Socket, limits: Limits) {
    let pipe = SocketPipe::carrying(socket, Carry::Held(limits));
    let found = door.borrow().find(address, false);
    if let Err(why) = found {
        return pipe.refuse(why);
    }
    let session = draw_session();
    pipe.tell_accepted(session);
    let arrival = Incoming::Pipe(address.into(), AnyPipe::Socket(pipe), session);
    door.borrow_mut().queue.push_back(arrival);
    ring(door);
}

/// Lets in a message of a request.
pub(super) fn admit_request(
    door: &RefCell<Door>,
    address: &str,
    frame: Frame,
    responder: JsResponder,
) {
    let found = door.borrow().find(address, true);
    match found {
        Ok(()) => {}
        Err(PipeError::NotFound) => return responder.answer(404.into()),
        Err(_) => return responder.answer(503.into()),
    }
    let responder = AnyResponder::Js(responder);
    door.borrow_mut().queue.push_back(Incoming::Exchange(address.into(), frame, responder));
    ring(door);
}

pub(super) struct Intake {
    door: Rc<RefCell<Door>>,
    memory: MemoryAcceptor,
    ports: Vec<PortAcceptor>,
    /// Addresses whose listening is to be confirmed.
    fresh: Vec<SmolStr>,
}

impl Intake {
    pub(super) fn new(door: Rc<RefCell<Door>>, memory: MemoryAcceptor) -> Intake {
        Intake { door, memory, ports: Vec::new(), fresh: Vec::new() }
    }

    /// Begins to listen on the ports that came since.
    fn take_boards(&mut self) {
        let boards = std::mem::take(&mut self.door.borrow_mut().boards);
        for board in boards {
            let mut port = board.acceptor();
            for (address, shape) in self.door.borrow().listening.iter() {
                port.listen(address, *shape);
            }
            self.ports.push(port);
        }
    }
}

impl Acceptor for Intake {
    type Pipe = AnyPipe;
    type Responder = AnyResponder;

    fn listen(&mut self, address: &str, shape: Shape) {
        self.door.borrow_mut().listening.insert(address.into(), shape);
        self.memory.listen(address, shape);
        self.ports.iter_mut().for_each(|port| port.listen(address, shape));
        self.fresh.push(address.into());
    }

    fn unlisten(&mut self, address: &str) {
        self.door.borrow_mut().listening.remove(address);
        self.memory.unlisten(address);
        self.ports.iter_mut().for_each(|port| port.unlisten(address));
    }
}

impl Stream for Intake {
    type Item = Arrival;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Arrival>> {
        let this = &mut *self;
        if let Some(address) = this.fresh.pop() {
            return Poll::Ready(Some(Incoming::Listening(address, Ok(()))));
        }
        this.take_boards();
        let mut door = this.door.borrow_mut();
        if let Some(arrival) = door.queue.pop_front() {
            return Poll::Ready(Some(arrival));
        }
        drop(door.waker.replace(cx.waker().clone()));
        drop(door);
        while let Poll::Ready(Some(incoming)) = this.memory.poll_next_unpin(cx) {
            match incoming {
                Incoming::Pipe(address, pipe, session) => {
                    return Poll::Ready(Some(Incoming::Pipe(
                        address,
                        AnyPipe::Memory(pipe),
                        session,
                    )));
                }
                Incoming::Exchange(address, frame, responder) => {
                    let responder = AnyResponder::Memory(responder);
                    return Poll::Ready(Some(Incoming::Exchange(address, frame, responder)));
                }
                // The ports and the program itself listen because we do.
                _ => {}
            }
        }
        let mut at = 0;
        while let Some(port) = this.ports.get_mut(at) {
            match port.poll_next_unpin(cx) {
                Poll::Ready(Some(Incoming::Pipe(address, pipe, session))) => {
                    let pipe = AnyPipe::Port(pipe);
                    return Poll::Ready(Some(Incoming::Pipe(address, pipe, session)));
                }
                Poll::Ready(Some(Incoming::Exchange(address, frame, responder))) => {
                    let responder = AnyResponder::Port(responder);
                    return Poll::Ready(Some(Incoming::Exchange(address, frame, responder)));
                }
                Poll::Ready(Some(_)) => {}
                Poll::Ready(None) => drop(this.ports.swap_remove(at)), // its page is gone
                Poll::Pending => at += 1,
            }
        }
        Poll::Pending
    }
}

/// Where the answer to a request goes.
pub(super) enum AnyResponder {
    Port(PortResponder),
    Memory(MemoryResponder),
    Js(JsResponder),
}

impl Responder for AnyResponder {
    fn respond(self, answer: Option<Frame>) {
        match self {
            AnyResponder::Port(responder) => responder.respond(answer),
            AnyResponder::Memory(responder) => responder.respond(answer),
            AnyResponder::Js(responder) => responder.respond(answer),
        }
    }

    fn poll_gone(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        match self {
            AnyResponder::Port(responder) => responder.poll_gone(cx),
            AnyResponder::Memory(responder) => responder.poll_gone(cx),
            AnyResponder::Js(responder) => responder.poll_gone(cx),
        }
    }
}

/// Requests with messages that are not answered, by their numbers.
pub(super) type Waiting = Rc<RefCell<Series<u32, Rc<Answers>>>>;

/// The answers to the messages of one request, which go back together.
pub(super) struct Answers {
    request: u32,
    waiting: Waiting,
    /// See [`CoreHost::new`](super::CoreHost::new).
    tell: Function,
    is_list: bool,
    places: RefCell<Vec<Place>>,
    missing: Cell<usize>,
    /// Whether the client has gone.
    gone: Cell<bool>,
}

#[derive(Default)]
struct Place {
    answer: JsValue,
    /// Who wants to know that the client has gone.
    waker: Option<Waker>,
}

/// There will be no answer; what became of it nobody knows.
const NO_ANSWER: u16 = 500;

impl Answers {
    /// To a list of so many messages, or to one that is no list.
    pub(super) fn new(
        request: u32,
        list: Option<u32>,
        waiting: &Waiting,
        tell: &Function,
    ) -> Rc<Answers> {
        let count = list.unwrap_or(1) as usize;
        let places = RefCell::new((0..count).map(|_| Place::default()).collect());
        let (waiting, missing, gone) = (Rc::clone(waiting), Cell::new(count), Cell::default());
        let (is_list, tell) = (list.is_some(), tell.clone());
        let answers = Answers { request, waiting, tell, is_list, places, missing, gone };
        let answers = Rc::new(answers);
        answers.waiting.borrow_mut().insert(request, Rc::clone(&answers));
        answers
    }

    fn give(&self, at: usize, answer: JsValue) {
        if let Some(place) = self.places.borrow_mut().get_mut(at) {
            place.answer = answer;
        }
        self.missing.set(self.missing.get().saturating_sub(1));
        if self.missing.get() == 0 {
            self.tell();
        }
    }

    fn tell(&self) {
        self.waiting.borrow_mut().remove(&self.request);
        let mut answers = self.places.take().into_iter().map(|place| place.answer);
        let whole = match self.is_list {
            true => answers.collect::<Array>().into(),
            false => answers.next().unwrap_or_default(),
        };
        // It settles a promise.
        let _ = self.tell.call2(&JsValue::UNDEFINED, &self.request.into(), &whole);
    }

    /// Nobody is left who could read them.
    pub(super) fn set_gone(&self) {
        self.gone.set(true);
        let wakers: Vec<Waker> =
            self.places.borrow_mut().iter_mut().filter_map(|place| place.waker.take()).collect();
        wakers.into_iter().for_each(Waker::wake);
    }
}

/// Answers one message: with text, with nothing, or with a status.
pub(super) struct JsResponder {
    answers: Rc<Answers>,
    at: usize,
    is_done: bool,
}

impl JsResponder {
    pub(super) fn new(answers: &Rc<Answers>, at: usize) -> JsResponder {
        JsResponder { answers: Rc::clone(answers), at, is_done: false }
    }

    fn respond(self, answer: Option<Frame>) {
        self.answer(match answer {
            Some(Frame::Bytes(name)) => held(&name).unwrap_or_default(),
            _ => JsValue::UNDEFINED,
        });
    }

    fn answer(mut self, value: JsValue) {
        self.is_done = true;
        self.answers.give(self.at, value);
    }

    fn poll_gone(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if self.answers.gone.get() {
            return Poll::Ready(());
        }
        let mut places = self.answers.places.borrow_mut();
        let old = places.get_mut(self.at).and_then(|place| place.waker.replace(cx.waker().clone()));
        drop(places);
        drop(old); // a waker is foreign code
        Poll::Pending
    }
}

impl Drop for JsResponder {
    fn drop(&mut self) {
        if !self.is_done {
            self.answers.give(self.at, NO_ANSWER.into());
        }
    }
}
