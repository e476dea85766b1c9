//! One thing on the stage.

use super::glyph;
use super::measure::{fit, width};
use super::stage::key;
use crate::run::Target;
use crate::scene::{Body, Node, Slot, Token};
use sessionful::ConcurrencyMode;
use web_sys::{FocusEvent, MouseEvent};
use yew::{Callback, Html, Properties, component, html};

/// What a node needs; a node that is the same is not drawn again.
#[derive(PartialEq, Properties)]
pub(super) struct NodeProps {
    pub(super) node: Node,
    pub(super) selected: bool,
    pub(super) related: bool,
    /// The Tab key stops here.
    pub(super) stop: bool,
    pub(super) on_select: Callback<Option<Target>>,
}

/// A node.
#[component]
pub(super) fn NodeView(props: &NodeProps) -> Html {
    let node = &props.node;
    let (target, select) = (node.target, props.on_select.clone());
    let onclick = Callback::from(move |event: MouseEvent| {
        event.stop_propagation();
        select.emit(Some(target));
    });
    let select = props.on_select.clone();
    // Keys select what they reach; a click has selected already.
    let onfocus = Callback::from(move |_: FocusEvent| select.emit(Some(target)));
    let mut class = format!("node {}", kind(&node.body));
    if let Some(phase) = node.phase {
        class.push_str(&format!(" {phase}"));
    }
    for (on, name) in [(props.selected, " selected"), (props.related, " related")] {
        if on {
            class.push_str(name);
        }
    }
    let transform = format!("translate({} {})", node.area.x, node.area.y);
    let tab = if props.stop { "0" } else { "-1" };
    html! {
        <g {class} {transform} role="group" tabindex={tab} aria-label={node.spoken()}
            aria-current={props.selected.then_some("true")} data-key={key(target)} {onclick} {onfocus}>
            { inside(node) }
        </g>
    }
}

fn kind(body: &Body) -> &'static str {
    match body {
        Body::Proxy { .. } => "proxy",
        Body::Channel { slot: Slot::Idle, .. } => "channel idle",
        Body::Channel { slot: Slot::Leased, .. } => "channel leased",
        Body::Channel { .. } => "channel open",
        Body::Host { .. } => "host",
        Body::Session { .. } => "session",
        Body::Listener { .. } => "session listener",
        Body::Context { .. } => "context",
        Body::Object { working: true, .. } => "object working",
        Body::Object { .. } => "object",
    }
}

fn inside(node: &Node) -> Html {
    match &node.body {
        Body::Proxy { waiting, running, .. } => proxy(node, waiting, running),
        Body::Channel { slot, .. } => channel(node, *slot),
        Body::Host { .. } => frame(node, 10.0),
        Body::Session { backlog } | Body::Listener { backlog } => session(node, *backlog),
        Body::Context { mode, inside, resuming, arriving, out } => {
            html! { <>{ heading(node) }{ gate(node, *mode, inside, out) }{ queues(resuming, arriving) }</> }
        }
        Body::Object { own, .. } => object(node, *own),
    }
}

fn frame(node: &Node, radius: f32) -> Html {
    html! {
        <rect class="box" width={node.area.w.to_string()} height={node.area.h.to_string()} rx={radius.to_string()}/>
    }
}

fn text(class: &'static str, x: f32, y: f32, words: &str) -> Html {
    html! { <text {class} x={x.to_string()} y={y.to_string()}>{ words }</text> }
}

fn proxy(node: &Node, waiting: &[Token], running: &[Token]) -> Html {
    let w = node.area.w;
    let mark = node.phase.map(|phase| glyph::phase(phase, 14.0, 18.0));
    let phase = node.phase.map(|phase| phase.to_string()).unwrap_or_default();
    let name = fit(&node.name, 14.0, w - 36.0);
    // The mark says it too.
    let phase =
        if width(&name, 14.0) + width(&phase, 11.0) < w - 44.0 { phase } else { String::new() };
    html! {
        <>
            { frame(node, 6.0) }
            { mark }
            { text("name", 26.0, 22.0, &name) }
            { text("state end", w - 10.0, 22.0, &phase) }
            { text("about", 12.0, 42.0, &fit(&node.about, 12.0, w - 22.0 - 12.0 * waiting.len().min(4) as f32)) }
            { dots(waiting, "dot waiting", w - 14.0, 38.0, -11.0) }
            { for running.iter().take(1).map(|token| html! {
                <g class="inside" transform={format!("translate({} {})", 8.0, 30.0)}>
                    <rect width={(w - 16.0).to_string()} height="20" rx="4"/>
                    { text("call", 8.0, 14.0, &fit(&format!("{} runs here", token.text), 12.0, w - 32.0)) }
                </g>
            }) }
        </>
    }
}

fn channel(node: &Node, slot: Slot) -> Html {
    let w = node.area.w;
    let mark = node.phase.map(|phase| glyph::phase(phase, 14.0, 16.0));
    let call = if slot == Slot::Idle { "state end" } else { "call end" };
    html! {
        <>
            { frame(node, 6.0) }
            { mark }
            { text("name", 26.0, 20.0, &node.name) }
            { text(call, w - 10.0, 20.0, &fit(&node.about, 12.0, w - 42.0 - width(&node.name, 13.0))) }
        </>
    }
}

fn session(node: &Node, backlog: u32) -> Html {
    let mark = node.phase.map(|phase| glyph::phase(phase, 14.0, 16.0));
    let shown = (0..backlog.min(3)).map(|place| {
        html! { <circle class="dot arriving" cx={(-7.0 - 9.0 * place as f32).to_string()} cy="16" r="3.5"/> }
    });
    html! {
        <>
            { frame(node, 6.0) }
            { mark }
            { text("name", 26.0, 20.0, &node.name) }
            { text("state end mono", node.area.w - 10.0, 20.0, &node.about) }
            { for shown }
            if backlog > 3 { { text("count end", -36.0, 20.0, &format!("+{}", backlog - 3)) } }
        </>
    }
}

