//! `restore`: everything is checked in a folder beside, and gets its name when it is whole.

use std::{
    fs::{self, DirBuilder, File},
    io::BufReader,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
    sync::Arc,
};

use edition::{Follower, Outcome};
use objects::{Key, Objects};
use store::{Location, Store};

use super::{
    files::{copy_checked, sync_all},
    manifest::{Manifest, Part, What},
};
use crate::{
    commands::show,
    config::{Config, Trusted},
    data::DataDir,
    failed::{Doing, Failed},
    keys::{self, Purpose},
};

/// Makes an installation out of a backup, or leaves nothing.
pub async fn restore(config: Config, from: PathBuf) -> Result<(), Failed> {
    let manifest = Manifest::read(&from)?
        .ok_or_else(|| Failed::new(format!("there is no backup in {}: no manifest", from.display())))?;
    let Some(wanted) = &config.database else {
        return Err(Failed::new("this needs a database: leave database.path unset, or set database.url"));
    };
    if config.objects.is_some() {
        return Err(Failed::new(
            "a restore fills a folder of objects: leave objects.url unset, and copy the folder to the bucket",
        ));
    }
    let data = absolute(&config.data_dir)?;
    refuse_filled(&data)?;
    let making = Making::new(&data)?;
    let location = making.location(wanted, &data)?;
    let (dir, source, trusted) = (making.dir.clone(), from.clone(), config.trusted.clone());
    let parts = tokio::task::spawn_blocking(move || files(&source, manifest, &dir, &trusted)).await;
    let (dump, objects) = parts.doing(|| "restore the files".into())??;
    let mut fresh = match &location {
        Location::Sqlite(path) if !path.starts_with(&making.dir) => Fresh(Some(path.clone())),
        _ => Fresh(None),
    };
    let store = Store::open_at(&location, &config.database_options())
        .await
        .map_err(|error| Failed::at("the database did not open", error))?;
    let file = File::open(&dump).doing(|| format!("open {}", dump.display()))?;
    let loaded = store.load(&mut BufReader::with_capacity(1 << 20, file)).await;
    let tallies = loaded.doing(|| "fill the database".into())?;
    store.close().await;
    making.finish(&data)?;
    fresh.0 = None;
    let rows: u64 = tallies.iter().map(|(_, tally)| tally.rows).sum();
    show(&format!(
        "{} holds {objects} objects, {wanted} {rows} rows: all of the backup, compared.\n",
        data.display()
    ))
}

/// A SQLite file outside the data folder, which goes with what failed.
struct Fresh(Option<PathBuf>);

impl Drop for Fresh {
    fn drop(&mut self) {
        let Some(path) = self.0.take() else { return };
        for end in ["", "-wal", "-shm"] {
            let mut path = path.clone().into_os_string();
            path.push(end);
            let _ = fs::remove_file(path);
        }
    }
}

/// The folder in which everything is made ready; removed when it is dropped before [`Making::finish`].
struct Making {
    dir: PathBuf,
}

impl Drop for Making {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.dir);
    }
}

impl Making {
    fn new(data: &Path) -> Result<Self, Failed> {
        let mut dir = data.as_os_str().to_owned();
        dir.push(".restoring");
        let dir = PathBuf::from(dir);
        let doing = || format!("make {}", dir.display());
        // Left by one that was killed.
        if dir.exists() {
            fs::remove_dir_all(&dir).doing(doing)?;
        }
        fs::create_dir_all(&dir).doing(doing)?;
        Ok(Self { dir })
    }

    /// Where the database is made: a file in the data folder is made beside it first.
    fn location(&self, wanted: &Location, data: &Path) -> Result<Location, Failed> {
        let Location::Sqlite(path) = wanted else { return Ok(wanted.clone()) };
        let path = absolute(path)?;
        match path.strip_prefix(data) {
            Ok(inside) => Ok(Location::Sqlite(self.dir.join(inside))),
            Err(_) if path.exists() => Err(Failed::new(format!(
                "{} is there already: a restore needs a new database",
                path.display()
            ))),
            Err(_) => Ok(Location::Sqlite(path)),
        }
    }

    fn finish(self, data: &Path) -> Result<(), Failed> {
        let doing = || format!("make {}", data.display());
        sync_all(&self.dir)?;
        if data.exists() {
            fs::remove_dir(data).doing(doing)?;
        }
        fs::rename(&self.dir, data).doing(doing)?;
        sync_all(data)
    }
}

fn absolute(path: &Path) -> Result<PathBuf, Failed> {
    std::path::absolute(path).doing(|| format!("find {}", path.display()))
}

fn refuse_filled(data: &Path) -> Result<(), Failed> {
    let filled = data.exists()
        && fs::read_dir(data).doing(|| format!("look into {}", data.display()))?.next().is_some();
    if filled {
        return Err(Failed::new(format!(
            "{} is not empty: restore into a new folder with --data, and keep this one until all is well",
            data.display()
        )));
    }
    Ok(())
}

/// Brings every file and object to its place, checked; where the dump is, and how many objects there are.
fn files(from: &Path, manifest: Manifest, dir: &Path, trusted: &Trusted) -> Result<(PathBuf, u64), Failed> {
    let data = DataDir::open(dir)?;
    let objects = Objects::folder(&data.objects()).doing(|| "open the folder of objects".into())?;
    let (mut dump, mut count, mut announced) = (None, 0, false);
    for Part { what, bytes, blake3 } in &manifest.parts {
        let file = from.join("files").join(blake3);
        let sum = (*bytes, blake3.as_str());
        match what {
            What::Database => {
                copy_checked(&file, &mut std::io::sink(), sum)?;
                dump = Some(file);
            }
            What::Current | What::Takedowns => {
                let is_edition = *what == What::Current;
                let key = if is_edition { Key::current_edition() } else { Key::current_takedowns() };
                let mut text = Vec::new();
                copy_checked(&file, &mut text, sum)?;
                objects.replace(&key, &text).doing(|| format!("restore {key}"))?;
                announced |= is_edition;
            }
            What::Object(name) => {
                let key: Key = name.parse().doing(|| format!("restore {name}"))?;
                let doing = || format!("restore the object {key}");
                let path = objects.scratch().join("restored");
                let mut draft = File::create(&path).doing(doing)?;
                copy_checked(&from.join("objects").join(name), &mut draft, sum)?;
                objects.put_file(&key, &path).doing(doing)?;
                count += 1;
            }
            What::Key(name) => place(&file, &dir.join("keys"), name, sum, (0o755, 0o644))?,
            What::Secret(name) => place(&file, &dir.join("secrets"), name, sum, (0o700, 0o600))?,
        }
    }
    let dump = dump.ok_or_else(|| Failed::new("the backup has no database in it: use another one"))?;
    if announced {
        // Signature, hashes and every value of the edition that viewers would see.
        let ring = keys::ring(&data, Purpose::Edition, trusted)?;
        if let Outcome::Kept { error, .. } = Follower::new(Arc::new(objects), ring).poll() {
            return Err(Failed::at("the backup's edition is damaged: use another backup", error));
        }
    }
    Ok((dump, count))
}

fn place(
    file: &Path,
    folder: &Path,
    name: &str,
    sum: (u64, &str),
    (folder_mode, mode): (u32, u32),
) -> Result<(), Failed> {
    let path = folder.join(name);
    let doing = || format!("write {}", path.display());
    DirBuilder::new().recursive(true).mode(folder_mode).create(folder).doing(doing)?;
    let mut out = fs::OpenOptions::new().create_new(true).write(true).mode(mode).open(&path).doing(doing)?;
    copy_checked(file, &mut out, sum)
}
