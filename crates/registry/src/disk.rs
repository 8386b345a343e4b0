//! What is kept on this host's disk: files named by their digest, the least recently used dropped for new ones.
//!
//! Nothing is synced: what a crash damages is found by hashing each file once more after a start, before its first use.

mod room;

use std::{
    collections::HashMap,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};

use domain::Clock;
use objects::Digest;

pub(crate) use room::Room;

use crate::{hash, stats::Stats};

/// The cache. Its calls block on the disk.
pub(crate) struct Disk {
    root: PathBuf,
    limit: u64,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
    /// Held while a file is hashed that an earlier process kept: once is enough, however many ask.
    verifying: Mutex<()>,
    stats: Stats,
}

#[derive(Default)]
struct State {
    kept: HashMap<Digest, Kept>,
    /// Bytes in `kept`.
    used: u64,
    /// Bytes promised to what is on its way.
    promised: u64,
    /// Counts uses: the least is the longest unused.
    uses: u64,
    loud: bool,
}

#[derive(Clone, Copy)]
struct Kept {
    size: u64,
    used_at: u64,
    /// Hashed by this process, or yet to be.
    verified: bool,
}

/// A file of the cache, open: it can be read to its end even when it is dropped meanwhile.
#[derive(Debug, Clone)]
pub(crate) struct CachedFile {
    pub file: Arc<File>,
    pub size: u64,
}

impl Disk {
    /// Opens the cache: what an earlier process left half-fetched is removed, what it finished is taken over.
    pub fn open(root: &Path, limit: u64, clock: Arc<dyn Clock>, stats: Stats) -> io::Result<Self> {
        let partial = root.join("partial");
        if partial.exists() {
            fs::remove_dir_all(&partial)?;
        }
        fs::create_dir_all(&partial)?;
        fs::create_dir_all(root.join("blobs"))?;
        let mut found = Vec::new();
        for entry in fs::read_dir(root.join("blobs"))? {
            let entry = entry?;
            let meta = entry.metadata()?;
            // What is not named by a digest is not ours.
            let Some(digest) = entry.file_name().to_str().and_then(|name| Digest::from_hex(name).ok()) else {
                continue;
            };
            found.push((meta.modified().unwrap_or(SystemTime::UNIX_EPOCH), digest, meta.len()));
        }
        found.sort_unstable();
        let mut state = State::default();
        for (_, digest, size) in found {
            state.uses += 1;
            state.used += size;
            state.kept.insert(digest, Kept { size, used_at: state.uses, verified: false });
        }
        stats.disk_limit.set(i64::try_from(limit).unwrap_or(i64::MAX));
        let disk = Self {
            root: root.to_owned(),
            limit,
            clock,
            state: Mutex::new(state),
            verifying: Mutex::default(),
            stats,
        };
        disk.make_room(&mut disk.state(), 0); // the limit may have been lowered
        disk.tell(&mut disk.state());
        Ok(disk)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn path(&self, digest: &Digest) -> PathBuf {
        self.root.join("blobs").join(digest.hex())
    }

    /// The length of a blob that is kept.
    pub fn length(&self, digest: &Digest) -> Option<u64> {
        self.state().kept.get(digest).map(|kept| kept.size)
    }

    /// A blob that is kept, its bytes verified by this process: on the first use after a start that reads all of it.
    pub fn find(&self, digest: &Digest) -> Option<CachedFile> {
        let kept = {
            let mut state = self.state();
            state.uses += 1;
            let now = state.uses;
            let kept = state.kept.get_mut(digest)?;
            kept.used_at = now;
            *kept
        };
        let verifying =
            (!kept.verified).then(|| self.verifying.lock().unwrap_or_else(PoisonError::into_inner));
        let verified = self.state().kept.get(digest).is_some_and(|kept| kept.verified);
        let opened = File::open(self.path(digest)).and_then(|file| {
            let whole = file.metadata()?.len() == kept.size
                && (verified || hash::of_file(&file, kept.size)? == *digest);
            // The order of use outlives the process; that it may be off after a failure does no harm.
            let used = u64::try_from(self.clock.now().micros()).unwrap_or(0);
            let _ = file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_micros(used));
            Ok(whole.then_some(file))
        });
        if let (Ok(Some(_)), Some(kept)) = (&opened, self.state().kept.get_mut(digest)) {
            kept.verified = true;
        }
        drop(verifying);
        match opened {
            Ok(Some(file)) => Some(CachedFile { file: Arc::new(file), size: kept.size }),
            Ok(None) => {
                self.stats.wrong.inc();
                tracing::error!(%digest, "a file of the cache was damaged; it is fetched again");
                self.forget(digest);
                None
            }
            // Dropped in between, or by somebody's hand.
            Err(error) => {
                tracing::warn!(%digest, %error, "a file of the cache cannot be read; it is fetched again");
                self.forget(digest);
                None
            }
        }
    }

    /// Keeps a small thing that is in memory and verified, if there is room.
    pub fn keep(self: &Arc<Self>, digest: &Digest, bytes: &[u8]) {
        let Some(room) = self.room(digest, bytes.len() as u64) else { return };
        if let Err(error) = room.write_at(0, bytes).and_then(|()| room.keep()) {
            tracing::warn!(%digest, %error, "cannot be kept on disk");
        }
    }

    /// Drops a blob.
    pub fn forget(&self, digest: &Digest) {
        let mut state = self.state();
        if let Some(kept) = state.kept.remove(digest) {
            state.used -= kept.size;
            let _ = fs::remove_file(self.path(digest));
        }
        self.tell(&mut state);
    }
}

#[cfg(test)]
mod tests;
