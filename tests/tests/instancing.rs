//! Contexts and objects: when they are made, what keeps them, and in which order they go.

use sessionful::action::{Action, Answer, Failure, Question, Ticket, Wire};
use sessionful::event::{Event, ThrottleKind};
use sessionful::host::{Endpoint, Host, HostInput, HostOptions};
use sessionful::ids::{
    ChannelId, ContextId, DispatchId, EndpointId, ExchangeId, InstanceId, MessageId, OperationId,
    SessionId,
};
use sessionful::{
    Behavior, Binding, ConcurrencyMode, Contract, InstanceMode, Machine, Message, Operation, Phase,
    Timestamp,
};
use sessionful_tests::{dual_test, play};

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

/// A word for every event that the order of steps is told by.
fn word(event: &Event) -> Option<String> {
    let slot = |throttle: &ThrottleKind| format!("{throttle:?}").to_lowercase();
    Some(match event {
        Event::MessageArrived { .. } => "arrived".into(),
        Event::MessageTaken { .. } => "taken".into(),
        Event::MessageSent { .. } => "sent".into(),
        Event::DispatchBegan { .. } => "began".into(),
        Event::DispatchStage { stage, parked: false, .. } => format!("{stage:?}"),
        Event::DispatchEnded { .. } => "ended".into(),
        Event::SlotTaken { throttle, .. } => format!("{}+", slot(throttle)),
        Event::SlotFreed { throttle, .. } => format!("{}-", slot(throttle)),
        Event::ContextMade { .. } => "context+".into(),
        Event::ContextBound { .. } => "bound".into(),
        Event::ContextUnbound { .. } => "unbound".into(),
        Event::ContextPhase { to, .. } => to.to_string(),
        Event::ContextGone { .. } => "context-".into(),
        Event::InstanceMade { .. } => "object+".into(),
        Event::InstanceReleased { .. } => "object-".into(),
        Event::GateEntered { .. } => "gate+".into(),
        Event::GateLeft { .. } => "gate-".into(),
        Event::SessionInputEnded { .. } => "input-".into(),
        Event::SessionOutputEnded { .. } => "output-".into(),
        Event::SessionEnded { .. } => "session-".into(),
        _ => return None,
    })
}

/// What one call, and then the end of its session, look like at the host.
fn steps_of_one_call(instancing: &str) -> (String, String) {
    let mut run = play::begin(&format!(
        r#"
        [hosts.H]
        binding = "websocket"
        behavior = {{ instancing = "{instancing}" }}
        contract = {{ name = "Svc", operations = [{{ name = "op" }}] }}
        [proxies.A]
        host = "H"
    "#
    ));
    play::lines(&mut run, "H open => ok\nA open => ok");
    let before = play::outline(&run, "H", word).len();
    play::lines(&mut run, "A call op => ok");
    let after = play::outline(&run, "H", word).len();
    play::lines(&mut run, "A close => ok");
    let all = play::outline(&run, "H", word);
    (all[before..after].trim().to_owned(), all[after..].trim().to_owned())
}

fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

dual_test! {
    /// INST-3, INST-7, INST-8, INST-13, INST-14, INST-15, INST-16, THR-3, THR-5, CONC-3, GOT-7, MOD-5:
    /// the steps of a message of a per-call service over a session.
    fn the_steps_of_a_call_per_call() {
        let (call, end) = steps_of_one_call("perCall");
        assert_eq!(
            call,
            words(
                "
            arrived taken began
            calls+ CallAdmitted
            InstanceFound
            instances+ InstanceAdmitted
            Authorized
            context+ opening opened ContextOpened
            FlowAdmitted
            gate+ GateHeld
            object+ Invoking
            Replying sent
            Releasing closing object- closed context- instances-
            Handling
            Done ended calls-
        "
            )
        );
        assert_eq!(end, "arrived taken input- output- session- sessions-");
    }
}

