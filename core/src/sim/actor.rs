//! The user's code of a simulated end: its programs, objects, providers and handlers.

use super::program::{Act, Op, Operand, Programs};
use crate::action::{Action, Answer, Failure, Question, Reply};
use crate::contract::Contract;
use crate::dispatch::Dispatcher;
use crate::error::ProxyError;
use crate::host::HostInput;
use crate::ids::{CallId, ChannelId, ContextId, DispatchId, InstanceId, OperationId, SessionId};
use crate::lifecycle::Rules;
use crate::message::{Content, Fault, Message};
use crate::table::Fixed;
use crate::table::{Names, Series};
use crate::time::Timestamp;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use smol_str::{SmolStr, ToSmolStr};
use std::collections::BTreeSet;

/// What a service, or a callback object, does.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct ServiceScript {
    /// Its operations. One without a program returns nothing at once.
    pub operations: Programs,
    /// How many constructions fail before the first succeeds.
    pub failing_constructions: u32,
    /// How many openings of a context fail before the first succeeds (`INST-25`).
    pub failing_initializations: u32,
    /// Callers whose messages carry the header `caller` with one of these are not let in.
    pub denied: BTreeSet<SmolStr>,
    /// A custom provider keeps a context that nothing keeps busy for so long (`INST-23`).
    pub lease_us: u64,
    /// The code of the fault that the error handler provides, if it does (`FLT-3`).
    pub provided_fault: Option<SmolStr>,
    /// Whether the error handler says that it has dealt with a failure (`FLT-7`).
    pub handles_errors: bool,
}

/// An operation that runs.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
struct Running {
    operation: SmolStr,
    arguments: Vec<SmolStr>,
    context: ContextId,
    instance: Option<InstanceId>,
    at: usize,
    waits: Waits,
    answer: SmolStr,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
enum Waits {
    Until(Timestamp, u64),
    Label(SmolStr),
    /// For a call; the flag says that a failure is the answer, not the end.
    Call(Option<CallId>, bool),
}

/// The user's code of one end.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub(crate) struct Actor {
    script: Fixed<ServiceScript>,
    constructions_to_fail: u32,
    initializations_to_fail: u32,
    objects: Series<InstanceId, i64>,
    running: Series<DispatchId, Running>,
    /// A custom provider's contexts, by the header `context` of the message that made them.
    provided: Names<ContextId>,
    /// Until when the provider keeps a context; nothing once that is over.
    leases: Series<ContextId, Option<Timestamp>>,
    kept: Series<CallId, Result<Box<Message>, ProxyError>>,
}

/// What comes of an action that was put to the user's code.
pub(super) enum Effect {
    Nothing,
    Answer(DispatchId, Answer),
    Made(InstanceId, bool),
    Idle(ContextId, bool),
    Running,
}

/// What an operation wants.
pub(super) enum Wish {
    Answer(Answer),
    Host(HostInput),
    CallBack { channel: ChannelId, name: SmolStr, body: Box<Message> },
    CallOut { proxy: SmolStr, name: SmolStr, body: Box<Message> },
}

/// The turn of an operation.
struct Turn {
    now: Timestamp,
    order: u64,
    /// The id that its next call will have.
    call: CallId,
    channel: ChannelId,
    session: Option<SessionId>,
}

/// How an operation goes on.
enum On {
    Next,
    Compute(Op, i64),
    Wait(Waits),
    End(Result<Reply, Failure>),
}

impl On {
    fn computing(op: Op, operand: i64) -> On {
        if op != Op::Div || operand != 0 {
            return On::Compute(op, operand);
        }
        let fault = Fault::new("DivideByZero", "nothing can be divided by zero");
        On::End(Err(Failure::Fault(fault.with_detail("DivideByZero", Bytes::new()))))
    }
}

impl Actor {
    pub(super) fn new(script: ServiceScript) -> Actor {
        Actor {
            constructions_to_fail: script.failing_constructions,
            initializations_to_fail: script.failing_initializations,
            script: Fixed::new(script),
            objects: Series::default(),
            running: Series::default(),
            provided: Names::default(),
            leases: Series::default(),
            kept: Series::default(),
        }
    }

