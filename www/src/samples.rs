//! Three small services: one without sessions, one with, one that calls back.

use futures::future::LocalBoxFuture;
use sessionful::{Context, Failure, Fault, service_contract};
use std::cell::Cell;
use std::rc::Rc;

/// Calculates without remembering anything.
#[service_contract(session = "not_allowed")]
pub trait Calculator {
    /// `a + b`
    async fn add(&self, at: &Context, a: f64, b: f64) -> f64;

    /// `a - b`
    async fn subtract(&self, at: &Context, a: f64, b: f64) -> f64;

    /// `a * b`
    async fn multiply(&self, at: &Context, a: f64, b: f64) -> f64;

    /// `a / b`; a fault where there is no such number.
    #[operation(fault(DivisionByZero))]
    async fn divide(&self, at: &Context, a: f64, b: f64) -> Result<f64, Failure>;
}

/// Calculates with a running result that lives as long as the session.
#[service_contract(session = "required")]
pub trait SessionCalculator {
    /// Begins at zero; the first call of a session.
    async fn clear(&self, at: &Context) -> f64;

    /// Adds to the result and tells it.
    #[operation(initiating = false)]
    async fn add_to(&self, at: &Context, value: f64) -> f64;

    /// Subtracts from the result and tells it.
    #[operation(initiating = false)]
    async fn subtract_from(&self, at: &Context, value: f64) -> f64;

    /// Multiplies the result and tells it.
    #[operation(initiating = false)]
    async fn multiply_by(&self, at: &Context, value: f64) -> f64;

    /// Divides the result and tells it; a fault where there is no such number.
    #[operation(initiating = false, fault(DivisionByZero))]
    async fn divide_by(&self, at: &Context, value: f64) -> Result<f64, Failure>;

    /// Tells the result and ends the session.
    #[operation(initiating = false, terminating)]
    async fn equals(&self, at: &Context) -> f64;
}

/// What a caller of [`DuplexHello`] hears later.
#[service_contract]
pub trait HelloCallback {
    /// An answer to a greeting.
    #[operation(one_way)]
    async fn reply(&self, at: &Context, text: String);
}

/// Takes a greeting and answers it after a while, over the caller's own session.
#[service_contract(session = "required", callback = HelloCallback)]
pub trait DuplexHello {
    /// Greets; the answer comes as a call back.
    #[operation(one_way)]
    async fn hello(&self, at: &Context, greeting: String) -> Result<(), Failure>;
}

/// How a service takes its time.
pub type Pause = Rc<dyn Fn() -> LocalBoxFuture<'static, ()>>;

/// A service object for each of the contracts, with the running result of a session.
pub struct Pocket {
    result: Cell<f64>,
    pause: Pause,
}

impl Pocket {
    /// An object whose operations take as long as `pause`.
    pub fn new(pause: Pause) -> Pocket {
        Pocket { result: Cell::new(0.0), pause }
    }

    async fn change(&self, change: impl FnOnce(f64) -> f64) -> f64 {
        (self.pause)().await;
        self.result.set(change(self.result.get()));
        self.result.get()
    }

    async fn tell<T>(&self, result: T) -> T {
        (self.pause)().await;
        result
    }
}

fn quotient(a: f64, b: f64) -> Result<f64, Failure> {
    if b == 0.0 {
        let reason = format!("{a} cannot be divided by zero");
        return Err(Fault::new("DivisionByZero", reason).into());
    }
    Ok(a / b)
}

impl Calculator for Pocket {
    async fn add(&self, _: &Context, a: f64, b: f64) -> f64 {
        self.tell(a + b).await
    }

    async fn subtract(&self, _: &Context, a: f64, b: f64) -> f64 {
        self.tell(a - b).await
    }

    async fn multiply(&self, _: &Context, a: f64, b: f64) -> f64 {
        self.tell(a * b).await
    }

    async fn divide(&self, _: &Context, a: f64, b: f64) -> Result<f64, Failure> {
        self.tell(quotient(a, b)).await
    }
}

impl SessionCalculator for Pocket {
    async fn clear(&self, _: &Context) -> f64 {
        self.change(|_| 0.0).await
    }

    async fn add_to(&self, _: &Context, value: f64) -> f64 {
        self.change(|result| result + value).await
    }

    async fn subtract_from(&self, _: &Context, value: f64) -> f64 {
        self.change(|result| result - value).await
    }

    async fn multiply_by(&self, _: &Context, value: f64) -> f64 {
        self.change(|result| result * value).await
    }

    async fn divide_by(&self, _: &Context, value: f64) -> Result<f64, Failure> {
        let quotient = quotient(self.result.get(), value);
        self.tell(()).await;
        quotient.inspect(|result| self.result.set(*result))
    }

    async fn equals(&self, _: &Context) -> f64 {
        self.change(|result| result).await
    }
}

impl DuplexHello for Pocket {
    async fn hello(&self, at: &Context, greeting: String) -> Result<(), Failure> {
        self.tell(()).await;
        let callback = at.callback().ok_or_else(|| Fault::new("NoCallback", "nobody listens"))?;
        let object = at.instance().map_or_else(String::new, |object| object.to_string());
        let text = format!("{greeting} to you too, says {object}");
        HelloCallbackClient::new(callback).reply(text).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sessionful::SessionMode;

    #[test]
    fn the_contracts_are_consistent() {
        for contract in
            [calculator_contract(), session_calculator_contract(), duplex_hello_contract()]
        {
            assert_eq!(contract.check(), Ok(()), "{}", contract.name());
        }
        assert_eq!(calculator_contract().session(), SessionMode::NotAllowed);
        let contract = session_calculator_contract();
        let flags = |name| contract.named(name).map(|(_, op)| (op.initiating, op.terminating));
        assert_eq!(flags("clear"), Some((true, false)));
        assert_eq!(flags("addTo"), Some((false, false)));
        assert_eq!(flags("equals"), Some((false, true)));
        assert!(duplex_hello_contract().operations()[0].one_way);
    }

    #[test]
    fn nothing_is_divided_by_zero() {
        assert_eq!(quotient(6.0, 3.0), Ok(2.0));
        let Err(Failure::Fault(fault)) = quotient(1.0, 0.0) else { panic!("no fault") };
        assert_eq!(fault.code.to_string(), "DivisionByZero");
    }
}
