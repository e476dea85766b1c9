//! Clients that know nothing of us load our description and call our host: every operation of every
//! sample, with values of every type, faults with their details, one-way calls, and both kinds of
//! instances.

use crate::host;
use crate::peer::Peer;
use crate::report::Report;
use crate::tools::{Tools, start};
use serde_json::{Value, json};
use std::fs;
use std::process::Command;

/// What a client can do.
struct Abilities {
    /// The ports that it speaks.
    ports: &'static [&'static str],
    /// Operations that it has no way to call, and why.
    without: &'static [&'static str],
}

const ALL: &[&str] = &["basic", "soap12", "ws"];

/// Each client against the drivers of core, and against the package's host for Node.
pub(crate) fn zeep(report: &mut Report, tools: &Tools) {
    let abilities = Abilities { ports: ALL, without: &[] };
    both(report, tools, &mut || tools.python("zeep_peer.py"), &abilities);
}

pub(crate) fn node_soap(report: &mut Report, tools: &Tools) {
    let abilities = Abilities { ports: ALL, without: &[] };
    both(report, tools, &mut || tools.node("soap_peer.mjs"), &abilities);
}

pub(crate) fn php(report: &mut Report, tools: &Tools) {
    let abilities = Abilities { ports: ALL, without: &[] };
    both(report, tools, &mut || tools.php("soap_peer.php"), &abilities);
}

/// suds speaks SOAP 1.1 only, and says of a value without a type that it is a string.
pub(crate) fn suds(report: &mut Report, tools: &Tools) {
    let abilities = Abilities { ports: &["basic"], without: &["EchoObject"] };
    both(report, tools, &mut || tools.python("suds_peer.py"), &abilities);
}

fn both(
    report: &mut Report,
    tools: &Tools,
    command: &mut dyn FnMut() -> Command,
    abilities: &Abilities,
) {
    hosts(report, tools, &mut |report, host, address| {
        calls(report, tools, &mut command(), abilities, (host, address));
    });
}

/// Runs cases against each host, by its name and address.
pub(super) fn hosts(
    report: &mut Report,
    tools: &Tools,
    cases: &mut dyn FnMut(&mut Report, &str, &str),
) {
    match host::address() {
        Ok(address) => cases(report, "core", &address),
        Err(why) => report.failed("core's host serves", &why),
    }
    match host::node(tools) {
        Ok((_running, address)) => cases(report, "node", &address),
        Err(why) => report.failed("the package's host serves", &why),
    }
}

fn calls(
    report: &mut Report,
    tools: &Tools,
    command: &mut Command,
    abilities: &Abilities,
    (host, address): (&str, &str),
) {
    let Some(mut peer) = start(report, command) else { return };
    for sample in ["percall", "single", "types"] {
        let file = tools.path(&format!("wsdl/{host}-{sample}.wsdl"));
        report.case(&format!("{host}: loads {sample}"), || {
            fs::create_dir_all(tools.path("wsdl")).unwrap();
            let wsdl = crate::http::get(&format!("{address}/{sample}/basic?singleWsdl")).unwrap();
            fs::write(&file, wsdl.body).unwrap();
            let loaded = peer.ask("load", &[file.to_string_lossy().as_bytes()]).unwrap();
            assert!(!loaded.is_empty());
        });
        let wsdl = file.to_string_lossy().into_owned();
        for port in abilities.ports {
            let mut client = Client { peer: &mut peer, wsdl: &wsdl, port };
            let name = |what: &str| format!("{host}: {sample}/{port} {what}");
            if sample == "types" {
                for (what, operation, given, expected) in types() {
                    if !abilities.without.contains(&operation) {
                        report.case(&name(&what), || client.echoes(operation, &given, &expected));
                    }
                }
            } else {
                report.case(&name("adds up"), || client.adds(sample == "single"));
                report.case(&name("tells a fault with its detail"), || client.divides());
                report.case(&name("tells faults without one"), || client.fails());
            }
        }
    }
}

struct Client<'a> {
    peer: &'a mut Peer,
    wsdl: &'a str,
    port: &'a str,
}

