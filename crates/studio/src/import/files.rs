//! The files that a catalogue names: there, readable, inside their folder, within limits.

use std::{
    collections::HashMap,
    fs, io,
    path::{Component, Path, PathBuf},
};

use media::vtt;

use super::{
    gather::{FileKind, FileNeed},
    report::{Report, quote},
};

/// Greatest source picture: what decoding it costs is bounded again there.
const MAX_PICTURE: u64 = 32 << 20;
/// Greatest subtitle file: ten hours of speech are 2 MB.
const MAX_SUBTITLE: u64 = vtt::MAX_BYTES as u64;
/// Greatest master: four hours of ProRes 4444 in 4K.
const MAX_MASTER: u64 = 2 << 40;
const MAX_PATH: usize = 512;

/// Where to look.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Folders<'a> {
    /// The import folder.
    pub dir: &'a Path,
    /// Where masters are looked up by their file name when the import folder has none.
    pub masters: Option<&'a Path>,
    /// A master that is missing is a warning.
    pub masters_optional: bool,
}

/// Where the files are, by the path that the catalogue gives them.
#[derive(Debug, Default)]
pub(crate) struct Files {
    found: HashMap<String, PathBuf>,
}

impl Files {
    /// Absent when it was missing and may be.
    pub fn get(&self, path: &str) -> Option<&Path> {
        self.found.get(path).map(PathBuf::as_path)
    }
}

/// Looks for every file; those that are wrong are reported.
pub(crate) fn resolve(needs: &[FileNeed], folders: Folders<'_>, report: &mut Report) -> Files {
    let mut files = Files::default();
    let root = fs::canonicalize(folders.dir).unwrap_or_else(|_| folders.dir.to_owned());
    for need in needs {
        match find(need, &root, folders) {
            Ok(path) => {
                files.found.insert(need.path.clone(), path);
            }
            Err(Trouble::Missing { message, help })
                if need.kind == FileKind::Master && folders.masters_optional =>
            {
                report.warning(need.at, message).help(format!("imported without media; {help}"));
            }
            Err(Trouble::Missing { message, help } | Trouble::Wrong { message, help }) => {
                report.error(need.at, message).help(help);
            }
        }
    }
    files
}

enum Trouble {
    Missing { message: String, help: String },
    Wrong { message: String, help: String },
}

fn wrong(message: impl Into<String>, help: impl Into<String>) -> Trouble {
    Trouble::Wrong { message: message.into(), help: help.into() }
}

fn find(need: &FileNeed, root: &Path, folders: Folders<'_>) -> Result<PathBuf, Trouble> {
    let relative = Path::new(&need.path);
    let inside = relative.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    if !inside || need.path.len() > MAX_PATH || need.path.contains(['\0', '\\']) {
        let message = format!("{} does not stay inside the folder", quote(&need.path));
        return Err(wrong(message, "write a path relative to the import folder, with `/` and without `..`"));
    }
    let here = root.join(relative);
    let found = match fs::canonicalize(&here) {
        Ok(path) if path.starts_with(root) => path,
        Ok(_) => {
            let message = format!("{} is a link that leaves the folder", quote(&need.path));
            return Err(wrong(message, "copy the file into the folder"));
        }
        Err(error) => {
            in_masters(need, relative, folders).ok_or_else(|| missing(need, &here, &error, folders))?
        }
    };
    check(need, &found)?;
    Ok(found)
}

fn in_masters(need: &FileNeed, relative: &Path, folders: Folders<'_>) -> Option<PathBuf> {
    if need.kind != FileKind::Master {
        return None;
    }
    fs::canonicalize(folders.masters?.join(relative.file_name()?)).ok()
}

fn missing(need: &FileNeed, here: &Path, error: &io::Error, folders: Folders<'_>) -> Trouble {
    if error.kind() != io::ErrorKind::NotFound {
        return wrong(format!("{} cannot be read: {error}", quote(&need.path)), "check its permissions");
    }
    let what = match need.kind {
        FileKind::Picture => "picture",
        FileKind::Subtitle => "subtitle file",
        FileKind::Master => "master",
    };
    let shown = folders.dir.join(&need.path);
    let help = match (need.kind, folders.masters) {
        (FileKind::Master, Some(masters)) => {
            let name = here.file_name().unwrap_or_default();
            format!("put it at {} or {}", shown.display(), masters.join(name).display())
        }
        _ => format!("put it at {}, or remove it from here", shown.display()),
    };
    Trouble::Missing { message: format!("there is no {what} {}", quote(&need.path)), help }
}

fn check(need: &FileNeed, path: &Path) -> Result<(), Trouble> {
    let name = quote(&need.path);
    let unreadable =
        |error: io::Error| wrong(format!("{name} cannot be read: {error}"), "check its permissions");
    let meta = fs::metadata(path).map_err(unreadable)?;
    if !meta.is_file() {
        return Err(wrong(format!("{name} is not a file"), "name a file"));
    }
    fs::File::open(path).map_err(unreadable)?;
    let (most, empty_is_wrong) = match need.kind {
        FileKind::Picture => (MAX_PICTURE, true),
        FileKind::Subtitle => (MAX_SUBTITLE, true),
        // What is wrong with a master is said by its probe; it stops its own title only.
        FileKind::Master => (MAX_MASTER, false),
    };
    if meta.len() > most {
        return Err(wrong(format!("{name} is larger than {} MiB", most >> 20), "make it smaller"));
    }
    if meta.len() == 0 && empty_is_wrong {
        return Err(wrong(format!("{name} is empty"), "is it still being copied?"));
    }
    if need.kind == FileKind::Subtitle {
        let bytes = fs::read(path).map_err(unreadable)?;
        if let Err(error) = vtt::from_any(&bytes) {
            let message = format!("{name} cannot be used: {error}");
            return Err(wrong(message, "correct that line of the file"));
        }
    }
    if need.kind == FileKind::Picture && !is_picture(path) {
        let help = "pictures are SVG, PNG, JPEG or WebP files (`.svg`, `.png`, `.jpg`, `.jpeg`, `.webp`)";
        return Err(wrong(format!("{name} is not a kind of picture that can be read"), help));
    }
    Ok(())
}

fn is_picture(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    matches!(extension.to_ascii_lowercase().as_str(), "svg" | "png" | "jpg" | "jpeg" | "webp")
}
