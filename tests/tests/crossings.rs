//! Where two features meet at an end: failing, giving up, calling back and closing at once.

use sessionful::action::{Action, Answer, Failure, Question, Reply, Ticket, Wire};
use sessionful::host::{Endpoint, Host, HostInput, HostOptions};
use sessionful::ids::{CallId, ChannelId, DispatchId, EndpointId, OperationId, SessionId};
use sessionful::message::{Fault, FaultCode};
use sessionful::proxy::{NewCall, Proxy, ProxyInput, ProxyOptions};
use sessionful::{
    Behavior, Binding, ConcurrencyMode, Content, Contract, InstanceMode, Limit, Machine, Message,
    Operation, Phase, ProxyError, Rules, SessionMode, Throttles, Timestamp,
};
use sessionful_tests::dual_test;

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

const ONLY: ChannelId = ChannelId(1);

fn say(proxy: &mut Proxy, at: u64, input: ProxyInput) -> Vec<Action> {
    let mut actions = Vec::new();
    proxy.handle(Timestamp(at), input, &mut actions);
    actions
}

fn tell(host: &mut Host, at: u64, input: HostInput) -> Vec<Action> {
    let mut actions = Vec::new();
    host.handle(Timestamp(at), input, &mut actions);
    actions
}

fn duplex() -> Contract {
    let callback = Contract::new("Callback")
        .operation(Operation::new("ask"))
        .operation(Operation::new("tell").one_way());
    Contract::new("Svc")
        .session(SessionMode::Required)
        .operation(Operation::new("op"))
        .operation(Operation::new("other"))
        .operation(Operation::new("bye").terminating())
        .callback(callback)
        .build()
        .expect("good")
}

fn proxy(options: ProxyOptions) -> Proxy {
    let mut proxy = Proxy::new(duplex().into(), Binding::websocket(), options).expect("fit");
    say(&mut proxy, 1, ProxyInput::Open(Ticket(1)));
    say(&mut proxy, 1, ProxyInput::Wire(Wire::Opened(ONLY, SessionId(7))));
    assert_eq!(proxy.phase(), Phase::Opened);
    proxy
}

fn call(number: u64, operation: u16, within: Option<DispatchId>) -> ProxyInput {
    ProxyInput::Call(NewCall {
        call: CallId(number),
        operation: OperationId(operation),
        message: Box::default(),
        group: 0,
        timeout: None,
        within,
    })
}

fn fault_to(number: u64) -> ProxyInput {
    let content = Content::Fault(Fault::runtime(FaultCode::InternalService, "x"));
    let message = Message { relates_to: Some(number.into()), content, ..Message::default() };
    ProxyInput::Wire(Wire::Arrived(ONLY, message.into()))
}

fn reply_to(number: u64, op: &str) -> ProxyInput {
    let action = format!("Svc/{op}Response");
    let message =
        Message { action: action.into(), relates_to: Some(number.into()), ..Message::default() };
    ProxyInput::Wire(Wire::Arrived(ONLY, message.into()))
}

fn callback(op: &str, id: Option<u64>) -> ProxyInput {
    let action = format!("Callback/{op}");
    let message = Message { action: action.into(), id: id.map(Into::into), ..Message::default() };
    ProxyInput::Wire(Wire::Arrived(ONLY, message.into()))
}

/// Answers Construct and gives the dispatch that is invoked.
fn invoke(proxy: &mut Proxy, at: u64, mut actions: Vec<Action>) -> (DispatchId, Vec<Action>) {
    let mut all = vec![];
    loop {
        let asked = actions.iter().find_map(|action| match action {
            Action::Ask(id, question) => Some((*id, question.clone())),
            _ => None,
        });
        all.append(&mut actions);
        match asked {
            Some((id, Question::Construct(..))) => {
                actions = say(proxy, at, ProxyInput::Answer(id, Answer::Constructed(Ok(true))));
            }
            Some((id, Question::Invoke { .. })) => return (id, all),
            other => panic!("{other:?} {all:?}"),
        }
    }
}

fn done(actions: &[Action]) -> Vec<(u64, Result<(), ProxyError>)> {
    actions
        .iter()
        .filter_map(|a| match a {
            Action::ProxyDone(t, r) => Some((t.0, r.clone())),
            _ => None,
        })
        .collect()
}

