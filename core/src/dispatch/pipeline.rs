//! The way of a message, step by step (`INST-13`). Each step either goes on or parks.

use super::gate::ConcurrencyMode;
use super::instance::InstanceMode;
use super::{Dispatch, Dispatcher, SERVES, Stage, Verdict, Work, fault_of};
use crate::action::{Action, Answer, Failure, Question, Reply};
use crate::event::{Event, Outcome, ThrottleKind};
use crate::host::throttle::Admission;
use crate::ids::{ChannelId, DispatchId};
use crate::lifecycle::Phase;
use crate::machine::Outbox;
use crate::message::{Content, Fault, FaultCode, Header, Message, NOT_UNDERSTOOD};
use crate::time::Timestamp;
use smol_str::SmolStr;

/// What a step decides.
pub(super) enum Step {
    /// Go on at that stage.
    Next(Stage),
    /// Wait here; somebody will run the dispatch again.
    Park,
    /// Leave the pipeline.
    Leave,
}

impl Dispatcher {
    /// Takes a dispatch as far as it can go.
    pub(super) fn run(&mut self, now: Timestamp, id: DispatchId, out: &mut impl Outbox<Action>) {
        let Some(mut stage) = self.dispatches.get(&id).map(|dispatch| dispatch.stage) else {
            return;
        };
        loop {
            let step = match stage {
                Stage::Received => self.admit_call(id, out),
                Stage::Failing => self.consult_handlers(id, out),
                Stage::Replying => self.reply(now, id, out),
                Stage::Releasing => self.release(now, id, out),
                Stage::Handling => self.tell_handlers(id, out),
                Stage::Done => self.leave(now, id, out),
                Stage::CallAdmitted => self.find_context(id, out),
                Stage::InstanceFound => self.admit_instance(id, out),
                Stage::InstanceAdmitted => self.select(id, out),
                Stage::Authorized => self.enter_context(id, out),
                Stage::ContextOpened => self.admit_flow(id),
                Stage::FlowAdmitted => self.enter_gate(id, out),
                Stage::GateHeld => self.ensure_object(id, out),
                Stage::Invoking => self.invoke(id, out),
                Stage::Draining => self.drain(id, out),
            };
            match step {
                Step::Next(next) => {
                    self.reach(id, next, false, out);
                    stage = next;
                }
                Step::Park => return self.reach(id, stage, true, out),
                Step::Leave => return,
            }
        }
    }

    fn reach(&mut self, id: DispatchId, stage: Stage, parked: bool, out: &mut impl Outbox<Action>) {
        if let Some(dispatch) = self.dispatches.get_mut(&id)
            && (dispatch.stage, dispatch.parked) != (stage, parked)
        {
            (dispatch.stage, dispatch.parked) = (stage, parked);
            out.note(|| Event::DispatchStage { dispatch: id, stage, parked });
        }
    }

    /// An answer from the user's code. One that nobody waits for is ignored.
    pub(crate) fn answer(
        &mut self,
        now: Timestamp,
        id: DispatchId,
        answer: Answer,
        out: &mut impl Outbox<Action>,
    ) {
        let waiting = self.dispatches.get(&id).filter(|dispatch| SERVES && dispatch.parked);
        let Some(dispatch) = waiting else { return };
        let next = match (dispatch.stage, answer) {
            (Stage::CallAdmitted, Answer::Found(found)) => self.found(id, found, out),
            (Stage::InstanceAdmitted, Answer::Authorized(allowed)) => self.authorized(id, allowed),
            (Stage::Authorized, Answer::Opened(opened)) => {
                self.context_opened(now, id, opened, out)
            }
            (Stage::GateHeld, Answer::Constructed(made)) => self.constructed(id, made, out),
            (Stage::Invoking, Answer::Returned(result)) => self.returned(id, result, out),
            (Stage::Failing, Answer::Provided(fault)) => self.provided(id, fault),
            (Stage::Handling, Answer::Handled(handled)) => self.handled(id, handled),
            _ => return,
        };
        self.reach(id, next, false, out);
        if self.work.is_empty() {
            self.run(now, id, out);
        } else {
            self.work.push_back(Work::Run(id));
        }
        self.settle(now, out);
    }

