//! What the machines of a world say, written down.

use crate::action::Action;
use crate::event::Event;
use crate::ids::NodeId;
use crate::machine::Outbox;
use crate::observe::Journal;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// What a host has made and ended since its construction (`ORC-1`).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub struct Counts {
    /// Instance contexts made.
    pub contexts: u32,
    /// Instance contexts closed.
    pub contexts_closed: u32,
    /// Service objects made by the runtime.
    pub objects: u32,
    /// Service objects disposed of.
    pub disposed: u32,
    /// The greatest number of operations that ran at once, call-outs not counted.
    pub peak: u32,
}

/// Takes what a machine says: actions in a list, events into the journal and the counts.
pub(super) struct Recorder<'a> {
    pub actions: Vec<Action>,
    pub journal: &'a mut Journal,
    pub counts: Option<&'a mut Counts>,
    pub at: Timestamp,
    pub node: NodeId,
    pub cause: Option<u64>,
    pub last: Option<u64>,
}

impl Outbox<Action> for Recorder<'_> {
    fn act(&mut self, action: Action) {
        self.actions.push(action);
    }

    fn note(&mut self, event: impl FnOnce() -> Event) {
        let counting = self.counts.is_some();
        if !counting && !self.journal.is_on() {
            return;
        }
        let event = event();
        if let Some(counts) = &mut self.counts {
            counts.count(&event);
        }
        if let Some(seq) = self.journal.note(self.at, self.node, self.cause, || event) {
            self.last = Some(seq);
        }
    }
}

impl Counts {
    fn count(&mut self, event: &Event) {
        match event {
            Event::ContextMade { .. } => self.contexts += 1,
            Event::ContextGone { .. } => self.contexts_closed += 1,
            Event::InstanceMade { own: false, .. } => self.objects += 1,
            Event::InstanceReleased { disposed: true, .. } => self.disposed += 1,
            _ => {}
        }
    }
}
