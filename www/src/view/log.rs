//! The log as a table, of which only what is seen is built.

use super::glyph::icon;
use super::top::give;
use super::{App, Message, copy, words};
use crate::state::{Desk, Filter, Order};
use crate::words::{Group, is_trouble, tell_of};
use sessionful::event::Record;
use sessionful::ids::NodeId;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, HtmlInputElement, HtmlSelectElement, InputEvent};
use yew::html::Scope;
use yew::{Callback, Event, Html, NodeRef, TargetCast, html};

/// The height of a row; the styles say the same.
const ROW: i32 = 26;

/// What part of the log is seen.
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
    fn total(self, all: usize) -> usize {
        self.held.map_or(all, |held| held.min(all))
    }

    fn count(self) -> usize {
        usize::try_from(self.height / ROW).unwrap_or(0).clamp(24, 120) + 6
    }

    /// The same window, at the newest row.
    pub(super) fn newest(self) -> Place {
        Place { first: 0, held: None, ..self }
    }

    /// The window was moved; whether other rows are seen.
    pub(super) fn scrolled(&mut self, top: i32, height: i32, all: usize) -> bool {
        let before = *self;
        self.first = usize::try_from(top / ROW).unwrap_or(0);
        self.height = height;
        self.held = (top > ROW / 2).then(|| self.held.unwrap_or(all));
        before != *self
    }
}

/// Gives the table the height of all its rows. Sizes cannot be written into the page itself: its
/// policy forbids inline styles.
pub(super) fn fit(rows: &NodeRef, desk: &Desk, place: Place) {
    let Some(sizer) = rows.cast::<HtmlElement>().and_then(|rows| rows.first_element_child()) else {
        return;
    };
    let size = |index, height: usize| {
        let part =
            sizer.children().item(index).and_then(|part| part.dyn_into::<HtmlElement>().ok());
        if let Some(part) = part {
            _ = part.style().set_property("height", &format!("{}px", height * ROW as usize));
        }
    };
    let total = place.total(desk.sift.len(desk.run()));
    let shown = place.count().min(total.saturating_sub(place.first));
    size(0, place.first);
    size(2, total.saturating_sub(place.first + shown));
}

/// Scrolls so that the record at the cursor is seen: whoever steps follows it.
pub(super) fn reveal(rows: &NodeRef, desk: &Desk, place: Place) {
    let Some(rows) = rows.cast::<HtmlElement>() else { return };
    let run = desk.run();
    let all = desk.sift.len(run);
    let above = desk.sift.newer(run, run.cursor().seq).saturating_sub(all - place.total(all));
    let (top, height) = (above as i32 * ROW, rows.client_height());
    if top < rows.scroll_top() || top + ROW > rows.scroll_top() + height {
        rows.set_scroll_top(top - height / 2);
    }
}

/// The log.
pub(super) fn view(desk: &Desk, place: Place, rows: &NodeRef, link: &Scope<App>) -> Html {
    let run = desk.run();
    let all = desk.sift.len(run);
    let total = place.total(all);
    let newer = all - total;
    let set = link.callback(|filter| Message::Order(Order::Filter(filter)));
    let order = link.callback(Message::Order);
    let count = place.count().min(total.saturating_sub(place.first));
    let window = desk.sift.window(run, newer + place.first, count);
    let window = window.into_iter().filter_map(|seq| run.history().get(seq));
    html! {
        <div class="log">
            { tools(desk, &set, link) }
            <div class="listing">
            <div class="records" role="table" aria-label="Records" aria-rowcount={(total + 1).to_string()}>
                <div class="head" role="row">
                    { for ["#", "seconds", "where", "what happened", "because of"].iter().map(|head| html! { <span role="columnheader">{ *head }</span> }) }
                </div>
                <div class="rows" role="rowgroup" tabindex="0" aria-label="Records" ref={rows.clone()}
                    onscroll={link.callback(|_| Message::Scroll)}>
                    <div role="presentation">
                        <div role="presentation"/>
                        <div role="presentation">{ for window.map(|record| row(desk, record, &set, &order)) }</div>
                        <div role="presentation"/>
                    </div>
                </div>
            </div>
            if newer > 0 {
                <button class="newest" onclick={link.callback(|_| Message::Newest)}>{ format!("↑ {newer} newer") }</button>
            }
            if total == 0 {
                <p class="none">{ "No record matches. Let the filter go to see all." }</p>
            }
            </div>
        </div>
    }
}

