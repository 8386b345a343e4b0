use std::{cell::RefCell, io::Write, sync::Once};

use domain::{ManualClock, Timestamp};
use web::Metrics;

use super::*;

fn disk(root: &Path, limit: u64) -> Arc<Disk> {
    let clock = Arc::new(ManualClock::new(Timestamp::from_seconds(1_800_000_000)));
    Arc::new(Disk::open(root, limit, clock, Stats::new(&Metrics::new("test"))).unwrap())
}

fn bytes(n: u8, length: usize) -> (Digest, Vec<u8>) {
    let bytes = vec![n; length];
    (hash::of(&bytes), bytes)
}

#[test]
fn the_longest_unused_is_dropped_first() {
    let dir = tempfile::tempdir().unwrap();
    let disk = disk(dir.path(), 100);
    let [a, b, c] = [1, 2, 3].map(|n| bytes(n, 40));
    disk.keep(&a.0, &a.1);
    disk.keep(&b.0, &b.1);
    assert!(disk.find(&a.0).is_some());
    disk.keep(&c.0, &c.1);
    assert!(disk.find(&b.0).is_none(), "used before a");
    assert!(disk.find(&a.0).is_some() && disk.find(&c.0).is_some());
    assert!(disk.room(&b.0, 101).is_none(), "larger than the whole");
    let held = disk.room(&b.0, 70).unwrap();
    assert!(disk.find(&c.0).is_none(), "a promise makes room too");
    drop(held);
    let (used, promised) = {
        let state = disk.state();
        (state.used, state.promised)
    };
    assert_eq!((used, promised), (0, 0));
    assert_eq!(fs::read_dir(dir.path().join("partial")).unwrap().count(), 0);
}

#[test]
fn a_start_takes_over_what_is_whole_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    let [a, b] = [1, 2].map(|n| bytes(n, 40));
    {
        let disk = disk(dir.path(), 100);
        disk.keep(&a.0, &a.1);
        disk.keep(&b.0, &b.1);
    }
    fs::write(dir.path().join("partial/left"), "half").unwrap();
    fs::write(dir.path().join("blobs/note"), "not ours").unwrap();
    fs::write(dir.path().join("blobs").join(b.0.hex()), vec![9; 40]).unwrap();
    let disk = disk(dir.path(), 100);
    assert_eq!(fs::read_dir(dir.path().join("partial")).unwrap().count(), 0);
    assert_eq!(disk.find(&a.0).unwrap().size, 40);
    assert!(disk.find(&b.0).is_none(), "damaged");
    assert_eq!(disk.length(&b.0), None);
    assert!(dir.path().join("blobs/note").exists());
}

thread_local! {
    static HEARD: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// One subscriber for all tests, since tracing remembers globally who listens; each thread hears itself.
struct Ear;

impl Write for Ear {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        HEARD.with_borrow_mut(|heard| heard.extend_from_slice(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn nearly_full_it_says_so_once_until_it_was_well_below() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(|| Ear).finish();
        tracing::subscriber::set_global_default(subscriber).unwrap();
    });
    let warned = || {
        let heard = HEARD.with_borrow(|heard| String::from_utf8_lossy(heard).into_owned());
        let loud = |line: &&str| line.contains("WARN") && line.contains("cache is nearly full");
        let lines: Vec<&str> = heard.lines().filter(loud).collect();
        assert!(
            lines.iter().all(|line| line.contains("limit=100") && line.contains("raise registry.disk_mb"))
        );
        lines.len()
    };
    let dir = tempfile::tempdir().unwrap();
    let disk = disk(dir.path(), 100);
    let [most, some, few] = [(1, 60), (2, 25), (3, 10)].map(|(n, length)| bytes(n, length));
    disk.keep(&most.0, &most.1);
    disk.keep(&some.0, &some.1);
    assert_eq!(warned(), 0, "85 of 100");
    let held = disk.room(&few.0, 10).unwrap();
    assert_eq!(warned(), 1, "what is promised counts");
    drop(held);
    disk.keep(&few.0, &few.1);
    assert_eq!(warned(), 1, "it was at 85 in between: not worth another word");
    disk.forget(&some.0);
    disk.keep(&some.0, &some.1);
    assert_eq!(warned(), 2, "it was at 70 in between");
    drop(disk);
    let full = super::tests::disk(dir.path(), 100);
    assert_eq!(warned(), 3, "and so does a process that finds it so");
    drop(full);
}
