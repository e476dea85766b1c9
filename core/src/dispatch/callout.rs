//! Calls that go out from this end over a session: a proxy's calls, and an operation's callbacks.

use super::gate::ConcurrencyMode;
use super::pump::sent;
use super::{CallResult, Dispatch, Dispatcher, Due, Report, SERVES, Stage};
use crate::action::Action;
use crate::channel::correlate::Pending;
use crate::error::ProxyError;
use crate::event::{Event, Kind};
use crate::ids::{CallId, ChannelId, DispatchId, OperationId};
use crate::lifecycle::Phase;
use crate::machine::Outbox;
use crate::message::{Content, FaultCode, Message};
use crate::time::Timestamp;

/// A call to make over a session channel.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Outgoing {
    pub call: CallId,
    pub operation: OperationId,
    /// Body and headers; addressing is filled in here.
    pub message: Box<Message>,
    /// The operation in progress that makes the call, if one does.
    pub within: Option<DispatchId>,
    /// When to give up.
    pub due: Option<Timestamp>,
}

impl Dispatcher {
    /// `CONC-12`: a two-way call on the channel of the very message in dispatch, where the next
    /// message is not received before this one ends.
    pub(crate) fn would_deadlock(
        &self,
        channel: ChannelId,
        within: Option<DispatchId>,
        one_way: bool,
    ) -> bool {
        let Some(dispatch) = within.and_then(|id| self.running(id)) else { return false };
        !one_way
            && dispatch.channel == channel
            && self.behavior.concurrency == ConcurrencyMode::Single
    }

    /// The operation, if its user's code still runs: one that has returned makes no calls, whoever
    /// still carries its context around (`GOT-16`).
    fn running(&self, id: DispatchId) -> Option<&Dispatch> {
        self.dispatches.get(&id).filter(|dispatch| SERVES && dispatch.stage == Stage::Invoking)
    }

    /// An operation calls back its caller (`CONC-11`), or anybody uses a session's callback channel
    /// outside of an operation.
    pub(crate) fn call_back(
        &mut self,
        now: Timestamp,
        channel: ChannelId,
        outgoing: Outgoing,
        out: &mut impl Outbox<Action>,
    ) {
        let call = outgoing.call;
        if let Err(error) = self.check_callback(channel, &outgoing) {
            if let (ProxyError::WouldDeadlock, Some(dispatch)) = (&error, outgoing.within) {
                out.note(|| Event::DeadlockRefused { dispatch, call });
            }
            out.act(Action::Settle(call, Err(error)));
            return;
        }
        let last = self.terminates(channel, outgoing.operation);
        if let Some(channel) = self.channels.get_mut(&channel) {
            channel.called_last |= last;
        }
        self.call(now, channel, outgoing, out);
        self.settle(now, out);
    }

    /// Whether that operation of the peer is the last of the session for this direction.
    fn terminates(&self, id: ChannelId, operation: OperationId) -> bool {
        let calls = self.channels.get(&id).and_then(|c| self.serving(c).calls.as_deref());
        let operation = calls.and_then(|contract| contract.operation(operation));
        operation.is_some_and(|operation| operation.terminating)
    }

    /// `SESS-16`: a service ends the session once its terminating callback is answered. A proxy
    /// looks after its own (`SESS-12`).
    fn close_after_last(
        &mut self,
        now: Timestamp,
        id: ChannelId,
        operation: OperationId,
        out: &mut impl Outbox<Action>,
    ) {
        let Some(channel) = self.channels.get(&id) else { return };
        if SERVES && channel.called_last && self.terminates(id, operation) {
            let limit = self.serving(channel).close;
            self.close_channel(now, id, limit, out);
        }
    }

    fn check_callback(&self, id: ChannelId, outgoing: &Outgoing) -> Result<(), ProxyError> {
        let Some(channel) = self.channels.get(&id) else { return Err(ProxyError::Aborted) };
        let contract = self.serving(channel).calls.as_deref();
        let operation = contract.and_then(|contract| contract.operation(outgoing.operation));
        let Some(operation) = operation else {
            let operation = outgoing.operation.to_string().into();
            return Err(ProxyError::UnknownOperation { operation });
        };
        if self.would_deadlock(id, outgoing.within, operation.one_way) {
            return Err(ProxyError::WouldDeadlock);
        }
        if channel.called_last {
            return Err(ProxyError::AlreadyTerminated);
        }
        match channel.phase {
            Phase::Opened if !channel.output_ended => Ok(()),
            Phase::Faulted => Err(ProxyError::Faulted),
            _ => Err(ProxyError::Disposed),
        }
    }

