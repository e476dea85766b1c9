//! How many operations run at once, in which order, and who waits for whom.

use sessionful::dispatch::gate::Gate;
use sessionful::event::{Event, ThrottleKind};
use sessionful::ids::DispatchId;
use sessionful::sim::Run;
use sessionful_tests::{dual_test, play};

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

/// A host with a slow operation and three clients.
fn slow_service(binding: &str, behavior: &str) -> Run {
    let mut run = play::begin(&format!(
        r#"
        [hosts.H]
        binding = "{binding}"
        behavior = {{ {behavior} }}
        contract = {{ name = "Svc", operations = [{{ name = "slow" }}, {{ name = "note", oneWay = true }}, {{ name = "ping" }}] }}
        service.operations = {{ slow = ["work 1s", "return id"], note = ["work 1ms", "add 1"], ping = ["return state"] }}
        [proxies.A]
        host = "H"
        [proxies.B]
        host = "H"
        [proxies.C]
        host = "H"
        "#
    ));
    play::lines(&mut run, "H open => ok\nA open => ok\nB open => ok\nC open => ok");
    run
}

/// Greatest number of operations at once, number of objects, seconds until all had ended.
fn measure(binding: &str, behavior: &str, clients: &[&str]) -> (u32, u32, u32) {
    let mut run = slow_service(binding, behavior);
    let mut labels = Vec::new();
    for (number, client) in clients.iter().flat_map(|client| [client; 3]).enumerate() {
        labels.push(format!("c{number}"));
        play::take(&mut run, &format!("start c{number} {client} call slow timeout=1m"));
    }
    let mut seconds = 0;
    while labels.iter().any(|label| play::take(&mut run, &format!("peek {label}")) == "pending") {
        play::take(&mut run, "advance 1s");
        seconds += 1;
        assert!(seconds < 60, "{binding} {behavior}: they never end");
    }
    let node = run.world.node("H").expect("it is there");
    let counts = run.world.host(node).expect("it is there").counts;
    play::no_leaks(&run);
    (counts.peak, counts.objects, seconds)
}

dual_test! {
    /// CONC-1, CONC-3, CONC-6, CONC-7, CONC-8, GOT-19, GOT-20, INST-3, INST-4, INST-5, INST-6, MOD-3:
    /// how many of three calls, and of three calls each of three clients, run at once, on how many
    /// objects; the 'instance statistics' of every combination.
    fn how_many_run_at_once() {
        let modes = ["single", "reentrant", "multiple"];
        // (instancing, binding): for each mode (at once, objects) with one client, then with three.
        let table = [
            ("perCall", "websocket", [(1, 3), (3, 3), (3, 3)], [(3, 9), (9, 9), (9, 9)]),
            ("perCall", "fetch", [(3, 3), (3, 3), (3, 3)], [(9, 9), (9, 9), (9, 9)]),
            ("perSession", "websocket", [(1, 1), (1, 1), (3, 1)], [(3, 3), (3, 3), (9, 3)]),
            ("perSession", "fetch", [(3, 3), (3, 3), (3, 3)], [(9, 9), (9, 9), (9, 9)]),
            ("single", "websocket", [(1, 1), (1, 1), (3, 1)], [(1, 1), (1, 1), (9, 1)]),
            ("single", "fetch", [(1, 1), (1, 1), (3, 1)], [(1, 1), (1, 1), (9, 1)]),
        ];
        for (instancing, binding, one, three) in table {
            for (index, mode) in modes.into_iter().enumerate() {
                let behavior = format!("instancing = \"{instancing}\", concurrency = \"{mode}\"");
                let cells = [(&["A"][..], one[index], 3), (&["A", "B", "C"][..], three[index], 9)];
                for (clients, (at_once, objects), calls) in cells {
                    let found = measure(binding, &behavior, clients);
                    let wanted = (at_once, objects, calls / at_once);
                    assert_eq!(found, wanted, "{instancing} {binding} {mode} {clients:?}");
                }
            }
        }
    }
}

