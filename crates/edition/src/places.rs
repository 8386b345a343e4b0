use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

/// Places that are remembered: more than the titles that a few pages name, and 32 kB.
const SLOTS: usize = 4_096;

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
        let slots = self.slots.get_or_init(|| (0..SLOTS).map(|_| AtomicU64::new(u64::MAX)).collect());
        let mut hasher = DefaultHasher::new();
        id.hash(&mut hasher);
        let slot = slots.get(hasher.finish() as usize % SLOTS)?;
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

#[cfg(test)]
mod tests {
    use super::*;

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
