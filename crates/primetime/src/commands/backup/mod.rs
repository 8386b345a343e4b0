//! `backup` and `restore`: a folder from which an installation can be made again, on either engine.
//!
//! ```text
//! manifest.jsonl      what there is, with lengths and hashes; replaced last, so that a backup is whole or the one before it
//! files/HASH          the database's dump, what is announced (editions/current, takedowns/current, images/golden/catalogue, oci/tags/…),
//!                     public keys, and secrets if they were asked for
//! objects/KEY         all other objects: they never change, and what is there is not copied again
//! ```

mod files;
mod making;
mod manifest;
mod restore;
mod shipped;
mod target;
mod whose;
mod withdrawn;

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::Write,
    path::PathBuf,
};

use domain::Timestamp;
use objects::{Key, KeyKind, ObjectError, Objects, signed::MAX_ENVELOPE};
pub use restore::restore;

use super::show;
use crate::{
    app::App,
    config::Config,
    data::named_files,
    failed::{Doing, Failed},
};
use files::Draft;
use manifest::{Manifest, Part, What};

/// Backs up while everything goes on.
pub async fn backup(config: Config, dir: PathBuf, secrets: bool) -> Result<(), Failed> {
    let app = App::found(config).await?;
    let backup = Backup::begin(dir, app.clock.now())?;
    let secrets = if secrets { Some(app.data.secrets().doing(|| "list the secrets".into())?) } else { None };
    whose::must_be_ours(&app, &backup.dir, backup.is_there.then_some(&backup.before), secrets.as_ref())
        .await?;
    // First: what it announces was decided before the instant of the database's dump, so that a restored installation never
    // announces what its database does not know. What was decided and not announced yet is in the outbox.
    let mut announced = Vec::new();
    for (what, key) in [(What::Takedowns, Key::current_takedowns()), (What::Current, Key::current_edition())]
    {
        if let Some(bytes) = said(&app.objects, &key)? {
            announced.push(backup.file(what, |draft| draft.write_all(&bytes).doing(|| "copy".into()))?);
        }
    }
    let mut draft = backup.draft()?;
    let tallies = app.store()?.dump(&mut draft).await.doing(|| "dump the database".into())?;
    let database = backup.keep(What::Database, draft)?;
    let rows: u64 = tallies.iter().map(|(_, tally)| tally.rows).sum();
    let mut parts = vec![database];
    parts.extend(announced);
    parts.extend(
        backup.copies(
            named_files(&app.data.path().join("keys")).doing(|| "list the keys".into())?,
            What::Key,
        )?,
    );
    let with_secrets = secrets.is_some();
    parts.extend(backup.copies(secrets.unwrap_or_default(), What::Secret)?);
    // Last: an object is there before a row of the database names it.
    let objects = app.objects.clone();
    let finish = move || -> Result<_, Failed> {
        let mut count = Count::default();
        parts.extend(backup.shipped(&objects, &mut count)?);
        backup.objects(&objects, &mut parts, &mut count)?;
        backup.finish(parts)?;
        Ok(count)
    };
    let Count { copied, kept } =
        tokio::task::spawn_blocking(finish).await.doing(|| "copy the objects".into())??;
    show(&format!("{rows} rows, {copied} objects copied, {kept} already there.\n"))?;
    if !with_secrets {
        show("Without secrets: after a restore, viewers begin with new profiles (--secrets keeps them).\n")?;
    }
    Ok(())
}

/// What is announced under this key, as it is: whoever reads it checks whose word it is.
fn said(objects: &Objects, key: &Key) -> Result<Option<Vec<u8>>, Failed> {
    match objects.get(key, MAX_ENVELOPE as u64) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(ObjectError::Missing(_)) => Ok(None),
        Err(error) => Err(error).doing(|| format!("read {key}")),
    }
}

/// How many objects were copied, and how many were there.
#[derive(Debug, Default, Clone, Copy)]
struct Count {
    copied: u64,
    kept: u64,
}

/// A backup in the making.
struct Backup {
    dir: PathBuf,
    at: Timestamp,
    before: Manifest,
    /// Whether there was one before.
    is_there: bool,
    _lock: File,
}

