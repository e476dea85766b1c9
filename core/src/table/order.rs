//! Where the things of a series lie. Nothing here depends on what they are, so one copy of it serves
//! all series, where each of them would bring a copy of its own into a page.

/// The slots of things, in the order of their numbers.
///
/// Numbers come from counters, so those in use are mostly neighbours: each has a place, which counting
/// leads to. What stays while many others come and go is left behind, and searched for.
#[derive(Clone, Debug)]
pub(super) struct Order {
    /// Numbers and slots of what was left behind: smaller numbers than those of the places.
    left: Vec<(u64, u32)>,
    /// The number of the first place.
    first: u64,
    /// Slots; what was removed leaves a gap, which goes when there are more gaps than things.
    places: Vec<u32>,
}

/// The slot of a gap: there never are so many things.
const GAP: u32 = u32::MAX;

/// As many gaps as this are never worth the work.
const GAPS: usize = 16;

/// Nor is as much room as this.
const ROOM: usize = 64;

impl Order {
    pub(super) const fn new() -> Order {
        Order { left: Vec::new(), first: 0, places: Vec::new() }
    }

    /// The slot of a number, beyond all things if it has none.
    ///
    /// A call looks things up a hundred times, so this is one function even where everything is
    /// built for size.
    pub(super) fn slot(&self, number: u64) -> usize {
        match self.place(number).and_then(|place| self.places.get(place)) {
            Some(slot) => *slot as usize,
            None => self.searched(number),
        }
    }

    /// How far from the first place.
    fn place(&self, number: u64) -> Option<usize> {
        usize::try_from(number.wrapping_sub(self.first)).ok()
    }

    #[cold]
    #[inline(never)]
    fn searched(&self, number: u64) -> usize {
        self.search(number).map_or(GAP, |at| self.left[at].1) as usize
    }

    fn search(&self, number: u64) -> Result<usize, usize> {
        self.left.binary_search_by_key(&number, |(number, _)| *number)
    }

    /// Gives a number that has none a slot: the next one, behind those of all things.
    pub(super) fn insert(&mut self, number: u64, slot: usize) {
        let begins = self.places.is_empty();
        let is_late = self.left.last().is_some_and(|(last, _)| number <= *last);
        if is_late || (number < self.first && !begins) {
            return self.put_behind(number, slot);
        }
        if !begins && number - self.first > (self.places.len() + slot + GAPS) as u64 {
            self.leave_behind();
        }
        if self.places.is_empty() {
            self.first = number;
        }
        let place = (number - self.first) as usize;
        while self.places.len() <= place {
            self.places.push(GAP);
        }
        self.places[place] = slot as u32;
    }

    #[cold]
    #[inline(never)]
    fn put_behind(&mut self, number: u64, slot: usize) {
        match self.search(number) {
            Ok(at) => self.left[at].1 = slot as u32,
            Err(at) => self.left.insert(at, (number, slot as u32)),
        }
    }

    /// Gives a number that has a slot another.
    pub(super) fn set(&mut self, number: u64, slot: usize) {
        let place = self.place(number).and_then(|place| self.places.get_mut(place));
        match place {
            Some(known) => *known = slot as u32,
            None => self.put_behind(number, slot),
        }
    }

    /// Takes out a number that has a slot; so many things are left.
    pub(super) fn remove(&mut self, number: u64, things: usize) {
        self.set(number, GAP as usize);
        while self.places.last() == Some(&GAP) {
            self.places.pop();
        }
        if self.left.len() + self.places.len() > 2 * things + GAPS {
            self.close_gaps(things);
        }
        give_back(&mut self.places);
    }

    #[cold]
    #[inline(never)]
    fn close_gaps(&mut self, things: usize) {
        self.left.retain(|(_, slot)| *slot != GAP);
        give_back(&mut self.left);
        let leading = self.places.iter().take_while(|slot| **slot == GAP).count();
        self.places.copy_within(leading.., 0);
        self.places.truncate(self.places.len() - leading);
        self.first += leading as u64;
        if self.places.len() > 2 * things + GAPS {
            self.leave_behind();
        }
    }

    /// Makes way for places of larger numbers.
    fn leave_behind(&mut self) {
        for (place, slot) in self.places.iter().enumerate() {
            if *slot != GAP {
                self.left.push((self.first + place as u64, *slot));
            }
        }
        self.places.clear();
    }

    /// Numbers and slots, in order.
    pub(super) fn iter(&self) -> Iter<'_> {
        Iter { order: self, at: 0 }
    }
}

/// Numbers and slots, in order.
#[derive(Clone, Debug)]
pub(super) struct Iter<'a> {
    order: &'a Order,
    at: usize,
}

impl Iterator for Iter<'_> {
    type Item = (u64, usize);

    #[inline(never)]
    fn next(&mut self) -> Option<(u64, usize)> {
        let Order { left, first, places } = self.order;
        loop {
            let place = self.at.wrapping_sub(left.len());
            let (number, slot) = match left.get(self.at) {
                Some(known) => *known,
                None => (*first + place as u64, *places.get(place)?),
            };
            self.at += 1;
            if slot != GAP {
                return Some((number, slot as usize));
            }
        }
    }
}

/// Gives back what a crowd needed when it has gone.
pub(super) fn give_back<T>(room: &mut Vec<T>) {
    if room.capacity() > 4 * room.len() + ROOM {
        room.shrink_to(2 * room.len() + ROOM / 2);
    }
}
