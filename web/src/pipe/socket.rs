//! Sessions over a WebSocket, or over anything of its shape.
//!
//! Messages are text frames that begin with `{` (several that were sent in one turn: a list of them,
//! which begins with `[`) or binary frames. What else the two ends tell each other is a short text:
//!
//! | text         | by     | meaning                                                     |
//! |--------------|--------|-------------------------------------------------------------|
//! | `=` and name | host   | the session is accepted under that name (32 hex digits)     |
//! | `+` and n    | both   | n messages were picked up, so as many more may come         |
//! | `.`          | both   | nothing more will be sent                                   |
//! | `?`          | both   | is anybody there?                                           |
//! | `!`          | both   | yes                                                         |
//!
//! | close code | meaning                                                              |
//! |------------|----------------------------------------------------------------------|
//! | 1000       | both directions had ended                                            |
//! | 1001       | the page or the server goes away                                     |
//! | 1013, 4429 | too busy: try later                                                  |
//! | 1008, 4403 | the caller is not let in                                             |
//! | 4404       | nothing listens at the address                                       |
//! | 4000       | cut by the other side                                                |
//! | 4002       | the other side sent what is no text of this table, or too much       |

use super::{Desk, Wire, WordPipe, at, now};
use crate::exchange::read_status;
use crate::habitat::{BrowserClock, heard, spawn, turn};
use crate::language::{SUBPROTOCOL, parse, spell_text};
use crate::outbox::Outbox;
use crate::value::{held, hold};
use crate::word::{Word, clip, garbled, named, read_frame, read_session};
use futures::future::{AbortHandle, abortable};
use js_sys::{Array, JsString, Promise, Reflect};
use sessionful::codec::Limits;
use sessionful::drive::{Clock, PipeError};
use sessionful::{Frame, Timestamp};
use smol_str::format_smolstr;
use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use std::time::Duration;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

#[wasm_bindgen]
extern "C" {
    /// Whatever has the shape of a WebSocket: the browser's, one of a library, or an object that
    /// speaks over a `MessagePort`.
    #[derive(Clone, Debug)]
    pub type Socket;

    #[wasm_bindgen(method, catch)]
    fn send(this: &Socket, data: &JsValue) -> Result<(), JsValue>;

    #[wasm_bindgen(method, getter, catch, js_name = readyState)]
    fn ready_state(this: &Socket) -> Result<u16, JsValue>;

    /// What the host chose of the offered ones; not every socket tells.
    #[wasm_bindgen(method, getter, catch)]
    fn protocol(this: &Socket) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, setter, catch, js_name = binaryType)]
    fn set_binary_type(this: &Socket, kind: &str) -> Result<(), JsValue>;

    #[wasm_bindgen(method, catch, js_name = addEventListener)]
    fn add_listener(this: &Socket, event: &str, listener: &Listener) -> Result<(), JsValue>;

    #[wasm_bindgen(method, catch, js_name = removeEventListener)]
    fn remove_listener(this: &Socket, event: &str, listener: &Listener) -> Result<(), JsValue>;

    /// What a socket tells: `message` with data, `close` with code and reason, `error`, `open`.
    #[derive(Clone, Debug)]
    pub type SocketEvent;

    #[wasm_bindgen(method, getter, catch)]
    fn data(this: &SocketEvent) -> Result<JsValue, JsValue>;
}

#[wasm_bindgen(module = "/src/wire.js")]
extern "C" {
    fn leave(socket: &Socket, code: u16, reason: &str);

    /// Leaves the socket of a promise that nobody waits for any more.
    #[wasm_bindgen(js_name = leaveLater)]
    pub(crate) fn leave_later(socket: &Promise);
}

impl SocketEvent {
    fn member(&self, name: &str) -> JsValue {
        Reflect::get(self, &name.into()).unwrap_or_default()
    }

    fn text(&self, name: &str) -> String {
        self.member(name).as_string().unwrap_or_default()
    }
}

