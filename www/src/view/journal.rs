//! The journal as a table, of which only what is seen is built.

use super::{App, Message};
use crate::lane::Lane;
use crate::log::{Entry, Filter, Log};
use crate::state::Change;
use crate::words::{Group, clock, end};
use web_sys::{HtmlElement, HtmlInputElement, HtmlSelectElement, InputEvent};
use yew::html::Scope;
use yew::{Callback, Event, Html, NodeRef, TargetCast, html};

/// The height of a row; the styles say the same.
const ROW: i32 = 24;

/// What part of the journal is seen.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Place {
    /// Rows above the window.
    first: usize,
    /// The height of the window, in pixels.
    height: i32,
    /// Somebody reads: rows that came after these are not put above them.
    held: Option<usize>,
}

impl Place {
    /// How many rows the table has.
    pub(super) fn total(self, log: &Log) -> usize {
        self.held.map_or(log.shown(), |held| held.min(log.shown()))
    }

    /// The same window, at the newest row.
    pub(super) fn newest(self) -> Place {
        Place { first: 0, held: None, ..self }
    }

    fn newer(self, log: &Log) -> usize {
        log.shown() - self.total(log)
    }

    fn count(self) -> usize {
        usize::try_from(self.height / ROW).unwrap_or(0).clamp(12, 120) + 4
    }

    /// The window was moved; whether other rows are seen.
    pub(super) fn scrolled(&mut self, top: i32, height: i32, log: &Log) -> bool {
        let before = *self;
        self.first = usize::try_from(top / ROW).unwrap_or(0);
        self.height = height;
        self.held = (top > ROW / 2).then(|| self.held.unwrap_or(log.shown()));
        before != *self
    }
}

/// Gives the table the height of all its rows. Sizes cannot be written into the page itself: its
/// policy forbids inline styles.
pub(super) fn fit(rows: &NodeRef, total: usize, place: Place) {
    let Some(sizer) = rows.cast::<HtmlElement>().and_then(|rows| rows.first_element_child()) else {
        return;
    };
    let part = |index| sizer.children().item(index);
    let size = |index, height: usize| {
        use wasm_bindgen::JsCast;
        if let Some(part) = part(index).and_then(|part| part.dyn_into::<HtmlElement>().ok()) {
            _ = part.style().set_property("height", &format!("{}px", height * ROW as usize));
        }
    };
    let shown = place.count().min(total.saturating_sub(place.first));
    size(0, place.first);
    size(2, total.saturating_sub(place.first + shown));
}

pub(super) fn view(log: &Log, place: Place, rows: &NodeRef, link: &Scope<App>) -> Html {
    let total = place.total(log);
    let newer = place.newer(log);
    let set = link.callback(|filter| Message::Change(Change::Filter(filter)));
    let follow = follow(log.filter(), &set);
    let count = place.count().min(total.saturating_sub(place.first));
    let window = log.window(newer + place.first, count);
    let back = link.callback(|_| Message::Newest);
    html! {
        <section class="journal" aria-labelledby="journal">
            <header>
                <h2 id="journal">{ "Journal" }</h2>
                { filters(log, &set) }
                <p class="count">{ count_text(log) }</p>
            </header>
            <div class="table" role="table" aria-label="Journal" aria-rowcount={(total + 1).to_string()}>
                { head() }
                <div class="rows" role="rowgroup" tabindex="0" aria-label="Records" ref={rows.clone()}
                    onscroll={link.callback(|_| Message::Scroll)}>
                    <div role="presentation">
                        <div role="presentation" />
                        <div role="presentation">
                            { for window.map(|(place, entry)| row(place, entry, &follow)) }
                        </div>
                        <div role="presentation" />
                    </div>
                </div>
            </div>
            if newer > 0 {
                <button class="newest" onclick={back}>{ format!("↑ {newer} newer") }</button>
            }
            if total == 0 {
                <p class="none">{ "No record matches. Let the filter go to see all." }</p>
            }
        </section>
    }
}

/// Shows a record and what it led to.
fn follow(filter: &Filter, set: &Callback<Filter>) -> Callback<String> {
    let (set, filter) = (set.clone(), filter.clone());
    Callback::from(move |words: String| {
        set.emit(Filter { words, group: None, trouble: false, ..filter.clone() });
    })
}

