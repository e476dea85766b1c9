//! Sessions over a `MessagePort`.

use super::near::End;
use super::{Desk, Wire, WordPipe, at};
use crate::habitat::{heard, turn};
use crate::outbox::Outbox;
use crate::port::{Heard, Line};
use crate::value::{held, hold};
use crate::word::{TOGETHER, VALUES, Word, garbled, sort_of};
use js_sys::Array;
use sessionful::Frame;
use sessionful::drive::PipeError;
use sessionful::ids::SessionId;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::MessagePort;

/// One end of a session over a `MessagePort`. Dropping it takes the listeners off the port.
pub type PortPipe = WordPipe<PortWire>;

/// Says words as values; see [`Word`].
pub struct PortWire {
    pub(super) end: End,
    /// Listens for as long as the pipe lives.
    _line: Line,
    /// Values that wait for the end of the turn. A closed port swallows them, as any other wire.
    outbox: Outbox,
    /// JavaScript calls it.
    _hear: Closure<dyn Fn(JsValue)>,
}

impl Wire for PortWire {
    fn say(&self, word: Word) -> bool {
        if let Word::Frame(Frame::Bytes(name)) = &word
            && let Some(values) = held(name)
        {
            self.outbox.put(values);
            return true;
        }
        // Texts and bytes go at once: a list of them would be no message of values.
        self.outbox.flush();
        let posting = word.write();
        match &posting.moved {
            Some(moved) => self.end.post_moving(&posting.value, moved),
            None => self.end.post(&posting.value),
        }
    }
}

impl Drop for PortWire {
    fn drop(&mut self) {
        self.outbox.flush();
        self.end.leave();
    }
}

impl PortPipe {
    /// A pipe over a port that a connection was agreed on. It belongs to the pipe from now on.
    pub fn new(port: MessagePort) -> PortPipe {
        let desk = Rc::<RefCell<Desk>>::default();
        let told = Rc::clone(&desk);
        let near = Closure::new(move |value| turn(|| at(&told, |desk| hear(desk, value))));
        let end = End::new(&port, &near);
        let (told, reads) = (Rc::clone(&desk), end.clone());
        let line = Line::new(port, move |event| {
            heard(&*told);
            let read = read(&reads, &event);
            at(&told, |desk| hear(desk, read?));
        });
        let (posts, broken) = (end.clone(), Rc::downgrade(&desk));
        let outbox = Outbox::new(move |values| {
            if let Some(desk) = broken.upgrade() {
                post(&posts, &desk, values);
            }
        });
        WordPipe { desk, wire: PortWire { end, _line: line, outbox, _hear: near } }
    }

    /// Tells the peer that the session is accepted under that name.
    pub(crate) fn accept(&self, session: SessionId) {
        self.set_accepted(session);
        self.tell_accepted(session);
    }

    /// Waits until the host has accepted the session, and by which name. Dropping the future gives
    /// up.
    pub(crate) async fn opened(self) -> Result<(PortPipe, SessionId), PipeError> {
        let (pipe, session) = self.answered().await?;
        pipe.set_opened(session);
        Ok((pipe, session))
    }
}

/// Posts what was said in one turn in one message. Messages can be cloned: their contents were.
fn post(end: &End, desk: &RefCell<Desk>, values: &[JsValue]) {
    let posted = match values {
        [value] => end.post(value),
        _ => end.post(&values.iter().collect::<Array>()),
    };
    if !posted {
        at(desk, |_| Err(PipeError::Broken("the port takes no message".into())));
    }
}

fn read(end: &End, heard: &Heard) -> Result<JsValue, PipeError> {
    match heard {
        Heard::Message(event) => Ok(end.read(event)),
        Heard::Unreadable => Err(garbled("a value that cannot be read")),
        Heard::Gone => Err(PipeError::Broken("the other side is gone".into())),
    }
}

fn hear(desk: &mut Desk, value: JsValue) -> Result<(), PipeError> {
    match sort_of(&value) {
        VALUES => desk.hear(Word::Frame(Frame::Bytes(hold(value)))),
        TOGETHER => {
            let values = value.unchecked_ref::<Array>().iter();
            values.into_iter().try_for_each(|value| desk.hear(Word::read(&value)?))
        }
        _ => desk.hear(Word::read(&value)?),
    }
}
