//! What a thing is doing at the cursor, in one sentence, and what can be said about it.

use crate::cast::short_action;
use crate::flights::{Fate, Flight};
use crate::run::{Run, Target};
use crate::timeline::{BarKey, PhaseKind};
use crate::words::short;
use sessionful::channel::Role;
use sessionful::dispatch::Stage;
use sessionful::event::ThrottleKind;
use sessionful::ids::{CallId, ChannelId, ContextId, DispatchId, InstanceId, NodeId};
use sessionful::observe::{ChannelView, ContextView, DispatchView, End};
use sessionful::sim::Toward;
use sessionful::{Phase, Rules};

/// A name and a value about something.
pub type Property = (&'static str, String);

/// What a thing is doing at the cursor.
pub fn now(run: &Run, target: Target) -> String {
    let said = match target {
        Target::Proxy(node) => Some(proxy(run, node)),
        Target::Host(node) => Some(host(run, node)),
        Target::Channel(node, id) => view(run, node, |end| end.channels.get(&id)).map(channel),
        Target::Context(node, id) => view(run, node, |end| end.contexts.get(&id)).map(context),
        Target::Object(node, id) => object(run, node, id),
        Target::Dispatch(node, id) => {
            run.end(node).and_then(|end| Some(dispatch(end, id, end.dispatches.get(&id)?)))
        }
        Target::Call(node, id) => call(run, node, id),
        Target::Flight(id) => run.flight(id).map(|found| flight(run, found)),
    };
    said.unwrap_or_else(|| "It does not exist at this moment.".into())
}

fn view<'a, T>(
    run: &'a Run,
    node: NodeId,
    get: impl Fn(&'a End) -> Option<&'a T>,
) -> Option<&'a T> {
    run.end(node).and_then(get)
}

fn count(number: usize, one: &str) -> String {
    match number {
        0 => format!("no {one}"),
        1 => format!("one {one}"),
        number => format!("{number} {one}s"),
    }
}

fn proxy(run: &Run, node: NodeId) -> String {
    let member = run.cast().get(node);
    let pooled = member.is_some_and(|member| member.pooled);
    let wcf = member.is_some_and(|member| member.rules == Rules::Wcf);
    let Some(end) = run.end(node) else {
        return "Created. Nothing is connected; open it first.".into();
    };
    match end.phase {
        Phase::Created if wcf => "Created. Its first call will open it.".into(),
        Phase::Created => "Created. Open it before you call.".into(),
        Phase::Opening => "Opening: it waits for the host to accept its session.".into(),
        Phase::Opened if pooled => {
            let leased = end.channels.values().filter(|channel| channel.call.is_some()).count();
            let idle = end.channels.len() - leased;
            format!(
                "Open, with {} in its pool: {leased} in use, {idle} idle.",
                count(end.channels.len(), "channel")
            )
        }
        Phase::Opened => {
            format!("Open: one channel, its session, carries {}.", count(end.calls.len(), "call"))
        }
        Phase::Closing => "Closing: it refuses new calls and waits for those in progress.".into(),
        Phase::Closed if wcf => "Closed for good.".into(),
        Phase::Closed => "Closed. Reset it to use it again.".into(),
        Phase::Faulted if wcf => "Faulted: abort it and make another.".into(),
        Phase::Faulted => "Faulted: close it, reset it, open it again.".into(),
        Phase::Accepting => "Accepting.".into(),
    }
}

fn host(run: &Run, node: NodeId) -> String {
    let elsewhere = run.label().is_elsewhere();
    let Some(end) = run.end(node) else {
        return match elsewhere {
            true => "It runs elsewhere: what goes on there is not told over the network.".into(),
            false => "Created. It does not listen yet.".into(),
        };
    };
    match end.phase {
        Phase::Created => "Created. It does not listen yet.".into(),
        Phase::Opened => {
            let sessions = end.channels.values().filter(|c| c.role == Role::Session).count();
            let waiting: u32 = end.slots.values().map(|slots| slots.waiting).sum();
            let mut text = format!(
                "Open: {}, {}, {} in progress",
                count(sessions, "session"),
                count(end.contexts.len(), "instance"),
                count(end.dispatches.len(), "operation")
            );
            if waiting > 0 {
                text += &format!("; {waiting} wait for a slot");
            }
            text + "."
        }
        Phase::Closing => "Closing: it waits for operations and sessions to end.".into(),
        Phase::Faulted => "Faulted: it could not open. Abort it.".into(),
        phase => format!("{}.", phase.to_string().replacen('c', "C", 1)),
    }
}

