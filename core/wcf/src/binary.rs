//! XML as binary, the way WCF's binary encoder writes it.
//!
//! | specification | what it tells | where |
//! |---|---|---|
//! | \[MC-NBFX\] | the records | [`Reader`], [`Writer`] |
//! | \[MC-NBFS\] | 487 strings that both ends know | [`known`] |
//! | \[MC-NBFSE\] | strings that a session adds, each way | [`Dictionary`] |

mod dictionary;
mod read;
mod record;
mod strings;
mod write;

pub use dictionary::Dictionary;
pub use read::Reader;
pub use strings::{known, known_id};
pub use write::Writer;
