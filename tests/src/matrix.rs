//! The 18 cells and their variants, run as data (`ORC-1` to `ORC-9`).

use sessionful::sim::{Run, Scenario, Step};
use std::collections::BTreeMap;

/// The table; its provenance is told beside it.
pub const TABLE: &str = include_str!("../fixtures/matrix.tsv");

/// One step of one row, with what it must come to.
#[derive(Clone, Debug)]
pub struct Line {
    /// Which cell.
    pub row: u32,
    /// `PerCall`, `PerSession` or `Single`.
    pub instancing: String,
    /// `Required`, `Allowed` or `NotAllowed`.
    pub session_mode: String,
    /// The kind of channel that the binding offers.
    pub channel: String,
    /// `type`, `object`, `both`, `reply-session-only` or a fault script.
    pub variant: String,
    /// What is done.
    pub step: String,
    /// `ok`, `error`, `fault` or `not_reached`.
    pub outcome: String,
    /// The exception, perhaps with its key.
    pub error_key: String,
    /// `sess/ic/icx/new/disp`, or nothing if the step is not reached.
    pub counters: String,
}

/// Every line of the table, grouped into cells.
pub fn cells() -> Vec<Vec<Line>> {
    let mut cells: BTreeMap<(u32, String), Vec<Line>> = BTreeMap::new();
    for text in TABLE.lines().skip(1).filter(|line| !line.is_empty()) {
        let fields: Vec<&str> = text.split('\t').collect();
        assert_eq!(fields.len(), 14, "a line of the table is broken: {text}");
        let line = Line {
            row: fields[0].parse().expect("invariant: the first field is a number"),
            instancing: fields[1].into(),
            session_mode: fields[2].into(),
            channel: fields[3].into(),
            variant: fields[4].into(),
            step: fields[6].into(),
            outcome: fields[7].into(),
            error_key: fields[8].into(),
            counters: fields[9..].join("/"),
        };
        cells.entry((line.row, line.variant.clone())).or_default().push(line);
    }
    cells.into_values().collect()
}

/// Runs a cell; what does not come out as it must.
pub fn check(cell: &[Line]) -> Vec<String> {
    let first = &cell[0];
    let name = format!(
        "row {} ({} {} {} {})",
        first.row, first.instancing, first.session_mode, first.channel, first.variant
    );
    let scenario = scenario(first);
    let mut run = scenario.begin().expect("invariant: the scenario is written here");
    let faults = first.variant.starts_with("fx-");
    if faults {
        take(&mut run, "H open");
    }
    let mut wrong = Vec::new();
    for line in cell.iter().filter(|line| line.outcome != "not_reached") {
        let outcome = perform(&mut run, &line.step);
        if !agrees(&outcome, line) {
            wrong.push(format!("{name}, {}: {outcome}, not {}", line.step, line.error_key));
        }
        let counters = counters(&mut run);
        if counters != line.counters {
            wrong.push(format!("{name}, {}: {counters}, not {}", line.step, line.counters));
        }
        wrong.extend(run.world.picture_difference().map(|text| format!("{name}: {text}")));
    }
    wrong.extend(run.leaks().into_iter().map(|leak| format!("{name} leaks {leak}")));
    wrong
}

fn scenario(line: &Line) -> Scenario {
    let binding = match line.channel.as_str() {
        "session" => "websocket",
        "sessionless" => "fetch",
        "both" => "both",
        _ => "reply-session",
    };
    let text = format!(
        r#"{{
            "title": "row {row}",
            "hosts": {{ "H": {{
                "contract": {{ "name": "Counter", "session": "{mode}", "operations": [
                    {{ "name": "next" }}, {{ "name": "declared" }}, {{ "name": "unhandled" }},
                    {{ "name": "oneway", "oneWay": true }} ] }},
                "binding": "{binding}",
                "behavior": {{ "instancing": "{instancing}", "wellKnown": {own} }},
                "service": {{ "operations": {{
                    "next": ["add 1", "return state"],
                    "declared": ["fault Wanted"],
                    "unhandled": ["throw unwanted"],
                    "oneway": ["throw unwanted"] }} }}
            }} }},
            "proxies": {{
                "A": {{ "host": "H", "options": {{ "rules": "wcf" }} }},
                "B": {{ "host": "H", "options": {{ "rules": "wcf" }} }} }}
        }}"#,
        row = line.row,
        mode = lower_camel(&line.session_mode),
        instancing = lower_camel(&line.instancing),
        own = line.variant == "object",
    );
    // The client of a contract that its binding cannot serve is refused as well (SESS-7), so these
    // rows have no client at all.
    let mut scenario: serde_json::Value =
        serde_json::from_str(&text).expect("invariant: the text is written here");
    if line_has_no_client(line) {
        scenario["proxies"] = serde_json::json!({});
    }
    serde_json::from_value(scenario).expect("invariant: the text is written here")
}

fn line_has_no_client(line: &Line) -> bool {
    matches!(
        (line.session_mode.as_str(), line.channel.as_str()),
        ("Required", "sessionless") | ("NotAllowed", "session")
    )
}

fn lower_camel(name: &str) -> String {
    let (first, rest) = name.split_at(1);
    first.to_lowercase() + rest
}

fn take(run: &mut Run, step: &str) -> String {
    let step = Step::try_from(step.to_owned()).expect("invariant: the step is written here");
    run.step(&step).expect("invariant: the step is written here")
}

fn perform(run: &mut Run, step: &str) -> String {
    let variant = |run: &mut Run, operation: &str| take(run, &format!("A call {operation}"));
    match step {
        "host_ctor" => "ok".into(),
        "host_open" => take(run, "H open"),
        "host_close" => take(run, "H close"),
        "open_A" => take(run, "A open"),
        "open_B" => take(run, "B open"),
        "close_A" => take(run, "A close"),
        "close_B" => take(run, "B close"),
        "abort_A" => take(run, "A abort"),
        "A_call1" | "A_call2" | "A_call3" => variant(run, "next"),
        "B_call1" => take(run, "B call next"),
        "declared" | "unhandled" | "oneway" => variant(run, step),
        other => panic!("the table has a step that is not known: {other}"),
    }
}

fn agrees(outcome: &str, line: &Line) -> bool {
    match (line.outcome.as_str(), line.error_key.as_str()) {
        ("ok", _) => outcome == "ok" || outcome.starts_with("ok "),
        ("fault", "FaultException") => outcome == "fault Wanted",
        ("fault", "FaultException:InternalServiceFault") => outcome == "fault InternalServiceFault",
        ("error", "CommunicationException(family)") => {
            outcome.starts_with("error Communication") || outcome.starts_with("error Protocol")
        }
        ("error", key) => outcome == format!("error {key}"),
        _ => false,
    }
}

fn counters(run: &mut Run) -> String {
    let node = run.world.node("H").expect("invariant: the scenario has a host");
    let host = run.world.host(node).expect("invariant: the scenario has a host");
    let counts = host.counts;
    format!(
        "{}/{}/{}/{}/{}",
        host.host.session_count(),
        counts.contexts,
        counts.contexts_closed,
        counts.objects,
        counts.disposed
    )
}

/// The step that a fault script throws in depends on its variant.
pub fn throwing(mut cell: Vec<Line>) -> Vec<Line> {
    for line in &mut cell {
        if line.step == "A_call2_throws" {
            line.step = line.variant.trim_start_matches("fx-").to_owned();
        }
    }
    cell
}
