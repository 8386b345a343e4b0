//! The data folder: what stands in it, who may use it, and its secrets.

use std::{
    collections::BTreeMap,
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read, Write},
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
};

use domain::Rng;
use rustix::fs::{FlockOperation, flock};
use store::Location;

use crate::{
    config::Config,
    failed::{Doing, Failed},
};

/// The folder that one installation keeps everything in.
#[derive(Debug, Clone)]
pub struct DataDir {
    path: PathBuf,
    /// Where secrets were handed over.
    handed: Option<PathBuf>,
}

impl DataDir {
    /// Opens it, and makes it if it is not there.
    pub fn open(path: &Path) -> Result<Self, Failed> {
        fs::create_dir_all(path).doing(|| format!("make the data folder {}", path.display()))?;
        Ok(Self { path: path.to_owned(), handed: None })
    }

    /// The one that the configuration names, with the secrets that were handed over.
    pub fn of(config: &Config) -> Result<Self, Failed> {
        Ok(Self { handed: config.secrets_dir.clone(), ..Self::open(&config.data_dir)? })
    }

    /// The one that the configuration names, for a command that must find an installation there: nothing is made. Whether a database on a
    /// server is one's is seen when it is opened.
    pub fn found(config: &Config) -> Result<Self, Failed> {
        let data = Self::as_it_is(config);
        let missing = match (&config.database, &config.objects) {
            _ if !data.path.is_dir() => Some(data.path.clone()),
            (Some(Location::Sqlite(path)), _) => Some(path.clone()).filter(|path| !path.exists()),
            (_, Some(_)) => None,
            (_, None) => Some(data.objects()).filter(|objects| !objects.is_dir()),
        };
        match missing {
            None => Ok(data),
            Some(path) => Err(data.holds_none(&format!("there is no {}", path.display()))),
        }
    }

    /// The one that the configuration names, for whoever only reads what may be in it: it may be missing, and stays so.
    pub fn as_it_is(config: &Config) -> Self {
        Self { path: config.data_dir.clone(), handed: config.secrets_dir.clone() }
    }

    /// What is said where there should be an installation, and why it is none.
    pub fn holds_none(&self, why: &str) -> Failed {
        let path = std::path::absolute(&self.path).unwrap_or_else(|_| self.path.clone());
        let words = format!(
            "there is no installation in {}, and this command makes none: name its folder by --data, or its configuration by --config",
            path.display()
        );
        Failed::at(words, why)
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where objects are.
    pub fn objects(&self) -> PathBuf {
        self.path.join("objects")
    }

    /// What is local when objects are in a bucket: files in the making, and copies.
    pub fn copies(&self) -> PathBuf {
        self.path.join("objects-local")
    }

    /// Takes the right to serve from this folder; it is given back when the value is dropped or the process ends, however. On a
    /// database that several processes share they share the folder too; a SQLite file is served by one.
    pub fn lock(&self, shared: bool) -> Result<File, Failed> {
        let (file, path) = self.lock_file("serve.lock")?;
        match if shared { file.try_lock_shared() } else { file.try_lock() } {
            Ok(()) => Ok(file),
            Err(TryLockError::WouldBlock) => Err(Failed::new(format!(
                "another `primetime serve` is using {}: stop it, or choose another folder with --data; \
                 a second process for viewers alone runs with --roles site,origin --set database.path=none; \
                 several of every kind share a database of PostgreSQL (database.url)",
                self.path.display()
            ))),
            Err(TryLockError::Error(error)) => {
                Err(Failed::at(format!("cannot lock {}", path.display()), error))
            }
        }
    }

    /// Says that this process may have files in the making, for as long as the value lives. The first of several has `clear`
    /// run before any other goes on: what earlier processes left half-written is nobody's then.
    pub fn in_the_making(&self, clear: impl FnOnce() -> Result<(), Failed>) -> Result<File, Failed> {
        let (file, path) = self.lock_file("scratch.lock")?;
        let doing = || format!("lock {}", path.display());
        match file.try_lock() {
            Ok(()) => clear()?,
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) => return Err(error).doing(doing),
        }
        // Waits for whoever clears, which is quick; an exclusive lock of our own becomes a shared one (flock(2)).
        flock(&file, FlockOperation::LockShared).doing(doing)?;
        Ok(file)
    }

    fn lock_file(&self, name: &str) -> Result<(File, PathBuf), Failed> {
        let path = self.path.join(name);
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .doing(|| format!("open {}", path.display()))?;
        Ok((file, path))
    }

    /// All secrets by their names: of this folder, and those that were handed over, which win.
    pub fn secrets(&self) -> io::Result<BTreeMap<String, PathBuf>> {
        let mut all = named_files(&self.path.join("secrets"))?;
        if let Some(handed) = &self.handed {
            all.extend(named_files(handed)?);
        }
        Ok(all)
    }

    /// A secret of the installation. Where secrets are handed over it must be among them: one that each host drew for itself would be
    /// believed by no other. Elsewhere it is in this folder.
    pub fn secret(&self, name: &str, make: impl FnOnce() -> String) -> Result<String, Failed> {
        let Some(handed) = &self.handed else { return self.own_secret(name, make) };
        let path = handed.join(name);
        read_secret(&path).doing(|| format!("read the secret {}", path.display()))?.ok_or_else(|| {
            Failed::new(format!(
                "the secret {name} was not handed over: there is no {}; put it where secrets.url says, from the folder `secrets` of \
                 whoever has it",
                path.display()
            ))
        })
    }

