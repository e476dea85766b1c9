//! A session over a `MessagePort`.
//!
//! A port has no back pressure of its own, so there is a window: a sender waits when that many of
//! its frames have not been picked up, and a receiver says from time to time how many it has picked
//! up. A peer that sends beyond the window breaks the protocol, so no inbox ever holds more.

use crate::port::{Cable, Heard, Line};
use crate::word::{Word, garbled};
use futures::{Sink, Stream};
use sessionful::Frame;
use sessionful::drive::PipeError;
use sessionful::ids::SessionId;
use smol_str::SmolStr;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::task::{Context, Poll, Waker};
use web_sys::MessagePort;

/// How many frames may be on their way or waiting, in one direction.
pub(crate) const WINDOW: u32 = 256;

/// How many frames are picked up before the sender is told.
const TELL_AFTER: u32 = WINDOW / 4;

/// One end of a session over a `MessagePort`.
///
/// Closing the sink ends one direction; dropping a pipe that is not done cuts the connection, and
/// takes the listeners off the port. See [`Pipe`](sessionful::drive::Pipe).
pub struct PortPipe {
    desk: Rc<RefCell<Desk>>,
    line: Line,
}

#[derive(Default)]
struct Desk {
    inbox: VecDeque<Frame>,
    /// The peer's answer to the wish to connect.
    opened: Option<SessionId>,
    /// The peer has ended its direction.
    input_ended: bool,
    /// We have ended ours.
    output_ended: bool,
    /// What broke it; told once by the stream, and by the sink for as long as it is asked.
    broken: Option<PipeError>,
    break_told: bool,
    /// Frames sent that the peer has not picked up, and frames picked up without telling it.
    unpicked: u32,
    untold: u32,
    reader: Option<Waker>,
    writer: Option<Waker>,
}

impl Desk {
    fn hear(&mut self, heard: &Heard) -> Result<(), PipeError> {
        let word = match heard {
            Heard::Message(event) => Word::read(&event.data())?,
            Heard::Unreadable => return Err(garbled("a value that cannot be read")),
            Heard::Gone => return Err(PipeError::Broken("the other side is gone".into())),
        };
        match word {
            Word::Frame(_) | Word::End if self.input_ended => {
                return Err(garbled("something after the end"));
            }
            Word::Frame(_) if self.inbox.len() >= WINDOW as usize => {
                return Err(garbled("more messages than agreed"));
            }
            Word::Frame(frame) => self.inbox.push_back(frame),
            Word::End => self.input_ended = true,
            Word::Taken(frames) => match self.unpicked.checked_sub(frames) {
                Some(unpicked) => self.unpicked = unpicked,
                None => return Err(garbled("a receipt for what was never sent")),
            },
            Word::Open(session) if self.opened.is_none() => self.opened = Some(session),
            Word::Open(_) => return Err(garbled("opened twice")),
            Word::Refuse(why) => return Err(why),
            Word::Abort(reason) => return Err(PipeError::Broken(reason)),
        }
        Ok(())
    }

    fn break_off(&mut self, why: PipeError) {
        // The other side may go as soon as both directions have ended.
        if !(self.input_ended && self.output_ended) {
            self.broken.get_or_insert(why);
        }
    }

    fn wakers(&mut self) -> [Option<Waker>; 2] {
        [self.reader.take(), self.writer.take()]
    }

    /// What the reader finds; the inbox is emptied before an end or a break is told.
    fn read(&mut self) -> Option<Option<Result<Frame, PipeError>>> {
        if let Some(frame) = self.inbox.pop_front() {
            self.untold += 1;
            return Some(Some(Ok(frame)));
        }
        if self.input_ended {
            return Some(None);
        }
        let why = self.broken.clone()?;
        let first = !std::mem::replace(&mut self.break_told, true);
        Some(first.then_some(Err(why)))
    }
}

fn wake(wakers: [Option<Waker>; 2]) {
    wakers.into_iter().flatten().for_each(Waker::wake);
}

impl Cable for RefCell<Desk> {
    fn break_off(&self, reason: SmolStr) {
        self.borrow_mut().break_off(PipeError::Broken(reason));
        let wakers = self.borrow_mut().wakers();
        wake(wakers);
    }

    fn used(&self) -> u64 {
        0
    }
}

