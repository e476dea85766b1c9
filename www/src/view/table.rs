//! The stage as a table: the same things, the same words, for those who prefer to read.

use super::glyph;
use super::top::give;
use crate::scene::Row;
use crate::state::{Desk, Order};
use sessionful::lifecycle::Phase;
use yew::{Callback, Html, html};

/// Everything that exists, a row each, and the messages under way.
pub(super) fn view(desk: &Desk, order: &Callback<Order>) -> Html {
    let run = desk.run();
    let flights = run.flights().map(|flight| {
        let cast = run.cast();
        let (proxy, host) = (cast.name(flight.proxy), cast.name(flight.host));
        let (from, to) = match flight.toward {
            sessionful::sim::Toward::Host => (proxy, host),
            sessionful::sim::Toward::Proxy => (host, proxy),
        };
        let part = flight.progress(run.now()) * 100.0;
        html! {
            <tr key={flight.id}>
                <td>{ "message" }</td>
                <td><button class="link" onclick={give(order, Order::Select(Some(crate::run::Target::Flight(flight.id))))}>
                    { flight.load.name() }</button></td>
                <td>{ format!("{part:.0} % of the way") }</td>
                <td>{ crate::cast::short_action(&flight.action).to_owned() }</td>
                <td>{ format!("{from} to {to}, {}", flight.channel) }</td>
            </tr>
        }
    });
    html! {
        <div class="body table-view">
            <table>
                <caption class="unseen">{ "Everything on the stage" }</caption>
                <thead><tr>
                    { for ["Kind", "Name", "Phase", "What it does", "Belongs to"].iter().map(|head| html! { <th scope="col">{ *head }</th> }) }
                </tr></thead>
                <tbody>
                    { for desk.scene.table().into_iter().map(|row| line(row, desk, order)) }
                    { for flights }
                </tbody>
            </table>
        </div>
    }
}

fn line(row: Row, desk: &Desk, order: &Callback<Order>) -> Html {
    let class = (desk.state.selected == Some(row.target)).then_some("selected");
    let phase = Phase::ALL.into_iter().find(|phase| phase.to_string() == row.phase);
    html! {
        <tr key={super::stage::key(row.target)} {class}>
            <td>{ row.kind }</td>
            <td><button class="link" onclick={give(order, Order::Select(Some(row.target)))}>{ row.name }</button></td>
            <td>{ phase.map(glyph::phase_mark) }{ " " }{ row.phase }</td>
            <td>{ row.doing }</td>
            <td>{ row.from }</td>
        </tr>
    }
}