fn channel(view: &ChannelView) -> String {
    let backlog = match view.backlog {
        0 => String::new(),
        1 => " A message has arrived and waits to be received.".into(),
        many => format!(" {many} messages have arrived and wait to be received."),
    };
    let said = match (view.role, view.phase) {
        (Role::Pooled, Phase::Opened) => match view.call {
            Some(call) => format!("In use: {call} has it until its answer is here."),
            None => "Idle in the pool: the next call may take it.".into(),
        },
        (Role::Listener, Phase::Opened) => "It takes every request that needs no session.".into(),
        (_, Phase::Opening) => "Opening: it waits for the other end.".into(),
        (_, Phase::Accepting) => "Being accepted.".into(),
        (_, Phase::Opened) => match (view.session, view.input_ended) {
            (_, true) => "Open, but the other end will send no more.".into(),
            (Some(session), _) => format!("Open: it carries session {}.", short(session)),
            (None, _) => "Open.".into(),
        },
        (_, Phase::Closing) => "Closing: one half of the session has ended.".into(),
        (_, phase) => format!("It is {phase}."),
    };
    said + &backlog
}

fn context(view: &ContextView) -> String {
    let waiting = view.arriving.len() + view.resuming.len();
    let inside = match view.holder {
        Some(dispatch) => format!("{dispatch} is inside"),
        None => "nobody is inside".into(),
    };
    let line = match waiting {
        0 => "nobody waits".into(),
        1 => "one waits at the gate".into(),
        many => format!("{many} wait at the gate"),
    };
    let object = view.object.map_or_else(|| "no object yet".into(), |object| object.to_string());
    format!("{inside}, {line}; it has {object} and {}.", count(view.channels.len(), "session"))
        .replacen('n', "N", usize::from(view.holder.is_none()))
}

fn object(run: &Run, node: NodeId, id: InstanceId) -> Option<String> {
    let end = run.end(node)?;
    let own = end.objects.get(&id)?;
    let lives = end.contexts.iter().find(|(_, context)| context.object == Some(id));
    Some(match (lives, own) {
        (Some((context, view)), _) => match view.holder {
            Some(dispatch) => format!("{dispatch} works with it, in {context}."),
            None => format!("It lives in {context} and waits for work."),
        },
        (None, true) => "It is the user's own, and waits for the first call.".into(),
        (None, false) => "It was made with its host, and waits for the first call.".into(),
    })
}

fn dispatch(end: &End, id: DispatchId, view: &DispatchView) -> String {
    let action = short_action(&view.action);
    if !view.calls.is_empty() {
        return format!("{action} has called out and waits for the answer.");
    }
    let gate = view.context.and_then(|context| end.contexts.get(&context));
    let holder = gate.and_then(|gate| gate.holder).filter(|holder| *holder != id);
    match (view.stage, view.parked, holder) {
        (Stage::Received, true, _) => format!("{action} waits for a slot of the call throttle."),
        (Stage::InstanceFound, true, _) => {
            format!("{action} waits for a slot of the instance throttle.")
        }
        (Stage::FlowAdmitted, true, Some(holder)) => {
            format!("{action} waits at the gate: {holder} is inside.")
        }
        (Stage::FlowAdmitted, true, None) => format!("{action} waits at the gate."),
        (Stage::Invoking, _, Some(holder)) if gate.is_some_and(|g| g.resuming.contains(&id)) => {
            format!("{action} has its answer and waits to get back in: {holder} is inside.")
        }
        (Stage::GateHeld | Stage::Invoking, ..) => format!("{action} is running."),
        (Stage::Draining, ..) => format!("{action} failed; the host is ending its session."),
        (Stage::Replying | Stage::Releasing | Stage::Handling | Stage::Done, ..) => {
            format!("{action} is done; its reply is on the way.")
        }
        _ => format!("{action} is on its way to its instance."),
    }
}

