//! What one sees now, in a sentence.

use super::glyph::icon;
use super::top::give;
use crate::state::{Desk, Order};
use yew::{Callback, Html, html};

/// The caption of the moment, with the way to the ones before and after.
pub(super) fn view(desk: &Desk, order: &Callback<Order>) -> Html {
    if desk.source.live().is_some() {
        let (_, about) = desk.title();
        return html! { <div class="caption"><p>{ about }</p></div> };
    }
    let scenario = desk.source.simulated.scenario();
    let now = desk.run().now();
    let (place, text) =
        scenario.caption(now).map_or((0, scenario.about), |(place, caption)| (place, caption.text));
    let count = scenario.captions.len();
    let (first, last) = (place == 0, place + 1 >= count);
    html! {
        <div class="caption">
            <p>{ text }</p>
            if count > 1 {
                <div class="steps">
                    <button class="quiet icon-only" disabled={first} aria-label="Caption before" title="Caption before ([)"
                        onclick={give(order, Order::Caption(false))}><span class="flip">{ icon("right") }</span></button>
                    <span class="count">{ format!("{} of {count}", place + 1) }</span>
                    <button class="quiet icon-only" disabled={last} aria-label="Next caption" title="Next caption (])"
                        onclick={give(order, Order::Caption(true))}>{ icon("right") }</button>
                </div>
            }
        </div>
    }
}
