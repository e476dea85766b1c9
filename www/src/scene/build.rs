//! Placing: every host with the proxies that talk to it is a group, one below the other.

use super::content::{Drawn, channel_node, context_node, host_body, proxy_node, session_node};
use super::shape::{Curve, Point, Rect};
use super::spread::{Wish, spread};
use super::{Body, Edge, Flow, Node, Room, Scene, Tie, Trait, Traits};
use crate::cast::{Cast, Member};
use crate::map::{Map, sorted};
use crate::run::Target;
use sessionful::channel::Role;
use sessionful::dispatch::Stage;
use sessionful::ids::{ChannelId, ContextId, NodeId};
use sessionful::observe::{ChannelView, ContextView, End, EndKind, Picture};
use smol_str::format_smolstr;

const PAD: f32 = 16.0;
/// The headings of the columns.
const HEADS: f32 = 32.0;
/// The heading of a host's frame.
const HEADER: f32 = 36.0;
const GROUP_GAP: f32 = 28.0;
const BAND_GAP: f32 = 20.0;
/// How much more may be between two of them where there is room.
const LOOSEST: f32 = 28.0;

/// The columns from left to right: how wide, how high a thing in it is, and the gap after it.
const PROXY: Size = Size(128.0, 56.0);
const CHANNEL: Size = Size(108.0, 32.0);
const SESSION: Size = Size(100.0, 32.0);
const CONTEXT: Size = Size(168.0, 64.0);
const OBJECT: Size = Size(64.0, 32.0);
const GAPS: [f32; 4] = [22.0, 60.0, 22.0, 16.0];
const BETWEEN: f32 = 10.0;
const FRAME: f32 = 12.0;

#[derive(Clone, Copy)]
struct Size(f32, f32);

/// A place in both directions: along the flow, and across it.
#[derive(Clone, Copy)]
struct Spot {
    along: f32,
    across: f32,
}

pub(super) struct Builder<'a> {
    picture: &'a Picture,
    room: Room,
    /// How wide the widest group is, where they stand below each other.
    widest: f32,
    cast: &'a Cast,
    traits: &'a Traits,
    flow: Flow,
    /// Where each column begins, along the flow.
    columns: [f32; 5],
    /// Where the last column ends.
    end: f32,
    scene: Scene,
    /// How much more there is between things than there must be.
    loose: f32,
    /// How much is left free before the first group.
    margin: f32,
    /// The middles of what was placed, across the flow.
    middles: Map<Target, f32>,
    areas: Map<Target, Rect>,
}

impl<'a> Builder<'a> {
    pub(super) fn new(
        picture: &'a Picture,
        cast: &'a Cast,
        traits: &'a Traits,
        room: Room,
        spare: f32,
    ) -> Self {
        let Room { width, flow, .. } = room;
        let along = |size: Size| if flow == Flow::Across { size.0 } else { size.1 };
        let sizes = [PROXY, CHANNEL, SESSION, CONTEXT, OBJECT].map(along);
        let mut gaps = match flow {
            Flow::Across => GAPS,
            Flow::Down => [20.0, 64.0 + HEADER, 20.0, 16.0],
        };
        let needed = sizes.iter().chain(&gaps).sum::<f32>() + 2.0 * PAD + FRAME;
        if flow == Flow::Across {
            // What is left over goes to the wire first, where messages travel.
            let spare = (width - needed).max(0.0);
            gaps[1] += spare * 0.55;
            for gap in [0, 2, 3] {
                gaps[gap] += spare * 0.15;
            }
        }
        let mut columns = [0.0; 5];
        let mut at = PAD;
        for (place, size) in sizes.iter().enumerate() {
            columns[place] = at;
            at += size + gaps.get(place).copied().unwrap_or(0.0);
        }
        let scene = Scene { width, ..Scene::default() };
        let (middles, areas) = (Map::default(), Map::default());
        // What is left over across the flow goes between groups and bands, but never so much that
        // they fall apart; the rest is kept before and after.
        let gaps = cast.iter().count().max(1) as f32;
        let loose = (spare / (gaps + 1.0)).min(LOOSEST);
        let margin = ((spare - loose * (gaps - 1.0)) / 2.0).clamp(0.0, 80.0);
        Builder {
            loose,
            margin,
            room,
            widest: 0.0,
            picture,
            cast,
            traits,
            flow,
            columns,
            end: at,
            scene,
            middles,
            areas,
        }
    }