fn call(run: &Run, node: NodeId, id: CallId) -> Option<String> {
    let bar = run.timeline().bar(BarKey::Call(node, id))?;
    let name = &bar.label;
    if let Some(end) = bar.to.filter(|end| *end <= run.now()) {
        let how = if bar.failed { "failed" } else { "was answered" };
        let took = end.since(bar.from).as_millis();
        return Some(format!("{name} {how} after {took} ms."));
    }
    Some(match bar.phase_at(run.now())? {
        PhaseKind::WaitingForChannel => format!("{name} waits for the proxy to open."),
        PhaseKind::Opening => format!("{name} waits while the channel opens."),
        PhaseKind::Requesting => format!("The request for {name} is on the wire."),
        PhaseKind::WaitingForPump => {
            format!("{name} has arrived, and waits until the operation before it is finished.")
        }
        PhaseKind::Throttled => format!("{name} waits for a slot of a throttle."),
        PhaseKind::WaitingForGate => format!("{name} waits at the gate of its instance."),
        PhaseKind::Running => format!("{name} is running."),
        PhaseKind::CallingOut => format!("{name} waits for a call of its own."),
        PhaseKind::Replying => format!("The answer to {name} is on the wire."),
    })
}

fn flight(run: &Run, flight: &Flight) -> String {
    let what = match short_action(&flight.action) {
        "" => flight.load.name().to_owned(),
        action => format!("{} {action}", flight.load.name()),
    };
    let to = match flight.toward {
        Toward::Host => run.cast().name(flight.host),
        Toward::Proxy => run.cast().name(flight.proxy),
    };
    match flight.fate {
        _ if flight.is_at(run.now()) && flight.held => {
            format!("A {what} for {to}; the link is held, so it does not get through.")
        }
        _ if flight.is_at(run.now()) => {
            let percent = (flight.progress(run.now()) * 100.0).round();
            format!("A {what} on its way to {to}: {percent} %.")
        }
        Fate::Lost => format!("A {what} that was lost."),
        _ => format!("A {what} that has arrived at {to}."),
    }
}

/// What can be said about a thing at the cursor.
pub fn properties(run: &Run, target: Target) -> Vec<Property> {
    let mut list: Vec<Property> = Vec::new();
    if let Some(node) = target.node() {
        list.push(("of", run.cast().name(node).to_string()));
    }
    match target {
        Target::Proxy(node) | Target::Host(node) => about_end(run, node, &mut list),
        Target::Channel(node, id) => {
            if let Some(channel) = view(run, node, |end| end.channels.get(&id)) {
                about_channel(id, channel, &mut list);
            }
        }
        Target::Context(node, id) => {
            if let Some(context) = view(run, node, |end| end.contexts.get(&id)) {
                about_context(id, context, &mut list);
            }
        }
        Target::Object(_, id) => list.push(("object", id.to_string())),
        Target::Dispatch(node, id) => {
            if let Some(dispatch) = view(run, node, |end| end.dispatches.get(&id)) {
                list.push(("operation", short_action(&dispatch.action).into()));
                list.push(("channel", dispatch.channel.to_string()));
                list.push(("stage", format!("{:?}", dispatch.stage)));
                list.extend(dispatch.context.map(|context| ("instance", context.to_string())));
            }
            about_bar(run, BarKey::Dispatch(node, id), &mut list);
        }
        Target::Call(node, id) => about_bar(run, BarKey::Call(node, id), &mut list),
        Target::Flight(id) => {
            if let Some(flight) = run.flight(id) {
                list.push(("kind", flight.load.name().into()));
                list.push(("action", flight.action.to_string()));
                list.push(("bytes", flight.bytes.to_string()));
                list.push(("sent", flight.sent.to_string()));
                list.push(("arrives", flight.until.to_string()));
            }
        }
    }
    list
}

fn about_end(run: &Run, node: NodeId, list: &mut Vec<Property>) {
    let end = run.end(node);
    let state = match end {
        Some(end) => end.phase.to_string(),
        None if run.label().is_elsewhere() => "not told".into(),
        None => Phase::Created.to_string(),
    };
    list.push(("state", state));
    if let Some(member) = run.cast().get(node) {
        let rules = if member.rules == Rules::Wws { "WWSAPI" } else { "WCF" };
        list.push(("rules", rules.into()));
        list.push(("contract", member.contract.name().to_string()));
    }
    let Some(end) = end else { return };
    list.push(("channels", end.channels.len().to_string()));
    if run.cast().get(node).is_some_and(|member| member.host.is_some()) {
        list.push(("pending calls", end.calls.len().to_string()));
        return;
    }
    list.push(("instances", end.contexts.len().to_string()));
    list.push(("objects", end.objects.len().to_string()));
    for (kind, slots) in end.slots.iter() {
        let name = match kind {
            ThrottleKind::Calls => "call slots taken",
            ThrottleKind::Sessions => "session slots taken",
            ThrottleKind::Instances => "instance slots taken",
        };
        list.push((name, format!("{}, {} waiting", slots.held, slots.waiting)));
    }
}

