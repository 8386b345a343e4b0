//! The golden machine image of a release: its binary and its container image on a disk that boots. It is baked by the checkout's
//! `scripts/bake-image` into a folder beside the release, because a release is made anywhere, and a disk by root alone.
//!
//! ```text
//! primetime-0.1.0-3ad7ac1b90f2.machine/
//!   machine.json     what the disk is of, signed
//!   manifest.txt     every file on the disk with mode, owner and SHA-256: what two bakes have in common to the byte
//!   golden.qcow2     the disk
//!   bom.cdx.json     the bill of materials (CycloneDX 1.5): its Debian packages
//! ```
//! Two disks with the same files are the same image: where their blocks lie is the file system's own affair.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use objects::{
    keys::{KeyRing, SigningKey},
    signed::{self, MAX_ENVELOPE},
};
use oci_spec::image::Digest;
use serde::{Deserialize, Serialize};

use crate::{
    BINARY_FILE, BOM_FILE, IMAGES_DIR, Manifest, Outcome, RELEASE_FILE, ReleaseError, bom, debian,
    digest::{digest_of, digest_of_file},
    draft::Draft,
    error::At,
    image::SERVING,
    manifest::FORMAT,
    source::answer,
    verify::verify,
};

/// The disk, within a machine image's folder.
pub const DISK_FILE: &str = "golden.qcow2";
/// What is on it.
pub const FILES_FILE: &str = "manifest.txt";
/// Who says so.
pub const MACHINE_FILE: &str = "machine.json";

const KIND: &str = "machine";
/// The disk's package database, as a bake leaves it beside the disk.
const PACKAGES_FILE: &str = "packages";
/// The tag under which hosts find the container image in their own store.
const TAG: &str = "baked";

/// A machine image, as it was signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Machine {
    /// Of this document.
    pub format: u32,
    /// The release that is on it.
    pub release: String,
    /// SHA-256 of [`FILES_FILE`]: two bakes of one release have the same.
    pub files: Digest,
    /// SHA-256 of the disk: of this bake alone.
    pub disk: Digest,
    /// Length of the disk's file in bytes.
    pub bytes: u64,
    /// SHA-256 of the bill of materials. Disks that were baked before there was one have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bom: Option<Digest>,
}

impl Machine {
    /// The machine image in `dir`, if somebody who is trusted signed it.
    pub fn read(dir: &Path, ring: &KeyRing) -> Result<Self, ReleaseError> {
        let path = dir.join(MACHINE_FILE);
        let length = fs::metadata(&path).at("open", &path)?.len();
        let wrong = |why: String| ReleaseError::Machine { path: path.clone(), why };
        if length > MAX_ENVELOPE as u64 {
            return Err(wrong(format!("it is {length} bytes long")));
        }
        let payload = signed::open(KIND, &fs::read(&path).at("read", &path)?, ring)
            .map_err(|error| wrong(error.to_string()))?;
        let machine: Self = serde_json::from_slice(&payload).map_err(|error| wrong(error.to_string()))?;
        if machine.format != FORMAT {
            return Err(wrong(format!("it has format {}, and this program knows {FORMAT}", machine.format)));
        }
        Ok(machine)
    }

    /// The machine image in `dir`, if its disk, the list of its files and its bill of materials are what was signed.
    pub fn verify(dir: &Path, ring: &KeyRing) -> Result<Self, ReleaseError> {
        let machine = Self::read(dir, ring)?;
        let bill = machine.bom.iter().map(|bom| (BOM_FILE, bom));
        for (file, signed) in bill.chain([(FILES_FILE, &machine.files), (DISK_FILE, &machine.disk)]) {
            let (found, _) = digest_of_file(&dir.join(file))?;
            if found != *signed {
                let (path, expected) = (file.to_owned(), signed.clone());
                return Err(ReleaseError::Digest { path, expected, found });
            }
        }
        Ok(machine)
    }
}

/// Where the machine image of the release in `release` lies.
pub fn machine_dir(release: &Path) -> PathBuf {
    let mut name = release.file_name().unwrap_or_default().to_owned();
    name.push(".machine");
    release.with_file_name(name)
}