dual_test! {
    /// CONC-7, CONC-9: with ordered dispatch a sessionless endpoint takes one message after the other.
    fn ordered_dispatch() {
        assert_eq!(measure("fetch", "ordered = true", &["A"]), (1, 3, 3));
        assert_eq!(measure("fetch", "ordered = true", &["A", "B", "C"]), (1, 9, 9));
        assert_eq!(measure("fetch", "ordered = false", &["A"]), (3, 3, 1));
    }
}

/// Beginnings, gate entries, invocations and ends at the host, each with its operation.
fn traces(run: &Run) -> String {
    play::outline(run, "H", |event| match event {
        Event::DispatchBegan { dispatch, .. } => Some(format!("{dispatch}:began")),
        Event::GateEntered { dispatch, .. } => Some(format!("{dispatch}:gate")),
        Event::DispatchStage {
            dispatch,
            stage: sessionful::dispatch::Stage::Invoking,
            parked: true,
        } => Some(format!("{dispatch}:runs")),
        Event::DispatchEnded { dispatch, .. } => Some(format!("{dispatch}:ended")),
        _ => None,
    })
}

dual_test! {
    /// CONC-7, MOD-3, SESS-24: with single a session's next message is received only after the last has
    /// ended; else as soon as that holds the gate; with multiple at once.
    fn when_the_next_message_is_received() {
        let three = "start a A call slow\nstart b A call slow\nstart c A call slow\nadvance 3s";
        let trace = |mode: &str| {
            let mut run = slow_service("websocket", &format!("concurrency = \"{mode}\""));
            play::lines(&mut run, three);
            traces(&run)
        };
        assert_eq!(
            trace("single"),
            "op1:began op1:gate op1:runs op1:ended \
            op2:began op2:gate op2:runs op2:ended op3:began op3:gate op3:runs op3:ended"
        );
        assert_eq!(
            trace("reentrant"),
            "op1:began op1:gate op1:runs op2:began \
            op2:gate op1:ended op2:runs op3:began op3:gate op2:ended op3:runs op3:ended"
        );
        assert_eq!(
            trace("multiple"),
            "op1:began op1:runs op2:began op2:runs op3:began op3:runs \
            op1:ended op2:ended op3:ended"
        );
    }
}

fn calls(run: &Run) -> (u32, usize) {
    let node = run.world.node("H").expect("it is there");
    run.world.host(node).expect("it is there").host.throttle(ThrottleKind::Calls)
}

dual_test! {
    /// THR-3, GOT-20, CONC-7: one that waits for the gate holds a call slot, one for each session;
    /// without sessions only one message waits and the rest is not received.
    fn lock_waiters_fill_the_call_throttle() {
        let slots = "calls = { slots = 2 }, sessions = { slots = 9 }, instances = { slots = 9 }";
        let behavior = format!("instancing = \"single\", throttles = {{ {slots} }}");
        let mut run = slow_service("websocket", &behavior);
        play::lines(
            &mut run,
            "start a A call slow\nstart b B call slow\nstart c C call slow\nstart d A call slow",
        );
        assert_eq!(calls(&run), (2, 1), "the holder and one waiter; the third waits for a slot");
        play::lines(
            &mut run,
            "advance 4s\npeek a => ok obj1\npeek b => ok obj1\npeek c => ok obj1\npeek d => ok obj1",
        );
        assert_eq!(calls(&run), (0, 0));
        let mut run = slow_service("fetch", &behavior);
        play::lines(
            &mut run,
            "start a A call slow\nstart b B call slow\nstart c C call slow\nstart d A call slow",
        );
        assert_eq!(calls(&run), (2, 0), "the others are not received yet");
        let node = run.world.node("H").expect("it is there");
        let backlog = run
            .world
            .host(node)
            .expect("it is there")
            .host
            .dispatcher()
            .channels()
            .map(sessionful::channel::Channel::backlog)
            .sum::<usize>();
        assert_eq!(backlog, 2);
        play::lines(&mut run, "advance 4s\npeek d => ok obj1");
        play::no_leaks(&run);
    }
}

