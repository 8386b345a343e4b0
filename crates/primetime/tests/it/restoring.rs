//! `restore` where something stands in its way: what is not its own is left alone.

use std::{
    fs::{self, File},
    path::PathBuf,
};

use crate::{backups::tree, catalogue, full::Disk, process::Installation};

struct Way {
    live: Installation,
    new: Installation,
    line: String,
}

impl Way {
    fn new() -> Self {
        let (live, new) = (Installation::new(), Installation::new());
        catalogue::publish(&live, "Night Ferry");
        let backup = live.dir.path().join("backup");
        live.succeed(&format!("backup {}", backup.display()));
        Self { live, new, line: format!("restore {}", backup.display()) }
    }

    /// Where it is made ready.
    fn making(&self) -> PathBuf {
        self.new.dir.path().join("data.restoring")
    }

    fn refused(&self, words: &str) {
        let said = self.new.fail(&self.line);
        assert!(said.contains(words) && said.contains(self.new.data().to_str().unwrap()), "{said}");
    }

    fn restored(&self) {
        self.new.succeed(&self.line);
        let objects = |there: &Installation| tree(&there.data().join("objects"));
        assert!(objects(&self.new) == objects(&self.live) && !self.making().exists());
        assert!(!self.new.data().join(".restoring").exists());
    }
}

#[test]
fn somebody_elses_folder_is_left_alone_and_what_a_killed_one_left_is_cleared() {
    let way = Way::new();
    fs::create_dir_all(way.making().join("objects")).unwrap();
    fs::write(way.making().join("letter"), "dear").unwrap();
    way.refused("move it away");
    assert!(way.making().join("objects").exists() && !way.new.data().exists());
    assert_eq!(fs::read_to_string(way.making().join("letter")).unwrap(), "dear");
    fs::write(way.making().join(".restoring"), "").unwrap();
    way.restored();
    assert!(!way.new.data().join("letter").exists());
}

#[test]
fn of_two_at_once_one_is_refused() {
    let way = Way::new();
    fs::create_dir_all(way.making()).unwrap();
    fs::write(way.making().join(".restoring"), "").unwrap();
    fs::write(way.making().join("primetime.db"), "half").unwrap();
    let other = File::open(way.making()).unwrap();
    other.lock().unwrap();
    way.refused("another restore");
    assert_eq!(fs::read_to_string(way.making().join("primetime.db")).unwrap(), "half");
    drop(other);
    way.restored();
}

#[test]
fn a_place_where_a_disk_is_mounted_is_refused_before_anything_is_done() {
    let mut way = Way::new();
    let disk = Disk::mount(way.new.data());
    way.refused("a file system is mounted");
    assert!(tree(&way.new.data()).is_empty() && !way.making().exists());
    way.new = Installation::beside_in(&way.new, &way.new.data().join("primetime"));
    way.new.succeed(&way.line);
    drop(disk);
}
