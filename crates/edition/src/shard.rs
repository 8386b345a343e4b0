//! Which sections a title's or asset's row lies in.
//!
//! Rows are spread by the hash of their id: `bits` leading bits of it name the shard. So a lookup is one hash and one binary
//! search, and a title that comes or goes changes one shard. A shard has about twice the square root of the catalogue: at
//! 15,000 titles 64 shards of some 235, at 1,000,000 512 of some 1,950. Editing one title writes one shard; opening
//! an edition touches every shard once: the square root keeps both small. Crossing a power of four rewrites everything, once.

/// Most bits: 65,536 shards.
pub(crate) const MAX_BITS: u8 = 16;

/// How many bits a catalogue of `rows` titles and episodes gets.
pub(crate) fn bits_for(rows: usize) -> u8 {
    let log2 = rows.max(1).next_power_of_two().trailing_zeros() as u8;
    (log2 / 2).saturating_sub(1).min(MAX_BITS)
}

/// The shard of the row with this id.
pub(crate) fn shard_of(id: &str, bits: u8) -> u32 {
    let hash = blake3::hash(id.as_bytes());
    let first =
        u32::from_be_bytes([hash.as_bytes()[0], hash.as_bytes()[1], hash.as_bytes()[2], hash.as_bytes()[3]]);
    // Shifting a u32 by 32 is not defined; no bits mean one shard.
    first.checked_shr(32 - u32::from(bits)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_grow_with_the_square_root() {
        assert_eq!([0, 1, 60, 15_000, 1_000_000].map(bits_for), [0, 0, 2, 6, 9]);
        assert!((0..1000).all(|n| shard_of(&n.to_string(), 0) == 0 && shard_of(&n.to_string(), 3) < 8));
    }
}
