//! Hosts: what is chosen when they open, what they accept, and their defaults.

use sessionful::action::{Action, Loss, Ticket, Wire};
use sessionful::binding::Selected;
use sessionful::event::{Ending, Event};
use sessionful::host::{Endpoint, Host, HostInput, HostOptions};
use sessionful::ids::{CallId, ChannelId, DispatchId, EndpointId, OperationId, SessionId};
use sessionful::proxy::{NewCall, Proxy, ProxyOptions};
use sessionful::sim::{ServiceScript, Weather, World};
use sessionful::{
    Behavior, Binding, ConcurrencyMode, Content, Contract, HostError, InstanceMode, Limit, Machine,
    Message, Operation, Phase, ProxyError, ReleaseMode, Rules, SessionMode, Shape, Throttles,
    Timestamp,
};
use sessionful_tests::{dual_test, play};
use std::time::Duration;

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

fn contract(name: &str, mode: SessionMode, operations: &[&str]) -> Contract {
    let draft = Contract::new(name).session(mode);
    let add =
        |draft: sessionful::contract::Draft, name: &&str| draft.operation(Operation::new(*name));
    operations.iter().fold(draft, add).build().expect("a good contract")
}

fn endpoint(address: &str, contract: Contract, binding: Binding) -> Endpoint {
    Endpoint { address: address.into(), contract: contract.into(), binding }
}

fn tell(host: &mut Host, input: HostInput) -> Vec<Action> {
    let mut actions = Vec::new();
    host.handle(Timestamp(1), input, &mut actions);
    actions
}

fn two_listeners(rules: Rules) -> Host {
    let svc = || contract("Svc", SessionMode::Allowed, &["op"]);
    let endpoints =
        vec![endpoint("/a", svc(), Binding::websocket()), endpoint("/b", svc(), Binding::fetch())];
    let options = HostOptions { rules, ..HostOptions::default() };
    let mut host = Host::new(endpoints, Behavior::default(), options);
    let (first, second) = (EndpointId(0), EndpointId(1));
    let asked = tell(&mut host, HostInput::Open(Ticket(1)));
    assert_eq!(asked, [Action::Listen(first), Action::Listen(second)]);
    host
}

dual_test! {
    /// HOST-1, HOST-2, CO-3, CO-13, GOT-38: all endpoints listen or none does, in whatever order the
    /// answers come, and nobody is accepted before.
    fn a_host_opens_all_endpoints_or_none() {
        let (first, second) = (EndpointId(0), EndpointId(1));
        for (rules, after) in [(Rules::Wcf, Phase::Faulted), (Rules::Wws, Phase::Created)] {
            for refused_first in [false, true] {
                let mut host = two_listeners(rules);
                let refused = HostInput::Listening(second, Err("in use".into()));
                let granted = HostInput::Listening(first, Ok(()));
                let inputs = if refused_first { [refused, granted] } else { [granted, refused] };
                let mut actions = Vec::new();
                for input in inputs {
                    actions.extend(tell(&mut host, input));
                    let early =
                        tell(&mut host, HostInput::Connected(first, ChannelId(9), SessionId(1)));
                    let sent_away = Action::Release { channel: ChannelId(9), abort: true };
                    assert_eq!(early, [sent_away], "HOST-2: nobody is accepted");
                }
                let error = HostError::Listener { endpoint: 1, reason: "in use".into() };
                assert!(actions.contains(&Action::HostDone(Ticket(1), Err(error))), "{actions:?}");
                assert!(actions.contains(&Action::Unlisten(first)), "HOST-2: {actions:?}");
                assert_eq!(host.phase(), after);
            }
        }
        let mut host = two_listeners(Rules::Wws);
        tell(&mut host, HostInput::Listening(first, Ok(())));
        let done = tell(&mut host, HostInput::Listening(second, Ok(())));
        assert_eq!(done, [Action::HostDone(Ticket(1), Ok(()))]);
    }
}

dual_test! {
    /// CO-17, HOST-1, CO-10: a listener that breaks faults a WCF host, which releases nothing until it is
    /// closed or aborted; a WWSAPI host does not mind.
    fn a_listener_that_breaks() {
        for (rules, after) in [(Rules::Wcf, Phase::Faulted), (Rules::Wws, Phase::Opened)] {
            let mut host = two_listeners(rules);
            tell(&mut host, HostInput::Listening(EndpointId(0), Ok(())));
            tell(&mut host, HostInput::Listening(EndpointId(1), Ok(())));
            tell(&mut host, HostInput::Connected(EndpointId(0), ChannelId(5), SessionId(1)));
            let broken = HostInput::Listening(EndpointId(0), Err("gone".into()));
            assert_eq!(tell(&mut host, broken), []);
            assert_eq!((host.phase(), host.session_count()), (after, 1));
        }
    }
}