    /// Sends a call; its end is reported, or settled if it is an operation's.
    pub(crate) fn call(
        &mut self,
        now: Timestamp,
        id: ChannelId,
        outgoing: Outgoing,
        out: &mut impl Outbox<Action>,
    ) {
        let Outgoing { call, operation, mut message, within, due } = outgoing;
        let within = within.filter(|within| self.running(*within).is_some());
        let Some(channel) = self.channels.get(&id) else { return };
        let found = self.serving(channel).calls.as_deref().and_then(|c| c.operation(operation));
        let Some((action, one_way)) = found.map(|found| (found.action.clone(), found.one_way))
        else {
            return;
        };
        message.action = action;
        if SERVES && let Some(within) = within {
            self.step_out(within, call, out);
        }
        let Some(channel) = self.channels.get_mut(&id) else { return };
        if !one_way {
            message.id = Some(channel.pending.insert(call, Pending { operation, within, due }));
            if let Some(due) = due {
                self.timers.set(due, Due::Call(id, call));
            }
        }
        let kind = if one_way { Kind::OneWay } else { Kind::Request };
        out.note(|| Event::CallSent { call, operation, channel: id, one_way });
        out.note(|| sent(id, kind, &message));
        out.act(Action::Send { channel: id, call: Some(call), message });
        if one_way {
            // CONC-6: a one-way call gives the gate up and wins it back as well.
            self.end_call(now, id, call, within, Ok(Box::default()), out);
            self.close_after_last(now, id, operation, out);
        }
    }

    /// A reply came through the pump (step 2 of `INST-13`).
    pub(super) fn take_reply(
        &mut self,
        now: Timestamp,
        id: ChannelId,
        message: Box<Message>,
        out: &mut impl Outbox<Action>,
    ) {
        let Some(channel) = self.channels.get_mut(&id) else { return };
        let found = message.relates_to.as_ref().and_then(|id| channel.pending.take(id));
        let Some((call, pending)) = found else {
            out.note(|| Event::MessageDropped { channel: id, why: "late reply".into() });
            return;
        };
        if let Some(due) = pending.due {
            self.timers.clear(due, Due::Call(id, call));
        }
        let result = self.judge_reply(id, pending.operation, message);
        self.end_call(now, id, call, pending.within, result, out);
        self.close_after_last(now, id, pending.operation, out);
    }

    /// What the caller makes of a reply (`FLT-9`).
    fn judge_reply(
        &self,
        id: ChannelId,
        operation: OperationId,
        message: Box<Message>,
    ) -> CallResult {
        let contract = self.channels.get(&id).and_then(|c| self.serving(c).calls.as_deref());
        let Some(operation) = contract.and_then(|contract| contract.operation(operation)) else {
            return Ok(message);
        };
        judge(operation, message)
    }

    fn end_call(
        &mut self,
        now: Timestamp,
        channel: ChannelId,
        call: CallId,
        within: Option<DispatchId>,
        result: CallResult,
        out: &mut impl Outbox<Action>,
    ) {
        self.restart_idle_timer(now, channel);
        match within {
            Some(dispatch) if SERVES => self.step_in(dispatch, call, Some(result), out),
            _ => self.reports.push_back(Report::CallEnded(call, result)),
        }
    }

    /// No reply can come any more on this channel.
    pub(super) fn fail_pending(
        &mut self,
        _now: Timestamp,
        id: ChannelId,
        error: &ProxyError,
        out: &mut impl Outbox<Action>,
    ) {
        let Some(channel) = self.channels.get_mut(&id) else { return };
        for (call, pending) in channel.pending.drain() {
            if let Some(due) = pending.due {
                self.timers.clear(due, Due::Call(id, call));
            }
            match pending.within {
                Some(dispatch) if SERVES => {
                    self.step_in(dispatch, call, Some(Err(error.clone())), out);
                }
                _ => self.reports.push_back(Report::CallEnded(call, Err(error.clone()))),
            }
        }
    }

    pub(super) fn time_out_call(
        &mut self,
        now: Timestamp,
        id: ChannelId,
        call: CallId,
        out: &mut impl Outbox<Action>,
    ) {
        let pending = self.channels.get_mut(&id).and_then(|c| c.pending.forget(call));
        if let Some(pending) = pending {
            self.end_call(now, id, call, pending.within, Err(ProxyError::TimedOut), out);
        }
    }

    /// Forgets a call that its caller gave up: a late reply is dropped.
    pub(crate) fn forget_call(&mut self, id: ChannelId, call: CallId) -> bool {
        let pending = self.channels.get_mut(&id).and_then(|c| c.pending.forget(call));
        if let Some(due) = pending.and_then(|pending| pending.due) {
            self.timers.clear(due, Due::Call(id, call));
        }
        pending.is_some()
    }

    /// An operation drops the future of a callback that it made.
    pub(crate) fn abandon_callback(
        &mut self,
        now: Timestamp,
        channel: ChannelId,
        call: CallId,
        out: &mut impl Outbox<Action>,
    ) {
        self.forget_call(channel, call);
        let caller = self
            .dispatches
            .values()
            .find(|d| d.outside.contains(&call) || d.returning.iter().any(|(id, _)| *id == call));
        if let Some(dispatch) = caller.map(|dispatch| dispatch.id) {
            self.step_in(dispatch, call, None, out);
        }
        self.settle(now, out);
    }

