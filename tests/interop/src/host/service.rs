//! What the samples do.

use bytes::Bytes;
use futures::future::LocalBoxFuture;
use sessionful::ids::OperationId;
use sessionful::{Context, Failure, Fault, FaultCode, Service};
use sessionful_wcf::data::{DataError, Datum};
use sessionful_wcf::wsdl::{Description, Operation};
use smol_str::SmolStr;
use std::cell::Cell;
use std::rc::Rc;

thread_local! {
    /// How many objects were made.
    static MADE: Cell<u32> = const { Cell::new(0) };
}

/// A calculator, or the service of types, as the description says.
pub(super) struct Sample {
    description: Rc<Description>,
    id: u32,
    total: Cell<f64>,
}

type Parts = Vec<(SmolStr, Datum)>;

impl Sample {
    pub(super) fn new(description: Rc<Description>) -> Sample {
        MADE.set(MADE.get() + 1);
        Sample { description, id: MADE.get(), total: Cell::new(0.0) }
    }

    fn carry_out(&self, operation: &Operation, body: &Bytes) -> Result<Bytes, Failure> {
        let schema = &self.description.schema;
        let unreadable = |error: DataError| {
            Failure::Fault(Fault::runtime(FaultCode::DeserializationFailed, error.to_string()))
        };
        let given = schema.read_body(&operation.request, body).map_err(unreadable)?;
        let result = self.result(operation, &given)?;
        let Some(reply) = &operation.reply else { return Ok(Bytes::new()) };
        // The result is named after the operation, or as the contract says.
        let results: Parts = reply.parts.iter().map(|part| part.name.clone()).zip(result).collect();
        schema.write_body(reply, &results).map_err(|error| Failure::Unhandled(error.to_string()))
    }

    /// Results in the order of the reply's parts. A part that was left out is null.
    fn result(&self, operation: &Operation, given: &Parts) -> Result<Vec<Datum>, Failure> {
        let part = |name: &str| {
            let found = given.iter().find(|(known, _)| known == name);
            found.map_or(Datum::Nil, |(_, datum)| datum.clone())
        };
        let sum = |by: f64| {
            self.total.set(self.total.get() + by);
            vec![Datum::Double(self.total.get())]
        };
        let double = |name: &str| match part(name) {
            Datum::Double(number) => number,
            _ => 0.0,
        };
        Ok(match operation.name.as_str() {
            "Clear" => {
                self.total.set(0.0);
                Vec::new()
            }
            "Add" | "AddTo" => sum(double("n")),
            "Equals" => sum(0.0),
            "Divide" | "DivideSub" => {
                vec![Datum::Int(self.divide(operation, &part("n1"), &part("n2"))?)]
            }
            "InstanceId" => vec![Datum::text(format!("{}#{}", self.description.name, self.id))],
            "ThrowUndeclared" => {
                return Err(Failure::Fault(Fault::new("Sender", "just a reason")));
            }
            "ThrowUnhandled" => return Err(Failure::Unhandled("secret detail".into())),
            "Mixed" => {
                let (Datum::Text(zebra), Datum::Int(apple)) = (part("zebra"), part("apple")) else {
                    return Err(Failure::Unhandled("no zebra, or no apple".into()));
                };
                let last = part("last") == Datum::Bool(true);
                let extra = Datum::text(format!("{zebra}{apple}"));
                vec![Datum::Int(i64::from(last)), Datum::Double(2.0 * double("middle")), extra]
            }
            "Renamed" => match part("q") {
                Datum::Text(text) => vec![Datum::text(format!("re: {text}"))],
                _ => vec![Datum::Nil],
            },
            "Bool" => vec![Datum::Bool(part("b") != Datum::Bool(true))],
            // The others give back what they got.
            _ => vec![given.first().map_or(Datum::Nil, |(_, datum)| datum.clone())],
        })
    }

    fn divide(&self, operation: &Operation, n1: &Datum, n2: &Datum) -> Result<i64, Failure> {
        match (n1, n2) {
            (Datum::Int(n1), Datum::Int(n2)) if *n2 != 0 => Ok(n1 / n2),
            _ => {
                let declared = &operation.faults[0];
                let members = [("Operation", "Divide"), ("ProblemType", "divide by zero")];
                let detail = Datum::object(members.map(|(name, text)| (name, Datum::text(text))));
                let schema = &self.description.schema;
                let detail = schema.write_document(&declared.element, &declared.field, &detail);
                let detail = detail.map_err(|error| Failure::Unhandled(error.to_string()))?;
                let code = match operation.name.as_str() {
                    "DivideSub" => "{urn:interop:faults}DivZero",
                    _ => "Sender",
                };
                let fault = Fault::new(code, "Denominator is zero");
                Err(Failure::Fault(fault.with_detail(declared.element.local.clone(), detail)))
            }
        }
    }
}

impl Service for Sample {
    fn call(
        self: Rc<Self>,
        _: Context,
        operation: OperationId,
        body: Bytes,
    ) -> LocalBoxFuture<'static, Result<Bytes, Failure>> {
        Box::pin(async move {
            let operations = &self.description.contracts[0].operations;
            match operations.get(usize::from(operation.0)) {
                Some(operation) => self.carry_out(operation, &body),
                None => Err(Failure::Unhandled("no such operation".into())),
            }
        })
    }
}
