//! Links: what is shown as an address, and an address as what is shown.

use super::{Desk, NORMAL, SPEEDS, View};
use crate::plan::Moment;
use crate::share::Link;
use sessionful::Timestamp;
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// No more things happen in one frame on the way to a link's moment.
const THINGS: usize = 2_000;

/// A run that is on its way to the moment of its link.
#[derive(Clone, Debug)]
pub(super) struct Arrival {
    head: Moment,
    cursor: Timestamp,
}

impl Desk {
    /// The link of what is shown, to be written after `#`.
    pub fn link(&self) -> String {
        let mut view: BTreeMap<SmolStr, SmolStr> = BTreeMap::new();
        view.insert("view".into(), self.state.view.slug().into());
        if self.state.speed != NORMAL {
            view.insert("speed".into(), self.state.speed.to_string().into());
        }
        Link::of(&self.source.simulated, view).encode()
    }

    /// Shows what a link carries, or why it cannot be shown. An empty one is none.
    pub fn arrive(&mut self, text: &str) {
        let text = text.trim_start_matches('#');
        if text.is_empty() {
            return;
        }
        let opened =
            Link::decode(text).and_then(|link| Ok((link.scenario()?, link.begin()?, link)));
        match opened {
            Ok((scenario, source, link)) => {
                self.meet(scenario, source);
                self.state.playing = false;
                self.look_as(&link.view);
                self.arrival = Some(Arrival { head: link.head, cursor: link.cursor });
                self.trouble = None;
                self.state.said = "The link is being opened".into();
            }
            Err(error) => {
                self.trouble = Some(error.to_string());
                self.state.said = error.to_string();
            }
        }
    }

    fn look_as(&mut self, view: &BTreeMap<SmolStr, SmolStr>) {
        let slug = view.get("view").map(SmolStr::as_str);
        let known = View::ALL.into_iter().find(|view| Some(view.slug()) == slug);
        self.state.view = known.unwrap_or_default();
        let speed = view.get("speed").and_then(|speed| speed.parse().ok());
        self.state.speed = speed.filter(|speed| *speed < SPEEDS.len()).unwrap_or(NORMAL);
    }

    /// Goes on with what is on its way; whether there is something new to see.
    pub(super) fn go_on(&mut self) -> bool {
        let Some(arrival) = self.arrival.clone() else { return false };
        if !self.source.simulated.load(arrival.head, THINGS) {
            return true;
        }
        self.source.run_mut().seek_time(arrival.cursor);
        self.arrival = None;
        self.state.said = "The link is open".into();
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::Order;
    use std::time::Duration;

    fn until_open(desk: &mut Desk) {
        for _ in 0..10_000 {
            if desk.arrival.is_none() {
                return;
            }
            desk.pass(Duration::from_millis(16));
        }
        panic!("the link does not open");
    }

    #[test]
    fn a_link_shows_the_same_moment_in_the_same_way() {
        let mut desk = Desk::new();
        for _ in 0..120 {
            desk.pass(Duration::from_millis(50));
        }
        let before = Timestamp(desk.run().now().0 - 700_000);
        desk.obey(&Order::Seek(before));
        desk.obey(&Order::Show(View::Log));
        desk.obey(&Order::Speed(2));
        let mut other = Desk::new();
        other.arrive(&format!("#{}", desk.link()));
        until_open(&mut other);
        assert_eq!(other.run().now(), desk.run().now());
        assert_eq!(other.run().picture(), desk.run().picture());
        assert_eq!((other.state.view, other.state.speed), (View::Log, 2));
        assert!(!other.state.playing);
    }

    #[test]
    fn a_link_of_a_later_playground_is_explained_and_the_first_scene_stays() {
        let mut desk = Desk::new();
        desk.arrive("#v9.abc");
        assert!(
            desk.trouble.as_deref().is_some_and(|text| text.contains('9')),
            "{:?}",
            desk.trouble
        );
        assert!(desk.state.playing);
        desk.arrive("");
        assert!(desk.trouble.is_some(), "no link explains nothing away");
    }
}
