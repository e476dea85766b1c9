//! Calls: admitted, sent, answered, given up (`CALL-*`).

use super::{Call, CallState, Due, Mode, NewCall, Proxy, Task};
use crate::action::{Action, Loss, Ticket};
use crate::dispatch::callout::{Outgoing, judge};
use crate::error::ProxyError;
use crate::event::{Ending, Event, Kind, Outcome};
use crate::ids::{CallId, ChannelId};
use crate::lifecycle::{Phase, Rules};
use crate::machine::Outbox;
use crate::message::{FaultCode, Message};
use crate::time::Timestamp;
use std::time::Duration;

/// How many calls may be pending under WWSAPI's rules (`PROXY-23`).
const MAX_PENDING_CALLS: u32 = 100;

impl Proxy {
    pub(super) fn call(&mut self, now: Timestamp, new: NewCall, out: &mut impl Outbox<Action>) {
        let call = new.call;
        if let Err(error) = self.admit(&new) {
            if let (ProxyError::WouldDeadlock, Some(dispatch)) = (&error, new.within) {
                out.note(|| Event::DeadlockRefused { dispatch, call });
            }
            return out.act(Action::Settle(call, Err(error)));
        }
        let NewCall { operation, mut message, group, timeout, within, .. } = new;
        message.headers.extend(self.options.headers.iter().cloned());
        self.terminated |= self.contract.operation(operation).is_some_and(|op| op.terminating);
        let due = self.due(now, timeout);
        if let Some(due) = due {
            self.timers.set(due, Due::Call(call));
        }
        let state = CallState::Queued(message);
        self.calls.insert(call, Call { operation, state, group, due, within });
        match self.phase {
            Phase::Opened => self.send(now, call, out),
            Phase::Created => {
                self.open(now, None, out);
                self.note_queued(call, out);
            }
            _ => self.note_queued(call, out),
        }
    }

    /// Without a session an opening is over at once, and the call was sent.
    fn note_queued(&self, call: CallId, out: &mut impl Outbox<Action>) {
        if let Some(Call { operation, state: CallState::Queued(_), .. }) = self.calls.get(&call) {
            out.note(|| Event::CallQueued { call, operation: *operation });
        }
    }

    /// The order of the checks is that of `CO-20`.
    fn admit(&self, new: &NewCall) -> Result<(), ProxyError> {
        let Some(operation) = self.contract.operation(new.operation) else {
            return Err(ProxyError::UnknownOperation {
                operation: new.operation.to_string().into(),
            });
        };
        if let Mode::Sessionful(dispatcher) = &self.mode
            && let Some(channel) = self.channel()
            && dispatcher.would_deadlock(channel, new.within, operation.one_way)
        {
            return Err(ProxyError::WouldDeadlock);
        }
        let auto_open = self.options.auto_open.unwrap_or(self.options.rules == Rules::Wcf);
        if !operation.initiating && self.phase == Phase::Created && auto_open {
            return Err(ProxyError::NonInitiating { operation: operation.name.clone() });
        }
        if self.terminated {
            return Err(ProxyError::AlreadyTerminated);
        }
        if self.auto_closed && self.phase == Phase::Opened {
            return Err(ProxyError::AutoClosed);
        }
        match self.phase {
            Phase::Opened => {}
            Phase::Created if auto_open => {}
            Phase::Opening if auto_open => match self.task {
                Some(Task::Opening { ticket: None, .. }) => {}
                _ => return Err(ProxyError::OpenInProgress),
            },
            _ => return Err(self.wrong_state()),
        }
        match self.max_pending_calls() {
            Some(limit) if self.calls.len() >= limit as usize => {
                Err(ProxyError::QuotaExceeded { limit })
            }
            _ => Ok(()),
        }
    }

    fn max_pending_calls(&self) -> Option<u32> {
        let default = (self.options.rules == Rules::Wws).then_some(MAX_PENDING_CALLS);
        self.options.max_pending_calls.or(default)
    }

    fn due(&self, now: Timestamp, timeout: Option<Duration>) -> Option<Timestamp> {
        let default = match self.options.rules {
            Rules::Wws => Duration::from_secs(30),
            Rules::Wcf => self.binding.timeouts.send,
        };
        let timeout = timeout.or(self.options.call_timeout).unwrap_or(default);
        (timeout != Duration::MAX).then(|| now + timeout)
    }

