//! The proxy machine where a script is too coarse: what it says, to the action.

use sessionful::action::{Action, Loss, Ticket, Wire};
use sessionful::event::Event;
use sessionful::ids::{CallId, ChannelId, MessageId, OperationId, SessionId};
use sessionful::proxy::{NewCall, Proxy, ProxyInput, ProxyOptions};
use sessionful::sim::Scenario;
use sessionful::{
    Binding, Contract, Header, Machine, Message, Operation, Phase, ProxyError, Rules, SessionMode,
    Timestamp,
};
use sessionful_tests::{corpus, dual_test};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

const NOW: Timestamp = Timestamp(1);
const ONLY: ChannelId = ChannelId(1);

fn tell(proxy: &mut Proxy, input: ProxyInput) -> Vec<Action> {
    let mut actions = Vec::new();
    proxy.handle(NOW, input, &mut actions);
    actions
}

fn proxy(binding: Binding, options: ProxyOptions) -> Proxy {
    let contract = Contract::new("Svc").operation(Operation::new("op")).build();
    let contract = contract.expect("a good contract").into();
    let mut proxy = Proxy::new(contract, binding, options).expect("they fit");
    tell(&mut proxy, ProxyInput::Open(Ticket(1)));
    tell(&mut proxy, ProxyInput::Wire(Wire::Opened(ONLY, SessionId(7))));
    assert_eq!(proxy.phase(), Phase::Opened);
    proxy
}

fn call(number: u64) -> ProxyInput {
    ProxyInput::Call(NewCall {
        call: CallId(number),
        operation: OperationId(0),
        message: Box::default(),
        group: 0,
        timeout: None,
        within: None,
    })
}

fn reply(to: impl Into<MessageId>) -> Message {
    Message { action: "Svc/opResponse".into(), relates_to: Some(to.into()), ..Message::default() }
}

fn settled(actions: &[Action]) -> Vec<(u64, Option<&ProxyError>)> {
    let mut found = Vec::new();
    for action in actions {
        if let Action::Settle(call, result) = action {
            found.push((call.0, result.as_ref().err()));
        }
    }
    found
}

dual_test! {
    /// PROXY-23, CALL-1, CALL-2, GOT-36: the 101st call is refused at once; WCF knows no such limit.
    fn the_hundred_and_first_call_is_refused() {
        let mut wws = proxy(Binding::websocket(), ProxyOptions::default());
        for number in 1..=100 {
            assert_eq!(settled(&tell(&mut wws, call(number))), [], "call {number} is pending");
        }
        let refused = ProxyError::QuotaExceeded { limit: 100 };
        assert_eq!(settled(&tell(&mut wws, call(101))), [(101, Some(&refused))]);
        tell(&mut wws, ProxyInput::Wire(Wire::Arrived(ONLY, reply(40).into())));
        assert_eq!(settled(&tell(&mut wws, call(102))), [], "there is room again");
        let mut wcf = proxy(Binding::websocket(), ProxyOptions::wcf());
        assert!((1..=150).all(|number| settled(&tell(&mut wcf, call(number))).is_empty()));
        let none = ProxyOptions { max_pending_calls: Some(0), ..ProxyOptions::default() };
        let refused = tell(&mut proxy(Binding::fetch(), none), call(1));
        assert_eq!(settled(&refused), [(1, Some(&ProxyError::QuotaExceeded { limit: 0 }))]);
    }
}

dual_test! {
    /// PROXY-19, PROXY-20, CONC-16, CALL-4: replies find their calls by id, in any order; what
    /// relates to nothing is dropped; a call ends once.
    fn replies_find_their_calls() {
        let mut proxy = proxy(Binding::websocket(), ProxyOptions::default());
        for number in [1, 2, 3] {
            let actions = tell(&mut proxy, call(number));
            let id = actions.iter().find_map(|action| match action {
                Action::Send { channel: ONLY, message, .. } => message.id.clone(),
                _ => None,
            });
            assert_eq!(id, Some(MessageId::Number(number)));
        }
        let arrived = |proxy: &mut Proxy, id: MessageId| {
            let actions = tell(proxy, ProxyInput::Wire(Wire::Arrived(ONLY, reply(id).into())));
            settled(&actions).iter().map(|(call, _)| *call).collect::<Vec<_>>()
        };
        assert_eq!(arrived(&mut proxy, 3.into()), [3]);
        assert_eq!(arrived(&mut proxy, 9.into()), [0; 0]);
        assert_eq!(arrived(&mut proxy, MessageId::Text("urn:uuid:1".into())), [0; 0]);
        assert_eq!(arrived(&mut proxy, 1.into()), [1]);
        assert_eq!(arrived(&mut proxy, 1.into()), [0; 0], "once");
        let actions = tell(&mut proxy, ProxyInput::Forget(CallId(2)));
        assert_eq!(settled(&actions), [(2, Some(&ProxyError::Abandoned))]);
        assert_eq!(arrived(&mut proxy, 2.into()), [0; 0], "the late reply is dropped");
        assert_eq!(proxy.pending_calls(), 0);
    }
}

