//! Descriptions of services: WSDL in, WSDL out, and source code from it.
//!
//! [`import`] reads what CoreWCF and WCF publish (`?singleWsdl`, or `?wsdl` with its parts) into a
//! [`Description`]: types, contracts, endpoints. [`export`] writes one back, in one file, as zeep,
//! node-soap, PHP and svcutil want it (interop.md, 3.2). [`typescript`] and [`rust`] write source code.
//!
//! What data contracts do not have - attributes, choices, RPC style, message contracts, security - is
//! named in [`Description::unsupported`], with what can be done about it; operations that need it are
//! left out, and the rest works.

mod error;

mod export;
mod import;
mod model;
mod names;
mod rust;
mod typescript;

mod xsd;

pub use error::{Unsupported, WsdlError};

pub use export::export;
pub use import::{Documents, import};
pub use model::{Contract, Description, Endpoint, Fault, Operation};
pub use rust::rust;
pub use typescript::typescript;
