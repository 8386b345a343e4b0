//! Files that are hashed on their way.

use std::{
    collections::BTreeSet,
    fs::{self, File, OpenOptions},
    io::{self, BufReader, BufWriter, Read, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use objects::{Key, Objects};

use crate::failed::{Doing, Failed};

/// How much is held at a time.
const PIECE: u64 = 4 << 20;

/// A file in the making, with a hash of what went in. Deleted when it is dropped before [`Draft::keep`].
pub struct Draft {
    out: BufWriter<File>,
    hasher: blake3::Hasher,
    bytes: u64,
    path: PathBuf,
}

impl Write for Draft {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.out.write(bytes)?;
        self.hasher.update(&bytes[..n]);
        self.bytes += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

impl Draft {
    /// Only its owner may read it: there may be viewers' data or secrets in it.
    pub fn new(path: PathBuf) -> io::Result<Self> {
        let file = OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(&path)?;
        Ok(Self { out: BufWriter::new(file), hasher: blake3::Hasher::new(), bytes: 0, path })
    }

    /// Its length and hash so far.
    pub fn sum(&self) -> (u64, String) {
        (self.bytes, self.hasher.finalize().to_hex().to_string())
    }

    /// Gives it its name. Durable when the file system is synced next.
    pub fn keep(mut self, path: &Path) -> io::Result<()> {
        self.out.flush()?;
        fs::rename(&self.path, path)
    }
}

/// Copies an object out, wherever objects are.
pub fn copy_object(objects: &Objects, key: &Key, into: &mut dyn Write) -> Result<(), Failed> {
    let doing = || format!("copy the object {key}");
    let object = objects.open(key).doing(doing)?;
    let mut piece = vec![0; usize::try_from(PIECE.min(object.len())).unwrap_or_default()];
    let mut at = 0;
    while at < object.len() {
        let rest = usize::try_from(object.len() - at).unwrap_or(usize::MAX);
        let some = rest.min(piece.len());
        object.read_at(at, &mut piece[..some]).doing(doing)?;
        into.write_all(&piece[..some]).doing(doing)?;
        at += some as u64;
    }
    Ok(())
}

/// Copies a file, which must have this length and hash.
pub fn copy_checked(from: &Path, into: &mut dyn Write, (bytes, blake3): (u64, &str)) -> Result<(), Failed> {
    let damaged =
        |why: &str| Failed::new(format!("{} is damaged ({why}): use another backup", from.display()));
    let file = File::open(from).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => damaged("it is missing"),
        _ => Failed::at(format!("cannot open {}", from.display()), error),
    })?;
    let mut file = BufReader::with_capacity(1 << 20, file.take(bytes + 1));
    let (mut hasher, mut length, mut piece) = (blake3::Hasher::new(), 0, vec![0; 1 << 20]);
    loop {
        let n = file.read(&mut piece).doing(|| format!("read {}", from.display()))?;
        if n == 0 {
            break;
        }
        hasher.update(&piece[..n]);
        length += n as u64;
        into.write_all(&piece[..n]).doing(|| format!("copy {}", from.display()))?;
    }
    if length != bytes {
        return Err(damaged("its length is not what was written"));
    }
    if hasher.finalize().to_hex().as_str() != blake3 {
        return Err(damaged("its hash is not that of what was written"));
    }
    Ok(())
}

/// Everything that was written to the file system of this folder is on disk.
pub fn sync_all(dir: &Path) -> Result<(), Failed> {
    let doing = || format!("sync {}", dir.display());
    let file = File::open(dir).doing(doing)?;
    rustix::fs::syncfs(&file).doing(doing)
}

/// Removes every file of this folder that is not one of these, and folders in which none is left.
pub fn leave_only(dir: &Path, named: &BTreeSet<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let (path, kind) = entry.and_then(|entry| Ok((entry.path(), entry.file_type()?)))?;
        if kind.is_dir() {
            leave_only(&path, named)?;
            // Refused while something is in it.
            let _ = fs::remove_dir(&path);
        } else if !named.contains(&path) {
            fs::remove_file(&path)?;
        }
    }
    Ok(())
}
