//! What carries single requests.

mod port;
mod post;
mod reply;

pub use port::{PortExchange, PortResponder};
pub(crate) use port::{Request, Requests};
pub(crate) use post::{MOST_AT_ONCE, MOST_TOGETHER, Post, PostExchange};
pub(crate) use reply::failed;
