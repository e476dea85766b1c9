//! The page's side.

use crate::exchange::PortExchange;
use crate::pipe::PortPipe;
use crate::port::{Cable, Heard, Line, pair, passenger};
use crate::word::{Posting, clip, garbled, read_number, read_text, read_tuple};
use sessionful::drive::{Connector, PipeError};
use sessionful::ids::SessionId;
use smol_str::SmolStr;
use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use web_sys::{MessageEvent, MessagePort};

/// What a worker tells its page.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub enum News {
    /// Its hosts listen. It counts time from there, in milliseconds since 1970.
    Ready(f64),
    /// Records of what happened there, as JSON, and how many were lost in all.
    Records(String, u32),
    /// The answer to [`PortConnector::ping`].
    Pong(u32),
    /// It has panicked: nothing works there any more.
    Panic(SmolStr),
    /// It is gone. Not every browser tells.
    Gone,
    /// It said what cannot be understood.
    Garbled(PipeError),
}

/// The line to the worker and everything that was connected by it.
pub(crate) struct Trunk {
    line: Line,
    lost: RefCell<Option<SmolStr>>,
    cables: RefCell<Vec<(u32, Weak<dyn Cable>)>>,
    counter: Cell<u64>,
}

impl Trunk {
    /// Asks for a connection of that kind; our end of it.
    pub(crate) fn ask(&self, kind: &str, address: &str) -> Result<MessagePort, PipeError> {
        if let Some(reason) = &*self.lost.borrow() {
            return Err(PipeError::Broken(reason.clone()));
        }
        let broken = || PipeError::Broken("the browser gives no port".into());
        let (near, far) = pair().map_err(|_| broken())?;
        let asked = Posting::tuple(kind, [address.into()]).moving(&far);
        if self.line.post(&asked) { Ok(near) } else { Err(broken()) }
    }

    /// Remembers a connection, to break it with the line or by itself.
    pub(crate) fn watch(&self, group: u32, cable: Weak<dyn Cable>) {
        let mut cables = self.cables.borrow_mut();
        cables.retain(|(_, cable)| cable.strong_count() > 0);
        cables.push((group, cable));
    }

    /// The next number.
    pub(crate) fn count(&self) -> u64 {
        self.counter.set(self.counter.get() + 1);
        self.counter.get()
    }

    fn alive(&self) -> Vec<(u32, Rc<dyn Cable>)> {
        let cables = self.cables.borrow();
        cables.iter().filter_map(|(group, cable)| Some((*group, cable.upgrade()?))).collect()
    }
}

/// Connects to the hosts of a worker. Clones share the line to it.
#[derive(Clone)]
pub struct PortConnector {
    trunk: Rc<Trunk>,
    group: u32,
}

impl PortConnector {
    /// Talks to the worker that has the other end of the port. News come one by one, outside of any
    /// call to this library.
    pub fn new(control: MessagePort, news: impl Fn(News) + 'static) -> PortConnector {
        let line = Line::new(control, move |heard| {
            news(match heard {
                Heard::Message(event) => read_news(&event).unwrap_or_else(News::Garbled),
                Heard::Unreadable => News::Garbled(garbled("a value that cannot be read")),
                Heard::Gone => News::Gone,
            });
        });
        let trunk = Trunk {
            line,
            lost: RefCell::default(),
            cables: RefCell::default(),
            counter: Cell::default(),
        };
        PortConnector { trunk: Rc::new(trunk), group: 0 }
    }

    /// The same line; what is connected through the result belongs to a group, 0 unless given.
    #[must_use]
    pub fn group(&self, group: u32) -> PortConnector {
        PortConnector { trunk: Rc::clone(&self.trunk), group }
    }

    /// Asks the worker for a sign of life: [`News::Pong`] with the same number.
    pub fn ping(&self, number: u32) {
        self.trunk.line.post(&Posting::tuple("ping", [number.into()]));
    }

    /// The worker is lost: whatever was connected breaks, and nothing more can be.
    pub fn cut(&self, reason: &str) {
        self.trunk.lost.borrow_mut().get_or_insert(reason.into());
        self.hang_up(reason);
    }

    /// Sessions and requests on their way break; it can be connected again.
    pub fn hang_up(&self, reason: &str) {
        for (_, cable) in self.trunk.alive() {
            cable.hang_up(reason.into());
        }
    }

    /// Breaks a connection of this group, as if its wire had been cut: the one whose last request is
    /// the newest, else the newest session; whether there was one.
    pub fn break_one(&self, reason: &str) -> bool {
        let cables = self.trunk.alive();
        let ours = cables.iter().filter(|(group, _)| *group == self.group);
        // Equal ones: the newest.
        match ours.max_by_key(|(_, cable)| cable.used()) {
            Some((_, cable)) => cable.break_off(reason.into()),
            None => return false,
        }
        true
    }
}

impl std::fmt::Debug for PortConnector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PortConnector(group {})", self.group)
    }
}

impl Connector for PortConnector {
    type Pipe = PortPipe;
    type Exchange = PortExchange;

    async fn dial(&self, address: &str) -> Result<(PortPipe, SessionId), PipeError> {
        let pipe = PortPipe::new(self.trunk.ask("connect", address)?);
        self.trunk.watch(self.group, pipe.cable());
        pipe.opened().await
    }

    fn exchange(&self, address: &str) -> PortExchange {
        PortExchange::new(Rc::clone(&self.trunk), self.group, address)
    }
}

fn read_news(event: &MessageEvent) -> Result<News, PipeError> {
    if passenger(event).is_some() {
        return Err(garbled("a port that nobody asked for"));
    }
    let (name, tuple) = read_tuple(&event.data())?;
    let first = tuple.get(1);
    match name.as_str() {
        "pong" => read_number(&first).map(News::Pong),
        "ready" => {
            let origin = first.as_f64().filter(|origin| origin.is_finite());
            origin.map(News::Ready).ok_or_else(|| garbled("not a time"))
        }
        "records" => Ok(News::Records(read_text(&first)?, read_number(&tuple.get(2))?)),
        "panic" => Ok(News::Panic(clip(&read_text(&first)?))),
        _ => Err(garbled("an unknown word")),
    }
}
