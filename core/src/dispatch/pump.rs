//! Receiving: each channel picks its messages up one at a time, and waits where `CONC-7` says so.

use super::gate::ConcurrencyMode;
use super::pipeline::FAULT_ACTION;
use super::{Dispatch, Dispatcher, Holds, Report, SERVES, Stage, Verdict, Work};
use crate::action::{Action, Failure, Loss};
use crate::channel::{Channel, Inbound, Role};
use crate::event::{Event, Kind};
use crate::ids::{ChannelId, DispatchId, EndpointId, ExchangeId};
use crate::lifecycle::Phase;
use crate::machine::Outbox;
use crate::message::{Content, Fault, FaultCode, Message};
use crate::time::Timestamp;

impl Dispatcher {
    /// Something arrived on a channel; it waits for the pump.
    pub(crate) fn arrive(
        &mut self,
        now: Timestamp,
        id: ChannelId,
        item: Inbound,
        out: &mut impl Outbox<Action>,
    ) {
        let Some(channel) = self.channels.get_mut(&id) else { return };
        out.note(|| arrival(id, &item));
        channel.inbox.push_back(item);
        if self.work.is_empty() {
            self.pump(now, id, out);
        } else {
            self.work.push_back(Work::Pump(id));
        }
        self.settle(now, out);
    }

    /// Whether the channel takes more at once, or its transport shall hold back (`CONC-10`).
    pub(crate) fn is_receptive(&self, id: ChannelId) -> bool {
        self.channels.get(&id).is_none_or(|channel| channel.inbox.len() < BACKLOG)
    }

    pub(super) fn pump(&mut self, now: Timestamp, id: ChannelId, out: &mut impl Outbox<Action>) {
        while let Some(item) = self.take_next(id) {
            out.note(|| Event::MessageTaken { channel: id });
            match item {
                Inbound::End => self.input_ended(now, id, out),
                Inbound::Message(message, exchange) => {
                    self.restart_idle_timer(now, id);
                    if message.relates_to.is_some() {
                        self.take_reply(now, id, message, out);
                        continue;
                    }
                    if self.channels.get(&id).is_some_and(|c| c.phase == Phase::Closing) {
                        self.refuse_while_closing(now, id, out);
                        continue;
                    }
                    if SERVES {
                        let dispatch = self.begin(id, message, exchange, out);
                        self.run(now, dispatch, out);
                    } else {
                        self.turn_away(id, &message, out);
                    }
                }
            }
        }
    }

    /// `CO-18`: nothing but the end is expected any more. Whoever closes a proxy hears of it; a host
    /// has nobody to tell, and awaits the end.
    fn refuse_while_closing(
        &mut self,
        now: Timestamp,
        id: ChannelId,
        out: &mut impl Outbox<Action>,
    ) {
        out.note(|| Event::MessageDropped { channel: id, why: "closing".into() });
        if self.channels.get(&id).is_some_and(|channel| channel.role == Role::Proxy) {
            self.lose(now, id, Loss::Garbled("a message instead of the end".into()), out);
        }
    }

    /// Where nothing is served no message becomes a dispatch: whoever calls hears that there is no
    /// such operation, as from `refusal`.
    fn turn_away(&self, id: ChannelId, message: &Message, out: &mut impl Outbox<Action>) {
        let can_send = self.channels.get(&id).is_some_and(|c| c.is_pipe() && c.can_send());
        if !can_send || message.id.is_none() {
            return;
        }
        let reply = Message {
            action: FAULT_ACTION.into(),
            id: None,
            relates_to: message.id.clone(),
            headers: Vec::new(),
            content: Content::Fault(not_supported(&message.action)),
        };
        out.note(|| sent(id, Kind::Fault, &reply));
        out.act(Action::Send { channel: id, call: None, message: reply.into() });
    }

    fn take_next(&mut self, id: ChannelId) -> Option<Inbound> {
        let draining = self.draining;
        let channel = self.channels.get_mut(&id)?;
        let open = matches!(channel.phase, Phase::Opened | Phase::Closing);
        if !open || channel.held_by.is_some() {
            return None;
        }
        // An owner that closes hears only replies and the end of the session.
        let request =
            |item: &Inbound| matches!(item, Inbound::Message(m, _) if m.relates_to.is_none());
        if draining && channel.phase == Phase::Opened {
            let place = channel.inbox.iter().position(|item| !request(item))?;
            return channel.inbox.remove(place);
        }
        channel.inbox.pop_front()
    }

    /// Steps 1 to 4 of `INST-13`: the message becomes a dispatch, and holds its channel's pump.
    fn begin(
        &mut self,
        id: ChannelId,
        message: Box<Message>,
        exchange: Option<ExchangeId>,
        out: &mut impl Outbox<Action>,
    ) -> DispatchId {
        let dispatch = self.next_dispatch.take();
        let endpoint = self.route(id, &message.action);
        out.note(|| Event::DispatchBegan { dispatch, channel: id, action: message.action.clone() });
        if let Some(channel) = self.channels.get_mut(&id) {
            channel.held_by = Some(dispatch);
            channel.activity += 1;
            channel.endpoint = endpoint;
        }
        self.dispatches.insert(
            dispatch,
            Dispatch {
                id: dispatch,
                channel: id,
                endpoint,
                stage: Stage::Received,
                parked: false,
                message,
                operation: None,
                context: None,
                instance: None,
                exchange,
                one_way: false,
                holds: Holds { channel: true, ..Holds::default() },
                outcome: None,
                verdict: Verdict::Harmless,
                outside: Vec::new(),
                returning: Vec::new(),
            },
        );
        dispatch
    }

