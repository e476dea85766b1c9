//! Lives: every cell of every table of states, and the numbers and names that go with them.

use sessionful::action::{Action, Ticket, Wire};
use sessionful::event::Event;
use sessionful::ids::{CallId, ChannelId, OperationId, SessionId};
use sessionful::proxy::{NewCall, Proxy, ProxyInput, ProxyOptions};
use sessionful::sim::Scenario;
use sessionful::{
    Binding, Contract, Fault, FaultCode, HResult, Machine, Operation, Phase, ProxyError, Rules,
    Timestamp, Verb,
};
use sessionful_tests::{corpus, dual_test};
use std::collections::BTreeMap;

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

/// The cells of a table that its law draws: `-` is illegal, `?` is not spoken of.
fn wrong_cells(rules: Rules, table: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut rows = table.lines().map(str::trim).filter(|line| !line.is_empty());
    for phase in Phase::ALL {
        let row: Vec<&str> =
            rows.next().expect("a row for each phase").split_whitespace().collect();
        assert_eq!(row[0], phase.to_string());
        for (verb, wanted) in Verb::ALL.into_iter().zip(&row[1..]) {
            let found = phase.after(verb, rules).map_or("-".to_owned(), |next| next.to_string());
            if *wanted != "?" && *wanted != found {
                wrong.push(format!("{phase} {verb}: {found}, not {wanted}"));
            }
        }
    }
    wrong
}

dual_test! {
    /// PROXY-1, CHAN-1, GOT-33, CO-1: the numbers of the states, as proxy or host and as channel.
    fn states_have_their_native_numbers() {
        let all = [
            Phase::Created,
            Phase::Opening,
            Phase::Opened,
            Phase::Closing,
            Phase::Closed,
            Phase::Faulted,
        ];
        assert_eq!(all.map(Phase::as_proxy_state), [0, 1, 2, 3, 4, 5].map(Some));
        assert_eq!(Phase::Accepting.as_proxy_state(), None);
        let all = [
            Phase::Created,
            Phase::Opening,
            Phase::Accepting,
            Phase::Opened,
            Phase::Faulted,
            Phase::Closing,
            Phase::Closed,
        ];
        assert_eq!(all.map(Phase::as_channel_state), [0, 1, 2, 3, 4, 5, 6]);
    }
}

