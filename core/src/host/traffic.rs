//! What comes in at an open host: sessions, requests, and what its service asks for.

use super::throttle::{Admission, Throttle};
use super::{Host, HostInput, unreachable_fault};
use crate::action::{Action, Wire};
use crate::binding::Selected;
use crate::channel::{Channel, Inbound, Role};
use crate::dispatch::Report;
use crate::dispatch::callout::Outgoing;
use crate::event::{Ending, Event, ThrottleKind};
use crate::ids::{ChannelId, EndpointId, ExchangeId, SessionId};
use crate::lifecycle::Phase;
use crate::machine::Outbox;
use crate::message::{Content, Fault, FaultCode, Message};
use crate::time::Timestamp;

impl Host {
    /// `SESS-18`, `THR-4`: somebody connected; accepted as soon as there is a slot.
    pub(super) fn connected(
        &mut self,
        now: Timestamp,
        endpoint: EndpointId,
        id: ChannelId,
        session: SessionId,
        out: &mut impl Outbox<Action>,
    ) {
        let kind = self.listener(endpoint).and_then(|listener| listener.kind);
        let fits = |kind: &Selected| self.phase == Phase::Opened && !kind.shape.is_exchange();
        let Some(kind) = kind.filter(fits) else {
            return out.act(Action::Release { channel: id, abort: true });
        };
        let mut channel = Channel::new(id, endpoint, kind, Role::Session);
        match self.sessions.enter(id) {
            Admission::Admitted => {
                let held = self.sessions.held();
                out.note(|| Event::SlotTaken { throttle: ThrottleKind::Sessions, held });
                self.dispatcher.add_channel(channel, out);
                self.dispatcher.open_channel(now, id, Some(session), out);
            }
            Admission::Waiting => {
                let waiting = throttle_count(&self.sessions);
                out.note(|| Event::SlotAwaited { throttle: ThrottleKind::Sessions, waiting });
                // Its name is kept for the day it is accepted; until then it is no session.
                channel.awaited = Some(session);
                self.dispatcher.add_channel(channel, out);
            }
            Admission::Refused => {
                out.note(|| Event::SlotRefused { throttle: ThrottleKind::Sessions });
                out.act(Action::Release { channel: id, abort: true });
            }
        }
    }

    pub(super) fn request(
        &mut self,
        now: Timestamp,
        endpoint: EndpointId,
        exchange: ExchangeId,
        message: Box<Message>,
        out: &mut impl Outbox<Action>,
    ) {
        let channel = self.listener(endpoint).and_then(|listener| listener.channel);
        let Some(channel) = channel.filter(|_| self.phase == Phase::Opened) else {
            return out.act(Action::Respond(exchange, Some(unreachable_fault().into())));
        };
        if !self.dispatcher.is_receptive(channel) {
            let fault = Fault::runtime(FaultCode::TooBusy, "too many requests wait: try later");
            let content = Content::Fault(fault);
            let message = Message { content, ..Message::default() };
            return out.act(Action::Respond(exchange, Some(message.into())));
        }
        self.dispatcher.arrive(now, channel, Inbound::Message(message, Some(exchange)), out);
    }

    pub(super) fn wire(&mut self, now: Timestamp, wire: Wire, out: &mut impl Outbox<Action>) {
        match wire {
            Wire::Arrived(channel, message) => {
                self.dispatcher.arrive(now, channel, Inbound::Message(message, None), out);
            }
            Wire::Ended(channel) => self.dispatcher.arrive(now, channel, Inbound::End, out),
            Wire::Lost(channel, loss) => self.dispatcher.lose(now, channel, loss, out),
            Wire::Opened(..) | Wire::Response(..) => {}
        }
    }

    /// What a service asks for.
    pub(super) fn service(
        &mut self,
        now: Timestamp,
        input: HostInput,
        out: &mut impl Outbox<Action>,
    ) {
        let dispatcher = &mut self.dispatcher;
        match input {
            HostInput::Call { call, channel, operation, message, within, timeout } => {
                let sending = dispatcher.channel(channel).map(|c| usize::from(c.endpoint.0));
                let endpoint = sending.and_then(|index| self.endpoints.get(index));
                let timeout = timeout.or(endpoint.map(|e| e.binding.timeouts.send));
                let due = timeout.map(|timeout| now + timeout);
                let outgoing = Outgoing { call, operation, message, within, due };
                dispatcher.call_back(now, channel, outgoing, out);
            }
            HostInput::Abandon(channel, call) => {
                dispatcher.abandon_callback(now, channel, call, out);
            }
            HostInput::StepOut(dispatch, call) => dispatcher.step_out(dispatch, call, out),
            HostInput::StepIn(dispatch, call) => dispatcher.step_in(dispatch, call, None, out),
            HostInput::ReleaseObject(context) => dispatcher.release_object(context, out),
            HostInput::RaiseQuota(context, by) => dispatcher.raise_quota(context, by),
            HostInput::Outgoing(context, added) => dispatcher.count_outgoing(context, added, out),
            HostInput::Bind(context, channel) => dispatcher.bind(context, channel, out),
            HostInput::ContextIdle(context, idle) => dispatcher.context_idle(context, idle, out),
            HostInput::CloseSession(channel) => {
                let limit = self.options.close_timeout();
                dispatcher.close_channel(now, channel, limit, out);
            }
            HostInput::AbortSession(channel) => {
                dispatcher.end_channel(channel, Ending::Aborted, out);
            }
            _ => {}
        }
    }

    pub(super) fn hear(&mut self, now: Timestamp, out: &mut impl Outbox<Action>) {
        while let Some(report) = self.dispatcher.reports.pop_front() {
            match report {
                Report::ChannelGone(channel, _) => self.free_session(now, channel, out),
                Report::CallEnded(call, result) => out.act(Action::Settle(call, result)),
                _ => {}
            }
        }
    }

    fn free_session(&mut self, now: Timestamp, gone: ChannelId, out: &mut impl Outbox<Action>) {
        const THROTTLE: ThrottleKind = ThrottleKind::Sessions;
        if self.sessions.forget(gone) {
            let waiting = throttle_count(&self.sessions);
            return out.note(|| Event::SlotWaitEnded { throttle: THROTTLE, waiting });
        }
        match self.sessions.leave() {
            Some(next) => {
                let waiting = throttle_count(&self.sessions);
                out.note(|| Event::SlotWaitEnded { throttle: THROTTLE, waiting });
                if self.phase != Phase::Opened {
                    // HOST-3: the slot goes round until nobody waits.
                    return self.dispatcher.end_channel(next, Ending::Aborted, out);
                }
                let session = self.dispatcher.channels.get(&next).and_then(|c| c.awaited);
                self.dispatcher.open_channel(now, next, session, out);
            }
            None => {
                let held = self.sessions.held();
                out.note(|| Event::SlotFreed { throttle: THROTTLE, held });
            }
        }
    }
}

fn throttle_count(throttle: &Throttle<ChannelId>) -> u32 {
    u32::try_from(throttle.waiting()).unwrap_or(u32::MAX)
}
