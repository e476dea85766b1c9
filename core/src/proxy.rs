//! The service proxy: one channel over a binding with sessions, a pooled channel per call over one
//! without.

pub mod pool;

mod calls;
mod life;

use crate::action::{Action, Answer, Loss, Ticket, Wire};
use crate::binding::{Binding, Selected};
use crate::channel::Inbound;
use crate::contract::Contract;
use crate::dispatch::behavior::Behavior;
use crate::dispatch::{Dispatcher, Report, SERVES, Serving};
use crate::error::{BehaviorError, ProxyError};
use crate::event::{Ending, Event};
use crate::host::throttle::Throttles;
use crate::ids::{CallId, ChannelId, DispatchId, OperationId};
use crate::lifecycle::{Phase, Rules, Verb};
use crate::machine::{Machine, Outbox};
use crate::message::{Header, Message};
use crate::table::{Fixed, Series};
use crate::time::{Timers, Timestamp};
use pool::Pool;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;

/// A call to make.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct NewCall {
    /// Its name, which the caller chooses and which must be fresh.
    pub call: CallId,
    /// What to call.
    pub operation: OperationId,
    /// Body and headers; the proxy fills in the addressing.
    pub message: Box<Message>,
    /// The group by which it can be abandoned (`CALL-3`); 0 is none.
    pub group: u32,
    /// How long to wait; the proxy's call timeout unless given.
    pub timeout: Option<Duration>,
    /// The callback in progress that makes the call, if one does.
    pub within: Option<DispatchId>,
}

/// What a proxy can be told.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ProxyInput {
    /// Open it.
    Open(Ticket),
    /// Close it in good order.
    Close(Ticket),
    /// End it at once.
    Abort(Ticket),
    /// Make it usable again; under WWSAPI's rules only (`PROXY-8`).
    Reset(Ticket),
    /// Call an operation; [`Action::Settle`] tells how it ended.
    Call(NewCall),
    /// Give up the results of a group of calls, or of all for 0 (`CALL-5`).
    Abandon(Ticket, u32),
    /// Give up the result of one call: its future was dropped.
    Forget(CallId),
    /// Something happened on a channel.
    Wire(Wire),
    /// The user's code answers, for a callback.
    Answer(DispatchId, Answer),
    /// A callback calls something else and will wait (`CONC-6`).
    StepOut(DispatchId, CallId),
    /// That is over.
    StepIn(DispatchId, CallId),
    /// A timer is due.
    Wake,
}

/// How a proxy is run (`PROXY-23`).
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct ProxyOptions {
    /// Which automaton governs it; WWSAPI's unless set.
    pub rules: Rules,
    /// How long a call may take. Unless set: 30 seconds under WWSAPI's rules, the binding's send
    /// timeout under WCF's (`CO-12`). `Some(Duration::MAX)` waits for ever.
    pub call_timeout: Option<Duration>,
    /// How many calls may be pending; one more is refused at once. Unless set: 100 under WWSAPI's
    /// rules, no limit under WCF's.
    pub max_pending_calls: Option<u32>,
    /// How long closing waits for pending calls and the peer, before the proxy aborts itself.
    /// Unless set: 5 seconds under WWSAPI's rules, the binding's close timeout under WCF's.
    pub max_close_timeout: Option<Duration>,
    /// How long opening may take. Unless set: for ever under WWSAPI's rules (`PROXY-22`), the
    /// binding's open timeout under WCF's.
    pub open_timeout: Option<Duration>,
    /// Whether a first call opens the proxy (`CO-19`). Unless set: under WCF's rules only.
    pub auto_open: Option<bool>,
    /// Headers of every request (`WS_PROXY_PROPERTY_MESSAGE_PROPERTIES`); none unless set.
    pub headers: Vec<Header>,
    /// How the callback object is run (`CONC-14`). A contract without callbacks takes none of it but
    /// the automatic end of a session (`SESS-20`) and throttles.
    pub callback: Behavior,
}

impl Default for ProxyOptions {
    fn default() -> Self {
        ProxyOptions {
            rules: Rules::Wws,
            call_timeout: None,
            max_pending_calls: None,
            max_close_timeout: None,
            open_timeout: None,
            auto_open: None,
            headers: Vec::new(),
            callback: Behavior { throttles: Throttles::UNLIMITED, ..Behavior::default() },
        }
    }
}

impl ProxyOptions {
    /// WCF's rules and defaults.
    pub fn wcf() -> ProxyOptions {
        ProxyOptions { rules: Rules::Wcf, ..ProxyOptions::default() }
    }