/// What is written in the frame of a host. It is drawn above the lines, which cross it where the
/// columns run from top to bottom.
pub(super) fn host_title(node: &Node) -> Html {
    let Body::Host { seen, waiting, held, queued } = &node.body else { return Html::default() };
    let w = node.area.w;
    let phase = node.phase.map(|phase| phase.to_string()).unwrap_or_default();
    let transform = format!("translate({} {})", node.area.x, node.area.y);
    let mark = node.phase.map(|phase| glyph::phase(phase, 18.0, 18.0));
    let meter = |place: usize, name: &str| {
        let wait =
            if queued[place] > 0 { format!(", {} wait", queued[place]) } else { String::new() };
        let plural = if held[place] == 1 { "" } else { "s" };
        format!("{} {name}{plural}{wait}", held[place])
    };
    let places = [(1, "session"), (0, "call"), (2, "context")];
    let meters = |seen: &dyn Fn(usize) -> bool| {
        let seen = places.iter().filter(|(place, _)| seen(*place));
        seen.map(|(place, name)| meter(*place, name)).collect::<Vec<_>>().join(" · ")
    };
    let throttled = queued.iter().any(|count| *count > 0);
    let class = if throttled { "meters end full" } else { "meters end" };
    let about = 40.0 + width(&node.name, 14.0);
    let room = |meters: &str| w - about - 24.0 - width(meters, 12.0);
    // Where there is no room for all figures the inspector has them.
    let busy = |place: usize| held[place] + queued[place] > 0;
    let all = if *seen { meters(&|_| true) } else { String::new() };
    let short = [all, meters(&busy), String::new()];
    let meters = short.into_iter().find(|meters| room(meters) >= width(&node.about, 12.0));
    let meters = meters.unwrap_or_default();
    let room = room(&meters);
    html! {
        <g class={format!("title {phase}")} {transform}>
            { mark }
            { text("name", 30.0, 22.0, &node.name) }
            { text("about", about, 22.0, &fit(&node.about, 12.0, room)) }
            { text(class, w - 14.0, 22.0, &meters) }
            { dots(waiting, "dot waiting", -12.0, 18.0, -11.0) }
        </g>
    }
}

fn heading(node: &Node) -> Html {
    let mark = node.phase.map(|phase| glyph::phase(phase, 14.0, 16.0));
    html! { <>{ frame(node, 6.0) }{ mark }{ text("name", 26.0, 20.0, &node.name) }</> }
}

/// The gate with who is inside; behind it, who is out for a call of its own.
fn gate(node: &Node, mode: ConcurrencyMode, inside: &[Token], out: &[Token]) -> Html {
    let w = node.area.w;
    let open = inside.is_empty() || mode == ConcurrencyMode::Multiple;
    let word = match mode {
        ConcurrencyMode::Single => "one at a time",
        ConcurrencyMode::Reentrant => "reentrant",
        ConcurrencyMode::Multiple => "many at once",
    };
    let class = if open { "gate open" } else { "gate shut" };
    let bar = if open { "M62 29V35M62 53V59" } else { "M62 29V59" };
    let holder = inside.first().map_or_else(
        || {
            out.first().map_or_else(
                || (String::from("free"), "room empty"),
                |token| (format!("{} is out", token.text), "room out"),
            )
        },
        |token| match inside.len() {
            1 => (token.text.to_string(), "room"),
            more => (format!("{} +{}", token.text, more - 1), "room"),
        },
    );
    html! {
        <>
            { text("state end", w - 10.0, 20.0, word) }
            <path {class} d={bar}/>
            <g class={holder.1} transform="translate(68 33)">
                <rect width={(w - 76.0).to_string()} height="23" rx="4"/>
                { text("call", 8.0, 15.5, &fit(&holder.0, 12.0, w - 90.0)) }
            </g>
        </>
    }
}

/// The two queues: who came back goes before who is new.
fn queues(resuming: &[Token], arriving: &[Token]) -> Html {
    html! {
        <>
            if resuming.is_empty() && !arriving.is_empty() { { text("state", 10.0, 40.0, "waiting") } }
            { dots(resuming, "dot resuming", 52.0, 38.0, -10.0) }
            { dots(arriving, "dot arriving", 52.0, 51.0, -10.0) }
        </>
    }
}

/// As many dots as fit, and how many more there are.
fn dots(tokens: &[Token], class: &'static str, x: f32, y: f32, step: f32) -> Html {
    const MOST: usize = 4;
    let shown = tokens.iter().take(MOST).enumerate().map(|(place, token)| {
        let at = x + step * place as f32;
        html! { <circle {class} cx={at.to_string()} cy={y.to_string()} r="3.5"><title>{ token.text.as_str() }</title></circle> }
    });
    let more = tokens.len().saturating_sub(MOST);
    html! {
        <>
            { for shown }
            if more > 0 {
                { text("count end", x + step * MOST as f32 + 3.0, y + 4.0, &format!("+{more}")) }
            }
        </>
    }
}

fn object(node: &Node, own: bool) -> Html {
    let (w, h) = (node.area.w, node.area.h);
    html! {
        <>
            { frame(node, h / 2.0) }
            if own {
                <rect class="inner" x="3" y="3" width={(w - 6.0).to_string()} height={(h - 6.0).to_string()} rx={(h / 2.0 - 3.0).to_string()}/>
            }
            <text class="name middle" x={(w / 2.0).to_string()} y="20">{ node.name.as_str() }</text>
        </>
    }
}