fn settled(actions: &[Action]) -> Vec<(u64, Option<ProxyError>)> {
    actions
        .iter()
        .filter_map(|a| match a {
            Action::Settle(c, r) => Some((c.0, r.as_ref().err().cloned())),
            _ => None,
        })
        .collect()
}

dual_test! {
    /// CO-10, FLT-8: Fault() does nothing to what is closing: the close in good order goes on.
    fn internal_fault_while_closing_wcf() {
        let mut p = proxy(ProxyOptions::wcf());
        say(&mut p, 2, call(1, 0, None));
        assert_eq!(done(&say(&mut p, 3, ProxyInput::Close(Ticket(2)))), []);
        let after = say(&mut p, 4, fault_to(1));
        assert_eq!(settled(&after).len(), 1);
        assert_eq!(done(&after), [], "the peer's end is awaited: {after:?}");
        let after = say(&mut p, 5, ProxyInput::Wire(Wire::Ended(ONLY)));
        assert_eq!(done(&after), [(2, Ok(()))]);
    }
}

dual_test! {
    /// CALL-12, CALL-13, FLT-8: a call that fails while the proxy closes fails alone: the others are awaited, then
    /// the peer's end, and the proxy can be reset and opened.
    fn internal_fault_while_closing_wws() {
        let mut p = proxy(ProxyOptions::default());
        say(&mut p, 2, call(1, 0, None));
        say(&mut p, 2, call(2, 0, None));
        assert_eq!(done(&say(&mut p, 3, ProxyInput::Close(Ticket(2)))), []);
        let after = say(&mut p, 4, fault_to(1));
        assert_eq!((settled(&after).len(), done(&after)), (1, vec![]), "{after:?}");
        let after = say(&mut p, 5, reply_to(2, "op"));
        assert_eq!(settled(&after), [(2, None)]);
        assert!(after.contains(&Action::EndOutput(ONLY)));
        let after = say(&mut p, 6, ProxyInput::Wire(Wire::Ended(ONLY)));
        assert_eq!((done(&after), p.phase()), (vec![(2, Ok(()))], Phase::Closed));
        say(&mut p, 7, ProxyInput::Reset(Ticket(3)));
        say(&mut p, 7, ProxyInput::Open(Ticket(4)));
        say(&mut p, 6_000_000, ProxyInput::Wake); // the time to close is long over
        let wire = Wire::Opened(ChannelId(2), SessionId(8));
        assert_eq!(done(&say(&mut p, 6_000_001, ProxyInput::Wire(wire))), [(4, Ok(()))]);
    }
}

fn failing(options: ProxyOptions, op: &str, id: Option<u64>) -> Proxy {
    let mut p = proxy(options);
    let actions = say(&mut p, 2, callback(op, id));
    let (dispatch, _) = invoke(&mut p, 2, actions);
    let failure = Failure::Unhandled("boom".into());
    say(&mut p, 3, ProxyInput::Answer(dispatch, Answer::Returned(Err(failure))));
    p
}

dual_test! {
    /// FLT-6, PROXY-2, PROXY-16, CO-7: the session channel of a proxy was aborted because a one-way callback failed.
    fn failed_one_way_callback() {
        for (options, after) in
            [(ProxyOptions::default(), Phase::Faulted), (ProxyOptions::wcf(), Phase::Closed)]
        {
            let p = failing(options, "tell", None);
            assert_eq!(p.channel(), None);
            assert_eq!(p.phase(), after);
        }
    }
}

dual_test! {
    /// FLT-5, CO-6, CO-9: a two-way callback failed: the session is closed; no call can be sent after its end.
    fn failed_two_way_callback() {
        for options in [ProxyOptions::default(), ProxyOptions::wcf()] {
            let mut p = failing(options, "ask", Some(77));
            let actions = say(&mut p, 4, call(1, 0, None));
            let sent = actions.iter().any(|a| matches!(a, Action::Send { .. }));
            assert!(!sent, "sent after EndOutput: {actions:?}");
            say(&mut p, 5, ProxyInput::Wire(Wire::Ended(ONLY)));
            assert_ne!(p.phase(), Phase::Opened);
        }
    }
}

