//! What a machine is handed over, as files that its units read: secrets first, the variables last, so that these never point to
//! secrets that are not there.

use std::{
    collections::BTreeMap,
    fs::{self, OpenOptions},
    io::Write,
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::Path,
    sync::Arc,
};

use objects::Secret;

use super::lines;
use crate::{
    ambient::{SystemClock, SystemRng},
    config::{self, Layers},
    failed::{Doing, Failed},
    storage,
};

/// The password of `database.url`, as it is called among the secrets.
const PASSWORD: &str = "database.password";

/// Writes `machine.env`, and `secrets` when `layers` say where to get them.
pub fn write(dir: &Path, layers: &Layers, mut found: BTreeMap<String, String>) -> Result<(), Failed> {
    if let Some(bucket) = config::secrets(layers)? {
        let handed = objects::secrets(storage::s3(&bucket)?, Arc::new(SystemClock), Arc::new(SystemRng));
        let handed = handed.doing(|| "get this machine's secrets".into())?;
        let place = dir.join("secrets");
        keep(dir, &place, &handed)?;
        found.insert("PRIMETIME_SECRETS_DIR".into(), place.display().to_string());
        let said = |key| !layers.said(key).text.is_empty();
        if said("database.url") && !said("database.password_file") && has(&handed, PASSWORD) {
            let path = place.join(PASSWORD).display().to_string();
            found.insert("PRIMETIME_DATABASE_PASSWORD_FILE".into(), path);
        }
    }
    let path = dir.join("machine.env");
    let doing = || format!("write {}", path.display());
    let mut draft = tempfile::NamedTempFile::new_in(dir).doing(doing)?;
    draft.write_all(lines(&found).as_bytes()).doing(doing)?;
    draft.persist(&path).doing(doing)?;
    Ok(())
}

fn has(handed: &[Secret], name: &str) -> bool {
    handed.iter().any(|secret| secret.name == name)
}

/// All of them in a folder that only its owner may read. It has its name when it is complete.
fn keep(dir: &Path, place: &Path, handed: &[Secret]) -> Result<(), Failed> {
    let doing = || format!("keep this machine's secrets in {}", place.display());
    let for_us = fs::Permissions::from_mode(0o700);
    let draft =
        tempfile::Builder::new().prefix(".secrets").permissions(for_us).tempdir_in(dir).doing(doing)?;
    for Secret { name, bytes } in handed {
        let path = draft.path().join(name);
        let file = OpenOptions::new().create_new(true).write(true).mode(0o600).open(path);
        file.and_then(|mut file| file.write_all(bytes)).doing(doing)?;
    }
    // Of an earlier try, whose variables were not written.
    if place.exists() {
        fs::remove_dir_all(place).doing(doing)?;
    }
    fs::rename(draft.keep(), place).doing(doing)
}
