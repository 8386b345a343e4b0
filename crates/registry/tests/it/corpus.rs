//! Replays what fuzzing found worth keeping.

use std::{fs, path::Path};

#[test]
fn paths() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/image_path");
    let mut replayed = 0;
    for entry in fs::read_dir(corpus).unwrap() {
        registry::fuzz_path(&fs::read(entry.unwrap().path()).unwrap());
        replayed += 1;
    }
    assert!(replayed > 0);
}