    /// An answer in place of the user's code, for the first who waits for one.
    pub(crate) fn last_answer(&self) -> Option<(DispatchId, Answer)> {
        if !SERVES {
            return None;
        }
        let gone = || Failure::Unhandled("the host has stopped".to_owned());
        self.dispatches.values().find_map(|dispatch| {
            let answer = match dispatch.stage {
                Stage::CallAdmitted => Answer::Found(Err(gone())),
                Stage::InstanceAdmitted => Answer::Authorized(false),
                Stage::Authorized => Answer::Opened(Err(gone())),
                Stage::GateHeld => Answer::Constructed(Err(gone())),
                Stage::Invoking => Answer::Returned(Err(gone())),
                Stage::Failing => Answer::Provided(None),
                Stage::Handling => Answer::Handled(false),
                _ => return None,
            };
            Some((dispatch.id, answer))
        })
    }

    /// Step 4.
    fn admit_call(&mut self, id: DispatchId, out: &mut impl Outbox<Action>) -> Step {
        let Some(dispatch) = self.dispatches.get(&id) else { return Step::Leave };
        if dispatch.holds.call_slot {
            return Step::Next(Stage::CallAdmitted);
        }
        if let Some(channel) = self.channels.get(&dispatch.channel)
            && let Some(fault) = self.refusal(channel, &dispatch.message)
        {
            return self.fail(id, Failure::Fault(fault), Verdict::Harmless);
        }
        match self.calls.enter(id) {
            Admission::Admitted => {
                let held = self.calls.held();
                out.note(|| Event::SlotTaken { throttle: ThrottleKind::Calls, held });
                self.hold(id, |holds| holds.call_slot = true);
                Step::Next(Stage::CallAdmitted)
            }
            Admission::Waiting => {
                let waiting = count(self.calls.waiting());
                out.note(|| Event::SlotAwaited { throttle: ThrottleKind::Calls, waiting });
                Step::Park
            }
            Admission::Refused => {
                out.note(|| Event::SlotRefused { throttle: ThrottleKind::Calls });
                self.fail(id, too_busy(), Verdict::Harmless)
            }
        }
    }

    /// Step 5.
    fn find_context(&mut self, id: DispatchId, out: &mut impl Outbox<Action>) -> Step {
        let Some(dispatch) = self.dispatches.get(&id) else { return Step::Leave };
        if self.behavior.custom_contexts {
            out.act(Action::Ask(id, Question::FindContext));
            return Step::Park;
        }
        let channel = dispatch.channel;
        let context = match self.behavior.instancing {
            InstanceMode::PerCall => None,
            InstanceMode::Single => self.singleton,
            InstanceMode::PerSession => self.channels.get(&channel).and_then(|c| c.context),
        };
        if let (InstanceMode::Single, Some(singleton)) = (self.behavior.instancing, context) {
            self.bind(singleton, channel, out); // INST-5
        }
        self.place(id, context, out);
        Step::Next(Stage::InstanceFound)
    }

    fn found(
        &mut self,
        id: DispatchId,
        found: Result<Option<crate::ids::ContextId>, Failure>,
        out: &mut impl Outbox<Action>,
    ) -> Stage {
        let usable = |context: &crate::ids::ContextId| {
            self.contexts.get(context).is_some_and(|context| !context.phase.is_over())
        };
        let context = match found {
            Ok(Some(context)) if !usable(&context) => {
                let text = format!("the provider named {context}, which is closed");
                return self.failing(id, Failure::Unhandled(text), Verdict::Unhandled);
            }
            Ok(context) => context,
            Err(failure) => return self.failing_by(id, failure),
        };
        self.place(id, context, out);
        Stage::InstanceFound
    }