    pub(super) fn build(mut self) -> Scene {
        self.heads();
        let heads = if self.flow == Flow::Across { HEADS } else { 0.0 };
        let mut start = PAD + heads + self.margin;
        for (node, host) in self.cast.hosts() {
            start = self.group(node, host, start) + GROUP_GAP + self.loose;
        }
        let (w, h) = match self.flow {
            Flow::Across => (self.end + FRAME + PAD, start - GROUP_GAP - self.loose + PAD),
            // The last group has made room for another one.
            Flow::Down => (self.widest + 2.0 * PAD, self.columns[0] - GROUP_GAP + PAD),
        };
        self.scene.width = self.scene.width.max(w);
        self.scene.height = h;
        self.scene
    }

    fn about(&self, node: NodeId) -> Trait {
        self.traits.get(&node).cloned().unwrap_or_default()
    }

    fn turned(&self, along: f32, across: f32) -> (f32, f32) {
        match self.flow {
            Flow::Across => (along, across),
            Flow::Down => (across, along),
        }
    }

    fn across_of(&self, size: Size) -> f32 {
        if self.flow == Flow::Across { size.1 } else { size.0 }
    }

    fn heads(&mut self) {
        if self.flow == Flow::Down {
            return;
        }
        let names = ["Proxies", "Channels", "Sessions", "Instance contexts", "Objects"];
        let y = PAD + 8.0;
        let heads = names.into_iter().zip(self.columns);
        self.scene.heads = heads.map(|(name, x)| (name, Point { x, y })).collect();
    }

    /// A host with its proxies; where it ends.
    fn group(&mut self, host: NodeId, member: &Member, start: f32) -> f32 {
        let first = (self.scene.nodes.len(), self.scene.edges.len());
        let header = if self.flow == Flow::Across { HEADER } else { FRAME };
        let mut at = start + header;
        for (node, _) in self.cast.proxies().filter(|(_, proxy)| proxy.host == Some(host)) {
            at = self.band(node, at) + BAND_GAP + self.loose;
        }
        let left = at - BAND_GAP - self.loose;
        let place = self.scene.nodes.len();
        let right = self.hosted(host, start + header);
        let end = left.max(right) + FRAME;
        self.frame((host, member), start, end, place);
        self.reach(host);
        match self.flow {
            Flow::Across => end,
            Flow::Down => self.stack(first, start, end),
        }
    }

    /// Channels whose other end is not known reach for the host itself: it has not accepted them
    /// yet, or it is elsewhere and does not tell.
    fn reach(&mut self, host: NodeId) {
        let frame = self.scene.node(Target::Host(host)).map(|node| node.area).unwrap_or_default();
        let proxies = self.cast.proxies().filter(|(_, proxy)| proxy.host == Some(host));
        let channels = proxies.flat_map(|(node, _)| {
            let end = self.picture.ends.get(&node);
            end.into_iter().flat_map(move |end| end.channels.keys().map(move |id| (node, *id)))
        });
        for (node, id) in channels.collect::<Vec<_>>() {
            let channel = Target::Channel(node, id);
            let Some(area) = self.areas.get(&channel).copied() else { continue };
            if self.scene.wires.contains_key(&(node, id)) {
                continue;
            }
            let (from, middle) = (area.middle(), area.middle());
            let down = self.flow == Flow::Down;
            let curve = match self.flow {
                Flow::Across => Curve {
                    from: Point { x: area.x + area.w, ..from },
                    to: Point { x: frame.x, ..middle },
                    down,
                },
                Flow::Down => Curve {
                    from: Point { y: area.y + area.h, ..from },
                    to: Point { y: frame.y, ..middle },
                    down,
                },
            };
            let ends = (channel, Target::Host(host));
            self.scene.edges.push(Edge { ends, tie: Tie::Exchange, curve, live: false });
            self.scene.wires.insert((node, id), curve);
        }
    }

