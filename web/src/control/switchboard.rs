//! The worker's side.

use crate::events::Batch;
use crate::exchange::{PortResponder, Request, Requests};
use crate::habitat::{BrowserClock, draw_session};
use crate::pipe::{PortPipe, WINDOW};
use crate::port::{Heard, Line, passenger, post};
use crate::word::{Posting, Word, garbled, read_name, read_number, read_tuple};
use futures::Stream;
use sessionful::Shape;
use sessionful::drive::{Acceptor, Incoming, PipeError};
use sessionful::table::{Names, Series};
use smol_str::SmolStr;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::task::{Context, Poll, Waker};
use web_sys::{MessageEvent, MessagePort};

type Arrival = Incoming<PortPipe, PortResponder>;

/// How many ports of single requests one page may have.
const MOST_EXCHANGES: usize = 1024;

/// Where the hosts of a worker listen: takes what comes in at the control port to whoever listens at
/// its address.
#[derive(Clone)]
pub struct Switchboard(Rc<Inner>);

struct Inner {
    line: RefCell<Option<Line>>,
    board: RefCell<Board>,
}

#[derive(Default)]
struct Board {
    listeners: Names<(Shape, Weak<RefCell<Queue>>)>,
    exchanges: Series<u64, Rc<Requests>>,
    last: u64,
}

#[derive(Default)]
struct Queue {
    arrivals: VecDeque<Arrival>,
    waker: Option<Waker>,
}

impl Queue {
    fn is_full(&self) -> bool {
        self.arrivals.len() >= WINDOW as usize
    }
}

fn push(queue: &RefCell<Queue>, arrival: Arrival) {
    queue.borrow_mut().arrivals.push_back(arrival);
    wake(queue);
}

fn wake(queue: &RefCell<Queue>) {
    let waker = queue.borrow_mut().waker.take();
    if let Some(waker) = waker {
        waker.wake();
    }
}

impl Switchboard {
    /// Listens at the port that the page has the other end of.
    pub fn new(control: MessagePort) -> Switchboard {
        let inner = Rc::new(Inner { line: RefCell::default(), board: RefCell::default() });
        let weak = Rc::downgrade(&inner);
        let line = Line::new(control, move |heard| match (weak.upgrade(), heard) {
            (Some(inner), Heard::Message(event)) => inner.hear(&event),
            (Some(inner), Heard::Gone) => inner.leave(),
            _ => {}
        });
        inner.line.replace(Some(line));
        Switchboard(inner)
    }

    /// The listening side, for one host.
    pub fn acceptor(&self) -> PortAcceptor {
        PortAcceptor { board: self.clone(), queue: Rc::default(), listening: Vec::new() }
    }

    /// Tells the page that the hosts listen.
    pub fn tell_ready(&self) {
        self.0.say(&Posting::tuple("ready", [BrowserClock.origin().into()]));
    }

    /// Tells the page what happened, in one message.
    pub fn tell_records(&self, batch: &Batch) {
        // Records are plain data; what cannot be written would be a defect of theirs.
        let Ok(json) = serde_json::to_string(&batch.records) else { return };
        let lost = u32::try_from(batch.lost).unwrap_or(u32::MAX);
        self.0.say(&Posting::tuple("records", [json.into(), lost.into()]));
    }

    /// Tells the page that nothing works here any more.
    pub fn tell_panic(&self, message: &str) {
        self.0.say(&Posting::tuple("panic", [message.into()]));
    }
}

impl std::fmt::Debug for Switchboard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.0.board.borrow().listeners.keys()).finish()
    }
}

impl Inner {
    fn say(&self, posting: &Posting) {
        if let Some(line) = &*self.line.borrow() {
            line.post(posting);
        }
    }

    /// The page is gone: nobody comes from there any more.
    fn leave(&self) {
        let line = self.line.take();
        let Board { listeners, exchanges, .. } = self.board.take();
        exchanges.iter().for_each(|(_, requests)| requests.give_up());
        listeners
            .iter()
            .filter_map(|(_, (_, queue))| queue.upgrade())
            .for_each(|queue| wake(&queue));
        drop((line, exchanges)); // their ends take listeners off
    }

    fn hear(self: &Rc<Inner>, event: &MessageEvent) {
        let port = passenger(event);
        if let Err(why) = self.obey(event, port.as_ref())
            && let Some(port) = port
        {
            post(&port, &Word::Refuse(why).write());
            port.close();
        }
    }

