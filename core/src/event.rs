//! What happened.

/// One thing that happened.
pub enum Event {}
