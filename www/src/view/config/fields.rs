//! The fields of the form.

use super::Edit;
use crate::config::Config;
use std::rc::Rc;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::{Callback, Event, Html, TargetCast, html};

/// One of several values.
pub(super) struct Choice<T: 'static> {
    pub(super) label: &'static str,
    pub(super) value: T,
    pub(super) options: &'static [(T, &'static str)],
}

/// A part of the form with a heading.
pub(super) fn section(title: &'static str, name: &str, inside: Html) -> Html {
    html! {
        <fieldset class="part"><legend class="unseen">{ title }{ " " }{ name.to_owned() }</legend>
            <h3 aria-hidden="true">{ title }<small>{ name.to_owned() }</small></h3>{ inside }</fieldset>
    }
}

/// A choice with its label.
pub(super) fn choose<T: PartialEq + Copy + 'static>(
    choice: Choice<T>,
    edit: &Edit,
    set: impl Fn(&mut Config, T) + 'static,
) -> Html {
    let label = choice.label;
    html! { <label class="field"><span>{ label }</span>{ bare(label, choice, edit, set) }</label> }
}

/// A choice without a label that is seen.
pub(super) fn bare<T: PartialEq + Copy + 'static>(
    name: &str,
    choice: Choice<T>,
    edit: &Edit,
    set: impl Fn(&mut Config, T) + 'static,
) -> Html {
    let (edit, options) = (Rc::clone(edit), choice.options);
    let onchange = Callback::from(move |event: Event| {
        let at = event.target_unchecked_into::<HtmlSelectElement>().selected_index();
        if let Some((value, _)) = usize::try_from(at).ok().and_then(|at| options.get(at)) {
            edit(&mut |config| set(config, *value));
        }
    });
    let option = |(value, name): &(T, &'static str)| {
        html! { <option selected={*value == choice.value}>{ *name }</option> }
    };
    let name = choice.label.is_empty().then(|| name.to_owned());
    html! { <select aria-label={name} {onchange}>{ for options.iter().map(option) }</select> }
}

/// Yes or no, with its label.
pub(super) fn check(
    label: &'static str,
    on: bool,
    edit: &Edit,
    set: impl Fn(&mut Config, bool) + 'static,
) -> Html {
    html! { <label class="check">{ tick(label.to_owned(), on, edit, set) }<span aria-hidden="true">{ label }</span></label> }
}

/// Yes or no, in a table.
pub(super) fn tick(
    name: String,
    on: bool,
    edit: &Edit,
    set: impl Fn(&mut Config, bool) + 'static,
) -> Html {
    let edit = Rc::clone(edit);
    let onchange = Callback::from(move |event: Event| {
        let on = event.target_unchecked_into::<HtmlInputElement>().checked();
        edit(&mut |config| set(config, on));
    });
    html! { <input type="checkbox" aria-label={name} checked={on} {onchange}/> }
}

/// A number; none when the field is empty.
pub(super) fn number(
    label: &'static str,
    value: u64,
    edit: &Edit,
    set: impl Fn(&mut Config, Option<u64>) + 'static,
) -> Html {
    let edit = Rc::clone(edit);
    let onchange = Callback::from(move |event: Event| {
        let value = event.target_unchecked_into::<HtmlInputElement>().value();
        let value = value.trim().parse().ok();
        edit(&mut |config| set(config, value));
    });
    let shown = if value == 0 { String::new() } else { value.to_string() };
    html! {
        <label class="field"><span>{ label }</span>
            <input type="text" inputmode="numeric" value={shown} placeholder="no limit" {onchange}/></label>
    }
}
