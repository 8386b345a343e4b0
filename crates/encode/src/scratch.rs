//! Output that appears whole or not at all.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::error::EncodeError;

/// A file in the making: `{path}.part`. Dropping it removes the file unless it was kept.
pub(crate) struct Part {
    part: PathBuf,
    whole: PathBuf,
    kept: bool,
}

impl Part {
    pub fn new(path: &Path) -> Self {
        let mut part = OsString::from(path);
        part.push(".part");
        Self { part: part.into(), whole: path.to_owned(), kept: false }
    }

    /// Where to write.
    pub fn part(&self) -> &Path {
        &self.part
    }

    /// Syncs the file and gives it its name.
    pub async fn keep(mut self) -> Result<(), EncodeError> {
        let file = tokio::fs::File::open(&self.part).await.map_err(EncodeError::io(&self.part))?;
        file.sync_all().await.map_err(EncodeError::io(&self.part))?;
        tokio::fs::rename(&self.part, &self.whole).await.map_err(EncodeError::io(&self.whole))?;
        self.kept = true;
        Ok(())
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if !self.kept {
            // It may never have been written.
            let _ = std::fs::remove_file(&self.part);
        }
    }
}
