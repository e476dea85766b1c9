//! The palette: everything that can be done, found by its name.

use super::Order;

/// One thing that can be done.
#[derive(Clone, PartialEq, Debug)]
pub struct Entry {
    /// What it is called.
    pub name: String,
    /// More about it.
    pub about: String,
    /// What it belongs to.
    pub group: &'static str,
    /// Its key, if it has one.
    pub key: &'static str,
    /// What it does, or why it cannot be done.
    pub order: Result<Order, String>,
}

/// What was typed, and which of the entries found is the chosen one.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Palette {
    /// What was typed.
    pub query: String,
    /// The chosen one, counted among those found.
    pub place: usize,
}

impl Palette {
    /// Another text: the first that is found is chosen.
    pub fn typed(&mut self, query: String) {
        *self = Palette { query, place: 0 };
    }

    /// The next one, or the one before, of so many.
    pub fn moved(&mut self, down: bool, count: usize) {
        let count = count.max(1);
        self.place = if down { self.place + 1 } else { self.place + count - 1 } % count;
    }
}

/// The entries that a query finds, the best first. Every word must be found.
pub fn matching<'a>(entries: &'a [Entry], query: &str) -> Vec<&'a Entry> {
    let words: Vec<String> = query.split_whitespace().map(str::to_lowercase).collect();
    let mut found: Vec<(u32, &Entry)> =
        entries.iter().filter_map(|entry| Some((rank(entry, &words)?, entry))).collect();
    // Stable: equals stay in the order of the list.
    found.sort_by_key(|(rank, _)| *rank);
    found.into_iter().map(|(_, entry)| entry).collect()
}

/// How far from the query an entry is; nothing if a word is missing.
fn rank(entry: &Entry, words: &[String]) -> Option<u32> {
    let name = entry.name.to_lowercase();
    let rest = format!("{} {}", entry.group, entry.about).to_lowercase();
    words.iter().try_fold(0, |sum, word| {
        let far = if name.starts_with(word.as_str()) {
            0
        } else if name.split(' ').any(|part| part.starts_with(word.as_str())) {
            1
        } else if name.contains(word.as_str()) {
            2
        } else if rest.contains(word.as_str()) {
            4
        } else if is_scattered(&name, word) {
            6
        } else {
            return None;
        };
        Some(sum + far)
    })
}

/// Whether the letters of a word come in this order somewhere in a name.
fn is_scattered(name: &str, word: &str) -> bool {
    let mut letters = name.chars();
    word.chars().all(|wanted| letters.any(|letter| letter == wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(name: &str, group: &'static str) -> Entry {
        let order = Ok(Order::Toggle);
        Entry { name: name.into(), about: String::new(), group, key: "", order }
    }

    fn names(query: &str) -> Vec<String> {
        let entries = [
            entry("Go to the next fault", "Time"),
            entry("Fault the wire", "A"),
            entry("Pooled reuse", "Scenarios"),
            entry("A faulted channel leaves the pool", "Scenarios"),
        ];
        matching(&entries, query).into_iter().map(|entry| entry.name.clone()).collect()
    }

    #[test]
    fn beginnings_come_before_middles() {
        let found = names("fault");
        assert_eq!(found[0], "Fault the wire");
        assert_eq!(found.len(), 3);
    }

    #[test]
    fn every_word_counts_and_nothing_is_asked_of_no_word() {
        assert_eq!(names("pool fault"), ["A faulted channel leaves the pool"]);
        assert_eq!(names("").len(), 4);
        assert_eq!(names("scenarios reuse"), ["Pooled reuse"]);
        assert_eq!(names("plrs"), ["Pooled reuse"]);
        assert!(names("xyzzy").is_empty());
    }

    #[test]
    fn the_choice_goes_round() {
        let mut palette = Palette::default();
        palette.moved(false, 3);
        assert_eq!(palette.place, 2);
        palette.moved(true, 3);
        assert_eq!(palette.place, 0);
        palette.moved(true, 0);
        assert_eq!(palette.place, 0);
    }
}
