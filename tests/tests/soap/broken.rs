//! Mappings that are wrong on purpose. A suite that none of them fails would prove nothing.

use crate::mapping::{FLAW, Flaw};
use crate::{over_binary, over_text};
use sessionful::{Content, Fault, FaultCode, Message, NOT_UNDERSTOOD};
use std::panic::{AssertUnwindSafe, catch_unwind};

macro_rules! scenarios {
    ($($name:ident),* $(,)?) => {
        const TEXT: &[(&str, fn())] = &[$((stringify!($name), over_text::sessions::$name)),*];
        const BINARY: &[(&str, fn())] = &[$((stringify!($name), over_binary::sessions::$name)),*];
    };
}

scenarios! {
    a_counter_belongs_to_its_session,
    only_some_operations_begin_a_session_and_one_ends_it,
    an_unknown_action_ends_an_established_session,
    faults_arrive_whole_and_leave_the_session_alone,
    a_declared_fault_has_an_action_of_its_own,
    an_unforeseen_failure_ends_the_session,
    a_one_way_failure_cuts_the_session,
    one_way_calls_arrive_in_order_and_are_not_answered,
    a_request_without_an_id_ends_the_session,
    replies_overtake_each_other_only_under_multiple,
    callbacks_and_calls_cross,
    a_header_that_must_be_understood_is_refused,
    headers_that_were_not_understood_are_named,
}

fn fault(message: &mut Message) -> Option<&mut Fault> {
    match &mut message.content {
        Content::Fault(fault) => Some(fault),
        Content::Body(_) => None,
    }
}

/// Each with a scenario that notices.
const FLAWS: &[(&str, Flaw, &str)] = &[
    (
        "replies do not say what they relate to",
        |message| message.relates_to = None,
        "a_counter_belongs_to_its_session",
    ),
    ("requests lose their ids", |message| message.id = None, "a_counter_belongs_to_its_session"),
    (
        "one-way messages are given ids",
        |message| {
            if message.relates_to.is_none() {
                message.id.get_or_insert(99.into());
            }
        },
        "a_request_without_an_id_ends_the_session",
    ),
    (
        "actions lose their contract",
        |message| message.action = message.action.rsplit('/').next().unwrap_or("").into(),
        "a_counter_belongs_to_its_session",
    ),
    (
        "every fault blames its sender and no more",
        |message| {
            if let Some(fault) = fault(message) {
                fault.code = FaultCode::Application("Sender".into());
            }
        },
        "only_some_operations_begin_a_session_and_one_ends_it",
    ),
    (
        "the end of a session is any fault",
        |message| {
            if let Some(fault) = fault(message)
                && fault.code == FaultCode::SessionTerminated
            {
                fault.code = FaultCode::ActionNotSupported;
            }
        },
        "only_some_operations_begin_a_session_and_one_ends_it",
    ),
    (
        "an internal fault is one that was meant",
        |message| {
            if let Some(fault) = fault(message)
                && fault.code == FaultCode::InternalService
            {
                fault.code = FaultCode::Application("Receiver".into());
            }
        },
        "an_unforeseen_failure_ends_the_session",
    ),
    (
        "details are lost",
        |message| {
            if let Some(fault) = fault(message) {
                fault.detail = None;
            }
        },
        "faults_arrive_whole_and_leave_the_session_alone",
    ),
    (
        "every fault has the action of the runtime",
        |message| {
            if fault(message).is_some() {
                message.action = "sessionful/fault".into();
            }
        },
        "a_declared_fault_has_an_action_of_its_own",
    ),
    (
        "replies are matched in the order of their sending",
        |message| {
            if let Some(id) = &mut message.relates_to {
                *id = 1.into();
            }
        },
        "callbacks_and_calls_cross",
    ),
    (
        "nothing must be understood",
        |message| message.headers.iter_mut().for_each(|header| header.must_understand = false),
        "a_header_that_must_be_understood_is_refused",
    ),
    (
        "everything must be understood",
        |message| message.headers.iter_mut().for_each(|header| header.must_understand = true),
        "a_header_that_must_be_understood_is_refused",
    ),
    (
        "what was not understood is not told",
        |message| message.headers.retain(|header| header.name != NOT_UNDERSTOOD),
        "headers_that_were_not_understood_are_named",
    ),
];

/// Without a flaw every scenario passes in this very harness; with one, its scenario fails.
#[test]
fn every_broken_mapping_is_noticed() {
    // What is expected to fail need not fill the screen.
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let mut wrong = Vec::new();
    for scenarios in [TEXT, BINARY] {
        for (name, scenario) in scenarios {
            if catch_unwind(scenario).is_err() {
                wrong.push(format!("{name} fails without a flaw"));
            }
        }
        for (flaw, apply, noticed_by) in FLAWS {
            let scenario = scenarios.iter().find(|(name, _)| name == noticed_by);
            FLAW.set(Some(*apply));
            let run = AssertUnwindSafe(|| scenario.unwrap().1());
            if catch_unwind(run).is_ok() {
                wrong.push(format!("{noticed_by} does not notice that {flaw}"));
            }
            FLAW.set(None);
        }
    }
    std::panic::set_hook(hook);
    assert_eq!(wrong, Vec::<String>::new());
}
