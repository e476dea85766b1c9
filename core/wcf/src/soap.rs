//! SOAP behind [`sessionful`]'s codec seam: [`Soap`] is a [`Codec`](sessionful::Codec) for each of the
//! forms that WCF's bindings put on the wire.
//!
//! | [`Wire`] | binding of WCF | envelope | content type |
//! |---|---|---|---|
//! | `BasicHttp` | BasicHttpBinding | SOAP 1.1 | `text/xml` |
//! | `Soap12Http` | custom, `MessageVersion.Soap12` | SOAP 1.2 | `application/soap+xml` |
//! | `WsHttp` | WSHttpBinding without security | SOAP 1.2, addressing | `application/soap+xml` |
//! | `BinaryHttp` | NetHttpBinding without sessions | the same, \[MC-NBFX\] | `application/soap+msbin1` |
//! | `SocketText` | NetHttpBinding, text | SOAP 1.2, addressing | subprotocol `soap` |
//! | `SocketBinary` | NetHttpBinding | the same, \[MC-NBFSE\] | subprotocol `soap` |
//!
//! - **A body is one element in \[MC-NBFX\] with the static strings of \[MC-NBFS\]**, as
//!   [`data`](crate::data) writes and reads it: numbers stay numbers until the codec knows
//!   whether they become text. No bytes at all are an empty `s:Body`.
//! - **Over HTTP a frame is an [`Entity`]:** the few headers that SOAP binds to, a blank line, the
//!   envelope. The transport takes it apart and sends it.
//! - **Headers of a message** have the name `{namespace}local` and their text as value; one with
//!   attributes or elements has the whole element as value, as text that begins with `<`. A name
//!   without a namespace is carried in a `Property` header of ours.
//! - **Codes of faults** are told at [`code`].
//! - **A detail's `kind`** is the local name of its element: give a fault contract the name of its data
//!   contract.

pub mod code;
mod codec;
mod entity;
mod envelope;
mod fault;
mod header;
mod ids;
mod read;
mod write;

pub use codec::{Soap, Wire};
pub use entity::Entity;
pub use envelope::{ADDRESSING, ANONYMOUS, SOAP11, SOAP12};
pub use ids::Ids;
