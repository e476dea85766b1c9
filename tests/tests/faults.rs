//! Failures: what is sent, what is told, and what becomes of the session.

use sessionful::event::{Event, Kind};
use sessionful::ids::{CallId, OperationId};
use sessionful::proxy::NewCall;
use sessionful::sim::Run;
use sessionful::{Contract, ContractError, Fault, FaultCode, Operation, ProxyError};
use sessionful_tests::{dual_test, play};

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

fn service(binding: &str, behavior: &str) -> Run {
    let mut run = play::begin(&format!(
        r#"
        [hosts.H]
        binding = "{binding}"
        behavior = {{ {behavior} }}
        contract = {{ name = "Svc", operations = [{{ name = "declared", faults = [{{ kind = "Broken", action = "" }}] }}, {{ name = "undeclared" }}, {{ name = "bad" }}, {{ name = "ask" }}], callback = {{ name = "Back", operations = [{{ name = "fails" }}] }} }}
        service.operations = {{ declared = ["fault Wrong Broken"], undeclared = ["fault Wrong Broken"], bad = ["throw the secret"], ask = ["callback fails"] }}
        [proxies.A]
        host = "H"
        options = {{ rules = "wcf" }}
        callback.operations = {{ fails = ["throw their secret"] }}
        "#
    ));
    play::lines(&mut run, "H open => ok\nA open => ok");
    run
}

/// Calls an operation; the fault that comes back.
fn fault_of(run: &mut Run, operation: u16) -> Fault {
    let node = run.world.node("A").expect("it is there");
    let call: CallId = run.world.call(node, |call| NewCall {
        call,
        operation: OperationId(operation),
        message: Box::default(),
        group: 0,
        timeout: None,
        within: None,
    });
    while run.world.settled(node, call).is_none() && (run.world.step() || run.world.jump()) {}
    match run.world.settled(node, call) {
        Some(Err(ProxyError::Fault(fault))) => (**fault).clone(),
        other => panic!("a fault must come back, not {other:?}"),
    }
}

fn fault_actions(run: &Run, node: &str) -> String {
    play::outline(run, node, |event| match event {
        Event::MessageSent { kind: Kind::Fault, action, .. } => Some(action.to_string()),
        _ => None,
    })
}

dual_test! {
    /// FLT-1, FLT-2: a declared fault travels under its own action, an undeclared one under the general
    /// one; both arrive whole, and neither ends the session.
    fn declared_faults_have_their_own_action() {
        let mut run = service("websocket", "");
        for operation in [0, 1] {
            let fault = fault_of(&mut run, operation);
            assert_eq!(fault.code, FaultCode::Application("Wrong".into()));
            assert_eq!(fault.detail.map(|detail| detail.kind), Some("Broken".into()));
        }
        assert_eq!(fault_actions(&run, "H"), "Svc/declaredBrokenFault sessionful/fault");
        play::lines(
            &mut run,
            "show A => opened channels 1 pending 0\nshow H => opened 1/1/0/1/0 peak 1",
        );
        play::no_leaks(&run);
    }
}

dual_test! {
    /// FLT-4, HOST-6: what went wrong inside is told only if the service wants it told.
    fn internals_are_disclosed_on_demand() {
        let fault = fault_of(&mut service("websocket", ""), 2);
        assert_eq!((fault.code, fault.detail), (FaultCode::InternalService, None));
        assert!(!fault.reason.contains("secret"), "{}", fault.reason);
        let fault = fault_of(&mut service("websocket", "includeExceptionDetail = true"), 2);
        assert_eq!((fault.code, fault.reason.as_str()), (FaultCode::InternalService, "the secret"));
        let detail = fault.detail.expect("FLT-4");
        assert_eq!(detail.kind, "ExceptionDetail");
        assert!(String::from_utf8_lossy(&detail.body).contains("the secret"));
    }
}

dual_test! {
    /// FLT-4, FLT-5, CO-6: a callback handler that fails ends the session from the client's side; the
    /// service did not foresee it either, and the client's own call fails with that. What closes already is
    /// not faulted by it (CO-10).
    fn a_callback_that_fails() {
        let mut run = service("websocket", "concurrency = \"multiple\"");
        play::lines(
            &mut run,
            "
            A call ask => fault InternalServiceFault
            show A => closed channels 0 pending 0
            show H => opened 0/1/1/1/1 peak 1
            A abort => ok
            H close => ok
        ",
        );
        assert_eq!(fault_actions(&run, "A"), "sessionful/fault");
        play::no_leaks(&run);
    }
}

dual_test! {
    /// FLT-10, GOT-27, INST-18: whatever fails, however the client ends, nothing is left and every object is
    /// disposed of once.
    fn nothing_is_left_over() {
        for mode in ["single", "reentrant", "multiple"] {
            for instancing in ["perCall", "perSession", "single"] {
                for end in ["close", "abort", "link cut"] {
                    let behavior =
                        format!("concurrency = \"{mode}\", instancing = \"{instancing}\"");
                    let mut run = service("websocket", &behavior);
                    for step in ["A call declared", "start x A call bad", "start y A call ask"] {
                        play::take(&mut run, step);
                    }
                    play::take(&mut run, &format!("A {end}"));
                    play::take(&mut run, "advance 1m");
                    play::take(&mut run, "A abort");
                    play::take(&mut run, "H close");
                    let host = run.world.node("H").and_then(|node| run.world.host(node));
                    let counts = host.expect("it is there").counts;
                    assert_eq!(counts.objects, counts.disposed, "{behavior} {end}");
                    assert_eq!(counts.contexts, counts.contexts_closed, "{behavior} {end}");
                    assert_eq!(run.world.picture_difference(), None, "{behavior} {end}");
                    play::no_leaks(&run);
                }
            }
        }
    }
}

dual_test! {
    /// OP-2, OP-6, SESS-9: contracts that cannot be, by the key of WCF's exception.
    fn contracts_that_cannot_be() {
        let svc = || Contract::new("Svc");
        let key = |result: Result<Contract, ContractError>| {
            let checked = result.and_then(|contract| contract.check().map(|()| contract));
            checked.expect_err("it must be refused").key()
        };
        let one_way = || Operation::new("op").one_way();
        assert_eq!(
            key(svc().operation(one_way().fault("X")).build()),
            Some("OneWayAndFaultsIncompatible2")
        );
        let reply = svc().operation(one_way().reply_action("x")).build();
        assert_eq!(key(reply), Some("OneWayOperationShouldNotSpecifyAReplyAction1"));
        let twice = svc()
            .operation(Operation::new("a").action("x"))
            .operation(Operation::new("b").action("x"));
        assert!(matches!(twice.build(), Err(ContractError::SameAction { .. })), "OP-6");
        assert_eq!(key(svc().build()), Some("SFxContractHasZeroOperations"));
        let never = svc().operation(Operation::new("a").not_initiating());
        assert_eq!(key(never.build()), Some("SFxContractHasZeroInitiatingOperations"));
        let needs = svc().operation(Operation::new("a").terminating());
        assert_eq!(key(needs.build()), Some("ContractIsNotSelfConsistentItHasOneOrMore2"));
        let any =
            svc().operation(Operation::new("known")).operation(Operation::new("any").action("*"));
        let any = any.build().expect("a good contract");
        let found = |action| any.find(action).map(|(_, operation)| operation.name.as_str());
        assert_eq!((found("Svc/known"), found("Svc/other")), (Some("known"), Some("any")), "OP-6");
    }
}