/// A world of one host with two contracts at one address.
fn shared_address(second: SessionMode) -> (World, [sessionful::ids::NodeId; 4]) {
    let one = || contract("One", SessionMode::Required, &["a", "c"]);
    let two = || contract("Two", second, &["b"]);
    let endpoints = vec![
        endpoint("/same", one(), Binding::websocket()),
        endpoint("/same", two(), Binding::websocket()),
    ];
    let host = Host::new(endpoints, Behavior::default(), HostOptions::default());
    let mut world = World::new(1).with_journal(10_000);
    let service: ServiceScript =
        serde_json::from_str(r#"{ "operations": { "a": ["return id"], "b": ["return id"] } }"#)
            .expect("a good script");
    let host = world.add_host("H", host, service);
    let mixed = contract("One", SessionMode::Required, &["a"]);
    let both = Contract::new("One")
        .session(SessionMode::Required)
        .operation(Operation::new("a"))
        .operation(Operation::new("b").action("Two/b").reply_action("*"))
        .build()
        .expect("a good contract");
    let clients =
        [(one(), 0), (contract("Two", SessionMode::Allowed, &["b"]), 1), (mixed, 1), (both, 0)];
    let mut nodes = vec![];
    for (index, (contract, at)) in clients.into_iter().enumerate() {
        let proxy = Proxy::new(contract.into(), Binding::websocket(), ProxyOptions::wcf());
        let name = format!("P{index}");
        let to = (host, EndpointId(at));
        let proxy = proxy.expect("they fit");
        nodes.push(world.add_proxy(&name, proxy, to, Weather::default(), ServiceScript::default()));
    }
    world.command_host(host, HostInput::Open);
    world.settle();
    (world, [host, nodes[0], nodes[1], nodes[2]])
}

fn call(
    world: &mut World,
    node: sessionful::ids::NodeId,
    operation: u16,
) -> Result<String, ProxyError> {
    let call = world.call(node, |call| NewCall {
        call,
        operation: OperationId(operation),
        message: Box::default(),
        group: 0,
        timeout: None,
        within: None,
    });
    world.settle();
    let result = world.settled(node, call).cloned().expect("it has ended");
    result.map(|message| match message.content {
        Content::Body(body) => String::from_utf8_lossy(&body).into_owned(),
        Content::Fault(fault) => fault.code.to_string(),
    })
}

dual_test! {
    /// SESS-3, SESS-13, SESS-17, INST-6: endpoints of one address share a channel kind; the first
    /// message of a session tells which endpoint is meant, for good; no two share a context.
    fn two_contracts_at_one_address() {
        let (mut world, [host, one, two, stray]) = shared_address(SessionMode::Allowed);
        assert_eq!(call(&mut world, one, 0), Ok("obj1".into()));
        assert_eq!(call(&mut world, two, 0), Ok("obj2".into()), "INST-6");
        assert_eq!(call(&mut world, stray, 0), Ok("obj3".into()), "it meant the other endpoint");
        let both = world.node("P3").expect("it is there");
        assert_eq!(call(&mut world, both, 1), Ok("obj4".into()));
        assert_eq!(
            call(&mut world, both, 0),
            Err(ProxyError::ActionNotSupported),
            "SESS-13: for good"
        );
        assert_eq!(world.host(host).map(|h| h.counts.contexts), Some(4));
    }
}

dual_test! {
    /// SESS-6, CO-14: one contract that requires a session and one that forbids it cannot share an
    /// address.
    fn contradicting_contracts_at_one_address() {
        let (world, [host, ..]) = shared_address(SessionMode::NotAllowed);
        let host = world.host(host).expect("it is there");
        assert_eq!(host.host.phase(), Phase::Faulted);
        let one = contract("One", SessionMode::Required, &["a"]);
        let two = contract("Two", SessionMode::NotAllowed, &["b"]);
        let refused = Binding::both().select(&[&one, &two]).expect_err("it must be refused");
        assert_eq!(refused.key(), "SFxCannotRequireBothSessionAndDatagram3");
        assert_eq!(host.counts.contexts, 0, "CO-14: before any context");
    }
}

/// `SESS-2`: what a contract accepts, by what it has.
fn accepted(mode: SessionMode, what: &str) -> Vec<Shape> {
    use Shape::{Duplex, DuplexSession, Input, InputSession, Reply, ReplySession};
    let all = match what {
        "callback" => vec![Duplex, DuplexSession],
        "two-way" => vec![Reply, ReplySession, Duplex, DuplexSession],
        _ => vec![Input, InputSession, Reply, ReplySession, Duplex, DuplexSession],
    };
    let sessions = [InputSession, ReplySession, DuplexSession];
    let fits = |shape: &Shape| match mode {
        SessionMode::Allowed => true,
        SessionMode::Required => sessions.contains(shape),
        SessionMode::NotAllowed => !sessions.contains(shape),
    };
    all.into_iter().filter(fits).collect()
}

fn contract_with(mode: SessionMode, what: &str) -> Contract {
    let draft = Contract::new("Svc").session(mode).operation(Operation::new("note").one_way());
    let draft = match what {
        "callback" => {
            draft.callback(Contract::new("Back").operation(Operation::new("tell").one_way()))
        }
        "two-way" => draft.operation(Operation::new("ask")),
        _ => draft,
    };
    draft.build().expect("a good contract")
}

fn binding(shapes: &[Shape]) -> Binding {
    Binding { shapes: shapes.to_vec(), ..Binding::websocket() }
}

dual_test! {
    /// SESS-1, SESS-2, SESS-3, SESS-4, SESS-6, SESS-8, PROXY-18, GOT-3, GOT-4, GOT-5, OP-5: which
    /// kind of channel every sort of contract gets from every binding.
    fn every_contract_gets_its_kind_of_channel() {
        use SessionMode::{Allowed, NotAllowed, Required};
        for mode in [Allowed, Required, NotAllowed] {
            for what in ["callback", "two-way", "one-way"] {
                let contract = contract_with(mode, what);
                let accepted = accepted(mode, what);
                for bits in 0_u32..64 {
                    let built: Vec<Shape> = Shape::ALL
                        .into_iter()
                        .enumerate()
                        .filter(|(at, _)| bits & (1 << at) != 0)
                        .map(|(_, shape)| shape)
                        .collect();
                    // SESS-3: the first that suits both, sessionless kinds first of each pattern.
                    let plain =
                        Shape::ALL.into_iter().find(|s| accepted.contains(s) && built.contains(s));
                    // SESS-4: else a session may be hidden, of one direction only.
                    let pairs =
                        [(Shape::Input, Shape::InputSession), (Shape::Reply, Shape::ReplySession)];
                    let hidden =
                        pairs.iter().find(|(s, of)| accepted.contains(s) && built.contains(of));
                    let wanted =
                        plain.map(|shape| Selected { shape, hides_session: false }).or(hidden
                            .map(|(_, shape)| Selected { shape: *shape, hides_session: true }));
                    let found = binding(&built).select(&[&contract]);
                    assert_eq!(found.ok(), wanted, "{mode:?} {what} over {built:?}");
                }
            }
        }
    }
}

dual_test! {
    /// SESS-6, SESS-8, PROXY-18, ORC-5, GOT-29: why a contract gets none, by the first reason that fits.
    fn every_refusal_has_its_key() {
        use SessionMode::{Allowed, NotAllowed, Required};
        let key = |mode, what, binding: &Binding| {
            binding.select(&[&contract_with(mode, what)]).map_err(|error| error.key())
        };
        let (socket, fetch, both) = (Binding::websocket(), Binding::fetch(), Binding::both());
        let session = Err("BindingDoesnTSupportSessionButContractRequires1");
        let datagram = Err("BindingDoesntSupportDatagramButContractRequires");
        let duplex = Err("BindingDoesnTSupportDuplexButContractRequires1");
        assert_eq!(
            key(Allowed, "two-way", &binding(&[])),
            Err("BindingDoesnTSupportAnyChannelTypes1")
        );
        assert_eq!(key(Required, "two-way", &fetch), session);
        assert_eq!(key(NotAllowed, "two-way", &socket), datagram);
        assert_eq!(key(NotAllowed, "callback", &socket), datagram);
        assert_eq!(key(Required, "callback", &fetch), session, "the first reason that fits");
        assert_eq!(key(Allowed, "callback", &fetch), duplex);
        assert_eq!(key(NotAllowed, "callback", &both), datagram, "ORC-5");
        let one_way = binding(&[Shape::Input]);
        assert_eq!(
            key(Allowed, "two-way", &one_way),
            Err("BindingDoesnTSupportRequestReplyButContract1")
        );
        let chosen = |shape| Ok(Selected { shape, hides_session: false });
        assert_eq!(key(Allowed, "two-way", &both), chosen(Shape::Reply), "GOT-3");
        assert_eq!(key(Required, "two-way", &both), chosen(Shape::DuplexSession));
        assert_eq!(key(Allowed, "callback", &both), chosen(Shape::DuplexSession));
        let hidden = Selected { shape: Shape::ReplySession, hides_session: true };
        assert_eq!(key(NotAllowed, "two-way", &Binding::reply_session()), Ok(hidden), "GOT-4");
    }
}

dual_test! {
    /// INST-1, INST-2, CONC-1, SESS-1, SESS-10, THR-1, CO-12, HOST-3, HOST-6, HOST-7: what nobody says otherwise.
    fn defaults() {
        let behavior = Behavior::default();
        assert_eq!(behavior.instancing, InstanceMode::PerSession);
        assert_eq!(behavior.concurrency, ConcurrencyMode::Single);
        assert!(!behavior.include_exception_detail && !behavior.ordered);
        assert!(behavior.automatic_session_shutdown);
        assert_eq!(behavior.fault_close, Duration::from_secs(10));
        assert_eq!(ReleaseMode::default(), ReleaseMode::None);
        let parts = |mode: ReleaseMode| (mode.before(), mode.after());
        assert_eq!(parts(ReleaseMode::None), (false, false));
        assert_eq!(parts(ReleaseMode::BeforeCall), (true, false));
        assert_eq!(parts(ReleaseMode::AfterCall), (false, true));
        assert_eq!(parts(ReleaseMode::BeforeAndAfterCall), (true, true));
        let callback = ProxyOptions::default().callback;
        assert_eq!(callback.concurrency, ConcurrencyMode::Single);
        assert!(callback.automatic_session_shutdown && !callback.include_exception_detail);
        assert_eq!(SessionMode::default(), SessionMode::Allowed);
        let operation = Operation::new("op");
        assert!(operation.initiating && !operation.terminating);
        let two = Throttles::for_processors(2);
        let slots = [two.calls, two.sessions, two.instances];
        assert_eq!(slots, [32, 200, 2_147_483_647].map(Limit::slots));
        assert_eq!(Throttles::default(), Throttles::for_processors(1));
        assert_eq!(HostOptions::default().rules, Rules::Wcf);
    }
}

const ONE_HOST: &str = r#"
    [hosts.H]
    binding = "websocket"
    behavior = { concurrency = "multiple" }
    contract = { name = "Svc", operations = [{ name = "who" }, { name = "ping" }], callback = { name = "Back", operations = [{ name = "ask" }] } }
    service.operations = { who = ["return session"] }
    [hosts.F]
    binding = "fetch"
    contract = { name = "Svc", operations = [{ name = "who" }] }
    service.operations = { who = ["return session"] }
    [proxies.A]
    host = "H"
    callback.operations = { ask = ["return $1"] }
    [proxies.B]
    host = "H"
    [proxies.C]
    host = "F"
"#;

dual_test! {
    /// SESS-23, HOST-8, HOST-9, HOST-10, CALL-14, GOT-25: a session has a name of its own, without one there is
    /// none; the host hears of it before any message, and of its end once.
    fn sessions_have_names() {
        let mut run = play::begin(ONE_HOST);
        play::lines(
            &mut run,
            "H open => ok\nF open => ok\nA open => ok\nB open => ok\nC open => ok",
        );
        let [a, b] = ["A", "B"].map(|name| play::take(&mut run, &format!("{name} call who")));
        let again = play::take(&mut run, "A call who");
        assert!(a.len() == 3 + 32 && a != b && a == again, "{a} {b} {again}");
        play::lines(&mut run, "C call who => ok none\nC call who => ok none");
        let sessions = |run: &_, node| {
            play::outline(run, node, |event| match event {
                Event::SessionOpened { .. } => Some("up".into()),
                Event::SessionEnded { .. } => Some("down".into()),
                Event::MessageArrived { .. } => Some("message".into()),
                _ => None,
            })
        };
        assert!(sessions(&run, "H").starts_with("up up message"), "HOST-8");
        let sessionless = sessions(&run, "F");
        assert!(!sessionless.contains("up") && !sessionless.contains("down"), "HOST-10");
        play::lines(&mut run, "A close => ok\nB abort => ok\nB close => ok\nC close => ok");
        assert_eq!(sessions(&run, "H").matches("down").count(), 2, "HOST-9: however it ends");
    }
}

dual_test! {
    /// FLT-11, CHAN-2, SESS-21: what is no message ends its own session and nothing else.
    fn garbage_ends_one_session() {
        let mut run = play::begin(ONE_HOST);
        play::lines(
            &mut run,
            "H open => ok\nA open => ok\nB open => ok\nA call ping => ok\nB call ping => ok",
        );
        let host = run.world.node("H").expect("it is there");
        let channels: Vec<ChannelId> = run
            .world
            .host(host)
            .expect("it is there")
            .host
            .dispatcher()
            .channels()
            .map(|channel| channel.id)
            .collect();
        let garbled = Wire::Lost(channels[0], Loss::Garbled("no message".into()));
        run.world.tell_host(host, HostInput::Wire(garbled));
        play::lines(
            &mut run,
            "
            settle
            show H => opened 1/2/1/2/1 peak 1
            show A => faulted channels 0 pending 0
            B call ping => ok
            A close => ok
            B close => ok
            H close => ok
        ",
        );
    }
}

dual_test! {
    /// CONC-11, CONC-16, SESS-22, SESS-27, FLT-13, CO-8, GOT-16, MOD-8: a callback channel works outside of an operation until the
    /// session ends; then it says so.
    fn a_callback_channel_outlives_its_operation() {
        let mut run = play::begin(ONE_HOST);
        play::lines(&mut run, "H open => ok\nA open => ok\nA call ping => ok");
        let node = run.world.node("H").expect("it is there");
        let channel = run
            .world
            .host(node)
            .expect("it is there")
            .host
            .dispatcher()
            .channels()
            .next()
            .expect("a session")
            .id;
        let ask = |number: u64| HostInput::Call {
            call: CallId(number),
            channel,
            operation: OperationId(0),
            message: Message::request("", "hello".into()).into(),
            within: None,
            timeout: None,
        };
        let mut host = run.world.host(node).expect("it is there").host.clone();
        let sent = tell(&mut host, ask(900));
        assert!(matches!(sent[..], [Action::Send { channel: at, .. }] if at == channel), "{sent:?}");
        let late = host.deadline().expect("it is awaited");
        assert_eq!(late, Timestamp(1) + Duration::from_secs(60), "FLT-13");
        let mut actions = Vec::new();
        host.handle(late, HostInput::Wake, &mut actions);
        assert_eq!(actions, [Action::Settle(CallId(900), Err(ProxyError::TimedOut))]);
        assert_eq!(host.session_count(), 1, "CONC-16: this request only");
        // A stale operation is no reason to refuse (GOT-16): it does not run any more.
        let stale = match ask(901) {
            HostInput::Call { call, channel, operation, message, timeout, .. } => HostInput::Call {
                call,
                channel,
                operation,
                message,
                timeout,
                within: Some(DispatchId(1)),
            },
            other => other,
        };
        assert!(matches!(tell(&mut host, stale)[..], [Action::Send { .. }]));
        let mut now = late;
        while host.session_count() > 0 {
            now = host.deadline().expect("the idle timer at least");
            host.handle(now, HostInput::Wake, &mut Vec::new());
        }
        let idle = Duration::from_secs(600);
        assert_eq!(now, late + idle, "SESS-22: counted from the end of the last call");
        let refused = tell(&mut host, ask(902));
        assert_eq!(refused, [Action::Settle(CallId(902), Err(ProxyError::Aborted))], "SESS-22");
    }
}

dual_test! {
    /// SESS-21, SESS-22: how each session came to its end is told.
    fn the_end_of_a_session_tells_how_it_came_about() {
        let mut run = play::begin(ONE_HOST);
        play::lines(
            &mut run,
            "H open => ok\nA open => ok\nA close => ok\nA reset => ok\nA open => ok\nA link cut\nA close => ok\nA reset => ok\nA open => ok\nadvance 10m\nA close => ok",
        );
        let ends = play::events(&run, "H").into_iter().filter_map(|event| match event {
            Event::SessionEnded { how, .. } => Some(how),
            _ => None,
        });
        assert_eq!(ends.collect::<Vec<_>>(), [Ending::Closed, Ending::Lost, Ending::Idle]);
    }
}
