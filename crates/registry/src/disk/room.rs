//! Room for what comes: promised before the first byte, kept or given back at the end.

use std::{
    fs::{self, File},
    io,
    os::unix::fs::FileExt,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use objects::Digest;
use rustix::{fs::FallocateFlags, io::Errno};

use super::{Disk, Kept, State};

/// Full to the first figure, in hundredths, the cache says so, once, until it has fallen under the second.
const LOUD: (u64, u64) = (90, 80);

/// Tells files on their way apart.
static NEXT: AtomicU64 = AtomicU64::new(0);

/// A file of known size on its way into the cache. Dropped before [`Room::keep`], nothing is left of it.
pub(crate) struct Room {
    disk: Arc<Disk>,
    digest: Digest,
    size: u64,
    path: PathBuf,
    file: Arc<File>,
    kept: AtomicBool,
}

impl Disk {
    /// Room for `size` bytes, made by dropping what was not used for longest. `None` when there is none to be made: then
    /// the blob is served without being kept.
    pub fn room(self: &Arc<Self>, digest: &Digest, size: u64) -> Option<Room> {
        let mut state = self.state();
        if !self.make_room(&mut state, size) {
            tracing::error!(
                %digest, size, limit = self.limit,
                "no room in the registry's cache: served without keeping it; raise registry.disk_mb"
            );
            return None;
        }
        let path = self.root.join("partial").join(format!(
            "{}-{}",
            digest.hex(),
            NEXT.fetch_add(1, Ordering::Relaxed)
        ));
        let file = loop {
            match create(&path, size) {
                Ok(file) => break file,
                Err(error) if full(&error) && self.drop_one(&mut state) => {}
                Err(error) => {
                    let _ = fs::remove_file(&path);
                    tracing::error!(
                        %digest, size, %error,
                        "cannot write to the registry's cache: served without keeping it; make room on its disk"
                    );
                    return None;
                }
            }
        };
        state.promised += size;
        self.tell(&mut state);
        drop(state);
        let kept = AtomicBool::new(false);
        Some(Room { disk: self.clone(), digest: *digest, size, path, file: Arc::new(file), kept })
    }

    /// Drops until `size` more bytes fit the limit; false when they never will.
    pub(super) fn make_room(&self, state: &mut State, size: u64) -> bool {
        while state.used + state.promised + size > self.limit {
            if !self.drop_one(state) {
                return false;
            }
        }
        true
    }

    fn drop_one(&self, state: &mut State) -> bool {
        let oldest =
            state.kept.iter().min_by_key(|(_, kept)| kept.used_at).map(|(digest, kept)| (*digest, *kept));
        let Some((digest, Kept { size, .. })) = oldest else { return false };
        tracing::info!(%digest, size, "dropped from the registry's cache, to make room");
        let _ = fs::remove_file(self.path(&digest));
        state.kept.remove(&digest);
        state.used -= size;
        self.stats.evicted.inc();
        true
    }

    /// Metrics, and a loud word when it is nearly full.
    pub(super) fn tell(&self, state: &mut State) {
        let bytes = state.used + state.promised;
        self.stats.disk_bytes.set(i64::try_from(bytes).unwrap_or(i64::MAX));
        let percent = bytes.saturating_mul(100) / self.limit.max(1);
        if percent >= LOUD.0 && !state.loud {
            state.loud = true;
            tracing::warn!(
                bytes,
                limit = self.limit,
                "the registry's cache is nearly full: what was not used for longest will be dropped; raise registry.disk_mb"
            );
        } else if percent < LOUD.1 {
            state.loud = false;
        }
    }
}

/// A new file whose bytes are the file system's promise, as far as it can make one.
fn create(path: &PathBuf, size: u64) -> io::Result<File> {
    let file = File::options().read(true).write(true).create(true).truncate(true).open(path)?;
    match rustix::fs::fallocate(&file, FallocateFlags::empty(), 0, size.max(1)) {
        Err(error) if !matches!(error, Errno::OPNOTSUPP | Errno::NOSYS) => return Err(error.into()),
        _ => file.set_len(size)?,
    }
    Ok(file)
}

fn full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

impl Room {
    /// The file, for reading while it grows.
    pub fn file(&self) -> Arc<File> {
        self.file.clone()
    }

    /// Writes a part of it.
    pub fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all_at(bytes, offset)
    }

    /// Gives the file its name: its bytes have been verified.
    pub fn keep(&self) -> io::Result<()> {
        let mut state = self.disk.state();
        fs::rename(&self.path, self.disk.path(&self.digest))?;
        self.kept.store(true, Ordering::Relaxed);
        state.promised -= self.size;
        state.uses += 1;
        let kept = Kept { size: self.size, used_at: state.uses, verified: true };
        if let Some(before) = state.kept.insert(self.digest, kept) {
            state.used -= before.size;
        }
        state.used += self.size;
        self.disk.tell(&mut state);
        Ok(())
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        if !self.kept.load(Ordering::Relaxed) {
            let _ = fs::remove_file(&self.path);
            let mut state = self.disk.state();
            state.promised -= self.size;
            self.disk.tell(&mut state);
        }
    }
}
