//! What every driver does: it carries out the actions of its machine, and tells it what the
//! transport and the user's code tell. What only a host or only a proxy does is its [`Role`].

use super::clock::Clock;
use super::pipe::Pipe;
use super::staff::{Brief, Response, Staff};
use super::state::{End, Ended, Stop};
use super::timer::Timer;
use super::trunk::{News, Trunk, unsendable_reply};
use super::watch::Watch;
use crate::action::{Action, Loss, Question, Wire};
use crate::codec::{Codec, CodecError};
use crate::dispatch::SERVES;
use crate::error::ProxyError;
use crate::ids::{CallId, ChannelId, DispatchId};
use crate::message::{Content, Fault, FaultCode, Message};
use crate::time::Timestamp;
use smol_str::SmolStr;
use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::task::{Context, Poll};
use std::time::Duration;

pub(super) struct Engine<M: End, W: Watch, P, D, K, S, U> {
    /// First, so that callers hear of the end before anything else is torn down.
    pub stop: Stop<M, W>,
    clock: K,
    /// When the round began, or rather when somebody asked first: one look at the clock serves all of
    /// it, and a round that only sends needs none.
    now: Option<Timestamp>,
    pub trunk: Trunk<P, D>,
    timer: Timer<K, S>,
    /// How long a peer may take to receive the rest of a session.
    linger: Duration,
    pub staff: U,
    todo: VecDeque<Action>,
}

/// What a driver does for one kind of end only.
pub(super) trait Role<E> {
    /// Carries out an action that not every end knows.
    fn act(&mut self, engine: &mut E, action: Action);
    /// The machine has let go of a channel.
    fn released(&mut self, channel: ChannelId);
    /// Hears what is new, beside the pipes. True: there may be more.
    fn work(&mut self, engine: &mut E) -> bool;
    /// Whether there is something new, beside the pipes.
    fn is_rung(&self) -> bool;
    /// No handle is left: whether the driver ends. If not yet, the machine may be told.
    fn is_finished(&mut self, engine: &mut E) -> bool;
}

/// How often a driver goes round, and how much it accepts, before others have their turn.
pub(super) const ROUNDS: u32 = 16;

