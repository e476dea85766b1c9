//! What carries single requests.

mod port;
mod post;
mod reply;

pub use port::{PortExchange, PortResponder};
pub(crate) use port::{Request, Requests};
#[cfg(feature = "npm")]
pub(crate) use post::{LONGEST_TOGETHER, MOST_TOGETHER};
pub(crate) use post::{MOST_AT_ONCE, Post, PostExchange};
pub(crate) use reply::{failed, read_status};
