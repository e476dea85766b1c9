//! The life of instance contexts and of the objects in them (`INST-7` to `INST-23`).

use super::instance::{InstanceContext, Lease, ReleaseMode};
use super::pipeline::{Step, context_gone, count};
use super::{Dispatcher, Report, Stage, Verdict, Work};
use crate::action::{Action, Failure, Question};
use crate::event::{Event, ThrottleKind};
use crate::ids::{ChannelId, ContextId, DispatchId, InstanceId};
use crate::lifecycle::{Phase, Rules, Verb};
use crate::machine::Outbox;
use crate::time::Timestamp;

impl Dispatcher {
    /// Step 13: the context is made if there is none, and opened if it is not open.
    pub(super) fn enter_context(&mut self, id: DispatchId, out: &mut impl Outbox<Action>) -> Step {
        let Some(dispatch) = self.dispatches.get(&id) else { return Step::Leave };
        let context = match dispatch.context {
            Some(context) => context,
            None => {
                let context = self.make_context(out);
                self.place(id, Some(context), out);
                context
            }
        };
        let Some(found) = self.contexts.get_mut(&context) else {
            return self.fail(id, context_gone(), Verdict::Unhandled);
        };
        match found.phase {
            Phase::Opened => {}
            Phase::Created => {
                move_context(found, Verb::Open, out);
                found.builder = Some(id);
                self.take_instance_slot(id, context, out);
                if self.behavior.initializers || self.behavior.custom_contexts {
                    out.act(Action::Ask(id, Question::OpenContext(context)));
                    return Step::Park;
                }
                self.opened(id, context, out);
            }
            Phase::Opening => {
                found.waiting.push_back(id);
                return Step::Park;
            }
            _ => return self.fail(id, context_gone(), Verdict::Unhandled),
        }
        self.join_context(id, context);
        Step::Next(Stage::ContextOpened)
    }

    /// The dispatch has its context.
    pub(super) fn place(
        &mut self,
        id: DispatchId,
        context: Option<ContextId>,
        out: &mut impl Outbox<Action>,
    ) {
        if let (Some(dispatch), Some(context)) = (self.dispatches.get_mut(&id), context) {
            dispatch.context = Some(context);
            out.note(|| Event::DispatchPlaced { dispatch: id, context });
        }
    }

    fn make_context(&mut self, out: &mut impl Outbox<Action>) -> ContextId {
        let id = self.next_context.take();
        self.contexts.insert(id, InstanceContext::new(id, self.behavior.flow_quota));
        out.note(|| Event::ContextMade { context: id });
        id
    }

    /// The singleton's context is made when the host opens (`INST-9`), and opened by its first
    /// message.
    pub(crate) fn make_singleton(&mut self, out: &mut impl Outbox<Action>) {
        let id = self.make_context(out);
        let object = self.first;
        if let Some(context) = self.contexts.get_mut(&id) {
            context.auto_close = false;
            context.object = object;
        }
        if let Some(instance) = object {
            out.note(|| Event::InstancePlaced { instance, context: id });
        }
        self.singleton = Some(id);
    }

    /// The slot that the dispatch took belongs to the context from now on.
    fn take_instance_slot(
        &mut self,
        id: DispatchId,
        context: ContextId,
        out: &mut impl Outbox<Action>,
    ) {
        let held = self.dispatches.get(&id).is_some_and(|dispatch| dispatch.holds.instance_slot);
        let Some(taking) = self.contexts.get_mut(&context).filter(|_| held) else { return };
        taking.holds_slot = true;
        self.hold(id, |holds| holds.instance_slot = false);
        if self.singleton == Some(context) {
            self.excuse_waiting(out);
        }
    }

    /// `THR-5`: a singleton takes one slot for all; nobody needs to wait for another.
    fn excuse_waiting(&mut self, out: &mut impl Outbox<Action>) {
        while let Some(next) = self.instances.excuse() {
            let waiting = count(self.instances.waiting());
            out.note(|| Event::SlotWaitEnded { throttle: ThrottleKind::Instances, waiting });
            self.work.push_back(Work::Run(next));
        }
    }

    pub(super) fn context_opened(
        &mut self,
        _now: Timestamp,
        id: DispatchId,
        result: Result<(), Failure>,
        out: &mut impl Outbox<Action>,
    ) -> Stage {
        let Some(context) = self.dispatches.get(&id).and_then(|dispatch| dispatch.context) else {
            return Stage::Done;
        };
        match result {
            Ok(()) => {
                self.opened(id, context, out);
                self.join_context(id, context);
                Stage::ContextOpened
            }
            Err(failure) => {
                // INST-25: the message fails, and its context with it; a singleton can be tried again.
                if Some(context) == self.singleton {
                    if let Some(context) = self.contexts.get_mut(&context) {
                        context.phase = Phase::Created;
                        let context = context.id;
                        out.note(|| Event::ContextPhase {
                            context,
                            from: Phase::Opening,
                            to: Phase::Created,
                        });
                    }
                    self.wake_waiting(context);
                } else {
                    self.abort_context(context, out);
                }
                self.failing_by(id, failure)
            }
        }
    }

