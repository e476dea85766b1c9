//! Opening, closing, aborting and resetting a proxy (`PROXY-3`, `CO-2` to `CO-7`).

use super::{CallState, Closing, Due, Mode, Proxy, Task};
use crate::action::{Action, Ticket};
use crate::channel::{Channel, Role};
use crate::error::ProxyError;
use crate::event::{Ending, Event};
use crate::ids::{CallId, ChannelId, DispatchId, EndpointId};
use crate::lifecycle::{Phase, Rules, Verb};
use crate::machine::Outbox;
use crate::message::Message;
use crate::time::Timestamp;
use std::time::Duration;

impl Proxy {
    /// `PROXY-7`: with sessions the channel is connected here; without, nothing is.
    pub(super) fn open(
        &mut self,
        now: Timestamp,
        ticket: Option<Ticket>,
        out: &mut impl Outbox<Action>,
    ) {
        if let Err(error) = self.go(Verb::Open, out) {
            return self.done(ticket, Err(error), out);
        }
        let due = self.open_timeout().map(|timeout| now + timeout);
        self.task = Some(Task::Opening { ticket, due });
        let (kind, endpoint) = (self.kind, EndpointId(0));
        let Mode::Sessionful(dispatcher) = &mut self.mode else { return self.opened(now, out) };
        let id = self.next_channel.take();
        let mut channel = Channel::new(id, endpoint, kind, Role::Proxy);
        channel.phase = Phase::Created;
        dispatcher.add_channel(channel, out);
        dispatcher.begin_opening(id, out);
        if let Some(due) = due {
            self.timers.set(due, Due::Open);
        }
        out.act(Action::Dial(id));
    }

    fn open_timeout(&self) -> Option<Duration> {
        let default = (self.options.rules == Rules::Wcf).then_some(self.binding.timeouts.open);
        self.options.open_timeout.or(default)
    }

    pub(super) fn opened(&mut self, now: Timestamp, out: &mut impl Outbox<Action>) {
        if self.phase != Phase::Opening {
            return;
        }
        let ticket = self.end_opening();
        let _ = self.go(Verb::Succeed, out);
        self.done(ticket, Ok(()), out);
        self.send_queued(now, out);
    }

    fn end_opening(&mut self) -> Option<Ticket> {
        match self.task.take() {
            Some(Task::Opening { ticket, due }) => {
                if let Some(due) = due {
                    self.timers.clear(due, Due::Open);
                }
                ticket
            }
            other => {
                self.task = other;
                None
            }
        }
    }

    /// `GOT-38`: WWSAPI's proxy may try again, WCF's has faulted.
    pub(super) fn open_failed(&mut self, error: ProxyError, out: &mut impl Outbox<Action>) {
        let ticket = self.end_opening();
        let _ = self.go(Verb::Fail, out);
        // It may be there still if its end is left to the user (SESS-20).
        self.end_channels(Ending::Lost, out);
        self.end_all_calls(&error, out);
        self.done(ticket, Err(error), out);
    }

    /// What closing has left to tell, if it is that which goes on.
    fn end_closing(&mut self) -> Option<Closing> {
        match self.task.take() {
            Some(Task::Closing(closing)) => {
                self.timers.clear(closing.due, Due::Close);
                Some(closing)
            }
            other => {
                self.task = other;
                None
            }
        }
    }

    fn done(
        &self,
        ticket: Option<Ticket>,
        result: Result<(), ProxyError>,
        out: &mut impl Outbox<Action>,
    ) {
        if let Some(ticket) = ticket {
            out.act(Action::ProxyDone(ticket, result));
        }
    }

    fn end_all_calls(&mut self, error: &ProxyError, out: &mut impl Outbox<Action>) {
        let calls: Vec<CallId> = self.calls.keys().copied().collect();
        for id in calls {
            let Some(call) = self.calls.get(&id) else { continue };
            if matches!(call.state, CallState::Abandoned(_)) {
                self.calls.remove(&id);
                out.note(|| Event::CallForgotten { call: id });
            } else if !self.end_outside(id, call.within, error, out) {
                self.end(id, Err(error.clone()), out);
            }
        }
    }

    /// `CONC-5`: the callback that made the call hears of its end once it is inside of the gate again.
    /// False: no callback waits for it.
    fn end_outside(
        &mut self,
        id: CallId,
        within: Option<DispatchId>,
        error: &ProxyError,
        out: &mut impl Outbox<Action>,
    ) -> bool {
        let channel = self.channel();
        let (Some(within), Mode::Sessionful(dispatcher)) = (within, &mut self.mode) else {
            return false;
        };
        if !dispatcher.is_outside(within, id) {
            return false;
        }
        if let Some(channel) = channel {
            dispatcher.forget_call(channel, id);
        }
        dispatcher.step_in(within, id, Some(Err(error.clone())), out);
        true
    }

