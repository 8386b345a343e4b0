use std::sync::{
    OnceLock,
    atomic::{AtomicU64, Ordering::Relaxed},
};

/// Logarithm of the places that are remembered: more than the titles that a few pages name, and 32 kB.
const BITS: u32 = 12;

/// Where rows were found that were looked up lately: which shard, which row.
///
/// Finding one takes a cryptographic hash and a binary search, and a page looks the same few up again and again. What is
/// remembered is a guess, to be held against the row itself; so a slot may be taken by another at any time.
#[derive(Debug, Default)]
pub(crate) struct Places {
    slots: OnceLock<Box<[AtomicU64]>>,
}

impl Places {
    /// The row, if it is where `sound` finds it to be; else what `find` finds, to be remembered.
    pub(crate) fn get(
        &self,
        id: &str,
        sound: impl FnOnce(u32, u32) -> bool,
        find: impl FnOnce() -> Option<(u32, u32)>,
    ) -> Option<(u32, u32)> {
        let slots = self.slots.get_or_init(|| (0..1 << BITS).map(|_| AtomicU64::new(u64::MAX)).collect());
        let slot = slots.get(slot(id))?;
        let kept = slot.load(Relaxed);
        let (shard, row) = ((kept >> 32) as u32, kept as u32);
        if kept != u64::MAX && sound(shard, row) {
            return Some((shard, row));
        }
        let (shard, row) = find()?;
        slot.store(u64::from(shard) << 32 | u64::from(row), Relaxed);
        Some((shard, row))
    }
}

/// Spreads ids over the slots. They are an editor's, not a stranger's, and crowding costs no more than a search.
fn slot(id: &str) -> usize {
    let mix = |hash: u64, word: &[u8]| {
        let mut bytes = [0; 8];
        bytes[..word.len()].copy_from_slice(word);
        // 2^64 divided by the golden ratio, made odd (Knuth, TAOCP 3, §6.4).
        (hash.rotate_left(5) ^ u64::from_le_bytes(bytes)).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    };
    (id.as_bytes().chunks(8).fold(0, mix) >> (64 - BITS)) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_that_differ_little_are_spread() {
        let slots: std::collections::HashSet<usize> =
            (0..1_000).map(|n| slot(&format!("show-{n:06}-s1e01"))).collect();
        assert!(slots.len() > 750, "{}", slots.len()); // evenly at random: 887
    }

    #[test]
    fn what_is_remembered_is_held_against_the_row() {
        let places = Places::default();
        let found = std::cell::Cell::new(0);
        let find = |place| {
            found.set(found.get() + 1);
            place
        };
        assert_eq!(places.get("a", |_, _| true, || find(Some((1, 2)))), Some((1, 2)), "nothing is known yet");
        assert_eq!(places.get("a", |shard, row| (shard, row) == (1, 2), || find(None)), Some((1, 2)));
        assert_eq!(found.get(), 1);
        assert_eq!(places.get("a", |_, _| false, || find(Some((3, 4)))), Some((3, 4)), "no longer so");
        assert_eq!(places.get("a", |_, _| false, || find(None)), None);
        assert_eq!(found.get(), 3);
    }
}
