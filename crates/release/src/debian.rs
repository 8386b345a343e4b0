//! Which Debian packages files are from: their names and versions, for the bill of materials, scanners, and the licences.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    process::Command,
};

use crate::{ReleaseError, source::answer};

/// What a machine's package database is called in errors.
const DATABASE: &str = "/var/lib/dpkg/status";

/// An installed package.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Package {
    /// As in `libc6`.
    pub name: String,
    /// As in `2.36-9+deb12u10`.
    pub version: String,
    /// As in `amd64`, or `all`.
    pub architecture: String,
    /// Its entry in the package database, as scanners of images read it.
    pub entry: String,
}

impl Package {
    /// The file with its licence.
    pub fn copyright(&self) -> PathBuf {
        Path::new("/usr/share/doc").join(&self.name).join("copyright")
    }
}

/// The packages that have these files (absolute, links resolved). A file that no package has is an error.
pub fn owners(files: &BTreeSet<PathBuf>) -> Result<BTreeMap<PathBuf, Package>, ReleaseError> {
    // Before everything moved to /usr, packages said /lib: many still do.
    let old = |file: &Path| file.strip_prefix("/usr").ok().map(|rest| Path::new("/").join(rest));
    let mut ask = Command::new("dpkg-query");
    ask.arg("--search").args(files).args(files.iter().filter_map(|file| old(file)));
    let names: BTreeMap<String, String> = search(&mut ask)?;
    let wanted: Vec<&str> = names.values().map(String::as_str).collect::<BTreeSet<_>>().into_iter().collect();
    let known: BTreeMap<&str, Package> = wanted.iter().copied().zip(packages(&wanted)?).collect();
    let mut owners = BTreeMap::new();
    for file in files {
        let spellings = [Some(file.clone()), old(file)];
        let name = spellings.iter().flatten().find_map(|path| names.get(&*path.to_string_lossy()));
        let package = name.and_then(|name| known.get(name.as_str()));
        let package = package.ok_or_else(|| ReleaseError::Unowned(file.clone()))?;
        owners.insert(file.clone(), package.clone());
    }
    Ok(owners)
}

/// Path, and the package that has it (`libc6:amd64`). Files that no package has are missing from the answer.
fn search(ask: &mut Command) -> Result<BTreeMap<String, String>, ReleaseError> {
    let command = "dpkg-query --search".to_owned();
    let out = ask
        .env("LC_ALL", "C")
        .output()
        .map_err(|error| ReleaseError::Command { command, why: error.to_string() })?;
    let text = String::from_utf8_lossy(&out.stdout);
    let lines = text.lines().filter(|line| !line.starts_with("diversion "));
    // A file of several packages (`a, b: /path`) is taken from the first.
    Ok(lines
        .filter_map(|line| line.split_once(": "))
        .map(|(names, path)| (path.to_owned(), names.split(", ").next().unwrap_or_default().to_owned()))
        .collect())
}

/// Every installed package of another machine's database (`/var/lib/dpkg/status`). One without any is an error: no machine is made of nothing.
pub fn installed(database: &str) -> Result<BTreeSet<Package>, ReleaseError> {
    let entries = database.split("\n\n").map(str::trim).filter(|entry| is_installed(entry));
    let packages = entries.map(|entry| package(DATABASE, entry)).collect::<Result<BTreeSet<_>, _>>()?;
    if packages.is_empty() {
        return Err(no_answer(&[DATABASE], "no package is installed there"));
    }
    Ok(packages)
}

fn is_installed(entry: &str) -> bool {
    // What somebody wants of it, and whether it is whole, stand before; what was purged or half removed has another third word.
    let status = entry.lines().find_map(|line| line.strip_prefix("Status: "));
    status.is_some_and(|words| words.ends_with(" installed"))
}

/// What the database says about installed packages (`libc6`, `libc6:amd64`), in the order of the question.
pub fn packages(names: &[&str]) -> Result<Vec<Package>, ReleaseError> {
    if names.is_empty() {
        return Ok(Vec::new()); // asked for nothing, dpkg-query refuses
    }
    let text = answer(Command::new("dpkg-query").env("LC_ALL", "C").arg("--status").args(names))?;
    let entries: Vec<&str> = text.split("\n\n").map(str::trim).filter(|entry| !entry.is_empty()).collect();
    if entries.len() != names.len() {
        return Err(no_answer(names, &format!("{} answers to {} questions", entries.len(), names.len())));
    }
    names.iter().zip(entries).map(|(name, entry)| package(name, entry)).collect()
}

fn package(asked: &str, entry: &str) -> Result<Package, ReleaseError> {
    let field = |key: &str| {
        let line = entry.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(": "));
        line.map(str::to_owned)
            .ok_or_else(|| no_answer(&[asked], &format!("there is no {key} in its answer")))
    };
    if !is_installed(entry) {
        return Err(no_answer(&[asked], "it is not installed: install it"));
    }
    let (name, version, architecture) = (field("Package")?, field("Version")?, field("Architecture")?);
    Ok(Package { name, version, architecture, entry: format!("{entry}\n") })
}

fn no_answer(names: &[&str], why: &str) -> ReleaseError {
    ReleaseError::Command { command: format!("dpkg-query --status {}", names.join(" ")), why: why.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_a_package_by_either_of_its_names() {
        let libc = Path::new("/lib64/ld-linux-x86-64.so.2").canonicalize().unwrap();
        let files = BTreeSet::from([libc.clone(), PathBuf::from("/usr/bin/dpkg-query")]);
        let owners = owners(&files).unwrap();
        assert_eq!(owners[&libc].name, "libc6");
        assert_eq!(owners[Path::new("/usr/bin/dpkg-query")].name, "dpkg");
        assert!(owners[&libc].entry.starts_with("Package: libc6\n"));
        assert!(owners[&libc].copyright().is_file());
    }

    #[test]
    fn a_file_of_no_package_is_refused() {
        let mine = std::env::current_exe().unwrap();
        let refused = owners(&BTreeSet::from([mine.clone()]));
        assert!(matches!(refused, Err(ReleaseError::Unowned(file)) if file == mine));
        assert!(packages(&["no-such-package-here"]).is_err());
        assert_eq!(packages(&[]).unwrap(), []);
    }

    #[test]
    fn what_is_installed_on_another_machine_is_read_from_its_database() {
        let entry = |name: &str, status: &str| {
            format!(
                "Package: {name}\nStatus: {status}\nArchitecture: amd64\nVersion: 1:2.0+b1\nDescription: of {name}\n more\n\n"
            )
        };
        let text = [
            entry("zstd", "install ok installed"),
            entry("ssh", "deinstall ok config-files"),
            entry("crun", "hold ok installed"),
            entry("half", "install reinstreq half-installed"),
        ]
        .concat();
        let names: Vec<String> = installed(&text).unwrap().into_iter().map(|package| package.name).collect();
        assert_eq!(names, ["crun", "zstd"]);
        for nothing in ["", &entry("ssh", "deinstall ok config-files")] {
            assert!(installed(nothing).unwrap_err().to_string().contains("no package is installed"));
        }
        let broken = text.replace("Version", "Vision");
        assert!(installed(&broken).unwrap_err().to_string().contains("no Version"));
    }
}
