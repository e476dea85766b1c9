//! From one thing on the stage to others: neighbours for the arrow keys, and what belongs together.

use super::{Node, Scene};
use crate::run::Target;
use crate::state::Direction;

impl Scene {
    /// What stands nearest in a direction; the first thing if nothing is selected.
    pub fn neighbour(&self, from: Option<Target>, direction: Direction) -> Option<Target> {
        let Some(here) = from.and_then(|target| self.node(target)) else {
            return self.nodes.first().map(|node| node.target);
        };
        let others = self.nodes.iter().filter(|node| node.target != here.target);
        let ahead = others.filter_map(|node| Some((distance(here, node, direction)?, node.target)));
        ahead.min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, target)| target)
    }

    /// What a selection belongs to and what belongs to it: along the lines to the caller on one
    /// side and to the service object on the other.
    pub fn related(&self, to: Target) -> Vec<Target> {
        let mut found = vec![to];
        for back in [true, false] {
            let mut at = 0;
            let mut chain = vec![to];
            while let Some(target) = chain.get(at).copied() {
                at += 1;
                for edge in &self.edges {
                    let (here, next) =
                        if back { (edge.ends.1, edge.ends.0) } else { (edge.ends.0, edge.ends.1) };
                    if here == target && !chain.contains(&next) {
                        chain.push(next);
                    }
                }
            }
            found.extend(chain.into_iter().skip(1));
        }
        found
    }
}

/// How far a node is in a direction; nothing if it is not there. Sideways counts twice.
fn distance(here: &Node, there: &Node, direction: Direction) -> Option<f32> {
    let corner = |node: &Node| (node.area.x, node.area.y);
    let ((x, y), (to_x, to_y)) = (corner(here), corner(there));
    let (dx, dy) = (to_x - x, to_y - y);
    let (ahead, aside) = match direction {
        Direction::Left => (-dx, dy),
        Direction::Right => (dx, dy),
        Direction::Up => (-dy, dx),
        Direction::Down => (dy, dx),
    };
    (ahead > 1.0).then(|| ahead + 2.0 * aside.abs())
}
