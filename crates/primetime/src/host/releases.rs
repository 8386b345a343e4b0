//! The releases of a host: folders that were signed, each started as its name says or not at all.

use std::{fs, path::PathBuf};

use drivers::{Caps, Program, Purpose, Spec};
use objects::keys::KeyRing;

/// Where they are, and how they are started.
pub struct Releases {
    /// A folder for each, by name.
    pub dir: PathBuf,
    /// Whose signatures count.
    pub ring: KeyRing,
    /// The host's own, as it was typed.
    pub configuration: Vec<String>,
    /// For instances besides.
    pub arguments: Vec<String>,
}

impl Releases {
    /// How a release is started. Its binary is read and compared with what was signed each time: what is changed later is not run.
    pub fn program(&self, release: &str, purpose: Purpose) -> Result<Spec, String> {
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
        Ok(Spec { release: release.to_owned(), program: Program::Binary(binary), arguments, caps: Caps::default() })
    }

    /// Those that are there, in order.
    pub fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.dir).into_iter().flatten().flatten();
        let folders = entries.filter(|entry| entry.path().join(release::RELEASE_FILE).is_file());
        let mut names: Vec<_> = folders.filter_map(|entry| entry.file_name().into_string().ok()).collect();
        names.sort();
        names
    }
}