    /// The proxy is open: what waited for that is sent, in the order of the calls (`CO-19`).
    pub(super) fn send_queued(&mut self, now: Timestamp, out: &mut impl Outbox<Action>) {
        let queued: Vec<CallId> = self.calls.keys().copied().collect();
        for call in queued {
            self.send(now, call, out);
        }
    }

    fn send(&mut self, now: Timestamp, id: CallId, out: &mut impl Outbox<Action>) {
        let channel = match &mut self.mode {
            Mode::Sessionful(_) => self.channel(),
            Mode::Pooled(_) => Some(self.lease(id, out)),
        };
        let Some(call) = self.calls.get_mut(&id) else { return };
        let Some(channel) = channel else {
            let gone = ProxyError::Disconnected { reason: "the session is over".into() };
            return self.end(id, Err(gone), out);
        };
        let sent = CallState::Sent(channel);
        let CallState::Queued(message) = std::mem::replace(&mut call.state, sent) else { return };
        let (operation, within) = (call.operation, call.within);
        match &mut self.mode {
            Mode::Sessionful(dispatcher) => {
                let outgoing = Outgoing { call: id, operation, message, within, due: None };
                dispatcher.call(now, channel, outgoing, out);
            }
            Mode::Pooled(_) => self.request(id, channel, message, out),
        }
    }

    fn lease(&mut self, call: CallId, out: &mut impl Outbox<Action>) -> ChannelId {
        let Mode::Pooled(pool) = &mut self.mode else { return ChannelId(0) };
        let next = &mut self.next_channel;
        let (channel, reused) = pool.lease(call, || next.take());
        if !reused {
            self.note_new_channel(channel, crate::channel::Role::Pooled, out);
            for (from, to) in [(Phase::Created, Phase::Opening), (Phase::Opening, Phase::Opened)] {
                out.note(|| Event::ChannelPhase { channel, from, to });
            }
        }
        out.note(|| Event::ChannelLeased { channel, call, reused });
        channel
    }

    fn request(
        &self,
        id: CallId,
        channel: ChannelId,
        mut message: Box<Message>,
        out: &mut impl Outbox<Action>,
    ) {
        let Some(call) = self.calls.get(&id) else { return };
        let Some(operation) = self.contract.operation(call.operation) else { return };
        message.action = operation.action.clone();
        let (operation, one_way) = (call.operation, operation.one_way);
        if !one_way {
            message.id = Some(crate::ids::MessageId::Number(id.0));
        }
        let kind = if one_way { Kind::OneWay } else { Kind::Request };
        out.note(|| Event::CallSent { call: id, operation, channel, one_way });
        out.note(|| crate::dispatch::sent(channel, kind, &message));
        out.act(Action::Request { channel, call: id, message });
    }

    /// The answer of an exchange: its channel is free for the next call, fault or not (`PROXY-17`).
    pub(super) fn response(
        &mut self,
        now: Timestamp,
        channel: ChannelId,
        answer: Option<Box<Message>>,
        out: &mut impl Outbox<Action>,
    ) {
        let Mode::Pooled(pool) = &mut self.mode else { return };
        let Some(id) = pool.give_back(channel) else { return };
        out.note(|| Event::ChannelReturned { channel });
        let operation = self.calls.get(&id).and_then(|c| self.contract.operation(c.operation));
        let Some(operation) = operation else { return };
        let protocol = |reason: &str| Err(ProxyError::Protocol { reason: reason.into() });
        let result = match (answer, operation.one_way) {
            (None, true) => Ok(Box::default()),
            (None, false) => protocol("no reply to a call that wants one"),
            (Some(_), true) => protocol("a reply to a one-way call"),
            (Some(message), false) => judge(operation, message),
        };
        self.answered(now, id, result, out);
    }

    /// A pooled channel has faulted: it alone is given up (`PROXY-16`).
    pub(super) fn pooled_lost(
        &mut self,
        now: Timestamp,
        channel: ChannelId,
        loss: &Loss,
        out: &mut impl Outbox<Action>,
    ) {
        let Mode::Pooled(pool) = &mut self.mode else { return };
        let Some(call) = pool.discard(channel) else { return };
        let (from, to) = (Phase::Opened, Phase::Faulted);
        out.note(|| Event::ChannelPhase { channel, from, to });
        out.note(|| Event::ChannelGone { channel, how: Ending::Lost });
        out.act(Action::Release { channel, abort: true });
        if let Some(call) = call {
            self.answered(now, call, Err(loss.error()), out);
        }
    }