    /// The context is bound to its session (`INST-4`) and open (`INST-7`): others may come in.
    fn opened(&mut self, id: DispatchId, context: ContextId, out: &mut impl Outbox<Action>) {
        let channel = self.dispatches.get(&id).map(|dispatch| dispatch.channel);
        let per_session = !self.behavior.custom_contexts
            && self.behavior.instancing == super::instance::InstanceMode::PerSession;
        if let Some(channel) = channel.filter(|_| per_session) {
            self.bind(context, channel, out);
            if let Some(channel) = self.channels.get_mut(&channel).filter(|c| c.has_session()) {
                channel.context = Some(context);
            }
        }
        if let Some(found) = self.contexts.get_mut(&context) {
            move_context(found, Verb::Succeed, out);
            found.builder = None;
        }
        self.wake_waiting(context);
    }

    /// Binds a session channel to a context, so that it lives as long as the session.
    pub(crate) fn bind(
        &mut self,
        context: ContextId,
        channel: ChannelId,
        out: &mut impl Outbox<Action>,
    ) {
        let Some(bound) = self.channels.get_mut(&channel).filter(|c| c.has_session()) else {
            return;
        };
        if let Some(found) = self.contexts.get_mut(&context)
            && !bound.bindings.contains(&context)
        {
            bound.bindings.push(context);
            found.incoming.push(channel);
            out.note(|| Event::ContextBound { context, channel });
        }
    }

    fn wake_waiting(&mut self, context: ContextId) {
        if let Some(context) = self.contexts.get_mut(&context) {
            self.work.extend(context.waiting.drain(..).map(Work::Run));
        }
    }

    fn join_context(&mut self, id: DispatchId, context: ContextId) {
        if let Some(context) = self.contexts.get_mut(&context) {
            context.activity += 1;
            context.lease = Lease::None;
        }
        self.hold(id, |holds| holds.context = true);
    }

    /// Step 14: a context that counts its messages takes no more than its service allows (`THR-6`).
    pub(super) fn admit_flow(&mut self, id: DispatchId) -> Step {
        let context = self.dispatches.get(&id).and_then(|dispatch| dispatch.context);
        let Some(context) = context.and_then(|context| self.contexts.get_mut(&context)) else {
            return self.fail(id, context_gone(), Verdict::Unhandled);
        };
        match &mut context.quota {
            Some(0) => {
                context.quota_waiting.push_back(id);
                Step::Park
            }
            Some(left) => {
                *left -= 1;
                Step::Next(Stage::FlowAdmitted)
            }
            None => Step::Next(Stage::FlowAdmitted),
        }
    }

    /// The service takes that many more messages.
    pub(crate) fn raise_quota(&mut self, context: ContextId, by: u32) {
        if let Some(context) = self.contexts.get_mut(&context)
            && let Some(left) = &mut context.quota
        {
            *left = left.saturating_add(by);
            let ready = (*left as usize).min(context.quota_waiting.len());
            self.work.extend(context.quota_waiting.drain(..ready).map(Work::Run));
        }
    }

    /// Steps 19 and 20.
    pub(super) fn ensure_object(&mut self, id: DispatchId, out: &mut impl Outbox<Action>) -> Step {
        let Some(dispatch) = self.dispatches.get(&id) else { return Step::Leave };
        let (channel, Some(context)) = (dispatch.channel, dispatch.context) else {
            return Step::Leave;
        };
        if self.channels.get(&channel).is_none_or(|c| self.receives_concurrently(c)) {
            self.release_pump(channel, id);
        }
        let before = self.release_mode(id).before();
        let Some(found) = self.contexts.get_mut(&context).filter(|c| c.phase == Phase::Opened)
        else {
            return self.fail(id, context_gone(), Verdict::Unhandled);
        };
        if found.builder.is_some() {
            found.waiting.push_back(id);
            return Step::Park;
        }
        if before && found.object.is_some() {
            self.release_object(context, out);
        }
        let Some(found) = self.contexts.get_mut(&context) else { return Step::Leave };
        if let Some(object) = found.object {
            if let Some(dispatch) = self.dispatches.get_mut(&id) {
                dispatch.instance = Some(object);
            }
            return Step::Next(Stage::Invoking);
        }
        found.builder = Some(id);
        let instance = self.next_instance.take();
        if let Some(dispatch) = self.dispatches.get_mut(&id) {
            dispatch.instance = Some(instance);
        }
        out.act(Action::Ask(id, Question::Construct(context, instance)));
        Step::Park
    }