dual_test! {
    /// CONC-5: whoever has stepped out hears of the end of its call only inside of the gate, abort or not.
    fn abort_respects_the_gate() {
        let callback_behavior = Behavior {
            concurrency: ConcurrencyMode::Reentrant,
            throttles: Throttles::UNLIMITED,
            ..Behavior::default()
        };
        let options = ProxyOptions { callback: callback_behavior, ..ProxyOptions::default() };
        let mut p = proxy(options);
        let actions = say(&mut p, 2, callback("ask", Some(71)));
        let (first, _) = invoke(&mut p, 2, actions);
        say(&mut p, 3, call(1, 0, Some(first)));
        let actions = say(&mut p, 4, callback("ask", Some(72)));
        let (second, _) = invoke(&mut p, 4, actions);
        assert_ne!(first, second);
        let after = say(&mut p, 5, ProxyInput::Abort(Ticket(9)));
        assert_eq!(settled(&after), [], "the second runs inside of the gate");
        let back = Answer::Returned(Ok(Reply::default()));
        let after = say(&mut p, 6, ProxyInput::Answer(second, back));
        assert_eq!(settled(&after), [(1, Some(ProxyError::Aborted))]);
    }
}

dual_test! {
    /// CALL-5, CALL-12: a call that nobody waits for is held until its answer comes, no longer.
    fn a_callback_returns_without_its_call() {
        let callback_behavior = Behavior {
            concurrency: ConcurrencyMode::Multiple,
            throttles: Throttles::UNLIMITED,
            ..Behavior::default()
        };
        let options = ProxyOptions { callback: callback_behavior, ..ProxyOptions::default() };
        let mut p = proxy(options);
        let actions = say(&mut p, 2, callback("ask", Some(71)));
        let (first, _) = invoke(&mut p, 2, actions);
        say(&mut p, 3, call(1, 0, Some(first)));
        let back = Answer::Returned(Ok(Reply::default()));
        say(&mut p, 4, ProxyInput::Answer(first, back));
        let mut after = say(&mut p, 5, reply_to(1, "op"));
        assert_eq!(p.pending_calls(), 0, "the answer has come {after:?}");
        after.extend(say(&mut p, 6, ProxyInput::Close(Ticket(3))));
        assert!(after.contains(&Action::EndOutput(ONLY)));
    }
}

dual_test! {
    /// PROXY-2, PROXY-3: what an aborted opening brought late does not open the proxy anew.
    fn a_late_connection() {
        let mut p =
            Proxy::new(duplex().into(), Binding::websocket(), ProxyOptions::default()).expect("fit");
        say(&mut p, 1, ProxyInput::Open(Ticket(1)));
        say(&mut p, 2, ProxyInput::Abort(Ticket(2)));
        say(&mut p, 3, ProxyInput::Open(Ticket(3)));
        let after = say(&mut p, 4, ProxyInput::Wire(Wire::Opened(ONLY, SessionId(7))));
        assert_eq!((p.phase(), done(&after)), (Phase::Opening, vec![]));
    }
}

fn host(behavior: Behavior, options: HostOptions) -> Host {
    let endpoint =
        Endpoint { address: "/a".into(), contract: duplex().into(), binding: Binding::websocket() };
    let mut host = Host::new(vec![endpoint], behavior, options);
    for action in tell(&mut host, 0, HostInput::Construct) {
        if let Action::MakeSingleton(id) = action {
            tell(&mut host, 0, HostInput::SingletonMade(id, true));
        }
    }
    tell(&mut host, 1, HostInput::Open(Ticket(1)));
    tell(&mut host, 1, HostInput::Listening(EndpointId(0), Ok(())));
    assert_eq!(host.phase(), Phase::Opened);
    host
}

fn request(channel: u32, op: &str, id: u64) -> HostInput {
    let message =
        Message { action: format!("Svc/{op}").into(), id: Some(id.into()), ..Message::default() };
    HostInput::Wire(Wire::Arrived(ChannelId(channel), message.into()))
}

