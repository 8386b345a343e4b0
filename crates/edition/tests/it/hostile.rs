//! Hostile bytes are refused or read to the end, and nothing panics.

use std::fs;

use edition::{fuzz_header, fuzz_section};
use proptest::prelude::*;

use crate::world::world;

/// Every object under `prefix` of an edition of this world.
fn objects_of(world: &crate::world::World, prefix: &str) -> Vec<Vec<u8>> {
    let (_dir, objects, ..) = world.open();
    objects.list(prefix).unwrap().iter().map(|key| objects.get(key, 1 << 30).unwrap()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn every_byte_of_every_section_may_be_wrong(world in world(4), to in any::<u8>(), flip in 1u8..) {
        for section in objects_of(&world, "sections/") {
            // The counts and small sections whole, and a share of the rest.
            let step = 1 + section.len() / 300;
            for at in (0..section.len().min(64)).chain((0..section.len()).step_by(step)) {
                let mut bytes = section.clone();
                bytes[at] = to;
                fuzz_section(&bytes);
                bytes[at] = section[at] ^ flip;
                fuzz_section(&bytes);
            }
        }
    }

    #[test]
    fn any_section_may_be_cut_or_grow(world in world(4), tail in proptest::collection::vec(any::<u8>(), 1..9)) {
        for section in objects_of(&world, "sections/") {
            for length in (0..section.len()).step_by(1 + section.len() / 200) {
                fuzz_section(&section[..length]);
            }
            fuzz_section(&[&section[..], &tail].concat());
        }
    }

    #[test]
    fn every_byte_of_a_header_may_be_wrong(world in world(4), to in any::<u8>(), flip in 1u8..) {
        for header in objects_of(&world, "editions/") {
            for at in (0..header.len()).step_by(1 + header.len() / 2000) {
                let mut bytes = header.clone();
                bytes[at] = to;
                fuzz_header(&bytes);
                bytes[at] = header[at] ^ flip;
                fuzz_header(&bytes);
                fuzz_header(&header[..at]);
            }
        }
    }

    #[test]
    fn noise_is_nothing(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
        fuzz_section(&bytes);
        fuzz_section(&[b"PTED\x01\0\x01\0\x07\0\0\0", &bytes[..]].concat());
        fuzz_header(&bytes);
        fuzz_header(&[b"PRIMETIM\x01\0\0\0\x01\0\0\0PTED\0\0\x01\0\x02\0\0\0", &bytes[..]].concat());
    }
}

#[test]
fn the_corpus_is_replayed_without_a_panic() {
    for (folder, fuzz) in [("section", fuzz_section as fn(&[u8])), ("header", fuzz_header)] {
        let folder = format!("{}/fuzz/corpus/{folder}", env!("CARGO_MANIFEST_DIR"));
        for entry in fs::read_dir(folder).unwrap() {
            fuzz(&fs::read(entry.unwrap().path()).unwrap());
        }
    }
}