    /// Which of the endpoints that share the channel's address is meant: a session's first message
    /// decides it for good (`SESS-13`).
    fn route(&self, id: ChannelId, action: &str) -> EndpointId {
        let Some(channel) = self.channels.get(&id) else { return EndpointId(0) };
        if channel.bound || self.serving.len() == 1 {
            return channel.endpoint;
        }
        let address = &self.serving(channel).address;
        let knows = |serving: &super::Serving| {
            serving.address == *address
                && serving.serves.as_ref().is_some_and(|contract| contract.find(action).is_some())
        };
        let found = self.serving.iter().position(knows).and_then(|at| u16::try_from(at).ok());
        found.map_or(channel.endpoint, EndpointId)
    }

    /// The next message may be picked up (step 19, or 35).
    pub(super) fn release_pump(&mut self, channel: ChannelId, dispatch: DispatchId) {
        if let Some(channel) = self.channels.get_mut(&channel)
            && channel.held_by == Some(dispatch)
        {
            channel.held_by = None;
            if !channel.inbox.is_empty() {
                self.work.push_back(Work::Pump(channel.id));
            }
        }
    }

    /// `CONC-7`: whether the next message may be received while this one is carried out.
    pub(super) fn receives_concurrently(&self, channel: &Channel) -> bool {
        self.behavior.concurrency != ConcurrencyMode::Single
            || (!channel.has_session() && !self.behavior.ordered)
    }

    /// Refuses a message before it becomes an operation of anybody (`SESS-13`, `SESS-14`).
    pub(super) fn refusal(&self, channel: &Channel, message: &Message) -> Option<Fault> {
        if channel.terminated {
            return Some(Fault::runtime(
                FaultCode::SessionTerminated,
                "the session was ended by a terminating operation: open another",
            ));
        }
        let found =
            self.serves(channel.endpoint).and_then(|contract| contract.find(&message.action));
        let initiates = found.is_some_and(|(_, operation)| operation.initiating);
        (!channel.bound && !initiates).then(|| not_supported(&message.action))
    }

    /// The peer broke off, or sent what is no message (`SESS-21`).
    pub(crate) fn lose(
        &mut self,
        now: Timestamp,
        id: ChannelId,
        loss: Loss,
        out: &mut impl Outbox<Action>,
    ) {
        let Some(channel) = self.channels.get_mut(&id) else { return };
        let in_use = channel.phase == Phase::Opened;
        super::move_channel(channel, crate::Verb::Fail, out);
        let error = loss.error();
        self.fail_pending(now, id, &error, out);
        self.reports.push_back(Report::ChannelFaulted(id, loss));
        if self.behavior.automatic_session_shutdown || !in_use {
            self.end_channel(id, crate::event::Ending::Lost, out);
        }
        self.settle(now, out);
    }

    /// Step 26: sends the reply, if there is anybody to send it to. False: there is not.
    pub(super) fn send_reply(
        &self,
        dispatch: &Dispatch,
        reply: Box<Message>,
        out: &mut impl Outbox<Action>,
    ) -> bool {
        let id = dispatch.channel;
        let kind =
            if matches!(reply.content, Content::Fault(_)) { Kind::Fault } else { Kind::Reply };
        let sent = |reply: &Message| sent(id, kind, reply);
        if let Some(exchange) = dispatch.exchange {
            out.note(|| sent(&reply));
            out.act(Action::Respond(exchange, Some(reply)));
            return true;
        }
        let can_send = self.channels.get(&id).is_some_and(|c| c.is_pipe() && c.can_send());
        if can_send && dispatch.message.id.is_some() {
            out.note(|| sent(&reply));
            out.act(Action::Send { channel: id, call: None, message: reply });
            return true;
        }
        false
    }

    /// The error that an operation ends with when its action is nobody's.
    pub(super) fn unknown_action(message: &Message) -> Failure {
        Failure::Fault(not_supported(&message.action))
    }
}

/// How many messages may wait at a channel before its transport is held back.
const BACKLOG: usize = 64;

fn not_supported(action: &str) -> Fault {
    Fault::runtime(
        FaultCode::ActionNotSupported,
        format!("no operation can be reached by the action {action} here"),
    )
}

fn arrival(channel: ChannelId, item: &Inbound) -> Event {
    match item {
        Inbound::End => {
            Event::MessageArrived { channel, kind: Kind::End, action: Default::default(), bytes: 0 }
        }
        Inbound::Message(message, exchange) => {
            let kind = match (&message.content, &message.relates_to) {
                (Content::Fault(_), Some(_)) => Kind::Fault,
                (_, Some(_)) => Kind::Reply,
                (_, None) if message.id.is_some() || exchange.is_some() => Kind::Request,
                (_, None) => Kind::OneWay,
            };
            let (action, bytes) = (message.action.clone(), size(message));
            Event::MessageArrived { channel, kind, action, bytes }
        }
    }
}

/// The event of a message that leaves.
pub(crate) fn sent(channel: ChannelId, kind: Kind, message: &Message) -> Event {
    let (action, bytes) = (message.action.clone(), size(message));
    Event::MessageSent { channel, kind, action, bytes }
}

fn size(message: &Message) -> u32 {
    match &message.content {
        Content::Body(body) => u32::try_from(body.len()).unwrap_or(u32::MAX),
        Content::Fault(_) => 0,
    }
}