/// A socket may tell something while it is told something.
type Listener = Closure<dyn Fn(SocketEvent)>;

const OPEN: u16 = 1;
const CLOSED: u16 = 3;
/// The close code for a peer that sent what is no message.
const UNREADABLE: u16 = 4002;
const EVENTS: [&str; 4] = ["open", "message", "close", "error"];
/// A list of messages may be that long, in UTF-16 units, whatever the limit of one is: the two ends
/// need not have the same limits.
const LIST: usize = 65_536;

/// Who keeps messages, and how large they may be.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Carry {
    /// Their text or bytes are copied into the runtime, for its own codecs.
    Copied(Limits),
    /// They stay with JavaScript.
    Held(Limits),
}

impl Carry {
    pub(crate) fn limits(self) -> Limits {
        match self {
            Carry::Copied(limits) | Carry::Held(limits) => limits,
        }
    }
}

/// When a silent peer is asked for a sign of life, and when it is given up. A page is never told
/// that its connection is dead: proxies drop idle ones, and computers sleep.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct KeepAlive {
    /// The silence after which to ask; 30 seconds unless set.
    pub idle: Duration,
    /// How long an answer may take; 10 seconds unless set. Half a second is added, in which a page that was
    /// frozen hears what waits for it.
    pub answer: Duration,
}

impl Default for KeepAlive {
    fn default() -> Self {
        KeepAlive { idle: Duration::from_secs(30), answer: Duration::from_secs(10) }
    }
}

/// One end of a session over a WebSocket. Dropping it takes the listeners off and closes the socket.
pub type SocketPipe = WordPipe<SocketWire>;

/// Says words as texts.
pub struct SocketWire {
    line: Rc<Line>,
    outbox: Outbox,
}

struct Line {
    socket: Socket,
    carry: Carry,
    /// What waits for the socket to open, or for the end of what is being heard.
    early: RefCell<Vec<JsValue>>,
    heard: Cell<Timestamp>,
    /// One for each of [`EVENTS`].
    listen: RefCell<Vec<Listener>>,
    code: Cell<u16>,
    /// What an error said before the socket closed.
    trouble: RefCell<String>,
    /// Stops asking for signs of life.
    watch: Cell<Option<AbortHandle>>,
}

impl Line {
    fn send(&self, value: &JsValue) -> bool {
        match self.socket.ready_state().unwrap_or(CLOSED) {
            0 => {
                self.early.borrow_mut().push(value.clone());
                true
            }
            OPEN => self.socket.send(value).is_ok(),
            _ => false,
        }
    }

    fn say(&self, text: &str) -> bool {
        self.send(&text.into())
    }

    /// Sends what waits, once the socket is open.
    fn catch_up(&self) -> bool {
        let early = self.early.take();
        early.iter().all(|value| self.send(value))
    }

    /// Sends what was said in one turn in as few frames as may be, if it is text of ours.
    fn post(&self, values: &[JsValue]) -> bool {
        if values.len() == 1 || !matches!(self.carry, Carry::Held(_)) {
            return values.iter().all(|value| self.send(value));
        }
        let most = self.carry.limits().frame.min(LIST);
        let length = |value: &JsValue| value.unchecked_ref::<JsString>().length() as usize + 1;
        let mut rest = values;
        while !rest.is_empty() {
            let mut sum = 1;
            let fitting = rest.iter().take_while(|value| {
                sum += length(value);
                sum <= most
            });
            let (now, later) = rest.split_at(fitting.count().max(1));
            if !self.send(&together(now.iter())) {
                return false;
            }
            rest = later;
        }
        true
    }
}

