//! The language of scripts: steps and commands, a line each, read and written.

use super::program::{duration, span_text};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use std::fmt;
use std::time::Duration;

/// One line of a script.
///
/// | line | what it does |
/// |---|---|
/// | `H open`, `close`, `abort`, `reset` | commands a host or proxy, and waits for the end |
/// | `A call OP X.. timeout=5s group=3 NAME:VALUE` | calls, and waits; options may follow |
/// | `start L A call ..` | the same without waiting; `L` names the call or command |
/// | `await L` | waits for what `L` names |
/// | `peek L` | tells how it stands with what `L` names |
/// | `drop L` | drops the future of the call `L` |
/// | `A abandon 3`, `A abandon all` | abandons calls |
/// | `free L` | lets operations go on that wait for the label |
/// | `advance 5s`, `settle` | lets time go by; does what can be done without |
/// | `A link hold`, `release`, `cut`, `partition`, `heal`, `latency 5ms` | the weather |
/// | `H deaf` | the host's endpoint cannot be listened on |
/// | `show A` | tells the state of a node |
/// | `ran H` | tells which operations began there since it was last asked; `+OP` came back from a call-out |
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Step {
    /// A command to a node.
    Node(SmolStr, Command),
    /// A command that is not waited for.
    Start(SmolStr, SmolStr, Command),
    /// Waits for what a label names.
    Await(SmolStr),
    /// Tells how it stands with what a label names.
    Peek(SmolStr),
    /// Drops the future of a call.
    Drop(SmolStr),
    /// Lets a label go.
    Free(SmolStr),
    /// Lets time go by.
    Advance(Duration),
    /// Does what can be done without time going by.
    Settle,
    /// Tells the state of a node.
    Show(SmolStr),
    /// Tells which operations began, or came back from a call-out, since it was last asked.
    Ran(SmolStr),
}

/// A command to a host or proxy.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Command {
    /// Opens it.
    Open,
    /// Closes it.
    Close,
    /// Aborts it.
    Abort,
    /// Resets it.
    Reset,
    /// Calls an operation.
    Call {
        /// Its name.
        operation: SmolStr,
        /// Its arguments.
        arguments: Vec<SmolStr>,
        /// How long to wait.
        timeout: Option<Duration>,
        /// The group to abandon it by.
        group: u32,
        /// Headers.
        headers: Vec<(SmolStr, SmolStr)>,
    },
    /// Abandons a group of calls, 0 being all.
    Abandon(u32),
    /// Changes the weather.
    Link(SmolStr, Option<Duration>),
    /// Lets the host's endpoint fail to listen.
    Deaf,
}

/// A line that is no step.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("`{line}` is no step of a script: {hint}")]
pub struct StepError {
    /// The line.
    pub line: String,
    /// What would be one.
    pub hint: &'static str,
}

impl TryFrom<String> for Step {
    type Error = StepError;

    fn try_from(line: String) -> Result<Step, StepError> {
        let words: Vec<&str> = line.split_whitespace().collect();
        let wrong = |hint| StepError { line: line.clone(), hint };
        Ok(match words.as_slice() {
            ["settle"] => Step::Settle,
            ["await", label] => Step::Await((*label).into()),
            ["peek", label] => Step::Peek((*label).into()),
            ["drop", label] => Step::Drop((*label).into()),
            ["free", label] => Step::Free((*label).into()),
            ["show", node] => Step::Show((*node).into()),
            ["ran", node] => Step::Ran((*node).into()),
            ["advance", span] => {
                Step::Advance(duration(span).ok_or(wrong("use 5us, 5ms, 5s or 5m"))?)
            }
            ["start", label, node, rest @ ..] => {
                Step::Start((*label).into(), (*node).into(), command(rest).map_err(wrong)?)
            }
            [node, rest @ ..] => Step::Node((*node).into(), command(rest).map_err(wrong)?),
            [] => return Err(wrong("it is empty")),
        })
    }
}

fn command(words: &[&str]) -> Result<Command, &'static str> {
    Ok(match words {
        ["open"] => Command::Open,
        ["close"] => Command::Close,
        ["abort"] => Command::Abort,
        ["reset"] => Command::Reset,
        ["deaf"] => Command::Deaf,
        ["abandon", "all"] => Command::Abandon(0),
        ["abandon", group] => Command::Abandon(group.parse().map_err(|_| "a number or all")?),
        ["link", "latency", span] => {
            Command::Link("latency".into(), Some(duration(span).ok_or("use 5us, 5ms, 5s or 5m")?))
        }
        ["link", what @ ("hold" | "release" | "cut" | "partition" | "heal")] => {
            Command::Link((*what).into(), None)
        }
        ["call", operation, rest @ ..] => call(operation, rest)?,
        _ => return Err("see the table of `sim::Step`"),
    })
}

fn call(operation: &str, words: &[&str]) -> Result<Command, &'static str> {
    let (mut arguments, mut headers) = (Vec::new(), Vec::new());
    let (mut timeout, mut group) = (None, 0);
    for word in words {
        if let Some(span) = word.strip_prefix("timeout=") {
            timeout = Some(duration(span).ok_or("use timeout=5us, 5ms, 5s or 5m")?);
        } else if let Some(number) = word.strip_prefix("group=") {
            group = number.parse().map_err(|_| "use group=3")?;
        } else if let Some((name, value)) = word.split_once(':') {
            headers.push((name.into(), value.into()));
        } else {
            arguments.push((*word).into());
        }
    }
    Ok(Command::Call { operation: operation.into(), arguments, timeout, group, headers })
}

impl From<Step> for String {
    fn from(step: Step) -> String {
        match step {
            Step::Settle => "settle".into(),
            Step::Await(label) => format!("await {label}"),
            Step::Peek(label) => format!("peek {label}"),
            Step::Drop(label) => format!("drop {label}"),
            Step::Free(label) => format!("free {label}"),
            Step::Show(node) => format!("show {node}"),
            Step::Ran(node) => format!("ran {node}"),
            Step::Advance(span) => format!("advance {}", span_text(span)),
            Step::Start(label, node, command) => format!("start {label} {node} {command}"),
            Step::Node(node, command) => format!("{node} {command}"),
        }
    }
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Command::Open => f.write_str("open"),
            Command::Close => f.write_str("close"),
            Command::Abort => f.write_str("abort"),
            Command::Reset => f.write_str("reset"),
            Command::Deaf => f.write_str("deaf"),
            Command::Abandon(0) => f.write_str("abandon all"),
            Command::Abandon(group) => write!(f, "abandon {group}"),
            Command::Link(what, None) => write!(f, "link {what}"),
            Command::Link(what, Some(span)) => write!(f, "link {what} {}", span_text(*span)),
            Command::Call { operation, arguments, timeout, group, headers } => {
                write!(f, "call {operation}")?;
                arguments.iter().try_for_each(|argument| write!(f, " {argument}"))?;
                headers.iter().try_for_each(|(name, value)| write!(f, " {name}:{value}"))?;
                if let Some(span) = timeout {
                    write!(f, " timeout={}", span_text(*span))?;
                }
                if *group > 0 {
                    write!(f, " group={group}")?;
                }
                Ok(())
            }
        }
    }
}
