//! sessionful for JavaScript.
