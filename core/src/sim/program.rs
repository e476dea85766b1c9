//! What the services of a simulated world do: little programs that are plain data.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use std::collections::BTreeMap;
use std::time::Duration;

/// The programs of a service, by operation.
pub type Programs = BTreeMap<SmolStr, Vec<Act>>;

/// One instruction. The text form is in brackets.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Act {
    /// `[work 5ms]` Takes time.
    Work(Duration),
    /// `[wait LABEL]` Waits until the script frees the label.
    Wait(SmolStr),
    /// `[set X]` `[add X]` `[sub X]` `[mul X]` `[div X]` Changes the number that the object keeps.
    Compute(Op, Operand),
    /// `[return X..]` Ends with the values.
    Return(Vec<Operand>),
    /// `[fault CODE KIND]` Ends with a fault that was meant; the kind of its detail is optional.
    Fault(SmolStr, Option<SmolStr>),
    /// `[throw TEXT]` Ends with a failure that nobody foresaw.
    Throw(String),
    /// `[callback OP X..]` Calls the caller back; a failure ends the operation with it.
    Callback(SmolStr, Vec<Operand>),
    /// `[try OP X..]` Calls the caller back; the outcome is the answer, as text.
    Try(SmolStr, Vec<Operand>),
    /// `[call PROXY OP X..]` Calls something else by a proxy of this world.
    Call(SmolStr, SmolStr, Vec<Operand>),
    /// `[release]` Gives the service object up.
    Release,
    /// `[close]` Ends the session in good order.
    CloseSession,
    /// `[abort]` Cuts the session.
    AbortSession,
    /// `[quota N]` Lets that many more messages into the context.
    Quota(u32),
}

/// Arithmetic on the object's number.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Op {
    /// Replaces it.
    Set,
    /// Adds.
    Add,
    /// Subtracts.
    Sub,
    /// Multiplies.
    Mul,
    /// Divides, rounding towards zero; by zero is the fault `DivideByZero`.
    Div,
}

/// Where a value comes from.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Operand {
    /// `[$1]` An argument, counted from 1.
    Argument(usize),
    /// `[state]` The object's number.
    State,
    /// `[id]` The name of the object.
    Object,
    /// `[session]` The name of the session, or `none`.
    Session,
    /// `[answer]` What the last call-out returned.
    Answer,
    /// Anything else stands for itself.
    Literal(SmolStr),
}

/// A text that is no instruction.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("`{text}` is no instruction: {hint}")]
pub struct ActError {
    /// The text.
    pub text: String,
    /// What would be one.
    pub hint: &'static str,
}

impl TryFrom<String> for Act {
    type Error = ActError;

    fn try_from(text: String) -> Result<Act, ActError> {
        let mut words = text.split_whitespace();
        let verb = words.next().unwrap_or_default();
        let rest: Vec<&str> = words.collect();
        let wrong = |hint| ActError { text: text.clone(), hint };
        let operands = |from: usize| rest[from..].iter().map(|word| operand(word)).collect();
        let one = || match rest.as_slice() {
            [word] => Ok(*word),
            _ => Err(wrong("one word must follow")),
        };
        Ok(match verb {
            "work" => Act::Work(duration(one()?).ok_or(wrong("use 5us, 5ms, 5s or 5m"))?),
            "wait" => Act::Wait(one()?.into()),
            "set" => Act::Compute(Op::Set, operand(one()?)),
            "add" => Act::Compute(Op::Add, operand(one()?)),
            "sub" => Act::Compute(Op::Sub, operand(one()?)),
            "mul" => Act::Compute(Op::Mul, operand(one()?)),
            "div" => Act::Compute(Op::Div, operand(one()?)),
            "return" => Act::Return(operands(0)),
            "throw" => Act::Throw(rest.join(" ")),
            "fault" if matches!(rest.len(), 1 | 2) => {
                Act::Fault(rest[0].into(), rest.get(1).map(|kind| (*kind).into()))
            }
            "callback" if !rest.is_empty() => Act::Callback(rest[0].into(), operands(1)),
            "try" if !rest.is_empty() => Act::Try(rest[0].into(), operands(1)),
            "call" if rest.len() >= 2 => Act::Call(rest[0].into(), rest[1].into(), operands(2)),
            "release" if rest.is_empty() => Act::Release,
            "close" if rest.is_empty() => Act::CloseSession,
            "abort" if rest.is_empty() => Act::AbortSession,
            "quota" => Act::Quota(one()?.parse().map_err(|_| wrong("a number must follow"))?),
            _ => return Err(wrong("see the list in `sim::Act`")),
        })
    }
}

impl From<Act> for String {
    fn from(act: Act) -> String {
        let join = |verb: &str, operands: &[Operand]| {
            operands.iter().fold(verb.to_owned(), |text, operand| format!("{text} {operand}"))
        };
        match act {
            Act::Work(span) => format!("work {}", span_text(span)),
            Act::Wait(label) => format!("wait {label}"),
            Act::Compute(op, operand) => format!("{} {operand}", format!("{op:?}").to_lowercase()),
            Act::Return(operands) => join("return", &operands),
            Act::Fault(code, None) => format!("fault {code}"),
            Act::Fault(code, Some(kind)) => format!("fault {code} {kind}"),
            Act::Throw(text) => format!("throw {text}"),
            Act::Callback(name, operands) => join(&format!("callback {name}"), &operands),
            Act::Try(name, operands) => join(&format!("try {name}"), &operands),
            Act::Call(proxy, name, operands) => join(&format!("call {proxy} {name}"), &operands),
            Act::Release => "release".into(),
            Act::CloseSession => "close".into(),
            Act::AbortSession => "abort".into(),
            Act::Quota(more) => format!("quota {more}"),
        }
    }
}

fn operand(word: &str) -> Operand {
    if let Some(number) = word.strip_prefix('$').and_then(|digits| digits.parse().ok()) {
        return Operand::Argument(number);
    }
    match word {
        "state" => Operand::State,
        "id" => Operand::Object,
        "session" => Operand::Session,
        "answer" => Operand::Answer,
        _ => Operand::Literal(word.into()),
    }
}

impl std::fmt::Display for Operand {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Operand::Argument(number) => write!(f, "${number}"),
            Operand::State => f.write_str("state"),
            Operand::Object => f.write_str("id"),
            Operand::Session => f.write_str("session"),
            Operand::Answer => f.write_str("answer"),
            Operand::Literal(text) => f.write_str(text),
        }
    }
}

/// Reads `5us`, `5ms`, `5s` or `5m`.
pub(crate) fn duration(text: &str) -> Option<Duration> {
    let unit = text.find(|c: char| !c.is_ascii_digit())?;
    let number: u64 = text[..unit].parse().ok()?;
    match &text[unit..] {
        "us" => Some(Duration::from_micros(number)),
        "ms" => Some(Duration::from_millis(number)),
        "s" => Some(Duration::from_secs(number)),
        "m" => number.checked_mul(60).map(Duration::from_secs),
        _ => None,
    }
}

/// Writes a span as it is read, in the largest unit that loses nothing.
pub(crate) fn span_text(span: Duration) -> String {
    let micros = span.as_micros();
    let units = [(60_000_000, "m"), (1_000_000, "s"), (1000, "ms")];
    let fits = units.into_iter().find(|(unit, _)| micros > 0 && micros.is_multiple_of(*unit));
    let (unit, name) = fits.unwrap_or((1, "us"));
    format!("{}{name}", micros / unit)
}
