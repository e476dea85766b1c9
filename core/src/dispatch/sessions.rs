//! The life of channels at the serving side (`SESS-18` to `SESS-22`).

use super::{Dispatcher, Due, Report, SERVES, Stage, Work, move_channel};
use crate::action::Action;
use crate::channel::{Channel, Inbound, Role};
use crate::error::ProxyError;
use crate::event::{Ending, Event};
use crate::ids::{ChannelId, DispatchId, ExchangeId, SessionId};
use crate::lifecycle::{Phase, Verb};
use crate::machine::Outbox;
use crate::time::Timestamp;
use std::time::Duration;

impl Dispatcher {
    /// A channel comes to be; it does nothing before it is opened.
    pub(crate) fn add_channel(&mut self, channel: Channel, out: &mut impl Outbox<Action>) {
        let (id, endpoint) = (channel.id, channel.endpoint);
        let (role, shape) = (channel.role, channel.kind.shape);
        out.note(|| Event::ChannelMade { channel: id, endpoint, role, shape });
        self.channels.insert(id, channel);
    }

    /// A proxy's channel is being connected.
    pub(crate) fn begin_opening(&mut self, id: ChannelId, out: &mut impl Outbox<Action>) {
        if let Some(channel) = self.channels.get_mut(&id) {
            move_channel(channel, Verb::Open, out);
        }
    }

    /// The channel is no good any more, but its peer is not told (`FLT-8`).
    pub(crate) fn fault_channel(
        &mut self,
        now: Timestamp,
        id: ChannelId,
        out: &mut impl Outbox<Action>,
    ) {
        if let Some(channel) = self.channels.get_mut(&id) {
            move_channel(channel, Verb::Fail, out);
            self.fail_pending(now, id, &ProxyError::Faulted, out);
        }
    }

    /// The channel is open: its session begins, its pump starts (`SESS-18`).
    pub(crate) fn open_channel(
        &mut self,
        now: Timestamp,
        id: ChannelId,
        session: Option<SessionId>,
        out: &mut impl Outbox<Action>,
    ) {
        let Some(channel) = self.channels.get_mut(&id) else { return };
        let verb = if channel.role == Role::Session { Verb::Accept } else { Verb::Open };
        move_channel(channel, verb, out);
        move_channel(channel, Verb::Succeed, out);
        if channel.has_session()
            && let Some(session) = session
        {
            channel.session = Some(session);
            out.note(|| Event::SessionOpened { channel: id, session });
        }
        self.restart_idle_timer(now, id);
        self.work.push_back(Work::Pump(id));
        self.settle(now, out);
    }

    /// `SESS-22`: a received message, or a call of ours that has ended, shows that the session is
    /// in use.
    pub(super) fn restart_idle_timer(&mut self, now: Timestamp, id: ChannelId) {
        let Some(channel) =
            self.channels.get_mut(&id).filter(|c| SERVES && c.role == Role::Session)
        else {
            return;
        };
        let Some(idle) = self.serving[usize::from(channel.endpoint.0)].idle else { return };
        let due = now + idle;
        channel.idle_due = Some(due);
        // The first message may choose an endpoint that waits less long.
        if channel.idle_timer.is_none_or(|timer| due < timer) {
            if let Some(timer) = channel.idle_timer.replace(due) {
                self.timers.clear(timer, Due::Idle(id));
            }
            self.timers.set(due, Due::Idle(id));
        }
    }

    /// The idle timer goes off. If the session was in use since it was set, it is set anew.
    pub(super) fn idle(&mut self, now: Timestamp, id: ChannelId, out: &mut impl Outbox<Action>) {
        let Some(channel) = self.channels.get_mut(&id) else { return };
        match channel.idle_due.filter(|due| *due > now) {
            Some(due) => {
                channel.idle_timer = Some(due);
                self.timers.set(due, Due::Idle(id));
            }
            None => {
                channel.idle_timer = None;
                self.end_channel(id, Ending::Idle, out);
            }
        }
    }

