//! The releases of a host: folders that were signed, each started as its name says or not at all; or images that podman has.

use std::{fs, path::PathBuf};

use drivers::{Caps, Program, Purpose, Spec};
use objects::keys::KeyRing;

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
            Self::Folder(folder) => {
                let all = folder.names().join(", ");
                let all = if all.is_empty() { "none; `primetime release build` makes one" } else { &all };
                format!("in {} there are: {all}", folder.dir.display())
            }
            Self::Images(Images { repository, .. }) => {
                format!("`podman images {repository}` has them, each by its release as tag")
            }
        }
    }
}

/// Images by one name, the release as their tag. What they hold is trusted as they were loaded: podman compares no signatures of ours.
pub struct Images {
    pub repository: String,
    /// What follows `serve`.
    pub arguments: Vec<String>,
    pub caps: Caps,
}

impl Images {
    fn program(&self, release: &str, purpose: Purpose) -> Result<Spec, String> {
        // The name comes from outside, and must not be another image's.
        release.parse::<objects::ImageTag>().map_err(|error| format!("{release}: {error}"))?;
        let arguments = match purpose {
            Purpose::Serve => {
                ["serve".to_owned()].into_iter().chain(self.arguments.iter().cloned()).collect()
            }
            Purpose::Migrate => vec!["migrate".to_owned()],
        };
        let program = Program::Image(format!("{}:{release}", self.repository));
        Ok(Spec { release: release.to_owned(), program, arguments, caps: self.caps })
    }
}

/// Signed folders.
pub struct Folder {
    /// A folder for each, by name.
    pub dir: PathBuf,
    /// Whose signatures count.
    pub ring: KeyRing,
    /// The host's own, as it was typed.
    pub configuration: Vec<String>,
    /// For instances besides.
    pub arguments: Vec<String>,
}

impl Folder {
    /// How a release is started. Its binary is read and compared with what was signed each time: what is changed later is not run.
    fn program(&self, release: &str, purpose: Purpose) -> Result<Spec, String> {
        let dir = self.dir.join(release);
        // The name comes from outside.
        if !self.names().iter().any(|name| name == release) {
            return Err(format!("there is no release {release} in {}: copy it there", self.dir.display()));
        }
        let (manifest, binary) = release::binary(&dir, &self.ring)
            .map_err(|error| format!("the release in {} is not to be used: {error}", dir.display()))?;
        if manifest.name != release {
            return Err(format!("what lies in {} is the release {}", dir.display(), manifest.name));
        }
        let binary =
            binary.canonicalize().map_err(|error| format!("cannot find {}: {error}", binary.display()))?;
        let mut arguments = vec![match purpose {
            Purpose::Serve => "serve".to_owned(),
            Purpose::Migrate => "migrate".to_owned(),
        }];
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

    /// Those that are there, in order.
    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.dir).into_iter().flatten().flatten();
        let folders = entries.filter(|entry| entry.path().join(release::RELEASE_FILE).is_file());
        let mut names: Vec<_> = folders.filter_map(|entry| entry.file_name().into_string().ok()).collect();
        names.sort();
        names
    }
}
