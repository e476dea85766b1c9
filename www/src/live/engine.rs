//! What runs behind a live run: the npm package, driven by `www/js/live/engine.js`.
//!
//! It is loaded when the first live run begins: who only looks at the simulation does not pay for it.

use super::Where;
use super::cast::Service;
use crate::act::Act;
use crate::explain::{Reason, known_rule};
use crate::lane::{Side, end, node};
use serde::Deserialize;
use sessionful::Timestamp;
use sessionful::event::Record;
use sessionful::ids::NodeId;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(raw_module = "./js/live/engine.js")]
extern "C" {
    #[wasm_bindgen(js_name = Engine)]
    type Script;

    #[wasm_bindgen(constructor, js_class = Engine)]
    fn new(kind: &str, address: &str) -> Script;

    #[wasm_bindgen(method)]
    fn take(this: &Script) -> String;

    #[wasm_bindgen(method)]
    fn demonstrate(this: &Script, on: bool);

    #[wasm_bindgen(method)]
    fn act(this: &Script, place: u32, verb: &str, detail: &str) -> Option<String>;

    #[wasm_bindgen(method)]
    fn kill(this: &Script) -> Option<String>;

    #[wasm_bindgen(method)]
    fn end(this: &Script);
}

/// What the engine has to tell.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Told {
    /// Who takes part, where a description says so.
    Cast(Vec<Service>),
    /// The hosts are there.
    Ready,
    /// Records of hosts or of proxies, and how far their clock is behind ours, in microseconds.
    Records { host: bool, records: Vec<Record>, behind: i64 },
    /// That many more records were lost.
    Missed(u64),
    /// The other end is gone.
    Lost(String),
    /// A call or a command has ended.
    Ended(Ended),
}

/// How a call or a command of a proxy has ended.
#[derive(Deserialize)]
pub(super) struct Ended {
    pub(super) at: Timestamp,
    place: u32,
    pub(super) asked: String,
    #[serde(default)]
    result: String,
    failed: Option<Failed>,
}

#[derive(Deserialize)]
struct Failed {
    code: String,
    rule: Option<String>,
    text: String,
}

impl Ended {
    /// Whose it was.
    pub(super) fn node(&self) -> NodeId {
        node(self.place, Side::Proxy)
    }

    /// What came out.
    pub(super) fn result(self) -> Result<String, Reason> {
        let Some(Failed { code, rule, text }) = self.failed else { return Ok(self.result) };
        Err(Reason { rule: rule.and_then(|rule| known_rule(&rule)), code, text })
    }
}

/// Proxies with the way to their hosts. They end when it is dropped.
pub(super) struct Engine(Script);

impl Engine {
    /// Starts it.
    pub(super) fn start(at: &Where) -> Engine {
        Engine(match at {
            Where::Here => Script::new("here", ""),
            Where::There(address) => Script::new("there", address),
            Where::Described(address) => Script::new("wcf", address),
        })
    }

    /// What has happened since this was last asked.
    pub(super) fn take(&self) -> Vec<Told> {
        let told = self.0.take();
        serde_json::from_str(&told).unwrap_or_else(|error| {
            vec![Told::Lost(format!("its records cannot be read: {error}"))]
        })
    }

    /// Lets the demonstration go on by itself, or rest.
    pub(super) fn demonstrate(&self, on: bool) {
        self.0.demonstrate(on);
    }

    /// Does what the visitor wants.
    pub(super) fn act(&self, act: &Act) -> Result<(), Reason> {
        const ELSEWHERE: &str = "that can be done in the simulation only";
        let refusal = match (act, act.node().and_then(end)) {
            (Act::Kill(_), Some((_, Side::Host))) => self.0.kill(),
            (_, Some((_, Side::Host))) => {
                Some("the hosts of a live run belong to somebody else".into())
            }
            (act, Some((place, Side::Proxy))) => match verb(act) {
                Some((verb, detail)) => self.0.act(place, verb, &detail),
                None => Some(ELSEWHERE.into()),
            },
            _ => Some(ELSEWHERE.into()),
        };
        refusal.map_or(Ok(()), |refusal| Err(Reason::plain(&refusal)))
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.0.end();
    }
}

/// What an act is called over there, and what more there is to know.
fn verb(act: &Act) -> Option<(&'static str, String)> {
    let verb = match act {
        Act::Call(_, ask) => return Some(("call", serde_json::to_string(ask).ok()?)),
        Act::Abandon(_, group) => return Some(("abandon", group.to_string())),
        Act::Open(_) => "open",
        Act::Close(_) => "close",
        Act::Abort(_) => "abort",
        Act::Reset(_) => "reset",
        Act::Cut(_) | Act::CutChannel(..) => "cut",
        _ => return None,
    };
    Some((verb, String::new()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::act::Ask;
    use crate::lane::Lane;

    #[test]
    fn what_is_told_is_understood() {
        let told = r##"[{"ready":null},{"missed":3},{"lost":"gone"},
            {"records":{"host":true,"behind":-5,"records":[{"seq":0,"at":7,"node":1,
              "event":{"type":"callAbandoned","call":2}}]}},
            {"ended":{"at":9,"place":1,"asked":"clear()","result":"0"}},
            {"ended":{"at":9,"place":2,"asked":"open",
              "failed":{"code":"error FAULTED","rule":"PROXY-5","text":"no"}}}]"##;
        let told: Vec<Told> = serde_json::from_str(told).unwrap();
        assert_eq!(told.len(), 6);
        let Told::Records { host: true, records, behind: -5 } = &told[3] else { panic!("records") };
        assert_eq!((records[0].seq, records[0].at), (0, Timestamp(7)));
        let mut ended = told.into_iter().filter_map(|told| match told {
            Told::Ended(ended) => Some((ended.node(), ended.result())),
            _ => None,
        });
        assert_eq!(ended.next(), Some((Lane::SessionCalculator.node(Side::Proxy), Ok("0".into()))));
        let Some((_, Err(reason))) = ended.next() else { panic!("failed") };
        assert_eq!((reason.rule, reason.text.as_str()), (Some("PROXY-5"), "no"));
    }

    #[test]
    fn acts_have_the_names_of_the_package() {
        let node = Lane::Calculator.node(Side::Proxy);
        let call = Act::Call(node, Ask::new("add").with("1 2"));
        let (name, detail) = verb(&call).unwrap();
        assert_eq!(
            (name, detail.as_str()),
            ("call", r#"{"operation":"add","arguments":["1","2"]}"#)
        );
        assert_eq!(verb(&Act::Abandon(node, 7)), Some(("abandon", "7".into())));
        assert_eq!(verb(&Act::Hold(node)), None);
    }
}
