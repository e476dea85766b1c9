//! The programs that the playground shows for its scenarios compile, and open what they set up.
//!
//! A test of the playground holds the files against what it writes today.

#![cfg(not(target_arch = "wasm32"))]

macro_rules! programs {
    ($($name:ident = $file:literal;)*) => {$(
        #[allow(dead_code, unused_variables, reason = "they set up services that nobody calls")]
        mod $name {
            include!(concat!("../fixtures/snippets/", $file));

            #[test]
            fn opens() -> Result<(), Box<dyn std::error::Error>> {
                main()
            }
        }
    )*};
}

programs! {
    first = "first.rs";
    reentrant = "reentrant.rs";
    duplex_hello = "duplex-hello.rs";
    release_modes = "release-modes.rs";
    throttled_calls = "throttled-calls.rs";
    well_known = "well-known.rs";
    first_and_last = "first-and-last.rs";
    pending_calls = "pending-calls.rs";
    idle_session = "idle-session.rs";
}
