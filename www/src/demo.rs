//! What happens when nobody touches anything: a few calls a second, round and round.

use crate::lane::Lane;
use serde_json::Value;
use smol_str::SmolStr;

/// A call with its arguments.
#[derive(Clone, PartialEq, Debug)]
pub enum Ask {
    /// An operation of the calculator.
    Pair(&'static str, f64, f64),
    /// An operation of the session calculator, with its argument if it has one.
    Step(&'static str, Option<f64>),
    /// A greeting.
    Hello(String),
}

impl Ask {
    /// Whom it is for.
    pub fn lane(&self) -> Lane {
        match self {
            Ask::Pair(..) => Lane::Calculator,
            Ask::Step(..) => Lane::SessionCalculator,
            Ask::Hello(_) => Lane::DuplexHello,
        }
    }

    /// The operation and its arguments.
    pub fn parts(&self) -> (SmolStr, Vec<Value>) {
        match self {
            Ask::Pair(name, a, b) => ((*name).into(), vec![number(*a), number(*b)]),
            Ask::Step(name, value) => ((*name).into(), value.iter().copied().map(number).collect()),
            Ask::Hello(greeting) => ("hello".into(), vec![greeting.clone().into()]),
        }
    }
}

/// A number without a fraction that says nothing.
fn number(value: f64) -> Value {
    if value.fract() == 0.0 { Value::from(value as i64) } else { value.into() }
}

/// One moment of the demonstration.
#[derive(Clone, PartialEq, Debug)]
pub enum Beat {
    /// These calls, at once.
    Call(Vec<Ask>),
    /// The session calculator is made new and opened: its session had ended.
    Renew,
}

/// The beat of that number; they repeat.
pub fn beat(number: u64) -> Beat {
    let pair = |name, a, b| Ask::Pair(name, a, b);
    let step = |name, value| Beat::Call(vec![Ask::Step(name, Some(value))]);
    let round = number / 12;
    let varied = f64::from(u32::try_from(round % 7).unwrap_or(0)) + 2.0;
    match number % 12 {
        0 => Beat::Call(vec![pair("add", varied, 3.0), Ask::Step("clear", None)]),
        1 => Beat::Call(vec![Ask::Hello("Good day".into())]),
        2 => step("addTo", varied),
        3 => Beat::Call(vec![pair("multiply", varied, 4.0), pair("subtract", 9.0, varied)]),
        4 => step("multiplyBy", 3.0),
        5 => Beat::Call(vec![pair("divide", 10.0, varied)]),
        6 => step("subtractFrom", 1.0),
        7 => Beat::Call(vec![pair("add", 20.0, varied), pair("add", 1.0, 1.0)]),
        8 => step("divideBy", 2.0),
        9 => Beat::Call(vec![pair("multiply", 6.0, 7.0), Ask::Hello("Still there".into())]),
        10 => Beat::Call(vec![Ask::Step("equals", None)]),
        _ => Beat::Renew,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asks(number: u64) -> Vec<Ask> {
        match beat(number) {
            Beat::Call(asks) => asks,
            Beat::Renew => Vec::new(),
        }
    }

    #[test]
    fn every_lane_is_called_in_the_first_two_seconds() {
        let lanes: Vec<Lane> = (0..4).flat_map(asks).map(|ask| ask.lane()).collect();
        assert!(Lane::ALL.iter().all(|lane| lanes.contains(lane)));
    }

    #[test]
    fn each_round_ends_its_session_and_begins_another() {
        for round in 0..3 {
            let steps: Vec<String> = (round * 12..round * 12 + 12)
                .flat_map(asks)
                .filter(|ask| ask.lane() == Lane::SessionCalculator)
                .map(|ask| ask.parts().0.to_string())
                .collect();
            assert_eq!(steps.first().map(String::as_str), Some("clear"));
            assert_eq!(steps.last().map(String::as_str), Some("equals"));
            assert_eq!(beat(round * 12 + 11), Beat::Renew);
        }
    }

    #[test]
    fn every_call_fits_its_contract() {
        for ask in (0..24).flat_map(asks) {
            let (operation, _) = ask.parts();
            assert!(ask.lane().contract().named(&operation).is_some(), "{operation}");
        }
    }
}
