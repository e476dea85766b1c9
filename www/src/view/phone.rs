//! The tabs at the bottom of a small screen.

use super::glyph::icon;
use super::top::give;
use crate::state::{Order, Tab};
use yew::{Callback, Html, html};

/// One of the parts of the page at a time.
pub(super) fn tabs(shown: Tab, order: &Callback<Order>) -> Html {
    let tab = |tab: Tab| {
        html! {
            <button role="tab" aria-selected={(tab == shown).to_string()} onclick={give(order, Order::Tab(tab))}>
                { icon(if tab == Tab::Configure { "settings" } else { tab.slug() }) }{ tab.name() }
            </button>
        }
    };
    html! { <nav class="tabs" role="tablist" aria-label="Parts of the page">{ for Tab::ALL.into_iter().map(tab) }</nav> }
}
