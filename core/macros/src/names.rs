//! How the names of a trait become the names of what is written beside it.

/// `add_to` as `addTo`: the name of an operation, the same as a JavaScript peer would choose.
pub(crate) fn lower_camel(name: &str) -> String {
    let mut words = name.split('_').filter(|word| !word.is_empty());
    let mut camel = words.next().unwrap_or(name).to_owned();
    for word in words {
        let mut letters = word.chars();
        camel.extend(letters.next().into_iter().flat_map(char::to_uppercase));
        camel.push_str(letters.as_str());
    }
    camel
}

/// `HTTPServer` as `http_server`: the name of a function.
pub(crate) fn snake(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut snake = String::new();
    for (index, letter) in letters.iter().enumerate() {
        let before = index.checked_sub(1).map(|before| letters[before]);
        let after_lower = before.is_some_and(|before| !before.is_uppercase() && before != '_');
        let before_lower = before.is_some_and(|before| before != '_')
            && letters.get(index + 1).is_some_and(|next| next.is_lowercase());
        if letter.is_uppercase() && (after_lower || before_lower) {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}

/// The known name that was probably meant.
pub(crate) fn closest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let (distance, closest) = known.iter().map(|other| (distance(name, other), *other)).min()?;
    (distance <= 2.max(name.len() / 3)).then_some(closest)
}

/// How many letters to change, add or leave out (Levenshtein).
fn distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.chars().count()).collect();
    for (index, letter) in one.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], index + 1);
        for (column, candidate) in other.chars().enumerate() {
            let changed = diagonal + usize::from(letter != candidate);
            diagonal = row[column + 1];
            row[column + 1] = changed.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{closest, lower_camel, snake};

    #[test]
    fn methods_become_operations() {
        for (method, operation) in [
            ("clear", "clear"),
            ("add_to", "addTo"),
            ("a__b_c2", "aBC2"),
            ("_", "_"),
            ("addTo", "addTo"),
        ] {
            assert_eq!(lower_camel(method), operation);
        }
    }

    #[test]
    fn traits_become_functions() {
        for (name, function) in [
            ("Hello", "hello"),
            ("HelloCallback", "hello_callback"),
            ("HTTPServer", "http_server"),
            ("X2Y", "x2_y"),
            ("A_B", "a_b"),
        ] {
            assert_eq!(snake(name), function);
        }
    }

    #[test]
    fn a_slip_is_recognized_and_a_stranger_is_not() {
        let known = ["one_way", "initiating", "terminating"];
        assert_eq!(closest("oneway", &known), Some("one_way"));
        assert_eq!(closest("initating", &known), Some("initiating"));
        assert_eq!(closest("colour", &known), None);
    }
}
