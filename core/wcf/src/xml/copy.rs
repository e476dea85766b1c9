//! Passing documents and parts of documents on.

use super::{Composer, Cursor, Declaration, Event, Scope, Sink, Source, Start};
use crate::error::XmlError;
use crate::value::Value;
use smol_str::SmolStr;

/// Passes a whole document on, event by event.
pub fn copy(source: &mut impl Source, sink: &mut impl Sink) -> Result<(), XmlError> {
    while let Some(event) = source.next()? {
        sink.write(&event)?;
    }
    Ok(())
}

/// Passes on an element whose start has just been taken, so that it stands by itself.
///
/// Declarations outside it are repeated on it, because a qualified name may hide in any text. Those of
/// `known`, prefixes with their namespaces, come only where they are used: every envelope has them, so
/// that they are left out when the element is written, and reading it again must give the same.
pub fn element_of<S: Source, T: Sink>(
    cursor: &mut Cursor<S>,
    start: Start,
    known: &[(&str, &str)],
    composer: &mut Composer<T>,
) -> Result<(), XmlError> {
    let inherited = cursor.scope().visible().filter(|(prefix, namespace)| {
        let own = start.declarations.iter().any(|own| own.prefix == **prefix);
        !own && !known.iter().any(|(_, known)| known == namespace)
    });
    let declaration = |(prefix, namespace): (&SmolStr, &SmolStr)| Declaration {
        prefix: prefix.clone(),
        namespace: namespace.clone(),
    };
    let mut declarations: Vec<Declaration> = inherited.map(declaration).collect();
    declarations.extend(start.declarations);
    let mut next = Some(Event::Start(Start { declarations, ..start }));
    let mut depth = 0usize;
    loop {
        let Some(mut event) = next.take() else {
            return Err(XmlError::unexpected("the document ends inside an element"));
        };
        match &mut event {
            Event::Start(start) => {
                depth += 1;
                start.declarations.retain(|Declaration { prefix, namespace }| {
                    let free = composer.scope().lookup(prefix).is_none();
                    !(free && known.contains(&(prefix.as_str(), namespace.as_str())))
                });
            }
            Event::End => depth -= 1,
            _ => {}
        }
        pass(cursor.scope(), event, composer)?;
        if depth == 0 {
            return Ok(());
        }
        next = cursor.whole_event()?;
    }
}

/// A qualified name may hide in a text: what looks like its prefix is declared where the text is.
fn pass<T: Sink>(scope: &Scope, event: Event, composer: &mut Composer<T>) -> Result<(), XmlError> {
    let mut prefixes = Vec::new();
    match &event {
        Event::Start(start) => {
            prefixes.extend(start.attributes.iter().filter_map(|one| prefix_in(&one.value)));
        }
        // Text after a child cannot be helped: its element is written already.
        Event::Text(value) if composer.is_open() => prefixes.extend(prefix_in(value)),
        _ => {}
    }
    let text = matches!(event, Event::Text(_));
    let mut event = Some(event);
    if !text && let Some(event) = event.take() {
        composer.event(event)?;
    }
    for prefix in prefixes {
        if composer.scope().lookup(&prefix).is_none()
            && let Some(namespace) = scope.lookup(&prefix)
        {
            composer.declare_as(&prefix, &namespace)?;
        }
    }
    event.map_or(Ok(()), |event| composer.event(event))
}

fn prefix_in(value: &Value) -> Option<SmolStr> {
    match value {
        Value::QName { prefix, .. } => Some(prefix.clone()),
        Value::Text(text) | Value::Shared(text) => {
            let (prefix, _) = text.trim_start().split_once(':')?;
            (!prefix.is_empty() && prefix.len() <= 64).then(|| prefix.into())
        }
        _ => None,
    }
}