    /// `INST-20`, `CONC-14`.
    fn check_callback(&self, contract: &Contract) -> Result<(), ProxyError> {
        if !SERVES && contract.callback().is_some() {
            return Err(ProxyError::Behavior(BehaviorError::NotServing));
        }
        // Neither the end of a session nor throttles are about callbacks.
        let Behavior { automatic_session_shutdown, throttles, .. } = self.callback;
        let plain = Behavior { automatic_session_shutdown, throttles, ..Behavior::default() };
        self.callback.check_callback().map_err(ProxyError::Behavior)?;
        if contract.callback().is_none() && self.callback != plain {
            return Err(ProxyError::Behavior(BehaviorError::NoCallbacks));
        }
        Ok(())
    }
}

#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
enum Mode {
    /// `PROXY-11`.
    Sessionful(Dispatcher),
    /// `PROXY-12`.
    Pooled(Pool),
}

/// How far a call is.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub(crate) enum CallState {
    /// It waits for the proxy to open.
    Queued(Box<Message>),
    /// It was sent.
    Sent(ChannelId),
    /// Its caller has gone; its answer has not come (`CALL-5`).
    Abandoned(ChannelId),
}

#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub(crate) struct Call {
    pub operation: OperationId,
    pub state: CallState,
    group: u32,
    due: Option<Timestamp>,
    within: Option<DispatchId>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
enum Due {
    Open,
    Close,
    Call(CallId),
}

#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
enum Task {
    /// Without a ticket when a call opens the proxy.
    Opening {
        ticket: Option<Ticket>,
        due: Option<Timestamp>,
    },
    Closing(Closing),
}

#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
struct Closing {
    ticket: Option<Ticket>,
    due: Timestamp,
    /// The peer was told that nothing more will come.
    told: bool,
    /// The terminating call that caused it; its caller learns the result when all is done
    /// (`SESS-12`).
    last: Option<(CallId, Result<Box<Message>, ProxyError>)>,
}

/// A service proxy.
///
/// ```
/// use sessionful::action::Ticket;
/// use sessionful::proxy::{Proxy, ProxyInput, ProxyOptions};
/// use sessionful::{Binding, Contract, Machine, Operation, Phase, Timestamp};
///
/// let contract = Contract::new("Calculator").operation(Operation::new("add")).build()?;
/// let mut proxy = Proxy::new(contract.into(), Binding::fetch(), ProxyOptions::default())?;
/// let mut actions = Vec::new();
/// proxy.handle(Timestamp::ZERO, ProxyInput::Open(Ticket(1)), &mut actions);
/// assert_eq!(proxy.phase(), Phase::Opened); // nothing is connected before the first call (PROXY-7)
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Proxy {
    options: Fixed<ProxyOptions>,
    phase: Phase,
    contract: Fixed<Contract>,
    binding: Fixed<Binding>,
    kind: Selected,
    mode: Mode,
    calls: Series<CallId, Call>,
    timers: Timers<Due>,
    task: Option<Task>,
    next_channel: ChannelId,
    /// A terminating operation was called (`SESS-12`).
    terminated: bool,
    /// The service has ended the session, and so have we (`SESS-20`).
    auto_closed: bool,
    /// Closing was tried (`CO-8`).
    close_called: bool,
}

impl Machine for Proxy {
    type Input = ProxyInput;
    type Action = Action;

    fn handle(&mut self, now: Timestamp, input: ProxyInput, out: &mut impl Outbox<Action>) {
        match input {
            ProxyInput::Open(ticket) => self.open(now, Some(ticket), out),
            ProxyInput::Close(ticket) => self.close(now, ticket, out),
            ProxyInput::Abort(ticket) => self.abort(ticket, out),
            ProxyInput::Reset(ticket) => self.reset(ticket, out),
            ProxyInput::Call(call) => self.call(now, call, out),
            ProxyInput::Abandon(ticket, group) => self.abandon(ticket, group, out),
            ProxyInput::Forget(call) => self.give_up(call, ProxyError::Abandoned, out),
            ProxyInput::Wire(wire) => self.wire(now, wire, out),
            ProxyInput::Wake => self.wake(now, out),
            ProxyInput::Answer(dispatch, answer) => {
                if let Mode::Sessionful(dispatcher) = &mut self.mode {
                    dispatcher.answer(now, dispatch, answer, out);
                }
            }
            ProxyInput::StepOut(dispatch, call) => {
                if let Mode::Sessionful(dispatcher) = &mut self.mode {
                    dispatcher.step_out(dispatch, call, out);
                }
            }
            ProxyInput::StepIn(dispatch, call) => {
                if let Mode::Sessionful(dispatcher) = &mut self.mode {
                    dispatcher.step_in(dispatch, call, None, out);
                }
            }
        }
        self.hear(now, out);
        self.go_on_closing(now, out);
    }