dual_test! {
    /// CALL-3, PROXY-23: a reply with a mandatory header that nobody knows fails its call; the
    /// proxy's own headers go with every request.
    fn headers_of_requests_and_replies() {
        let header = Header { name: "tenant".into(), value: "x".into(), must_understand: false };
        let options = ProxyOptions { headers: vec![header.clone()], ..ProxyOptions::default() };
        let mut proxy = proxy(Binding::websocket(), options);
        let actions = tell(&mut proxy, call(1));
        let sent = actions.iter().find_map(|action| match action {
            Action::Send { message, .. } => Some(message),
            _ => None,
        });
        assert_eq!(
            sent.map(|message| message.headers.as_slice()),
            Some([header.clone()].as_slice())
        );
        let mandatory = Header { must_understand: true, ..header.clone() };
        let message = Message { headers: vec![mandatory], ..reply(1) };
        let actions = tell(&mut proxy, ProxyInput::Wire(Wire::Arrived(ONLY, message.into())));
        let found = settled(&actions);
        assert!(matches!(found[..], [(1, Some(ProxyError::Protocol { .. }))]), "{found:?}");
        tell(&mut proxy, call(2));
        let message = Message { headers: vec![header], ..reply(2) };
        let actions = tell(&mut proxy, ProxyInput::Wire(Wire::Arrived(ONLY, message.into())));
        assert_eq!(settled(&actions), [(2, None)], "an optional one does not");
    }
}

dual_test! {
    /// FLT-9, FLT-2: a reply under an action that nobody expects breaks the protocol.
    fn a_reply_has_the_action_that_is_expected() {
        let mut proxy = proxy(Binding::websocket(), ProxyOptions::default());
        for (number, action, fine) in
            [(1, "Svc/opResponse", true), (2, "*", true), (3, "Svc/x", false)]
        {
            tell(&mut proxy, call(number));
            let message = Message { action: action.into(), ..reply(number) };
            let actions = tell(&mut proxy, ProxyInput::Wire(Wire::Arrived(ONLY, message.into())));
            assert_eq!(settled(&actions)[0].1.is_none(), fine, "{action}");
        }
    }
}

dual_test! {
    /// PROXY-6, PROXY-7, PROXY-11, PROXY-12, CALL-14: when what is connected, with a session and
    /// without.
    fn nothing_is_connected_before_its_time() {
        let contract = Contract::new("Svc").operation(Operation::new("op")).build();
        let contract = std::sync::Arc::new(contract.expect("a good contract"));
        let make = |binding| Proxy::new(contract.clone(), binding, ProxyOptions::default());
        let mut sessionful = make(Binding::websocket()).expect("they fit");
        assert_eq!(sessionful.channel(), None, "PROXY-6: creating is no I/O");
        assert_eq!(tell(&mut sessionful, ProxyInput::Open(Ticket(1))), [Action::Dial(ONLY)]);
        let mut pooled = make(Binding::fetch()).expect("they fit");
        let opened = Action::ProxyDone(Ticket(1), Ok(()));
        assert_eq!(tell(&mut pooled, ProxyInput::Open(Ticket(1))), [opened]);
        let requests = |actions: Vec<Action>| {
            let request = |action: &Action| match action {
                Action::Request { channel, .. } => Some(*channel),
                _ => None,
            };
            actions.iter().filter_map(request).collect::<Vec<_>>()
        };
        assert_eq!(requests(tell(&mut pooled, call(1))), [ChannelId(1)]);
        assert_eq!(requests(tell(&mut pooled, call(2))), [ChannelId(2)], "PROXY-15");
        let answer = Message { relates_to: None, ..reply(2) };
        tell(&mut pooled, ProxyInput::Wire(Wire::Response(ChannelId(2), Some(answer.into()))));
        assert_eq!(requests(tell(&mut pooled, call(3))), [ChannelId(2)], "PROXY-13");
    }
}

