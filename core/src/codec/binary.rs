//! Compact.
/// x
#[derive(Clone)]
pub struct Binary;
