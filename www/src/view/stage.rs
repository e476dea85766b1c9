//! The stage: nodes and lines as SVG; a canvas above it shows what moves.

use super::node::{NodeView, host_title};
use crate::run::Target;
use crate::scene::{Body, Edge, Node, Scene, Tie};
use std::rc::Rc;
use web_sys::KeyboardEvent;
use yew::{Callback, Html, NodeRef, Properties, component, html};

/// What the stage shows.
#[derive(PartialEq, Properties)]
pub(super) struct StageProps {
    pub(super) scene: Rc<Scene>,
    pub(super) selected: Option<Target>,
    /// What belongs to the selection, and is drawn as such.
    pub(super) related: Rc<Vec<Target>>,
    pub(super) on_select: Callback<Option<Target>>,
    pub(super) on_key: Callback<KeyboardEvent>,
    pub(super) scroller: NodeRef,
    pub(super) canvas: NodeRef,
}

/// The stage.
#[component]
pub(super) fn Stage(props: &StageProps) -> Html {
    let scene = &props.scene;
    let away = props.on_select.reform(|_: web_sys::MouseEvent| None);
    // One stop for the Tab key; arrows go from node to node.
    let stop = props
        .selected
        .filter(|target| scene.node(*target).is_some())
        .or_else(|| scene.nodes.first().map(|node| node.target));
    let draw = |node: &Node| {
        let target = node.target;
        let (selected, related) = (props.selected == Some(target), props.related.contains(&target));
        let on_select = props.on_select.clone();
        html! {
            <NodeView key={key(target)} node={node.clone()} {selected} {related}
                stop={stop == Some(target)} {on_select}/>
        }
    };
    let is_frame = |node: &&Node| matches!(node.body, Body::Host { .. });
    let frames = scene.nodes.iter().filter(is_frame).map(draw);
    let titles = scene.nodes.iter().filter(is_frame).map(host_title);
    let others = scene.nodes.iter().filter(|node| !is_frame(node)).map(draw);
    let (w, h) = (scene.width.to_string(), scene.height.to_string());
    html! {
        <div class="stage">
            <div class="scroller" ref={props.scroller.clone()}>
                <svg width={w} height={h} role="application" aria-label="Stage" onclick={away}
                    onkeydown={props.on_key.clone()}>
                    <g key="heads">{ for scene.heads.iter().map(|(name, at)| html! {
                        <text class="head" x={at.x.to_string()} y={at.y.to_string()}>{ *name }</text>
                    }) }</g>
                    <g key="frames">{ for frames }</g>
                    <g key="edges" class="edges" aria-hidden="true">
                        { for scene.edges.iter().map(|edge| line(edge, &props.related)) }
                    </g>
                    <g key="titles" class="titles" aria-hidden="true">{ for titles }</g>
                    <g key="nodes">{ for others }</g>
                </svg>
            </div>
            <canvas class="flights" ref={props.canvas.clone()} aria-hidden="true"/>
        </div>
    }
}

fn line(edge: &Edge, related: &[Target]) -> Html {
    let tie = match edge.tie {
        Tie::Owns => "owns",
        Tie::Wire => "wire",
        Tie::Exchange => "exchange",
        Tie::Uses => "uses",
        Tie::Holds => "holds",
    };
    let live = if edge.live { " live" } else { "" };
    let near = related.contains(&edge.ends.0) && related.contains(&edge.ends.1);
    let class = format!("{tie}{live}{}", if near { " related" } else { "" });
    html! { <path {class} d={edge.curve.path()}/> }
}

/// A name for a target that is the same as long as it lives.
pub(super) fn key(target: Target) -> String {
    match target {
        Target::Proxy(node) | Target::Host(node) => format!("{node}"),
        Target::Flight(id) => format!("flight{id}"),
        Target::Channel(node, id) => format!("{node}-{id}"),
        Target::Context(node, id) => format!("{node}-{id}"),
        Target::Object(node, id) => format!("{node}-{id}"),
        Target::Dispatch(node, id) => format!("{node}-{id}"),
        Target::Call(node, id) => format!("{node}-{id}"),
    }
}
