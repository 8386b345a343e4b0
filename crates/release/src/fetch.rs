//! A release comes from the store into a host's folder: all of it that the host needs, verified, or nothing.

use std::{
    fs::{self, File, Permissions, TryLockError},
    io::{self, Write},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use objects::{ImageTag, Key, ObjectError, Objects, keys::KeyRing, signed::MAX_ENVELOPE};

use crate::{
    BINARY_FILE, IMAGES_DIR, Manifest, Part, RELEASE_FILE, ReleaseError, digest::Counted, error::At, layout,
    push::as_object,
};

/// Largest file that a host fetches, in bytes, whoever signed it: a binary has some 55 MB.
pub const MAX_FETCHED: u64 = 1 << 30;
/// Between two looks whether the folder is free.
const LOOK: Duration = Duration::from_millis(100);
/// Bytes of one read of the store, between which it is asked whether to go on.
const PIECE: u64 = 4 << 20;
/// Releases on their way. No release has a name that begins with a dot.
const DRAFT: &str = ".fetching-";
/// Held by whoever fetches or forgets: what lies in drafts then is nobody's.
pub(crate) const LOCK: &str = ".fetching";
/// Releases that are being removed.
pub(crate) const LEAVING: &str = ".removing-";
/// In a release's folder: it came from the store, and can come from there again. Written when it came.
pub(crate) const FETCHED: &str = ".fetched";

/// What of a release a host needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needed {
    /// The binary, to run it.
    Binary,
    /// The images' manifests, to know the images by.
    Images,
}

/// Whether to go on; why not. Asked again and again.
pub type GoOn<'a> = &'a dyn Fn() -> Result<(), String>;

/// Brings the release `name` into `dir`, the folder of releases. It gets its name there when it is whole and on the disk, so that
/// whatever ends this process leaves none that is half there. One that is there already is left as it is.
pub fn fetch(
    objects: &Objects,
    dir: &Path,
    name: &ImageTag,
    needed: Needed,
    ring: &KeyRing,
    go_on: GoOn<'_>,
) -> Result<(), ReleaseError> {
    fs::create_dir_all(dir).at("make", dir)?;
    let lock = dir.join(LOCK);
    let lock_file = File::create(&lock).at("open", &lock)?;
    loop {
        go_on().map_err(ReleaseError::GivenUp)?;
        match lock_file.try_lock() {
            Ok(()) => break,
            // Another release is on its way, of this host's or another's in this folder.
            Err(TryLockError::WouldBlock) => thread::sleep(LOOK),
            Err(TryLockError::Error(error)) => return Err(error).at("lock", &lock),
        }
    }
    let target = dir.join(name.as_str());
    if target.join(RELEASE_FILE).is_file() {
        return Ok(());
    }
    forget_drafts(dir)?;
    let key = Key::release(name);
    let sealed = objects.get(&key, MAX_ENVELOPE as u64).map_err(|error| match error {
        ObjectError::Missing(_) => ReleaseError::NotPushed(name.to_string()),
        error => error.into(),
    })?;
    let manifest = Manifest::open(&sealed, ring)?;
    if manifest.name != name.as_str() {
        return Err(ReleaseError::Misnamed { name: name.to_string(), found: manifest.name });
    }
    let draft = Draft(dir.join(format!("{DRAFT}{name}")));
    fs::create_dir(&draft.0).at("make", &draft.0)?;
    for (part, key) in parts(&manifest, name, needed)? {
        bring(objects, &key, part, &draft.0, go_on)?;
    }
    let fetched = draft.0.join(FETCHED);
    File::create_new(&fetched).at("write", &fetched)?;
    let path = draft.0.join(RELEASE_FILE);
    let written = File::create_new(&path).and_then(|mut file| {
        file.write_all(&sealed)?;
        file.sync_all()
    });
    written.at("write", &path)?;
    sync_folders(&draft.0)?;
    fs::rename(&draft.0, &target).at("move to its name", &target)?;
    sync(dir)
}

