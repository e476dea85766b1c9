//! What carries sessions: one protocol, spelled in values on a port and in text on a socket.
//!
//! Neither has back pressure of its own, so there is a window: a sender waits when that many of its
//! frames have not been picked up, and a receiver says from time to time how many it has picked up.
//! A peer that sends beyond the window breaks the protocol, so no inbox ever holds more.

mod near;
mod port;
mod socket;

pub use port::PortPipe;
#[cfg(feature = "npm-client")]
pub(crate) use socket::leave_later;
pub(crate) use socket::{Carry, together};
pub use socket::{KeepAlive, Socket, SocketPipe};

use crate::habitat::{BrowserClock, said};
use crate::port::Cable;
use crate::word::{Word, garbled};
use futures::{Sink, Stream};
use sessionful::Frame;
use sessionful::drive::PipeError;
use sessionful::ids::SessionId;
use smol_str::SmolStr;
use std::cell::{RefCell, RefMut};
use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::task::{Context, Poll, Waker};

/// How many frames may be on their way or waiting, in one direction.
pub(crate) const WINDOW: u32 = 256;

/// How many frames are picked up before the sender is told.
const TELL_AFTER: u32 = WINDOW / 4;

/// Says words to the peer, in the spelling of its transport.
pub trait Wire {
    /// Says something; whether it could be said. Frames of one turn travel together.
    #[doc(hidden)]
    fn say(&self, word: Word) -> bool;
}

/// One end of a session. Closing the sink ends one direction; dropping a pipe that is not done cuts
/// the connection. See [`Pipe`](sessionful::drive::Pipe).
pub struct WordPipe<W: Wire> {
    desk: Rc<RefCell<Desk>>,
    wire: W,
}

/// What has been heard and not yet told.
#[derive(Default)]
pub(crate) struct Desk {
    inbox: VecDeque<Frame>,
    /// The peer's answer to the wish to connect.
    opened: Option<SessionId>,
    /// The peer has ended its direction; told once by the stream, which is asked on.
    input_ended: bool,
    end_told: bool,
    /// We have ended ours.
    output_ended: bool,
    /// What broke it; told once by the stream, and by the sink for as long as it is asked.
    broken: Option<PipeError>,
    break_told: bool,
    /// The other end is in this thread; the host's end finds out when it first says something.
    is_near: bool,
    accepted: Option<near::End>,
    /// Frames sent that the peer has not picked up, and frames picked up without telling it.
    unpicked: u32,
    untold: u32,
    reader: Option<Waker>,
    writer: Option<Waker>,
}

impl Desk {
    pub(crate) fn hear(&mut self, word: Word) -> Result<(), PipeError> {
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

    pub(crate) fn break_off(&mut self, why: PipeError) {
        // The other side may go as soon as both directions have ended.
        if !self.is_done() {
            self.broken.get_or_insert(why);
        }
    }

    pub(crate) fn is_done(&self) -> bool {
        self.input_ended && self.output_ended
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
        if self.input_ended && !std::mem::replace(&mut self.end_told, true) {
            return Some(None);
        }
        let why = self.broken.clone()?;
        let first = !std::mem::replace(&mut self.break_told, true);
        Some(first.then_some(Err(why)))
    }
}

/// Changes a desk, and wakes whoever waits for that. A waker is foreign code: not while borrowed.
pub(crate) fn at(desk: &RefCell<Desk>, change: impl FnOnce(&mut Desk) -> Result<(), PipeError>) {
    let mut open = desk.borrow_mut();
    let changed = change(&mut open);
    close(open, changed);
}

/// One for all changes.
fn close(mut open: RefMut<'_, Desk>, changed: Result<(), PipeError>) {
    if let Err(why) = changed {
        open.break_off(why);
    }
    let wakers = open.wakers();
    drop(open);
    for waker in wakers.into_iter().flatten() {
        waker.wake();
    }
}

impl Cable for RefCell<Desk> {
    fn break_off(&self, reason: SmolStr) {
        at(self, |_| Err(PipeError::Broken(reason)));
    }

    fn used(&self) -> u64 {
        0
    }
}

impl<W: Wire> WordPipe<W> {
    /// Tells the peer that the session is accepted under that name.
    pub(crate) fn tell_accepted(&self, session: SessionId) {
        self.desk.borrow_mut().opened = Some(session);
        self.wire.say(Word::Open(session));
    }

    /// What breaks the pipe from outside, as if the wire had been cut.
    pub(crate) fn cable(&self) -> Weak<dyn Cable> {
        let desk: Rc<dyn Cable> = self.desk.clone();
        Rc::downgrade(&desk)
    }

    /// Waits until the host has accepted the session, and by which name. Dropping the future gives
    /// up.
    pub(crate) async fn answered(self) -> Result<(Self, SessionId), PipeError> {
        let answer = poll_fn(|cx| {
            let mut desk = self.desk.borrow_mut();
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
        answer.map(|session| (self, session))
    }

    fn say(&self, word: Word) -> Result<(), PipeError> {
        match self.wire.say(word) {
            true => Ok(()),
            false => Err(PipeError::Broken("the connection takes no message".into())),
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
        self.wire.say(Word::Taken(untold));
    }
}

impl<W: Wire> Unpin for WordPipe<W> {}

impl<W: Wire> Stream for WordPipe<W> {
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

impl<W: Wire> Sink<Frame> for WordPipe<W> {
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
            if !desk.is_near() {
                said(&*self.desk);
            }
        }
        self.say(Word::Frame(frame))
    }

    fn poll_flush(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<Result<(), PipeError>> {
        Poll::Ready(Ok(())) // what is said goes out at the end of the turn
    }

    fn poll_close(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<Result<(), PipeError>> {
        let ended = std::mem::replace(&mut self.desk.borrow_mut().output_ended, true);
        Poll::Ready(if ended { Ok(()) } else { self.say(Word::End) })
    }
}

impl<W: Wire> Drop for WordPipe<W> {
    fn drop(&mut self) {
        // Without this word the peer could not tell a cut from a long silence.
        if !self.desk.borrow().is_done() {
            self.wire.say(Word::Abort("the other side cut the connection".into()));
        }
    }
}

/// When a session was last heard of; the clock of keep-alives.
fn now() -> sessionful::Timestamp {
    use sessionful::drive::Clock;
    BrowserClock.now()
}
