//! Random histories against simple models, with shrinking.

#![cfg(not(target_arch = "wasm32"))]

use proptest::collection::vec;
use proptest::prelude::*;
use sessionful::dispatch::gate::Gate;
use sessionful::host::throttle::{Admission, Limit, Throttle};
use sessionful::ids::{CallId, ChannelId, DispatchId};
use sessionful::proxy::pool::Pool;
use sessionful::table::{Series, Table};
use sessionful_tests::chaos::{Config, Move, play};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

fn config() -> impl Strategy<Value = Config> {
    (0..3u8, 0..3u8, 0..2u8, 0..2u8, 0..3u8, any::<u8>()).prop_map(
        |(concurrency, instancing, binding, rules, slots, seed)| Config {
            concurrency,
            instancing,
            binding,
            rules,
            slots,
            seed,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    /// MOD-7, CALL-4: whatever happens, the invariants hold after every move, the folded picture is
    /// the drawn one, every call settles and nothing is left over.
    #[test]
    fn any_history_keeps_the_invariants(
        config in config(),
        bytes in vec(any::<[u8; 3]>(), 0..120),
    ) {
        let moves: Vec<Move> = bytes.into_iter().map(Move::from_bytes).collect();
        if let Err(wrong) = play(config, &moves) {
            return Err(TestCaseError::fail(wrong));
        }
    }

    /// CONC-3, CONC-4, MOD-2: the gate against two queues and a flag.
    #[test]
    fn the_gate_is_two_queues_and_a_flag(moves in vec((0..4u8, 0..6u64), 0..80)) {
        let mut gate = Gate::default();
        let mut locked: Option<u64> = None;
        let (mut returning, mut fresh) = (VecDeque::new(), VecDeque::new());
        for (kind, who) in moves {
            let known = locked == Some(who) || returning.contains(&who) || fresh.contains(&who);
            match kind {
                0 if !known => {
                    let entered = gate.arrive(DispatchId(who));
                    prop_assert_eq!(entered, locked.is_none());
                    if entered { locked = Some(who) } else { fresh.push_back(who) }
                }
                1 if !known => {
                    let entered = gate.resume(DispatchId(who));
                    prop_assert_eq!(entered, locked.is_none());
                    if entered { locked = Some(who) } else { returning.push_back(who) }
                }
                2 => {
                    let expected = (locked == Some(who))
                        .then(|| returning.pop_front().or_else(|| fresh.pop_front()))
                        .flatten();
                    prop_assert_eq!(gate.leave(DispatchId(who)), expected.map(DispatchId));
                    if locked == Some(who) { locked = expected }
                }
                3 if locked != Some(who) => {
                    gate.forget(DispatchId(who));
                    returning.retain(|other| *other != who);
                    fresh.retain(|other| *other != who);
                }
                _ => {}
            }
            prop_assert_eq!(gate.holder(), locked.map(DispatchId));
            prop_assert_eq!(gate.arriving().map(|id| id.0).collect::<Vec<_>>(), Vec::from(fresh.clone()));
        }
    }

    /// A table is an ordered map, whatever the order of its ids and however many are missing.
    #[test]
    fn a_table_is_an_ordered_map(moves in vec((0..3u8, 0..80u64), 0..300)) {
        let (mut table, mut map) = (Table::new(), BTreeMap::new());
        for (value, (kind, id)) in moves.into_iter().enumerate() {
            let id = CallId(if kind == 0 { id } else { 1_000 * (id / 8) + id });
            if kind == 2 {
                prop_assert_eq!(table.remove(&id), map.remove(&id));
            } else {
                prop_assert_eq!(table.insert(id, value), map.insert(id, value));
            }
            prop_assert_eq!(table.get(&id), map.get(&id));
            prop_assert_eq!(table.len(), map.len());
            prop_assert!(table.iter().eq(map.iter()));
        }
        let built: Series<CallId, usize> = map.clone().into_iter().collect();
        prop_assert_eq!(serde_json::to_value(&built).unwrap(), serde_json::to_value(&map).unwrap());
        prop_assert_eq!(serde_json::to_value(&table).unwrap(), serde_json::to_value(&map).unwrap());
    }

    /// So it is with ids from a counter, of which a few stay while many others come and go.
    #[test]
    fn a_table_of_counted_ids_is_an_ordered_map(moves in vec((0..8u8, 0..60usize), 0..400)) {
        let (mut series, mut map) = (Series::new(), BTreeMap::new());
        let mut counter = 0;
        for (kind, which) in moves {
            let key = match kind {
                0..3 => None,
                3 => map.keys().next().copied(),
                4..6 => map.keys().next_back().copied(),
                6 => map.keys().nth(which % map.len().max(1)).copied(),
                _ => {
                    counter += 1_u64 << (which % 48);
                    None
                }
            };
            match key {
                Some(key) => prop_assert_eq!(series.remove(&key), map.remove(&key)),
                None => {
                    counter += 1;
                    prop_assert_eq!(series.insert(CallId(counter), which), map.insert(CallId(counter), which));
                }
            }
            prop_assert!(map.iter().all(|(key, value)| series.get(key) == Some(value)));
            prop_assert!(series.iter().eq(map.iter()));
            let any = CallId(counter.saturating_sub(which as u64));
            prop_assert_eq!(series.get(&any), map.get(&any));
            prop_assert_eq!(series.remove(&CallId(counter + 1)), None);
        }
        prop_assert!(series.drain().eq(map));
    }

    /// THR-2: slots, then a queue, then refusal; a freed slot goes to the oldest waiter.
    #[test]
    fn a_throttle_is_slots_and_a_queue(
        slots in 1..4u32,
        queue in proptest::option::of(0..3u32),
        moves in vec(any::<bool>(), 0..60),
    ) {
        let mut throttle = Throttle::new(Limit { slots, queue });
        let (mut held, mut waiting) = (BTreeSet::new(), VecDeque::new());
        for (who, enters) in moves.into_iter().enumerate() {
            if enters {
                let expected = if held.len() < slots as usize {
                    held.insert(who);
                    Admission::Admitted
                } else if queue.is_none_or(|bound| waiting.len() < bound as usize) {
                    waiting.push_back(who);
                    Admission::Waiting
                } else {
                    Admission::Refused
                };
                prop_assert_eq!(throttle.enter(who), expected);
            } else if let Some(leaver) = held.pop_first() {
                let _ = leaver;
                let next = waiting.pop_front();
                held.extend(next);
                prop_assert_eq!(throttle.leave(), next);
            }
            prop_assert_eq!(throttle.held() as usize, held.len());
            prop_assert_eq!(throttle.waiting(), waiting.len());
        }
    }

    /// PROXY-12, PROXY-13, PROXY-15, PROXY-16, PROXY-21: the pool never exceeds the peak of calls, and
    /// a channel serves one call at a time.
    #[test]
    fn a_pool_grows_to_the_peak(moves in vec((0..3u8, any::<u8>()), 0..80)) {
        let mut pool = Pool::default();
        let mut busy: BTreeMap<ChannelId, CallId> = BTreeMap::new();
        let mut idle = BTreeSet::new();
        let (mut next, mut peak) = (1, 0);
        for (call, (kind, pick)) in (0..).zip(moves) {
            let chosen = |set: &mut dyn Iterator<Item = ChannelId>| {
                let all: Vec<_> = set.collect();
                (!all.is_empty()).then(|| all[usize::from(pick) % all.len()])
            };
            match kind {
                0 => {
                    let fresh = ChannelId(next);
                    let (channel, reused) = pool.lease(CallId(call), || fresh);
                    prop_assert_eq!(reused, !idle.is_empty(), "an idle channel is used first");
                    if reused {
                        prop_assert!(idle.remove(&channel));
                    } else {
                        prop_assert_eq!(channel, fresh);
                        next += 1;
                    }
                    prop_assert!(busy.insert(channel, CallId(call)).is_none());
                    peak = peak.max(busy.len());
                }
                1 => if let Some(channel) = chosen(&mut busy.keys().copied()) {
                    prop_assert_eq!(pool.give_back(channel), busy.remove(&channel));
                    idle.insert(channel);
                },
                _ => if let Some(channel) = chosen(&mut busy.keys().chain(&idle).copied()) {
                    let call = busy.remove(&channel);
                    prop_assert_eq!(pool.discard(channel), Some(call));
                    idle.remove(&channel);
                },
            }
            prop_assert_eq!(pool.len(), busy.len() + idle.len());
            prop_assert!(pool.len() <= peak);
        }
    }
}
