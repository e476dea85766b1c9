//! What carries single requests.

mod fetch;
mod port;

pub(crate) use fetch::{Fetch, FetchExchange, Gate, MOST_AT_ONCE, failed};
pub use port::{PortExchange, PortResponder};
pub(crate) use port::{Request, Requests};
