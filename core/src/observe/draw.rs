//! The picture that the state itself gives. The folded one must equal it, always.

use super::{CallView, ChannelView, ContextView, DispatchView, End, EndKind, Slots};
use crate::channel::Role;
use crate::dispatch::{Dispatcher, SERVES};
use crate::event::ThrottleKind;
use crate::host::Host;
use crate::ids::EndpointId;
use crate::lifecycle::Phase;
use crate::proxy::{CallState, Proxy};

impl End {
    /// What exists at a host.
    pub fn of_host(host: &Host) -> End {
        let mut end = End { kind: EndKind::Host, phase: host.phase(), ..End::default() };
        end.draw(host.dispatcher());
        let (held, waiting) = host.throttle(ThrottleKind::Sessions);
        end.slots.insert(ThrottleKind::Sessions, slots(held, waiting));
        end
    }

    /// What exists at a proxy.
    pub fn of_proxy(proxy: &Proxy) -> End {
        let mut end = End { kind: EndKind::Proxy, phase: proxy.phase(), ..End::default() };
        if let Some(dispatcher) = proxy.dispatcher() {
            end.draw(dispatcher);
        }
        if let Some(pool) = proxy.pool() {
            let idle = pool.idle().iter().map(|channel| (*channel, None));
            let leased = pool.leased().map(|(channel, call)| (channel, Some(call)));
            for (channel, call) in idle.chain(leased) {
                let view = ChannelView {
                    role: Role::Pooled,
                    endpoint: EndpointId(0),
                    phase: Phase::Opened,
                    session: None,
                    input_ended: false,
                    output_ended: false,
                    backlog: 0,
                    call,
                };
                end.channels.insert(channel, view);
            }
        }
        for (id, call) in proxy.calls().iter() {
            let (channel, abandoned) = match call.state {
                CallState::Queued(_) => (None, false),
                CallState::Sent(channel) => (Some(channel), false),
                CallState::Abandoned(channel) => (Some(channel), true),
            };
            end.calls.insert(*id, CallView { operation: call.operation, channel, abandoned });
        }
        end
    }

    fn draw(&mut self, dispatcher: &Dispatcher) {
        self.draw_channels(dispatcher);
        if SERVES {
            self.draw_contexts(dispatcher);
            self.draw_dispatches(dispatcher);
        }
        let (calls, instances) = (&dispatcher.calls, &dispatcher.instances);
        self.slots.insert(ThrottleKind::Calls, slots(calls.held(), calls.waiting()));
        self.slots.insert(ThrottleKind::Instances, slots(instances.held(), instances.waiting()));
    }

    fn draw_channels(&mut self, dispatcher: &Dispatcher) {
        for channel in dispatcher.channels() {
            let view = ChannelView {
                role: channel.role,
                endpoint: channel.made_for,
                phase: channel.phase,
                session: channel.session,
                input_ended: channel.input_ended,
                output_ended: channel.output_ended,
                backlog: u32::try_from(channel.backlog()).unwrap_or(u32::MAX),
                call: None,
            };
            self.channels.insert(channel.id, view);
        }
    }

    fn draw_contexts(&mut self, dispatcher: &Dispatcher) {
        for context in dispatcher.contexts() {
            let view = ContextView {
                phase: context.phase,
                object: context.object,
                channels: context.incoming().iter().copied().collect(),
                holder: context.gate.holder(),
                resuming: context.gate.resuming().collect(),
                arriving: context.gate.arriving().collect(),
            };
            self.objects.extend(context.object.map(|object| (object, false)));
            self.contexts.insert(context.id, view);
        }
        self.objects
            .extend(dispatcher.first.map(|object| (object, dispatcher.behavior.well_known)));
    }

    fn draw_dispatches(&mut self, dispatcher: &Dispatcher) {
        for dispatch in dispatcher.dispatches() {
            let returning = dispatch.returning.iter().map(|(call, _)| *call);
            let view = DispatchView {
                channel: dispatch.channel,
                action: dispatch.message.action.clone(),
                stage: dispatch.stage,
                parked: dispatch.parked,
                context: dispatch.context,
                calls: dispatch.outside.iter().copied().chain(returning).collect(),
            };
            self.dispatches.insert(dispatch.id, view);
        }
    }

    /// Without the throttles that nobody has used, which leave no record.
    #[must_use]
    pub fn normalized(mut self) -> End {
        self.slots.retain(|_, slots| *slots != Slots::default());
        self
    }
}

fn slots(held: u32, waiting: usize) -> Slots {
    Slots { held, waiting: u32::try_from(waiting).unwrap_or(u32::MAX) }
}
