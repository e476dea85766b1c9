//! What `#[service_contract]` writes: the description one would write by hand, a client and a
//! service that understand each other, and errors that say what to do.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use bytes::Bytes;
use futures::executor::block_on;
use serde::{Deserialize, Serialize};
use sessionful::ids::OperationId;
use sessionful::{
    Caller, Context, Contract, Failure, Fault, FaultCode, Operation, ProxyError, Service,
    SessionMode, service_contract,
};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// What a caller hears meanwhile.
#[service_contract]
trait Progress {
    /// So much is done.
    #[operation(one_way)]
    async fn advanced(&self, at: &Context, share: f64);
    async fn may_go_on(&self, at: &Context) -> bool;
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
struct Point {
    x: f64,
    label: Option<String>,
}

#[service_contract(name = "Plotter", session = "required", callback = Progress)]
#[allow(clippy::too_many_arguments)]
trait HTTPPlotter {
    /// Begins a drawing.
    #[operation(action = "urn:begin", reply_action = "urn:begun")]
    async fn begin_drawing(&self, at: &Context, title: String);

    #[operation(initiating = false, one_way)]
    async fn hint(&self, at: &Context, body: Vec<u8>) -> Result<(), Failure>;

    #[operation(initiating = false, terminating = false, fault(OffThePaper, paper::Torn))]
    async fn draw(
        &self,
        cx: &Context,
        point: Point,
        at: u64,
        arguments: (String, bool),
    ) -> Result<Point, Failure>;

    #[operation(initiating = false, terminating, name = "finish", one_way = false)]
    async fn r#final(&self, at: &Context) -> Result<(), Failure>;

    #[operation(action = "*")]
    async fn other(&self, at: &Context, table: BTreeMap<String, f64>) -> f64;
}

/// A plotter that writes down what it was told.
#[derive(Default)]
struct Diary(RefCell<Vec<String>>);

impl HTTPPlotter for Diary {
    async fn begin_drawing(&self, _: &Context, title: String) {
        self.0.borrow_mut().push(title);
    }

    async fn hint(&self, _: &Context, body: Vec<u8>) -> Result<(), Failure> {
        Err(Failure::Unhandled(format!("{body:?}")))
    }

    async fn draw(
        &self,
        _: &Context,
        point: Point,
        at: u64,
        arguments: (String, bool),
    ) -> Result<Point, Failure> {
        if at > 100 {
            return Err(Failure::Fault(Fault::new("OffThePaper", arguments.0)));
        }
        self.0.borrow_mut().push(format!("{at} {arguments:?}"));
        Ok(Point { x: point.x + 1.0, ..point })
    }

    async fn r#final(&self, _: &Context) -> Result<(), Failure> {
        Ok(())
    }

    async fn other(&self, _: &Context, table: BTreeMap<String, f64>) -> f64 {
        table.values().sum()
    }
}

/// Calls a service in the same thread, and keeps what went over the wire.
struct Direct<S> {
    service: Rc<S>,
    bodies: RefCell<Vec<(Bytes, Result<Bytes, Failure>)>>,
}

impl<S: Service> Direct<S> {
    fn new(service: S) -> Direct<S> {
        Direct { service: Rc::new(service), bodies: RefCell::default() }
    }

    fn call(&self, operation: u16, body: &'static str) -> Result<Bytes, Failure> {
        let service = Rc::clone(&self.service);
        block_on(service.call(Context::detached(), OperationId(operation), body.into()))
    }

    fn last(&self) -> (String, Result<Bytes, Failure>) {
        let (sent, received) = self.bodies.borrow().last().cloned().unwrap();
        (String::from_utf8(sent.to_vec()).unwrap(), received)
    }
}

impl<S: Service> Caller for &Direct<S> {
    async fn call(&self, operation: OperationId, body: Bytes) -> Result<Bytes, ProxyError> {
        let reply =
            Rc::clone(&self.service).call(Context::detached(), operation, body.clone()).await;
        self.bodies.borrow_mut().push((body, reply.clone()));
        reply.map_err(|failure| match failure {
            Failure::Fault(fault) => ProxyError::from_fault(fault),
            Failure::Unhandled(reason) => {
                ProxyError::from_fault(Fault::runtime(FaultCode::InternalService, reason))
            }
        })
    }
}

