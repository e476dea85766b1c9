//! Worlds as the playground uses them: records taken out as they come, and messages tampered with on
//! their way.

use sessionful::ids::{ChannelId, NodeId};
use sessionful::sim::{Load, Scenario, Toward, World};
use sessionful::{Phase, Timestamp};
use sessionful_tests::dual_test;
use std::time::Duration;

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

const HOST: NodeId = NodeId(1);
const PROXY: NodeId = NodeId(2);

/// A world in which a call is made, with messages that take 10 ms.
fn world(binding: &str) -> World {
    let text = format!(
        r#"{{ "title": "a call", "hosts": {{ "H": {{
            "contract": {{ "name": "Echo", "operations": [{{ "name": "echo" }}] }},
            "binding": "{binding}",
            "service": {{ "operations": {{ "echo": ["work 5ms", "return $1"] }} }}
        }} }}, "proxies": {{ "A": {{ "host": "H", "weather": {{ "latencyUs": 10000 }} }} }},
        "script": ["H open", "A open", "start x A call echo hello"] }}"#
    );
    let scenario: Scenario = serde_json::from_str(&text).expect("invariant: it is written here");
    scenario.run().expect("invariant: it is written here").world
}

fn calls(world: &mut World) -> Vec<bool> {
    world.take_settled(PROXY).into_values().map(|settled| settled.is_ok()).collect()
}

fn phase(world: &World) -> Phase {
    world.proxy(PROXY).map(|node| node.proxy.phase()).expect("invariant: there is a proxy")
}

dual_test! {
    /// Whoever takes the records out as they come has them all, with the same numbers.
    fn records_can_be_taken_out() {
        let (mut keeps, mut gives) = (world("websocket"), world("websocket"));
        let mut taken = gives.take_records();
        keeps.advance(Duration::from_secs(1));
        while gives.step() || (gives.now < Timestamp(1_000_000) && gives.jump()) {
            taken.extend(gives.take_records());
        }
        let kept: Vec<_> = keeps.journal().records().take(taken.len()).cloned().collect();
        assert_eq!(taken, kept);
        assert!(taken.len() > 40);
        assert_eq!(gives.journal().records().len(), 0);
        assert_eq!(gives.journal().next_seq(), taken.len() as u64);
        assert_eq!(gives.journal().dropped(), taken.len() as u64);
        assert_eq!(gives.picture_difference(), None);
        assert!(gives.journal().picture_before(0).is_err());
    }

    /// CALL-5: the end of a call is told once.
    fn ends_of_calls_are_taken_out() {
        let mut world = world("fetch");
        assert!(calls(&mut world).is_empty());
        world.advance(Duration::from_millis(25));
        assert_eq!(calls(&mut world), [true]);
        assert!(calls(&mut world).is_empty());
    }

    /// What is on its way is seen with both of its ends.
    fn messages_are_seen_on_their_way() {
        let mut session = world("websocket");
        let flight = |world: &World| {
            let seen: Vec<_> = world.in_flight().map(|f| (f.toward, f.due.0, f.far)).collect();
            assert_eq!(seen.len(), 1);
            seen[0]
        };
        let at = session.now.0;
        assert_eq!(flight(&session), (Toward::Host, at + 10_000, Some(ChannelId(1))));
        let load = session.in_flight().next().map(|flight| match flight.load {
            Load::Message(message) => message.action.to_string(),
            other => format!("{other:?}"),
        });
        assert_eq!(load.as_deref(), Some("Echo/echo"));
        session.advance(Duration::from_millis(16));
        assert_eq!(flight(&session), (Toward::Proxy, at + 25_000, Some(ChannelId(1))));
        let exchange = world("fetch");
        let seen = exchange.in_flight().next().map(|f| (f.proxy, f.host, f.far, f.held));
        assert_eq!(seen, Some(((PROXY, ChannelId(1)), HOST, None, false)));
    }

    /// CALL-8: nobody is told of a lost message; the call's own timeout is all there is.
    fn a_lost_message_is_told_to_nobody() {
        let mut world = world("websocket");
        let order = world.in_flight().next().map(|flight| flight.order).unwrap_or_default();
        assert!(world.lose(order) && !world.lose(order));
        world.advance(Duration::from_secs(29));
        assert_eq!((calls(&mut world), phase(&world)), (vec![], Phase::Opened));
        world.advance(Duration::from_secs(1));
        assert_eq!((calls(&mut world), phase(&world)), (vec![false], Phase::Opened));
    }

    /// A message that is late is only late.
    fn a_late_message_arrives_late() {
        let mut world = world("websocket");
        let order = world.in_flight().next().map(|flight| flight.order).unwrap_or_default();
        assert!(world.delay(order, Duration::from_millis(100)));
        assert!(!world.delay(order + 99, Duration::from_millis(100)));
        world.advance(Duration::from_millis(124));
        assert!(calls(&mut world).is_empty());
        world.advance(Duration::from_millis(1));
        assert_eq!(calls(&mut world), [true]);
    }

    /// PROXY-16: one channel can be cut; a session's proxy faults, a pooled one's does not.
    fn one_channel_can_be_cut() {
        for (binding, expected) in [("websocket", Phase::Faulted), ("fetch", Phase::Opened)] {
            let mut world = world(binding);
            assert!(world.cut_channel(PROXY, ChannelId(1)));
            assert!(!world.cut_channel(PROXY, ChannelId(1)), "it is gone");
            world.settle();
            assert_eq!((calls(&mut world), phase(&world)), (vec![false], expected), "{binding}");
        }
    }
}