dual_test! {
    /// PROXY-22, PROXY-23, CO-12, CALL-12: how long the two rule sets wait, unless told otherwise.
    fn default_patience() {
        let seconds = |count: u64| Some(NOW + Duration::from_secs(count));
        let patience = |options: ProxyOptions, then: ProxyInput| {
            let mut proxy = proxy(Binding::websocket(), options);
            tell(&mut proxy, then);
            proxy.deadline()
        };
        assert_eq!(patience(ProxyOptions::default(), call(1)), seconds(30));
        assert_eq!(patience(ProxyOptions::wcf(), call(1)), seconds(60));
        let ever = ProxyOptions { call_timeout: Some(Duration::MAX), ..ProxyOptions::default() };
        assert_eq!(patience(ever, call(1)), None, "PROXY-23: infinite");
        assert_eq!(patience(ProxyOptions::default(), ProxyInput::Close(Ticket(2))), seconds(5));
        assert_eq!(patience(ProxyOptions::wcf(), ProxyInput::Close(Ticket(2))), seconds(60));
        let timeouts = sessionful::Timeouts::default();
        let minute = Duration::from_secs(60);
        assert_eq!((timeouts.open, timeouts.close, timeouts.send), (minute, minute, minute));
        assert_eq!(timeouts.receive, 10 * minute);
    }
}

dual_test! {
    /// SESS-7, SESS-9: contract and binding that do not fit are refused at the client too, without
    /// any traffic.
    fn a_proxy_that_could_not_work_cannot_be_made() {
        let contract = |mode, operation: Operation| {
            Contract::new("Svc").session(mode).operation(operation).build().expect("buildable")
        };
        let op = || Operation::new("op");
        let table = [
            (
                contract(SessionMode::Required, op()),
                Binding::fetch(),
                "BindingDoesnTSupportSessionButContractRequires1",
            ),
            (
                contract(SessionMode::NotAllowed, op()),
                Binding::websocket(),
                "BindingDoesntSupportDatagramButContractRequires",
            ),
            (
                contract(SessionMode::Allowed, op().terminating()),
                Binding::websocket(),
                "ContractIsNotSelfConsistentItHasOneOrMore2",
            ),
            (
                contract(SessionMode::Required, op().not_initiating()),
                Binding::websocket(),
                "SFxContractHasZeroInitiatingOperations",
            ),
        ];
        for (contract, binding, key) in table {
            let made = Proxy::new(contract.into(), binding, ProxyOptions::default());
            assert_eq!(made.expect_err("it must be refused").key(), Some(key));
        }
    }
}

dual_test! {
    /// INST-20: the objects of callbacks have no release mode.
    fn callbacks_release_nothing() {
        let contract = Contract::new("Svc").operation(Operation::new("op")).build();
        let mut options = ProxyOptions::default();
        options.callback.release.insert("tell".into(), sessionful::ReleaseMode::AfterCall);
        let made = Proxy::new(contract.expect("good").into(), Binding::websocket(), options);
        let refused = made.expect_err("it must be refused");
        assert_eq!(refused.exception(), "InvalidOperationException");
    }
}

dual_test! {
    /// CONC-14: whoever says how callbacks are run has a contract with callbacks. When the session
    /// ends by itself is not about callbacks.
    fn callback_settings_need_callbacks() {
        type Setting = fn(&mut sessionful::Behavior);
        let settings: [(Setting, bool); 4] = [
            (|callback| callback.concurrency = sessionful::ConcurrencyMode::Reentrant, false),
            (|callback| callback.include_exception_detail = true, false),
            (|callback| callback.automatic_session_shutdown = false, true),
            (|_| {}, true),
        ];
        for (set, plain) in settings {
            for duplex in [true, false] {
                let draft = Contract::new("Svc").operation(Operation::new("op"));
                let back = Contract::new("Back").operation(Operation::new("tell"));
                let contract = if duplex { draft.callback(back) } else { draft }.build();
                let mut options = ProxyOptions::default();
                set(&mut options.callback);
                let made = Proxy::new(contract.expect("good").into(), Binding::websocket(), options);
                let refused = ProxyError::Behavior(sessionful::BehaviorError::NoCallbacks);
                assert_eq!(made.err(), (!duplex && !plain).then_some(refused));
            }
        }
    }
}