    /// An operation is about to wait for a call that it makes: under `Reentrant` others may run
    /// meanwhile (`CONC-5`).
    pub(crate) fn step_out(&mut self, id: DispatchId, call: CallId, out: &mut impl Outbox<Action>) {
        let reentrant = self.behavior.concurrency == ConcurrencyMode::Reentrant;
        let Some(dispatch) = self.dispatches.get_mut(&id).filter(|_| SERVES) else { return };
        dispatch.outside.push(call);
        out.note(|| Event::CallOutBegan { dispatch: id, call });
        if reentrant {
            self.leave_gate(id, out);
        }
    }

    /// Whether an operation in progress waits for the call outside of its gate.
    pub(crate) fn is_outside(&self, id: DispatchId, call: CallId) -> bool {
        let waits = |dispatch: &Dispatch| {
            dispatch.outside.contains(&call) || dispatch.returning.iter().any(|(id, _)| *id == call)
        };
        SERVES && self.dispatches.get(&id).is_some_and(waits)
    }

    /// The call is back. Its caller hears of it once it has the gate again.
    pub(crate) fn step_in(
        &mut self,
        id: DispatchId,
        call: CallId,
        result: Option<CallResult>,
        out: &mut impl Outbox<Action>,
    ) {
        let reentrant = self.behavior.concurrency == ConcurrencyMode::Reentrant;
        let Some(dispatch) = self.dispatches.get_mut(&id).filter(|_| SERVES) else {
            // The operation has ended without waiting for its call.
            self.reports.extend(result.map(|result| Report::CallEnded(call, result)));
            return;
        };
        let Some(place) = dispatch.outside.iter().position(|outside| *outside == call) else {
            return;
        };
        dispatch.outside.remove(place);
        let queued = !dispatch.returning.is_empty();
        dispatch.returning.push((call, result));
        if queued {
            return;
        }
        let free = !reentrant || dispatch.holds.gate || self.regain_gate(id, out);
        if free {
            self.deliver_returning(id, out);
        }
    }

    fn regain_gate(&mut self, id: DispatchId, out: &mut impl Outbox<Action>) -> bool {
        let context = self.dispatches.get(&id).and_then(|dispatch| dispatch.context);
        let Some(context) = context.and_then(|context| self.contexts.get_mut(&context)) else {
            return true;
        };
        let (context, entered) = (context.id, context.gate.resume(id));
        if entered {
            out.note(|| Event::GateEntered { context, dispatch: id });
            self.hold(id, |holds| holds.gate = true);
        } else {
            out.note(|| Event::GateQueued { context, dispatch: id, resuming: true });
        }
        entered
    }

    /// The operation may know what became of its calls.
    pub(super) fn deliver_returning(&mut self, id: DispatchId, out: &mut impl Outbox<Action>) {
        let Some(dispatch) = self.dispatches.get_mut(&id) else { return };
        for (call, result) in std::mem::take(&mut dispatch.returning) {
            out.note(|| Event::CallOutEnded { dispatch: id, call });
            match result {
                Some(result) => self.reports.push_back(Report::CallEnded(call, result)),
                None => out.act(Action::Resume(id, call)),
            }
        }
    }

    /// The operation has returned: what it still waited for is given up.
    pub(super) fn forget_callouts(&mut self, id: DispatchId, out: &mut impl Outbox<Action>) {
        let Some(dispatch) = self.dispatches.get_mut(&id) else { return };
        let (outside, returning) =
            (std::mem::take(&mut dispatch.outside), std::mem::take(&mut dispatch.returning));
        let (channel, context) = (dispatch.channel, dispatch.context);
        let was_queued = !returning.is_empty();
        for call in &outside {
            self.forget_call(channel, *call);
        }
        let given_up = outside.into_iter().map(|call| (call, Some(Err(ProxyError::Abandoned))));
        for (call, result) in given_up.chain(returning) {
            out.note(|| Event::CallOutEnded { dispatch: id, call });
            self.reports.extend(result.map(|result| Report::CallEnded(call, result)));
        }
        if was_queued
            && let Some(context) = context.and_then(|context| self.contexts.get_mut(&context))
        {
            let context_id = context.id;
            context.gate.forget(id);
            out.note(|| Event::GateLeft { context: context_id, dispatch: id });
        }
    }
}

/// What a caller makes of a reply to one of its operations (`FLT-2`, `FLT-9`).
pub(crate) fn judge(operation: &crate::contract::Operation, message: Box<Message>) -> CallResult {
    match message.content {
        Content::Fault(fault) if fault.code == FaultCode::ActionNotSupported => {
            Err(ProxyError::ActionNotSupported)
        }
        Content::Fault(fault) => Err(ProxyError::from_fault(fault)),
        Content::Body(_) => {
            let expected = [operation.reply_action.as_str(), "*", ""];
            if !expected.contains(&message.action.as_str()) && operation.reply_action != "*" {
                let reason = format!("unexpected reply action {}", message.action).into();
                return Err(ProxyError::Protocol { reason });
            }
            match message.headers.iter().find(|header| header.must_understand) {
                Some(header) => {
                    let reason = format!("header {} must be understood", header.name).into();
                    Err(ProxyError::Protocol { reason })
                }
                None => Ok(message),
            }
        }
    }
}
