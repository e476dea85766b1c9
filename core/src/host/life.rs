//! Opening, closing, aborting and resetting a host (`HOST-1` to `HOST-5`, `CO-12` to `CO-17`).

use super::{Endpoint, Host, Listener, Task};
use crate::action::{Action, Ticket};
use crate::channel::{Channel, Role};
use crate::contract::Contract;
use crate::dispatch::instance::InstanceMode;
use crate::error::HostError;
use crate::event::{Ending, Event};
use crate::ids::{ChannelId, ContextId, EndpointId, InstanceId};
use crate::lifecycle::{Phase, Rules, Verb};
use crate::machine::Outbox;
use crate::time::Timestamp;
use smol_str::SmolStr;

impl Host {
    pub(super) fn go(
        &mut self,
        verb: Verb,
        out: &mut impl Outbox<Action>,
    ) -> Result<(), HostError> {
        let from = self.phase;
        let to = from.after(verb, self.options.rules).map_err(|_| self.refusal())?;
        if to != from {
            self.phase = to;
            out.note(|| Event::HostPhase { from, to });
        }
        Ok(())
    }

    fn refusal(&self) -> HostError {
        match self.phase {
            Phase::Faulted => HostError::Faulted,
            phase => HostError::InvalidState { phase },
        }
    }

    pub(super) fn construct(&mut self, out: &mut impl Outbox<Action>) {
        let behavior = &self.dispatcher.behavior;
        let single = behavior.instancing == InstanceMode::Single;
        if !single || behavior.custom_contexts || self.dispatcher.first.is_some() {
            return;
        }
        if !behavior.well_known && !behavior.constructible {
            return;
        }
        let own = behavior.well_known;
        let instance = self.dispatcher.new_instance();
        if own {
            self.dispatcher.first = Some(instance);
            out.note(|| Event::InstanceMade { instance, context: None, own });
        }
        // The habitat learns the id under which the object is called, its own one included.
        out.act(Action::MakeSingleton(instance));
    }

    pub(super) fn singleton_made(
        &mut self,
        instance: InstanceId,
        made: bool,
        out: &mut impl Outbox<Action>,
    ) {
        if self.dispatcher.behavior.well_known {
            return;
        }
        if made {
            self.dispatcher.first = Some(instance);
            out.note(|| Event::InstanceMade { instance, context: None, own: false });
        } else {
            let from = self.phase;
            self.phase = Phase::Faulted;
            out.note(|| Event::HostPhase { from, to: Phase::Faulted });
        }
    }

    pub(super) fn open(&mut self, ticket: Ticket, out: &mut impl Outbox<Action>) {
        if let Err(error) = self.go(Verb::Open, out) {
            return out.act(Action::HostDone(ticket, Err(error)));
        }
        if let Err(error) = self.validate() {
            return self.fail_open(ticket, error, out);
        }
        let behavior = &self.dispatcher.behavior;
        let single = behavior.instancing == InstanceMode::Single;
        if single && !behavior.custom_contexts {
            self.dispatcher.make_singleton(out);
        }
        let awaited = u16::try_from(self.endpoints.len()).unwrap_or(u16::MAX);
        self.task = Some(Task::Opening { ticket, awaited });
        for endpoint in (0..awaited).map(EndpointId) {
            out.act(Action::Listen(endpoint));
        }
    }

    /// `CO-14`: contracts, then kinds of channel, then behavior.
    fn validate(&mut self) -> Result<(), HostError> {
        if self.endpoints.is_empty() {
            return Err(HostError::NoEndpoints);
        }
        for endpoint in self.endpoints.iter() {
            endpoint.contract.check()?;
        }
        for (endpoint, listener) in self.endpoints.iter().zip(&mut self.listeners) {
            let shares = |other: &&Endpoint| other.address == endpoint.address;
            let contracts: Vec<&Contract> =
                self.endpoints.iter().filter(shares).map(|other| &*other.contract).collect();
            listener.kind = Some(endpoint.binding.select(&contracts)?);
        }
        let contracts: Vec<&Contract> = self.endpoints.iter().map(|e| &*e.contract).collect();
        Ok(self.dispatcher.behavior.check(&contracts)?)
    }