    pub(super) fn close(&mut self, now: Timestamp, ticket: Ticket, out: &mut impl Outbox<Action>) {
        let (from, rules) = (self.phase, self.options.rules);
        if let Err(error) = self.go(Verb::Close, out) {
            return out.act(Action::ProxyDone(ticket, Err(error)));
        }
        self.close_called = true;
        match (from, rules) {
            (Phase::Opened, _) => self.begin_closing(now, Some(ticket), None, out),
            (Phase::Faulted, Rules::Wws) => {
                self.end_channels(Ending::Aborted, out);
                self.end_all_calls(&ProxyError::Aborted, out);
                let _ = self.go(Verb::Succeed, out);
                out.act(Action::ProxyDone(ticket, Ok(())));
            }
            (Phase::Faulted, Rules::Wcf) => {
                // CO-5: it is cleaned up, and the closer still learns that it had faulted.
                self.end_channels(Ending::Aborted, out);
                self.end_all_calls(&ProxyError::Aborted, out);
                out.act(Action::ProxyDone(ticket, Err(ProxyError::Faulted)));
            }
            (Phase::Opening, _) => {
                self.give_up_opening(out);
                out.act(Action::ProxyDone(ticket, Ok(())));
            }
            // GOT-39: a second closer does not wait.
            _ => out.act(Action::ProxyDone(ticket, Ok(()))),
        }
    }

    fn give_up_opening(&mut self, out: &mut impl Outbox<Action>) {
        let opener = self.end_opening();
        self.end_channels(Ending::Aborted, out);
        let error = match self.options.rules {
            Rules::Wws => ProxyError::Aborted,
            Rules::Wcf => self.over(),
        };
        // A call that opened the proxy is an opener too (CO-4).
        self.end_all_calls(&error, out);
        self.done(opener, Err(error), out);
    }

    /// A terminating operation has its answer: the session ends, then its caller learns
    /// (`SESS-12`).
    pub(super) fn close_after(
        &mut self,
        now: Timestamp,
        call: CallId,
        result: Result<Box<Message>, ProxyError>,
        out: &mut impl Outbox<Action>,
    ) {
        let _ = self.go(Verb::Close, out);
        self.close_called = true;
        self.begin_closing(now, None, Some((call, result)), out);
    }

    /// A callback has failed, and the session is being closed for it (`FLT-5`): WCF's proxy closes
    /// with its channel (`CO-6`), WWSAPI's has no good channel any more (`PROXY-16`).
    pub(super) fn session_failed(&mut self, now: Timestamp, out: &mut impl Outbox<Action>) {
        match self.options.rules {
            _ if self.phase != Phase::Opened => {}
            Rules::Wws => self.fault(out),
            Rules::Wcf => {
                let _ = self.go(Verb::Close, out);
                self.close_called = true;
                self.begin_closing(now, None, None, out);
            }
        }
    }

    fn begin_closing(
        &mut self,
        now: Timestamp,
        ticket: Option<Ticket>,
        last: Option<(CallId, Result<Box<Message>, ProxyError>)>,
        out: &mut impl Outbox<Action>,
    ) {
        let own = now + self.max_close_timeout();
        // What remains of the terminating call's time, if it is that which closes.
        let call = last.as_ref().and_then(|(call, _)| self.calls.get(call));
        let due = call.and_then(|call| call.due).unwrap_or(own);
        self.timers.set(due, Due::Close);
        self.task = Some(Task::Closing(Closing { ticket, due, told: false, last }));
        self.go_on_closing(now, out);
    }

    fn max_close_timeout(&self) -> Duration {
        let default = match self.options.rules {
            Rules::Wws => Duration::from_secs(5),
            Rules::Wcf => self.binding.timeouts.close,
        };
        self.options.max_close_timeout.unwrap_or(default)
    }

    /// `CALL-12`, `SESS-26`: pending calls end, the peer is told and its end awaited.
    pub(super) fn go_on_closing(&mut self, now: Timestamp, out: &mut impl Outbox<Action>) {
        let Some(Task::Closing(closing)) = &mut self.task else { return };
        let last = closing.last.as_ref().map(|(call, _)| *call);
        if self.calls.keys().any(|call| Some(*call) != last) {
            return;
        }
        if std::mem::replace(&mut closing.told, true) {
            return;
        }
        let limit = closing.due.since(now);
        match (self.channel(), &mut self.mode) {
            (Some(channel), Mode::Sessionful(dispatcher)) => {
                dispatcher.close_channel(now, channel, limit, out);
                self.hear(now, out);
            }
            _ => {
                self.end_channels(Ending::Closed, out);
                self.finish_closing(Ok(()), out);
            }
        }
    }