/// One message as it is, the texts of several as a list.
pub(crate) fn together<'a>(messages: impl ExactSizeIterator<Item = &'a JsValue>) -> JsValue {
    let is_one = messages.len() == 1;
    let list: Array = messages.collect();
    match is_one {
        true => list.get(0),
        false => JsString::from("[").concat(&list.join(",")).concat(&"]".into()).into(),
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        for (event, listen) in EVENTS.into_iter().zip(self.listen.take()) {
            let _ = self.socket.remove_listener(event, &listen);
        }
        if let Some(watch) = self.watch.take() {
            watch.abort();
        }
        let code = self.code.get();
        leave(&self.socket, code, if code == 1000 { "" } else { "cut" });
    }
}

impl Wire for SocketWire {
    fn say(&self, word: Word) -> bool {
        if let Word::Frame(frame) = word {
            self.outbox.put(write_frame(frame));
            return true;
        }
        self.outbox.flush();
        match word {
            Word::Open(session) => self.line.say(&format_smolstr!("={session}")),
            Word::Taken(frames) => self.line.say(&format_smolstr!("+{frames}")),
            Word::End => {
                self.line.code.set(1000);
                self.line.say(".")
            }
            Word::Abort(_) => {
                if self.line.code.get() != UNREADABLE {
                    self.line.code.set(4000);
                }
                true
            }
            Word::Refuse(why) => {
                self.line.code.set(refusal_code(&why));
                true
            }
            Word::Frame(_) => true,
        }
    }
}

impl Drop for SocketWire {
    fn drop(&mut self) {
        self.outbox.flush();
    }
}

fn write_frame(frame: Frame) -> JsValue {
    match frame {
        Frame::Text(text) => text.into(),
        Frame::Bytes(bytes) => match held(&bytes) {
            Some(text) if text.is_string() => text,
            // A host that speaks first does not know yet that this is no port.
            Some(message) => {
                spell_text(&message, usize::MAX).map_or(JsValue::UNDEFINED, JsValue::from)
            }
            None => js_sys::Uint8Array::from(&bytes[..]).into(),
        },
    }
}

impl SocketPipe {
    /// A pipe over a socket that is open or about to be; its messages go through the runtime's own
    /// codecs. It belongs to the pipe from now on.
    pub fn new(socket: Socket, limits: Limits) -> SocketPipe {
        SocketPipe::carrying(socket, Carry::Copied(limits))
    }

    pub(crate) fn carrying(socket: Socket, carry: Carry) -> SocketPipe {
        let _ = socket.set_binary_type("arraybuffer");
        let desk = Rc::<RefCell<Desk>>::default();
        let line = Rc::new(Line {
            socket,
            carry,
            early: RefCell::default(),
            heard: Cell::new(now()),
            listen: RefCell::default(),
            code: Cell::new(1000),
            trouble: RefCell::default(),
            watch: Cell::default(),
        });
        listen(&line, &desk);
        // A socket that is closed already has told it to nobody.
        if line.socket.ready_state().unwrap_or(CLOSED) > OPEN {
            at(&desk, |_| Err(named("UNREACHABLE", "the socket is closed")));
        }
        let (posts, broken) = (Rc::clone(&line), Rc::downgrade(&desk));
        let outbox = Outbox::new(move |values| {
            if !posts.post(values)
                && let Some(desk) = broken.upgrade()
            {
                at(&desk, |_| Err(takes_nothing()));
            }
        });
        WordPipe { desk, wire: SocketWire { line, outbox } }
    }

    /// Closes the socket with a code that tells why.
    pub(crate) fn refuse(self, why: PipeError) {
        self.wire.say(Word::Refuse(why));
        let mut desk = self.desk.borrow_mut();
        (desk.input_ended, desk.output_ended) = (true, true); // there is nothing left to cut
    }

    /// Asks a silent peer for signs of life from now on, for as long as the pipe lives.
    pub fn keep_alive(&self, every: KeepAlive) {
        let (line, desk) = (Rc::downgrade(&self.wire.line), Rc::downgrade(&self.desk));
        let (watching, stop) = abortable(watch_over(line, desk, every));
        self.wire.line.watch.set(Some(stop));
        spawn(async move {
            let _ = watching.await; // aborted: the pipe is gone
        });
    }
}