    /// A call has its answer, or will never have one.
    pub(super) fn answered(
        &mut self,
        now: Timestamp,
        id: CallId,
        result: Result<Box<Message>, ProxyError>,
        out: &mut impl Outbox<Action>,
    ) {
        let Some(call) = self.calls.get(&id) else { return };
        if matches!(call.state, CallState::Abandoned(_)) {
            self.calls.remove(&id);
            return out.note(|| Event::CallForgotten { call: id });
        }
        let operation = self.contract.operation(call.operation);
        let terminating = operation.is_some_and(|operation| operation.terminating);
        if is_internal_fault(&result) && self.kind.has_session() {
            self.fault_session(now, out);
        } else if terminating && self.kind.has_session() && self.phase == Phase::Opened {
            return self.close_after(now, id, result, out);
        }
        self.end(id, result, out);
    }

    /// The call ends for its caller, and for the proxy.
    pub(super) fn end(
        &mut self,
        id: CallId,
        result: Result<Box<Message>, ProxyError>,
        out: &mut impl Outbox<Action>,
    ) {
        let Some(call) = self.calls.remove(&id) else { return };
        if let Some(due) = call.due {
            self.timers.clear(due, Due::Call(id));
        }
        out.note(|| Event::CallEnded { call: id, outcome: outcome(&result) });
        out.act(Action::Settle(id, result));
    }

    /// `CALL-5` to `CALL-7`.
    pub(super) fn abandon(&mut self, ticket: Ticket, group: u32, out: &mut impl Outbox<Action>) {
        if self.phase != Phase::Opened {
            let phase = self.phase;
            let error = ProxyError::InvalidState { phase };
            return out.act(Action::ProxyDone(ticket, Err(error)));
        }
        let meant = |call: &Call| group == 0 || call.group == group;
        let calls: Vec<CallId> =
            self.calls.iter().filter(|(_, call)| meant(call)).map(|(id, _)| *id).collect();
        for call in calls {
            self.give_up(call, ProxyError::Abandoned, out);
        }
        out.act(Action::ProxyDone(ticket, Ok(())));
    }

    /// The caller has gone, or its patience has ended (`CALL-8`). Under WWSAPI's rules what the call
    /// holds is kept until its answer comes; under WCF's a late reply is dropped (`CONC-16`) and a
    /// request without session is cut.
    pub(super) fn give_up(&mut self, id: CallId, why: ProxyError, out: &mut impl Outbox<Action>) {
        let Some(call) = self.calls.get_mut(&id) else { return };
        let channel = match call.state {
            CallState::Abandoned(_) => return,
            CallState::Queued(_) => return self.end(id, Err(why), out),
            CallState::Sent(channel) => channel,
        };
        if let (Some(within), Mode::Sessionful(dispatcher)) = (call.within, &mut self.mode) {
            // Its operation waits outside of the gate, and hears once it is inside again.
            dispatcher.forget_call(channel, id);
            return dispatcher.step_in(within, id, Some(Err(why)), out);
        }
        if self.options.rules == Rules::Wcf {
            match &mut self.mode {
                Mode::Sessionful(dispatcher) => {
                    dispatcher.forget_call(channel, id);
                }
                Mode::Pooled(pool) => {
                    pool.discard(channel);
                    out.note(|| Event::ChannelGone { channel, how: Ending::Aborted });
                    out.act(Action::Release { channel, abort: true });
                }
            }
            return self.end(id, Err(why), out);
        }
        call.state = CallState::Abandoned(channel);
        if let Some(due) = call.due.take() {
            self.timers.clear(due, Due::Call(id));
        }
        out.note(|| Event::CallAbandoned { call: id });
        out.act(Action::Settle(id, Err(why)));
    }
}

/// `FLT-8`: after this fault the session is no good.
fn is_internal_fault(result: &Result<Box<Message>, ProxyError>) -> bool {
    matches!(result, Err(ProxyError::Fault(fault)) if fault.code == FaultCode::InternalService)
}

fn outcome(result: &Result<Box<Message>, ProxyError>) -> Outcome {
    match result {
        Ok(_) => Outcome::Ok,
        Err(ProxyError::Fault(_)) => Outcome::Fault,
        Err(ProxyError::TimedOut) => Outcome::TimedOut,
        Err(ProxyError::Abandoned) => Outcome::Abandoned,
        Err(_) => Outcome::Failed,
    }
}
