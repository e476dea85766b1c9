//! Breadth-first exploration of small worlds: every order in which things can happen.

use sessionful::dispatch::Stage;
use sessionful::event::ThrottleKind;
use sessionful::host::Host;
use sessionful::sim::{HostNode, ProxyNode, World};
use sessionful::{ConcurrencyMode, InstanceMode, Phase};
use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};

/// What an exploration has seen.
#[derive(Clone, Copy, Debug, Default)]
pub struct Explored {
    /// Different states.
    pub states: usize,
    /// Transitions between them.
    pub transitions: usize,
    /// States in which nothing can happen any more without time going by.
    pub ends: usize,
}

/// Visits every state that can be reached without time going by, at most `limit` of them. A state
/// that breaks an invariant ends the exploration, and so does an end that `at_end` does not like.
pub fn explore(
    start: World,
    limit: usize,
    at_end: impl Fn(&World) -> Option<String>,
) -> Result<Explored, String> {
    let mut seen = BTreeSet::from([digest(&start)]);
    let mut frontier = vec![start];
    let mut explored = Explored { states: 1, ..Explored::default() };
    while !frontier.is_empty() {
        let mut next = Vec::new();
        for world in frontier {
            let choices = world.choices();
            if choices.is_empty() {
                explored.ends += 1;
                if let Some(wrong) = at_end(&world) {
                    return Err(format!("at an end: {wrong}\n{world:#?}"));
                }
            }
            for choice in choices {
                let mut after = world.clone();
                after.apply(choice);
                explored.transitions += 1;
                if !seen.insert(digest(&after)) {
                    continue;
                }
                explored.states += 1;
                if let Some(wrong) = broken_invariant(&after) {
                    return Err(format!("after {choice:?}: {wrong}"));
                }
                if explored.states > limit {
                    return Err(format!("more than {limit} states: make the world smaller"));
                }
                next.push(after);
            }
        }
        frontier = next;
    }
    Ok(explored)
}

/// 128 bits, so that two of a million states do not collide by chance.
fn digest(world: &World) -> (u64, u64) {
    let mut twin = Twin(DefaultHasher::new(), DefaultHasher::new());
    twin.1.write_u64(0x5E55_1017);
    world.hash(&mut twin);
    (twin.0.finish(), twin.1.finish())
}

/// Two hashes in one walk over the world.
struct Twin(DefaultHasher, DefaultHasher);

impl Hasher for Twin {
    fn write(&mut self, bytes: &[u8]) {
        self.0.write(bytes);
        self.1.write(bytes);
    }

    fn finish(&self) -> u64 {
        self.0.finish()
    }
}

/// The first invariant that does not hold in a world.
pub fn broken_invariant(world: &World) -> Option<String> {
    let hosts = world.hosts().find_map(|(_, node)| host_invariants(node));
    hosts.or_else(|| world.proxies().find_map(|(_, node)| proxy_invariants(node)))
}

fn host_invariants(node: &HostNode) -> Option<String> {
    gates(node)
        .or_else(|| pumps(&node.host))
        .or_else(|| throttles(&node.host))
        .or_else(|| lifetimes(&node.host))
        .or_else(|| bindings(&node.host))
}

/// CONC-2 to CONC-5: one holder, nobody waits at a free gate, nobody runs without holding it.
fn gates(node: &HostNode) -> Option<String> {
    let host = &node.host;
    let single_file = host.behavior().concurrency != ConcurrencyMode::Multiple;
    for context in host.dispatcher().contexts() {
        let gate = &context.gate;
        let waiting = gate.arriving().count() + gate.resuming().count();
        if gate.holder().is_none() && waiting > 0 {
            return Some(format!("{} wait at the free gate of {}", waiting, context.id));
        }
        if !single_file && (gate.holder().is_some() || waiting > 0) {
            return Some(format!("{} is locked although it is Multiple", context.id));
        }
        let inside = node.inside().filter(|id| {
            host.dispatcher().dispatch(*id).is_some_and(|d| d.context == Some(context.id))
        });
        let inside: Vec<_> = inside.collect();
        if single_file && inside.len() > 1 {
            return Some(format!("{inside:?} run at once in {}", context.id));
        }
        if single_file && inside.first().is_some_and(|id| gate.holder() != Some(*id)) {
            return Some(format!("{inside:?} run in {} without holding its gate", context.id));
        }
    }
    None
}