    fn obey(
        self: &Rc<Inner>,
        event: &MessageEvent,
        port: Option<&MessagePort>,
    ) -> Result<(), PipeError> {
        let (name, tuple) = read_tuple(&event.data())?;
        let first = tuple.get(1);
        match name.as_str() {
            "ping" => {
                let number = read_number(&first)?;
                self.say(&Posting::tuple("pong", [number.into()]));
                return Ok(());
            }
            "bye" => {
                self.leave();
                return Ok(());
            }
            _ => {}
        }
        let address = read_name(&first)?;
        let port = port.ok_or_else(|| garbled("no port came along"))?.clone();
        match name.as_str() {
            "connect" => self.connect(&address, port),
            "exchange" => self.exchange(&address, port),
            _ => Err(garbled("an unknown word")),
        }
    }

    fn find(&self, address: &str, exchange: bool) -> Result<Rc<RefCell<Queue>>, PipeError> {
        let board = self.board.borrow();
        let (shape, queue) = board.listeners.get(address).ok_or(PipeError::NotFound)?;
        let queue = queue.upgrade().filter(|_| shape.is_exchange() == exchange);
        queue.ok_or(PipeError::NotFound)
    }

    fn connect(&self, address: &str, port: MessagePort) -> Result<(), PipeError> {
        let queue = self.find(address, false)?;
        if queue.borrow().is_full() {
            return Err(PipeError::Busy);
        }
        let (pipe, session) = (PortPipe::new(port), draw_session());
        pipe.accept(session);
        push(&queue, Incoming::Pipe(address.into(), pipe, session));
        Ok(())
    }

    fn exchange(self: &Rc<Inner>, address: &str, port: MessagePort) -> Result<(), PipeError> {
        self.find(address, true)?;
        if self.board.borrow().exchanges.len() >= MOST_EXCHANGES {
            return Err(PipeError::Busy);
        }
        let id = {
            let mut board = self.board.borrow_mut();
            board.last += 1;
            board.last
        };
        let (weak, address) = (Rc::downgrade(self), SmolStr::from(address));
        let requests = Requests::new(port, move |request| {
            let Some(inner) = weak.upgrade() else { return };
            match request {
                Request::Came(frame, responder) => match inner.find(&address, true) {
                    Ok(queue) if queue.borrow().is_full() => responder.refuse(&PipeError::Busy),
                    Ok(queue) => {
                        push(&queue, Incoming::Exchange(address.clone(), frame, responder));
                    }
                    Err(why) => responder.refuse(&why),
                },
                Request::Over => {
                    let gone = inner.board.borrow_mut().exchanges.remove(&id);
                    drop(gone); // its end takes the listeners off
                }
            }
        });
        self.board.borrow_mut().exchanges.insert(id, requests);
        Ok(())
    }
}

/// Takes what comes in for one host of a [`Switchboard`], until the page is gone.
pub struct PortAcceptor {
    board: Switchboard,
    queue: Rc<RefCell<Queue>>,
    /// Answers to `listen` that were not yet taken.
    listening: Vec<(SmolStr, Result<(), PipeError>)>,
}

impl PortAcceptor {
    fn is_ours(&self, queue: &Weak<RefCell<Queue>>) -> bool {
        std::ptr::eq(queue.as_ptr(), Rc::as_ptr(&self.queue))
    }
}

impl Acceptor for PortAcceptor {
    type Pipe = PortPipe;
    type Responder = PortResponder;

    fn listen(&mut self, address: &str, shape: Shape) {
        let mut board = self.board.0.board.borrow_mut();
        let taken = board.listeners.get(address).is_some_and(|(_, q)| q.strong_count() > 0);
        let result = if taken {
            Err(PipeError::Broken("the address is in use".into()))
        } else {
            board.listeners.insert(address.into(), (shape, Rc::downgrade(&self.queue)));
            Ok(())
        };
        drop(board);
        self.listening.push((address.into(), result));
    }

    fn unlisten(&mut self, address: &str) {
        let mut board = self.board.0.board.borrow_mut();
        if board.listeners.get(address).is_some_and(|(_, queue)| self.is_ours(queue)) {
            board.listeners.remove(address);
        }
    }
}

impl Stream for PortAcceptor {
    type Item = Arrival;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Arrival>> {
        if let Some((address, result)) = self.listening.pop() {
            return Poll::Ready(Some(Incoming::Listening(address, result)));
        }
        let mut queue = self.queue.borrow_mut();
        if let Some(arrival) = queue.arrivals.pop_front() {
            return Poll::Ready(Some(arrival));
        }
        if self.board.0.line.borrow().is_none() {
            return Poll::Ready(None);
        }
        let old = queue.waker.replace(cx.waker().clone());
        drop(queue);
        drop(old);
        Poll::Pending
    }
}
