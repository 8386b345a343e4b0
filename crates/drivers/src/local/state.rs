//! What must outlive the supervisor: which processes are ours.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    net::SocketAddr,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
    time::Duration,
};

use domain::Timestamp;
use serde::{Deserialize, Serialize};

use super::process::Identity;
use crate::{Clocks, End, Name, Spec};

/// Of the file; another one is refused.
const FORMAT: u32 = 2;

/// One instance, as it stands in the file. Written before it is started, so that none is ever forgotten.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Record {
    pub name: Name,
    pub spec: Spec,
    pub started: Timestamp,
    pub ops: Option<SocketAddr>,
    /// None: it was about to be started.
    pub process: Option<Identity>,
    pub drain: Option<Drain>,
    pub end: Option<End>,
}

/// Since when an instance drains, and how long it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Drain {
    pub since: Timestamp,
    /// The same by the clock that nobody sets: of one boot, as all records are. A version before this one did not write it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub steady: Option<Timestamp>,
    pub within: Duration,
}

impl Drain {
    /// From now on.
    pub fn begin(clocks: &Clocks, within: Duration) -> Self {
        Self { since: clocks.wall.now(), steady: Some(clocks.steady.now()), within }
    }

    /// What is left of it.
    pub fn rest(&self, clocks: &Clocks) -> Duration {
        let gone = match self.steady {
            Some(since) => clocks.steady.now().since(since),
            None => clocks.wall.now().since(self.since),
        };
        self.within.saturating_sub(gone)
    }
}

#[derive(Debug, Serialize, Deserialize)]
struct Contents {
    format: u32,
    boot: String,
    instances: Vec<Record>,
}

/// The folder of one supervisor; held, so that there is one.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    _lock: File,
}

impl Folder {
    pub fn open(path: &Path) -> io::Result<Self> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(path)?;
        let mut options = OpenOptions::new();
        let lock = options.create(true).truncate(false).write(true).mode(0o600).open(path.join("lock"))?;
        lock.try_lock().map_err(|_| {
            let words = format!(
                "another host's process keeps the instances in {}: stop it, or choose another data folder by --data",
                path.display()
            );
            io::Error::new(io::ErrorKind::ResourceBusy, words)
        })?;
        Ok(Self { path: path.to_owned(), _lock: lock })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The records that were written last. Those of an earlier boot are nobody any more.
    pub fn read(&self, boot: &str) -> io::Result<Vec<Record>> {
        let path = self.path.join("instances.json");
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let damaged = |why: String| {
            io::Error::other(format!(
                "{} is damaged ({why}): end the instances that it was about by hand, then remove it",
                path.display()
            ))
        };
        let contents: Contents =
            serde_json::from_slice(&bytes).map_err(|error| damaged(error.to_string()))?;
        if contents.format != FORMAT {
            return Err(damaged(format!("format {}, not {FORMAT}", contents.format)));
        }
        Ok(if contents.boot == boot { contents.instances } else { Vec::new() })
    }

    /// Replaces the records; they are on disk when it returns.
    pub fn write(&self, boot: &str, instances: Vec<Record>) -> io::Result<()> {
        let contents = Contents { format: FORMAT, boot: boot.to_owned(), instances };
        let draft = self.path.join("instances.json.new");
        let mut file = OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(&draft)?;
        file.write_all(&serde_json::to_vec_pretty(&contents)?)?;
        file.sync_all()?;
        fs::rename(&draft, self.path.join("instances.json"))?;
        File::open(&self.path)?.sync_all()
    }
}
