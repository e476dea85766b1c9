//! Linters: what a visitor should look at, before or after it goes wrong.

use crate::config::Config;
use crate::run::{Run, Target};
use crate::timeline::{BarKey, PhaseKind};
use sessionful::dispatch::Stage;
use sessionful::event::{Event, ThrottleKind};
use sessionful::ids::NodeId;
use sessionful::observe::End;
use sessionful::{ConcurrencyMode, Phase, Timestamp};
use std::time::Duration;

/// Something that should be looked at.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Notice {
    /// Which linter speaks.
    pub lint: Lint,
    /// What it speaks of.
    pub target: Target,
    /// The rule behind it.
    pub rule: &'static str,
    /// What is wrong and what to do.
    pub text: String,
}

/// Which linter.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Lint {
    /// A proxy has faulted and nobody closes it.
    FaultedAndLeft,
    /// A proxy can take no more calls, or hardly any.
    Starved,
    /// A call waits for a gate, and nobody waits for it any more.
    OverdueAtGate,
    /// A throttle is full and others wait.
    Saturated,
    /// A call back would wait, or has waited, for itself.
    Deadlock,
}

/// How long a faulted proxy may be left alone.
const PATIENCE: Duration = Duration::from_secs(3);

/// No more records are searched for the beginning of something.
const SEARCHED: usize = 4_096;

/// What should be looked at, at the cursor.
pub fn lint(run: &Run) -> Vec<Notice> {
    let mut notices = Vec::new();
    for (node, end) in run.picture().ends.iter() {
        let is_proxy = run.cast().get(*node).is_some_and(|member| member.host.is_some());
        if is_proxy {
            notices.extend(faulted(run, *node, end));
            notices.extend(starved(run, *node, end));
        } else {
            notices.extend(saturated(*node, end));
        }
        notices.extend(overdue(run, *node, end));
    }
    notices.extend(refused(run));
    notices
}

/// What should be looked at before anything runs.
pub fn lint_config(config: &Config) -> Vec<Notice> {
    let hosts = config.hosts.iter().enumerate();
    let deadlocks = hosts.filter_map(|(place, host)| {
        let waits = host.contract.callback.iter().find(|operation| !operation.one_way)?;
        (host.behavior.concurrency == ConcurrencyMode::Single).then(|| Notice {
            lint: Lint::Deadlock,
            target: Target::Host(config.host_node(place)),
            rule: "CONC-12",
            text: format!(
                "Calling back {} during an operation would be refused: its answer could never be \
                 received. Make {} reentrant or multiple, or {} one-way.",
                waits.name, host.name, waits.name
            ),
        })
    });
    deadlocks.collect()
}

fn faulted(run: &Run, node: NodeId, end: &End) -> Option<Notice> {
    let since = (end.phase == Phase::Faulted).then(|| since(run, node))?;
    (run.now().since(since) >= PATIENCE).then(|| Notice {
        lint: Lint::FaultedAndLeft,
        target: Target::Proxy(node),
        rule: "PROXY-5",
        text: format!(
            "{} has faulted and was never closed. Close it, then reset and open it.",
            run.cast().name(node)
        ),
    })
}

/// Since when a proxy is in its phase.
fn since(run: &Run, node: NodeId) -> Timestamp {
    let mut oldest = Timestamp::ZERO;
    for record in run.history().back_from(run.cursor().seq).take(SEARCHED) {
        oldest = record.at;
        if record.node == node && matches!(record.event, Event::ProxyPhase { .. }) {
            break;
        }
    }
    oldest
}

fn starved(run: &Run, node: NodeId, end: &End) -> Option<Notice> {
    let limit = run.cast().get(node)?.max_pending?;
    let pending = u32::try_from(end.calls.len()).unwrap_or(u32::MAX);
    let name = run.cast().name(node);
    let text = match pending {
        _ if pending >= limit => {
            format!("{name} has {pending} calls pending, which is its limit: it refuses the next.")
        }
        _ if limit > 4 && pending.saturating_mul(5) >= limit.saturating_mul(4) => {
            format!("{name} has {pending} of {limit} calls pending: soon it will refuse some.")
        }
        _ => return None,
    };
    Some(Notice { lint: Lint::Starved, target: Target::Proxy(node), rule: "PROXY-23", text })
}

fn saturated(node: NodeId, end: &End) -> Vec<Notice> {
    let full = end.slots.iter().filter(|(_, slots)| slots.waiting > 0);
    let notice = |(kind, slots): (&ThrottleKind, &sessionful::observe::Slots)| {
        let (name, rule) = match kind {
            ThrottleKind::Calls => ("call", "THR-3"),
            ThrottleKind::Sessions => ("session", "THR-4"),
            ThrottleKind::Instances => ("instance", "THR-5"),
        };
        let text = format!(
            "All {} {name} slots are taken and {} wait. Raise the throttle, or hold slots for less \
             time.",
            slots.held, slots.waiting
        );
        Notice { lint: Lint::Saturated, target: Target::Host(node), rule, text }
    };
    full.map(notice).collect()
}