/// The files that are needed, and the objects that they are.
fn parts<'m>(
    manifest: &'m Manifest,
    name: &ImageTag,
    needed: Needed,
) -> Result<Vec<(&'m Part, Key)>, ReleaseError> {
    let part = |path: &str| {
        let found = manifest.files.iter().find(|part| part.path == path);
        found.ok_or_else(|| ReleaseError::Missing(path.to_owned()))
    };
    match needed {
        Needed::Binary => {
            let part = part(BINARY_FILE)?;
            Ok(vec![(part, Key::release_file(name, &as_object(&part.digest)?))])
        }
        Needed::Images => {
            let one = |image: &crate::Image| {
                let path = layout::blob(Path::new(IMAGES_DIR), &image.digest);
                let part = part(&path.to_string_lossy())?;
                Ok((part, Key::image_manifest(&as_object(&part.digest)?)))
            };
            manifest.images.iter().map(one).collect()
        }
    }
}

/// One file, hashed as it comes.
fn bring(
    objects: &Objects,
    key: &Key,
    part: &Part,
    draft: &Path,
    go_on: GoOn<'_>,
) -> Result<(), ReleaseError> {
    let Part { path: name, digest, size } = part;
    if *size > MAX_FETCHED {
        return Err(ReleaseError::TooLarge { path: name.clone(), size: *size, limit: MAX_FETCHED });
    }
    let object = objects.open(key).map_err(|error| match error {
        ObjectError::Missing(_) => ReleaseError::Missing(name.clone()),
        error => error.into(),
    })?;
    if object.len() != *size {
        return Err(ReleaseError::Size { path: name.clone(), expected: *size, found: object.len() });
    }
    let path = draft.join(name);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).at("make", folder)?;
    }
    let mut file = Counted::new(File::create_new(&path).at("write", &path)?);
    let mut from = 0;
    while from < *size {
        go_on().map_err(ReleaseError::GivenUp)?;
        let to = (from + PIECE).min(*size);
        let mut piece = vec![0; (to - from) as usize];
        object.read_at(from, &mut piece).map_err(|error| match error.downcast::<ObjectError>() {
            Ok(error) => error.into(),
            Err(source) => ReleaseError::Io { action: "read", path: key.as_str().into(), source },
        })?;
        file.write_all(&piece).at("write", &path)?;
        from = to;
    }
    let (file, found, _) = file.finish();
    if found != *digest {
        return Err(ReleaseError::Digest { path: name.clone(), expected: digest.clone(), found });
    }
    let mode = if name == BINARY_FILE { 0o755 } else { 0o644 };
    file.set_permissions(Permissions::from_mode(mode)).at("change the mode of", &path)?;
    file.sync_all().at("sync", &path)
}

/// A release on its way; gone when dropped, unless it got there.
struct Draft(PathBuf);

impl Drop for Draft {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// What one that was killed left behind.
pub(crate) fn forget_drafts(dir: &Path) -> Result<(), ReleaseError> {
    for entry in fs::read_dir(dir).at("list", dir)? {
        let entry = entry.at("list", dir)?;
        let name = entry.file_name();
        if [DRAFT, LEAVING].iter().any(|left| name.to_string_lossy().starts_with(left)) {
            fs::remove_dir_all(entry.path()).at("remove", &entry.path())?;
        }
    }
    Ok(())
}

fn sync_folders(dir: &Path) -> Result<(), ReleaseError> {
    let folders = |dir: &Path| -> io::Result<Vec<PathBuf>> {
        let entries = fs::read_dir(dir)?.collect::<io::Result<Vec<_>>>()?;
        Ok(entries.into_iter().map(|entry| entry.path()).filter(|path| path.is_dir()).collect())
    };
    for folder in folders(dir).at("list", dir)? {
        sync_folders(&folder)?;
    }
    sync(dir)
}

pub(crate) fn sync(dir: &Path) -> Result<(), ReleaseError> {
    File::open(dir).and_then(|open| open.sync_all()).at("sync", dir)
}
