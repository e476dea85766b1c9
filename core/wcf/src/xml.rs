//! The infoset: what text and binary XML both say, as a stream of events.
//!
//! ```text
//!   text::Reader ───┐                         ┌──▶ text::Writer
//!                   ├──▶ Event ─▶ Cursor      │
//!   binary::Reader ─┘      ▲         │   Composer ─▶ Event
//!                          └─────────┴────────┴──▶ binary::Writer
//! ```
//!
//! A [`Source`] yields events, a [`Sink`] takes them. [`Cursor`] is what reads a known structure from
//! a source, [`Composer`] what writes one without thinking about prefixes.

mod compose;
mod copy;
mod cursor;
mod event;
mod limits;
mod name;
mod scope;
mod table;
mod tree;

pub use compose::Composer;
pub use copy::{copy, element_of};
pub use cursor::Cursor;
pub use event::{
    AnySink, AnySource, Array, ArrayKind, Attribute, Declaration, Event, Sink, Source, Start,
};
pub use limits::Limits;
pub use name::{Name, is_char, is_ncname};
pub use scope::Scope;
pub use tree::Element;

pub(crate) use limits::check;
pub(crate) use name::are_chars;
pub(crate) use table::{NameTable, Places};

/// The namespace of `xml:lang`.
pub const XML: &str = "http://www.w3.org/XML/1998/namespace";
/// The namespace of `xmlns` itself.
pub const XMLNS: &str = "http://www.w3.org/2000/xmlns/";
/// The namespace of `xsi:nil` and `xsi:type`.
pub const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";
/// The namespace of the types of XML Schema.
pub const XSD: &str = "http://www.w3.org/2001/XMLSchema";
