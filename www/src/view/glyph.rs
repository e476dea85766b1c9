//! Small marks that say without colour what something is.

use sessionful::lifecycle::Phase;
use yew::{Html, html};

/// The mark of a phase, ten pixels wide, around the given middle.
pub(super) fn phase(phase: Phase, x: f32, y: f32) -> Html {
    let transform = format!("translate({x} {y})");
    let class = format!("phase {phase}");
    let mark = match phase {
        Phase::Created => html! { <circle class="hollow dashed" r="3.5"/> },
        Phase::Opening => {
            html! { <><circle class="hollow" r="3.5"/><path class="solid" d="M0 -3.5A3.5 3.5 0 0 0 0 3.5Z"/></> }
        }
        Phase::Accepting => {
            html! { <><circle class="hollow" r="3.5"/><circle class="solid" r="1.4"/></> }
        }
        Phase::Opened => html! { <circle class="solid" r="4"/> },
        Phase::Closing => {
            html! { <><circle class="hollow" r="3.5"/><path class="solid" d="M0 -3.5A3.5 3.5 0 0 1 0 3.5Z"/></> }
        }
        Phase::Closed => {
            html! { <><circle class="hollow" r="3.5"/><path class="line" d="M-3.5 0H3.5"/></> }
        }
        Phase::Faulted => {
            html! { <><path class="solid" d="M0 -5.5L5.5 0L0 5.5L-5.5 0Z"/><path class="cut" d="M-1.8 -1.8L1.8 1.8M1.8 -1.8L-1.8 1.8"/></> }
        }
    };
    html! { <g {class} {transform}>{ mark }</g> }
}

/// The same in a line of text.
pub(super) fn phase_mark(it: Phase) -> Html {
    html! {
        <svg class="mark" width="12" height="12" viewBox="-6 -6 12 12" aria-hidden="true">{ phase(it, 0.0, 0.0) }</svg>
    }
}

/// An icon of sixteen pixels, drawn with lines.
pub(super) fn icon(name: &str) -> Html {
    let path = match name {
        "play" => "M5 3.5L12.5 8L5 12.5Z",
        "pause" => "M5 3.5V12.5M11 3.5V12.5",
        "back" => "M11.5 3.5L5.5 8L11.5 12.5ZM4 3.5V12.5",
        "on" => "M4.5 3.5L10.5 8L4.5 12.5ZM12 3.5V12.5",
        "message" => "M2.5 8H11M8 4.5L11.5 8L8 11.5M14 3.5V12.5",
        "fault" => "M8 2L14 8L8 14L2 8ZM8 5.5V8.5M8 10.4V10.5",
        "restart" => "M3.2 6.2A5.2 5.2 0 1 1 2.8 8.6M3 3V6.4H6.4",
        "search" => "M7 2.5A4.5 4.5 0 1 0 7 11.5A4.5 4.5 0 1 0 7 2.5ZM10.3 10.3L13.8 13.8",
        "share" => {
            "M6.5 9.5L9.5 6.5M7 4.5L8.6 2.9A2.9 2.9 0 0 1 13 7.2L11.4 8.9M9 11.5L7.4 13.1A2.9 2.9 0 0 1 3 8.8L4.6 7.1"
        }
        "light" => {
            "M8 5A3 3 0 1 0 8 11A3 3 0 1 0 8 5ZM8 1.5V3M8 13V14.5M1.5 8H3M13 8H14.5M3.4 3.4L4.5 4.5M11.5 11.5L12.6 12.6M3.4 12.6L4.5 11.5M11.5 4.5L12.6 3.4"
        }
        "dark" => "M13 9.6A5.6 5.6 0 1 1 6.4 3A4.6 4.6 0 0 0 13 9.6Z",
        "system" => "M2.5 3.5H13.5V10.5H2.5ZM5.5 13.5H10.5M8 10.5V13.5",
        "help" => "M8 2A6 6 0 1 0 8 14A6 6 0 1 0 8 2ZM6.2 6.3A1.8 1.8 0 1 1 8 8.3V9M8 11.2V11.3",
        "close" => "M4 4L12 12M12 4L4 12",
        "down" => "M4.5 6.5L8 10L11.5 6.5",
        "right" => "M6.5 4.5L10 8L6.5 11.5",
        "check" => "M3.5 8.5L6.5 11.5L12.5 5",
        "cross" => "M4.5 4.5L11.5 11.5M11.5 4.5L4.5 11.5",
        "warning" => "M8 2.5L14 13H2ZM8 6.5V9.5M8 11.2V11.3",
        "info" => "M8 2A6 6 0 1 0 8 14A6 6 0 1 0 8 2ZM8 7.2V11M8 5V5.1",
        "branch" => {
            "M4.5 3V13M4.5 10C4.5 7 11.5 8.5 11.5 5M11.5 3A1.2 1.2 0 1 0 11.5 5.4A1.2 1.2 0 1 0 11.5 3"
        }
        "copy" => "M6 5.5H13V13.5H6ZM10 5.5V2.5H3V10.5H6",
        "stage" => "M2.5 4H6V7H2.5ZM10 9H13.5V12H10ZM6 5.5C9 5.5 7 10.5 10 10.5",
        "table" => "M2.5 3H13.5V13H2.5ZM2.5 6.5H13.5M2.5 9.75H13.5M6.5 6.5V13",
        "matrix" => "M2.5 2.5H6V6H2.5ZM10 2.5H13.5V6H10ZM2.5 10H6V13.5H2.5ZM10 10H13.5V13.5H10Z",
        "log" => "M2.5 4H13.5M2.5 8H13.5M2.5 12H9.5",
        "code" => "M5.5 4L2 8L5.5 12M10.5 4L14 8L10.5 12",
        "timeline" => "M2.5 4H9M5 8H13.5M3.5 12H8",
        "settings" => {
            "M2.5 4.5H8M11 4.5H13.5M9.5 3A1.5 1.5 0 1 0 9.5 6A1.5 1.5 0 1 0 9.5 3ZM2.5 11.5H5M8 11.5H13.5M6.5 10A1.5 1.5 0 1 0 6.5 13A1.5 1.5 0 1 0 6.5 10Z"
        }
        "plus" => "M8 3.5V12.5M3.5 8H12.5",
        "minus" => "M3.5 8H12.5",
        "fit" => "M5.5 5L2.5 8L5.5 11M10.5 5L13.5 8L10.5 11M2.5 8H13.5",
        "inspect" => "M2.5 2.5H13.5V13.5H2.5ZM9.5 2.5V13.5",
        _ => "M3 8H13",
    };
    html! {
        <svg class="icon" width="16" height="16" viewBox="0 0 16 16" aria-hidden="true"><path d={path}/></svg>
    }
}
