//! Sessions over a `MessagePort`.

use super::{Desk, Wire, WordPipe, at};
use crate::habitat::heard;
use crate::language::uncloneable;
use crate::outbox::Outbox;
use crate::port::{Heard, Line};
use crate::value::hold;
use crate::word::{Posting, TOGETHER, VALUES, Word, garbled, sort_of};
use js_sys::Array;
use sessionful::Frame;
use sessionful::drive::PipeError;
use sessionful::ids::SessionId;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::MessagePort;

/// One end of a session over a `MessagePort`. Dropping it takes the listeners off the port.
pub type PortPipe = WordPipe<PortWire>;

/// Says words as values; see [`Word`].
pub struct PortWire {
    line: Rc<Line>,
    /// Values that wait for the end of the turn. A closed port swallows them, as any other wire.
    outbox: Outbox,
}

impl Wire for PortWire {
    fn say(&self, word: Word) -> bool {
        let is_frame = matches!(word, Word::Frame(_));
        let posting = word.write();
        // Texts and bytes go at once: a list of them would be no message of values.
        if is_frame && posting.value.is_object() && posting.moved.is_none() {
            self.outbox.put(posting.value);
            return true;
        }
        self.outbox.flush();
        self.line.post(&posting)
    }
}

impl Drop for PortWire {
    fn drop(&mut self) {
        self.outbox.flush();
    }
}

impl PortPipe {
    /// A pipe over a port that a connection was agreed on. It belongs to the pipe from now on.
    pub fn new(port: MessagePort) -> PortPipe {
        let desk = Rc::<RefCell<Desk>>::default();
        let told = Rc::clone(&desk);
        let line = Rc::new(Line::new(port, move |event| {
            heard(&*told);
            at(&told, |desk| hear(desk, &event));
        }));
        let (posts, broken) = (Rc::clone(&line), Rc::downgrade(&desk));
        let outbox = Outbox::new(move |values| {
            if let Some(desk) = broken.upgrade() {
                post(&posts, &desk, values);
            }
        });
        WordPipe { desk, wire: PortWire { line, outbox } }
    }

    /// Tells the peer that the session is accepted under that name.
    pub(crate) fn accept(&self, session: SessionId) {
        self.desk.borrow_mut().set_accepted(session);
        self.tell_accepted(session);
    }

    /// Waits until the host has accepted the session, and by which name. Dropping the future gives
    /// up.
    pub(crate) async fn opened(self) -> Result<(PortPipe, SessionId), PipeError> {
        let (pipe, session) = self.answered().await?;
        pipe.desk.borrow_mut().set_opened(session);
        Ok((pipe, session))
    }
}

/// Posts what was said in one turn in one message.
fn post(line: &Line, desk: &RefCell<Desk>, values: Vec<JsValue>) {
    let together = match &values[..] {
        [value] => value.clone(),
        _ => values.iter().collect::<Array>().into(),
    };
    if line.post(&Posting::new(together)) {
        return;
    }
    // One of them cannot be cloned; the others shall not suffer for it.
    for value in values {
        if !line.post(&Posting::new(value.clone())) {
            at(desk, |desk| instead(line, desk, &value));
        }
    }
}

/// Answers in place of the peer, or tells the peer, where a message cannot be cloned.
fn instead(line: &Line, desk: &mut Desk, value: &JsValue) -> Result<(), PipeError> {
    let lost = || PipeError::Broken("the port takes no message".into());
    let (answer, is_for_peer) = uncloneable(value).ok_or_else(lost)?;
    if !is_for_peer {
        desk.unpicked = desk.unpicked.saturating_sub(1); // it never went out
        return desk.hear(Word::read(&answer)?);
    }
    if line.post(&Posting::new(answer)) { Ok(()) } else { Err(lost()) }
}

fn hear(desk: &mut Desk, heard: &Heard) -> Result<(), PipeError> {
    let value = match heard {
        Heard::Message(event) => event.data(),
        Heard::Unreadable => return Err(garbled("a value that cannot be read")),
        Heard::Gone => return Err(PipeError::Broken("the other side is gone".into())),
    };
    match sort_of(&value) {
        VALUES => desk.hear(Word::Frame(Frame::Bytes(hold(value)))),
        TOGETHER => {
            let values = value.unchecked_ref::<Array>().iter();
            values.into_iter().try_for_each(|value| desk.hear(Word::read(&value)?))
        }
        _ => desk.hear(Word::read(&value)?),
    }
}