dual_test! {
    /// INST-4, INST-7, INST-13, INST-16, SESS-18, SESS-19, CONC-4, THR-4, THR-5, MOD-5: the steps of the
    /// first message of a per-session service, and of the end of its session.
    fn the_steps_of_a_call_per_session() {
        let (call, end) = steps_of_one_call("perSession");
        assert_eq!(
            call,
            words(
                "
            arrived taken began
            calls+ CallAdmitted
            InstanceFound
            instances+ InstanceAdmitted
            Authorized
            context+ opening bound opened ContextOpened
            FlowAdmitted
            gate+ GateHeld
            object+ Invoking
            Replying sent
            Releasing gate-
            Handling
            Done ended calls-
        "
            )
        );
        assert_eq!(
            end,
            words(
                "
            arrived taken input- output-
            session- unbound
            closing object- closed context- instances-
            sessions-
        "
            )
        );
    }
}

dual_test! {
    /// INST-5, INST-9, INST-13: a singleton's context is there before, bound and opened by its first
    /// message, and outlives the session.
    fn the_steps_of_a_call_to_a_singleton() {
        let (call, end) = steps_of_one_call("single");
        assert_eq!(
            call,
            words(
                "
            arrived taken began
            calls+ CallAdmitted
            bound InstanceFound
            instances+ InstanceAdmitted
            Authorized
            opening opened ContextOpened
            FlowAdmitted
            gate+ GateHeld
            Invoking
            Replying sent
            Releasing gate-
            Handling
            Done ended calls-
        "
            )
        );
        assert_eq!(end, words("arrived taken input- output- session- unbound sessions-"));
    }
}

const ONLY: ChannelId = ChannelId(1);
const FIRST: DispatchId = DispatchId(1);
const SECOND: DispatchId = DispatchId(2);

fn tell(host: &mut Host, input: HostInput) -> Vec<Action> {
    let mut actions = Vec::new();
    host.handle(Timestamp(1), input, &mut actions);
    actions
}

fn answer(host: &mut Host, dispatch: DispatchId, answer: Answer) -> Vec<Action> {
    tell(host, HostInput::Answer(dispatch, answer))
}

fn open_host(binding: Binding, behavior: Behavior) -> Host {
    let contract = Contract::new("Svc").operation(Operation::new("op")).build();
    let contract = contract.expect("a good contract").into();
    let endpoint = Endpoint { address: "/svc".into(), contract, binding };
    let mut host = Host::new(vec![endpoint], behavior, HostOptions::default());
    tell(&mut host, HostInput::Open(Ticket(1)));
    tell(&mut host, HostInput::Listening(EndpointId(0), Ok(())));
    assert_eq!(host.phase(), Phase::Opened);
    host
}

fn request(id: u64) -> Box<Message> {
    let id = Some(MessageId::Number(id));
    Message { id, ..Message::request("Svc/op", "".into()) }.into()
}

fn arrive(host: &mut Host, id: u64) -> Vec<Action> {
    tell(host, HostInput::Wire(Wire::Arrived(ONLY, request(id))))
}

fn invoke(dispatch: DispatchId, instance: Option<InstanceId>) -> Action {
    let (context, operation, body) = (ContextId(1), OperationId(0), "".into());
    Action::Ask(dispatch, Question::Invoke { context, instance, operation, body })
}

dual_test! {
    /// INST-8, INST-24: a provider may give no object; then the operation gets none.
    fn a_provider_may_give_no_object() {
        let mut host = open_host(Binding::fetch(), Behavior::default());
        let asked = tell(&mut host, HostInput::Request(EndpointId(0), ExchangeId(1), request(1)));
        assert_eq!(asked, [Action::Ask(FIRST, Question::Construct(ContextId(1), InstanceId(1)))]);
        let asked = answer(&mut host, FIRST, Answer::Constructed(Ok(false)));
        assert_eq!(asked, [invoke(FIRST, None)]);
        let ended = answer(&mut host, FIRST, Answer::Returned(Ok(Default::default())));
        let released = |action: &Action| matches!(action, Action::ReleaseObject { .. });
        assert!(!ended.iter().any(released), "there is nothing to give back");
    }
}

dual_test! {
    /// INST-8, CONC-8: two messages of one context that come at once get one object, made once.
    fn an_object_is_made_once() {
        let behavior = Behavior { concurrency: ConcurrencyMode::Multiple, ..Behavior::default() };
        let mut host = open_host(Binding::websocket(), behavior);
        tell(&mut host, HostInput::Connected(EndpointId(0), ONLY, SessionId(1)));
        let construct = Action::Ask(FIRST, Question::Construct(ContextId(1), InstanceId(1)));
        assert_eq!(arrive(&mut host, 1), [construct]);
        assert_eq!(arrive(&mut host, 2), [], "it waits for the object");
        let asked = answer(&mut host, FIRST, Answer::Constructed(Ok(true)));
        let object = Some(InstanceId(1));
        assert_eq!(asked.len(), 2, "{asked:?}");
        assert!(asked.contains(&invoke(FIRST, object)) && asked.contains(&invoke(SECOND, object)));
    }
}

