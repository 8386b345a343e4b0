//! The committed corpus, through the functions that libFuzzer drives. What it once found stays found.

use std::path::Path;

fn replay(target: &str, run: fn(&[u8])) {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let mut count = 0;
    for entry in std::fs::read_dir(&dir).expect("the corpus") {
        let path = entry.expect("an entry").path();
        let bytes = std::fs::read(&path).expect("a file");
        run(&bytes);
        // Cut and changed a little, as a fuzzer's first steps are.
        for n in 1..8 {
            run(&bytes[..bytes.len() * n / 8]);
            let mut changed = bytes.clone();
            if let Some(byte) = changed.get_mut(bytes.len() * n / 8) {
                *byte ^= 1 << n;
                run(&changed);
            }
        }
        count += 1;
    }
    assert!(count >= 3, "{} has {count} files", dir.display());
}

#[test]
fn mp4() {
    replay("mp4", media::fuzz::fuzz_mp4);
}

#[test]
fn index() {
    replay("index", media::fuzz::fuzz_index);
}

#[test]
fn vtt() {
    replay("vtt", media::fuzz::fuzz_vtt);
}

#[test]
fn srt() {
    replay("srt", media::fuzz::fuzz_srt);
}

#[test]
fn image() {
    replay("image", media::fuzz::fuzz_image);
}