dual_test! {
    /// PROXY-13, PROXY-16, CALL-10: a channel that breaks is out of the pool, an idle one as well.
    fn a_broken_channel_leaves_the_pool() {
        let mut proxy = proxy(Binding::fetch(), ProxyOptions::default());
        tell(&mut proxy, call(1));
        let answer = Message { relates_to: None, ..reply(1) };
        tell(&mut proxy, ProxyInput::Wire(Wire::Response(ONLY, Some(answer.into()))));
        assert_eq!(proxy.pool().map(|pool| pool.idle().to_vec()), Some(vec![ONLY]));
        let lost = Wire::Lost(ONLY, Loss::Broken("cut".into()));
        tell(&mut proxy, ProxyInput::Wire(lost));
        assert_eq!(proxy.pool().map(sessionful::proxy::pool::Pool::len), Some(0));
        assert_eq!(proxy.phase(), Phase::Opened);
    }
}

dual_test! {
    /// PROXY-21, PROXY-12, PROXY-14, CALL-4, CALL-6: in the whole corpus, a pooled channel carries one call
    /// at a time, and a call ends once for its caller.
    fn pooled_channels_alternate_and_calls_end_once() {
        for (name, scenario, _) in corpus::ALL {
            let scenario: Scenario = toml::from_str(scenario).expect("conformance tests it");
            let run = scenario.run().expect("conformance tests it");
            let mut leased = BTreeSet::new();
            let mut ends: BTreeMap<String, u32> = BTreeMap::new();
            for record in run.world.journal().records() {
                let node = record.node;
                match &record.event {
                    Event::ChannelLeased { channel, .. } => {
                        assert!(leased.insert((node, *channel)), "{name}: {channel} is in use");
                    }
                    Event::ChannelReturned { channel } | Event::ChannelGone { channel, .. } => {
                        leased.remove(&(node, *channel));
                    }
                    Event::CallAbandoned { call } | Event::CallEnded { call, .. } => {
                        *ends.entry(format!("{node} {call}")).or_default() += 1;
                    }
                    _ => {}
                }
            }
            let twice: Vec<&String> =
                ends.iter().filter(|(_, n)| **n > 1).map(|(c, _)| c).collect();
            assert!(twice.is_empty(), "{name}: {twice:?} ended more than once");
        }
    }
}

dual_test! {
    /// SESS-12, SESS-20: what was remembered of a session is gone with it.
    fn reset_forgets_the_session() {
        let contract = Contract::new("Svc")
            .session(SessionMode::Required)
            .operation(Operation::new("last").terminating())
            .build()
            .expect("a good contract");
        let mut proxy = Proxy::new(contract.into(), Binding::websocket(), ProxyOptions::default())
            .expect("they fit");
        for round in 1..=2 {
            let channel = ChannelId(round);
            tell(&mut proxy, ProxyInput::Open(Ticket(1)));
            tell(&mut proxy, ProxyInput::Wire(Wire::Opened(channel, SessionId(7))));
            tell(&mut proxy, call(u64::from(round)));
            let answer = Message { action: "Svc/lastResponse".into(), ..reply(u64::from(round)) };
            let actions = tell(&mut proxy, ProxyInput::Wire(Wire::Arrived(channel, answer.into())));
            assert_eq!(settled(&actions), [], "SESS-12: its caller learns when all is over");
            let actions = tell(&mut proxy, ProxyInput::Wire(Wire::Ended(channel)));
            assert_eq!(settled(&actions), [(u64::from(round), None)]);
            assert_eq!(proxy.phase(), Phase::Closed);
            let after = tell(&mut proxy, call(99));
            assert_eq!(settled(&after), [(99, Some(&ProxyError::AlreadyTerminated))]);
            tell(&mut proxy, ProxyInput::Reset(Ticket(2)));
        }
        assert_eq!(proxy.options().rules, Rules::Wws);
    }
}
