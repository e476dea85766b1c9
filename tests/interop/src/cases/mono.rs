//! Mono's services, called over HTTP in every form; what was recorded says what they answer.

use super::clients::hosts;
use crate::canonical::of_binary;
use crate::http::post;
use crate::peer::Peer;
use crate::report::Report;
use crate::samples;
use crate::tools::{Tools, start};
use sessionful::{Codec, Content, Fault, Limits, Message};
use sessionful_wcf::data::{Datum, Schema, Wrapper};
use sessionful_wcf::soap::{Entity, Soap, Wire};
use sessionful_wcf::wsdl::{Description, Operation};
use smol_str::SmolStr;

/// Where Mono's services listen.
const PORT: &str = "18480";
/// The beginning of their addresses.
pub(super) const BASE: &str = "http://localhost:18480";

/// Where each form is spoken.
const FORMS: &[(&str, Wire)] = &[
    ("basic", Wire::BasicHttp),
    ("ws", Wire::WsHttp),
    ("soap12", Wire::Soap12Http),
    ("binary", Wire::BinaryHttp),
];

/// Every operation in every form.
pub(crate) fn services(report: &mut Report, tools: &Tools) {
    let Some(_running) = serve(report, tools) else { return };
    for (path, wire) in FORMS {
        for sample in ["percall", "single"] {
            let service = Service::new(sample, path, *wire);
            report.case(&format!("{sample}/{path}: adds up"), || service.adds(sample == "single"));
            report.case(&format!("{sample}/{path}: faults"), || service.faults());
        }
        let types = Service::new("types", path, *wire);
        for (name, message) in samples::messages() {
            let recorded = name.strip_prefix("types.soap12wsa10/");
            let Some(name) = recorded.and_then(|name| name.strip_suffix(" request")) else {
                continue;
            };
            if !types.description.contracts[0]
                .operations
                .iter()
                .any(|one| one.action == message.action)
            {
                continue; // the recorded program tried addresses and actions that are none
            }
            report.case(&format!("types/{path}: {name}"), || types.answers(name, &message));
        }
    }
}

/// Mono's client calls both hosts, and judges for itself.
pub(crate) fn client(report: &mut Report, tools: &Tools) {
    hosts(report, tools, &mut |report, host, address| {
        let mut command = tools.mono();
        let Some(mut peer) = start(report, command.args(["call", address])) else { return };
        report.judged(host, &peer.rest());
    });
}

/// Starts them; they end with the handle.
pub(super) fn serve(report: &mut Report, tools: &Tools) -> Option<Peer> {
    let mut command = tools.mono();
    let mut peer = start(report, command.args(["serve", PORT]))?;
    match peer.wait_for("ready") {
        Ok(()) => Some(peer),
        Err(why) => {
            report.failed("Mono serves", &why);
            None
        }
    }
}

struct Service {
    url: String,
    wire: Wire,
    description: Description,
}

impl Service {
    fn new(sample: &str, path: &str, wire: Wire) -> Service {
        let url = format!("{BASE}/{sample}/{path}");
        let description = samples::description(sample, BASE, &[]);
        Service { url, wire, description }
    }

    fn operation(&self, name: &str) -> &Operation {
        self.description.contracts[0].operations.iter().find(|one| one.name == name).unwrap()
    }

    /// Sends a message; what comes back, or nothing.
    fn send(&self, message: &Message) -> Option<Message> {
        let mut codec = Soap::client(self.wire, self.url.as_str(), Limits::default());
        let request = Entity::from_frame(codec.encode(message).unwrap()).unwrap();
        let action = request.soap_action.map(|action| format!("\"{action}\""));
        let mut headers = vec![("Content-Type", request.content_type.as_str())];
        headers.extend(action.as_deref().map(|action| ("SOAPAction", action)));
        let response = post(&self.url, &headers, &request.body).unwrap();
        if response.body.is_empty() {
            assert!([200, 202].contains(&response.status), "{}", response.status);
            return None;
        }
        assert!(self.wire.accepts(&response.content_type), "{}", response.content_type);
        let entity = Entity {
            status: response.status,
            content_type: response.content_type,
            soap_action: None,
            body: response.body.into(),
        };
        Some(codec.decode(entity.into_frame()).unwrap())
    }

