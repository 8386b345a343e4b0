//! `restore`: everything is checked in a folder beside, and gets its name when it is whole. A bucket is filled where it is: what is
//! announced goes there last, so that nobody sees it before it is whole, and a restore that was stopped goes on.

use std::{
    fs::{self, DirBuilder, File},
    io::BufReader,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use domain::Timestamp;
use edition::Edition;
use objects::{
    Key, Objects,
    announce::{self, CurrentEdition},
    keys::KeyRing,
};
use store::{CopyError, Location, Store};

use super::{
    files::copy_checked,
    making::Making,
    manifest::{Manifest, Part, What},
    target,
    withdrawn::Withdrawn,
};
use crate::{
    app::App,
    commands::show,
    config::Config,
    failed::{Doing, Failed},
    keys::{self, Purpose},
};

/// Makes an installation out of a backup, or leaves nothing; in a bucket, nothing that anybody sees. `takedowns`: a file that
/// announces what was taken down since.
pub async fn restore(config: Config, from: PathBuf, takedowns: Option<PathBuf>) -> Result<(), Failed> {
    let manifest = Manifest::read(&from)?
        .ok_or_else(|| Failed::new(format!("there is no backup in {}: no manifest", from.display())))?;
    let Some(wanted) = config.database.clone() else {
        return Err(Failed::new("this needs a database: leave database.path unset, or set database.url"));
    };
    let making = Making::begin(&config.data_dir)?;
    let location = making.location(&wanted)?;
    let (dir, remote, at) = (making.dir.clone(), config.objects.is_some(), Timestamp(manifest.at));
    let files = blocking({
        let from = from.clone();
        move || Files::place(&from, manifest, &dir, remote)
    });
    let files = files.await?;
    let mut fresh = match &location {
        Location::Sqlite(path) if !path.starts_with(&making.dir) => Fresh(Some(path.clone())),
        _ => Fresh(None),
    };
    let app = App::open(Config { data_dir: making.dir.clone(), database: Some(location), ..config }).await?;
    // Nothing is written to a bucket or database before all of this is well.
    let (files, ring, withdrawn) = blocking({
        let app = app.clone();
        move || {
            let ring = files.ring(&app)?;
            if remote {
                target::refuse_filled(&app.objects, &files.manifest, &files.announced(), &ring)?;
            }
            let withdrawn = Withdrawn::new(&app, &ring, files.takedowns.clone(), takedowns.as_deref())?;
            Ok((files, ring, withdrawn))
        }
    })
    .await?;
    let store = app.store()?;
    let filled = is_filled(store, &files.dump).await?;
    let (files, ring, brought) = blocking({
        let objects = app.objects.clone();
        move || {
            let brought = target::fill(&objects, &from, &files.manifest)?;
            if let Some(current) = &files.current {
                check_edition(&objects, current, &ring)?;
            }
            Ok((files, ring, brought))
        }
    })
    .await?;
    if !filled {
        store.load(&mut open(&files.dump)?).await.doing(|| "fill the database".into())?;
    }
    let tallies = store.tallies().await.doing(|| "count the rows".into())?;
    let rows: u64 = tallies.iter().map(|(_, tally)| tally.rows).sum();
    let since = withdrawn.keep(&app).await?;
    // The last: from here on viewers see it.
    let place = blocking({
        let objects = app.objects.clone();
        move || {
            for (key, bytes) in &files.tags {
                objects.put(key, bytes).doing(|| format!("restore {key}"))?;
            }
            if let Some(golden) = &files.golden {
                objects.put(&Key::golden_catalogue(), golden).doing(|| "name the golden images".into())?;
            }
            if let Some(current) = &files.current {
                announce(&objects, current, &ring)?;
            }
            Ok(objects.check(false).doing(|| "look into the bucket".into())?.name)
        }
    })
    .await?;
    store.close().await;
    let data = making.finish()?;
    fresh.0 = None;
    show(&format!(
        "{} holds {} objects ({} were there), {wanted} {rows} rows: all of the backup, compared.\n",
        if remote { place } else { data.display().to_string() },
        brought.new + brought.there,
        brought.there
    ))?;
    show(&since.words(at))
}

fn announce(objects: &Objects, current: &[u8], ring: &KeyRing) -> Result<(), Failed> {
    match announce::restore::<CurrentEdition>(objects, current, ring)
        .doing(|| "announce the edition".into())?
    {
        true => Ok(()),
        false => Err(Failed::new("another edition was announced meanwhile: somebody else uses the bucket")),
    }
}

/// Runs what waits for disks and networks.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failed> + Send + 'static,
) -> Result<T, Failed> {
    tokio::task::spawn_blocking(work).await.doing(|| "restore".into())?
}

