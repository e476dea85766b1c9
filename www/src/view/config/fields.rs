//! The fields of the form.

use super::Edit;
use crate::config::Config;
use std::rc::Rc;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::{
    Callback, Event, FocusEvent, Html, InputEvent, Properties, TargetCast, component, html,
    use_state,
};

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

/// A number; none is no limit.
pub(super) fn number(
    label: &'static str,
    value: Option<u64>,
    edit: &Edit,
    set: impl Fn(&mut Config, Option<u64>) + 'static,
) -> Html {
    let edit = Rc::clone(edit);
    let set = Callback::from(move |value| edit(&mut |config| set(config, value)));
    html! { <label class="field"><span>{ label }</span><Number {value} {set}/></label> }
}

#[derive(PartialEq, Properties)]
struct NumberProps {
    value: Option<u64>,
    set: Callback<Option<u64>>,
}

/// The field of a number. The form is drawn anew all the time: what is being typed is kept here
/// until it is done, or the value would be written over it.
#[component]
fn Number(props: &NumberProps) -> Html {
    let typed = use_state(|| None::<String>);
    let (keep, done, left) = (typed.setter(), typed.setter(), typed.setter());
    let oninput = move |event: InputEvent| {
        keep.set(Some(event.target_unchecked_into::<HtmlInputElement>().value()));
    };
    let set = props.set.clone();
    let onchange = move |event: Event| {
        let text = event.target_unchecked_into::<HtmlInputElement>().value();
        // What is no number changes nothing.
        match (text.trim(), text.trim().parse()) {
            ("", _) => set.emit(None),
            (_, Ok(value)) => set.emit(Some(value)),
            (_, Err(_)) => {}
        }
        done.set(None);
    };
    let onblur = move |_: FocusEvent| left.set(None);
    let value = props.value.map(|value| value.to_string()).unwrap_or_default();
    let shown = (*typed).clone().unwrap_or(value);
    html! {
        <input type="text" inputmode="numeric" value={shown} placeholder="no limit" {oninput} {onchange} {onblur}/>
    }
}
