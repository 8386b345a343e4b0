//! The committed corpora, through the functions that libFuzzer drives.

use std::{fs, path::Path};

/// Gives every file of a corpus to `fuzz`, cut off, and with a bit changed, at each of its places; the files.
pub fn replay(name: &str, fuzz: impl Fn(&[u8])) -> Vec<Vec<u8>> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(name);
    let read = |entry: std::io::Result<fs::DirEntry>| fs::read(entry.unwrap().path()).unwrap();
    let files: Vec<_> = fs::read_dir(&dir).unwrap().map(read).collect();
    assert!(!files.is_empty(), "nothing is in {}", dir.display());
    for bytes in &files {
        fuzz(bytes);
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1 << (at % 7);
            fuzz(&changed);
            fuzz(&changed[..at]);
        }
    }
    files
}

#[test]
fn trace() {
    assert!(replay("trace", fleet::fuzz::fuzz_trace).len() >= 3);
}