    /// Where the flow goes down, groups do so too: the group is put into the middle, and the next
    /// one begins below it. Where that one begins across the flow.
    fn stack(&mut self, (node, edge): (usize, usize), start: f32, end: f32) -> f32 {
        let wide = (self.room.width - 2.0 * PAD).max(end - start);
        let aside = (wide - (end - start)) / 2.0;
        for node in &mut self.scene.nodes[node..] {
            match node.body {
                Body::Host { .. } => node.area.w = wide,
                _ => node.area.x += aside,
            }
        }
        for edge in &mut self.scene.edges[edge..] {
            edge.curve.from.x += aside;
            edge.curve.to.x += aside;
            if let (Tie::Wire | Tie::Exchange, Target::Channel(node, channel)) =
                (edge.tie, edge.ends.0)
            {
                self.scene.wires.insert((node, channel), edge.curve);
            }
        }
        let high = self.end + FRAME + GROUP_GAP - self.columns[0];
        self.columns = self.columns.map(|column| column + high);
        self.end += high;
        self.widest = self.widest.max(wide);
        start - GROUP_GAP - self.loose
    }

    /// A proxy with its channels; where they end.
    fn band(&mut self, node: NodeId, start: f32) -> f32 {
        let end = self.picture.ends.get(&node);
        let none = End { kind: EndKind::Proxy, ..End::default() };
        let end = end.unwrap_or(&none);
        let room = self.across_of(CHANNEL) + BETWEEN;
        let count = end.channels.len().max(1) as f32;
        let high = (count * room - BETWEEN).max(self.across_of(PROXY));
        let target = Target::Proxy(node);
        let middle = start + high / 2.0;
        let spot = Spot { along: self.columns[0], across: middle };
        let drawn = proxy_node(self.cast, node, &self.about(node), end);
        self.put(target, spot, PROXY, drawn);
        let first = middle - (end.channels.len() as f32 * room) / 2.0 + room / 2.0;
        for (place, (id, channel)) in end.channels.iter().enumerate() {
            let spot = Spot { along: self.columns[1], across: first + place as f32 * room };
            let child = Target::Channel(node, *id);
            self.put(child, spot, CHANNEL, channel_node(self.cast, node, *id, channel, end));
            self.tie((target, child), Tie::Owns, channel.call.is_some());
        }
        start + high
    }

    /// What a host has; where it ends.
    fn hosted(&mut self, host: NodeId, start: f32) -> f32 {
        let Some(end) = self.picture.ends.get(&host) else { return start };
        let sessions = self.sessions(host, end, start);
        let contexts = self.contexts(host, end, start);
        let objects = self.objects(host, end, start);
        sessions.max(contexts).max(objects)
    }

    fn sessions(&mut self, host: NodeId, end: &End, start: f32) -> f32 {
        let mut wanted: Vec<(f32, ChannelId)> = Vec::new();
        for (id, channel) in end.channels.iter() {
            let peers = self.peers(host, channel);
            let middles: Vec<f32> =
                peers.iter().filter_map(|(peer, _)| self.middles.get(peer).copied()).collect();
            wanted.push((mean(&middles).unwrap_or(f32::MAX / 4.0), *id));
        }
        let room = self.across_of(SESSION) + BETWEEN;
        let (order, end_of) = self.column(wanted, |_| room, start);
        for (middle, id) in order {
            let Some(channel) = end.channels.get(&id) else { continue };
            let target = Target::Channel(host, id);
            let spot = Spot { along: self.columns[2], across: middle };
            self.put(target, spot, SESSION, session_node(id, channel));
            for (peer, live) in self.peers(host, channel) {
                let tie = if channel.role == Role::Listener { Tie::Exchange } else { Tie::Wire };
                self.wire(peer, target, tie, live);
            }
        }
        end_of
    }

