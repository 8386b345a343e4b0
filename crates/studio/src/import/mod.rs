//! From a folder of YAML to domain values: all of it, or a report of everything that is wrong.

mod apply;
mod brand;
mod catalogue;
mod fields;
mod files;
mod folder;
mod gather;
mod media;
mod place;
mod prepare;
mod report;
mod text;
mod title;
mod window;
mod yaml;

use std::path::{Path, PathBuf};

pub use apply::{ImportError, ImportOutcome, run};
pub use catalogue::{Catalogue, fuzz_catalogue};
pub use report::{Excerpt, Finding, ImportErrors, Severity};

/// Where a catalogue and its masters are.
#[derive(Debug, Clone)]
pub struct Folder {
    /// Holds `catalogue/*.yaml` (or `*.yaml`), and what they name by relative paths.
    pub dir: PathBuf,
    /// Where masters are looked up by their file name when `dir` has none.
    pub masters: Option<PathBuf>,
    /// Titles whose master is missing are imported without media, with a warning; else it is an error.
    pub masters_optional: bool,
}

/// A catalogue that is right, and where its files are.
#[derive(Debug)]
pub struct Checked {
    /// What it says.
    pub catalogue: Catalogue,
    /// Said of it, though it is right.
    pub warnings: Vec<Finding>,
    files: files::Files,
}

impl Checked {
    /// The file that the catalogue names by this path; absent for an optional master that is missing.
    pub fn file(&self, path: &str) -> Option<&Path> {
        self.files.get(path)
    }
}

/// Reads and validates a folder; changes nothing.
///
/// # Errors
/// Everything that is wrong, with file, line, column and what to do.
pub fn check(folder: &Folder) -> Result<Checked, ImportErrors> {
    let mut report = report::Report::default();
    let sources = folder::read(&folder.dir, &mut report);
    let gathered = catalogue::gather(&sources, &mut report);
    let folders = files::Folders {
        dir: &folder.dir,
        masters: folder.masters.as_deref(),
        masters_optional: folder.masters_optional,
    };
    let files = files::resolve(&gathered.files, folders, &mut report);
    let warnings = report.finish(&sources)?;
    let gather::Gathered { brands, genres, titles, .. } = gathered;
    Ok(Checked { catalogue: Catalogue { brands, genres, titles }, warnings, files })
}