fn count_text(log: &Log) -> String {
    let dropped = log.dropped();
    let all = log.len();
    match (log.shown() == all, dropped) {
        (true, 0) => format!("{all} records"),
        (true, _) => format!("latest {all} records, {dropped} dropped"),
        (false, _) => format!("{} of {all} records", log.shown()),
    }
}

fn head() -> Html {
    let heads = ["#", "seconds", "where", "what happened", "because of"];
    let head = |name: &&str| html! { <span role="columnheader">{ name }</span> };
    html! { <div class="head" role="row">{ for heads.iter().map(head) }</div> }
}

fn row(place: u64, entry: &Entry, follow: &Callback<String>) -> Html {
    let cause = entry.cause().map(|cause| {
        let words = cause.clone();
        let onclick = follow.reform(move |_| words.clone());
        let title = format!("show {cause} and all that it led to");
        html! { <button class="link" tabindex="-1" {onclick} {title}>{ cause }</button> }
    });
    let class = if entry.trouble { "row trouble" } else { "row" };
    html! {
        <div key={place} role="row" {class}>
            <span role="cell">{ entry.name() }</span>
            <span role="cell">{ clock(entry.at) }</span>
            <span role="cell">{ end(entry.record.node) }</span>
            <span role="cell">{ entry.trouble.then_some("◆ ") }{ &entry.text }</span>
            <span role="cell">{ for cause }</span>
        </div>
    }
}

fn filters(log: &Log, set: &Callback<Filter>) -> Html {
    let filter = log.filter().clone();
    let on = |change: fn(&mut Filter, &Event)| {
        let (set, filter) = (set.clone(), filter.clone());
        Callback::from(move |event: Event| {
            let mut filter = filter.clone();
            change(&mut filter, &event);
            set.emit(filter);
        })
    };
    let lane = on(|filter, event| filter.lane = Lane::ALL.get(chosen(event)).copied());
    let group = on(|filter, event| filter.group = Group::ALL.get(chosen(event)).copied());
    let trouble = on(|filter, event| {
        filter.trouble = event.target_unchecked_into::<HtmlInputElement>().checked();
    });
    let words = {
        let (set, filter) = (set.clone(), filter.clone());
        Callback::from(move |event: InputEvent| {
            let words = event.target_unchecked_into::<HtmlInputElement>().value();
            set.emit(Filter { words, ..filter.clone() });
        })
    };
    let lanes = Lane::ALL.iter().map(|lane| (lane.title(), filter.lane == Some(*lane)));
    let groups = Group::ALL.iter().map(|group| (group.name(), filter.group == Some(*group)));
    html! {
        <form class="filters" role="search" onsubmit={Callback::from(|event: yew::SubmitEvent| event.prevent_default())}>
            <input type="search" aria-label="Filter by words" placeholder="filter: words, p12, h7"
                value={filter.words.clone()} oninput={words} autocomplete="off" />
            <select aria-label="Whose" onchange={lane}>{ choices("all three", lanes) }</select>
            <select aria-label="About" onchange={group}>{ choices("all events", groups) }</select>
            <label><input type="checkbox" checked={filter.trouble} onchange={trouble} />{ "problems" }</label>
        </form>
    }
}

/// The chosen item, counted from 0 after the one that means all.
fn chosen(event: &Event) -> usize {
    let index = event.target_unchecked_into::<HtmlSelectElement>().selected_index();
    usize::try_from(index - 1).unwrap_or(usize::MAX)
}

fn choices(all: &'static str, items: impl Iterator<Item = (&'static str, bool)>) -> Html {
    let items: Vec<_> = items.collect();
    let none = !items.iter().any(|(_, selected)| *selected);
    let item =
        |(name, selected): (&'static str, bool)| html! { <option {selected}>{ name }</option> };
    html! { <><option selected={none}>{ all }</option>{ for items.into_iter().map(item) }</> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_scrolls_away_from_the_top_is_not_disturbed() {
        let (mut place, log) = (Place::default(), Log::default());
        assert!(place.scrolled(240, 480, &log));
        assert_eq!((place.first, place.held, place.count()), (10, Some(0), 24));
        assert!(!place.scrolled(250, 480, &log), "the same rows are seen");
        place.scrolled(0, 480, &log);
        assert_eq!(place.held, None);
    }
}