    fn fail_open(&mut self, ticket: Ticket, error: HostError, out: &mut impl Outbox<Action>) {
        self.unlisten(out);
        self.task = None;
        if let Some(singleton) = self.dispatcher.singleton {
            self.dispatcher.close_context(singleton, out);
        }
        let _ = self.go(Verb::Fail, out);
        out.act(Action::HostDone(ticket, Err(error)));
    }

    /// `HOST-2`: all endpoints or none.
    pub(super) fn listening(
        &mut self,
        now: Timestamp,
        endpoint: EndpointId,
        result: Result<(), SmolStr>,
        out: &mut impl Outbox<Action>,
    ) {
        let Some(Task::Opening { ticket, awaited }) = &mut self.task else {
            return self.heard_late(endpoint, &result, out);
        };
        let ticket = *ticket;
        match result {
            Err(reason) => {
                let error = HostError::Listener { endpoint: endpoint.0, reason };
                return self.fail_open(ticket, error, out);
            }
            Ok(()) => *awaited = awaited.saturating_sub(1),
        }
        let ready = *awaited == 0;
        if let Some(listener) = self.listeners.get_mut(usize::from(endpoint.0)) {
            listener.listening = true;
        }
        if ready {
            self.task = None;
            self.open_exchanges(now, out);
            let _ = self.go(Verb::Succeed, out);
            out.act(Action::HostDone(ticket, Ok(())));
        }
    }

    /// A listener breaks while the host is open (`CO-17`; a WWSAPI host faults by abort only,
    /// `HOST-1`), or listens after the opening has failed (`HOST-2`).
    fn heard_late(
        &mut self,
        endpoint: EndpointId,
        result: &Result<(), SmolStr>,
        out: &mut impl Outbox<Action>,
    ) {
        match (self.phase, result) {
            (Phase::Opened, Err(_)) if self.options.rules == Rules::Wcf => {
                let _ = self.go(Verb::Fail, out);
            }
            (Phase::Opened, _) | (_, Err(_)) => {}
            (_, Ok(())) => out.act(Action::Unlisten(endpoint)),
        }
    }

    /// A sessionless endpoint has one channel for all its exchanges (`THR-3`).
    fn open_exchanges(&mut self, now: Timestamp, out: &mut impl Outbox<Action>) {
        for index in 0..self.listeners.len() {
            let Some(kind) = self.listeners[index].kind.filter(|kind| kind.shape.is_exchange())
            else {
                continue;
            };
            let id = self.next_channel.take();
            let endpoint = EndpointId(u16::try_from(index).unwrap_or(u16::MAX));
            let channel = Channel::new(id, endpoint, kind, Role::Listener);
            self.listeners[index].channel = Some(id);
            self.dispatcher.add_channel(channel, out);
            self.dispatcher.open_channel(now, id, None, out);
        }
    }

    fn unlisten(&mut self, out: &mut impl Outbox<Action>) {
        for (index, listener) in self.listeners.iter_mut().enumerate() {
            if std::mem::take(&mut listener.listening) {
                out.act(Action::Unlisten(EndpointId(u16::try_from(index).unwrap_or(u16::MAX))));
            }
        }
    }

    pub(super) fn close(&mut self, now: Timestamp, ticket: Ticket, out: &mut impl Outbox<Action>) {
        let from = self.phase;
        if from == Phase::Faulted && self.options.rules == Rules::Wcf {
            self.end_everything(Ending::Aborted, out);
            let _ = self.go(Verb::Abort, out);
            return out.act(Action::HostDone(ticket, Err(HostError::Faulted)));
        }
        if let Err(error) = self.go(Verb::Close, out) {
            return out.act(Action::HostDone(ticket, Err(error)));
        }
        match (from, self.phase) {
            // GOT-39: a second closer does not wait.
            (Phase::Closing, _) | (Phase::Closed, _) => out.act(Action::HostDone(ticket, Ok(()))),
            (_, Phase::Closing) => {
                self.unlisten(out);
                self.dispatcher.draining = true;
                let due = now + self.options.close_timeout();
                self.task = Some(Task::Closing { ticket, due, sessions_told: false });
            }
            _ => {
                self.give_up_opening(out);
                self.end_everything(Ending::Aborted, out);
                out.act(Action::HostDone(ticket, Ok(())));
            }
        }
    }