/// Whoever was frozen, or busy, hears a little later than its timers what waits for it.
const GRACE: Duration = Duration::from_millis(500);

/// No message costs anything here: the time of the last one is looked at when the timer rings.
async fn watch_over(line: Weak<Line>, desk: Weak<RefCell<Desk>>, every: KeepAlive) {
    let mut asked = None;
    loop {
        let Some(heard) = line.upgrade().map(|line| line.heard.get()) else { return };
        let due = match asked {
            Some(asked) if heard < asked => asked + every.answer,
            _ => heard + every.idle,
        };
        if now() < due {
            BrowserClock.sleep_until(due).await;
            continue;
        }
        if asked.is_some_and(|asked| heard < asked) {
            BrowserClock.sleep(GRACE).await;
            let silent = |line: Rc<Line>| line.heard.get() == heard;
            match (line.upgrade().is_some_and(silent), desk.upgrade()) {
                (true, Some(desk)) => {
                    return at(&desk, |_| Err(PipeError::Broken("no sign of life".into())));
                }
                _ => continue,
            }
        }
        let Some(line) = line.upgrade() else { return };
        asked = Some(now());
        line.say("?");
    }
}

type Hear = fn(&Line, &mut Desk, &SocketEvent) -> Result<(), PipeError>;

/// What is done about each of [`EVENTS`].
const HEAR: [Hear; 4] = [hear_open, hear_data, hear_close, hear_error];

/// Listens to each event on its own: their names would be copied in with every message.
fn listen(line: &Rc<Line>, desk: &Rc<RefCell<Desk>>) {
    for (event, hear) in EVENTS.into_iter().zip(HEAR) {
        let (hears, told) = (Rc::downgrade(line), Rc::clone(desk));
        let listen = Closure::new(move |event: SocketEvent| {
            turn(|| {
                heard(&*told);
                if let Some(line) = hears.upgrade() {
                    at(&told, |desk| hear(&line, desk, &event));
                    if !line.catch_up() {
                        at(&told, |_| Err(takes_nothing()));
                    }
                }
            });
        });
        if line.socket.add_listener(event, &listen).is_err() {
            at(desk, |_| Err(PipeError::Broken("it is no socket".into())));
        }
        line.listen.borrow_mut().push(listen);
    }
}

fn takes_nothing() -> PipeError {
    PipeError::Broken("the socket takes no message".into())
}

fn hear_open(line: &Line, _: &mut Desk, _: &SocketEvent) -> Result<(), PipeError> {
    line.heard.set(now());
    // A host that chooses none of the offered ones would be silent for ever. Not every socket tells.
    let chosen = line.socket.protocol().ok().and_then(|chosen| chosen.as_string());
    if chosen.is_some_and(|chosen| chosen != SUBPROTOCOL) {
        return Err(named("SUBPROTOCOL", SUBPROTOCOL));
    }
    Ok(())
}

fn hear_data(line: &Line, desk: &mut Desk, event: &SocketEvent) -> Result<(), PipeError> {
    line.heard.set(now());
    let data = event.data().unwrap_or_default();
    hear_message(line, desk, &data).inspect_err(|_| line.code.set(UNREADABLE))
}

fn hear_close(line: &Line, desk: &mut Desk, event: &SocketEvent) -> Result<(), PipeError> {
    let code = event.member("code").as_f64().map_or(1006, |code| code as u16);
    let mut reason = event.text("reason");
    if reason.is_empty() {
        reason = line.trouble.take();
    }
    Err(closed(code, &reason, desk.opened.is_some()))
}

/// A close follows. Browsers say no more than that; others do.
fn hear_error(line: &Line, _: &mut Desk, event: &SocketEvent) -> Result<(), PipeError> {
    line.trouble.replace(event.text("message"));
    Ok(())
}