fn about_channel(id: ChannelId, channel: &ChannelView, list: &mut Vec<Property>) {
    list.push(("channel", id.to_string()));
    list.push(("state", channel.phase.to_string()));
    list.extend(channel.session.map(|session| ("session", short(session))));
    list.extend(channel.call.map(|call| ("leased to", call.to_string())));
    list.push(("messages waiting", channel.backlog.to_string()));
}

fn about_context(id: ContextId, context: &ContextView, list: &mut Vec<Property>) {
    let names =
        |ids: &[DispatchId]| ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    list.push(("instance", id.to_string()));
    list.push(("state", context.phase.to_string()));
    list.push(("object", context.object.map_or("none".into(), |object| object.to_string())));
    list.push(("inside", context.holder.map_or("nobody".into(), |holder| holder.to_string())));
    list.push(("returning", names(&context.resuming)));
    list.push(("arriving", names(&context.arriving)));
    list.push(("sessions", context.channels.len().to_string()));
}

fn about_bar(run: &Run, key: BarKey, list: &mut Vec<Property>) {
    let Some(bar) = run.timeline().bar(key) else { return };
    list.push(("called", bar.label.to_string()));
    list.push(("began", bar.from.to_string()));
    let spent = bar.spent(run.now()).into_iter();
    list.extend(spent.map(|(kind, time)| (kind.name(), format!("{} ms", time.as_millis()))));
}

/// The rules that explain what a thing is doing at the cursor.
pub fn rules_of(run: &Run, target: Target) -> Vec<&'static str> {
    match target {
        Target::Proxy(node) => {
            let pooled = run.cast().get(node).is_some_and(|member| member.pooled);
            let shape: &[&str] =
                if pooled { &["PROXY-12", "PROXY-13"] } else { &["PROXY-11", "PROXY-20"] };
            let state: &[&str] = match run.end(node).map(|end| end.phase) {
                Some(Phase::Faulted) => &["PROXY-5", "PROXY-16"],
                Some(Phase::Closing) => &["CALL-12"],
                Some(Phase::Closed) => &["PROXY-8"],
                _ => &["PROXY-2"],
            };
            [shape, state].concat()
        }
        Target::Host(node) => match run.end(node).map(|end| end.phase) {
            Some(Phase::Faulted) => vec!["CO-13", "SESS-6"],
            Some(Phase::Closing) => vec!["CO-15"],
            _ => vec!["SESS-18", "THR-2"],
        },
        Target::Channel(node, id) => match view(run, node, |end| end.channels.get(&id)) {
            Some(channel) if channel.backlog > 0 => vec!["CONC-7", "SESS-24"],
            Some(channel) if channel.role == Role::Pooled => vec!["PROXY-13", "PROXY-14"],
            Some(channel) if channel.role == Role::Session => vec!["SESS-18", "SESS-19", "SESS-22"],
            _ => vec!["PROXY-11", "PROXY-16"],
        },
        Target::Context(..) => vec!["CONC-1", "CONC-3", "CONC-4", "INST-15"],
        Target::Object(..) => vec!["INST-8", "INST-14"],
        Target::Dispatch(node, id) => match view(run, node, |end| end.dispatches.get(&id)) {
            Some(view) if !view.calls.is_empty() => vec!["CONC-5", "CONC-12"],
            Some(view) if view.parked && view.stage == Stage::FlowAdmitted => {
                vec!["CONC-3", "CONC-4"]
            }
            Some(view) if view.parked && view.stage == Stage::InstanceFound => vec!["THR-5"],
            Some(view) if view.parked && view.stage == Stage::Received => vec!["THR-2", "THR-3"],
            _ => vec!["THR-3", "CONC-8"],
        },
        Target::Call(..) => vec!["OP-1", "CALL-5", "CALL-8"],
        Target::Flight(_) => vec!["SESS-24", "PROXY-20"],
    }
}
