//! Which host this is, so that a restarted one is known and a copied one is not: by the machine since it was started, and by the data
//! folder as it lies on its disk. Nothing of it stands in a file that could be copied with the secrets. The engine lets one process at a
//! time keep the instances of a folder, or of a machine, so that whoever was called the same before is dead.

use std::{fs, io, os::unix::fs::MetadataExt};

use fleet::rollout::Driver;
use ops::{Claimed, OpsError, Post};
use tokio::time::sleep;

use super::{LOOK, warn};
use crate::{app::App, data::random_word, failed::Failed};

/// A word that no other host has.
pub fn word(app: &App, service: &str) -> String {
    let found = || -> io::Result<String> {
        let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id")?;
        let folder = fs::metadata(app.data.path())?;
        let words = format!("{} {} {} {service}", boot.trim(), folder.dev(), folder.ino());
        Ok(blake3::hash(words.as_bytes()).to_hex().to_string())
    };
    // Then a process that is started again is another host: it waits until the one before counts as gone.
    found().unwrap_or_else(|_| random_word(&*app.rng))
}

/// Waits until the host's name is its own: before it starts anything, for somebody else may live under it.
pub async fn claim<D: Driver>(post: &mut Post<D>) -> Result<(), Failed> {
    let mut waits = false;
    loop {
        match post.claim().await {
            Ok(Claimed::Ours) => return Ok(()),
            Ok(Claimed::NotYet) if waits => {}
            Ok(Claimed::NotYet) => {
                tracing::info!("another host of this name was heard of lately: waiting whether it lives");
                waits = true;
            }
            Err(error @ OpsError::SameName { .. }) => {
                return Err(Failed::at("this host does not start", error));
            }
            Err(error) => {
                // It is asked again whenever something is told.
                warn(&error, "whose the name of this host is, is not known");
                return Ok(());
            }
        }
        sleep(LOOK).await;
    }
}