    /// A secret of this folder as it was written when it was first needed: `make` draws it then. Only the owner may read it.
    pub fn own_secret(&self, name: &str, make: impl FnOnce() -> String) -> Result<String, Failed> {
        let dir = self.path.join("secrets");
        let path = dir.join(name);
        let doing = || format!("keep the secret {}", path.display());
        if !dir.exists() {
            fs::DirBuilder::new().recursive(true).mode(0o700).create(&dir).doing(doing)?;
        }
        if let Some(text) = read_secret(&path).doing(doing)? {
            return Ok(text);
        }
        // Another process may be doing the same: whoever links first wins, and both read what stands there then.
        // Of a name of its own: processes in containers have one number, and may share the folder.
        let mut draft =
            tempfile::Builder::new().prefix(&format!(".{name}.")).tempfile_in(&dir).doing(doing)?;
        draft.write_all(make().as_bytes()).and_then(|()| draft.as_file().sync_all()).doing(doing)?;
        match draft.persist_noclobber(&path) {
            Err(error) if error.error.kind() != io::ErrorKind::AlreadyExists => {
                return Err(error.error).doing(doing);
            }
            _ => File::open(&dir).and_then(|dir| dir.sync_all()).doing(doing)?,
        }
        read_secret(&path)
            .doing(doing)?
            .ok_or_else(|| Failed::new(format!("the secret {} vanished", path.display())))
    }
}

/// The files of a folder by their names, none where there is no folder; drafts of other processes begin with a dot.
pub fn named_files(dir: &Path) -> io::Result<BTreeMap<String, PathBuf>> {
    let mut files = BTreeMap::new();
    if !dir.exists() {
        return Ok(files);
    }
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if !name.starts_with('.') && path.is_file() {
            files.insert(name, path);
        }
    }
    Ok(files)
}

/// A secret in a file that only its owner may read; `None` when there is no such file.
pub fn read_secret(path: &Path) -> io::Result<Option<String>> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    if web::tls::is_exposed(&file.metadata()?) {
        return Err(io::Error::other(
            "others may read it: run chmod 600 on it, and draw a new one if somebody did",
        ));
    }
    let mut text = String::new();
    file.take(4096).read_to_string(&mut text)?;
    match text.trim() {
        "" => Err(io::Error::other("it is empty: restore it from a backup, or remove it to draw a new one")),
        text => Ok(Some(text.to_owned())),
    }
}

/// A random word of 256 bits in hexadecimal, for tokens that people or scripts pass on.
pub fn random_word(rng: &dyn Rng) -> String {
    let mut bits = [0u8; 32];
    rng.fill(&mut bits);
    bits.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_secret_is_drawn_once_and_only_its_owner_may_read_it() {
        let dir = tempfile::tempdir().unwrap();
        let data = DataDir::open(dir.path()).unwrap();
        assert_eq!(data.secret("a.key", || "first".into()).unwrap(), "first");
        assert_eq!(data.secret("a.key", || "second".into()).unwrap(), "first");
        let path = dir.path().join("secrets/a.key");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(data.secret("a.key", || "third".into()).unwrap_err().to_string().contains("chmod 600"));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        fs::write(&path, "").unwrap();
        assert!(data.secret("a.key", || "third".into()).unwrap_err().to_string().contains("empty"));
    }

    #[test]
    fn secrets_that_are_handed_over_are_never_drawn_beside_a_hosts_own() {
        let (dir, handed) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let data = DataDir { handed: Some(handed.path().into()), ..DataDir::open(dir.path()).unwrap() };
        let path = handed.path().join("token.key");
        let refusal = data.secret("token.key", || "drawn".into()).unwrap_err().to_string();
        assert!(refusal.contains("token.key was not handed over"), "{refusal}");
        fs::write(&path, "shared\n").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        assert_eq!(data.secret("token.key", || "drawn".into()).unwrap(), "shared");
        assert_eq!(data.own_secret("host.id", || "drawn".into()).unwrap(), "drawn");
        assert!(!dir.path().join("secrets/token.key").exists() && !handed.path().join("host.id").exists());
    }

    #[test]
    fn one_folder_serves_once_unless_its_database_is_shared() {
        let dir = tempfile::tempdir().unwrap();
        let data = DataDir::open(dir.path()).unwrap();
        let held = data.lock(false).unwrap();
        for shared in [false, true] {
            let refusal = data.lock(shared).unwrap_err().to_string();
            assert!(refusal.contains("another `primetime serve`") && refusal.contains("--data"), "{refusal}");
        }
        drop(held);
        let both = [data.lock(true).unwrap(), data.lock(true).unwrap()];
        assert!(data.lock(false).is_err());
        drop(both);
        data.lock(false).unwrap();
    }

    #[test]
    fn only_the_first_clears_what_was_left() {
        let dir = tempfile::tempdir().unwrap();
        let data = DataDir::open(dir.path()).unwrap();
        let mut cleared = 0;
        let mut enter = || {
            data.in_the_making(|| {
                cleared += 1;
                Ok(())
            })
            .unwrap()
        };
        let (first, second) = (enter(), enter());
        drop(first);
        let third = enter();
        drop((second, third));
        enter();
        assert_eq!(cleared, 2);
    }
}
