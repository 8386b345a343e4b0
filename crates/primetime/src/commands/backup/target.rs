//! Where a backup's objects go, a folder or a bucket: what may be there before, and how they get there.

use std::{
    fs::File,
    panic::resume_unwind,
    path::Path,
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
    thread,
};

use objects::{
    Key, ObjectError, Objects, Put,
    announce::{self, Takedowns},
    keys::KeyRing,
    signed::MAX_ENVELOPE,
};

use super::{
    files::{copy_checked, copy_object},
    manifest::{Manifest, Part},
};
use crate::failed::{Doing, Failed};

/// Where the objects of an installation lie, beside what is shipped ([`Key::PUSHED`]).
pub const PREFIXES: [&str; 4] = ["media/", "images/", "sections/", "editions/"];
/// Objects on their way at a time: a bucket and a disk that syncs are waited for, not worked for.
const THREADS: usize = 8;

/// How many objects were brought there, and how many were there.
#[derive(Debug, Default, Clone, Copy)]
pub struct Brought {
    pub new: u64,
    pub there: u64,
}

/// Refuses a bucket that holds anything but what a restore of the same backup left there, stopped: some of its objects, and
/// what it announces as the newest edition, as its golden images and as tags. What is announced as taken down may be there, of whichever
/// day: it stays down.
pub fn refuse_filled(
    objects: &Objects,
    manifest: &Manifest,
    announced: &[(Key, Option<&[u8]>)],
    ring: &KeyRing,
) -> Result<(), Failed> {
    let place = objects.check(false).doing(|| "look into the bucket".into())?.name;
    let known = manifest.objects();
    for prefix in PREFIXES.into_iter().chain(Key::PUSHED) {
        for key in objects.list(prefix).doing(|| format!("list what is in {place}"))? {
            let ours = match announced.iter().find(|(announced, _)| *announced == key) {
                Some((_, Some(bytes))) => {
                    objects.get(&key, MAX_ENVELOPE as u64).doing(|| format!("read {key}"))? == *bytes
                }
                _ => known.contains_key(key.as_str()),
            };
            if !ours {
                return Err(Failed::new(format!(
                    "{place} is not empty, and not by this backup ({key}): name another bucket, or another prefix in it, \
                     with objects.url"
                )));
            }
        }
    }
    match announce::read::<Takedowns>(objects, ring) {
        Err(error) if !error.is_missing() => Err(Failed::at(
            format!(
                "{place} says what is taken down, and cannot be believed: add the key that signed it to keys.edition, \
                 or name another bucket or prefix with objects.url"
            ),
            error,
        )),
        _ => Ok(()),
    }
}

/// Brings all objects there, each checked against its hash; out of a bucket they are read back and compared.
pub fn fill(objects: &Objects, from: &Path, manifest: &Manifest) -> Result<Brought, Failed> {
    let parts: Vec<_> = manifest.objects().into_iter().collect();
    let next = AtomicUsize::new(0);
    let work = |thread: usize| {
        let mut brought = Brought::default();
        while let Some((name, part)) = parts.get(next.fetch_add(1, Relaxed)) {
            match bring(objects, from, name, part, thread) {
                Ok(Put::Written) => brought.new += 1,
                Ok(Put::Present) => brought.there += 1,
                Err(error) => {
                    // Nobody begins another one.
                    next.store(parts.len(), Relaxed);
                    return Err(error);
                }
            }
        }
        Ok(brought)
    };
    let work = &work;
    thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS).map(|thread| scope.spawn(move || work(thread))).collect();
        let mut all = Brought::default();
        for thread in threads {
            let brought = thread.join().unwrap_or_else(|panic| resume_unwind(panic))?;
            all = Brought { new: all.new + brought.new, there: all.there + brought.there };
        }
        Ok(all)
    })
}

fn bring(objects: &Objects, from: &Path, name: &str, part: &Part, thread: usize) -> Result<Put, Failed> {
    let key: Key = name.parse().doing(|| format!("restore {name}"))?;
    let doing = || format!("restore the object {key}");
    let path = objects.scratch().join(format!("restored-{thread}"));
    let mut draft = File::create(&path).doing(doing)?;
    copy_checked(&from.join("objects").join(name), &mut draft, (part.bytes, &part.blake3))?;
    let put = objects.put_file(&key, &path).map_err(|error| match error {
        error @ ObjectError::Different(_) => Failed::at(
            "the bucket is not empty, and not by this backup: name another one, or another prefix in it, with objects.url",
            error,
        ),
        error => Failed::at(format!("cannot {}", doing()), error),
    })?;
    // What was there was compared already; a folder is written by this machine, and was checked on the way.
    if put == Put::Written && !objects.is_local() {
        let mut hasher = blake3::Hasher::new();
        copy_object(objects, &key, &mut hasher)?;
        if hasher.finalize().to_hex().as_str() != part.blake3 {
            return Err(Failed::new(format!(
                "the object {key} was read back and is not what was written: delete it, and restore again"
            )));
        }
    }
    Ok(put)
}
