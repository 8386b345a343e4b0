//! A host lets go of releases that it fetched and nobody needs.

use std::{
    collections::BTreeSet,
    fs::{self, File, TryLockError},
    io::ErrorKind,
    path::Path,
};

use crate::{
    ReleaseError,
    error::At,
    fetch::{FETCHED, LEAVING, LOCK, forget_drafts, sync},
};

/// The releases of `dir` that were fetched, in the order in which they came. What came in another way is none of them.
pub fn fetched(dir: &Path) -> Result<Vec<String>, ReleaseError> {
    let entries = match fs::read_dir(dir) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.at("list", dir)?,
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry.at("list", dir)?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        if name.starts_with('.') {
            continue;
        }
        let mark = entry.path().join(FETCHED);
        match fs::symlink_metadata(&mark).and_then(|mark| mark.modified()) {
            Ok(came) => found.push((came, name)),
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {}
            Err(error) => return Err(error).at("look at", &mark),
        }
    }
    found.sort();
    Ok(found.into_iter().map(|(_, name)| name).collect())
}

/// Removes those of `dir` that were fetched first and nobody needs, until no more than `keep` that were fetched are there; says which.
/// None while one is being fetched.
///
/// One loses its name before it is deleted, so that whatever ends this process leaves none that is half there; what it leaves behind goes
/// with the next one that is fetched or forgotten.
pub fn forget(dir: &Path, keep: usize, needed: &BTreeSet<String>) -> Result<Vec<String>, ReleaseError> {
    let lock = dir.join(LOCK);
    let lock_file = File::create(&lock).at("open", &lock)?;
    match lock_file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Ok(Vec::new()),
        Err(TryLockError::Error(error)) => return Err(error).at("lock", &lock),
    }
    forget_drafts(dir)?;
    let mut here = fetched(dir)?;
    let many = here.len().saturating_sub(keep);
    here.retain(|name| !needed.contains(name));
    here.truncate(many);
    for name in &here {
        let (there, leaving) = (dir.join(name), dir.join(format!("{LEAVING}{name}")));
        fs::rename(&there, &leaving).at("take its name from", &there)?;
        sync(dir)?;
        fs::remove_dir_all(&leaving).at("remove", &leaving)?;
    }
    Ok(here)
}