    fn give_up_opening(&mut self, out: &mut impl Outbox<Action>) {
        match self.task.take() {
            Some(Task::Opening { ticket, .. } | Task::Closing { ticket, .. }) => {
                out.act(Action::HostDone(ticket, Err(HostError::Aborted)));
            }
            None => {}
        }
    }

    /// `CO-15`: running operations end, sessions end, contexts end, the host is closed.
    pub(super) fn go_on_closing(&mut self, now: Timestamp, out: &mut impl Outbox<Action>) {
        let Some(Task::Closing { ticket, due, sessions_told }) = self.task else { return };
        if !self.dispatcher.dispatches.is_empty() {
            return;
        }
        if !sessions_told {
            self.task = Some(Task::Closing { ticket, due, sessions_told: true });
            let sessions: Vec<ChannelId> = self.dispatcher.pipes().collect();
            for channel in sessions {
                self.dispatcher.close_channel(now, channel, due.since(now), out);
            }
            self.dispatcher.settle(now, out);
            self.hear(now, out);
        }
        if self.dispatcher.pipes().next().is_none() {
            self.task = None;
            self.end_everything(Ending::Closed, out);
            let _ = self.go(Verb::Succeed, out);
            out.act(Action::HostDone(ticket, Ok(())));
        }
    }

    pub(super) fn abort(&mut self, ticket: Ticket, out: &mut impl Outbox<Action>) {
        self.give_up_opening(out);
        let from = self.phase;
        let done = self.go(Verb::Abort, out);
        // GOT-34: before it has opened, WWSAPI's abort changes nothing.
        let is_new = from == Phase::Created && self.phase == Phase::Created;
        if from != Phase::Closed && !is_new {
            self.end_everything(Ending::Aborted, out);
        }
        out.act(Action::HostDone(ticket, done));
    }

    /// Everything ends that is left: sessions, contexts, waiting requests, the hidden singleton.
    pub(super) fn end_everything(&mut self, how: Ending, out: &mut impl Outbox<Action>) {
        self.unlisten(out);
        let pipes: Vec<ChannelId> = self.dispatcher.pipes().collect();
        for channel in pipes {
            self.dispatcher.end_channel(channel, how, out);
        }
        let contexts: Vec<ContextId> = self.dispatcher.contexts.keys().copied().collect();
        for context in contexts {
            if how == Ending::Closed {
                self.dispatcher.close_context(context, out);
            } else {
                self.dispatcher.abort_context(context, out);
            }
        }
        for listener in &mut self.listeners {
            if let Some(channel) = listener.channel.take() {
                self.dispatcher.remove_listener(channel, how, out);
            }
        }
        self.dispatcher.dispose_first(out);
    }

    /// `HOST-5`.
    pub(super) fn reset(&mut self, ticket: Ticket, out: &mut impl Outbox<Action>) {
        let done = self.go(Verb::Reset, out);
        if done.is_ok() {
            self.dispatcher.draining = false;
            self.listeners.fill(Listener::default());
            self.construct(out);
        }
        out.act(Action::HostDone(ticket, done));
    }

    pub(super) fn wake(&mut self, now: Timestamp, out: &mut impl Outbox<Action>) {
        self.dispatcher.wake(now, out);
        let Some(Task::Closing { ticket, due, .. }) = self.task else { return };
        if due <= now {
            self.task = None;
            self.end_everything(Ending::Overdue, out);
            let _ = self.go(Verb::Succeed, out);
            out.act(Action::HostDone(ticket, Err(HostError::TimedOut)));
        }
    }
}