    fn call(&self, name: &str, parts: &[(&str, Datum)]) -> Result<Vec<(SmolStr, Datum)>, Fault> {
        let operation = self.operation(name);
        let schema = &self.description.schema;
        let values: Vec<_> =
            parts.iter().map(|(name, datum)| ((*name).into(), datum.clone())).collect();
        let body = schema.write_body(&operation.request, &values).unwrap();
        let message =
            Message { id: Some(1.into()), ..Message::request(operation.action.clone(), body) };
        let reply = self.send(&message).expect("a reply");
        match reply.content {
            Content::Fault(fault) => Err(fault),
            Content::Body(body) => {
                let has_action = self.wire != Wire::BasicHttp && self.wire != Wire::Soap12Http;
                assert!(!has_action || reply.action == operation.reply_action, "{}", reply.action);
                Ok(schema.read_body(operation.reply.as_ref().unwrap(), &body).unwrap())
            }
        }
    }

    fn one_way(&self, name: &str, parts: &[(SmolStr, Datum)]) {
        let operation = self.operation(name);
        let body = self.description.schema.write_body(&operation.request, parts).unwrap();
        assert_eq!(self.send(&Message::request(operation.action.clone(), body)), None);
    }

    fn adds(&self, single: bool) {
        let number = |name: &str| {
            let result =
                self.call(name, if name == "Add" { &[("n", Datum::Double(10.0))] } else { &[] });
            match result.unwrap().pop() {
                Some((_, Datum::Double(number))) => number,
                other => panic!("{other:?}"),
            }
        };
        self.one_way("Clear", &[]);
        self.one_way("AddTo", &[("n".into(), Datum::Double(2.5))]);
        std::thread::sleep(std::time::Duration::from_millis(100)); // answered before it is carried out
        assert_eq!(number("Add"), if single { 12.5 } else { 10.0 });
        assert_eq!(number("Equals"), if single { 12.5 } else { 0.0 });
        assert_eq!(self.call("Nothing", &[]), Ok(vec![]));
        let divided = self.call("Divide", &[("n1", Datum::Int(7)), ("n2", Datum::Int(2))]);
        assert_eq!(divided, Ok(vec![("DivideResult".into(), Datum::Int(3))]));
    }

    /// Mono's codes are not WCF's; reason and detail are.
    fn faults(&self) {
        let fault =
            self.call("Divide", &[("n1", Datum::Int(7)), ("n2", Datum::Int(0))]).unwrap_err();
        assert_eq!(fault.reason, "Denominator is zero");
        let detail = fault.detail.expect("a detail");
        let field = &self.operation("Divide").faults[0].field;
        let read = self.description.schema.read_document(field, &detail.body).unwrap();
        let expected =
            [("Operation", Datum::text("Divide")), ("ProblemType", Datum::text("divide by zero"))];
        assert_eq!(read, Datum::object(expected));
        assert!(self.call("ThrowUnhandled", &[]).is_err());
    }

    /// A recorded request is answered with what was sent, but for the operations that say otherwise.
    fn answers(&self, name: &str, message: &Message) {
        let operations = &self.description.contracts[0].operations;
        let operation = operations.iter().find(|one| one.action == message.action).unwrap();
        let Some(reply) = self.send(message) else { panic!("no reply") };
        let Content::Body(body) = &reply.content else { panic!("{:?}", reply.content) };
        let recorded = samples::messages();
        let response = format!("types.soap12wsa10/{name} response");
        let (_, expected) = recorded.iter().find(|(other, _)| *other == response).unwrap();
        assert_eq!(of_binary(body), of_binary(&expected.body()));
        understood(&self.description.schema, operation.reply.as_ref().unwrap(), body);
    }
}

/// Every part is read, and written again is the same.
fn understood(schema: &Schema, wrapper: &Wrapper, body: &[u8]) {
    let values = schema.read_body(wrapper, body).unwrap();
    assert_eq!(values.len(), wrapper.parts.len());
    assert_eq!(of_binary(&schema.write_body(wrapper, &values).unwrap()), of_binary(body));
}
