//! The instance lock: who may run on a service object (`CONC-2` to `CONC-6`).

use crate::ids::DispatchId;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// How many operations may run at once in one instance context (`CONC-1`).
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "camelCase")]
pub enum ConcurrencyMode {
    /// One, from its beginning to its end.
    #[default]
    Single,
    /// One at a time; while it awaits a call that it made, another may run.
    Reentrant,
    /// Any number: the service looks after itself.
    Multiple,
}

/// The lock of one instance context, with the two queues that wait for it.
///
/// It is handed over, never thrown open: nobody can barge in between two owners.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub struct Gate {
    holder: Option<DispatchId>,
    /// Operations whose call-out has returned; they go first ("old work first", `CONC-4`).
    resuming: VecDeque<DispatchId>,
    /// New messages.
    arriving: VecDeque<DispatchId>,
}

impl Gate {
    /// A new message wants in. False: it waits.
    pub fn arrive(&mut self, dispatch: DispatchId) -> bool {
        Self::take_or_wait(&mut self.holder, &mut self.arriving, dispatch)
    }

    /// An operation comes back from a call-out. False: it waits, before every new message.
    pub fn resume(&mut self, dispatch: DispatchId) -> bool {
        Self::take_or_wait(&mut self.holder, &mut self.resuming, dispatch)
    }

    fn take_or_wait(
        holder: &mut Option<DispatchId>,
        queue: &mut VecDeque<DispatchId>,
        dispatch: DispatchId,
    ) -> bool {
        if holder.is_none() {
            *holder = Some(dispatch);
            return true;
        }
        queue.push_back(dispatch);
        false
    }

    /// The holder leaves. The lock passes, still locked, to the one returned.
    pub fn leave(&mut self, dispatch: DispatchId) -> Option<DispatchId> {
        if self.holder != Some(dispatch) {
            return None;
        }
        self.holder = self.resuming.pop_front().or_else(|| self.arriving.pop_front());
        self.holder
    }

    /// A waiter gives up.
    pub fn forget(&mut self, dispatch: DispatchId) {
        self.resuming.retain(|waiting| *waiting != dispatch);
        self.arriving.retain(|waiting| *waiting != dispatch);
    }

    /// Who holds it.
    pub fn holder(&self) -> Option<DispatchId> {
        self.holder
    }

    /// Who comes back from call-outs, in order.
    pub fn resuming(&self) -> impl Iterator<Item = DispatchId> + '_ {
        self.resuming.iter().copied()
    }

    /// Which new messages wait, in order.
    pub fn arriving(&self) -> impl Iterator<Item = DispatchId> + '_ {
        self.arriving.iter().copied()
    }
}
