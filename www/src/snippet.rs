//! TypeScript and Rust that set up what is configured.
