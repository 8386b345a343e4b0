//! What lies in the images, layer by layer: the least that runs, and what says where it is from.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use crate::{
    Content, ReleaseError, Tree,
    debian::{self, Package},
    elf,
    error::At,
};

/// Whom the program runs as: nobody whom a host knows.
pub const USER: u32 = 10001;
/// The user's group.
pub const GROUP: u32 = 10001;

/// Where the program lies in the images.
pub(crate) const PROGRAM: &str = "/usr/bin/primetime";
/// What the worker's image has besides.
pub const TOOLS: [&str; 2] = ["/usr/bin/ffmpeg", "/usr/bin/ffprobe"];
/// The folder that volumes are mounted on.
pub(crate) const DATA: &str = "/data";
/// Where a configuration file may be mounted: the working folder, in which the program looks for one.
pub(crate) const SETTINGS: &str = "/etc/primetime";
/// The certificates of public authorities, for clients that speak TLS.
pub(crate) const CERTIFICATES: &str = "/etc/ssl/certs/ca-certificates.crt";

/// The certificates as their package has them. Not this machine's own bundle: whom its administrator trusts besides is nothing
/// that a release passes on.
const CERTIFICATE_SOURCE: &str = "/usr/share/ca-certificates/mozilla";
const CERTIFICATE_PACKAGE: &str = "ca-certificates";
/// Says which Debian this is; scanners look packages up by it.
const SYSTEM: &str = "/usr/lib/os-release";

/// The files of one layer, and the packages that they are from.
#[derive(Debug, Default)]
pub(crate) struct Contents {
    pub tree: Tree,
    pub packages: BTreeSet<Package>,
}

/// What every image stands on: folders, names, certificates, and the libraries that the program needs.
pub(crate) fn base(program: &Path) -> Result<Contents, ReleaseError> {
    let mut contents = Contents::default();
    let tree = &mut contents.tree;
    tree.folder("/tmp", 0o1777, 0);
    tree.folder(DATA, 0o750, USER.into());
    tree.folder(SETTINGS, 0o755, 0);
    let passwd = format!("root:x:0:0::/:/nologin\nprimetime:x:{USER}:{GROUP}::{DATA}:/nologin\n");
    text(tree, "/etc/passwd", passwd);
    text(tree, "/etc/group", format!("root:x:0:\nprimetime:x:{GROUP}:\n"));
    text(tree, "/etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n".into());
    text(tree, CERTIFICATES, certificates()?);
    contents.packages.extend(debian::packages(&[CERTIFICATE_PACKAGE])?);
    let mut files = elf::closure(&[program.to_owned()])?;
    files.insert("/etc/os-release".into(), SYSTEM.into());
    contents.add(files)?;
    contents.tell_packages()?;
    Ok(contents)
}

/// What the worker's image has on top of [`base`].
pub(crate) fn tools(base: &Contents, programs: &[&str]) -> Result<Contents, ReleaseError> {
    let mut contents = Contents::default();
    let programs: Vec<PathBuf> = programs.iter().map(PathBuf::from).collect();
    let mut files = elf::closure(&programs)?;
    files.extend(programs.into_iter().map(|program| (program.clone(), program)));
    files.retain(|place, _| !base.tree.contains(place));
    contents.add(files)?;
    contents.packages.retain(|package| !base.packages.contains(package));
    contents.tell_packages()?;
    Ok(contents)
}

/// The program itself: the only layer that differs from one commit to the next.
pub(crate) fn program(program: &Path) -> Contents {
    let mut contents = Contents::default();
    contents.tree.file(PROGRAM, 0o755, Content::Copy(program.to_owned()));
    contents
}

impl Contents {
    /// Adds files by the place where they are to lie.
    fn add(&mut self, files: BTreeMap<PathBuf, PathBuf>) -> Result<(), ReleaseError> {
        let owners = debian::owners(&files.values().map(|file| resolved(file)).collect::<Result<_, _>>()?)?;
        for (place, file) in files {
            // Programs and libraries may be run by everybody, and written by nobody.
            let mode = if place.starts_with("/etc") { 0o644 } else { 0o755 };
            self.tree.file(place, mode, Content::Copy(file));
        }
        self.packages.extend(owners.into_values());
        Ok(())
    }

    /// Adds every package's licence, and its entry for scanners, one file a package (as "distroless" images have it).
    fn tell_packages(&mut self) -> Result<(), ReleaseError> {
        for package in &self.packages {
            let copyright = package.copyright();
            let licence = fs::read(&copyright).at("read the licence", &copyright)?;
            self.tree.file(&copyright, 0o644, Content::Bytes(licence));
            text(&mut self.tree, &format!("/var/lib/dpkg/status.d/{}", package.name), package.entry.clone());
        }
        Ok(())
    }
}

fn text(tree: &mut Tree, path: &str, text: String) {
    tree.file(path, 0o644, Content::Bytes(text.into_bytes()));
}

fn resolved(file: &Path) -> Result<PathBuf, ReleaseError> {
    file.canonicalize().at("find", file)
}

fn certificates() -> Result<String, ReleaseError> {
    let dir = Path::new(CERTIFICATE_SOURCE);
    let mut files = Vec::new();
    for entry in fs::read_dir(dir).at("read (install ca-certificates)", dir)? {
        files.push(entry.at("read", dir)?.path());
    }
    files.sort();
    let mut bundle = String::new();
    for file in files {
        bundle.push_str(fs::read_to_string(&file).at("read", &file)?.trim_end());
        bundle.push('\n');
    }
    Ok(bundle)
}
