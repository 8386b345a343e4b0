//! The data folder as the user finds it who runs `doctor`: asked about, not tried, so that nothing is made there.

use std::{
    fs,
    io::ErrorKind,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use rustix::{
    fs::{Access, AtFlags, CWD, accessat, statvfs},
    process::geteuid,
};
use store::Location;

use crate::{
    config::Config,
    data::DataDir,
    failed::{Doing, Failed},
};

/// Less room than this is worth a word: encodes need it.
const LITTLE_ROOM: u64 = 5 << 30;
/// More of what cannot be written is not listed.
const MOST: usize = 5;

/// Whether all of it may be written, and how much more fits.
pub fn look(config: &Config, data: &DataDir) -> Result<String, Failed> {
    let dir = data.path();
    let owner = fs::metadata(dir).doing(|| format!("look at {}", dir.display()))?.uid();
    let mut wrong = Vec::new();
    for path in places(config, data) {
        wrong.extend(fault(&path, owner)?);
    }
    if !wrong.is_empty() {
        let more =
            if wrong.len() > MOST { format!(" and {} more", wrong.len() - MOST) } else { String::new() };
        wrong.truncate(MOST);
        return Err(Failed::new(format!("{}{more}: chown it to the service's user", wrong.join(", "))));
    }
    let at = statvfs(dir).doing(|| format!("look at {}", dir.display()))?;
    let free = at.f_bavail.saturating_mul(at.f_frsize);
    let words = format!("{} has {:.1} GB free", dir.display(), free as f64 / 1e9);
    if free < LITTLE_ROOM {
        Err(Failed::new(format!("{words}: little for encoding; make room")))
    } else {
        Ok(words)
    }
}

/// What a service writes: folders, and the files of the database.
fn places(config: &Config, data: &DataDir) -> Vec<PathBuf> {
    let mut places =
        vec![data.path().to_owned(), data.path().join("keys"), data.path().join("secrets"), data.copies()];
    let objects = data.objects();
    if config.objects.is_none() {
        let inside = fs::read_dir(&objects).into_iter().flatten().flatten().map(|entry| entry.path());
        places.extend(inside.filter(|path| path.is_dir()));
        places.push(objects);
    }
    if let Some(Location::Sqlite(path)) = &config.database {
        places.extend(["", "-wal", "-shm"].map(|end| {
            let mut path = path.clone().into_os_string();
            path.push(end);
            path.into()
        }));
    }
    places
}

/// Why this one cannot be written, by whoever asks or by whom the folder belongs to.
fn fault(path: &Path, owner: u32) -> Result<Option<String>, Failed> {
    let user = geteuid();
    match accessat(CWD, path, Access::WRITE_OK, AtFlags::EACCESS).map_err(std::io::Error::from) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(_) => return Ok(Some(format!("the user {} may not write {}", user.as_raw(), path.display()))),
        Ok(()) => {}
    }
    let its = fs::metadata(path).doing(|| format!("look at {}", path.display()))?.uid();
    // Root may do everything: what it made is nobody else's.
    let strange = user.is_root() && its != owner;
    Ok(strange.then(|| format!("{} is {its}'s, and the data folder {owner}'s", path.display())))
}
