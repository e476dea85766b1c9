//! What can be done to a proxy.

use crate::demo::Ask;
use crate::engine::Command;
use crate::lane::Lane;
use sessionful::{Phase, Rules, Verb};
use web_sys::{HtmlInputElement, InputEvent, SubmitEvent};
use yew::{
    Callback, Html, Properties, TargetCast, UseStateHandle, function_component, html, use_state,
};

#[derive(Clone, PartialEq, Properties)]
pub(super) struct Props {
    pub lane: Lane,
    pub phase: Phase,
    pub is_live: bool,
    pub obey: Callback<Command>,
}

/// What the visitor has typed.
#[derive(Clone, PartialEq)]
struct Typed {
    first: String,
    second: String,
}

impl Typed {
    fn new(lane: Lane) -> Typed {
        let (first, second) = match lane {
            Lane::Calculator => ("6", "7"),
            Lane::SessionCalculator => ("5", ""),
            Lane::DuplexHello => ("Hello", ""),
        };
        Typed { first: first.into(), second: second.into() }
    }

    fn ask(&self, lane: Lane, name: &'static str) -> Option<Ask> {
        let number = |text: &str| text.trim().parse().ok().filter(|value: &f64| value.is_finite());
        Some(match lane {
            Lane::Calculator => Ask::Pair(name, number(&self.first)?, number(&self.second)?),
            Lane::SessionCalculator if matches!(name, "clear" | "equals") => Ask::Step(name, None),
            Lane::SessionCalculator => Ask::Step(name, Some(number(&self.first)?)),
            Lane::DuplexHello => Ask::Hello(self.first.clone()),
        })
    }
}

/// The operations of a lane, the one that Enter calls first, with what stands on their buttons.
fn operations(lane: Lane) -> &'static [(&'static str, &'static str)] {
    match lane {
        Lane::Calculator => &[("add", "+"), ("subtract", "−"), ("multiply", "×"), ("divide", "÷")],
        Lane::SessionCalculator => &[
            ("addTo", "+"),
            ("subtractFrom", "−"),
            ("multiplyBy", "×"),
            ("divideBy", "÷"),
            ("clear", "clear"),
            ("equals", "equals"),
        ],
        Lane::DuplexHello => &[("hello", "hello")],
    }
}

#[function_component]
pub(super) fn Controls(props: &Props) -> Html {
    let Props { lane, phase, is_live, obey } = props.clone();
    let typed = use_state(|| Typed::new(lane));
    let main = operations(lane)[0].0;
    let ask = typed.ask(lane, main);
    let disabled = ask.is_none() || !is_live;
    let submit = {
        let call = command(obey.clone(), ask.clone(), Command::Call);
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            call.emit(());
        })
    };
    let twice = command(obey.clone(), ask, Command::Twice).reform(|_| ());
    let buttons = operations(lane).iter().map(|(name, label)| {
        let ask = typed.ask(lane, name);
        let disabled = ask.is_none() || !is_live;
        let call = command(obey.clone(), ask, Command::Call).reform(|_| ());
        // Enter presses the first of them, which is the one that submits.
        let (kind, onclick) = if *name == main { ("submit", None) } else { ("button", Some(call)) };
        html! {
            <button type={kind} {onclick} {disabled} aria-label={*name} title={*name}>
                { label }
            </button>
        }
    });
    html! {
        <>
            <form class="calls" onsubmit={submit}>
                { fields(lane, &typed) }
                { for buttons }
                <button type="button" onclick={twice} {disabled}
                    title={format!("calls {main} twice at once")}>{ "2 at once" }</button>
            </form>
            { life(lane, phase, is_live, &obey) }
        </>
    }
}

/// Calls, if what was typed makes a call.
fn command(obey: Callback<Command>, ask: Option<Ask>, how: fn(Ask) -> Command) -> Callback<()> {
    Callback::from(move |()| ask.iter().for_each(|ask| obey.emit(how(ask.clone()))))
}

fn fields(lane: Lane, typed: &UseStateHandle<Typed>) -> Html {
    let field = |label: &'static str, value: &str, set: fn(&mut Typed, String)| {
        let handle = typed.clone();
        let oninput = Callback::from(move |event: InputEvent| {
            let mut typed = (*handle).clone();
            set(&mut typed, event.target_unchecked_into::<HtmlInputElement>().value());
            handle.set(typed);
        });
        let is_text = lane == Lane::DuplexHello;
        let invalid = !is_text && value.trim().parse::<f64>().is_err();
        html! {
            <input aria-label={label} value={value.to_owned()} {oninput} maxlength="64"
                class={if is_text { "words" } else { "number" }}
                inputmode={if is_text { "text" } else { "decimal" }}
                aria-invalid={invalid.then_some("true")} autocomplete="off" />
        }
    };
    let first = |label| field(label, &typed.first, |typed, value| typed.first = value);
    let second = |label| field(label, &typed.second, |typed, value| typed.second = value);
    match lane {
        Lane::Calculator => html! { <>{ first("a") }{ second("b") }</> },
        Lane::SessionCalculator => first("value"),
        Lane::DuplexHello => first("greeting"),
    }
}

fn life(lane: Lane, phase: Phase, is_live: bool, obey: &Callback<Command>) -> Html {
    let verb = |name: &'static str, verb: Verb, command: Command| {
        let illegal = phase.after(verb, Rules::Wws).err().map(|illegal| illegal.to_string());
        let onclick = obey.reform(move |_| command.clone());
        let class = if illegal.is_some() { "unlikely" } else { "" };
        html! { <button type="button" {onclick} {class} title={illegal} disabled={!is_live}>{ name }</button> }
    };
    let other = |name: &'static str, title: &'static str, command: Command| {
        let onclick = obey.reform(move |_| command.clone());
        html! { <button type="button" {onclick} {title} disabled={!is_live}>{ name }</button> }
    };
    html! {
        <div class="life" role="group" aria-label="Life of the proxy">
            <span class="joined">
                { verb("Open", Verb::Open, Command::Open(lane)) }
                { verb("Close", Verb::Close, Command::Close(lane)) }
                { verb("Abort", Verb::Abort, Command::Abort(lane)) }
                { verb("Reset", Verb::Reset, Command::Reset(lane)) }
            </span>
            <span class="joined">
                { other("Abandon", "Gives up the results of the calls in progress", Command::Abandon(lane)) }
                { other("Cut wire", "Breaks the connection of the channel used last", Command::Break(lane)) }
            </span>
        </div>
    }
}