fn asked(actions: &[Action]) -> Option<(DispatchId, Question)> {
    actions.iter().find_map(|action| match action {
        Action::Ask(id, question) => Some((*id, question.clone())),
        _ => None,
    })
}

dual_test! {
    /// THR-5: a singleton takes one slot at most, whoever comes first.
    fn two_first_messages_of_a_singleton() {
        let throttles = Throttles { instances: Limit::slots(1), ..Throttles::UNLIMITED };
        let behavior = Behavior {
            instancing: InstanceMode::Single,
            concurrency: ConcurrencyMode::Multiple,
            authorizes: true,
            throttles,
            ..Behavior::default()
        };
        let mut h = host(behavior, HostOptions::default());
        for id in [11, 12] {
            tell(
                &mut h,
                2,
                HostInput::Connected(EndpointId(0), ChannelId(id), SessionId(u128::from(id))),
            );
        }
        let (first, question) = asked(&tell(&mut h, 3, request(11, "op", 1))).expect("asked");
        assert_eq!(question, Question::Authorize);
        let two = tell(&mut h, 3, request(12, "op", 1));
        let second = asked(&two);
        let after = tell(&mut h, 4, HostInput::Answer(first, Answer::Authorized(true)));
        let (_, question) = asked(&after).expect("asked");
        assert!(matches!(question, Question::Invoke { .. }));
        let back = Answer::Returned(Ok(Reply::default()));
        let last = tell(&mut h, 5, HostInput::Answer(first, back));
        let all: Vec<Action> = two.into_iter().chain(after).chain(last).collect();
        let begun = |a: &Action| matches!(a, Action::Ask(id, Question::Authorize) if *id != first);
        assert!(second.is_some() || all.iter().any(begun), "the second waits for ever {all:?}");
    }
}

dual_test! {
    /// CO-15, CONC-13: running operations are awaited, the answers to their callbacks heard.
    fn a_request_before_the_callback_reply_while_closing() {
        let behavior = Behavior {
            concurrency: ConcurrencyMode::Reentrant,
            throttles: Throttles::UNLIMITED,
            ..Behavior::default()
        };
        let mut h = host(behavior, HostOptions::default());
        tell(&mut h, 2, HostInput::Connected(EndpointId(0), ChannelId(11), SessionId(3)));
        let (d, q) = asked(&tell(&mut h, 3, request(11, "op", 1))).expect("asked");
        assert!(matches!(q, Question::Construct(..)));
        tell(&mut h, 3, HostInput::Answer(d, Answer::Constructed(Ok(true))));
        tell(
            &mut h,
            4,
            HostInput::Call {
                call: CallId(5),
                channel: ChannelId(11),
                operation: OperationId(0),
                message: Box::default(),
                within: Some(d),
                timeout: None,
            },
        );
        tell(&mut h, 5, HostInput::Close(Ticket(2)));
        tell(&mut h, 6, request(11, "other", 2));
        let message = Message {
            action: "Callback/askResponse".into(),
            relates_to: Some(5.into()),
            ..Message::default()
        };
        let after = tell(&mut h, 7, HostInput::Wire(Wire::Arrived(ChannelId(11), message.into())));
        assert_eq!(settled(&after), [(5, None)], "{after:?}");
    }
}

dual_test! {
    /// HOST-3, THR-4: a closing host accepts nobody.
    fn a_waiting_session_while_closing() {
        let throttles = Throttles { sessions: Limit::slots(1), ..Throttles::UNLIMITED };
        let behavior =
            Behavior { concurrency: ConcurrencyMode::Multiple, throttles, ..Behavior::default() };
        let mut h = host(behavior, HostOptions::default());
        for id in [11, 12] {
            tell(
                &mut h,
                2,
                HostInput::Connected(EndpointId(0), ChannelId(id), SessionId(u128::from(id))),
            );
        }
        let (d, _) = asked(&tell(&mut h, 3, request(11, "op", 1))).expect("asked");
        tell(&mut h, 3, HostInput::Answer(d, Answer::Constructed(Ok(true))));
        tell(&mut h, 4, HostInput::Close(Ticket(2)));
        tell(&mut h, 5, HostInput::AbortSession(ChannelId(11)));
        assert_eq!(h.session_count(), 0, "accepted while closing");
    }
}