impl Client<'_> {
    fn call(&mut self, operation: &str, given: &Value) -> Value {
        let words = [self.wsdl, self.port, operation, &given.to_string()];
        let words = words.map(|word| word.as_bytes().to_vec());
        let words: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
        let answer =
            self.peer.ask("call", &words).unwrap_or_else(|why| panic!("{operation}: {why}"));
        serde_json::from_slice(&answer).unwrap()
    }

    fn echoes(&mut self, operation: &str, given: &Value, expected: &Value) {
        let answer = self.call(operation, given);
        assert_eq!(shown(&answer["result"]), shown(expected), "{answer}");
    }

    fn adds(&mut self, single: bool) {
        self.echoes("Clear", &json!({}), &Value::Null);
        self.echoes("AddTo", &json!({ "n": 2.5 }), &Value::Null);
        self.echoes("Add", &json!({ "n": 10 }), &json!(if single { 12.5 } else { 10.0 }));
        self.echoes("Equals", &json!({}), &json!(if single { 12.5 } else { 0.0 }));
        self.echoes("Divide", &json!({ "n1": 7, "n2": 2 }), &json!(3));
        self.echoes("Nothing", &json!({}), &Value::Null);
        let ids = [self.call("InstanceId", &json!({})), self.call("InstanceId", &json!({}))];
        assert!(ids[0]["result"].is_string(), "{ids:?}");
        assert_eq!(ids[0] == ids[1], single, "{ids:?}");
    }

    fn divides(&mut self) {
        for (operation, code) in [("Divide", "Client|Sender"), ("DivideSub", "DivZero")] {
            let answer = self.call(operation, &json!({ "n1": 7, "n2": 0 }));
            let fault = &answer["fault"];
            let told = |member: &str| fault[member].as_str().unwrap_or_default().to_owned();
            assert_eq!(told("reason"), "Denominator is zero", "{answer}");
            assert!(told("detail").contains("divide by zero"), "{answer}");
            // Some show the outer code of SOAP 1.2 and not the inner one.
            let is_known = code.split('|').any(|code| told("code").ends_with(code));
            assert!(
                is_known || (self.port != "basic" && told("code").ends_with("Sender")),
                "{answer}"
            );
        }
    }

    fn fails(&mut self) {
        let undeclared = self.call("ThrowUndeclared", &json!({}));
        assert_eq!(undeclared["fault"]["reason"], "just a reason", "{undeclared}");
        let unhandled = self.call("ThrowUnhandled", &json!({}));
        assert!(unhandled["fault"]["reason"].is_string(), "{unhandled}");
        assert!(!unhandled.to_string().contains("secret"), "{unhandled}");
    }
}

