//! The committed corpus, through the function that libFuzzer drives.

use std::path::Path;

#[test]
fn trace() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/trace");
    let mut count = 0;
    for entry in std::fs::read_dir(&dir).expect("the corpus") {
        let bytes = std::fs::read(entry.expect("an entry").path()).expect("a file");
        fleet::fuzz::fuzz_trace(&bytes);
        for n in 1..8 {
            fleet::fuzz::fuzz_trace(&bytes[..bytes.len() * n / 8]);
            let mut changed = bytes.clone();
            let at = bytes.len() * n / 8;
            changed[at] ^= 1 << n;
            fleet::fuzz::fuzz_trace(&changed);
        }
        count += 1;
    }
    assert!(count >= 3, "{} has {count} files", dir.display());
}