impl<M, W, P, D, K, S, U> Engine<M, W, P, D, K, S, U>
where
    M: End,
    W: Watch,
    P: Pipe,
    D: Codec,
    K: Clock,
    S: Future<Output = ()>,
    U: Staff,
{
    /// Holds the stop from the outset: a driver that is dropped before it ever ran is gone all the
    /// same.
    pub(super) fn new(
        stop: Stop<M, W>,
        clock: K,
        sleep: fn(K, Timestamp) -> S,
        linger: Duration,
        staff: U,
    ) -> Self {
        let owner = &stop.0.owner;
        Engine {
            trunk: Trunk::new(owner),
            timer: Timer::new(owner, clock.clone(), sleep),
            now: None,
            stop,
            clock,
            linger,
            staff,
            todo: VecDeque::new(),
        }
    }

    pub(super) async fn run(mut self, mut role: impl Role<Self>) {
        poll_fn(|cx| self.poll(&mut role, cx)).await;
    }

    fn poll(&mut self, role: &mut impl Role<Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.stop.0.owner.register(cx.waker());
        self.stop.0.collect(&mut self.todo);
        for _ in 0..ROUNDS {
            let more = self.round(role);
            let rest = self.stop.0.rest(&mut self.todo);
            if more || !self.todo.is_empty() {
                continue;
            }
            if self.timer.poll(rest.deadline.into_iter().chain(self.trunk.deadline()).min()) {
                self.now = None;
                let now = self.now();
                self.trunk.cut(now);
                self.feed(M::wake());
            } else if rest.orphaned && role.is_finished(self) {
                return Poll::Ready(());
            } else if self.todo.is_empty() && !self.is_rung(role) {
                return Poll::Pending;
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    fn is_rung(&self, role: &impl Role<Self>) -> bool {
        self.trunk.is_rung() || self.staff.is_rung() || role.is_rung()
    }

    /// Everything that can be done now. True: there may be more.
    fn round(&mut self, role: &mut impl Role<Self>) -> bool {
        self.now = None;
        self.carry_out(role);
        let more = role.work(self);
        if self.trunk.begin_round() {
            while let Some(news) = self.trunk.next() {
                self.hear(news);
                self.carry_out(role);
            }
        }
        if self.staff.begin_round() {
            while let Some(response) = self.staff.next() {
                self.answer(response);
                self.carry_out(role);
            }
        }
        self.trunk.write();
        if self.trunk.is_holding() {
            let Engine { trunk, stop, .. } = self;
            stop.0.read(|end| trunk.unhold(|channel| end.is_receptive(channel)));
        }
        more
    }

    pub(super) fn feed(&mut self, input: M::Input) {
        let now = self.now();
        self.stop.0.feed(now, input, &mut self.todo, |_| ());
    }

    fn now(&mut self) -> Timestamp {
        *self.now.get_or_insert_with(|| self.clock.now())
    }

    fn answer(&mut self, response: Response) {
        let made = matches!(response, Response::SingletonMade(..));
        self.feed(M::answer(response));
        if made {
            self.stop.0.change(|state| state.desk.singleton_made());
        }
    }

    fn hear(&mut self, news: News) {
        let wire = match news {
            News::Wire(wire) => wire,
            News::Congested(channel, full) => {
                return self.stop.0.change(|state| state.desk.set_congested(channel, full));
            }
        };
        let (arrived, lost) = match &wire {
            Wire::Arrived(channel, _) => (Some(*channel), None),
            Wire::Lost(channel, _) => (None, Some(*channel)),
            _ => (None, None),
        };
        let now = self.now();
        let receptive = self.stop.0.feed(now, M::wire(wire), &mut self.todo, |state| {
            if let Some(lost) = lost {
                state.desk.cancelled(lost);
            }
            arrived.is_none_or(|channel| state.machine.is_receptive(channel))
        });
        if let (Some(channel), false) = (arrived, receptive) {
            self.trunk.hold(channel);
        }
    }

    #[inline]
    pub(super) fn carry_out(&mut self, role: &mut impl Role<Self>) {
        if !self.todo.is_empty() {
            self.carry_all_out(role);
        }
    }

    fn carry_all_out(&mut self, role: &mut impl Role<Self>) {
        while let Some(action) = self.todo.pop_front() {
            match action {
                Action::Send { channel, call, message } => {
                    self.send(role, channel, call, &message);
                }
                Action::Settle(call, result) => self.settle(call, result),
                Action::EndOutput(channel) => self.trunk.end_output(channel),
                Action::Release { channel, abort } => self.release(role, channel, abort),
                Action::Ask(dispatch, question) => self.ask(dispatch, question),
                Action::ReleaseObject { instance, dispose } => {
                    self.staff.release_object(instance, dispose);
                }
                Action::ForgetContext(context) => self.staff.forget_context(context),
                Action::ForgetDispatch(dispatch) => self.staff.forget_dispatch(dispatch),
                other => role.act(self, other),
            }
        }
    }

    fn send(
        &mut self,
        role: &mut impl Role<Self>,
        channel: ChannelId,
        call: Option<CallId>,
        message: &Message,
    ) {
        let Err(error) = self.trunk.send(channel, message) else { return };
        if let Some(call) = call {
            if let Some(answer) = self.unwritten(call, message, &error) {
                self.feed(M::wire(Wire::Arrived(channel, answer)));
            }
        } else if !self.send_instead(channel, message, &error) {
            self.lose(role, channel, error.to_string().into());
        }
    }

    /// A call that cannot be written fails alone: its caller hears why, and the machine gets an
    /// answer in place of the peer's if it waits for one.
    pub(super) fn unwritten(
        &mut self,
        call: CallId,
        message: &Message,
        error: &CodecError,
    ) -> Option<Box<Message>> {
        let reason: SmolStr = error.to_string().into();
        self.settle(call, Err(ProxyError::Encoding { reason: reason.clone() }));
        let relates_to = Some(message.id.clone()?);
        let fault = Fault::runtime(FaultCode::DeserializationFailed, reason);
        let content = Content::Fault(fault);
        Some(Box::new(Message { relates_to, content, ..Message::default() }))
    }

    /// The first end of a call counts.
    fn settle(&mut self, CallId(call): CallId, result: Result<Box<Message>, ProxyError>) {
        self.stop.0.change(|state| state.desk.end(call, Ended::Call(result)));
    }

    /// A caller hears of a reply that cannot be written. False: there is nobody to tell.
    fn send_instead(&mut self, channel: ChannelId, reply: &Message, error: &CodecError) -> bool {
        let fault = unsendable_reply(reply, error);
        fault.is_some_and(|fault| self.trunk.send(channel, &fault).is_ok())
    }

    /// Breaks a channel, because its peer would wait for ever.
    fn lose(&mut self, role: &mut impl Role<Self>, channel: ChannelId, reason: SmolStr) {
        self.release(role, channel, true);
        self.feed(M::wire(Wire::Lost(channel, Loss::Garbled(reason))));
    }

    fn release(&mut self, role: &mut impl Role<Self>, channel: ChannelId, abort: bool) {
        let until = self.now() + self.linger;
        self.trunk.release(channel, (!abort).then_some(until));
        self.staff.forget_channel(channel);
        role.released(channel);
    }

    fn ask(&mut self, dispatch: DispatchId, question: Question) {
        if !SERVES {
            return; // nothing is ever asked
        }
        let known = self.staff.knows(dispatch);
        let brief = |end: &M| Some(Brief::new(end.serving()?, dispatch, &question, known));
        let Some(brief) = self.stop.0.read(brief) else { return };
        // Mostly there is nothing to wait for, and the operation ends here.
        if let Some(response) = self.staff.ask(brief, question) {
            self.answer(response);
        }
    }
}