    /// Step 7.
    fn admit_instance(&mut self, id: DispatchId, out: &mut impl Outbox<Action>) -> Step {
        let Some(dispatch) = self.dispatches.get(&id) else { return Step::Leave };
        let singleton = dispatch.context.is_some() && dispatch.context == self.singleton;
        let placed = dispatch.context.and_then(|context| self.contexts.get(&context));
        let needs_slot = match placed {
            None => true,
            // A singleton takes its slot when it is first used (THR-5: at most one).
            Some(context) => singleton && !context.holds_slot,
        };
        if dispatch.holds.instance_slot || !needs_slot {
            return Step::Next(Stage::InstanceAdmitted);
        }
        match self.instances.enter(id) {
            Admission::Admitted => {
                let held = self.instances.held();
                out.note(|| Event::SlotTaken { throttle: ThrottleKind::Instances, held });
                self.hold(id, |holds| holds.instance_slot = true);
                Step::Next(Stage::InstanceAdmitted)
            }
            Admission::Waiting => {
                let waiting = count(self.instances.waiting());
                out.note(|| Event::SlotAwaited { throttle: ThrottleKind::Instances, waiting });
                Step::Park
            }
            Admission::Refused => {
                out.note(|| Event::SlotRefused { throttle: ThrottleKind::Instances });
                self.fail(id, too_busy(), Verdict::Harmless)
            }
        }
    }

    /// Steps 8 to 12.
    fn select(&mut self, id: DispatchId, out: &mut impl Outbox<Action>) -> Step {
        let Some(dispatch) = self.dispatches.get(&id) else { return Step::Leave };
        // The channel may have gone while the message waited; it is carried out all the same.
        let contract = self.serves(dispatch.endpoint);
        let found = contract.and_then(|contract| contract.find(&dispatch.message.action));
        let Some((operation, found)) = found else {
            let failure = Self::unknown_action(&dispatch.message);
            return self.fail(id, failure, Verdict::UnknownAction);
        };
        let (one_way, terminating) = (found.one_way, found.terminating);
        let answerable = dispatch.exchange.is_some() || dispatch.message.id.is_some();
        let exchange = dispatch.exchange;
        let channel = self.channels.get_mut(&dispatch.channel);
        if let Some(channel) = channel.filter(|channel| channel.has_session()) {
            channel.bound = true;
            channel.terminated |= terminating;
        }
        if let Some(dispatch) = self.dispatches.get_mut(&id) {
            dispatch.operation = Some(operation);
            dispatch.one_way = one_way;
            if one_way {
                dispatch.exchange = None;
            }
        }
        if one_way {
            if let Some(exchange) = exchange {
                out.act(Action::Respond(exchange, None));
            }
        } else if !answerable {
            let text = "a one-way message reached an operation that replies (OP-4)".to_owned();
            return self.fail(id, Failure::Unhandled(text), Verdict::Unhandled);
        }
        if self.behavior.authorizes {
            out.act(Action::Ask(id, Question::Authorize));
            return Step::Park;
        }
        Step::Next(Stage::Authorized)
    }

    fn authorized(&mut self, id: DispatchId, allowed: bool) -> Stage {
        if allowed {
            return Stage::Authorized;
        }
        let fault = Fault::runtime(FaultCode::AccessDenied, "the service does not let you in");
        self.failing(id, Failure::Fault(fault), Verdict::Harmless)
    }

    /// Step 16.
    fn enter_gate(&mut self, id: DispatchId, out: &mut impl Outbox<Action>) -> Step {
        let Some(dispatch) = self.dispatches.get(&id) else { return Step::Leave };
        if dispatch.holds.gate || self.behavior.concurrency == ConcurrencyMode::Multiple {
            return Step::Next(Stage::GateHeld);
        }
        let context = dispatch.context.and_then(|context| self.contexts.get_mut(&context));
        let Some(context) = context.filter(|context| context.phase == Phase::Opened) else {
            return self.fail(id, context_gone(), Verdict::Unhandled);
        };
        let (context, entered) = (context.id, context.gate.arrive(id));
        if entered {
            out.note(|| Event::GateEntered { context, dispatch: id });
            self.hold(id, |holds| holds.gate = true);
            return Step::Next(Stage::GateHeld);
        }
        out.note(|| Event::GateQueued { context, dispatch: id, resuming: false });
        Step::Park
    }

