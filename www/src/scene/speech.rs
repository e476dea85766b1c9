//! What is on the stage, in words: for screen readers, and for the table that mirrors it.

use super::{Body, Node, Scene, Slot, Token};
use sessionful::ConcurrencyMode;

/// A row of the table that says the same as the stage.
#[derive(Clone, PartialEq, Debug)]
pub struct Row {
    /// What it is.
    pub target: crate::run::Target,
    /// What kind of thing.
    pub kind: &'static str,
    /// What it is called.
    pub name: String,
    /// Where it is in its life.
    pub phase: String,
    /// What it does, and who waits.
    pub doing: String,
    /// What it is connected to, towards the caller.
    pub from: String,
}

impl Scene {
    /// Everything on the stage, as a table.
    pub fn table(&self) -> Vec<Row> {
        let name = |target| self.node(target).map(|node| node.name.to_string());
        let rows = self.nodes.iter().map(|node| {
            let toward = self.edges.iter().filter(|edge| edge.ends.1 == node.target);
            let from: Vec<String> = toward.filter_map(|edge| name(edge.ends.0)).collect();
            Row {
                target: node.target,
                kind: node.kind(),
                name: node.name.to_string(),
                phase: node.phase.map(|phase| phase.to_string()).unwrap_or_default(),
                doing: node.doing(),
                from: from.join(", "),
            }
        });
        rows.collect()
    }
}

impl Node {
    /// What kind of thing it is.
    pub fn kind(&self) -> &'static str {
        match &self.body {
            Body::Proxy { .. } => "proxy",
            Body::Channel { slot: Slot::Session, .. } => "channel",
            Body::Channel { .. } => "pooled channel",
            Body::Host { .. } => "host",
            Body::Session { .. } => "session",
            Body::Listener { .. } => "listener",
            Body::Context { .. } => "instance context",
            Body::Object { .. } => "service object",
        }
    }

    /// What a screen reader says.
    pub fn spoken(&self) -> String {
        let mut words = vec![format!("{} {}", self.kind(), self.name)];
        words.extend(self.phase.map(|phase| phase.to_string()));
        let doing = self.doing();
        if !doing.is_empty() {
            words.push(doing);
        }
        words.join(", ")
    }

    /// What it does now, and who waits for it.
    pub fn doing(&self) -> String {
        match &self.body {
            Body::Proxy { waiting, running, .. } => both([
                some(waiting.len(), "call waits for it to open", "calls wait for it to open"),
                list("runs", running),
            ]),
            Body::Channel { slot: Slot::Idle, .. } => "idle in the pool".into(),
            Body::Channel { call: Some(call), .. } => format!("carries {}", call.text),
            Body::Channel { .. } => String::new(),
            // Nobody tells what goes on there.
            Body::Host { seen: false, .. } => String::new(),
            Body::Host { waiting, held, queued, .. } => both([
                format!(
                    "{}, {}, {}",
                    count(held[1], "session"),
                    count(held[0], "call"),
                    count(held[2], "context")
                ),
                some(queued.iter().sum::<u32>() as usize, "waits for a slot", "wait for a slot"),
                list("throttled:", waiting),
            ]),
            Body::Session { backlog } | Body::Listener { backlog } => some(
                *backlog as usize,
                "message waits to be picked up",
                "messages wait to be picked up",
            ),
            Body::Context { mode, inside, resuming, arriving, out } => both([
                gate(*mode, inside),
                list("called out:", out),
                list("back and next:", resuming),
                list("waiting at the gate:", arriving),
            ]),
            Body::Object { own, working } => both([
                if *working { "at work".into() } else { "idle".into() },
                if *own { "the user's own".into() } else { String::new() },
            ]),
        }
    }
}

fn gate(mode: ConcurrencyMode, inside: &[Token]) -> String {
    match (mode, inside) {
        (ConcurrencyMode::Multiple, []) => "no gate, nobody inside".into(),
        (ConcurrencyMode::Multiple, _) => list("no gate, inside:", inside),
        (_, []) => "the gate is free".into(),
        _ => list("the gate is held by", inside),
    }
}

fn list(before: &str, tokens: &[Token]) -> String {
    if tokens.is_empty() {
        return String::new();
    }
    let names: Vec<&str> = tokens.iter().map(|token| token.text.as_str()).collect();
    format!("{before} {}", names.join(", "))
}

fn count(count: u32, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

fn some(count: usize, one: &str, many: &str) -> String {
    match count {
        0 => String::new(),
        1 => format!("1 {one}"),
        _ => format!("{count} {many}"),
    }
}

fn both<const N: usize>(parts: [String; N]) -> String {
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join("; ")
}
