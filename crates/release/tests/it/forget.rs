//! What a host forgets of what it fetched.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    path::Path,
    time::{Duration, SystemTime},
};

use release::{BINARY_FILE, RELEASE_FILE, fetched, forget};

/// Releases that came one after the other: v1 first.
fn folder(releases: u64) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for n in 1..=releases {
        let release = dir.path().join(format!("v{n}"));
        fs::create_dir(&release).unwrap();
        for file in [BINARY_FILE, RELEASE_FILE, ".fetched"] {
            let file = File::create(release.join(file)).unwrap();
            file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(n)).unwrap();
        }
    }
    dir
}

fn there(dir: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    entries.filter(|name| name != ".fetching").collect()
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn the_first_that_came_go_first_and_none_that_is_needed() {
    let dir = folder(6);
    assert_eq!(fetched(dir.path()).unwrap(), ["v1", "v2", "v3", "v4", "v5", "v6"]);
    assert!(forget(dir.path(), 6, &set(&[])).unwrap().is_empty());
    assert_eq!(forget(dir.path(), 3, &set(&["v1", "v3", "v9"])).unwrap(), ["v2", "v4", "v5"]);
    assert_eq!(there(dir.path()), set(&["v1", "v3", "v6"]));
    // More than may be there, and all are needed.
    assert!(forget(dir.path(), 1, &set(&["v1", "v3", "v6"])).unwrap().is_empty());
    assert_eq!(there(dir.path()), set(&["v1", "v3", "v6"]));
}

#[test]
fn what_was_not_fetched_stays() {
    let dir = folder(2);
    fs::remove_file(dir.path().join("v1/.fetched")).unwrap();
    fs::write(dir.path().join("notes"), "of somebody").unwrap();
    assert_eq!(forget(dir.path(), 0, &set(&[])).unwrap(), ["v2"]);
    assert_eq!(there(dir.path()), set(&["notes", "v1"]));
    assert!(fetched(&dir.path().join("nowhere")).unwrap().is_empty());
}

#[test]
fn none_goes_while_one_is_fetched() {
    let dir = folder(2);
    let lock = File::create(dir.path().join(".fetching")).unwrap();
    lock.lock().unwrap();
    assert!(forget(dir.path(), 0, &set(&[])).unwrap().is_empty());
    assert_eq!(there(dir.path()), set(&["v1", "v2"]));
    lock.unlock().unwrap();
    assert_eq!(forget(dir.path(), 0, &set(&[])).unwrap(), ["v1", "v2"]);
}

#[test]
fn what_one_that_was_killed_left_has_no_name_and_goes() {
    let dir = folder(1);
    // As kill -9 leaves it: half deleted, and no release any more.
    let left = dir.path().join(".removing-v0");
    fs::create_dir(&left).unwrap();
    fs::write(left.join(".fetched"), "").unwrap();
    assert_eq!(fetched(dir.path()).unwrap(), ["v1"]);
    assert!(forget(dir.path(), 1, &set(&[])).unwrap().is_empty());
    assert_eq!(there(dir.path()), set(&["v1"]));
}
