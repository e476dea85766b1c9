//! Strings that are kept once each.

use super::{Limits, check};
use crate::error::XmlError;
use smol_str::SmolStr;

/// Where strings stand in a list, found by what they say: a hash table without the strings.
#[derive(Clone, Debug, Default)]
pub(crate) struct Places {
    /// Each one more than a place, or zero; a power of two of them, at least twice as many as places.
    slots: Vec<u32>,
    count: usize,
}

impl Places {
    /// The slots of an empty table.
    const FEW: usize = 32;

    /// The place of a string; `text` tells what stands at a place.
    pub(crate) fn find<'a>(&self, wanted: &str, text: impl Fn(u32) -> &'a str) -> Option<u32> {
        let mut slot = hash(wanted);
        loop {
            slot &= self.slots.len().wrapping_sub(1);
            let place = self.slots.get(slot)?.checked_sub(1)?;
            if text(place) == wanted {
                return Some(place);
            }
            slot += 1;
        }
    }

    /// Adds the place of a string that is not there yet.
    pub(crate) fn insert<'a>(&mut self, place: u32, text: impl Fn(u32) -> &'a str) {
        if self.slots.len() <= self.count * 2 {
            let slots = vec![0; (self.slots.len() * 2).max(Places::FEW)];
            let before = std::mem::replace(&mut self.slots, slots);
            let places = before.into_iter().filter_map(|slot| slot.checked_sub(1));
            places.for_each(|place| self.put(place, text(place)));
        }
        self.put(place, text(place));
        self.count += 1;
    }

    fn put(&mut self, place: u32, text: &str) {
        let last = self.slots.len() - 1;
        let mut slot = hash(text) & last;
        while self.slots[slot] > 0 {
            slot = (slot + 1) & last;
        }
        self.slots[slot] = place + 1;
    }
}

/// FNV-1a. Whoever sends names that collide gains little: there are few, because they are limited.
fn hash(text: &str) -> usize {
    text.bytes()
        .fold(0x811c_9dc5u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
        as usize
}

/// Keeps each different name once, up to a limit.
#[derive(Clone, Debug, Default)]
pub(crate) struct NameTable {
    names: Vec<SmolStr>,
    places: Places,
    bytes: usize,
}

impl NameTable {
    pub(crate) fn intern(&mut self, name: &str, limits: &Limits) -> Result<SmolStr, XmlError> {
        let NameTable { names, places, bytes } = self;
        if let Some(place) = places.find(name, |place| names[place as usize].as_str()) {
            return Ok(names[place as usize].clone());
        }
        *bytes += name.len();
        check("the table of names", *bytes, limits.names)?;
        let place = u32::try_from(names.len()).unwrap_or(u32::MAX);
        names.push(SmolStr::new(name));
        places.insert(place, |place| names[place as usize].as_str());
        Ok(names[place as usize].clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_found_again_and_counted_once() {
        let mut table = NameTable::default();
        let limits = Limits::default();
        let names: Vec<String> = (0..1000).map(|number| format!("n{number}")).collect();
        for _ in 0..2 {
            for name in &names {
                assert_eq!(table.intern(name, &limits).as_deref(), Ok(name.as_str()));
            }
        }
        assert_eq!(table.names.len(), 1000);
        assert_eq!(table.bytes, names.iter().map(String::len).sum::<usize>());
    }
}