fn open(path: &Path) -> Result<BufReader<File>, Failed> {
    let file = File::open(path).doing(|| format!("open {}", path.display()))?;
    Ok(BufReader::with_capacity(1 << 20, file))
}

/// Is the database filled already, by a restore of this backup that was stopped later? One that holds anything else is refused.
async fn is_filled(store: &Store, dump: &Path) -> Result<bool, Failed> {
    let doing = || "fill the database".to_owned();
    match store.must_be_empty().await {
        Ok(()) => Ok(false),
        Err(error @ CopyError::NotEmpty(_)) => match store.holds(&mut open(dump)?).await.doing(doing)? {
            true => Ok(true),
            false => Err(error).doing(doing),
        },
        Err(error) => Err(error).doing(doing),
    }
}

/// Signature, hashes and every value of the edition that viewers would see.
fn check_edition(objects: &Objects, current: &[u8], ring: &KeyRing) -> Result<(), Failed> {
    let damaged = "the backup's edition is damaged: use another backup";
    let current = announce::parse::<CurrentEdition>(current, ring).map_err(|e| Failed::at(damaged, e))?;
    Edition::open(objects, &current).map(drop).map_err(|error| Failed::at(damaged, error))
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

/// What a backup holds besides objects, checked.
struct Files {
    manifest: Manifest,
    dump: PathBuf,
    current: Option<Vec<u8>>,
    takedowns: Option<Vec<u8>>,
    golden: Option<Vec<u8>>,
    tags: Vec<(Key, Vec<u8>)>,
}

impl Files {
    /// Checks every file and, before a bucket is touched, every object; keys and secrets are brought to their place.
    fn place(from: &Path, manifest: Manifest, dir: &Path, remote: bool) -> Result<Self, Failed> {
        let (mut dump, mut current, mut takedowns, mut golden) = (None, None, None, None);
        let mut tags = Vec::new();
        for Part { what, bytes, blake3 } in &manifest.parts {
            let file = from.join("files").join(blake3);
            let sum = (*bytes, blake3.as_str());
            let read = || -> Result<Option<Vec<u8>>, Failed> {
                let mut text = Vec::new();
                copy_checked(&file, &mut text, sum)?;
                Ok(Some(text))
            };
            match what {
                What::Database => {
                    copy_checked(&file, &mut std::io::sink(), sum)?;
                    dump = Some(file);
                }
                What::Current => current = read()?,
                What::Takedowns => takedowns = read()?,
                What::Golden => golden = read()?,
                What::Announced(name) => {
                    let key = name.parse().doing(|| format!("restore {name}"))?;
                    tags.extend(read()?.map(|bytes| (key, bytes)));
                }
                What::Object(name) if remote => {
                    copy_checked(&from.join("objects").join(name), &mut std::io::sink(), sum)?;
                }
                What::Object(_) => {}
                What::Key(name) => place(&file, &dir.join("keys"), name, sum, (0o755, 0o644))?,
                What::Secret(name) => place(&file, &dir.join("secrets"), name, sum, (0o700, 0o600))?,
            }
        }
        let dump = dump.ok_or_else(|| Failed::new("the backup has no database in it: use another one"))?;
        Ok(Self { manifest, dump, current, takedowns, golden, tags })
    }

    /// What is announced beside objects, where it is.
    fn announced(&self) -> Vec<(Key, Option<&[u8]>)> {
        let tags = self.tags.iter().map(|(key, bytes)| (key.clone(), Some(bytes.as_slice())));
        let (current, golden) = (self.current.as_deref(), self.golden.as_deref());
        tags.chain([(Key::current_edition(), current), (Key::golden_catalogue(), golden)]).collect()
    }

    /// Whose announcements count; nobody's where nothing was ever announced.
    fn ring(&self, app: &App) -> Result<KeyRing, Failed> {
        match keys::ring(&app.data, Purpose::Edition, &app.config.trusted) {
            Err(_) if self.current.is_none() && self.takedowns.is_none() => Ok([].into_iter().collect()),
            ring => ring,
        }
    }
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