    /// The proxies' channels at the other end of a host's channel, and whether they are in use.
    fn peers(&self, host: NodeId, channel: &ChannelView) -> Vec<(Target, bool)> {
        let proxies = self.cast.proxies().filter(|(_, proxy)| proxy.host == Some(host));
        let channels = proxies.flat_map(|(node, _)| {
            let end = self.picture.ends.get(&node);
            let channels = end.into_iter().flat_map(|end| end.channels.iter());
            channels.map(move |(id, view)| (Target::Channel(node, *id), view))
        });
        channels
            .filter(|(_, view)| match channel.role {
                Role::Listener => view.role == Role::Pooled,
                _ => channel.session.is_some() && view.session == channel.session,
            })
            .map(|(target, view)| (target, view.call.is_some() || view.session.is_some()))
            .collect()
    }

    fn contexts(&mut self, host: NodeId, end: &End, start: f32) -> f32 {
        let mut wanted = Vec::new();
        for (id, context) in end.contexts.iter() {
            let middles: Vec<f32> = users(*id, context, end)
                .filter_map(|channel| self.middles.get(&Target::Channel(host, channel)).copied())
                .collect();
            wanted.push((mean(&middles).unwrap_or(f32::MAX / 4.0), *id));
        }
        let room = self.across_of(CONTEXT) + BETWEEN;
        let (order, end_of) = self.column(wanted, |_| room, start);
        for (middle, id) in order {
            let Some(context) = end.contexts.get(&id) else { continue };
            let target = Target::Context(host, id);
            let spot = Spot { along: self.columns[3], across: middle };
            self.put(
                target,
                spot,
                CONTEXT,
                context_node((host, self.about(host).concurrency), id, context, end),
            );
            let mut channels: Vec<ChannelId> = users(id, context, end).collect();
            channels.dedup();
            for channel in channels {
                let live =
                    end.dispatches.values().any(|d| d.channel == channel && d.context == Some(id));
                self.tie((Target::Channel(host, channel), target), Tie::Uses, live);
            }
        }
        end_of
    }

    fn objects(&mut self, host: NodeId, end: &End, start: f32) -> f32 {
        let home = |id| end.contexts.iter().find(|(_, context)| context.object == Some(id));
        let mut wanted = Vec::new();
        for (id, _) in end.objects.iter() {
            let at = home(*id).and_then(|(c, _)| self.middles.get(&Target::Context(host, *c)));
            wanted.push((at.copied().unwrap_or(f32::MAX / 4.0), *id));
        }
        let room = self.across_of(OBJECT) + BETWEEN;
        let (order, end_of) = self.column(wanted, |_| room, start);
        for (middle, id) in order {
            let own = end.objects.get(&id).copied().unwrap_or(false);
            let context = home(id).map(|(context, _)| *context);
            let working = end.dispatches.values().any(|dispatch| {
                dispatch.stage == Stage::Invoking
                    && context.is_some()
                    && dispatch.context == context
            });
            let target = Target::Object(host, id);
            let spot = Spot { along: self.columns[4], across: middle };
            let about = if own { "your own" } else { "" };
            let body = Body::Object { own, working };
            self.put(target, spot, OBJECT, (format_smolstr!("{id}"), about.into(), None, body));
            if let Some(context) = context {
                self.tie((Target::Context(host, context), target), Tie::Holds, working);
            }
        }
        end_of
    }