impl Backup {
    fn begin(dir: PathBuf, at: Timestamp) -> Result<Self, Failed> {
        let doing = || format!("make the backup's folder {}", dir.display());
        fs::create_dir_all(dir.join("files"))
            .and_then(|()| fs::create_dir_all(dir.join("objects")))
            .doing(doing)?;
        let lock = File::create(dir.join(".lock")).doing(doing)?;
        if lock.try_lock().is_err() {
            return Err(Failed::new(format!("another backup into {} is under way", dir.display())));
        }
        // Of one that cannot be read nobody knows whose it is, or what would be lost.
        let before = Manifest::read(&dir).map_err(|error| {
            Failed::at(
                format!("cannot see what {} holds: name another folder", dir.display()),
                error.to_string(),
            )
        })?;
        let is_there = before.is_some();
        Ok(Self { dir, at, before: before.unwrap_or_default(), is_there, _lock: lock })
    }

    fn draft(&self) -> Result<Draft, Failed> {
        let path = self.dir.join("files/.draft");
        Draft::new(path).doing(|| format!("write in {}", self.dir.display()))
    }

    fn keep(&self, what: What, draft: Draft) -> Result<Part, Failed> {
        let (bytes, blake3) = draft.sum();
        let path = self.dir.join("files").join(&blake3);
        draft.keep(&path).doing(|| format!("write {}", path.display()))?;
        Ok(Part { what, bytes, blake3 })
    }

    fn file(&self, what: What, write: impl FnOnce(&mut Draft) -> Result<(), Failed>) -> Result<Part, Failed> {
        let mut draft = self.draft()?;
        write(&mut draft)?;
        self.keep(what, draft)
    }

    /// Small files, by their names.
    fn copies(
        &self,
        files: BTreeMap<String, PathBuf>,
        what: impl Fn(String) -> What,
    ) -> Result<Vec<Part>, Failed> {
        let copy = |(name, path): (String, PathBuf)| {
            let doing = || format!("read {}", path.display());
            let bytes = fs::read(&path).doing(doing)?;
            self.file(what(name), |draft| draft.write_all(&bytes).doing(doing))
        };
        files.into_iter().map(copy).collect()
    }

    /// Copies what the backup before did not have, what is shipped aside.
    fn objects(&self, objects: &Objects, parts: &mut Vec<Part>, count: &mut Count) -> Result<(), Failed> {
        let known = self.before.objects();
        for prefix in target::PREFIXES {
            for key in objects.list(prefix).doing(|| "list the objects".into())? {
                if matches!(key.kind(), KeyKind::Announcement | KeyKind::GoldenImage) {
                    continue;
                }
                parts.push(self.object(objects, &key, &known, count)?);
            }
        }
        Ok(())
    }

    /// Copies an object, unless the backup before has it.
    fn object(
        &self,
        objects: &Objects,
        key: &Key,
        known: &BTreeMap<&str, &Part>,
        count: &mut Count,
    ) -> Result<Part, Failed> {
        let path = self.dir.join("objects").join(key.as_str());
        if let Some(part) = known.get(key.as_str())
            && path.metadata().is_ok_and(|meta| meta.len() == part.bytes)
        {
            count.kept += 1;
            return Ok((*part).clone());
        }
        let folder = path.parent().unwrap_or(&self.dir);
        fs::create_dir_all(folder).doing(|| format!("make {}", folder.display()))?;
        let mut draft = self.draft()?;
        files::copy_object(objects, key, &mut draft)?;
        let (bytes, blake3) = draft.sum();
        draft.keep(&path).doing(|| format!("write {}", path.display()))?;
        count.copied += 1;
        Ok(Part { what: What::Object(key.as_str().to_owned()), bytes, blake3 })
    }

    /// Lets it count: everything is on disk before the manifest that names it, and what only the backup before named goes last.
    fn finish(self, parts: Vec<Part>) -> Result<(), Failed> {
        let manifest = Manifest { at: self.at.0, parts };
        let mut draft = self.draft()?;
        draft.write_all(manifest.to_text()?.as_bytes()).doing(|| "write the manifest".into())?;
        draft.flush().doing(|| "write the manifest".into())?;
        files::sync_all(&self.dir)?;
        draft.keep(&self.dir.join(manifest::NAME)).doing(|| "write the manifest".into())?;
        files::sync_all(&self.dir)?;
        let (files, objects) = (self.dir.join("files"), self.dir.join("objects"));
        let named = manifest.parts.iter().map(|part| match &part.what {
            What::Object(key) => objects.join(key),
            _ => files.join(&part.blake3),
        });
        let named = named.collect();
        for folder in [files, objects] {
            files::leave_only(&folder, &named).doing(|| format!("clear {}", folder.display()))?;
        }
        Ok(())
    }
}
