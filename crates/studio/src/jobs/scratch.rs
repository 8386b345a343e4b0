use std::path::{Path, PathBuf};

use work::{JobContext, JobError};

use super::{Deps, fault};

/// A folder for one run of one job, gone when it ends, however it ends.
#[derive(Debug)]
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    /// The fencing token is in its name: a worker that lost its lease and does not know it yet writes elsewhere.
    pub fn new(deps: &Deps, context: &JobContext, name: &str) -> Result<Self, JobError> {
        let path = deps.objects.scratch().join(format!("{}-{}", name.replace('/', "."), context.claim.fence));
        // What an earlier process of the same fence left, if its folder was not cleaned.
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).map_err(fault::io(&path))?;
        Ok(Self(path))
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Whatever is left is cleaned at the next start.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
