use std::{
    fs::{self, File},
    io,
    path::Path,
};

use super::{Folder, failed};
use crate::{Key, Object, ObjectError};

impl Folder {
    pub(crate) fn open_object(&self, key: &Key) -> Result<Object, ObjectError> {
        self.open_file(key).map(|(file, length)| Object::new(file, length))
    }

    pub(crate) fn open_file(&self, key: &Key) -> Result<(File, u64), ObjectError> {
        let path = self.path(key);
        let file = File::open(&path).map_err(|error| self.not_read(key, &path, error))?;
        let meta = file.metadata().map_err(|error| failed("look at", &path, error))?;
        if !meta.is_file() {
            return Err(ObjectError::Missing(key.clone()));
        }
        Ok((file, meta.len()))
    }

    pub(crate) fn length(&self, key: &Key) -> Result<Option<u64>, ObjectError> {
        let path = self.path(key);
        match fs::metadata(&path) {
            Ok(meta) if meta.is_file() => Ok(Some(meta.len())),
            Ok(_) => Ok(None),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(failed("look at", &path, error)),
        }
    }

    pub(crate) fn list(&self, prefix: &str) -> Result<Vec<Key>, ObjectError> {
        // Walk only the folder that the prefix names whole. A prefix that no key can have lists nothing.
        let folder = prefix.rsplit_once('/').map_or("", |(folder, _)| folder);
        if folder.split('/').any(|part| part == ".." || part == ".") || folder.starts_with('/') {
            return Ok(Vec::new());
        }
        let mut keys = Vec::new();
        self.walk(&self.root.join(folder), &mut keys)?;
        keys.retain(|key| key.as_str().starts_with(prefix));
        keys.sort_unstable();
        Ok(keys)
    }

    fn walk(&self, folder: &Path, keys: &mut Vec<Key>) -> Result<(), ObjectError> {
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(failed("list", folder, error)),
        };
        for entry in entries {
            let path = entry.map_err(|error| failed("list", folder, error))?.path();
            if path == self.scratch {
                continue;
            }
            if path.is_dir() {
                self.walk(&path, keys)?;
            } else if let Ok(inside) = path.strip_prefix(&self.root)
                // What is no key is no object: a file that somebody left here is none of ours.
                && let Some(key) = inside.to_str().and_then(|text| text.parse().ok())
            {
                keys.push(key);
            }
        }
        Ok(())
    }

    fn not_read(&self, key: &Key, path: &Path, error: io::Error) -> ObjectError {
        match error.kind() {
            io::ErrorKind::NotFound => ObjectError::Missing(key.clone()),
            _ => failed("open", path, error),
        }
    }
}
