//! The releases of a host: folders that were signed, each started as its name says or not at all; what is started is their binary, or
//! the image of theirs that podman has.

use std::{
    fs,
    path::{Path, PathBuf},
};

use drivers::{Caps, Image, Program, Purpose, Spec};
use objects::keys::KeyRing;
use release::{Manifest, ReleaseError};

/// Where they are, and how they are started.
pub enum Releases {
    /// For processes.
    Folder(Folder),
    /// For containers.
    Images(Images),
}

impl Releases {
    /// How a release is started.
    pub fn program(&self, release: &str, purpose: Purpose) -> Result<Spec, String> {
        match self {
            Self::Folder(folder) => folder.program(release, purpose),
            Self::Images(images) => images.program(release, purpose),
        }
    }

    /// Where they are and which, for somebody who has to choose.
    pub fn said(&self) -> String {
        match self {
            Self::Folder(folder) => folder.signed.said(),
            Self::Images(Images { repository, signed, .. }) => {
                format!("{}; `podman images {repository}` has their images, by release", signed.said())
            }
        }
    }
}

/// Images by one name, the release as their tag. Podman compares no signatures of ours: what it has is compared with what was signed.
pub struct Images {
    pub signed: Signed,
    pub repository: String,
    /// What follows `serve`.
    pub arguments: Vec<String>,
    pub caps: Caps,
}

impl Images {
    fn program(&self, release: &str, purpose: Purpose) -> Result<Spec, String> {
        // The name comes from outside, and must not be another image's.
        release.parse::<objects::ImageTag>().map_err(|error| format!("{release}: {error}"))?;
        let ids = self.signed.read(release, release::image_ids)?;
        let name = format!("{}:{release}", self.repository);
        let image = Image { name, ids: ids.iter().map(|id| id.digest().to_owned()).collect() };
        let mut arguments = vec![command(purpose)];
        if purpose == Purpose::Serve {
            arguments.extend(self.arguments.iter().cloned());
        }
        Ok(Spec { release: release.to_owned(), program: Program::Image(image), arguments, caps: self.caps })
    }
}

/// Binaries of signed folders.
pub struct Folder {
    pub signed: Signed,
    /// The host's own, as it was typed.
    pub configuration: Vec<String>,
    /// For instances besides.
    pub arguments: Vec<String>,
}

impl Folder {
    /// How a release is started. Its binary is read and compared with what was signed each time: what is changed later is not run.
    fn program(&self, release: &str, purpose: Purpose) -> Result<Spec, String> {
        let binary = self.signed.read(release, release::binary)?;
        let binary =
            binary.canonicalize().map_err(|error| format!("cannot find {}: {error}", binary.display()))?;
        let mut arguments = vec![command(purpose)];
        arguments.extend(self.configuration.iter().cloned());
        if purpose == Purpose::Serve {
            arguments.extend(self.arguments.iter().cloned());
        }
        Ok(Spec {
            release: release.to_owned(),
            program: Program::Binary(binary),
            arguments,
            caps: Caps::default(),
        })
    }
}

fn command(purpose: Purpose) -> String {
    match purpose {
        Purpose::Serve => "serve".to_owned(),
        Purpose::Migrate => "migrate".to_owned(),
    }
}

/// Signed folders.
pub struct Signed {
    /// A folder for each, by name.
    pub dir: PathBuf,
    /// Whose signatures count.
    pub ring: KeyRing,
}

impl Signed {
    /// What `part` finds in a release, if it is as it was signed, and by this name.
    fn read<T>(
        &self,
        release: &str,
        part: impl Fn(&Path, &KeyRing) -> Result<(Manifest, T), ReleaseError>,
    ) -> Result<T, String> {
        let dir = self.dir.join(release);
        // The name comes from outside.
        if !self.names().iter().any(|name| name == release) {
            return Err(format!("there is no release {release} in {}: copy it there", self.dir.display()));
        }
        let (manifest, found) = part(&dir, &self.ring)
            .map_err(|error| format!("the release in {} is not to be used: {error}", dir.display()))?;
        if manifest.name != release {
            return Err(format!("what lies in {} is the release {}", dir.display(), manifest.name));
        }
        Ok(found)
    }

    fn said(&self) -> String {
        let all = self.names().join(", ");
        let all = if all.is_empty() { "none; `primetime release build` makes one" } else { &all };
        format!("in {} there are: {all}", self.dir.display())
    }

    /// Those that are there, in order.
    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.dir).into_iter().flatten().flatten();
        let folders = entries.filter(|entry| entry.path().join(release::RELEASE_FILE).is_file());
        let mut names: Vec<_> = folders.filter_map(|entry| entry.file_name().into_string().ok()).collect();
        names.sort();
        names
    }
}
