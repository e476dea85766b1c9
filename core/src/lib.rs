//! The session-aware service runtime.