    pub(super) fn constructed(
        &mut self,
        id: DispatchId,
        result: Result<bool, Failure>,
        out: &mut impl Outbox<Action>,
    ) -> Stage {
        let Some(dispatch) = self.dispatches.get_mut(&id) else { return Stage::Done };
        let (Some(context), Some(instance)) = (dispatch.context, dispatch.instance) else {
            return Stage::Done;
        };
        if !matches!(result, Ok(true)) {
            dispatch.instance = None;
        }
        let alive = self.contexts.get_mut(&context).map(|found| {
            found.builder = None;
            if matches!(result, Ok(true)) {
                found.object = Some(instance);
            }
        });
        self.wake_waiting(context);
        match result {
            Ok(true) => {
                out.note(|| Event::InstanceMade { instance, context: Some(context), own: false });
                if alive.is_none() {
                    // The context was aborted meanwhile: the object has no owner.
                    self.dispose(instance, true, out);
                    return self.failing(id, context_gone(), Verdict::Unhandled);
                }
                Stage::Invoking
            }
            Ok(false) => Stage::Invoking,
            Err(failure) => self.failing_by(id, failure),
        }
    }

    fn release_mode(&self, id: DispatchId) -> ReleaseMode {
        if self.behavior.release.is_empty() {
            return ReleaseMode::None;
        }
        let operation = self.dispatches.get(&id).and_then(|dispatch| self.operation(dispatch));
        operation
            .and_then(|operation| self.behavior.release.get(&operation.name))
            .copied()
            .unwrap_or_default()
    }

    /// Step 30, first half.
    pub(super) fn release_object_after(&mut self, id: DispatchId, out: &mut impl Outbox<Action>) {
        if !self.release_mode(id).after() {
            return;
        }
        let context = self.dispatches.get(&id).and_then(|dispatch| dispatch.context);
        let open = |context: &ContextId| {
            self.contexts.get(context).is_some_and(|context| context.phase == Phase::Opened)
        };
        if let Some(context) = context.filter(open) {
            self.release_object(context, out);
        }
    }

    /// Gives the service object up while its context goes on (`INST-19` to `INST-21`).
    pub(crate) fn release_object(&mut self, context: ContextId, out: &mut impl Outbox<Action>) {
        if self.behavior.well_known {
            return;
        }
        let Some(found) = self.contexts.get_mut(&context) else { return };
        if let Some(instance) = found.object.take() {
            // The hidden singleton is forgotten; it is disposed of when the host closes.
            let hidden = self.first == Some(instance);
            self.dispose(instance, !hidden, out);
        }
    }

    fn dispose(&mut self, instance: InstanceId, dispose: bool, out: &mut impl Outbox<Action>) {
        out.note(|| Event::InstanceReleased { instance, disposed: dispose });
        out.act(Action::ReleaseObject { instance, dispose });
    }

    /// The hidden singleton ends with its host (`INST-21`); the user's own object never does.
    pub(crate) fn dispose_first(&mut self, out: &mut impl Outbox<Action>) {
        if let Some(instance) = self.first.take() {
            self.dispose(instance, !self.behavior.well_known, out);
        }
    }

    /// Step 30, second half.
    pub(super) fn leave_context(&mut self, id: DispatchId, out: &mut impl Outbox<Action>) {
        let Some(dispatch) = self.dispatches.get_mut(&id) else { return };
        if !std::mem::take(&mut dispatch.holds.context) {
            return;
        }
        let Some(context) = dispatch.context else { return };
        if let Some(found) = self.contexts.get_mut(&context) {
            found.activity -= 1;
        }
        self.consider_closing(context, out);
    }

    /// Step 31.
    pub(super) fn leave_gate(&mut self, id: DispatchId, out: &mut impl Outbox<Action>) {
        let Some(dispatch) = self.dispatches.get_mut(&id) else { return };
        if !std::mem::take(&mut dispatch.holds.gate) {
            return;
        }
        let context = dispatch.context;
        let Some(found) = context.and_then(|context| self.contexts.get_mut(&context)) else {
            return;
        };
        let context = found.id;
        let next = found.gate.leave(id);
        out.note(|| Event::GateLeft { context, dispatch: id });
        if let Some(next) = next {
            self.granted(context, next, out);
        }
    }

    /// The gate was handed over to a waiter.
    pub(super) fn granted(
        &mut self,
        context: ContextId,
        id: DispatchId,
        out: &mut impl Outbox<Action>,
    ) {
        out.note(|| Event::GateEntered { context, dispatch: id });
        self.hold(id, |holds| holds.gate = true);
        match self.dispatches.get(&id).map(|dispatch| dispatch.stage) {
            Some(Stage::FlowAdmitted) => self.work.push_back(Work::Run(id)),
            _ => self.deliver_returning(id, out),
        }
    }

