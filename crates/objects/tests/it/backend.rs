use std::path::{Path, PathBuf};

use objects::{Objects, S3Config};
use tempfile::TempDir;

use crate::server::{self, BUCKET, Server};

/// A backend of its own for one test.
pub struct Stage {
    pub objects: Objects,
    /// Where the objects' bytes lie as files.
    pub files: PathBuf,
    server: Option<(Server, S3Config)>,
    dir: TempDir,
}

impl Stage {
    pub fn folder() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let objects = Objects::folder(dir.path()).unwrap();
        Self { objects, files: dir.path().to_owned(), server: None, dir }
    }

    pub fn s3() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let server = Server::start(&dir.path().join("store"));
        let config = server.config("some/where");
        let objects = server::open(config.clone(), &dir.path().join("local"));
        let files = dir.path().join("store").join(BUCKET).join("some/where");
        Self { objects, files, server: Some((server, config)), dir }
    }

    /// The same objects as another process sees them.
    pub fn another(&self) -> Objects {
        match &self.server {
            None => Objects::folder(&self.files).unwrap(),
            Some((_, config)) => server::open(config.clone(), &self.dir.path().join("another")),
        }
    }

    /// A file that is no object, and not among the scratch files.
    pub fn elsewhere(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn scratch_is_empty(&self) -> bool {
        empty(self.objects.scratch())
    }
}

pub fn empty(folder: &Path) -> bool {
    std::fs::read_dir(folder).unwrap().next().is_none()
}