dual_test! {
    /// CONC-10, OP-2, SESS-24: a client that sends faster than its session is served is held back by
    /// the transport, and nothing is lost.
    fn one_way_messages_are_held_back() {
        let mut run = slow_service("websocket", "concurrency = \"single\"");
        for _ in 0..200 {
            assert_eq!(play::take(&mut run, "A call note"), "ok");
        }
        let node = run.world.node("H").expect("it is there");
        let backlog = run
            .world
            .host(node)
            .expect("it is there")
            .host
            .dispatcher()
            .channels()
            .map(sessionful::channel::Channel::backlog)
            .max();
        assert_eq!(backlog, Some(64), "the rest is still on its way");
        play::lines(&mut run, "A call ping => ok 200");
        play::no_leaks(&run);
    }
}

dual_test! {
    /// CONC-2, CONC-3, CONC-4, MOD-2: the lock by itself, one holder and two queues, handed over.
    fn the_gate_is_handed_over() {
        let [a, b, c, d, e] = [1, 2, 3, 4, 5].map(DispatchId);
        let mut gate = Gate::default();
        assert!(gate.arrive(a), "CONC-3: it was free");
        assert!(!gate.arrive(b) && !gate.arrive(c) && !gate.resume(d) && !gate.resume(e));
        assert_eq!(gate.leave(b), None, "only the holder can leave");
        assert_eq!(gate.holder(), Some(a));
        for next in [d, e, b, c] {
            let holder = gate.holder().expect("never thrown open between two owners");
            assert_eq!(gate.leave(holder), Some(next), "CONC-4: old work first, each in order");
            assert_eq!(gate.holder(), Some(next));
        }
        assert_eq!(gate.leave(c), None);
        assert!(gate.resume(a), "CONC-5: free, so it takes it");
        assert!(!gate.arrive(b), "CONC-4: no barging");
        gate.forget(b);
        assert_eq!(gate.leave(a), None);
        assert_eq!(gate, Gate::default());
    }
}

dual_test! {
    /// CONC-5, CONC-6, CONC-13: under reentrant the gate is given up around a one-way callback too, and
    /// at no other time; under multiple there is none.
    fn the_gate_around_one_way_callbacks() {
        let trace = |mode: &str| {
            let mut run = play::begin(&format!(
                r#"
                [hosts.H]
                binding = "websocket"
                behavior = {{ concurrency = "{mode}" }}
                contract = {{ name = "Svc", operations = [{{ name = "op" }}], callback = {{ name = "Back", operations = [{{ name = "tell", oneWay = true }}] }} }}
                service.operations = {{ op = ["work 1s", "callback tell", "work 1s"] }}
                [proxies.A]
                host = "H"
            "#
            ));
            play::lines(&mut run, "H open => ok\nA open => ok\nA call op => ok");
            play::no_leaks(&run);
            play::outline(&run, "H", |event| match event {
                Event::GateEntered { .. } => Some("in".into()),
                Event::GateLeft { .. } => Some("out".into()),
                Event::CallSent { .. } => Some("sent".into()),
                Event::CallOutBegan { .. } => Some("calls".into()),
                Event::CallOutEnded { .. } => Some("back".into()),
                _ => None,
            })
        };
        assert_eq!(trace("single"), "in calls sent back out");
        assert_eq!(trace("reentrant"), "in calls out sent in back out");
        assert_eq!(trace("multiple"), "calls sent back");
    }
}

dual_test! {
    /// MOD-4, MOD-7: the same seed gives the same run, another seed another one; weather delays and
    /// breaks, and is over when it is over.
    fn weather_is_seeded() {
        let run = |seed: u64| {
            let mut run = play::begin(&format!(
                r#"
                seed = {seed}
                [hosts.H]
                binding = "websocket"
                contract = {{ name = "Svc", operations = [{{ name = "op" }}] }}
                [proxies.A]
                host = "H"
                weather = {{ latencyUs = 1000, jitterUs = 9000, lossPerMille = 200 }}
            "#
            ));
            play::lines(&mut run, "H open => ok\nA open => ok");
            let outcomes: Vec<String> =
                (0..20).map(|_| play::take(&mut run, "A call op")).collect();
            play::no_leaks(&run);
            (outcomes, run.world.now, run.world.journal().digest())
        };
        assert_eq!(run(5), run(5));
        assert_ne!(run(5).1, run(6).1);
        let broken =
            (0..10).filter(|seed| run(*seed).0.iter().any(|o| o == "error ENDPOINT_DISCONNECTED"));
        assert!(broken.count() > 0, "one in five messages breaks the connection");
    }
}
