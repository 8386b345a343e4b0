//! The releases of a host: folders that were signed, each started as its name says or not at all; what is started is their binary, or
//! the image of theirs that podman has.

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use drivers::{Caps, Image, Program, Purpose, Spec, Unready};
use objects::{ImageTag, keys::KeyRing};
use release::{Manifest, ReleaseError};

use super::{fetch::Fetcher, verified::Verified};

/// Where they are, and how they are started.
pub enum Releases {
    /// For processes.
    Folder(Folder),
    /// For containers.
    Images(Images),
}

impl Releases {
    /// How a release is started. One that is not here is fetched.
    pub fn program(&self, release: &str, purpose: Purpose) -> Result<Spec, Unready> {
        match self {
            Self::Folder(folder) => folder.program(release, purpose),
            Self::Images(images) => images.program(release, purpose),
        }
    }

    /// Begins to fetch a release that will be needed, if it is not here.
    pub fn expect(&self, release: &str) {
        let signed = match self {
            Self::Folder(folder) => &folder.signed,
            Self::Images(images) => &images.signed,
        };
        // What is wrong with it is said when it is to be started.
        let _ = signed.here(release);
    }

    /// The folder in which they are.
    pub fn dir(&self) -> &Path {
        match self {
            Self::Folder(folder) => &folder.signed.dir,
            Self::Images(images) => &images.signed.dir,
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
    /// What podman does not have is pulled from here.
    pub registry: Option<SocketAddr>,
    /// What follows `serve`.
    pub arguments: Vec<String>,
    pub caps: Caps,
}

impl Images {
    fn program(&self, release: &str, purpose: Purpose) -> Result<Spec, Unready> {
        let both = |dir: &Path, ring: &KeyRing| {
            release::image_ids(dir, ring).map(|(manifest, ids)| (manifest.clone(), (manifest.images, ids)))
        };
        let (images, ids) = self.signed.read(release, both)?;
        let from = self.registry.map(|registry| self.pulled_as(registry, &images)).transpose()?;
        let name = format!("{}:{release}", self.repository);
        let image = Image { name, ids: ids.iter().map(|id| id.digest().to_owned()).collect(), from };
        let mut arguments = vec![command(purpose)];
        if purpose == Purpose::Serve {
            arguments.extend(self.arguments.iter().cloned());
        }
        Ok(Spec { release: release.to_owned(), program: Program::Image(image), arguments, caps: self.caps })
    }
}

impl Images {
    /// Where the registry has the image that podman shall have by our name.
    fn pulled_as(&self, registry: SocketAddr, images: &[release::Image]) -> Result<String, Unready> {
        let wanted = self.repository.rsplit('/').next().unwrap_or_default();
        let Some(image) = images.iter().find(|image| image.name == wanted) else {
            let all: Vec<&str> = images.iter().map(|image| image.name.as_str()).collect();
            return Err(Unready::Wrong(format!(
                "the release has no image {wanted} to pull; it has {}: name one of them after the last `/` of --image",
                all.join(", ")
            )));
        };
        Ok(format!("{registry}/{}@{}", image.name, image.digest))
    }
}

/// Binaries of signed folders.
pub struct Folder {
    pub signed: Signed,
    pub verified: Verified,
    /// The host's own, as it was typed.
    pub configuration: Vec<String>,
    /// For instances besides.
    pub arguments: Vec<String>,
}

impl Folder {
    /// How a release is started. Its binary is compared with what was signed: what is changed later is not run.
    fn program(&self, release: &str, purpose: Purpose) -> Result<Spec, Unready> {
        let dir = self.signed.dir.join(release);
        let binary = self.verified.binary(&dir, || self.signed.read(release, release::binary))?;
        let lost = |error| Unready::Wrong(format!("cannot find {}: {error}", binary.display()));
        let binary = binary.canonicalize().map_err(lost)?;
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
    /// Brings those that are not there.
    pub fetcher: Fetcher,
}

impl Signed {
    /// What `part` finds in a release, if it is as it was signed, and by this name.
    fn read<T>(
        &self,
        release: &str,
        part: impl Fn(&Path, &KeyRing) -> Result<(Manifest, T), ReleaseError>,
    ) -> Result<T, Unready> {
        self.here(release)?;
        let dir = self.dir.join(release);
        let (manifest, found) = part(&dir, &self.ring).map_err(|error| {
            Unready::Wrong(format!(
                "the release in {} is not to be used: {error}; remove that folder, and it is fetched anew from the store",
                dir.display()
            ))
        })?;
        if manifest.name != release {
            let said = format!("what lies in {} is the release {}", dir.display(), manifest.name);
            return Err(Unready::Wrong(said));
        }
        Ok(found)
    }

    /// Whether it is there; it is on its way if not.
    fn here(&self, release: &str) -> Result<(), Unready> {
        // The name comes from outside: it must be no path, and no other image's.
        let name: ImageTag =
            release.parse().map_err(|error| Unready::Wrong(format!("{release}: {error}")))?;
        if self.dir.join(release).join(release::RELEASE_FILE).is_file() {
            return Ok(());
        }
        Err(self.fetcher.bring(name))
    }

    fn said(&self) -> String {
        let all = self.names().join(", ");
        let none =
            "none; `primetime release build` makes one, and `release push` puts it where hosts fetch it";
        let all = if all.is_empty() { none } else { &all };
        format!("in {} there are: {all}", self.dir.display())
    }

    /// Those that are there, in order.
    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.dir).into_iter().flatten().flatten();
        let folders = entries.filter(|entry| entry.path().join(release::RELEASE_FILE).is_file());
        let names = folders.filter_map(|entry| entry.file_name().into_string().ok());
        let mut names: Vec<_> = names.filter(|name| !name.starts_with('.')).collect();
        names.sort();
        names
    }
}
