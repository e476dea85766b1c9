//! The life of an object as a chart: the phase it is in, the steps it may take.

use sessionful::{Phase, Rules, Verb};
use yew::{Html, html};

/// Where a phase stands, and the words beside it.
const PLACES: [(Phase, f32, f32); 6] = [
    (Phase::Created, 46.0, 24.0),
    (Phase::Opening, 142.0, 24.0),
    (Phase::Opened, 238.0, 24.0),
    (Phase::Closing, 238.0, 104.0),
    (Phase::Closed, 142.0, 104.0),
    (Phase::Faulted, 46.0, 104.0),
];
const WIDE: f32 = 68.0;
const HIGH: f32 = 24.0;

/// The steps that are drawn: those of the everyday, and the way out of trouble.
const STEPS: [(Phase, Verb, &str); 9] = [
    (Phase::Created, Verb::Open, "M80 24H108"),
    (Phase::Opening, Verb::Succeed, "M176 24H204"),
    (Phase::Opened, Verb::Close, "M238 36V92"),
    (Phase::Closing, Verb::Succeed, "M204 104H176"),
    (Phase::Closed, Verb::Reset, "M120 92L66 36"),
    (Phase::Opened, Verb::Fail, "M214 36L80 94"),
    (Phase::Opening, Verb::Fail, ""),
    (Phase::Faulted, Verb::Close, "M60 116C92 138 190 138 228 116"),
    (Phase::Faulted, Verb::Abort, ""),
];

/// The chart of one rule set.
pub(super) fn view(phase: Phase, rules: Rules) -> Html {
    let step = |(from, verb, path): &(Phase, Verb, &'static str)| {
        let path = match (rules, *from, *verb) {
            // A failed open can be tried again here, and there it cannot.
            (Rules::Wws, Phase::Opening, Verb::Fail) => "M122 36C112 58 76 58 62 38",
            (Rules::Wcf, Phase::Opening, Verb::Fail) => "M128 36L62 90",
            // WCF lets a broken object only be aborted.
            (Rules::Wcf, Phase::Faulted, Verb::Abort) => "M80 104H108",
            (Rules::Wcf, Phase::Faulted, Verb::Close) => "",
            _ => path,
        };
        if path.is_empty() || from.after(*verb, rules).is_err() {
            return Html::default();
        }
        let class = if *from == phase { "step next" } else { "step" };
        html! { <path {class} d={path} marker-end="url(#head)"/> }
    };
    let place = |(it, x, y): &(Phase, f32, f32)| {
        let class = match *it == phase {
            true => format!("place here {it}"),
            false => "place".to_owned(),
        };
        html! {
            <g {class}>
                <rect x={(x - WIDE / 2.0).to_string()} y={(y - HIGH / 2.0).to_string()} width={WIDE.to_string()} height={HIGH.to_string()} rx="12"/>
                <text x={x.to_string()} y={(y + 4.0).to_string()}>{ it.to_string() }</text>
            </g>
        }
    };
    html! {
        <svg class="chart" viewBox="4 4 276 132" role="img" aria-label={format!("State chart: {phase}")}>
            <defs><marker id="head" viewBox="0 0 6 6" refX="5" refY="3" markerWidth="6" markerHeight="6" orient="auto">
                <path d="M0 0L6 3L0 6Z"/></marker></defs>
            { for STEPS.iter().map(step) }
            { for PLACES.iter().map(place) }
        </svg>
    }
}
