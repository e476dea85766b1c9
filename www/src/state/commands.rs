//! Everything that can be done, as the palette lists it.

use super::{Desk, Entry, Order, Origin, Sheet, View};
use crate::run::{Stride, Target};
use crate::scenarios::Scenario;

impl Desk {
    /// Everything that can be done now, for the palette.
    pub fn entries(&self) -> Vec<Entry> {
        let mut entries = general();
        if self.source.live().is_some() {
            entries.retain(|entry| entry.order != Ok(Order::Restart));
        }
        let selected = self.state.selected.into_iter();
        let members = self.run().cast().iter().map(|(node, member)| match member.host {
            Some(_) => Target::Proxy(node),
            None => Target::Host(node),
        });
        let mut seen: Vec<Target> = Vec::new();
        for target in selected.chain(members) {
            if seen.contains(&target) {
                continue;
            }
            seen.push(target);
            let name = target.node().map(|node| self.run().cast().name(node)).unwrap_or_default();
            if let Target::Proxy(node) = target {
                let order = Ok(Order::Sheet(Some(Sheet::Call(node))));
                let name = format!("{name}: call with arguments…");
                entries.push(Entry { name, about: String::new(), group: "Do", key: "", order });
            }
            for offer in self.run().acts(target) {
                let order = offer.legal.map(|()| Order::Act(offer.act.clone())).map_err(|r| r.text);
                let name = format!("{name}: {}", offer.act.label());
                entries.push(Entry { name, about: String::new(), group: "Do", key: "", order });
            }
        }
        entries.extend(self.scenario_entries());
        entries
    }

    /// The scenarios, for the palette.
    pub fn scenario_entries(&self) -> Vec<Entry> {
        let entry = |(place, scenario): (usize, &Scenario)| Entry {
            name: scenario.title.into(),
            about: scenario.about.into(),
            group: "Scenarios",
            key: "",
            order: Ok(Order::Scenario(place)),
        };
        self.scenarios.iter().enumerate().map(entry).collect()
    }
}

/// What can always be done.
fn general() -> Vec<Entry> {
    let entry = |group: &'static str, name: &str, key: &'static str, order: Order| Entry {
        name: name.into(),
        about: String::new(),
        group,
        key,
        order: Ok(order),
    };
    let mut entries = vec![
        entry("Time", "Run or pause", "Space", Order::Toggle),
        entry("Time", "Step to the next record", ".", Order::On(Stride::Record)),
        entry("Time", "Step back", ",", Order::Back(Stride::Record)),
        entry("Time", "Go to the next message", "n", Order::On(Stride::Message)),
        entry("Time", "Go to the next fault", "!", Order::On(Stride::Trouble)),
        entry("Time", "Start the scenario again", "r", Order::Restart),
        entry("Time", "Go to now", "e", Order::Newest),
    ];
    let views = View::ALL.into_iter().zip(["1", "2", "3", "4", "5"]);
    entries.extend(views.map(|(view, key)| {
        entry("View", &format!("Show the {}", view.slug()), key, Order::Show(view))
    }));
    entries.extend([
        entry("Source", "Simulated", "", Order::Source(Origin::Simulated)),
        entry("Source", "Live in this browser", "", Order::Source(Origin::Here)),
        entry("Source", "Live over the network", "", Order::Sheet(Some(Sheet::Network))),
        entry("Source", "A WCF service", "", Order::Sheet(Some(Sheet::Wsdl))),
        entry("Page", "Show a crowd", "", Order::Crowd),
        entry("Page", "Other colours", "t", Order::Theme),
        entry("Page", "Share a link", "l", Order::Sheet(Some(Sheet::Share))),
        entry("Page", "Help", "?", Order::Sheet(Some(Sheet::Help))),
    ]);
    entries
}
