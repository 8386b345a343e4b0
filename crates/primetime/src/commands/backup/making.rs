//! The folder in which a restore makes everything ready: it gets the installation's name when it is whole.

use std::{
    fs::{self, File},
    io,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use rustix::fs::{AtFlags, CWD, StatxAttributes, StatxFlags, statx};
use store::Location;

use super::files::sync_all;
use crate::failed::{Doing, Failed};

/// Marks the folder as a restore's, so that what one that was killed left there may be cleared, and nothing else is.
const MARK: &str = ".restoring";

/// Beside the folder that it will be. Removed when it is dropped before [`Making::finish`].
pub struct Making {
    pub dir: PathBuf,
    data: PathBuf,
    finished: bool,
    /// Locked: nobody else restores into the same folder.
    _lock: File,
}

impl Drop for Making {
    fn drop(&mut self) {
        if !self.finished {
            let _ = fs::remove_dir_all(&self.dir);
        }
    }
}

impl Making {
    /// Of what will be the folder `data`, which is not there, or empty.
    pub fn begin(data: &Path) -> Result<Self, Failed> {
        let data = absolute(data)?;
        refuse_filled(&data)?;
        let mut dir = data.clone().into_os_string();
        dir.push(".restoring");
        let dir = PathBuf::from(dir);
        let doing = || {
            format!(
                "make {}, which becomes {}: name with --data where you may write",
                dir.display(),
                data.display()
            )
        };
        fs::create_dir_all(&dir).doing(doing)?;
        let lock = File::open(&dir).doing(doing)?;
        // Whoever ended while we came has moved the folder away, or removed it, and the lock is of that one.
        let is_ours = lock.try_lock().is_ok() && is_at(&lock, &dir).doing(doing)?;
        if !is_ours {
            return Err(Failed::new(format!("another restore into {} is under way", data.display())));
        }
        let mark = dir.join(MARK);
        for entry in fs::read_dir(&dir).doing(doing)? {
            let path = entry.doing(doing)?.path();
            if !mark.exists() {
                return Err(Failed::new(format!(
                    "{} is no restore's and not empty: move it away, or name another folder with --data",
                    dir.display()
                )));
            }
            match path.is_dir() {
                _ if path == mark => {}
                true => fs::remove_dir_all(&path).doing(doing)?,
                false => fs::remove_file(&path).doing(doing)?,
            }
        }
        File::create(&mark).doing(doing)?;
        Ok(Self { dir, data, finished: false, _lock: lock })
    }

    /// Where the database is made: a file in the data folder is made beside it first.
    pub fn location(&self, wanted: &Location) -> Result<Location, Failed> {
        let Location::Sqlite(path) = wanted else { return Ok(wanted.clone()) };
        let path = absolute(path)?;
        match path.strip_prefix(&self.data) {
            Ok(inside) => Ok(Location::Sqlite(self.dir.join(inside))),
            Err(_) if path.exists() => Err(Failed::new(format!(
                "{} is there already: a restore needs a new database",
                path.display()
            ))),
            Err(_) => Ok(Location::Sqlite(path)),
        }
    }

    /// The data folder, which is whole.
    pub fn finish(mut self) -> Result<PathBuf, Failed> {
        let data = self.data.clone();
        let doing = || format!("make {}", data.display());
        sync_all(&self.dir)?;
        if data.exists() {
            fs::remove_dir(&data).doing(doing)?;
        }
        fs::rename(&self.dir, &data).doing(doing)?;
        self.finished = true;
        fs::remove_file(data.join(MARK)).doing(doing)?;
        sync_all(&data)?;
        Ok(data)
    }
}

fn absolute(path: &Path) -> Result<PathBuf, Failed> {
    std::path::absolute(path).doing(|| format!("find {}", path.display()))
}

/// Is this open folder the one that has the name?
fn is_at(open: &File, path: &Path) -> io::Result<bool> {
    let (open, there) = (open.metadata()?, fs::metadata(path));
    Ok(there.is_ok_and(|there| (there.dev(), there.ino()) == (open.dev(), open.ino())))
}

fn refuse_filled(data: &Path) -> Result<(), Failed> {
    let doing = || format!("look into {}", data.display());
    if !data.exists() {
        return Ok(());
    }
    if fs::read_dir(data).doing(doing)?.next().is_some() {
        return Err(Failed::new(format!(
            "{} is not empty: restore into a new folder with --data, and keep this one until all is well",
            data.display()
        )));
    }
    // What is mounted there can get no other folder's name.
    let said = statx(CWD, data, AtFlags::empty(), StatxFlags::BASIC_STATS).doing(doing)?;
    if said.stx_attributes.contains(StatxAttributes::MOUNT_ROOT) {
        return Err(Failed::new(format!(
            "{0} is where a file system is mounted: restore into a folder in it, as --data {0}/primetime",
            data.display()
        )));
    }
    Ok(())
}
