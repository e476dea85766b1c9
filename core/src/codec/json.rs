//! Readable.
/// x
#[derive(Clone)]
pub struct Json;