fn tools(desk: &Desk, set: &Callback<Filter>, link: &Scope<App>) -> Html {
    let filter = desk.sift.filter().clone();
    let with = |change: fn(&mut Filter, String)| {
        let (set, filter) = (set.clone(), filter.clone());
        Callback::from(move |value: String| {
            let mut filter = filter.clone();
            change(&mut filter, value);
            set.emit(filter);
        })
    };
    let typed = with(|filter, words| filter.words = words);
    let oninput = Callback::from(move |event: InputEvent| {
        typed.emit(event.target_unchecked_into::<HtmlInputElement>().value());
    });
    let whose = selected(with(|filter, node| filter.node = node.parse().ok().map(NodeId)));
    let about = selected(with(|filter, name| {
        filter.group = Group::ALL.into_iter().find(|group| group.name() == name);
    }));
    let trouble = with(|filter, on| filter.trouble = on == "true");
    let onchange = Callback::from(move |event: Event| {
        trouble.emit(event.target_unchecked_into::<HtmlInputElement>().checked().to_string());
    });
    html! {
        <div class="log-tools">
            <label class="grow">{ icon("search") }<span class="unseen">{ "Search the records" }</span>
                <input type="search" placeholder="Search the records" value={filter.words.clone()} {oninput}/></label>
            <label><span class="unseen">{ "Whose" }</span><select onchange={whose}>
                <option value="" selected={filter.node.is_none()}>{ "everybody" }</option>
                { for desk.run().cast().iter().map(|(node, member)| html! {
                    <option value={node.0.to_string()} selected={filter.node == Some(node)}>{ member.name.as_str() }</option>
                }) }
            </select></label>
            <label><span class="unseen">{ "About" }</span><select onchange={about}>
                <option value="" selected={filter.group.is_none()}>{ "everything" }</option>
                { for Group::ALL.into_iter().map(|group| html! {
                    <option value={group.name()} selected={filter.group == Some(group)}>{ group.name() }</option>
                }) }
            </select></label>
            <label class="check"><input type="checkbox" checked={filter.trouble} {onchange}/>{ "problems" }</label>
            <p class="count" role="status">{ count(desk) }</p>
            { copy::button(desk, "", "Copy as JSON", link.callback(|_| Message::Copy)) }
        </div>
    }
}

fn selected(set: Callback<String>) -> Callback<Event> {
    Callback::from(move |event: Event| {
        set.emit(event.target_unchecked_into::<HtmlSelectElement>().value());
    })
}

fn count(desk: &Desk) -> String {
    let run = desk.run();
    let (shown, all) = (desk.sift.len(run) as u64, run.history().len() as u64);
    let dropped = run.history().first();
    match (shown == all, desk.sift.is_done(run)) {
        (true, _) if dropped > 0 => format!("latest {} records", words::count(all)),
        (true, _) => format!("{} records", words::count(all)),
        (false, true) => format!("{} of {} records", words::count(shown), words::count(all)),
        (false, false) => format!("{} so far…", words::count(shown)),
    }
}

fn row(desk: &Desk, record: &Record, set: &Callback<Filter>, order: &Callback<Order>) -> Html {
    let cursor = desk.run().cursor().seq;
    let trouble = is_trouble(&record.event);
    let class = format!(
        "row{}{}{}",
        if trouble { " trouble" } else { "" },
        if record.seq >= cursor { " ahead" } else { "" },
        if record.seq + 1 == cursor { " here" } else { "" },
    );
    let (_, text) = tell_of(desk.run().cast(), record);
    let cause = record.cause.map(|cause| {
        let set = set.reform(move |_| Filter { words: format!("#{cause}"), ..Filter::default() });
        let title = format!("Show record {cause} and what it led to");
        html! { <button class="link" tabindex="-1" onclick={set} {title}>{ format!("#{cause}") }</button> }
    });
    html! {
        <div key={record.seq} role="row" {class}>
            <span role="cell"><button class="link" tabindex="-1" title="Go to this moment" onclick={give(order, Order::SeekRecord(record.seq + 1))}>
                { record.seq }</button></span>
            <span role="cell">{ words::time(record.at) }</span>
            <span role="cell">{ desk.run().cast().name(record.node).as_str() }</span>
            <span role="cell">{ trouble.then_some("◆ ") }{ text }</span>
            <span role="cell">{ cause }</span>
        </div>
    }
}

/// What is shown, as JSON, one record a line: as much as a clipboard can be asked to take.
pub(super) fn json(desk: &Desk) -> String {
    const MOST: usize = 20_000;
    let records = desk.sift.all(desk.run()).take(MOST);
    let lines: Vec<String> =
        records.filter_map(|record| serde_json::to_string(record).ok()).collect();
    format!("[\n{}\n]\n", lines.join(",\n"))
}