dual_test! {
    /// INST-7, INST-8, INST-13, INST-25: the caller is let in, the provider chooses, the context is
    /// opened and the object made, in this order, each only if the one before succeeded.
    fn questions_come_in_order() {
        let behavior = Behavior {
            authorizes: true,
            custom_contexts: true,
            error_handlers: true,
            ..Behavior::default()
        };
        let mut host = open_host(Binding::fetch(), behavior);
        let asked = tell(&mut host, HostInput::Request(EndpointId(0), ExchangeId(1), request(1)));
        assert_eq!(asked, [Action::Ask(FIRST, Question::FindContext)], "step 5");
        let asked = answer(&mut host, FIRST, Answer::Found(Ok(None)));
        assert_eq!(asked, [Action::Ask(FIRST, Question::Authorize)], "step 12");
        assert_eq!(host.dispatcher().contexts().count(), 0, "INST-7: no context before");
        let asked = answer(&mut host, FIRST, Answer::Authorized(true));
        assert_eq!(asked, [Action::Ask(FIRST, Question::OpenContext(ContextId(1)))], "step 13");
        let asked = answer(&mut host, FIRST, Answer::Opened(Ok(())));
        let construct = Question::Construct(ContextId(1), InstanceId(1));
        assert_eq!(asked, [Action::Ask(FIRST, construct)], "step 20");
        let asked = answer(&mut host, FIRST, Answer::Constructed(Ok(true)));
        assert_eq!(asked, [invoke(FIRST, Some(InstanceId(1)))], "step 22");
        let failure = Failure::Unhandled("why".into());
        let asked = answer(&mut host, FIRST, Answer::Returned(Err(failure.clone())));
        assert_eq!(asked, [Action::Ask(FIRST, Question::ProvideFault(failure.clone()))], "step 24");
        let asked = answer(&mut host, FIRST, Answer::Provided(None));
        let reply = matches!(asked[0], Action::Respond(ExchangeId(1), Some(_)));
        let handle = Action::Ask(FIRST, Question::HandleError(failure));
        assert!(reply && asked.last() == Some(&handle), "steps 26 and 34: {asked:?}");
        let released = Action::ReleaseObject { instance: InstanceId(1), dispose: true };
        assert!(asked.contains(&released), "INST-18: between the two");
    }
}

dual_test! {
    /// INST-22: a provider that fails, or names a context that is gone, fails the message.
    fn a_provider_that_fails() {
        let failure = Failure::Unhandled("no".into());
        for found in [Err(failure), Ok(Some(ContextId(77)))] {
            let behavior = Behavior { custom_contexts: true, ..Behavior::default() };
            let mut host = open_host(Binding::fetch(), behavior);
            tell(&mut host, HostInput::Request(EndpointId(0), ExchangeId(1), request(1)));
            let asked = answer(&mut host, FIRST, Answer::Found(found));
            assert!(matches!(asked[0], Action::Respond(ExchangeId(1), Some(_))), "{asked:?}");
            assert_eq!(host.leaks(), [""; 0]);
        }
    }
}