    /// Steps 21 and 22.
    fn invoke(&mut self, id: DispatchId, out: &mut impl Outbox<Action>) -> Step {
        if let Some(failure) = self.must_understand(id) {
            return self.fail(id, failure, Verdict::Harmless);
        }
        let Some(dispatch) = self.dispatches.get_mut(&id) else { return Step::Leave };
        let (Some(context), Some(operation)) = (dispatch.context, dispatch.operation) else {
            return self.fail(id, context_gone(), Verdict::Unhandled);
        };
        let (instance, body) = (dispatch.instance, dispatch.message.take_body());
        out.act(Action::Ask(id, Question::Invoke { context, instance, operation, body }));
        Step::Park
    }

    /// A service that ignored such a header would do what its caller did not ask for.
    fn must_understand(&self, id: DispatchId) -> Option<Failure> {
        let headers = &self.dispatches.get(&id)?.message.headers;
        let name = self.behavior.not_understood(headers).next()?;
        let reason = format!("the header {name} must be understood, and is not");
        Some(Failure::Fault(Fault::runtime(FaultCode::MustUnderstand, reason)))
    }

    fn returned(
        &mut self,
        id: DispatchId,
        result: Result<Reply, Failure>,
        out: &mut impl Outbox<Action>,
    ) -> Stage {
        self.forget_callouts(id, out);
        match result {
            Ok(reply) => {
                if let Some(dispatch) = self.dispatches.get_mut(&id) {
                    dispatch.outcome = Some(Ok(reply));
                }
                Stage::Replying
            }
            Err(failure) => self.failing_by(id, failure),
        }
    }

    /// A failure of the user's code ends the session unless it is a fault that was meant (`FLT-1`);
    /// the internal fault of a service further down was not (`FLT-4`).
    pub(super) fn failing_by(&mut self, id: DispatchId, failure: Failure) -> Stage {
        let verdict = match &failure {
            Failure::Fault(fault) if fault.code != FaultCode::InternalService => Verdict::Harmless,
            _ => Verdict::Unhandled,
        };
        self.failing(id, failure, verdict)
    }

    pub(super) fn failing(&mut self, id: DispatchId, failure: Failure, verdict: Verdict) -> Stage {
        if let Some(dispatch) = self.dispatches.get_mut(&id) {
            dispatch.outcome = Some(Err(failure));
            dispatch.verdict = verdict;
        }
        Stage::Failing
    }

    pub(super) fn fail(&mut self, id: DispatchId, failure: Failure, verdict: Verdict) -> Step {
        Step::Next(self.failing(id, failure, verdict))
    }

    /// Step 24.
    fn consult_handlers(&mut self, id: DispatchId, out: &mut impl Outbox<Action>) -> Step {
        let Some(dispatch) = self.dispatches.get(&id) else { return Step::Leave };
        match &dispatch.outcome {
            Some(Err(failure)) if self.behavior.error_handlers => {
                out.act(Action::Ask(id, Question::ProvideFault(failure.clone())));
                Step::Park
            }
            _ => Step::Next(Stage::Replying),
        }
    }

    /// A fault that an error handler provides counts as handled (`FLT-10`).
    fn provided(&mut self, id: DispatchId, fault: Option<Fault>) -> Stage {
        if let Some(dispatch) = self.dispatches.get_mut(&id)
            && let Some(fault) = fault
        {
            dispatch.outcome = Some(Err(Failure::Fault(fault)));
            if dispatch.verdict == Verdict::Unhandled {
                dispatch.verdict = Verdict::Harmless;
            }
        }
        Stage::Replying
    }