    fn deadline(&self) -> Option<Timestamp> {
        let dispatcher = match &self.mode {
            Mode::Sessionful(dispatcher) => dispatcher.deadline(),
            Mode::Pooled(_) => None,
        };
        [self.timers.next(), dispatcher].into_iter().flatten().min()
    }
}

impl Proxy {
    /// A proxy for a contract over a binding; fails if they do not fit (`SESS-7`). No traffic.
    pub fn new(
        contract: Arc<Contract>,
        binding: Binding,
        options: ProxyOptions,
    ) -> Result<Proxy, ProxyError> {
        contract.check()?;
        let kind = binding.select(&[&contract])?;
        options.check_callback(&contract)?;
        let mode = if kind.shape.is_exchange() {
            Mode::Pooled(Pool::default())
        } else {
            let serving = vec![Serving {
                address: Default::default(),
                serves: contract.callback().filter(|_| SERVES).map(|own| Arc::new(own.clone())),
                calls: Some(Arc::clone(&contract)),
                idle: None,
                close: binding.timeouts.close,
            }];
            Mode::Sessionful(Dispatcher::new(options.callback.clone(), serving))
        };
        Ok(Proxy {
            options: Fixed::new(options),
            phase: Phase::Created,
            contract: contract.into(),
            binding: Fixed::new(binding),
            kind,
            mode,
            calls: Series::new(),
            timers: Timers::default(),
            task: None,
            next_channel: ChannelId(1),
            terminated: false,
            auto_closed: false,
            close_called: false,
        })
    }

    /// Where it is in its life (`PROXY-23`, property 3).
    pub fn phase(&self) -> Phase {
        self.phase
    }

    /// What it calls.
    pub fn contract(&self) -> &Contract {
        &self.contract
    }

    /// How its messages travel.
    pub fn binding(&self) -> &Binding {
        &self.binding
    }

    /// The kind of its channels.
    pub fn kind(&self) -> Selected {
        self.kind
    }

    /// How it is run.
    pub fn options(&self) -> &ProxyOptions {
        &self.options
    }

    /// How many calls are in progress, the abandoned ones included until their answers come.
    pub fn pending_calls(&self) -> usize {
        self.calls.len()
    }

    /// Its pooled channels, if its binding has no sessions.
    pub fn pool(&self) -> Option<&Pool> {
        match &self.mode {
            Mode::Pooled(pool) => Some(pool),
            Mode::Sessionful(_) => None,
        }
    }

    /// Its channel, callbacks and their contexts, if its binding has sessions.
    pub fn dispatcher(&self) -> Option<&Dispatcher> {
        match &self.mode {
            Mode::Sessionful(dispatcher) => Some(dispatcher),
            Mode::Pooled(_) => None,
        }
    }

    /// Its only channel, if its binding has sessions.
    pub fn channel(&self) -> Option<ChannelId> {
        self.dispatcher()?.pipes().next()
    }

    /// Whether the channel takes more at once; if not, its transport shall hold back.
    pub fn is_receptive(&self, channel: ChannelId) -> bool {
        self.dispatcher().is_none_or(|dispatcher| dispatcher.is_receptive(channel))
    }

    /// Whether it may be freed now (`PROXY-9`).
    pub fn may_be_freed(&self) -> bool {
        matches!(self.phase, Phase::Created | Phase::Closed)
    }

    pub(crate) fn calls(&self) -> &Series<CallId, Call> {
        &self.calls
    }

    /// What is left over although the proxy is closed; empty when all is well.
    pub fn leaks(&self) -> Vec<String> {
        let mut leaks = Vec::new();
        for call in self.calls.keys() {
            leaks.push(call.to_string());
        }
        match &self.mode {
            Mode::Sessionful(dispatcher) => dispatcher.tell_leaks(&mut leaks),
            Mode::Pooled(pool) => {
                for (channel, _) in pool.leased() {
                    leaks.push(channel.to_string());
                }
            }
        }
        if !self.timers.is_empty() {
            leaks.push(format!("{} timers", self.timers.len()));
        }
        leaks
    }

    fn go(&mut self, verb: Verb, out: &mut impl Outbox<Action>) -> Result<(), ProxyError> {
        let from = self.phase;
        let to = from.after(verb, self.options.rules).map_err(|_| self.refusal())?;
        if to != from {
            self.phase = to;
            out.note(|| Event::ProxyPhase { from, to });
        }
        Ok(())
    }

