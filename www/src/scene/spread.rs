//! Things want to stand beside what they belong to, and must not stand on each other.

/// Something that wants to stand at a place of one axis.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Wish {
    /// Where its middle would best be.
    pub(super) middle: f32,
    /// How much room it takes, the space to its neighbours included.
    pub(super) room: f32,
}

/// Where the middles are when nothing overlaps, nothing begins before `start`, the order is kept,
/// and everything is as near to its wish as it can be.
///
/// Neighbours that want the same room form a block that stands at the mean of its wishes; blocks
/// that touch are joined (pool adjacent violators), so it takes one pass.
pub(super) fn spread(wishes: &[Wish], start: f32) -> Vec<f32> {
    let mut blocks: Vec<Block> = Vec::new();
    for (index, wish) in wishes.iter().enumerate() {
        let mut block = Block {
            first: index,
            wanted: wish.middle - wish.room / 2.0,
            count: 1.0,
            room: wish.room,
        };
        while let Some(before) =
            blocks.last().filter(|before| before.end(start) > block.begin(start))
        {
            block = before.join(&block);
            blocks.pop();
        }
        blocks.push(block);
    }
    let mut middles = Vec::with_capacity(wishes.len());
    for (place, block) in blocks.iter().enumerate() {
        let end = blocks.get(place + 1).map_or(wishes.len(), |next| next.first);
        let mut at = block.begin(start);
        for wish in &wishes[block.first..end] {
            middles.push(at + wish.room / 2.0);
            at += wish.room;
        }
    }
    middles
}

/// Neighbours without a gap.
#[derive(Clone, Copy)]
struct Block {
    first: usize,
    /// Where it would best begin: the mean over its members.
    wanted: f32,
    count: f32,
    room: f32,
}

impl Block {
    fn begin(&self, start: f32) -> f32 {
        self.wanted.max(start)
    }

    fn end(&self, start: f32) -> f32 {
        self.begin(start) + self.room
    }

    fn join(&self, after: &Block) -> Block {
        let count = self.count + after.count;
        let wanted = (self.wanted * self.count + (after.wanted - self.room) * after.count) / count;
        Block { first: self.first, wanted, count, room: self.room + after.room }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(middle: f32, room: f32) -> Wish {
        Wish { middle, room }
    }

    #[test]
    fn who_has_room_stands_where_it_wants() {
        let wishes = [wish(10.0, 10.0), wish(50.0, 10.0)];
        assert_eq!(spread(&wishes, 0.0), [10.0, 50.0]);
    }

    #[test]
    fn who_wants_the_same_place_stands_around_it() {
        let wishes = [wish(50.0, 20.0), wish(50.0, 20.0), wish(50.0, 20.0)];
        assert_eq!(spread(&wishes, 0.0), [30.0, 50.0, 70.0]);
    }

    #[test]
    fn nothing_begins_before_the_start_and_blocks_join() {
        let wishes = [wish(0.0, 20.0), wish(22.0, 20.0), wish(80.0, 20.0)];
        assert_eq!(spread(&wishes, 0.0), [10.0, 30.0, 80.0]);
    }

    #[test]
    fn order_and_room_are_kept_whatever_is_wanted() {
        let wishes: Vec<Wish> =
            (0..200).map(|n| wish(((n * 7919) % 400) as f32, 4.0 + (n % 5) as f32)).collect();
        let middles = spread(&wishes, 5.0);
        assert!(middles[0] - wishes[0].room / 2.0 >= 5.0 - 0.01);
        for (pair, rooms) in middles.windows(2).zip(wishes.windows(2)) {
            let gap = (rooms[0].room + rooms[1].room) / 2.0;
            assert!(pair[1] - pair[0] >= gap - 0.01, "{pair:?}");
        }
    }
}