/// Bakes the machine image of the release in `release` by the scripts of `checkout`, all of it or nothing. When it is there already, it is
/// baked all the same, and its files are compared: others are an error.
pub fn machine(
    checkout: &Path,
    release: &Path,
    key: &SigningKey,
) -> Result<(Machine, Outcome), ReleaseError> {
    let ring = KeyRing::from(key.public());
    let manifest = verify(release, &ring)?;
    let out = machine_dir(release);
    let draft = Draft::of(&out)?;
    bake(checkout, release, draft.path())?;
    let (files, _) = digest_of_file(&draft.path().join(FILES_FILE))?;
    let (disk, bytes) = digest_of_file(&draft.path().join(DISK_FILE))?;
    let bom = Some(bill(&manifest, draft.path())?);
    let machine = Machine { format: FORMAT, release: manifest.name, files, disk, bytes, bom };
    if out.exists() {
        let there = Machine::read(&out, &ring)?;
        if (&there.release, &there.files) != (&machine.release, &machine.files) {
            let differs = differs(&out.join(FILES_FILE), &draft.path().join(FILES_FILE))?;
            return Err(ReleaseError::Differs { path: out.clone(), differs });
        }
        // One from before there were bills stays as it was signed.
        if there.bom.is_some() && there.bom != machine.bom {
            return Err(ReleaseError::Differs { path: out.clone(), differs: BOM_FILE.into() });
        }
        return Ok((there, Outcome::Identical));
    }
    let payload = serde_json::to_vec(&machine).map_err(|error| ReleaseError::Manifest(error.to_string()))?;
    let path = draft.path().join(MACHINE_FILE);
    fs::write(&path, signed::seal(KIND, &payload, key)).at("write", &path)?;
    draft.settle()?;
    Ok((machine, Outcome::Written))
}

/// The release's binary, what was signed of it, and its serving image go onto the disk. What the bake prints is its progress.
fn bake(checkout: &Path, release: &Path, out: &Path) -> Result<(), ReleaseError> {
    let images = tempfile::tempdir().at("write in", &std::env::temp_dir())?;
    let to = format!("oci:{}:{TAG}", images.path().join(SERVING.name).display());
    let from = format!("oci:{}:{}", release.join(IMAGES_DIR).display(), SERVING.name);
    answer(Command::new("skopeo").args(["copy", "--quiet", &from, &to]))?;
    let script = checkout.join("scripts/bake-image");
    let failed = |why: String| ReleaseError::Command { command: script.display().to_string(), why };
    let status = Command::new(&script)
        .arg(release.join(BINARY_FILE))
        .arg(out)
        .arg(images.path())
        .arg(release.join(RELEASE_FILE))
        .stdin(Stdio::null())
        .status()
        .map_err(|error| failed(error.to_string()))?;
    if status.success() { Ok(()) } else { Err(failed(format!("{status}; its own words stand above"))) }
}

/// Writes the bill of the disk in `out`, in place of the packages' database that the bake took from it.
fn bill(release: &Manifest, out: &Path) -> Result<Digest, ReleaseError> {
    let database = out.join(PACKAGES_FILE);
    let packages = debian::installed(&fs::read_to_string(&database).at("read", &database)?)?;
    let bill = bom::machine_bill(release, &packages)?;
    let path = out.join(BOM_FILE);
    fs::write(&path, &bill).at("write", &path)?;
    fs::remove_file(&database).at("remove", &database)?;
    Ok(digest_of(&bill))
}

/// The first file that is not the same on both disks.
fn differs(a: &Path, b: &Path) -> Result<String, ReleaseError> {
    let [a, b] = [fs::read_to_string(a).at("read", a)?, fs::read_to_string(b).at("read", b)?];
    let line = a.lines().zip(b.lines()).find(|(a, b)| a != b).map(|(a, _)| a);
    let line = line.unwrap_or("the number of files");
    Ok(line.split('\t').next().unwrap_or(line).to_owned())
}
