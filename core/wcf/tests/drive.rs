//! Proxy and host talk SOAP through the drivers, and nothing below the codec notices.

#![allow(clippy::unwrap_used, reason = "these are tests")]

use bytes::Bytes;
use futures::executor::LocalPool;
use futures::future::LocalBoxFuture;
use futures::task::LocalSpawnExt;
use sessionful::drive::{CallOptions, HostBuilder, ManualClock, Network, ProxyBuilder};
use sessionful::host::Endpoint;
use sessionful::ids::OperationId;
use sessionful::{
    Binding, Context, Contract, Failure, Fault, FaultCode, Limits, Operation, Phase, ProxyError,
    Service,
};
use sessionful_wcf::data::{Class, Datum, Field, Part, Primitive, Schema, Type, Wrapper};
use sessionful_wcf::soap::{Soap, Wire};
use sessionful_wcf::xml::Name;
use std::cell::Cell;
use std::rc::Rc;

const SAMPLES: &str = "http://Interop.Samples";

/// Adds up; `NaN` is a fault with a detail, anything infinite is not foreseen.
#[derive(Default)]
struct Sum(Cell<f64>);

fn wrapper(name: &str, part: &str) -> Wrapper {
    Wrapper::new(Name::new(SAMPLES, name), [Part::new(part, Primitive::Double)])
}

fn schema() -> (Schema, Type) {
    let mut schema = Schema::default();
    let fault = Class::contract().member("Problem", Primitive::String).build();
    let fault = schema.class(Name::new("urn:data", "MathFault"), fault);
    (schema, fault)
}

impl Service for Sum {
    fn call(
        self: Rc<Self>,
        _: Context,
        _: OperationId,
        body: Bytes,
    ) -> LocalBoxFuture<'static, Result<Bytes, Failure>> {
        let (schema, fault) = schema();
        let values = schema.read_body(&wrapper("Add", "n"), &body);
        Box::pin(async move {
            let values = values.map_err(|error| {
                Failure::Fault(Fault::runtime(FaultCode::DeserializationFailed, error.to_string()))
            })?;
            let Some((_, Datum::Double(n))) = values.first() else {
                return Err(Failure::Unhandled("?".into()));
            };
            if n.is_nan() {
                let detail = Datum::object([("Problem", Datum::text("not a number"))]);
                let name = Name::new("urn:data", "MathFault");
                let detail = schema.write_document(&name, &Field::new(fault), &detail).unwrap();
                return Err(Failure::Fault(
                    Fault::new("Sender", "no").with_detail("MathFault", detail),
                ));
            }
            if n.is_infinite() {
                return Err(Failure::Unhandled("boom".into()));
            }
            self.0.set(self.0.get() + n);
            let result = [("AddResult".into(), Datum::Double(self.0.get()))];
            Ok(schema.write_body(&wrapper("AddResponse", "AddResult"), &result).unwrap())
        })
    }
}

fn contract() -> Contract {
    let action = |name: &str| format!("{SAMPLES}/ICalculatorSession/{name}");
    let add = Operation::new("Add").action(action("Add")).reply_action(action("AddResponse"));
    Contract::new("ICalculatorSession").operation(add.fault("MathFault")).build().unwrap()
}

/// What each of the calls gives, in order, through one proxy.
fn run(wire: Wire, binding: Binding, numbers: &[f64]) -> Vec<Result<f64, ProxyError>> {
    let endpoint = Endpoint { address: "/calc".into(), contract: contract().into(), binding };
    let (clock, network) = (ManualClock::new(), Network::new(1));
    let make = |_: Option<&Context>| Ok(Rc::new(Sum::default()) as Rc<dyn Service>);
    let (host, host_driver) = HostBuilder::new().endpoint(endpoint.clone()).instances(make).build(
        clock.clone(),
        network.acceptor(),
        Soap::host(wire, Limits::default()),
    );
    let codec = Soap::client(wire, "ws://localhost/calc", Limits::default());
    let (proxy, proxy_driver) =
        ProxyBuilder::new(endpoint).build(clock, network.connector(), codec).unwrap();
    let mut pool = LocalPool::new();
    pool.spawner().spawn_local(host_driver).unwrap();
    pool.spawner().spawn_local(proxy_driver).unwrap();
    let (schema, _) = schema();
    pool.run_until(async {
        host.open().await.unwrap();
        proxy.open().await.unwrap();
        let mut results = Vec::new();
        for n in numbers {
            let values = [("n".into(), Datum::Double(*n))];
            let body = schema.write_body(&wrapper("Add", "n"), &values).unwrap();
            let reply = proxy.call_with(OperationId(0), body, CallOptions::default()).await;
            results.push(reply.map(|reply| {
                let response = wrapper("AddResponse", "AddResult");
                match schema.read_body(&response, &reply.body).unwrap().pop() {
                    Some((_, Datum::Double(sum))) => sum,
                    other => panic!("{other:?}"),
                }
            }));
            if proxy.phase() != Phase::Opened {
                break;
            }
        }
        results
    })
}

/// PerSession: the sum is the session's. A declared fault leaves it alone (`FLT-1`, `FLT-2`).
#[test]
fn a_session_keeps_its_instance_over_text_and_binary() {
    for wire in [Wire::SocketText, Wire::SocketBinary] {
        let results = run(wire, Binding::websocket(), &[10.0, f64::NAN, 2.5]);
        let [Ok(10.0), Err(ProxyError::Fault(fault)), Ok(12.5)] = &results[..] else {
            panic!("{wire:?}: {results:?}")
        };
        let detail = fault.detail.as_ref().unwrap();
        assert_eq!(detail.kind, "MathFault");
        let (schema, ty) = schema();
        let expected = Datum::object([("Problem", Datum::text("not a number"))]);
        assert_eq!(schema.read_document(&Field::new(ty), &detail.body), Ok(expected));
    }
}

/// `FLT-4`, `FLT-8`: what was not foreseen is an internal fault, and faults the proxy of a session.
#[test]
fn an_unhandled_failure_ends_the_session() {
    for wire in [Wire::SocketText, Wire::SocketBinary] {
        let results = run(wire, Binding::websocket(), &[1.0, f64::INFINITY, 1.0]);
        let [Ok(1.0), Err(ProxyError::Fault(fault)), ..] = &results[..] else {
            panic!("{wire:?}: {results:?}")
        };
        assert_eq!(fault.code, FaultCode::InternalService);
    }
}

/// Without a session each call has an instance of its own, in every form of HTTP.
#[test]
fn single_requests_are_answered_in_every_form_of_http() {
    for wire in [Wire::BasicHttp, Wire::Soap12Http, Wire::WsHttp, Wire::BinaryHttp] {
        let results = run(wire, Binding::fetch(), &[10.0, f64::NAN, 2.5]);
        let [Ok(10.0), Err(ProxyError::Fault(fault)), Ok(2.5)] = &results[..] else {
            panic!("{wire:?}: {results:?}")
        };
        assert_eq!(fault.reason, "no");
    }
}
