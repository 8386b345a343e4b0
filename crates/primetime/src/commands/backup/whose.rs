//! Whose the backup is that lies in a folder already: a new one takes its place only when it is of the same installation, and has all
//! that the old one has.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File},
    io::BufReader,
    path::{Path, PathBuf},
};

use store::{CopyError, Store, installation_of_dump};

use super::manifest::{Manifest, What};
use crate::{
    app::App,
    failed::{Doing, Failed},
};

/// The public key by which an older backup is known.
const KEY: &str = "edition.pub";

/// Refuses a folder whose backup would be lost; it is as it was then. The installation has a number afterwards, by which the backup that is
/// about to be made will be known.
pub async fn must_be_ours(
    app: &App,
    dir: &Path,
    before: Option<&Manifest>,
    secrets: Option<&BTreeMap<String, PathBuf>>,
) -> Result<(), Failed> {
    let store = app.store()?;
    if let Some(before) = before {
        for part in &before.parts {
            let What::Secret(name) = &part.what else { continue };
            if secrets.is_none() {
                let why = "has the secrets, and this one would not: say --secrets, or name another folder";
                return Err(refused(dir, why));
            }
            if !secrets.is_some_and(|secrets| secrets.contains_key(name)) {
                let why = format!(
                    "has the secret {name}, which is neither in {} nor where secrets.dir says: name another folder",
                    app.data.path().join("secrets").display()
                );
                return Err(refused(dir, &why));
            }
        }
        must_be_same(app, store, dir, before).await?;
    }
    let mut bits = [0; 8];
    app.rng.fill(&mut bits);
    store
        .name_installation(i64::from_le_bytes(bits) & i64::MAX)
        .await
        .doing(|| "name the installation".into())?;
    Ok(())
}

async fn must_be_same(app: &App, store: &Store, dir: &Path, before: &Manifest) -> Result<(), Failed> {
    let doing = || "see whose backup it is".to_owned();
    let Some(dump) = file(dir, before, &What::Database) else { return Ok(()) };
    let dump = File::open(&dump).doing(|| format!("read {}: name another folder", dump.display()))?;
    let theirs = installation_of_dump(&mut BufReader::new(dump)).map_err(|error| {
        Failed::at(format!("the backup in {} is damaged: name another folder", dir.display()), error)
    })?;
    match theirs {
        Some(_) if theirs == store.installation().await.doing(doing)? => Ok(()),
        Some(_) => Err(refused(
            dir,
            "is of another installation, or of this one before its database was made anew: name another folder",
        )),
        None => must_look_same(app, store, dir, before).await,
    }
}

/// Of a version that wrote no number down.
async fn must_look_same(app: &App, store: &Store, dir: &Path, before: &Manifest) -> Result<(), Failed> {
    match store.must_be_empty().await {
        Ok(()) => {
            return Err(refused(
                dir,
                "is of an installation in use, and this one is not: its database is empty; name another folder",
            ));
        }
        Err(CopyError::NotEmpty(_)) => {}
        Err(error) => return Err(error).doing(|| "look into the database".into()),
    }
    let keys = |path: &Path| -> BTreeSet<String> {
        let text = fs::read_to_string(path).unwrap_or_default();
        text.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned).collect()
    };
    let theirs = file(dir, before, &What::Key(KEY.into())).map(|path| keys(&path)).unwrap_or_default();
    if theirs.is_disjoint(&keys(&app.data.path().join("keys").join(KEY))) {
        return Err(refused(
            dir,
            &format!(
                "does not say of which installation it is (an older version made it), and has no key of this one's keys/{KEY}: \
                 name another folder"
            ),
        ));
    }
    Ok(())
}

fn file(dir: &Path, before: &Manifest, what: &What) -> Option<PathBuf> {
    let part = before.parts.iter().find(|part| part.what == *what)?;
    Some(dir.join("files").join(&part.blake3))
}

fn refused(dir: &Path, why: &str) -> Failed {
    Failed::new(format!("the backup in {} {why}. It is as it was", dir.display()))
}
