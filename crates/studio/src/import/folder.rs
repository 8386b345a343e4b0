//! The YAML files of a catalogue's folder.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::{
    place::{Source, Sources},
    report::Report,
};

/// A file of 8 MiB holds some 2,000 episodes in ten languages; a greater one is split, or is no catalogue.
const MAX_FILE: u64 = 8 << 20;
/// All files together: what may stand in memory at once.
const MAX_TOTAL: u64 = 256 << 20;
const MAX_FILES: usize = 2_000;

/// Reads `dir/catalogue/*.yaml`, or `dir/*.yaml` where there is no such folder, in the order of their names.
pub(crate) fn read(dir: &Path, report: &mut Report) -> Sources {
    let mut sources = Sources::default();
    let inner = dir.join("catalogue");
    let folder = if inner.is_dir() { inner } else { dir.to_owned() };
    let files = match list(&folder) {
        Ok(files) => files,
        Err(error) => {
            report
                .file_error(folder, format!("the folder cannot be read: {error}"))
                .help("name a folder that has a `catalogue` folder of YAML files, or YAML files, in it");
            return sources;
        }
    };
    if files.is_empty() {
        report
            .file_error(folder, "there is no YAML file in this folder")
            .help("a catalogue's files end in `.yaml`, and stand in the folder or in its folder `catalogue`");
        return sources;
    }
    if files.len() > MAX_FILES {
        report
            .file_error(folder, format!("{} YAML files: at most {MAX_FILES} are read at once", files.len()))
            .help("put several titles into one file, or import in parts");
        return sources;
    }
    let mut total = 0;
    for path in files {
        match read_file(&path, &mut total) {
            Ok(text) => sources.0.push(Source::new(path, text)),
            Err((message, help)) => {
                report.incomplete = true;
                report.file_error(path, message).help(help);
            }
        }
    }
    sources
}

fn list(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let yaml = path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml");
        let hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        if yaml && !hidden {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn read_file(path: &Path, total: &mut u64) -> Result<String, (String, &'static str)> {
    let unreadable =
        |error: io::Error| (format!("the file cannot be read: {error}"), "check its permissions");
    let meta = fs::metadata(path).map_err(unreadable)?;
    if !meta.is_file() {
        return Err((
            "this is not a file".into(),
            "remove it, or give it a name that does not end in `.yaml`",
        ));
    }
    *total = total.saturating_add(meta.len());
    if meta.len() > MAX_FILE || *total > MAX_TOTAL {
        let (file, all) = (MAX_FILE >> 20, MAX_TOTAL >> 20);
        let message = format!("too large: a file may have {file} MiB, all together {all} MiB");
        return Err((message, "split it, or import in parts"));
    }
    let bytes = fs::read(path).map_err(unreadable)?;
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let line = 1 + error.as_bytes()[..valid].iter().filter(|b| **b == b'\n').count();
        (format!("line {line} is not UTF-8"), "save the file as UTF-8")
    })
}
