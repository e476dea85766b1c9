//! What would set up what is configured, in TypeScript and in Rust.

use super::{App, Message, copy};
use crate::snippet;
use crate::state::{Desk, Order};
use yew::html::Scope;
use yew::{Html, html};

/// The program, in the chosen language.
pub(super) fn view(desk: &Desk, link: &Scope<App>) -> Html {
    let rust = desk.state.rust;
    let text = if rust { snippet::rust(&desk.draft) } else { snippet::typescript(&desk.draft) };
    let choice = |name: &'static str, checked: bool, rust: bool| {
        let onclick = link.callback(move |_| Message::Order(Order::Language(rust)));
        html! { <button role="radio" aria-checked={checked.to_string()} {onclick}>{ name }</button> }
    };
    let copied = text.clone();
    html! {
        <div class="code-view">
            <div class="code-tools">
                <div class="choice" role="radiogroup" aria-label="Language">
                    { choice("TypeScript", !rust, false) }{ choice("Rust", rust, true) }
                </div>
                <p>{ "Sets up what is configured, as a program of your own." }</p>
                { copy::button(desk, "", "Copy", link.callback(move |_| Message::CopyText(copied.clone()))) }
            </div>
            <pre tabindex="0" aria-label="Program"><code>{ for text.lines().map(line) }</code></pre>
        </div>
    }
}

/// A line in which comments, texts and words of the language stand out.
fn line(text: &str) -> Html {
    let (code, comment) = match text.find("//") {
        Some(at) if !text[..at].contains('"') => text.split_at(at),
        _ => (text, ""),
    };
    let parts = code.split_inclusive('"').collect::<Vec<_>>();
    let mut inside = false;
    let pieces = parts.into_iter().map(|part| {
        let was = inside;
        if part.ends_with('"') {
            inside = !inside;
        }
        match (was, part.strip_suffix('"')) {
            // The text with the quote that ends it.
            (true, _) => html! { <span class="text">{ part.to_owned() }</span> },
            (false, Some(before)) => {
                html! { <>{ words(before) }<span class="text">{ "\"" }</span></> }
            }
            (false, None) => words(part),
        }
    });
    html! { <>{ for pieces }<span class="comment">{ comment.to_owned() }</span>{ "\n" }</> }
}

const WORDS: [&str; 22] = [
    "import", "from", "const", "let", "await", "async", "new", "return", "export", "class", "fn",
    "use", "pub", "impl", "struct", "trait", "mod", "move", "self", "true", "false", "for",
];

fn words(code: &str) -> Html {
    let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
    let mut rest = code;
    let mut out = Vec::new();
    while !rest.is_empty() {
        let word = rest.starts_with(is_word);
        let end = rest.find(|letter| is_word(letter) != word).unwrap_or(rest.len());
        let (piece, after) = rest.split_at(end);
        out.push(match WORDS.contains(&piece) {
            true => html! { <b>{ piece.to_owned() }</b> },
            false => Html::from(piece.to_owned()),
        });
        rest = after;
    }
    html! { <>{ for out }</> }
}
