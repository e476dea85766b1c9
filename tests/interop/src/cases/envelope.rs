//! Envelopes, as text and as binary XML in a session, between our codec and those of others.

use crate::canonical::{of_binary, of_text};
use crate::peer::Peer;
use crate::report::Report;
use crate::samples;
use crate::tools::{Tools, start};
use sessionful::{Codec, Content, Detail, Fault, FaultCode, Frame, Limits, Message};
use sessionful_wcf::data::{DATA, Datum, Field, Primitive, Schema};
use sessionful_wcf::soap::{Soap, Wire};
use sessionful_wcf::xml::Name;

/// pynettcp's codec, in both directions.
pub(crate) fn pynettcp(report: &mut Report, tools: &Tools) {
    let Some(mut peer) = start(report, &mut tools.python("nettcp.py")) else { return };
    let messages = messages();
    // Its reader turns records into values of Python, whose text is not that of XML Schema: of those
    // messages the elements are compared.
    let (typed, plain): (Vec<_>, Vec<_>) =
        messages.iter().cloned().partition(|(name, _)| is_typed(name));
    reads_ours(report, &mut peer, &plain, &same);
    reads_ours(report, &mut peer, &typed, &elements);
    we_read(report, &mut peer, &messages);
}

fn is_typed(name: &str) -> bool {
    ["Zoo", "Shape", "Date", "Object", "Bytes", "Guid", "Bool"]
        .iter()
        .any(|kind| name.contains(kind))
}

/// pynettcp leaves out the `urn:uuid:` of ids.
fn same(canonical: &str) -> String {
    canonical.replace("urn:uuid:", "")
}

/// Everything but the texts.
fn elements(canonical: &str) -> String {
    canonical.lines().filter(|line| !line.starts_with("text ")).collect()
}

/// .NET's own readers and writers.
pub(crate) fn dotnet(report: &mut Report, tools: &Tools) {
    let Some(mut peer) = start(report, &mut tools.dotnet()) else { return };
    let messages = messages();
    reads_ours(report, &mut peer, &messages, &str::to_owned);
    we_read(report, &mut peer, &messages);
    for (name, message) in &messages {
        report.case(&format!("reads our text: {name}"), || {
            let text = as_text(message);
            let read = peer.ask("decode-text", &[text.as_bytes()]).unwrap();
            assert_eq!(of_text(&read), of_text(text.as_bytes()));
        });
    }
}

/// .NET's own WebSocket, as a client of the package's host: text and binary, sessions, faults, callbacks
/// with and without an answer. It judges for itself.
pub(crate) fn dotnet_client(report: &mut Report, tools: &Tools) {
    let (_running, address) = match crate::host::node(tools) {
        Ok(started) => started,
        Err(why) => return report.failed("the package's host serves", &why),
    };
    let mut command = tools.dotnet();
    let address = address.replace("http://", "ws://");
    let Some(mut peer) = start(report, command.args(["call", &address])) else { return };
    report.judged("node", &peer.rest());
}

/// What was recorded, and faults of every kind.
fn messages() -> Vec<(String, Message)> {
    let mut messages = samples::messages();
    messages.extend(faults());
    messages
}

fn faults() -> Vec<(String, Message)> {
    let detail = Schema::default().write_document(
        &Name::new(format!("{DATA}Interop.Data"), "MathFault"),
        &Field::new(Primitive::String),
        &Datum::text("divide by zero"),
    );
    let detail = Box::new(Detail { kind: "MathFault".into(), body: detail.unwrap() });
    let declared = Fault { detail: Some(detail), ..Fault::new("Sender", "Denominator is zero") };
    let faults = [
        ("declared", "urn:declared", declared),
        ("with a subcode", "", Fault::new("{urn:faults}DivZero", "no")),
        ("internal", "", Fault::runtime(FaultCode::InternalService, "no")),
        ("of addressing", "", Fault::runtime(FaultCode::ActionNotSupported, "no")),
        ("of a session", "", Fault::runtime(FaultCode::SessionTerminated, "no")),
    ];
    let message = |(name, action, fault): (&str, &str, Fault)| {
        let (action, content) = (action.into(), Content::Fault(fault));
        let relates_to = Some(1.into());
        (format!("fault {name}"), Message { action, relates_to, content, ..Message::default() })
    };
    faults.into_iter().map(message).collect()
}

fn limits() -> Limits {
    Limits { frame: 1 << 20, ..Limits::default() }
}

fn as_text(message: &Message) -> String {
    let mut codec = Soap::client(Wire::SocketText, "http://localhost/service", limits());
    match codec.encode(message).unwrap() {
        Frame::Text(text) => text,
        Frame::Bytes(_) => panic!("not text"),
    }
}

/// Our session's messages, one after the other, say in the peer's reader what our text says.
fn reads_ours(
    report: &mut Report,
    peer: &mut Peer,
    messages: &[(String, Message)],
    told: &dyn Fn(&str) -> String,
) {
    report.case("begins a session", || drop(peer.ask("reset", &[]).unwrap()));
    let mut codec = Soap::client(Wire::SocketBinary, "http://localhost/service", limits());
    for (name, message) in messages {
        report.case(&format!("reads our session: {name}"), || {
            let Frame::Bytes(frame) = codec.encode(message).unwrap() else { panic!("not bytes") };
            let read = peer.ask("decode", &[&frame]).unwrap();
            assert_eq!(told(&of_text(&read)), told(&of_text(as_text(message).as_bytes())));
        });
    }
}

/// What the peer writes as binary XML of its own is read as what we would have read from text.
fn we_read(report: &mut Report, peer: &mut Peer, messages: &[(String, Message)]) {
    report.case("begins another session", || drop(peer.ask("reset", &[]).unwrap()));
    let mut codec = Soap::host(Wire::SocketBinary, limits());
    for (name, message) in messages {
        report.case(&format!("we read its session: {name}"), || {
            let text = as_text(message);
            let written = peer.ask("encode", &[text.as_bytes()]).unwrap();
            let read = codec.decode(Frame::Bytes(written.into())).unwrap();
            let expected =
                Soap::host(Wire::SocketText, limits()).decode(Frame::Text(text)).unwrap();
            assert_eq!(plain(&read), plain(&expected));
        });
    }
}

/// A message with its content as lines: records differ where the writers do.
fn plain(message: &Message) -> String {
    let content = match &message.content {
        Content::Body(body) if body.is_empty() => String::new(),
        Content::Body(body) => of_binary(body),
        Content::Fault(fault) => {
            let detail = fault.detail.as_ref().map(|detail| of_binary(&detail.body));
            format!("{:?} {} {detail:?}", fault.code, fault.reason)
        }
    };
    let Message { action, id, relates_to, headers, .. } = message;
    format!("{action} {id:?} {relates_to:?} {headers:?}\n{content}")
}
