//! What a program needs to run: its interpreter and shared libraries, found as the dynamic linker finds them (`ld.so(8)`).
//!
//! What a program opens by itself while it runs (`dlopen`) does not stand in it and is not found. Nothing here does so where
//! it matters: glibc 2.34 and later has its name service (`files`, `dns`) built in, and ffmpeg encodes without a GPU's driver.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    fs,
    path::{Component, Path, PathBuf},
};

use object::{
    Endianness,
    elf::{DT_NEEDED, DT_RPATH, DT_RUNPATH, FileHeader64},
    read::elf::{FileHeader, ProgramHeader},
};

use crate::{ReleaseError, error::At};

/// Debian's name for this machine's kind, as in `/usr/lib/x86_64-linux-gnu`.
const MULTIARCH: &str = match cfg!(target_arch = "aarch64") {
    true => "aarch64-linux-gnu",
    false => "x86_64-linux-gnu",
};

/// What stands in one program or library about what it needs.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// The dynamic linker; `None` for a library, or a program that needs nothing.
    pub interpreter: Option<PathBuf>,
    /// Names of libraries (`DT_NEEDED`).
    pub libraries: Vec<String>,
    /// Folders to look in first (`DT_RUNPATH`, `DT_RPATH`).
    pub folders: Vec<String>,
}

/// Reads a 64-bit ELF file. The error is the library's own words.
pub fn needs(bytes: &[u8]) -> Result<Needs, String> {
    let words = |error: object::Error| error.to_string();
    let header = FileHeader64::<Endianness>::parse(bytes).map_err(words)?;
    let endian = header.endian().map_err(words)?;
    let mut needs = Needs::default();
    for segment in header.program_headers(endian, bytes).map_err(words)? {
        if let Some(path) = segment.interpreter(endian, bytes).map_err(words)? {
            needs.interpreter = Some(PathBuf::from(String::from_utf8_lossy(path).into_owned()));
        }
    }
    let sections = header.sections(endian, bytes).map_err(words)?;
    let table = sections.dynamic_table(endian, bytes).map_err(words)?;
    for entry in table.iter() {
        let text =
            || table.string(entry).map(|text| String::from_utf8_lossy(text).into_owned()).map_err(words);
        match entry.tag {
            DT_NEEDED => needs.libraries.push(text()?),
            DT_RUNPATH | DT_RPATH => needs.folders.extend(text()?.split(':').map(str::to_owned)),
            _ => {}
        }
    }
    Ok(needs)
}

/// Everything that these programs need, themselves apart: where it must lie for the dynamic linker, and the file that it is here.
pub fn closure(programs: &[PathBuf]) -> Result<BTreeMap<PathBuf, PathBuf>, ReleaseError> {
    let mut found = BTreeMap::new();
    let mut todo: Vec<PathBuf> = programs.to_vec();
    while let Some(user) = todo.pop() {
        let bytes = fs::read(&user).at("read", &user)?;
        let needs = needs(&bytes).map_err(|why| ReleaseError::Elf { path: user.clone(), why })?;
        let folders = folders(&user, &needs.folders);
        for library in &needs.libraries {
            let place = folders.iter().map(|folder| folder.join(library)).find(|path| path.exists());
            let place = place
                .ok_or_else(|| ReleaseError::Library { user: user.clone(), library: library.clone() })?;
            add(&mut found, &mut todo, place)?;
        }
        if let Some(interpreter) = needs.interpreter {
            add(&mut found, &mut todo, interpreter)?;
        }
    }
    Ok(found)
}

fn add(
    found: &mut BTreeMap<PathBuf, PathBuf>,
    todo: &mut Vec<PathBuf>,
    place: PathBuf,
) -> Result<(), ReleaseError> {
    if let Entry::Vacant(new) = found.entry(place) {
        let file = new.key().canonicalize().at("find", new.key())?;
        todo.push(new.insert(file).clone());
    }
    Ok(())
}

/// Where the libraries of `user` are looked for, in order.
fn folders(user: &Path, own: &[String]) -> Vec<PathBuf> {
    let origin = user.parent().unwrap_or(Path::new("/"));
    let own = own.iter().filter(|folder| !folder.is_empty()).map(|folder| {
        let there = folder.replace("${ORIGIN}", "$ORIGIN").replace("$ORIGIN", &origin.to_string_lossy());
        plain(Path::new(&there))
    });
    // Debian keeps everything in /usr since release 12: the spelling that its image needs, too.
    own.chain([format!("/usr/lib/{MULTIARCH}").into(), "/usr/lib".into()]).collect()
}

/// Without `.` and `..`, as the text says (links are not followed: the linker will look under this very name).
fn plain(path: &Path) -> PathBuf {
    let mut parts = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => drop(parts.pop()),
            Component::CurDir => {}
            part => parts.push(part),
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_of_this_machine_is_read() {
        let me = fs::read(std::env::current_exe().unwrap()).unwrap();
        let needs = needs(&me).unwrap();
        assert!(needs.libraries.iter().any(|name| name == "libc.so.6"), "{needs:?}");
        assert!(needs.interpreter.unwrap().starts_with("/lib64"));
    }

    #[test]
    fn everything_that_it_needs_is_there_under_the_name_that_the_linker_knows() {
        let found = closure(&[std::env::current_exe().unwrap()]).unwrap();
        let libc = Path::new("/usr/lib").join(MULTIARCH).join("libc.so.6");
        assert!(found[&libc].is_file());
        assert!(found.values().all(|file| file.is_absolute() && !file.is_symlink()));
    }

    #[test]
    fn folders_of_its_own_come_first() {
        let user = Path::new("/opt/a/bin/x");
        let own = ["$ORIGIN/../lib".to_owned(), String::new()];
        assert_eq!(folders(user, &own)[0], Path::new("/opt/a/lib"));
        assert_eq!(folders(user, &own).len(), 3);
    }

    #[test]
    fn what_is_no_program_is_refused_with_words() {
        assert!(needs(b"#!/bin/sh\n").unwrap_err().contains("ELF"), "{:?}", needs(b"#!/bin/sh\n"));
        assert!(needs(b"").is_err());
    }
}