fn hear_message(line: &Line, desk: &mut Desk, data: &JsValue) -> Result<(), PipeError> {
    let limits = line.carry.limits();
    let Some(text) = data.dyn_ref::<JsString>() else {
        return desk.hear(Word::Frame(read_frame(data)?));
    };
    let first = text.char_code_at(0) as u32; // of an empty text: no number, so 0
    match char::from_u32(first) {
        Some('{') if text.length() as usize > limits.frame => Err(garbled("a message too large")),
        Some('{') => {
            let frame = match line.carry {
                Carry::Copied(_) => read_frame(data)?,
                Carry::Held(_) => Frame::Bytes(hold(read(data, &limits)?)),
            };
            desk.hear(Word::Frame(frame))
        }
        Some('[') if matches!(line.carry, Carry::Held(_)) => hear_batch(desk, data, limits),
        _ if text.length() > 64 => Err(garbled("neither a message nor a word")),
        _ => hear_word(line, desk, &String::from(text)),
    }
}

fn hear_batch(desk: &mut Desk, data: &JsValue, limits: Limits) -> Result<(), PipeError> {
    let text = data.unchecked_ref::<JsString>();
    let length = text.length() as usize;
    if length > limits.frame.max(LIST) {
        return Err(garbled("a list too large"));
    }
    let deeper = Limits { depth: limits.depth.saturating_add(1), ..limits };
    let list = Array::from(&read(data, &deeper)?);
    if length > limits.frame.saturating_mul(list.length() as usize) {
        return Err(garbled("a message too large"));
    }
    let frames = list.iter().map(|message| Word::Frame(Frame::Bytes(hold(message))));
    frames.into_iter().try_for_each(|frame| desk.hear(frame))
}

fn read(text: &JsValue, limits: &Limits) -> Result<JsValue, PipeError> {
    parse(text, limits).map_err(|why| garbled(&why.to_string()))
}

fn hear_word(line: &Line, desk: &mut Desk, text: &str) -> Result<(), PipeError> {
    let unknown = || garbled("an unknown word");
    let first = text.chars().next().ok_or_else(unknown)?;
    let rest = &text[first.len_utf8()..];
    match first {
        '=' => desk.hear(Word::Open(read_session(rest)?)),
        '+' => desk.hear(Word::Taken(rest.parse().map_err(|_| unknown())?)),
        '.' if rest.is_empty() => desk.hear(Word::End),
        '?' if rest.is_empty() => {
            line.early.borrow_mut().push("!".into());
            Ok(())
        }
        '!' if rest.is_empty() => Ok(()),
        _ => Err(unknown()),
    }
}

const REFUSED: &str = "Unexpected server response: ";

/// A status of HTTP in place of a socket.
fn refused(status: &str) -> PipeError {
    let read = status.parse().ok().and_then(|status| read_status(status).err());
    read.unwrap_or_else(|| named("STATUS", status))
}

fn closed(code: u16, reason: &str, opened: bool) -> PipeError {
    match code {
        1013 | 4429 => PipeError::Busy,
        1008 | 4403 => PipeError::Denied,
        4404 => PipeError::NotFound,
        // What `ws` says of an answer that is no upgrade; browsers tell nobody.
        1006 if !opened && let Some(status) = reason.strip_prefix(REFUSED) => refused(status),
        1006 if !opened && reason.is_empty() => named("UNREACHABLE", "the connection failed"),
        1006 if !opened => named("UNREACHABLE", reason),
        1006 => PipeError::Broken("the connection was lost".into()),
        4000 => PipeError::Broken("the other side cut the connection".into()),
        _ if !opened => named("CLOSED", &format!("{code} {reason}")),
        _ => PipeError::Broken(clip(&format!("closed with code {code}: {reason}"))),
    }
}

fn refusal_code(why: &PipeError) -> u16 {
    match why {
        PipeError::NotFound => 4404,
        PipeError::Denied => 4403,
        PipeError::Busy => 4429,
        PipeError::Garbled(_) => 4002,
        _ => 4000,
    }
}
