//! What `sessionful/wcf` needs beside the runtime: SOAP and data contracts for JavaScript.
//!
//! | module       | idea                                                                   |
//! |--------------|------------------------------------------------------------------------|
//! | [`wire`]     | messages of the runtime, and envelopes                                 |
//! | [`body`]     | arguments, results and details of a contract, and bodies               |
//! | `take`       | JavaScript values that become values of data contracts                 |
//! | `give`       | and back                                                               |
//! | `describe`   | the types and operations of a description, which is a JavaScript value |
//! | `json`       | writing JSON                                                           |
//! | `look`       | looking into plain JavaScript values                                   |
//!
//! Channels, sessions and hosts are not here: they are in the runtime's own binary, which speaks text
//! frames to this one's JavaScript. So whoever does not call WCF does not load any of it. Reading and
//! writing WSDL is in a third one, which a page that calls has no use for.
//!
//! Whatever is thrown is a text for people that names the place and never a whole value.
#![cfg_attr(not(test), deny(clippy::unwrap_used))]

pub mod body;
mod describe;
mod give;
mod json;
mod look;
mod path;
mod take;
pub mod wire;

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();
