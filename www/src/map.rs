//! A map for few entries, and a sort. A tree of the standard library is several kilobytes of code for
//! each pair of types, and so is its sort; the page has dozens of them. This is a sorted list.

use std::borrow::Borrow;
use std::cmp::Ordering;

/// Things in order; what is equal stays in the order in which it comes.
pub fn sorted<T>(
    things: impl IntoIterator<Item = T>,
    compare: impl Fn(&T, &T) -> Ordering,
) -> Vec<T> {
    let mut list = Vec::new();
    for thing in things {
        let place = list.partition_point(|other| compare(other, &thing).is_le());
        list.insert(place, thing);
    }
    list
}

/// Keys with values, in the order of the keys.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Map<K, V>(Vec<(K, V)>);

impl<K, V> Default for Map<K, V> {
    fn default() -> Map<K, V> {
        Map(Vec::new())
    }
}

impl<K: Ord, V> Map<K, V> {
    fn find<Q: Ord + ?Sized>(&self, key: &Q) -> Result<usize, usize>
    where
        K: Borrow<Q>,
    {
        self.0.binary_search_by(|(found, _)| found.borrow().cmp(key))
    }

    /// The value of a key.
    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.find(key).ok().map(|place| &self.0[place].1)
    }

    /// The value of a key, to be changed.
    pub fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.find(key).ok().map(|place| &mut self.0[place].1)
    }

    /// The value of a key, made if there is none.
    pub fn get_or_default(&mut self, key: K) -> &mut V
    where
        V: Default,
    {
        let place = self.find(&key).unwrap_or_else(|place| {
            self.0.insert(place, (key, V::default()));
            place
        });
        &mut self.0[place].1
    }

    /// Whether a key has a value.
    pub fn contains_key(&self, key: &K) -> bool {
        self.find(key).is_ok()
    }

    /// Gives a key a value; the one it had.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        match self.find(&key) {
            Ok(place) => Some(std::mem::replace(&mut self.0[place].1, value)),
            Err(place) => {
                self.0.insert(place, (key, value));
                None
            }
        }
    }

    /// Takes a key out; the value it had.
    pub fn remove(&mut self, key: &K) -> Option<V> {
        self.find(key).ok().map(|place| self.0.remove(place).1)
    }

    /// Keys with their values, in the order of the keys.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.0.iter().map(|(key, value)| (key, value))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<K: Ord, V> FromIterator<(K, V)> for Map<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Map<K, V> {
        let mut map = Map::default();
        for (key, value) in entries {
            map.insert(key, value);
        }
        map
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_equal_keeps_its_order() {
        let things = [(3, 'a'), (1, 'b'), (3, 'c'), (2, 'd'), (1, 'e')];
        let sorted = sorted(things, |a, b| a.0.cmp(&b.0));
        assert_eq!(sorted, [(1, 'b'), (1, 'e'), (2, 'd'), (3, 'a'), (3, 'c')]);
    }

    #[test]
    fn the_last_value_of_a_key_counts() {
        let map: Map<String, u8> =
            [("b".into(), 1), ("a".into(), 2), ("b".into(), 3)].into_iter().collect();
        assert_eq!((map.get("a"), map.get("b"), map.len()), (Some(&2), Some(&3), 2));
    }

    #[test]
    fn it_is_a_map() {
        let mut map: Map<u32, &str> = Map::default();
        assert_eq!(map.insert(5, "five"), None);
        assert_eq!((map.insert(2, "two"), map.insert(9, "nine")), (None, None));
        assert_eq!(map.insert(5, "cinque"), Some("five"));
        assert_eq!(map.iter().map(|(key, _)| *key).collect::<Vec<_>>(), [2, 5, 9]);
        assert_eq!((map.get(&5), map.get(&6), map.contains_key(&9)), (Some(&"cinque"), None, true));
        assert_eq!((map.remove(&2), map.remove(&2), map.len()), (Some("two"), None, 2));
        *map.get_or_default(7) = "seven";
        assert_eq!((map.get(&7), map.is_empty()), (Some(&"seven"), false));
    }
}