    /// The peer has ended its output (`SESS-19`, `CO-18`).
    pub(super) fn input_ended(
        &mut self,
        now: Timestamp,
        id: ChannelId,
        out: &mut impl Outbox<Action>,
    ) {
        let Some(channel) = self.channels.get_mut(&id) else { return };
        channel.input_ended = true;
        out.note(|| Event::SessionInputEnded { channel: id });
        let error = ProxyError::Disconnected { reason: "the peer ended the session".into() };
        self.fail_pending(now, id, &error, out);
        self.reports.push_back(Report::PeerEnded(id));
        self.consider_shutdown(now, id, out);
    }

    /// Ends our half once the peer has ended its own and nothing runs here any more.
    fn consider_shutdown(&mut self, now: Timestamp, id: ChannelId, out: &mut impl Outbox<Action>) {
        let Some(channel) = self.channels.get(&id).filter(|channel| channel.input_ended) else {
            return;
        };
        let quiet = channel.activity == 0 && self.behavior.automatic_session_shutdown;
        if quiet || channel.output_ended {
            let limit = self.serving(channel).close;
            self.close_channel(now, id, limit, out);
        }
    }

    /// Closes a session in good order: nothing more is sent, the peer's end is awaited up to a
    /// limit.
    pub(crate) fn close_channel(
        &mut self,
        now: Timestamp,
        id: ChannelId,
        limit: Duration,
        out: &mut impl Outbox<Action>,
    ) {
        let Some(channel) = self.channels.get_mut(&id).filter(|channel| channel.is_pipe()) else {
            return;
        };
        match channel.phase {
            Phase::Opened => move_channel(channel, Verb::Close, out),
            Phase::Closing => {}
            _ => return self.end_channel(id, Ending::Aborted, out),
        }
        if !channel.output_ended {
            channel.output_ended = true;
            out.note(|| Event::SessionOutputEnded { channel: id });
            out.act(Action::EndOutput(id));
        }
        if channel.input_ended {
            return self.end_channel(id, Ending::Closed, out);
        }
        self.set_close_timer(now + limit, id);
        // The peer's end must not wait behind an operation that waits for it (FLT-5).
        if let Some(channel) = self.channels.get_mut(&id) {
            channel.held_by = None;
            self.work.push_back(Work::Pump(id));
        }
    }

    /// The channel is cut when closing takes longer (`SESS-15`).
    pub(super) fn set_close_timer(&mut self, due: Timestamp, id: ChannelId) {
        let Some(channel) = self.channels.get_mut(&id) else { return };
        if let Some(before) = channel.close_due.replace(due) {
            self.timers.clear(before, Due::Close(id));
        }
        self.timers.set(due, Due::Close(id));
    }

    /// Step 32: a terminating operation has replied; the client has its time to close (`SESS-15`).
    pub(super) fn arm_termination(&mut self, now: Timestamp, id: DispatchId) {
        let Some(dispatch) = self.dispatches.get(&id) else { return };
        let terminating = self.operation(dispatch).is_some_and(|operation| operation.terminating);
        let channel = self.channels.get(&dispatch.channel);
        if let Some(channel) = channel.filter(|c| terminating && c.phase == Phase::Opened) {
            let (due, channel) = (now + self.serving(channel).close, channel.id);
            self.set_close_timer(due, channel);
        }
    }

    /// Step 33.
    pub(super) fn leave_channel(
        &mut self,
        now: Timestamp,
        id: DispatchId,
        out: &mut impl Outbox<Action>,
    ) {
        let Some(dispatch) = self.dispatches.get_mut(&id) else { return };
        if !std::mem::take(&mut dispatch.holds.channel) {
            return;
        }
        let channel = dispatch.channel;
        if let Some(channel) = self.channels.get_mut(&channel) {
            channel.activity -= 1;
        }
        self.consider_shutdown(now, channel, out);
    }

