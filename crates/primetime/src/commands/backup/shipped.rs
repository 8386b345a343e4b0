//! What is shipped by the store: releases, container images with their tags, and golden images with their catalogue. Each is a way back
//! only with all of its parts, so that they are of one moment.

use std::{collections::BTreeMap, io::Write};

use objects::{Key, KeyKind, Objects};

use super::{
    Backup, Count,
    manifest::{Part, What},
    said,
};
use crate::failed::{Doing, Failed};

/// People push, promote and collect a few times a day.
const MAX_TRIES: u32 = 100;

impl Backup {
    /// Every release and image, and what names them.
    ///
    /// A thing is there before it is named, and goes after its name: names that were the same before and after the copy had all of theirs
    /// there meanwhile. Otherwise they are read again.
    pub(super) fn shipped(&self, objects: &Objects, count: &mut Count) -> Result<Vec<Part>, Failed> {
        let known = self.before.objects();
        let mut found = BTreeMap::new();
        let mut names = named(objects)?;
        for _ in 0..MAX_TRIES {
            for key in list(objects)? {
                if key.kind() == KeyKind::Announcement || found.contains_key(&key) {
                    continue;
                }
                match self.object(objects, &key, &known, count) {
                    Ok(part) => drop(found.insert(key, part)),
                    // Collected meanwhile.
                    Err(_) if objects.length(&key).is_ok_and(|length| length.is_none()) => {}
                    Err(error) => return Err(error),
                }
            }
            let now = named(objects)?;
            if now != names {
                // A release that is gone may have lost files before they were copied.
                found.retain(|key, _| key.kind() != KeyKind::Release || now.contains_key(key));
                names = now;
                continue;
            }
            let mut parts: Vec<_> = found.into_values().collect();
            for (key, bytes) in names.into_iter().filter(|(key, _)| key.kind() == KeyKind::Announcement) {
                let what = match key == Key::golden_catalogue() {
                    true => What::Golden,
                    false => What::Announced(key.as_str().to_owned()),
                };
                parts.push(self.file(what, |draft| draft.write_all(&bytes).doing(|| format!("copy {key}")))?);
            }
            return Ok(parts);
        }
        Err(Failed::new(
            "releases or images go on changing: back up when nobody pushes, promotes or collects any",
        ))
    }
}

/// Not all that begins with `oci/`: what says that somebody pushes or collects is of its moment.
fn list(objects: &Objects) -> Result<Vec<Key>, Failed> {
    let prefixes = Key::PUSHED.into_iter().chain(["images/golden/"]);
    let lists = prefixes.map(|prefix| objects.list(prefix).doing(|| "list releases and images".into()));
    Ok(lists.collect::<Result<Vec<_>, _>>()?.concat())
}

/// Tags and the catalogue, as they are announced, and the releases that hosts see.
fn named(objects: &Objects) -> Result<BTreeMap<Key, Vec<u8>>, Failed> {
    let mut names = BTreeMap::new();
    for key in list(objects)? {
        match key.kind() {
            KeyKind::Announcement => names.extend(said(objects, &key)?.map(|bytes| (key, bytes))),
            KeyKind::Release => drop(names.insert(key, Vec::new())),
            _ => {}
        }
    }
    Ok(names)
}
