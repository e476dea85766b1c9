//! The manual: what the runtime does, mode by mode, with diagrams and the ids of the rules.
//!
//! ```text
//!   overview ─┬─ which channel    session_mode   proxies
//!             ├─ which object     instancing     contexts
//!             ├─ how many at once concurrency    throttles
//!             ├─ both ways        callbacks      wire
//!             ├─ life and death   lifecycles     closing     faults
//!             └─ promises         delivery       wws_and_wcf out_of_scope   simulation
//! ```
//!
//! | you ask | page |
//! |---|---|
//! | How does it hang together? What happens to a message? | [`overview`] |
//! | Do I get a session? | [`session_mode`] |
//! | Which object does my call meet? How long does it live? | [`instancing`] |
//! | How many operations run at once, and in which order? | [`concurrency`] |
//! | One channel or many? | [`proxies`] |
//! | What may I call in which state? | [`lifecycles`] |
//! | How do I end it? What does that wait for? | [`closing`] |
//! | What does a failure cost? | [`faults`] |
//! | **Can a message get lost, come twice, overtake?** | [`delivery`] |
//! | How is a service called back? | [`callbacks`] |
//! | Who waits when it is full? | [`throttles`] |
//! | How do I share, pool or keep objects? Where does state go? | [`contexts`] |
//! | What is the difference between WWSAPI and WCF? | [`wws_and_wcf`] |
//! | What travels? | [`wire`] |
//! | How do I test this? | [`simulation`] |
//! | What is missing? | [`out_of_scope`] |
//!
//! # How to read it
//!
//! - An id such as `CONC-4` names a rule of behavior; the tests cite the rules that they prove. `PROXY`,
//!   `CALL`, `CHAN`, `ERR` and `HOST` come from Windows Web Services (WWSAPI), `CO`, `SESS`, `INST`,
//!   `CONC`, `THR`, `OP`, `FLT` and `CTX` from Windows Communication Foundation (WCF). `GOT` are traps,
//!   `ORC` tables of expected results, `MOD` choices of this design.
//! - Examples are scenarios of the [`simulation`]: the real machines in virtual time. What they print
//!   is checked whenever the documentation is tested.
//!
//! # Words
//!
//! | word | meaning |
//! |---|---|
//! | *session* | messages of one client that belong together, carried by one channel |
//! | *exchange* | one request and at most one answer, without a session |
//! | *context* | instance context: where a service object lives |
//! | *gate* | the lock of a context |
//! | *pump* | what takes up the messages of a channel, one by one |
//! | *call-out* | a call that an operation makes and awaits |
//! | *habitat* | where drivers run: page, worker, Node, test |

#[doc = include_str!("manual/overview.md")]
pub mod overview {}

#[doc = include_str!("manual/session_mode.md")]
pub mod session_mode {
    #[doc = include_str!("manual/session_mode/allowed.md")]
    pub mod allowed {}

    #[doc = include_str!("manual/session_mode/required.md")]
    pub mod required {}

    #[doc = include_str!("manual/session_mode/not_allowed.md")]
    pub mod not_allowed {}
}

#[doc = include_str!("manual/instancing.md")]
pub mod instancing {
    #[doc = include_str!("manual/instancing/per_call.md")]
    pub mod per_call {}

    #[doc = include_str!("manual/instancing/per_session.md")]
    pub mod per_session {}

    #[doc = include_str!("manual/instancing/single.md")]
    pub mod single {}
}

#[doc = include_str!("manual/concurrency.md")]
pub mod concurrency {
    #[doc = include_str!("manual/concurrency/single.md")]
    pub mod single {}

    #[doc = include_str!("manual/concurrency/reentrant.md")]
    pub mod reentrant {}

    #[doc = include_str!("manual/concurrency/multiple.md")]
    pub mod multiple {}
}

#[doc = include_str!("manual/proxies.md")]
pub mod proxies {
    #[doc = include_str!("manual/proxies/sessionful.md")]
    pub mod sessionful {}

    #[doc = include_str!("manual/proxies/pooled.md")]
    pub mod pooled {}
}

#[doc = include_str!("manual/lifecycles.md")]
pub mod lifecycles {}

#[doc = include_str!("manual/closing.md")]
pub mod closing {}

#[doc = include_str!("manual/faults.md")]
pub mod faults {}

#[doc = include_str!("manual/delivery.md")]
pub mod delivery {}

#[doc = include_str!("manual/callbacks.md")]
pub mod callbacks {}

#[doc = include_str!("manual/throttles.md")]
pub mod throttles {}

#[doc = include_str!("manual/contexts.md")]
pub mod contexts {}

#[doc = include_str!("manual/wws_and_wcf.md")]
pub mod wws_and_wcf {}

#[doc = include_str!("manual/wire.md")]
pub mod wire {}

#[doc = include_str!("manual/simulation.md")]
pub mod simulation {}

#[doc = include_str!("manual/out_of_scope.md")]
pub mod out_of_scope {}