dual_test! {
    /// PROXY-2, CHAN-1, HOST-1, GOT-34, MOD-1: WWSAPI's diagram, cell by cell.
    fn wwsapi_lives() {
        let wrong = wrong_cells(
            Rules::Wws,
            "
            created    opening accepting ?       closed  created  ?        created
            opening    -       -         opened  -       created  created  -
            accepting  -       -         opened  -       created  created  -
            opened     -       -         -       closing faulted  faulted  -
            closing    -       -         closed  -       closed   closed   -
            closed     -       -         -       closed  closed   ?        created
            faulted    -       -         -       closing faulted  ?        -
        ",
        );
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}

dual_test! {
    /// CO-1, CO-2, CO-3, CO-5, CO-6, CO-7, CO-10, MOD-1: the WCF communication object, cell by cell.
    fn wcf_lives() {
        let wrong = wrong_cells(
            Rules::Wcf,
            "
            created    opening ?         -       closed  closed   faulted  -
            opening    -       -         opened  closed  closed   faulted  -
            accepting  -       -         opened  closed  closed   faulted  -
            opened     -       -         -       closing closed   faulted  -
            closing    -       -         closed  closing closed   closing  -
            closed     -       -         -       closed  closed   closed   -
            faulted    -       -         -       closed  closed   faulted  -
        ",
        );
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}

const NOW: Timestamp = Timestamp(1);
const ONLY: ChannelId = ChannelId(1);

fn tell(proxy: &mut Proxy, input: ProxyInput) -> Vec<Action> {
    let mut actions = Vec::new();
    proxy.handle(NOW, input, &mut actions);
    actions
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

/// A proxy over a binding with sessions, brought into a state.
fn proxy_in(state: &str, rules: Rules) -> Proxy {
    let contract = Contract::new("Svc").operation(Operation::new("op")).build();
    let options = ProxyOptions { rules, auto_open: Some(false), ..ProxyOptions::default() };
    let contract = contract.expect("a good contract").into();
    let mut proxy = Proxy::new(contract, Binding::websocket(), options).expect("they fit");
    let opened = Wire::Opened(ONLY, SessionId(7));
    let inputs = match state {
        "created" => vec![],
        "opening" => vec![ProxyInput::Open(Ticket(1))],
        "opened" => vec![ProxyInput::Open(Ticket(1)), ProxyInput::Wire(opened)],
        "closing" => vec![
            ProxyInput::Open(Ticket(1)),
            ProxyInput::Wire(opened),
            call(1),
            ProxyInput::Close(Ticket(2)),
        ],
        "closed" => vec![
            ProxyInput::Open(Ticket(1)),
            ProxyInput::Wire(opened),
            ProxyInput::Close(Ticket(2)),
            ProxyInput::Wire(Wire::Ended(ONLY)),
        ],
        "faulted" => vec![
            ProxyInput::Open(Ticket(1)),
            ProxyInput::Wire(opened),
            ProxyInput::Wire(Wire::Lost(ONLY, sessionful::action::Loss::Broken("cut".into()))),
        ],
        "aborted" => vec![ProxyInput::Abort(Ticket(1))],
        _ => unreachable!("no such state: {state}"),
    };
    for input in inputs {
        tell(&mut proxy, input);
    }
    let expected = if state == "aborted" { "closed" } else { state };
    assert_eq!(proxy.phase().to_string(), expected, "brought into {state}");
    proxy
}

/// What a verb answers at once, and the state after it.
fn outcome(proxy: &mut Proxy, verb: &str, rules: Rules) -> String {
    let ticket = Ticket(9);
    let input = match verb {
        "open" => ProxyInput::Open(ticket),
        "call" => call(9),
        "abandon" => ProxyInput::Abandon(ticket, 0),
        "close" => ProxyInput::Close(ticket),
        "abort" => ProxyInput::Abort(ticket),
        "reset" => ProxyInput::Reset(ticket),
        _ => return proxy.may_be_freed().to_string(),
    };
    let actions = tell(proxy, input);
    let answer = actions.into_iter().find_map(|action| match action {
        Action::ProxyDone(done, result) if done == ticket => Some(result),
        Action::Settle(CallId(9), result) => Some(result.map(drop)),
        _ => None,
    });
    let answer = match (answer, rules) {
        (None, _) => "pending",
        (Some(Ok(())), _) => "ok",
        (Some(Err(error)), Rules::Wws) => error.hresult().name().unwrap_or("?"),
        (Some(Err(error)), Rules::Wcf) => error.exception(),
    };
    format!("{answer}/{}", proxy.phase())
}

fn check_verbs(rules: Rules, table: &str) {
    let mut rows = table.lines().map(str::trim).filter(|line| !line.is_empty());
    let verbs: Vec<&str> = rows.next().expect("the verbs").split_whitespace().collect();
    let mut wrong = Vec::new();
    for row in rows {
        let cells: Vec<&str> = row.split_whitespace().collect();
        for (verb, wanted) in verbs.iter().zip(&cells[1..]) {
            let found = outcome(&mut proxy_in(cells[0], rules), verb, rules);
            if found != *wanted {
                wrong.push(format!("{verb} in {}: {found}, not {wanted}", cells[0]));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

dual_test! {
    /// PROXY-2, PROXY-3, PROXY-5, PROXY-8, PROXY-9, CALL-7, CALL-11, GOT-34, ERR-2: every call in
    /// every state of a WWSAPI proxy, with its code and the state after it.
    fn every_call_in_every_state_of_a_wwsapi_proxy() {
        check_verbs(Rules::Wws, "
            open    call    abandon close   abort   reset   free
            created pending/opening INVALID_OPERATION/created INVALID_OPERATION/created ok/closed ok/created ok/created true
            opening INVALID_OPERATION/opening INVALID_OPERATION/opening INVALID_OPERATION/opening INVALID_OPERATION/opening ok/created INVALID_OPERATION/opening false
            opened  INVALID_OPERATION/opened pending/opened ok/opened pending/closing ok/faulted INVALID_OPERATION/opened false
            closing INVALID_OPERATION/closing INVALID_OPERATION/closing INVALID_OPERATION/closing INVALID_OPERATION/closing ok/closed INVALID_OPERATION/closing false
            closed  INVALID_OPERATION/closed INVALID_OPERATION/closed INVALID_OPERATION/closed ok/closed ok/closed ok/created true
            faulted INVALID_OPERATION/faulted OBJECT_FAULTED/faulted INVALID_OPERATION/faulted ok/closed ok/faulted INVALID_OPERATION/faulted false
        ");
    }
}

dual_test! {
    /// CO-1, CO-2, CO-5, CO-7, CO-8, CO-9, GOT-39: every verb in every state of a WCF proxy, with
    /// its exception and the state after it.
    fn every_verb_in_every_state_of_a_wcf_proxy() {
        check_verbs(Rules::Wcf, "
            open    call    close   abort   reset
            created pending/opening InvalidOperationException/created ok/closed ok/closed InvalidOperationException/created
            opening InvalidOperationException/opening InvalidOperationException/opening ok/closed ok/closed InvalidOperationException/opening
            opened  InvalidOperationException/opened pending/opened pending/closing ok/closed InvalidOperationException/opened
            closing ObjectDisposedException/closing ObjectDisposedException/closing ok/closing ok/closed ObjectDisposedException/closing
            closed  ObjectDisposedException/closed ObjectDisposedException/closed ok/closed ok/closed ObjectDisposedException/closed
            aborted CommunicationObjectAbortedException/closed CommunicationObjectAbortedException/closed ok/closed ok/closed CommunicationObjectAbortedException/closed
            faulted CommunicationObjectFaultedException/faulted CommunicationObjectFaultedException/faulted CommunicationObjectFaultedException/closed ok/closed CommunicationObjectFaultedException/faulted
        ");
    }
}

dual_test! {
    /// CO-4, CO-8, PROXY-3: who waits for an opening that is ended learns how.
    fn an_opener_learns_that_its_opening_was_ended() {
        let cases = [
            (Rules::Wws, ProxyInput::Abort(Ticket(2)), ProxyError::Aborted),
            (Rules::Wcf, ProxyInput::Abort(Ticket(2)), ProxyError::Aborted),
            (Rules::Wcf, ProxyInput::Close(Ticket(2)), ProxyError::Disposed),
        ];
        for (rules, input, error) in cases {
            let actions = tell(&mut proxy_in("opening", rules), input);
            let ended = Action::ProxyDone(Ticket(1), Err(error));
            assert!(actions.contains(&ended), "{rules:?}: {actions:?}");
            let release = Action::Release { channel: ONLY, abort: true };
            assert!(actions.contains(&release), "PROXY-3: the I/O is cancelled");
        }
    }
}

dual_test! {
    /// ERR-1: every native code has its number and its name.
    fn native_codes_have_their_numbers() {
        let catalogue = "
            0x003D0000 S_ASYNC                  0x003D0001 S_END
            0x803D0000 INVALID_FORMAT           0x803D0001 OBJECT_FAULTED
            0x803D0002 NUMERIC_OVERFLOW         0x803D0003 INVALID_OPERATION
            0x803D0004 OPERATION_ABORTED        0x803D0005 ENDPOINT_ACCESS_DENIED
            0x803D0006 OPERATION_TIMED_OUT      0x803D0007 OPERATION_ABANDONED
            0x803D0008 QUOTA_EXCEEDED           0x803D0009 NO_TRANSLATION_AVAILABLE
            0x803D000A SECURITY_VERIFICATION_FAILURE 0x803D000B ADDRESS_IN_USE
            0x803D000C ADDRESS_NOT_AVAILABLE    0x803D000D ENDPOINT_NOT_FOUND
            0x803D000E ENDPOINT_NOT_AVAILABLE   0x803D000F ENDPOINT_FAILURE
            0x803D0010 ENDPOINT_UNREACHABLE     0x803D0011 ENDPOINT_ACTION_NOT_SUPPORTED
            0x803D0012 ENDPOINT_TOO_BUSY        0x803D0013 ENDPOINT_FAULT_RECEIVED
            0x803D0014 ENDPOINT_DISCONNECTED    0x803D0015 PROXY_FAILURE
            0x803D0017 NOT_SUPPORTED            0x803D0020 INVALID_ENDPOINT_URL
            0x803D0021 OTHER                    0x80070057 E_INVALIDARG
            0x803D0022 SECURITY_TOKEN_EXPIRED   0x803D0023 SECURITY_SYSTEM_FAILURE
        ";
        let words: Vec<&str> = catalogue.split_whitespace().collect();
        let mut wanted: Vec<(u32, &str)> = words
            .chunks(2)
            .map(|pair| (u32::from_str_radix(&pair[0][2..], 16).expect("a number"), pair[1]))
            .collect();
        let mut found: Vec<(u32, &str)> =
            HResult::ALL.iter().map(|(code, name)| (code.0, *name)).collect();
        wanted.sort_unstable();
        found.sort_unstable();
        assert_eq!(found, wanted);
    }
}

dual_test! {
    /// ERR-2: two codes tell of a mistake in the program, no others do.
    fn misuse_is_told_apart() {
        let misuse: Vec<&str> =
            HResult::ALL.iter().filter(|(code, _)| code.is_misuse()).map(|(_, n)| *n).collect();
        assert_eq!(misuse, ["INVALID_OPERATION", "E_INVALIDARG"]);
    }
}

dual_test! {
    /// CALL-2, PROXY-5, CO-8, CO-9, CO-19, SESS-11, SESS-12, SESS-20, CONC-12, FLT-13: what each
    /// error is called by the two runtimes.
    fn errors_have_their_native_names() {
        let text = || "x".into();
        let table = [
            (
                ProxyError::InvalidState { phase: Phase::Closed },
                "INVALID_OPERATION",
                "InvalidOperationException",
            ),
            (ProxyError::Faulted, "OBJECT_FAULTED", "CommunicationObjectFaultedException"),
            (ProxyError::Disposed, "INVALID_OPERATION", "ObjectDisposedException"),
            (ProxyError::Aborted, "OPERATION_ABORTED", "CommunicationObjectAbortedException"),
            (ProxyError::Abandoned, "OPERATION_ABANDONED", "OperationCanceledException"),
            (ProxyError::TimedOut, "OPERATION_TIMED_OUT", "TimeoutException"),
            (ProxyError::QuotaExceeded { limit: 1 }, "QUOTA_EXCEEDED", "QuotaExceededException"),
            (
                ProxyError::SessionTerminated,
                "ENDPOINT_FAULT_RECEIVED",
                "ChannelTerminatedException",
            ),
            (
                ProxyError::ActionNotSupported,
                "ENDPOINT_ACTION_NOT_SUPPORTED",
                "ActionNotSupportedException",
            ),
            (
                ProxyError::DeserializationFailed { reason: String::new() },
                "ENDPOINT_FAULT_RECEIVED",
                "ProtocolException",
            ),
            (ProxyError::NotFound, "ENDPOINT_NOT_FOUND", "EndpointNotFoundException"),
            (ProxyError::AccessDenied, "ENDPOINT_ACCESS_DENIED", "SecurityAccessDeniedException"),
            (ProxyError::TooBusy, "ENDPOINT_TOO_BUSY", "ServerTooBusyException"),
            (
                ProxyError::Disconnected { reason: text() },
                "ENDPOINT_DISCONNECTED",
                "CommunicationException",
            ),
            (ProxyError::Protocol { reason: text() }, "INVALID_FORMAT", "ProtocolException"),
            (
                ProxyError::NonInitiating { operation: text() },
                "INVALID_OPERATION",
                "InvalidOperationException",
            ),
            (ProxyError::AlreadyTerminated, "INVALID_OPERATION", "InvalidOperationException"),
            (ProxyError::AutoClosed, "INVALID_OPERATION", "ProtocolException"),
            (ProxyError::WouldDeadlock, "INVALID_OPERATION", "InvalidOperationException"),
            (ProxyError::OpenInProgress, "INVALID_OPERATION", "InvalidOperationException"),
            (
                ProxyError::UnknownOperation { operation: text() },
                "E_INVALIDARG",
                "InvalidOperationException",
            ),
            (
                ProxyError::Fault(Box::new(Fault::new("X", ""))),
                "ENDPOINT_FAULT_RECEIVED",
                "FaultException",
            ),
        ];
        for (error, code, exception) in table {
            assert_eq!(error.hresult().name(), Some(code), "{error:?}");
            assert_eq!(error.exception(), exception, "{error:?}");
        }
        let outside = [ProxyError::Disposed, ProxyError::TimedOut, ProxyError::WouldDeadlock];
        assert!(outside.iter().all(|error| !error.is_communication_exception()));
        let inside = [ProxyError::Aborted, ProxyError::Faulted, ProxyError::AutoClosed];
        assert!(inside.iter().all(ProxyError::is_communication_exception), "CO-8");
    }
}

dual_test! {
    /// FLT-9, SESS-14, SESS-13: what a client makes of the runtime's own faults.
    fn runtime_faults_become_errors() {
        let table = [
            (FaultCode::SessionTerminated, "ChannelTerminatedException"),
            (FaultCode::DeserializationFailed, "ProtocolException"),
            (FaultCode::AccessDenied, "SecurityAccessDeniedException"),
            (FaultCode::ActionNotSupported, "ActionNotSupportedException"),
            (FaultCode::DestinationUnreachable, "EndpointNotFoundException"),
            (FaultCode::TooBusy, "ServerTooBusyException"),
            (FaultCode::InternalService, "FaultException"),
            (FaultCode::Application("Mine".into()), "FaultException"),
        ];
        for (code, exception) in table {
            let receiver = matches!(code, FaultCode::InternalService | FaultCode::TooBusy);
            assert_eq!(code.blames_sender(), !receiver, "FLT-4, SESS-13, SESS-14: {code}");
            let error = ProxyError::from_fault(Fault::runtime(code, "why"));
            assert_eq!(error.exception(), exception);
        }
    }
}

dual_test! {
    /// CO-11, CO-6, CO-7, INST-7, HOST-9, SESS-19: in the whole corpus, every life goes forward, each
    /// phase once, and a session begins and ends once and in that order.
    fn every_life_in_the_corpus_goes_forward() {
        for (name, scenario, _) in corpus::ALL {
            let scenario: Scenario = toml::from_str(scenario).expect("conformance tests it");
            let run = scenario.run().expect("conformance tests it");
            let mut lives: BTreeMap<String, Vec<Phase>> = BTreeMap::new();
            let mut sessions: BTreeMap<String, u32> = BTreeMap::new();
            for record in run.world.journal().records() {
                let (id, to) = match &record.event {
                    Event::ChannelPhase { channel, to, .. } => (channel.to_string(), *to),
                    Event::ContextPhase { context, to, .. } => (context.to_string(), *to),
                    Event::SessionOpened { channel, .. } => {
                        let opened = sessions.insert(format!("{} {channel}", record.node), 1);
                        assert_eq!(opened, None, "{name}: opened once");
                        continue;
                    }
                    Event::SessionEnded { channel, .. } => {
                        let opened = sessions.insert(format!("{} {channel}", record.node), 2);
                        assert_eq!(opened, Some(1), "{name}: ended once, after it was opened");
                        continue;
                    }
                    _ => continue,
                };
                lives.entry(format!("{} {id}", record.node)).or_default().push(to);
            }
            for (id, life) in lives {
                let retried = life.windows(2).any(|pair| pair == [Phase::Opening, Phase::Created]);
                let rank = |phase: &Phase| match phase {
                    Phase::Created => 0,
                    Phase::Opening | Phase::Accepting => 1,
                    Phase::Opened => 2,
                    Phase::Faulted => 3,
                    Phase::Closing => 4,
                    Phase::Closed => 5,
                };
                let forward = life.windows(2).all(|pair| rank(&pair[0]) < rank(&pair[1]));
                assert!(forward || retried, "{name}: {id} lived {life:?}");
            }
        }
    }
}
