//! What is tried with each program.

mod clients;
mod data;
pub(crate) mod description;
mod envelope;
mod mono;
mod ours;

use crate::report::Report;
use crate::tools::Tools;

/// Runs the cases of a peer.
pub(crate) type Run = fn(&mut Report, &Tools);

/// By name, in order.
pub(crate) const GROUPS: &[(&str, Run)] = &[
    ("pynettcp", envelope::pynettcp),
    (".NET envelopes", envelope::dotnet),
    (".NET data", data::dotnet),
    ("zeep descriptions", description::zeep),
    ("TypeScript", description::types),
    ("Mono services", mono::services),
    ("zeep", clients::zeep),
    ("node-soap", clients::node_soap),
    ("PHP", clients::php),
    ("suds", clients::suds),
    ("Mono client", mono::client),
    (".NET client", envelope::dotnet_client),
    ("our client in Node", ours::in_node),
    ("our client in Chromium", ours::in_chromium),
];