dual_test! {
    /// HOST-4, CO-16: calls see aborted channels.
    fn an_aborted_host_cuts_its_exchanges() {
        let contract = Contract::new("Svc").operation(Operation::new("op")).build().expect("good");
        for rules in [Rules::Wcf, Rules::Wws] {
            let endpoint = Endpoint {
                address: "/a".into(),
                contract: contract.clone().into(),
                binding: Binding::fetch(),
            };
            let options = HostOptions { rules, ..HostOptions::default() };
            let mut h = Host::new(vec![endpoint], Behavior::default(), options);
            tell(&mut h, 1, HostInput::Open(Ticket(1)));
            tell(&mut h, 1, HostInput::Listening(EndpointId(0), Ok(())));
            let message = Message { action: "Svc/op".into(), id: Some(1.into()), ..Message::default() };
            let exchange = sessionful::ids::ExchangeId(4);
            let a = tell(&mut h, 2, HostInput::Request(EndpointId(0), exchange, message.into()));
            let (d, _) = asked(&a).expect("asked");
            tell(&mut h, 3, HostInput::Answer(d, Answer::Constructed(Ok(true))));
            let abort = tell(&mut h, 4, HostInput::Abort(Ticket(3)));
            let late = tell(&mut h, 5, HostInput::Answer(d, Answer::Returned(Ok(Reply::default()))));
            let replied = late.iter().any(
                |a| matches!(a, Action::Respond(_, Some(m)) if matches!(m.content, Content::Body(_))),
            );
            assert!(
                !replied,
                "{rules:?}: an aborted host answers as if nothing had happened {abort:?} {late:?}"
            );
        }
    }
}

dual_test! {
    /// HOST-1, PROXY-2, GOT-34, INST-21: aborting in CREATED changes nothing under WWSAPI's rules; a hidden singleton
    /// lives as long as its host.
    fn abort_before_open_keeps_the_singleton() {
        let endpoint =
            Endpoint { address: "/a".into(), contract: duplex().into(), binding: Binding::websocket() };
        let behavior = Behavior { instancing: InstanceMode::Single, ..Behavior::default() };
        let options = HostOptions { rules: Rules::Wws, ..HostOptions::default() };
        let mut h = Host::new(vec![endpoint], behavior, options);
        let made = tell(&mut h, 0, HostInput::Construct);
        let Some(Action::MakeSingleton(id)) = made.first().cloned() else { panic!("{made:?}") };
        tell(&mut h, 0, HostInput::SingletonMade(id, true));
        let aborted = tell(&mut h, 1, HostInput::Abort(Ticket(1)));
        assert_eq!(h.phase(), Phase::Created);
        assert_eq!(aborted, [Action::HostDone(Ticket(1), Ok(()))]);
    }
}

dual_test! {
    /// CO-4, CO-5, CO-8: whoever opens by a call gets the exception of an opener; close was called.
    fn closing_while_a_call_opens() {
        let mut p =
            Proxy::new(duplex().into(), Binding::websocket(), ProxyOptions::wcf()).expect("fit");
        say(&mut p, 1, call(1, 0, None));
        assert_eq!(p.phase(), Phase::Opening);
        let after = say(&mut p, 2, ProxyInput::Close(Ticket(2)));
        assert_eq!(settled(&after), [(1, Some(ProxyError::Disposed))]);
    }
}

dual_test! {
    /// FLT-6, CALL-13: a close that is under way when a callback fails is not called a timeout.
    fn a_callback_fails_while_closing() {
        let mut p = proxy(ProxyOptions::default());
        say(&mut p, 2, call(1, 0, None));
        let actions = say(&mut p, 2, callback("tell", None));
        let (dispatch, _) = invoke(&mut p, 2, actions);
        say(&mut p, 3, ProxyInput::Close(Ticket(2)));
        let failure = Failure::Unhandled("boom".into());
        let after = say(&mut p, 4, ProxyInput::Answer(dispatch, Answer::Returned(Err(failure))));
        assert_eq!(done(&after), [(2, Err(ProxyError::Aborted))], "{after:?}");
    }
}