/// A case's name, its operation, what is given and what is expected.
type Echo = (String, &'static str, Value, Value);

fn types() -> Vec<Echo> {
    let echo = |what: &str, operation, part: &str, value: Value| -> Echo {
        let given = json!({ part: value });
        let expected = match &value {
            Value::Object(object) if object.contains_key("$any") => object["$any"][1].clone(),
            Value::Object(object) if object.contains_key("$bytes") => object["$bytes"].clone(),
            other => other.clone(),
        };
        (format!("{operation} {what}").trim().to_owned(), operation, given, expected)
    };
    // Members in the order of the wire, for those who write them as they are given.
    let points = json!([{ "Label": "p", "X": 1, "Y": 2 }, { "Label": "q", "X": 3, "Y": 4 }]);
    vec![
        echo("", "EchoString", "value", json!("a<b>&\"'\u{e9}\u{4e2d}\u{1F600} end")),
        echo("null", "EchoString", "value", Value::Null),
        echo("", "EchoInts", "values", json!({ "int": [1, -2, 3] })),
        echo("", "EchoPoints", "points", json!({ "Point": points })),
        echo("", "EchoBytes", "data", json!({ "$bytes": "AAEC+v8=" })),
        echo("", "EchoDate", "when", json!("2020-01-02T03:04:05Z")),
        echo("", "EchoGuid", "id", json!("00112233-4455-6677-8899-aabbccddeeff")),
        echo("", "EchoNullable", "v", json!(5)),
        echo("null", "EchoNullable", "v", Value::Null),
        echo("", "EchoColor", "c", json!("Verde")),
        echo("", "EchoShape", "shape", json!({ "Id": 1, "Comment": "hi", "Name": "n" })),
        echo("of a number", "EchoObject", "o", json!({ "$any": ["int", 42] })),
        echo("of a text", "EchoObject", "o", json!({ "$any": ["string", "boxed"] })),
        echo(
            "",
            "EchoMap",
            "map",
            json!({ "KeyValueOfstringint": [
            { "Key": "a", "Value": 1 }, { "Key": "b", "Value": 2 }] }),
        ),
        echo("", "EchoZoo", "zoo", zoo()),
        (
            "Mixed".into(),
            "Mixed",
            json!({ "zebra": "z", "apple": 3, "middle": 1.5, "last": true }),
            json!({ "MixedResult": 1, "middle": 3, "extra": "z3" }),
        ),
        ("Renamed".into(), "Renamed", json!({ "q": "why" }), json!("re: why")),
        ("Bool".into(), "Bool", json!({ "b": false }), json!(true)),
    ]
}

/// A value for each member that is not left open. Lists have two items, for those to whom one is none.
fn zoo() -> Value {
    json!({
        "ABool": true, "AByte": 200, "AChar": 65, "AColor": "Verde",
        "ADateUnspec": "2024-02-29T13:14:15", "ADateUtc": "2024-02-29T13:14:15.12Z",
        "ADecimal": "12345.67", "ADouble": 0.1, "AFlags": { "$flags": ["Read", "Exec"] }, "AFloat": 1.5,
        "AGuid": "00112233-4455-6677-8899-aabbccddeeff", "ALong": -9_007_199_254_740_991_i64,
        "APlain": "Two", "ASByte": -7, "AShort": -300, "ASpan": "P1DT2H3M4.005S",
        "AString": "x < y", "AUInt": 4_000_000_000_u32, "AULong": 9_007_199_254_740_991_u64,
        "AUShort": 60000, "AUri": "http://example.org/a?b=c&d", "AnInt": -123_456,
        "Ints": { "int": [1, -2] },
        "Map": { "KeyValueOfstringint": [{ "Key": "k1", "Value": 1 }, { "Key": "k2", "Value": 2 }] },
        "NInt": 5,
        "Points": { "Point": [{ "Label": "p", "X": 1, "Y": 2 }, { "Label": "q", "X": 3, "Y": 4 }] },
        "Strings": { "string": ["one", "two"] },
    })
}

/// A value without what clients show differently: kinds of numbers, members that are null, the zone of
/// times and their last zeros.
fn shown(value: &Value) -> String {
    match value {
        Value::Null => "null".into(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => number.as_f64().map_or_else(String::new, |one| one.to_string()),
        Value::String(text) => scalar(text),
        Value::Array(items) => {
            format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(","))
        }
        // Some take the one list of a type for the type itself.
        Value::Object(members) if members.contains_key("$flags") => "Read Exec".into(),
        Value::Object(members) if members.len() == 1 && members.values().all(Value::is_array) => {
            members.values().map(shown).collect()
        }
        Value::Object(members) => {
            let shown = |(name, one): (&String, &Value)| format!("{name}:{}", shown(one));
            let mut members: Vec<_> =
                members.iter().filter(|(_, one)| !one.is_null()).map(shown).collect();
            members.sort();
            format!("{{{}}}", members.join(","))
        }
    }
}

fn scalar(text: &str) -> String {
    if let Ok(number) = text.parse::<f64>() {
        return number.to_string();
    }
    let is_time = text.len() >= 19 && text.as_bytes()[10] == b'T';
    if is_time {
        let plain = text.trim_end_matches("+00:00").trim_end_matches('Z');
        return match plain.split_once('.') {
            Some((seconds, fraction)) => {
                format!("{seconds}.{}", fraction.trim_end_matches('0')).trim_end_matches('.').into()
            }
            None => plain.into(),
        };
    }
    text.to_owned()
}