    pub(super) fn hear(
        &mut self,
        now: Timestamp,
        order: u64,
        dispatcher: &Dispatcher,
        contract: Option<&Contract>,
        action: Action,
    ) -> Effect {
        match action {
            Action::Ask(id, Question::Invoke { context, instance, operation, body }) => {
                let contract = dispatcher.serves_of(id).or(contract);
                self.begin(now, order, id, contract, (context, instance, operation), &body);
                Effect::Running
            }
            Action::Ask(id, question) => Effect::Answer(id, self.answer(id, question, dispatcher)),
            Action::MakeSingleton(instance) => {
                let made = self.construct(instance);
                Effect::Made(instance, made)
            }
            Action::AskIdle(context) => Effect::Idle(context, self.is_idle(now, context)),
            Action::ReleaseObject { instance, dispose: true } => {
                self.objects.remove(&instance);
                Effect::Nothing
            }
            Action::ForgetContext(context) => {
                self.provided.retain(|_, provided| *provided != context);
                self.leases.remove(&context);
                Effect::Nothing
            }
            Action::ForgetDispatch(dispatch) => {
                self.running.remove(&dispatch);
                Effect::Nothing
            }
            Action::Resume(dispatch, call) => {
                self.resume(now, order, dispatch, call);
                Effect::Running
            }
            _ => Effect::Nothing,
        }
    }

    /// `INST-23`: a lease begins when the context is idle for the first time; no message renews it.
    fn is_idle(&mut self, now: Timestamp, context: ContextId) -> bool {
        let span = std::time::Duration::from_micros(self.script.lease_us);
        let until = (!span.is_zero()).then(|| now + span);
        if !self.leases.contains_key(&context) {
            self.leases.insert(context, until);
        }
        self.leases.get(&context).is_some_and(Option::is_none)
    }

    fn answer(&mut self, id: DispatchId, question: Question, dispatcher: &Dispatcher) -> Answer {
        let header =
            |name: &str| dispatcher.dispatch(id).and_then(|dispatch| dispatch.message.header(name));
        match question {
            Question::Authorize => {
                let caller = header("caller").unwrap_or_default();
                Answer::Authorized(!self.script.denied.contains(caller))
            }
            Question::FindContext => {
                let key = header("context").unwrap_or_default();
                Answer::Found(Ok(self.provided.get(key).copied()))
            }
            Question::OpenContext(context) => {
                if count_down(&mut self.initializations_to_fail) {
                    return Answer::Opened(Err(Failure::Unhandled("no context today".into())));
                }
                let key = header("context").unwrap_or_default();
                self.provided.insert(key.into(), context);
                Answer::Opened(Ok(()))
            }
            Question::Construct(_, instance) => match self.construct(instance) {
                true => Answer::Constructed(Ok(true)),
                false => Answer::Constructed(Err(Failure::Unhandled("no object today".into()))),
            },
            Question::ProvideFault(_) => {
                let provided = self.script.provided_fault.clone();
                Answer::Provided(provided.map(|code| Fault::new(code, "provided")))
            }
            Question::HandleError(_) => Answer::Handled(self.script.handles_errors),
            Question::Invoke { .. } => Answer::Returned(Ok(Reply::default())),
        }
    }

    fn construct(&mut self, instance: InstanceId) -> bool {
        if count_down(&mut self.constructions_to_fail) {
            return false;
        }
        self.objects.insert(instance, 0);
        true
    }

    fn begin(
        &mut self,
        now: Timestamp,
        order: u64,
        id: DispatchId,
        contract: Option<&Contract>,
        call: (ContextId, Option<InstanceId>, OperationId),
        body: &Bytes,
    ) {
        let (context, instance, operation) = call;
        let operation = contract.and_then(|contract| contract.operation(operation));
        let running = Running {
            operation: operation.map(|operation| operation.name.clone()).unwrap_or_default(),
            arguments: words(body),
            context,
            instance,
            at: 0,
            waits: Waits::Until(now, order),
            answer: SmolStr::default(),
        };
        self.running.insert(id, running);
    }

