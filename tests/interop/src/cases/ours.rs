//! Our own client, in Node and in headless Chromium, against .NET Core 3.1 over WebSocket and Mono's
//! services over HTTP. The cases are those of `node/cases.mjs`.

use super::mono;
use crate::host;
use crate::report::Report;
use crate::tools::{Tools, start};

/// Where .NET's service listens.
const PORT: u16 = 18488;

pub(crate) fn in_node(report: &mut Report, tools: &Tools) {
    run(report, tools, "ours.mjs", "Node");
}

pub(crate) fn in_chromium(report: &mut Report, tools: &Tools) {
    run(report, tools, "browser.mjs", "Chromium");
}

fn run(report: &mut Report, tools: &Tools, script: &str, place: &str) {
    let mut dotnet = tools.dotnet();
    let Some(mut dotnet) = start(report, dotnet.args(["serve", &PORT.to_string()])) else { return };
    let Some(_mono) = mono::serve(report, tools) else { return };
    if let Err(why) = dotnet.wait_for("ready") {
        return report.failed(".NET serves", &why);
    }
    let folder = match host::write_descriptions(tools) {
        Ok(folder) => folder,
        Err(why) => return report.failed("descriptions are written", &why),
    };
    let mut command = tools.node(script);
    command.arg(format!("ws://localhost:{PORT}")).arg(mono::BASE).arg(folder);
    let Some(mut peer) = start(report, &mut command) else { return };
    report.judged(place, &peer.rest());
}
