//! The committed corpus, through the function that libFuzzer drives.

use std::{fs, path::Path};

#[test]
fn head() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/head");
    let files: Vec<_> = fs::read_dir(&dir).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(files.len() >= 7, "{}", dir.display());
    for path in files {
        let bytes = fs::read(&path).unwrap();
        for end in 0..=bytes.len() {
            web::express::fuzz_head(&bytes[..end]);
        }
    }
}