    /// Steps 26 to 28.
    fn reply(&mut self, now: Timestamp, id: DispatchId, out: &mut impl Outbox<Action>) -> Step {
        let Some(dispatch) = self.dispatches.get_mut(&id) else { return Step::Leave };
        let (channel, verdict, one_way) = (dispatch.channel, dispatch.verdict, dispatch.one_way);
        // What was returned goes out; that something was is all that matters from here.
        let returned = match &mut dispatch.outcome {
            Some(Ok(reply)) => Some(std::mem::take(reply)),
            _ => None,
        };
        let Some(dispatch) = self.dispatches.get(&id) else { return Step::Leave };
        let sent = !one_way
            && self.send_reply(dispatch, self.reply_message(dispatch, returned).into(), out);
        if verdict != Verdict::Unhandled {
            return Step::Next(Stage::Releasing);
        }
        if sent {
            self.close_failed(now, channel, out);
        } else {
            self.end_channel(channel, crate::event::Ending::Aborted, out);
        }
        Step::Next(Stage::Draining)
    }

    /// `FLT-5`: the session is closed in good order, and its peer awaited.
    fn close_failed(&mut self, now: Timestamp, channel: ChannelId, out: &mut impl Outbox<Action>) {
        self.reports.push_back(super::Report::SessionFailed);
        self.close_channel(now, channel, self.behavior.fault_close, out);
    }

    fn reply_message(&self, dispatch: &Dispatch, returned: Option<Reply>) -> Message {
        let operation = self.operation(dispatch);
        let relates_to = dispatch.message.id.clone();
        match returned {
            Some(Reply { body, headers }) => Message {
                action: operation.map(|op| op.reply_action.clone()).unwrap_or_default(),
                id: None,
                relates_to,
                headers,
                content: Content::Body(body),
            },
            None => {
                let failure = match &dispatch.outcome {
                    Some(Err(failure)) => failure.clone(),
                    _ => Failure::Unhandled(String::new()),
                };
                let callback = self
                    .channels
                    .get(&dispatch.channel)
                    .is_some_and(|channel| channel.role == crate::channel::Role::Proxy);
                let fault = fault_of(&failure, &self.behavior, callback);
                // FLT-2: a declared fault goes out under its own action.
                let kind = fault.detail.as_ref().map(|detail| &detail.kind);
                let declared = operation
                    .and_then(|op| op.faults.iter().find(|declared| Some(&declared.kind) == kind));
                let action = match declared {
                    Some(declared) => declared.action.clone(),
                    None => FAULT_ACTION.into(),
                };
                let headers = match &fault.code {
                    FaultCode::MustUnderstand => self.not_understood(dispatch),
                    _ => Vec::new(),
                };
                Message { action, id: None, relates_to, headers, content: Content::Fault(fault) }
            }
        }
    }

    fn not_understood(&self, dispatch: &Dispatch) -> Vec<Header> {
        let names = self.behavior.not_understood(&dispatch.message.headers);
        let told = |value: &SmolStr| {
            let (name, value) = (SmolStr::new_static(NOT_UNDERSTOOD), value.clone());
            Header { name, value, must_understand: false }
        };
        names.map(told).collect()
    }

    /// Step 28, continued: once the session is over, the context goes too.
    fn drain(&mut self, id: DispatchId, out: &mut impl Outbox<Action>) -> Step {
        let Some(dispatch) = self.dispatches.get(&id) else { return Step::Leave };
        let session =
            self.channels.get(&dispatch.channel).is_some_and(crate::channel::Channel::is_pipe);
        if session {
            return Step::Park;
        }
        if let Some(context) = dispatch.context
            && Some(context) != self.singleton
        {
            self.abort_context(context, out);
        }
        Step::Next(Stage::Releasing)
    }

