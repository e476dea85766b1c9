//! Where the things of a series lie. Nothing here depends on what they are, so one copy of it serves
//! all series, where each of them would bring a copy of its own into a page.

/// The slots of things, in the order of their numbers.
#[derive(Clone)]
pub(super) struct Order {
    /// Numbers and slots. What was removed leaves a gap, which goes when there are more gaps than
    /// things.
    pub(super) places: Vec<(u64, u32)>,
    /// The number of the first place, if there is one.
    first: u64,
    /// How many places are no gaps.
    len: usize,
}

/// The slot of a gap: there never are so many things.
const GAP: u32 = u32::MAX;

/// As many gaps as this are never worth the work.
const GAPS: usize = 16;

/// Nor is as much room as this.
pub(super) const ROOM: usize = 64;

impl Order {
    pub(super) const fn new() -> Order {
        Order { places: Vec::new(), first: 0, len: 0 }
    }

    /// The slot of a number. Without gaps before it, its place is where counting leads to.
    ///
    /// A call looks things up a hundred times, so this is one function even where everything is
    /// built for size.
    pub(super) fn slot(&self, number: u64) -> Option<usize> {
        let guess = number.wrapping_sub(self.first) as usize;
        match self.places.get(guess) {
            Some((found, slot)) if *found == number => (*slot != GAP).then_some(*slot as usize),
            _ => self.searched(number),
        }
    }

    #[cold]
    #[inline(never)]
    fn searched(&self, number: u64) -> Option<usize> {
        let (_, slot) = self.places.get(self.search(number).ok()?)?;
        (*slot != GAP).then_some(*slot as usize)
    }

    #[cold]
    #[inline(never)]
    fn search(&self, number: u64) -> Result<usize, usize> {
        match self.places.last() {
            Some((last, _)) if *last >= number => {
                self.places.binary_search_by_key(&number, |(number, _)| *number)
            }
            _ => Err(self.places.len()),
        }
    }

    /// Gives a number that has none a slot.
    pub(super) fn insert(&mut self, number: u64, slot: usize) {
        self.len += 1;
        match self.search(number) {
            Ok(place) => self.places[place].1 = slot as u32,
            Err(place) => {
                self.places.insert(place, (number, slot as u32));
                self.first = self.places[0].0;
            }
        }
    }

    /// Gives a number that has a slot another.
    pub(super) fn set(&mut self, number: u64, slot: usize) {
        let guess = number.wrapping_sub(self.first) as usize;
        let place = match self.places.get(guess) {
            Some((found, _)) if *found == number => Ok(guess),
            _ => self.search(number),
        };
        if let Some((_, known)) = place.ok().and_then(|place| self.places.get_mut(place)) {
            *known = slot as u32;
        }
    }

    /// Takes a number out; what its slot was.
    pub(super) fn remove(&mut self, number: u64) -> Option<usize> {
        let slot = self.slot(number)?;
        self.set(number, GAP as usize);
        self.len -= 1;
        while self.places.last().is_some_and(|(_, slot)| *slot == GAP) {
            self.places.pop();
        }
        if self.places.len() > 2 * self.len + GAPS {
            self.places.retain(|(_, slot)| *slot != GAP);
            self.first = self.places.first().map_or(0, |(first, _)| *first);
        }
        if self.places.capacity() > 4 * self.places.len() + ROOM {
            self.places.shrink_to(2 * self.places.len() + ROOM / 2);
        }
        Some(slot)
    }

    /// The numbers that have slots, in order.
    pub(super) fn numbers(&self) -> Vec<u64> {
        let places = self.places.iter().filter(|(_, slot)| *slot != GAP);
        places.map(|(number, _)| *number).collect()
    }

    /// The slots, in order.
    pub(super) fn slots(&self) -> impl Iterator<Item = usize> {
        self.places.iter().filter(|(_, slot)| *slot != GAP).map(|(_, slot)| *slot as usize)
    }
}
