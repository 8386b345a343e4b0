//! From a folder of YAML to domain values: all of it, or a report of everything that is wrong.
//!
//! The files are `catalogue/*.yaml` in the folder, or `*.yaml` where it has no such folder. Each holds any of three lists;
//! lists of the same name are joined, in the order of the files' names.
//!
//! ```yaml
//! genres:
//!   - {id: thriller, name: {en: Thriller, ko: 스릴러}}
//! brands:
//!   - id: harbour
//!     host: harbour                      # harbour.localhost, harbour.example.com
//!     name: {en: Harbour, ko: 하버}      # texts are maps of language to text; the brand's default language is a must
//!     tagline: {en: Stories from every shore}          # optional, as is `about`
//!     default_locale: en
//!     locales: [en, ko]
//!     theme: {background: "#0c0f14", surface: "#161b24", text: "#f4f1ea", muted: "#a8b0bd", accent: "#e8b04b",
//!             on_accent: "#1a1204", font: fraunces, radius: 6, hero: wide}   # hero: wide | split | tower
//!     plans:                             # optional; `everyone: true` for the plan that every visitor holds
//!       - {id: harbour-plus, name: {en: Plus}, price: {minor: 799, currency: EUR}}
//!     rails:                             # kind: hero | continue | newest | genre | manual
//!       - {id: harbour-featured, kind: hero, titles: [night-ferry]}
//!       - {id: harbour-thrillers, kind: genre, genre: thriller, name: {en: Thrillers}, limit: 20}
//! titles:
//!   - id: night-ferry
//!     kind: movie                        # movie | series | special
//!     name: {en: Night Ferry}
//!     synopsis: {en: A ferry leaves, and nobody is at the wheel.}
//!     year: 2024
//!     original_language: ko
//!     genres: [thriller]
//!     maturity: 12
//!     countries: [KR]                    # optional, as are `tagline`, `cast`, `artwork`, `credit_notice`
//!     cast: [{name: {en: Kim Ji-woo}, role: {en: The captain}}]
//!     artwork: {poster: art/ferry.svg, hero: art/ferry-wide.svg, localised: {ko: {poster: art/ferry.ko.svg}}}
//!     windows:                           # brands: any | [..]; territories: world | {only: [KR]} | {except: [US]}
//!       - {brands: [harbour], territories: world, from: 2024-01-01T00:00:00Z}
//!       - {brands: [harbour], territories: {only: [KR]}, plans: [harbour-plus], devices: [desktop, mobile, tv],
//!          from: 2024-01-01T00:00:00+09:00, until: 2030-01-01T00:00:00Z, max_height: 540}
//!     media:                             # of movies, specials and episodes; looked up in the folder, then by its
//!       master: masters/ferry.mp4        # file name among the masters
//!       language: ko
//!       subtitles: {en: subtitles/ferry.en.vtt, ko: subtitles/ferry.ko.srt}
//!       intro: {from: 0, to: 5.5}        # seconds
//!       credits_at: 26
//!   - id: tides
//!     kind: series                       # and all of the above but `media`
//!     seasons:
//!       - number: 1
//!         episodes:                      # without windows of their own they have those of the series
//!           - {id: tides-s1e1, number: 1, name: {en: Neaps}, media: {master: masters/tides-1.mp4, language: en}}
//! ```

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
