//! The listening side of a host: control ports, sockets, requests and the program itself.

use super::link::AnyPipe;
use crate::control::{PortAcceptor, Switchboard};
use crate::exchange::PortResponder;
use crate::habitat::draw_session;
use crate::pipe::{Carry, Socket, SocketPipe};
use crate::value::held;
use futures::{Stream, StreamExt};
use js_sys::Function;
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
    pipe.accept(session);
    let arrival = Incoming::Pipe(address.into(), AnyPipe::Socket(pipe), session);
    door.borrow_mut().queue.push_back(arrival);
    ring(door);
}

/// Lets in a single request.
pub(super) fn admit_request(
    door: &RefCell<Door>,
    address: &str,
    frame: Frame,
    responder: JsResponder,
) -> Result<(), PipeError> {
    door.borrow().find(address, true)?;
    let responder = AnyResponder::Js(responder);
    door.borrow_mut().queue.push_back(Incoming::Exchange(address.into(), frame, responder));
    ring(door);
    Ok(())
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
        for port in &mut this.ports {
            while let Poll::Ready(Some(incoming)) = port.poll_next_unpin(cx) {
                match incoming {
                    Incoming::Pipe(address, pipe, session) => {
                        let pipe = AnyPipe::Port(pipe);
                        return Poll::Ready(Some(Incoming::Pipe(address, pipe, session)));
                    }
                    Incoming::Exchange(address, frame, responder) => {
                        let responder = AnyResponder::Port(responder);
                        return Poll::Ready(Some(Incoming::Exchange(address, frame, responder)));
                    }
                    _ => {}
                }
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

/// Clients that wait for answers, by the numbers of their requests.
pub(super) type Waiting = Rc<RefCell<Series<u32, Rc<Gone>>>>;

/// Answers by a function: with text, with nothing, or with `null` if there will be no answer.
pub(super) struct JsResponder {
    answer: Option<Function>,
    number: u32,
    gone: Rc<Gone>,
    waiting: Waiting,
}

/// Whether the client of a request has gone.
#[derive(Default)]
pub(super) struct Gone {
    gone: Cell<bool>,
    waker: RefCell<Option<Waker>>,
}

impl Gone {
    pub(super) fn set(&self) {
        self.gone.set(true);
        let waker = self.waker.take();
        waker.into_iter().for_each(Waker::wake);
    }
}

impl JsResponder {
    pub(super) fn new(answer: Function, number: u32, waiting: &Waiting) -> JsResponder {
        let gone = Rc::<Gone>::default();
        waiting.borrow_mut().insert(number, Rc::clone(&gone));
        JsResponder { answer: Some(answer), number, gone, waiting: Rc::clone(waiting) }
    }

    fn respond(mut self, answer: Option<Frame>) {
        let value = match answer {
            Some(Frame::Bytes(name)) => held(&name).unwrap_or_default(),
            _ => JsValue::UNDEFINED,
        };
        self.settle(&value);
    }

    fn settle(&mut self, value: &JsValue) {
        if let Some(answer) = self.answer.take() {
            self.waiting.borrow_mut().remove(&self.number);
            let _ = answer.call1(&JsValue::UNDEFINED, value); // it settles a promise
        }
    }

    fn poll_gone(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if self.gone.gone.get() {
            return Poll::Ready(());
        }
        drop(self.gone.waker.replace(Some(cx.waker().clone())));
        Poll::Pending
    }
}

impl Drop for JsResponder {
    fn drop(&mut self) {
        self.settle(&JsValue::NULL);
    }
}