/// Answers every call with the same body.
#[derive(Clone)]
struct Parrot(&'static str);

impl Caller for Parrot {
    async fn call(&self, _: OperationId, _: Bytes) -> Result<Bytes, ProxyError> {
        Ok(self.0.into())
    }
}

/// `OP-2`, `SESS-10`, `FLT-2`: every option is in the description, and the defaults are WCF's.
#[test]
fn the_description_is_what_one_would_write_by_hand() {
    let by_hand = Contract::new("Plotter")
        .session(SessionMode::Required)
        .operation(Operation::new("beginDrawing").action("urn:begin").reply_action("urn:begun"))
        .operation(Operation::new("hint").not_initiating().one_way())
        .operation(Operation::new("draw").not_initiating().fault("OffThePaper").fault("Torn"))
        .operation(Operation::new("finish").not_initiating().terminating())
        .operation(Operation::new("other").action("*"))
        .callback(
            Contract::new("Progress")
                .operation(Operation::new("advanced").one_way())
                .operation(Operation::new("mayGoOn")),
        )
        .build()
        .unwrap();
    assert_eq!(http_plotter_contract(), by_hand);
    assert_eq!(http_plotter_contract().check(), Ok(()));
}

/// `SESS-1`: sessions are allowed unless the contract says otherwise.
#[test]
fn a_contract_without_options_has_the_defaults() {
    let contract = progress_contract();
    assert_eq!((contract.session(), contract.callback()), (SessionMode::Allowed, None));
    assert_eq!(contract.operations()[1].action, "Progress/mayGoOn");
}

#[test]
fn client_and_service_understand_each_other() {
    let direct = Direct::new(HTTPPlotterService::new(Diary::default()));
    let client = HTTPPlotterClient::new(&direct);
    let point = Point { x: 1.5, label: None };

    assert_eq!(block_on(client.begin_drawing("a \"b\"".into())), Ok(()));
    assert_eq!(direct.last(), (r#"["a \"b\""]"#.into(), Ok(Bytes::new())));

    let drawn = block_on(client.draw(point.clone(), 100, ("ink".into(), true)));
    assert_eq!(drawn, Ok(Point { x: 2.5, ..point }));
    assert_eq!(
        direct.last(),
        (
            r#"[{"x":1.5,"label":null},100,["ink",true]]"#.into(),
            Ok(r#"{"x":2.5,"label":null}"#.into())
        )
    );

    assert_eq!(block_on(client.r#final()), Ok(()));
    assert_eq!(direct.last(), ("[]".into(), Ok(Bytes::new())));

    let table = [("a", 1.0), ("b", 2.0)].map(|(name, value)| (name.to_owned(), value));
    assert_eq!(block_on(client.other(table.into())), Ok(3.0));
}

/// `FLT-1`, `FLT-4`: what the author says went wrong reaches the runtime as it was said.
#[test]
fn failures_pass_through_untouched() {
    let direct = Direct::new(HTTPPlotterService::new(Diary::default()));
    let client = HTTPPlotterClient::new(&direct);
    let fault = Fault::new("OffThePaper", "ink");

    let point = Point { x: 0.0, label: Some("p".into()) };
    let drawn = block_on(client.draw(point, 101, ("ink".into(), false)));
    assert_eq!(drawn, Err(ProxyError::Fault(Box::new(fault.clone()))));
    assert_eq!(direct.last().1, Err(Failure::Fault(fault)));

    let _ = block_on(client.hint(vec![1, 2]));
    assert_eq!(direct.last(), ("[[1,2]]".into(), Err(Failure::Unhandled("[1, 2]".into()))));
}

/// `FLT-9`: the peer is to blame, and learns which operation it called wrongly.
#[test]
fn arguments_that_cannot_be_read_are_the_callers_fault() {
    let direct = Direct::new(HTTPPlotterService::new(Diary::default()));
    for (operation, name, body) in [
        (0, "beginDrawing", ""),
        (0, "beginDrawing", "[]"),
        (0, "beginDrawing", "[1]"),
        (0, "beginDrawing", "[\"a\",\"b\"]"),
        (0, "beginDrawing", "\"a\""),
        (0, "beginDrawing", "[\"a\"] x"),
        (3, "finish", "[1]"),
        (3, "finish", "null"),
    ] {
        let Err(Failure::Fault(fault)) = direct.call(operation, body) else {
            panic!("{name} took {body}");
        };
        assert_eq!(fault.code, FaultCode::DeserializationFailed);
        assert!(fault.reason.contains(name), "{}", fault.reason);
    }
    assert_eq!(direct.call(3, ""), Ok(Bytes::new()), "no arguments may also be no body");
}

#[test]
fn an_operation_that_the_trait_lacks_is_not_supported() {
    let direct = Direct::new(ProgressService::new(Quiet));
    let Err(Failure::Fault(fault)) = direct.call(2, "[]") else { panic!("it was served") };
    assert_eq!(fault.code, FaultCode::ActionNotSupported);
}

struct Quiet;

impl Progress for Quiet {
    async fn advanced(&self, _: &Context, _: f64) {}

    async fn may_go_on(&self, _: &Context) -> bool {
        true
    }
}

/// `OP-1`: an empty reply is a reply, and `null` says the same.
#[test]
fn nothing_can_be_said_in_two_ways() {
    for reply in ["", "null"] {
        assert_eq!(
            block_on(HTTPPlotterClient::new(Parrot(reply)).begin_drawing("a".into())),
            Ok(())
        );
    }
}

#[test]
fn a_reply_that_cannot_be_read_is_told_with_the_operation() {
    let client = ProgressClient::new(Parrot("3"));
    let Err(ProxyError::Encoding { reason }) = block_on(client.clone().may_go_on()) else {
        panic!("3 is not a bool")
    };
    assert!(reason.starts_with("the reply of mayGoOn: invalid type: integer `3`"), "{reason}");
}

/// JSON has no number that is not one, so a reader says so instead of inventing a value.
#[test]
fn not_a_number_does_not_become_a_number() {
    let direct = Direct::new(ProgressService::new(Quiet));
    let answer = block_on(ProgressClient::new(&direct).advanced(f64::NAN));
    let Err(ProxyError::DeserializationFailed { reason }) = answer else {
        panic!("null is no number")
    };
    assert!(reason.starts_with("the arguments of advanced"), "{reason}");
}

/// The errors are part of the interface.
#[test]
fn mistakes_are_explained_where_they_stand() {
    trybuild::TestCases::new().compile_fail("tests/contract/*.rs");
}