    /// The operations that run and do not wait for a call of their own.
    pub(super) fn inside(&self) -> impl Iterator<Item = DispatchId> + '_ {
        let runs = |running: &Running| !matches!(running.waits, Waits::Call(..));
        self.running.iter().filter(move |(_, running)| runs(running)).map(|(id, _)| *id)
    }

    /// How many these are.
    pub(super) fn running(&self) -> u32 {
        u32::try_from(self.inside().count()).unwrap_or(u32::MAX)
    }

    pub(super) fn ready<'a>(
        &'a self,
        freed: &'a BTreeSet<SmolStr>,
    ) -> impl Iterator<Item = (Timestamp, u64, DispatchId)> + 'a {
        self.running.iter().filter_map(|(id, running)| match &running.waits {
            Waits::Until(at, order) => Some((*at, *order, *id)),
            Waits::Label(label) if freed.contains(label) => Some((Timestamp::ZERO, 0, *id)),
            _ => None,
        })
    }

    pub(super) fn leases(&self) -> impl Iterator<Item = (Timestamp, ContextId)> + '_ {
        self.leases.iter().filter_map(|(context, at)| Some(((*at)?, *context)))
    }

    /// The lease is over: the provider forgets the context, so that no message finds it any more.
    pub(super) fn end_lease(&mut self, context: ContextId) {
        self.leases.insert(context, None);
        self.provided.retain(|_, provided| *provided != context);
    }

    /// A call that an operation made has ended. False: it was not one of ours.
    pub(super) fn answered(
        &mut self,
        now: Timestamp,
        order: u64,
        call: CallId,
        result: Result<Box<Message>, ProxyError>,
    ) -> bool {
        let waits =
            |running: &Running| matches!(running.waits, Waits::Call(Some(id), _) if id == call);
        let waiting = self.running.iter().find(|(_, running)| waits(running)).map(|(id, _)| *id);
        let waiting = waiting.and_then(|id| self.running.get_mut(&id));
        let Some(running) = waiting else { return false };
        let tries = matches!(running.waits, Waits::Call(_, true));
        running.waits = Waits::Until(now, order);
        match result {
            Ok(message) => running.answer = text(&message),
            Err(error) if tries => running.answer = super::describe(&error, Rules::Wcf).into(),
            Err(error) => {
                running.answer = super::describe(&error, Rules::Wcf).into();
                running.at = usize::MAX;
            }
        }
        true
    }

    /// The result of a call that was made through another proxy, until its operation may have it.
    pub(super) fn keep(&mut self, call: CallId, result: Result<Box<Message>, ProxyError>) {
        self.kept.insert(call, result);
    }

    fn resume(&mut self, now: Timestamp, order: u64, dispatch: DispatchId, call: CallId) {
        if let Some(running) = self.running.get_mut(&dispatch) {
            running.waits = Waits::Call(Some(call), matches!(running.waits, Waits::Call(_, true)));
        }
        if let Some(result) = self.kept.remove(&call) {
            self.answered(now, order, call, result);
        }
    }

    /// Runs an operation until it waits. `call` is the id that its next call will have.
    pub(super) fn run(
        &mut self,
        now: Timestamp,
        order: u64,
        id: DispatchId,
        call: CallId,
        dispatcher: &Dispatcher,
    ) -> Vec<Wish> {
        let mut wishes = Vec::new();
        let Some(channel) = dispatcher.dispatch(id).map(|dispatch| dispatch.channel) else {
            return wishes;
        };
        let session = dispatcher.channel(channel).and_then(|channel| channel.session);
        let turn = Turn { now, order, call, channel, session };
        while let Some(running) = self.running.get(&id) {
            let instance = running.instance;
            let (wish, on) = self.act(&turn, running);
            wishes.extend(wish);
            match on {
                On::Next => {}
                On::Compute(op, operand) => self.compute(instance, op, operand),
                On::Wait(waits) => {
                    self.wait(id, waits);
                    break;
                }
                On::End(result) => {
                    self.running.remove(&id);
                    wishes.push(Wish::Answer(Answer::Returned(result)));
                    break;
                }
            }
            if let Some(running) = self.running.get_mut(&id) {
                running.at += 1;
            }
        }
        wishes
    }

    /// What an operation does next: what it wants of its machine, and how it goes on.
    fn act(&self, turn: &Turn, running: &Running) -> (Option<Wish>, On) {
        let program = self.script.operations.get(&running.operation);
        let act = program.and_then(|program| program.get(running.at));
        let value = |operand: &Operand| self.value(running, operand, turn.session);
        let values = |operands: &[Operand]| join(operands.iter().map(value));
        let request = |operands: &[Operand]| Message::request("", values(operands).into()).into();
        let Turn { channel, call, .. } = *turn;
        let wish = |wish, on| (Some(wish), on);
        let host = |input| (Some(Wish::Host(input)), On::Next);
        let on = match act {
            // Whose call has failed, if it did not try.
            None if running.at == usize::MAX => {
                On::End(Err(Failure::Unhandled(running.answer.to_string())))
            }
            None => On::End(Ok(Reply::default())),
            Some(Act::Return(operands)) => On::End(Ok(Bytes::from(values(operands)).into())),
            Some(Act::Throw(text)) => On::End(Err(Failure::Unhandled(text.clone()))),
            Some(Act::Fault(code, kind)) => {
                let mut fault = Fault::new(code.clone(), "as it was told to");
                if let Some(kind) = kind {
                    fault = fault.with_detail(kind.clone(), Bytes::new());
                }
                On::End(Err(Failure::Fault(fault)))
            }
            Some(Act::Compute(op, operand)) => {
                On::computing(*op, value(operand).parse().unwrap_or(0))
            }
            Some(Act::Work(span)) => On::Wait(Waits::Until(turn.now + *span, turn.order)),
            Some(Act::Wait(label)) => On::Wait(Waits::Label(label.clone())),
            Some(act @ (Act::Callback(name, operands) | Act::Try(name, operands))) => {
                let (name, body) = (name.clone(), request(operands));
                let waits = Waits::Call(Some(call), matches!(act, Act::Try(..)));
                return wish(Wish::CallBack { channel, name, body }, On::Wait(waits));
            }
            Some(Act::Call(proxy, name, operands)) => {
                let (proxy, name, body) = (proxy.clone(), name.clone(), request(operands));
                let waits = Waits::Call(None, false);
                return wish(Wish::CallOut { proxy, name, body }, On::Wait(waits));
            }
            Some(Act::Release) => return host(HostInput::ReleaseObject(running.context)),
            Some(Act::CloseSession) => return host(HostInput::CloseSession(channel)),
            Some(Act::AbortSession) => return host(HostInput::AbortSession(channel)),
            Some(Act::Quota(more)) => return host(HostInput::RaiseQuota(running.context, *more)),
        };
        (None, on)
    }

    fn wait(&mut self, id: DispatchId, waits: Waits) {
        if let Some(running) = self.running.get_mut(&id) {
            running.at += 1;
            running.waits = waits;
        }
    }

    fn compute(&mut self, instance: Option<InstanceId>, op: Op, operand: i64) {
        let Some(number) = instance.and_then(|instance| self.objects.get_mut(&instance)) else {
            return;
        };
        *number = match op {
            Op::Set => operand,
            Op::Add => number.wrapping_add(operand),
            Op::Sub => number.wrapping_sub(operand),
            Op::Mul => number.wrapping_mul(operand),
            Op::Div => number.wrapping_div(operand),
        };
    }

    fn value(&self, running: &Running, operand: &Operand, session: Option<SessionId>) -> SmolStr {
        match operand {
            Operand::Argument(number) => {
                running.arguments.get(number.wrapping_sub(1)).cloned().unwrap_or_default()
            }
            Operand::State => {
                let number = running.instance.and_then(|instance| self.objects.get(&instance));
                number.map_or_else(|| "disposed".into(), ToSmolStr::to_smolstr)
            }
            Operand::Object => running.instance.map_or("none".into(), |id| id.to_smolstr()),
            Operand::Session => session.map_or("none".into(), |session| session.to_smolstr()),
            Operand::Answer => running.answer.clone(),
            Operand::Literal(text) => text.clone(),
        }
    }

    /// Every label that a program waits for.
    pub(super) fn labels(&self) -> impl Iterator<Item = SmolStr> + '_ {
        self.script.operations.values().flatten().filter_map(|act| match act {
            Act::Wait(label) => Some(label.clone()),
            _ => None,
        })
    }

    pub(super) fn leaks(&self) -> Vec<String> {
        let running = self.running.keys().map(|id| format!("{id} runs"));
        let leases = self.leases.keys().map(|id| format!("lease of {id}"));
        running.chain(leases).collect()
    }
}

fn count_down(left: &mut u32) -> bool {
    let due = *left > 0;
    *left = left.saturating_sub(1);
    due
}

/// The words of a body.
fn words(body: &Bytes) -> Vec<SmolStr> {
    String::from_utf8_lossy(body).split_whitespace().map(SmolStr::from).collect()
}

fn join(values: impl Iterator<Item = SmolStr>) -> String {
    values.collect::<Vec<_>>().join(" ")
}

pub(super) fn text(message: &Message) -> SmolStr {
    match &message.content {
        Content::Body(body) => String::from_utf8_lossy(body).into(),
        Content::Fault(fault) => fault.code.name().into(),
    }
}