    /// Steps 30 to 33.
    fn release(&mut self, now: Timestamp, id: DispatchId, out: &mut impl Outbox<Action>) -> Step {
        self.release_object_after(id, out);
        self.leave_context(id, out);
        self.leave_gate(id, out);
        self.arm_termination(now, id);
        self.leave_channel(now, id, out);
        Step::Next(Stage::Handling)
    }

    /// Step 34.
    fn tell_handlers(&mut self, id: DispatchId, out: &mut impl Outbox<Action>) -> Step {
        let Some(dispatch) = self.dispatches.get(&id) else { return Step::Leave };
        match &dispatch.outcome {
            Some(Err(failure)) if self.behavior.error_handlers => {
                out.act(Action::Ask(id, Question::HandleError(failure.clone())));
                Step::Park
            }
            _ => Step::Next(Stage::Done),
        }
    }

    fn handled(&mut self, id: DispatchId, handled: bool) -> Stage {
        if let Some(dispatch) = self.dispatches.get_mut(&id)
            && handled
        {
            dispatch.verdict = Verdict::Harmless;
        }
        Stage::Done
    }

    /// Step 35.
    fn leave(&mut self, now: Timestamp, id: DispatchId, out: &mut impl Outbox<Action>) -> Step {
        let Some(dispatch) = self.dispatches.get(&id) else { return Step::Leave };
        let outcome = match &dispatch.outcome {
            Some(Ok(_)) => Outcome::Ok,
            Some(Err(Failure::Fault(_))) => Outcome::Fault,
            _ => Outcome::Failed,
        };
        let (holds, verdict, channel) = (dispatch.holds, dispatch.verdict, dispatch.channel);
        self.dispatches.remove(&id);
        out.note(|| Event::DispatchEnded { dispatch: id, outcome });
        out.act(Action::ForgetDispatch(id));
        if holds.instance_slot {
            self.free_instance_slot(out);
        }
        if holds.call_slot {
            self.free_call_slot(out);
        }
        if verdict == Verdict::UnknownAction {
            self.close_failed(now, channel, out);
        }
        self.release_pump(channel, id);
        self.reports.push_back(super::Report::Quieter);
        Step::Leave
    }

    fn free_call_slot(&mut self, out: &mut impl Outbox<Action>) {
        match self.calls.leave() {
            Some(next) => {
                let waiting = count(self.calls.waiting());
                out.note(|| Event::SlotWaitEnded { throttle: ThrottleKind::Calls, waiting });
                self.hold(next, |holds| holds.call_slot = true);
                self.work.push_back(Work::Run(next));
            }
            None => {
                let held = self.calls.held();
                out.note(|| Event::SlotFreed { throttle: ThrottleKind::Calls, held });
            }
        }
    }

    pub(super) fn free_instance_slot(&mut self, out: &mut impl Outbox<Action>) {
        match self.instances.leave() {
            Some(next) => {
                let waiting = count(self.instances.waiting());
                out.note(|| Event::SlotWaitEnded { throttle: ThrottleKind::Instances, waiting });
                self.hold(next, |holds| holds.instance_slot = true);
                self.work.push_back(Work::Run(next));
            }
            None => {
                let held = self.instances.held();
                out.note(|| Event::SlotFreed { throttle: ThrottleKind::Instances, held });
            }
        }
    }

    pub(super) fn hold(&mut self, id: DispatchId, take: impl FnOnce(&mut super::Holds)) {
        if let Some(dispatch) = self.dispatches.get_mut(&id) {
            take(&mut dispatch.holds);
        }
    }
}

/// The action of a fault that no operation declares.
pub(super) const FAULT_ACTION: &str = "sessionful/fault";

pub(super) fn count(waiting: usize) -> u32 {
    u32::try_from(waiting).unwrap_or(u32::MAX)
}

fn too_busy() -> Failure {
    Failure::Fault(Fault::runtime(FaultCode::TooBusy, "the host is too busy: try later"))
}

pub(super) fn context_gone() -> Failure {
    Failure::Unhandled("the instance context was closed while the message waited".to_owned())
}
