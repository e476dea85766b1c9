//! What carries sessions.

mod port;

pub use port::PortPipe;
pub(crate) use port::{Dialing, WINDOW};