dual_test! {
    /// INST-22, INST-23: a message that comes between the idle question and its answer saves the
    /// context; a provider may bind a session to a context itself.
    fn a_message_overtakes_the_idle_question() {
        let behavior = Behavior { custom_contexts: true, ..Behavior::default() };
        let mut host = open_host(Binding::websocket(), behavior);
        tell(&mut host, HostInput::Connected(EndpointId(0), ONLY, SessionId(1)));
        let context = ContextId(1);
        arrive(&mut host, 1);
        answer(&mut host, FIRST, Answer::Found(Ok(None)));
        answer(&mut host, FIRST, Answer::Opened(Ok(())));
        answer(&mut host, FIRST, Answer::Constructed(Ok(true)));
        let asked = answer(&mut host, FIRST, Answer::Returned(Ok(Default::default())));
        assert!(asked.contains(&Action::AskIdle(context)), "{asked:?}");
        arrive(&mut host, 2);
        answer(&mut host, SECOND, Answer::Found(Ok(Some(context))));
        assert_eq!(tell(&mut host, HostInput::ContextIdle(context, true)), [], "INST-23");
        assert!(host.dispatcher().context(context).is_some());
        tell(&mut host, HostInput::Bind(context, ONLY));
        let asked = answer(&mut host, SECOND, Answer::Returned(Ok(Default::default())));
        assert!(!asked.contains(&Action::AskIdle(context)), "INST-22: the session keeps it busy");
        let asked = tell(&mut host, HostInput::Wire(Wire::Ended(ONLY)));
        assert!(asked.contains(&Action::AskIdle(context)), "INST-15: {asked:?}");
        assert_eq!(tell(&mut host, HostInput::ContextIdle(context, false)), []);
        assert!(host.dispatcher().context(context).is_some());
        assert_eq!(
            tell(&mut host, HostInput::ContextIdle(context, true)),
            [Action::AskIdle(context)],
            "INST-22: the whole test again"
        );
        let ended = tell(&mut host, HostInput::ContextIdle(context, true));
        assert!(ended.contains(&Action::ForgetContext(context)), "{ended:?}");
    }
}

dual_test! {
    /// INST-15, INST-17: a channel that the service made and registered keeps its context after the
    /// session.
    fn an_outgoing_channel_keeps_its_context() {
        let mut host = open_host(Binding::websocket(), Behavior::default());
        tell(&mut host, HostInput::Connected(EndpointId(0), ONLY, SessionId(1)));
        arrive(&mut host, 1);
        answer(&mut host, FIRST, Answer::Constructed(Ok(true)));
        tell(&mut host, HostInput::Outgoing(ContextId(1), true));
        answer(&mut host, FIRST, Answer::Returned(Ok(Default::default())));
        tell(&mut host, HostInput::Wire(Wire::Ended(ONLY)));
        assert_eq!((host.session_count(), host.dispatcher().contexts().count()), (0, 1));
        let released = Action::ReleaseObject { instance: InstanceId(1), dispose: true };
        let ended = tell(&mut host, HostInput::Outgoing(ContextId(1), false));
        assert!(ended.contains(&released), "{ended:?}");
        assert_eq!(host.leaks(), [""; 0]);
    }
}

dual_test! {
    /// INST-9, INST-10, INST-21: the object of a singleton by type is made before the host opens; the
    /// user's own is neither made nor disposed of.
    fn singletons_are_made_before_the_host_opens() {
        for (well_known, dispose) in [(false, true), (true, false)] {
            let behavior =
                Behavior { instancing: InstanceMode::Single, well_known, ..Behavior::default() };
            let mut host = Host::new(Vec::new(), behavior, HostOptions::default());
            let made = tell(&mut host, HostInput::Construct);
            assert_eq!(made, [Action::MakeSingleton(InstanceId(1))]);
            assert_eq!(host.phase(), Phase::Created);
            tell(&mut host, HostInput::SingletonMade(InstanceId(1), true));
            let ended = tell(&mut host, HostInput::Abort(Ticket(1)));
            let released = Action::ReleaseObject { instance: InstanceId(1), dispose };
            assert!(ended.contains(&released), "{ended:?}");
        }
    }
}

dual_test! {
    /// INST-8, INST-13, HOST-14, FLT-9: whoever is not let in makes nothing; the session goes on.
    fn whoever_is_not_let_in_makes_nothing() {
        let mut run = play::begin(
            r#"
            [hosts.H]
            binding = "websocket"
            behavior = { authorizes = true }
            contract = { name = "Svc", operations = [{ name = "op" }] }
            service = { denied = ["eve"] }
            [proxies.A]
            host = "H"
            options = { rules = "wcf" }
        "#,
        );
        play::lines(
            &mut run,
            "
            H open => ok
            A open => ok
            A call op caller:eve => error SecurityAccessDeniedException
            show H => opened 1/0/0/0/0 peak 0
            A call op caller:bob => ok
            show H => opened 1/1/0/1/0 peak 1
            A close => ok
            H close => ok
        ",
        );
        play::no_leaks(&run);
    }
}
