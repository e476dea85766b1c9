//! `#[service_contract]`.