impl PortPipe {
    /// A pipe over a port that a connection was agreed on. It belongs to the pipe from now on.
    pub fn new(port: MessagePort) -> PortPipe {
        let desk = Rc::new(RefCell::new(Desk::default()));
        let heard = Rc::clone(&desk);
        let line = Line::new(port, move |event| {
            let mut desk = heard.borrow_mut();
            if let Err(why) = desk.hear(&event) {
                desk.break_off(why);
            }
            let wakers = desk.wakers();
            drop(desk);
            wake(wakers); // a waker is foreign code: not while borrowed
        });
        PortPipe { desk, line }
    }

    /// Tells the peer that the session is accepted under that name.
    pub(crate) fn accept(&self, session: SessionId) {
        self.line.post(&Word::Open(session).write());
    }

    /// What breaks the pipe from outside, as if the wire had been cut.
    pub(crate) fn cable(&self) -> Weak<dyn Cable> {
        let desk: Rc<dyn Cable> = self.desk.clone();
        Rc::downgrade(&desk)
    }

    fn post(&self, word: Word) -> Result<(), PipeError> {
        match self.line.post(&word.write()) {
            true => Ok(()),
            false => Err(PipeError::Broken("the port takes no message".into())),
        }
    }

    fn tell_taken(&self) {
        let untold = {
            let mut desk = self.desk.borrow_mut();
            if desk.untold < TELL_AFTER || desk.broken.is_some() {
                return;
            }
            std::mem::take(&mut desk.untold)
        };
        self.line.post(&Word::Taken(untold).write());
    }
}

impl Stream for PortPipe {
    type Item = Result<Frame, PipeError>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let found = self.desk.borrow_mut().read();
        match found {
            Some(item) => {
                self.tell_taken();
                Poll::Ready(item)
            }
            None => {
                let old = self.desk.borrow_mut().reader.replace(cx.waker().clone());
                drop(old);
                Poll::Pending
            }
        }
    }
}

impl Sink<Frame> for PortPipe {
    type Error = PipeError;

    fn poll_ready(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), PipeError>> {
        let mut desk = self.desk.borrow_mut();
        if let Some(why) = &desk.broken {
            return Poll::Ready(Err(why.clone()));
        }
        if desk.unpicked < WINDOW {
            return Poll::Ready(Ok(()));
        }
        let old = desk.writer.replace(cx.waker().clone());
        drop(desk);
        drop(old);
        Poll::Pending
    }

    fn start_send(self: Pin<&mut Self>, frame: Frame) -> Result<(), PipeError> {
        {
            let mut desk = self.desk.borrow_mut();
            if let Some(why) = &desk.broken {
                return Err(why.clone());
            }
            if desk.output_ended {
                return Err(PipeError::Broken("this direction was ended".into()));
            }
            desk.unpicked += 1;
        }
        self.post(Word::Frame(frame))
    }

    fn poll_flush(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<Result<(), PipeError>> {
        Poll::Ready(Ok(())) // what is posted is with the platform
    }

    fn poll_close(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<Result<(), PipeError>> {
        let ended = std::mem::replace(&mut self.desk.borrow_mut().output_ended, true);
        Poll::Ready(if ended { Ok(()) } else { self.post(Word::End) })
    }
}

impl Drop for PortPipe {
    fn drop(&mut self) {
        let desk = self.desk.borrow();
        // Without this word the peer could not tell a cut from a long silence.
        if !(desk.input_ended && desk.output_ended) {
            self.line.post(&Word::Abort("the other side cut the connection".into()).write());
        }
    }
}

/// A pipe whose host has not answered yet.
pub(crate) struct Dialing(pub PortPipe);

impl Dialing {
    /// Waits for the host's answer. Dropping the future gives up.
    pub(crate) async fn answered(self) -> Result<(PortPipe, SessionId), PipeError> {
        let Dialing(pipe) = self;
        let answer = poll_fn(|cx| {
            let mut desk = pipe.desk.borrow_mut();
            if let Some(session) = desk.opened {
                return Poll::Ready(Ok(session));
            }
            if let Some(why) = &desk.broken {
                return Poll::Ready(Err(why.clone()));
            }
            if !desk.inbox.is_empty() || desk.input_ended {
                return Poll::Ready(Err(garbled("a message before the session was opened")));
            }
            let old = desk.reader.replace(cx.waker().clone());
            drop(desk);
            drop(old);
            Poll::Pending
        })
        .await;
        answer.map(|session| (pipe, session))
    }
}
