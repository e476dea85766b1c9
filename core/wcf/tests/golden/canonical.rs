//! What two documents have in common if they differ only in prefixes, order of attributes, and in how
//! their text is cut: one line an event.

use sessionful_wcf::xml::{Cursor, Event, Limits, Source, XSI};
use sessionful_wcf::{binary, text};

/// Limits for whole fixtures.
pub(crate) fn limits() -> Limits {
    Limits { document: 1 << 20, ..Limits::default() }
}

/// The canonical form of text.
pub(crate) fn of_text(document: &[u8]) -> String {
    of(text::Reader::new(document, limits()).expect("the fixture is readable"))
}

/// The canonical form of binary XML outside a session.
pub(crate) fn of_binary(document: &[u8]) -> String {
    of(binary::Reader::new(document, None, limits()).expect("the fixture is readable"))
}

/// The canonical form of what a source yields.
pub(crate) fn of(source: impl Source) -> String {
    let mut cursor = Cursor::new(source);
    let (mut out, mut text) = (String::new(), String::new());
    while let Some(event) = cursor.event().expect("the fixture is well-formed") {
        if let Event::Text(value) = &event {
            text.push_str(&value.to_text());
            continue;
        }
        // Indentation between elements says nothing; a blank text of an element is kept.
        if !text.trim().is_empty() || (!text.is_empty() && matches!(event, Event::End)) {
            out.push_str(&format!("text {text:?}\n"));
        }
        text.clear();
        match event {
            Event::Start(start) => {
                let mut attributes: Vec<String> = start
                    .attributes
                    .iter()
                    .map(|attribute| {
                        let value = if attribute.name.is(XSI, "type") {
                            cursor.resolve(&attribute.value).expect("a declared prefix").to_string()
                        } else {
                            attribute.value.to_string()
                        };
                        format!(" {}={value:?}", attribute.name)
                    })
                    .collect();
                attributes.sort();
                out.push_str(&format!("<{}{}>\n", start.name, attributes.concat()));
            }
            Event::End => out.push_str("end\n"),
            _ => {}
        }
    }
    out
}
