//! `doctor` changes nothing, and names the part that is wrong, for the user that it runs as.

use std::{
    collections::BTreeMap,
    fs,
    os::unix::{fs::MetadataExt, fs::PermissionsExt, process::CommandExt},
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    catalogue,
    process::{Installation, words},
};

/// A user who owns nothing.
const NOBODY: u32 = 65_534;

/// All that is there, and whose; of files their bytes too.
fn all(dir: &Path) -> BTreeMap<PathBuf, (u32, u32, Vec<u8>)> {
    let mut found = BTreeMap::new();
    let mut todo = vec![dir.to_owned()];
    while let Some(path) = todo.pop() {
        let about = fs::metadata(&path).unwrap();
        if about.is_dir() {
            todo.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        }
        let bytes = if about.is_dir() { Vec::new() } else { fs::read(&path).unwrap() };
        found.insert(path, (about.mode(), about.uid(), bytes));
    }
    found
}

fn published() -> Installation {
    let there = Installation::new();
    catalogue::publish(&there, "Night Ferry");
    there
}

/// Runs it as somebody else, who may go where the installation is.
fn as_nobody(there: &Installation, line: &str) -> String {
    assert!(rustix::process::geteuid().is_root(), "only root can be somebody else: run this test as root");
    fs::set_permissions(there.dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let mut command: Command = there.command();
    words(&command.args(there.arguments(line)).uid(NOBODY).gid(NOBODY).output().unwrap())
}

#[test]
fn it_looks_and_changes_nothing() {
    let there = published();
    // As a host has it that never served: nothing was drawn yet.
    fs::remove_dir_all(there.data().join("secrets")).unwrap();
    // Whoever closes a database of SQLite last takes its log in: what a command that ended at once has left is none of the doctor's.
    there.run("doctor");
    let before = all(&there.data());
    let said = words(&there.run("doctor"));
    assert!(said.contains("ok    database: SQLite"), "{said}");
    assert!(said.contains("ok    edition: 1 is announced and whole"), "{said}");
    assert!(all(&there.data()) == before, "{:?}", all(&there.data()).keys());
    // One that has a database only.
    let young = Installation::new();
    young.succeed("migrate");
    let said = words(&young.run("doctor"));
    assert!(said.contains("ok    objects: none yet") && !young.data().join("objects").exists(), "{said}");
}

#[test]
fn what_its_user_cannot_write_is_wrong() {
    let there = published();
    let said = as_nobody(&there, "doctor");
    assert!(said.contains("WRONG data folder: ") && said.contains("65534 may not write"), "{said}");
    assert!(!said.contains("All is well"), "{said}");
    // The folder is the service's; the database was made by root.
    let chown = |path: PathBuf| {
        std::os::unix::fs::chown(&path, Some(NOBODY), None).unwrap();
    };
    let database = there.data().join("primetime.db");
    all(&there.data()).into_keys().filter(|path| *path != database).for_each(chown);
    let said = as_nobody(&there, "doctor");
    assert!(said.contains("WRONG data folder: ") && said.contains("primetime.db"), "{said}");
    // Root may write all of it, and sees that it is another's.
    let said = words(&there.run("doctor"));
    assert!(said.contains("WRONG data folder: ") && said.contains("primetime.db is 0's"), "{said}");
    chown(database);
    let said = as_nobody(&there, "doctor");
    assert!(said.contains("ok    data folder") && said.contains("ok    database"), "{said}");
}

#[test]
fn a_bucket_without_credentials_is_no_databases_fault() {
    let mut there = published();
    there.variables.push(("PRIMETIME_OBJECTS_URL", "s3://films/live".into()));
    let said = words(&there.run("doctor"));
    assert!(said.contains("WRONG objects: ") && said.contains("AWS_ACCESS_KEY_ID"), "{said}");
    assert!(said.contains("ok    database: SQLite"), "{said}");
}

#[test]
fn everybody_may_read_public_keys_and_nobody_the_database() {
    let there = published();
    let mode = |name: &str| fs::metadata(there.data().join(name)).unwrap().mode() & 0o777;
    assert_eq!(mode("keys/edition.pub"), 0o644);
    assert_eq!(mode("primetime.db"), 0o600);
    let path = there.data().join("keys/release.pub");
    fs::write(&path, fs::read(there.data().join("keys/edition.pub")).unwrap()).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    let said = as_nobody(&there, "release verify /nowhere");
    assert!(said.contains("make it readable") && !said.contains("copy the file"), "{said}");
    // What is restored too.
    let backup = there.dir.path().join("backup");
    there.succeed(&format!("backup {}", backup.display()));
    let new = Installation::beside_in(&there, &there.dir.path().join("new"));
    new.succeed(&format!("restore {}", backup.display()));
    let mode = |name: &str| fs::metadata(new.data().join(name)).unwrap().mode() & 0o777;
    assert_eq!((mode("keys/edition.pub"), mode("primetime.db")), (0o644, 0o600));
}
