//! The port by which a page finds the hosts of a worker.
//!
//! | said                            | by     | meaning                                       |
//! |---------------------------------|--------|-----------------------------------------------|
//! | `["connect", address]` + port   | page   | a session; the answer comes on the port       |
//! | `["exchange", address]` + port  | page   | single requests, on the port                  |
//! | `["ping", number]`              | page   | is anybody there?                             |
//! | `["bye"]`                       | page   | it goes, and all that it connected            |
//! | `["pong", number]`              | worker | yes                                           |
//! | `["ready", origin]`             | worker | hosts listen; by which clock                  |
//! | `["records", json, lost]`       | worker | what happened there                           |
//! | `["panic", message]`            | worker | nothing works there any more                  |

mod connector;
mod switchboard;

pub(crate) use connector::Trunk;
pub use connector::{News, PortConnector};
pub use switchboard::{PortAcceptor, Switchboard};