    pub(super) fn finish_closing(
        &mut self,
        result: Result<(), ProxyError>,
        out: &mut impl Outbox<Action>,
    ) {
        let Some(Closing { ticket, last, .. }) = self.end_closing() else { return };
        let _ = self.go(Verb::Succeed, out);
        if let Some((call, result)) = last {
            self.end(call, result, out);
        }
        self.done(ticket, result, out);
    }

    /// The proxy's patience has ended: it aborts itself and is closed (`CALL-12`, `CALL-13`).
    fn close_overdue(&mut self, out: &mut impl Outbox<Action>) {
        let Some(Closing { ticket, last, .. }) = self.end_closing() else { return };
        if let Some((call, result)) = last {
            self.end(call, result, out);
        }
        self.end_all_calls(&ProxyError::Aborted, out);
        self.end_channels(Ending::Overdue, out);
        let _ = self.go(Verb::Abort, out);
        self.done(ticket, Err(ProxyError::TimedOut), out);
    }

    /// `CALL-9` to `CALL-11`: all I/O is cancelled; never waits, never fails on state.
    pub(super) fn abort(&mut self, ticket: Ticket, out: &mut impl Outbox<Action>) {
        let from = self.phase;
        let _ = self.go(Verb::Abort, out);
        match from {
            Phase::Opening => self.give_up_opening(out),
            Phase::Closing => self.abort_closing(out),
            Phase::Closed => {}
            _ => {
                self.end_all_calls(&ProxyError::Aborted, out);
                self.end_channels(Ending::Aborted, out);
            }
        }
        out.act(Action::ProxyDone(ticket, Ok(())));
    }

    fn abort_closing(&mut self, out: &mut impl Outbox<Action>) {
        let Some(Closing { ticket, last, .. }) = self.end_closing() else { return };
        if let Some((call, result)) = last {
            self.end(call, result, out);
        }
        self.end_all_calls(&ProxyError::Aborted, out);
        self.end_channels(Ending::Aborted, out);
        self.done(ticket, Err(ProxyError::Aborted), out);
    }

    /// `PROXY-8`.
    pub(super) fn reset(&mut self, ticket: Ticket, out: &mut impl Outbox<Action>) {
        let done = self.go(Verb::Reset, out);
        if done.is_ok() {
            (self.terminated, self.auto_closed, self.close_called) = (false, false, false);
        }
        out.act(Action::ProxyDone(ticket, done));
    }

    /// `FLT-8`: the session is no good after an internal fault. Nothing is sent: the service waits
    /// until the user aborts or closes. What closes already goes on closing (`CO-10`).
    pub(super) fn fault_session(&mut self, now: Timestamp, out: &mut impl Outbox<Action>) {
        if self.phase != Phase::Opened {
            return;
        }
        self.fault(out);
        if let (Some(channel), Mode::Sessionful(dispatcher)) = (self.channel(), &mut self.mode) {
            dispatcher.fault_channel(now, channel, out);
        }
    }

    fn end_channels(&mut self, how: Ending, out: &mut impl Outbox<Action>) {
        match &mut self.mode {
            Mode::Sessionful(dispatcher) => {
                let pipes: Vec<ChannelId> = dispatcher.pipes().collect();
                for channel in pipes {
                    dispatcher.end_channel(channel, how, out);
                }
            }
            Mode::Pooled(pool) => {
                for channel in pool.drain() {
                    let (from, to) = (Phase::Opened, Phase::Closed);
                    out.note(|| Event::ChannelPhase { channel, from, to });
                    out.note(|| Event::ChannelGone { channel, how });
                    out.act(Action::Release { channel, abort: how != Ending::Closed });
                }
            }
        }
    }

    pub(super) fn wake(&mut self, now: Timestamp, out: &mut impl Outbox<Action>) {
        while let Some(due) = self.timers.pop(now) {
            match due {
                Due::Call(call) => self.give_up(call, ProxyError::TimedOut, out),
                Due::Open => {
                    self.end_channels(Ending::Overdue, out);
                    self.open_failed(ProxyError::TimedOut, out);
                }
                Due::Close => self.close_overdue(out),
            }
        }
        if let Mode::Sessionful(dispatcher) = &mut self.mode {
            dispatcher.wake(now, out);
        }
    }

    pub(super) fn note_new_channel(
        &self,
        channel: ChannelId,
        role: Role,
        out: &mut impl Outbox<Action>,
    ) {
        let (endpoint, shape) = (EndpointId(0), self.kind.shape);
        out.note(|| Event::ChannelMade { channel, endpoint, role, shape });
    }
}