/// CONC-7: a session under Single has one message in progress.
fn pumps(host: &Host) -> Option<String> {
    if host.behavior().concurrency != ConcurrencyMode::Single {
        return None;
    }
    for channel in host.dispatcher().channels().filter(|c| c.has_session()) {
        let of_channel = host.dispatcher().dispatches().filter(|d| d.channel == channel.id);
        if of_channel.count() > 1 {
            return Some(format!("two messages of {} are in progress under Single", channel.id));
        }
    }
    None
}

/// THR-2: never more than there are slots, and nobody waits while one is free.
fn throttles(host: &Host) -> Option<String> {
    let limits = host.behavior().throttles;
    let all = [
        (ThrottleKind::Calls, limits.calls),
        (ThrottleKind::Sessions, limits.sessions),
        (ThrottleKind::Instances, limits.instances),
    ];
    all.into_iter().find_map(|(kind, limit)| {
        let (held, waiting) = host.throttle(kind);
        if held > limit.slots {
            return Some(format!("{held} of {} {kind:?} slots are taken", limit.slots));
        }
        let idle = waiting > 0 && held < limit.slots;
        idle.then(|| format!("{waiting} wait for one of the free {kind:?} slots"))
    })
}

/// INST-15, INST-16: a context lives exactly as long as something keeps it busy.
fn lifetimes(host: &Host) -> Option<String> {
    let behavior = host.behavior();
    if behavior.custom_contexts || behavior.instancing == InstanceMode::Single {
        let singletons = host.dispatcher().contexts().count();
        let limit = if behavior.custom_contexts { usize::MAX } else { 1 };
        return (singletons > limit).then(|| format!("{singletons} contexts of a singleton"));
    }
    let idle = |c: &&sessionful::dispatch::instance::InstanceContext| {
        c.phase == Phase::Opened && !c.is_busy()
    };
    let forgotten = host.dispatcher().contexts().find(idle);
    forgotten.map(|context| format!("{} lives although nothing keeps it busy", context.id))
}

/// INST-3, INST-4, INST-6: whose context is whose.
fn bindings(host: &Host) -> Option<String> {
    let behavior = host.behavior();
    if behavior.custom_contexts {
        return None;
    }
    for context in host.dispatcher().contexts() {
        let sessions = context.incoming().len();
        let users = host
            .dispatcher()
            .dispatches()
            .filter(|d| d.context == Some(context.id) && d.stage != Stage::Done)
            .count();
        let wrong = match behavior.instancing {
            InstanceMode::PerCall => sessions > 0 || users > 1,
            InstanceMode::PerSession => sessions > 1,
            InstanceMode::Single => false,
        };
        if wrong {
            return Some(format!("{} has {sessions} sessions and {users} users", context.id));
        }
    }
    None
}

/// PROXY-11, PROXY-12, PROXY-15: one channel, or one for each call in progress.
fn proxy_invariants(node: &ProxyNode) -> Option<String> {
    let proxy = &node.proxy;
    if let Some(pool) = proxy.pool() {
        let leases: BTreeSet<_> = pool.leased().map(|(_, call)| call).collect();
        if leases.len() != pool.leased().count() {
            return Some("a call leases two channels".into());
        }
        if leases.len() > proxy.pending_calls() {
            return Some("a channel is leased to no call".into());
        }
    }
    if let Some(dispatcher) = proxy.dispatcher() {
        let channels = dispatcher.channels().count();
        if channels > 1 {
            return Some(format!("a proxy over sessions has {channels} channels"));
        }
        let over = matches!(proxy.phase(), Phase::Created | Phase::Closed);
        if over && channels > 0 {
            return Some(format!("a proxy that is {} has a channel", proxy.phase()));
        }
    }
    let quiet = matches!(proxy.phase(), Phase::Created | Phase::Closed);
    (quiet && proxy.pending_calls() > 0).then(|| "a proxy that is over has calls".into())
}