    /// Places the things of a column as near as can be to where they want to stand; where it ends.
    fn column<T: Copy + Ord>(
        &self,
        wanted: Vec<(f32, T)>,
        room: impl Fn(T) -> f32,
        start: f32,
    ) -> (Vec<(f32, T)>, f32) {
        let wanted = sorted(wanted, |a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        // Who has no wish stands after the others.
        let last = wanted.iter().map(|(at, _)| *at).filter(|at| *at < f32::MAX / 8.0);
        let after = last.fold(start, f32::max);
        let wishes: Vec<Wish> =
            wanted.iter().map(|(at, id)| Wish { middle: at.min(after), room: room(*id) }).collect();
        let middles = spread(&wishes, start);
        let end =
            middles.last().zip(wishes.last()).map_or(start, |(at, w)| at + w.room / 2.0 - BETWEEN);
        (middles.into_iter().zip(wanted).map(|(at, (_, id))| (at, id)).collect(), end)
    }

    fn frame(&mut self, (host, member): (NodeId, &Member), start: f32, end: f32, place: usize) {
        let lead = if self.flow == Flow::Across { 0.0 } else { HEADER };
        let (x, w) =
            (self.columns[2] - FRAME - lead, self.end + FRAME - self.columns[2] + FRAME + lead);
        let (from, size) = (self.turned(x, start), self.turned(w, end - start));
        let area = Rect { x: from.0, y: from.1, w: size.0, h: size.1 };
        let seen = self.picture.ends.get(&host);
        let node = Node {
            target: Target::Host(host),
            area,
            name: member.name.clone(),
            about: self.about(host).about,
            phase: Some(seen.map(|end| end.phase).unwrap_or_default()),
            body: host_body(seen, host),
        };
        self.scene.nodes.insert(place, node);
    }

    fn put(&mut self, target: Target, spot: Spot, size: Size, what: Drawn) {
        let (x, y) = match self.flow {
            Flow::Across => (spot.along, spot.across - size.1 / 2.0),
            Flow::Down => (spot.across - size.0 / 2.0, spot.along),
        };
        let (name, about, phase, body) = what;
        let area = Rect { x: x.round(), y: y.round(), w: size.0, h: size.1 };
        self.middles.insert(target, spot.across);
        self.areas.insert(target, area);
        self.scene.nodes.push(Node { target, area, name, about, phase, body });
    }

    fn tie(&mut self, ends: (Target, Target), tie: Tie, live: bool) -> Option<Curve> {
        let from = *self.areas.get(&ends.0)?;
        let to = *self.areas.get(&ends.1)?;
        let down = self.flow == Flow::Down;
        let (out, into) = (from.middle(), to.middle());
        let curve = if down {
            Curve { from: Point { y: from.y + from.h, ..out }, to: Point { y: to.y, ..into }, down }
        } else {
            Curve { from: Point { x: from.x + from.w, ..out }, to: Point { x: to.x, ..into }, down }
        };
        self.scene.edges.push(Edge { ends, tie, curve, live });
        Some(curve)
    }

    fn wire(&mut self, peer: Target, target: Target, tie: Tie, live: bool) {
        let curve = self.tie((peer, target), tie, live);
        if let (Some(curve), Target::Channel(node, channel)) = (curve, peer) {
            self.scene.wires.insert((node, channel), curve);
        }
    }
}

fn mean(values: &[f32]) -> Option<f32> {
    (!values.is_empty()).then(|| values.iter().sum::<f32>() / values.len() as f32)
}

/// The channels that keep a context busy: bound sessions, and those of its operations.
fn users<'a>(
    id: ContextId,
    context: &'a ContextView,
    end: &'a End,
) -> impl Iterator<Item = ChannelId> + 'a {
    let bound = context.channels.iter().copied();
    let placed = end.dispatches.values().filter(move |dispatch| dispatch.context == Some(id));
    let mut all = sorted(bound.chain(placed.map(|dispatch| dispatch.channel)), Ord::cmp);
    all.dedup();
    all.into_iter()
}
