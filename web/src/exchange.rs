//! What carries single requests.

mod port;

pub use port::{PortExchange, PortResponder};
pub(crate) use port::{Request, Requests};