    /// A channel that the service made keeps its context alive, or no longer does (`INST-17`).
    pub(crate) fn count_outgoing(
        &mut self,
        id: ContextId,
        added: bool,
        out: &mut impl Outbox<Action>,
    ) {
        let Some(context) = self.contexts.get_mut(&id) else { return };
        if added {
            context.outgoing += 1;
        } else {
            context.outgoing = context.outgoing.saturating_sub(1);
            self.consider_closing(id, out);
        }
    }

    /// `INST-15`: runs each time something stops keeping the context busy.
    pub(crate) fn consider_closing(&mut self, id: ContextId, out: &mut impl Outbox<Action>) {
        let custom = self.behavior.custom_contexts;
        let Some(context) = self.contexts.get_mut(&id) else { return };
        if context.is_busy() || !context.auto_close || context.phase != Phase::Opened {
            return;
        }
        if !custom {
            return self.close_context(id, out);
        }
        if context.lease != Lease::Asked {
            context.lease = Lease::Asked;
            out.act(Action::AskIdle(id));
        }
    }

    /// The provider says whether the context is idle (`INST-22`), or that it has become idle.
    pub(crate) fn context_idle(
        &mut self,
        id: ContextId,
        idle: bool,
        out: &mut impl Outbox<Action>,
    ) {
        let Some(context) = self.contexts.get_mut(&id) else { return };
        match (context.lease, idle) {
            // A message came in between question and answer (INST-23): the question is moot.
            (Lease::None, _) => {}
            (Lease::Asked, true) => {
                context.lease = Lease::None;
                if !context.is_busy() {
                    self.close_context(id, out);
                }
            }
            (Lease::Asked, false) => {
                context.lease = Lease::Kept;
                out.note(|| Event::ContextKept { context: id });
            }
            (Lease::Kept, _) => {
                context.lease = Lease::None;
                self.consider_closing(id, out);
            }
        }
    }

    /// `INST-16`: object released, context closed, slot freed.
    pub(crate) fn close_context(&mut self, id: ContextId, out: &mut impl Outbox<Action>) {
        self.end_context(id, Verb::Close, out);
    }

    /// `INST-18`: its channels are cut, then it ends like a closed one.
    pub(crate) fn abort_context(&mut self, id: ContextId, out: &mut impl Outbox<Action>) {
        let Some(context) = self.contexts.get(&id) else { return };
        for channel in context.incoming.clone() {
            self.end_channel(channel, crate::event::Ending::Aborted, out);
        }
        self.end_context(id, Verb::Abort, out);
    }

    fn end_context(&mut self, id: ContextId, verb: Verb, out: &mut impl Outbox<Action>) {
        let Some(mut context) = self.contexts.remove(&id) else { return };
        move_context(&mut context, verb, out);
        self.free_waiters(&mut context, out);
        if let Some(instance) = context.object.take() {
            let first = self.first == Some(instance);
            // A host's first object outlives its context; the host ends it (INST-21).
            if !first {
                self.dispose(instance, true, out);
            }
        }
        if context.phase != Phase::Closed {
            move_context(&mut context, Verb::Succeed, out);
        }
        for channel in &context.incoming {
            if let Some(channel) = self.channels.get_mut(channel) {
                channel.context = None;
                channel.bindings.retain(|bound| *bound != id);
            }
        }
        if self.singleton == Some(id) {
            self.singleton = None;
        }
        out.note(|| Event::ContextGone { context: id });
        out.act(Action::ForgetContext(id));
        if context.holds_slot {
            self.free_instance_slot(out);
        }
        self.reports.push_back(Report::Quieter);
    }

    /// Whoever waits in a context that ends goes on, and finds it gone.
    fn free_waiters(&mut self, context: &mut InstanceContext, out: &mut impl Outbox<Action>) {
        self.work.extend(context.waiting.drain(..).map(Work::Run));
        self.work.extend(context.quota_waiting.drain(..).map(Work::Run));
        let id = context.id;
        for dispatch in context.gate.arriving() {
            out.note(|| Event::GateLeft { context: id, dispatch });
            self.work.push_back(Work::Run(dispatch));
        }
        let resuming: Vec<DispatchId> = context.gate.resuming().collect();
        for dispatch in resuming {
            out.note(|| Event::GateLeft { context: id, dispatch });
            self.deliver_returning(dispatch, out);
        }
        context.gate = super::gate::Gate::default();
    }
}

/// Notes the phase of a context; WCF's table is the law.
fn move_context(context: &mut InstanceContext, verb: Verb, out: &mut impl Outbox<Action>) {
    let from = context.phase;
    if let Ok(to) = from.after(verb, Rules::Wcf)
        && to != from
    {
        context.phase = to;
        let context = context.id;
        out.note(|| Event::ContextPhase { context, from, to });
    }
}