    /// What a command in the wrong state means (`PROXY-3`, `CO-2`).
    fn refusal(&self) -> ProxyError {
        match (self.phase, self.options.rules) {
            (phase, Rules::Wws) => ProxyError::InvalidState { phase },
            (_, Rules::Wcf) => self.wrong_state(),
        }
    }

    /// What using the proxy in its state means (`PROXY-5`, `CO-9`).
    fn wrong_state(&self) -> ProxyError {
        match (self.phase, self.options.rules) {
            (Phase::Faulted, _) => ProxyError::Faulted,
            (Phase::Closing | Phase::Closed, Rules::Wcf) => self.over(),
            (phase, _) => ProxyError::InvalidState { phase },
        }
    }

    /// `CO-8`: whether it was closed or only aborted is told by whether closing was ever tried.
    fn over(&self) -> ProxyError {
        if self.close_called { ProxyError::Disposed } else { ProxyError::Aborted }
    }

    fn wire(&mut self, now: Timestamp, wire: Wire, out: &mut impl Outbox<Action>) {
        match (&mut self.mode, wire) {
            (Mode::Pooled(_), Wire::Response(channel, answer)) => {
                self.response(now, channel, answer, out);
            }
            (Mode::Pooled(_), Wire::Lost(channel, loss)) => {
                self.pooled_lost(now, channel, &loss, out);
            }
            (Mode::Pooled(_), _) => {}
            (Mode::Sessionful(dispatcher), wire) => match wire {
                // Late: an opening that was given up had begun it.
                Wire::Opened(channel, _) if dispatcher.channel(channel).is_none() => {}
                Wire::Opened(channel, session) => {
                    dispatcher.open_channel(now, channel, Some(session), out);
                    self.opened(now, out);
                }
                Wire::Arrived(channel, message) => {
                    dispatcher.arrive(now, channel, Inbound::Message(message, None), out);
                }
                Wire::Ended(channel) => dispatcher.arrive(now, channel, Inbound::End, out),
                Wire::Lost(channel, loss) => dispatcher.lose(now, channel, loss, out),
                Wire::Response(..) => {}
            },
        }
    }

    /// What the channel's end has to say.
    fn hear(&mut self, now: Timestamp, out: &mut impl Outbox<Action>) {
        while let Mode::Sessionful(dispatcher) = &mut self.mode {
            dispatcher.settle(now, out);
            let Some(report) = dispatcher.reports.pop_front() else { return };
            match report {
                Report::CallEnded(call, result) => self.answered(now, call, result, out),
                Report::PeerEnded(_) => self.peer_ended(out),
                Report::ChannelFaulted(_, loss) => self.channel_lost(&loss, out),
                Report::SessionFailed => self.session_failed(now, out),
                Report::ChannelGone(_, how) => self.channel_gone(how, out),
                Report::Quieter => {}
            }
        }
    }

    /// `SESS-20`, `GOT-13`: WCF's proxy stays open and refuses every call; WWSAPI's has faulted.
    fn peer_ended(&mut self, out: &mut impl Outbox<Action>) {
        if self.phase != Phase::Opened {
            return;
        }
        match self.options.rules {
            Rules::Wcf => self.auto_closed = true,
            Rules::Wws => self.fault(out),
        }
    }

    fn fault(&mut self, out: &mut impl Outbox<Action>) {
        let _ = self.go(Verb::Fail, out);
    }

    fn channel_lost(&mut self, loss: &Loss, out: &mut impl Outbox<Action>) {
        match self.phase {
            Phase::Opening => self.open_failed(loss.error(), out),
            Phase::Opened => self.fault(out),
            Phase::Closing => self.finish_closing(Err(loss.error()), out),
            _ => {}
        }
    }

    fn channel_gone(&mut self, how: Ending, out: &mut impl Outbox<Action>) {
        match self.phase {
            Phase::Closing => {
                let result = match how {
                    Ending::Closed => Ok(()),
                    Ending::Aborted => Err(ProxyError::Aborted),
                    _ => Err(ProxyError::TimedOut),
                };
                self.finish_closing(result, out);
            }
            // A callback that failed (FLT-6) or a timer of its own (SESS-16) has cut the channel, and
            // the proxy with it. What the peer has closed stays open, and refuses (SESS-20).
            Phase::Opened if how != Ending::Closed => drop(self.go(Verb::Abort, out)),
            _ => {}
        }
    }
}