    /// The channel ends, for whatever reason: pending calls fail, its context may close
    /// (`SESS-19`, `SESS-21`).
    pub(crate) fn end_channel(
        &mut self,
        id: ChannelId,
        how: Ending,
        out: &mut impl Outbox<Action>,
    ) {
        if !self.channels.get(&id).is_some_and(Channel::is_pipe) {
            return;
        }
        let error = match how {
            Ending::Closed => ProxyError::Disposed,
            Ending::Lost => ProxyError::Disconnected { reason: "the connection broke".into() },
            _ => ProxyError::Aborted,
        };
        self.fail_pending(Timestamp::ZERO, id, &error, out);
        let Some(mut channel) = self.channels.remove(&id) else { return };
        let verb = if how == Ending::Closed { Verb::Succeed } else { Verb::Abort };
        move_channel(&mut channel, verb, out);
        if let Some(due) = channel.idle_timer {
            self.timers.clear(due, Due::Idle(id));
        }
        if let Some(due) = channel.close_due {
            self.timers.clear(due, Due::Close(id));
        }
        out.act(Action::Release { channel: id, abort: how != Ending::Closed });
        for _ in &channel.inbox {
            out.note(|| Event::MessageDropped { channel: id, why: "the channel ended".into() });
        }
        if let Some(session) = channel.session {
            out.note(|| Event::SessionEnded { channel: id, session, how });
        }
        out.note(|| Event::ChannelGone { channel: id, how });
        self.reports.push_back(Report::ChannelGone(id, how));
        if SERVES {
            self.wake_draining(id);
            self.unbind(&channel, out);
        }
    }

    /// A sessionless endpoint no longer listens: the requests that still wait are turned away.
    pub(crate) fn remove_listener(
        &mut self,
        id: ChannelId,
        how: Ending,
        out: &mut impl Outbox<Action>,
    ) {
        let Some(mut channel) = self.channels.remove(&id) else { return };
        for item in std::mem::take(&mut channel.inbox) {
            out.note(|| Event::MessageDropped { channel: id, why: "the host closed".into() });
            if let Inbound::Message(_, Some(exchange)) = item {
                out.act(Action::Respond(exchange, Some(crate::host::unreachable_fault().into())));
            }
        }
        // CO-16: operations that still run are not interrupted, but hear of it, and answer nobody.
        self.dispatches.for_each_mut(|dispatch| {
            if dispatch.channel == id
                && let Some(exchange) = dispatch.exchange.take()
            {
                out.act(Action::Cut(exchange));
            }
        });
        out.act(Action::Release { channel: id, abort: how != Ending::Closed });
        move_channel(&mut channel, Verb::Close, out);
        move_channel(&mut channel, Verb::Succeed, out);
        out.note(|| Event::ChannelGone { channel: id, how });
    }

    /// Operations that waited for the end of this session go on (`FLT-5`).
    fn wake_draining(&mut self, id: ChannelId) {
        let waiting = |d: &&super::Dispatch| d.channel == id && d.stage == Stage::Draining;
        self.work.extend(self.dispatches.values().filter(waiting).map(|d| Work::Run(d.id)));
    }

    fn unbind(&mut self, channel: &Channel, out: &mut impl Outbox<Action>) {
        for &id in &channel.bindings {
            let Some(context) = self.contexts.get_mut(&id) else { continue };
            let Some(place) = context.incoming.iter().position(|bound| *bound == channel.id) else {
                continue;
            };
            context.incoming.remove(place);
            let channel = channel.id;
            out.note(|| Event::ContextUnbound { context: id, channel });
            self.consider_closing(id, out);
        }
    }

    /// An exchange's client is gone: its answer would reach nobody.
    pub(crate) fn lose_exchange(
        &mut self,
        listener: ChannelId,
        exchange: ExchangeId,
        out: &mut impl Outbox<Action>,
    ) {
        let found = self
            .dispatches
            .find_map_mut(|found| found.exchange.take_if(|serves| *serves == exchange));
        if found.is_some() {
            return;
        }
        let Some(channel) = self.channels.get_mut(&listener) else { return };
        let is_lost =
            |item: &Inbound| matches!(item, Inbound::Message(_, Some(id)) if *id == exchange);
        if let Some(place) = channel.inbox.iter().position(is_lost) {
            channel.inbox.remove(place);
            out.note(|| Event::MessageTaken { channel: listener });
            let why = "its client is gone".into();
            out.note(|| Event::MessageDropped { channel: listener, why });
        }
    }
}