/// Operations at a gate whose callers have given up, or soon will.
fn overdue(run: &Run, node: NodeId, end: &End) -> Vec<Notice> {
    let parked = end
        .dispatches
        .iter()
        .filter(|(_, dispatch)| dispatch.parked && dispatch.stage == Stage::FlowAdmitted);
    parked.filter_map(|(id, _)| overdue_at(run, node, *id)).collect()
}

fn overdue_at(run: &Run, node: NodeId, id: sessionful::ids::DispatchId) -> Option<Notice> {
    let now = run.now();
    let key = BarKey::Dispatch(node, id);
    let bar = run.timeline().bar(key)?;
    let twin = run.timeline().bar_at(bar.twin?)?;
    let text = match twin.to.filter(|end| *end <= now) {
        Some(_) => {
            format!("{} still waits at the gate, but its caller has given it up.", bar.label)
        }
        None => {
            let BarKey::Call(proxy, _) = twin.key else { return None };
            let limit = run.cast().get(proxy)?.call_timeout?;
            let waited = now.since(twin.from);
            if bar.phase_at(now) != Some(PhaseKind::WaitingForGate) || waited * 2 < limit {
                return None;
            }
            format!(
                "{} has waited {} of {} seconds, and is still at the gate.",
                bar.label,
                waited.as_secs(),
                limit.as_secs()
            )
        }
    };
    let target = Target::Dispatch(node, id);
    Some(Notice { lint: Lint::OverdueAtGate, target, rule: "CONC-3", text })
}

/// Refused calls back of the last seconds.
fn refused(run: &Run) -> Option<Notice> {
    let now = run.now();
    let recent = run.history().back_from(run.cursor().seq).take(SEARCHED);
    let mut recent = recent.take_while(|record| now.since(record.at) < 2 * PATIENCE);
    let found = recent.find(|record| matches!(record.event, Event::DeadlockRefused { .. }))?;
    let is_proxy = run.cast().get(found.node).is_some_and(|member| member.host.is_some());
    let target = if is_proxy { Target::Proxy(found.node) } else { Target::Host(found.node) };
    let text = format!(
        "A call back of {} was refused: it would have deadlocked. Make it reentrant or multiple.",
        run.cast().name(found.node)
    );
    Some(Notice { lint: Lint::Deadlock, target, rule: "CONC-12", text })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::act::{Act, Ask};
    use crate::run::Source;
    use crate::scenarios::find;
    use crate::simulated::Simulated;

    fn seen(id: &str, millis: u64) -> Vec<(Lint, Target)> {
        let mut simulated = Simulated::new(find(id).unwrap());
        simulated.advance(Duration::from_millis(millis));
        lint(simulated.run()).into_iter().map(|notice| (notice.lint, notice.target)).collect()
    }

    #[test]
    fn nothing_is_said_when_all_is_well() {
        assert_eq!(seen("first", 9_000), []);
        assert_eq!(seen("pooled-reuse", 6_000), []);
    }

    #[test]
    fn a_proxy_that_is_left_faulted() {
        let proxy = Target::Proxy(NodeId(2));
        assert_eq!(seen("idle-session", 9_000), [], "not yet three seconds");
        assert_eq!(seen("idle-session", 12_000), [(Lint::FaultedAndLeft, proxy)]);
    }

    #[test]
    fn a_proxy_at_its_limit() {
        assert_eq!(seen("pending-calls", 1_000), [(Lint::Starved, Target::Proxy(NodeId(2)))]);
        assert_eq!(seen("pending-calls", 3_500), []);
    }

    #[test]
    fn a_full_throttle() {
        let host = Target::Host(NodeId(1));
        assert_eq!(seen("throttled-instances", 5_000), [(Lint::Saturated, host)]);
        assert_eq!(seen("throttled-sessions", 4_000), [(Lint::Saturated, host)]);
    }

    #[test]
    fn a_call_that_nobody_waits_for_at_the_gate() {
        let mut simulated = Simulated::new(find("single-gate").unwrap());
        simulated.advance(Duration::from_millis(1_950));
        let impatient = Ask::new("work").timeout_ms(1_500);
        simulated.act(Act::Call(NodeId(2), impatient)).unwrap();
        simulated.advance(Duration::from_millis(1_000));
        assert_eq!(lint(simulated.run()), []);
        // A's second call is received once its first is done (CONC-7), at 4 s; its time is up before.
        simulated.advance(Duration::from_millis(2_000));
        let found = lint(simulated.run());
        assert_eq!((found.len(), found[0].lint, found[0].rule), (1, Lint::OverdueAtGate, "CONC-3"));
    }

    #[test]
    fn a_call_back_that_would_deadlock() {
        let scenario = find("deadlock").unwrap();
        let before = lint_config(&scenario.config);
        assert_eq!((before.len(), before[0].lint), (1, Lint::Deadlock));
        assert_eq!(lint_config(&find("reentrant").unwrap().config), []);
        assert_eq!(seen("deadlock", 2_000), []);
        assert_eq!(seen("deadlock", 3_500), [(Lint::Deadlock, Target::Host(NodeId(1)))]);
    }
}
