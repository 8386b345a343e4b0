//! Believing a release: its signature, every file, and that the images are made of these files and no others.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use objects::keys::KeyRing;
use oci_spec::image::Digest;

use crate::{
    BINARY_FILE, IMAGES_DIR, Image, Manifest, Part, RELEASE_FILE, ReleaseError, digest::digest_of_file,
    error::At, layout,
};

/// The manifest of the release in this folder, when all of it is as it was signed by a key of `ring`. The error names the
/// first thing that is not.
pub fn verify(dir: &Path, ring: &KeyRing) -> Result<Manifest, ReleaseError> {
    let manifest = Manifest::read(dir, ring)?;
    for part in &manifest.files {
        check(dir, part)?;
    }
    let known: BTreeSet<&str> = manifest.files.iter().map(|part| part.path.as_str()).collect();
    if let Some(extra) =
        files(dir)?.into_iter().find(|path| !known.contains(path.as_str()) && path != RELEASE_FILE)
    {
        return Err(ReleaseError::Extra(extra));
    }
    images(dir, &manifest)?;
    Ok(manifest)
}

/// The binary of the release in this folder, when it is as it was signed by a key of `ring`; nothing else is looked at.
pub fn binary(dir: &Path, ring: &KeyRing) -> Result<(Manifest, PathBuf), ReleaseError> {
    let manifest = Manifest::read(dir, ring)?;
    let part = manifest.files.iter().find(|part| part.path == BINARY_FILE);
    check(dir, part.ok_or_else(|| ReleaseError::Missing(BINARY_FILE.into()))?)?;
    let path = dir.join(BINARY_FILE);
    Ok((manifest, path))
}

/// The configuration's digest of each image of the release in this folder, by which engines know an image that they have, when it is
/// signed by a key of `ring`. Of the folder, nothing but the images' manifests is looked at.
pub fn image_ids(dir: &Path, ring: &KeyRing) -> Result<(Manifest, Vec<Digest>), ReleaseError> {
    let manifest = Manifest::read(dir, ring)?;
    let id = |image: &Image| {
        let path = layout::blob(Path::new(IMAGES_DIR), &image.digest);
        let path = path.to_string_lossy();
        let part = manifest.files.iter().find(|part| part.path == path);
        check(dir, part.ok_or_else(|| ReleaseError::Missing(path.clone().into_owned()))?)?;
        layout::config(&dir.join(IMAGES_DIR), &image.digest)
    };
    let ids = manifest.images.iter().map(id).collect::<Result<_, _>>()?;
    Ok((manifest, ids))
}

fn check(dir: &Path, part: &Part) -> Result<(), ReleaseError> {
    let path = dir.join(&part.path);
    match fs::symlink_metadata(&path) {
        Ok(found) if !found.is_file() => return Err(ReleaseError::Extra(part.path.clone())),
        Ok(found) if found.len() != part.size => {
            let (expected, found) = (part.size, found.len());
            return Err(ReleaseError::Size { path: part.path.clone(), expected, found });
        }
        Ok(_) => {}
        Err(_) => return Err(ReleaseError::Missing(part.path.clone())),
    }
    let (found, _) = digest_of_file(&path)?;
    if found != part.digest {
        return Err(ReleaseError::Digest { path: part.path.clone(), expected: part.digest.clone(), found });
    }
    Ok(())
}

/// The images that the layout has are the ones that the manifest names, and all of their blobs are files of the release.
fn images(dir: &Path, manifest: &Manifest) -> Result<(), ReleaseError> {
    let blobs: BTreeMap<&str, &Digest> =
        manifest.files.iter().map(|part| (part.path.as_str(), &part.digest)).collect();
    let found = layout::images(&dir.join(IMAGES_DIR))?;
    let wrong = |name: &str, why: String| Err(ReleaseError::Image { name: name.to_owned(), why });
    let names = |image: &(String, Digest, Vec<Digest>)| (image.0.clone(), image.1.clone());
    let said: Vec<_> =
        manifest.images.iter().map(|image| (image.name.clone(), image.digest.clone())).collect();
    if let Some((name, digest)) = said.iter().find(|image| !found.iter().any(|there| names(there) == **image))
    {
        return wrong(name, format!("the layout does not have it with the digest {digest}"));
    }
    for image in &found {
        let (name, digest, parts) = image;
        if !said.contains(&names(image)) {
            return wrong(name, "the manifest does not name it".into());
        }
        for part in parts.iter().chain([digest]) {
            let path = layout::blob(Path::new(IMAGES_DIR), part);
            if blobs.get(&*path.to_string_lossy()) != Some(&part) {
                return wrong(name, format!("its part {part} is not among the files of the release"));
            }
        }
    }
    Ok(())
}

/// Every file under `dir` but folders, by relative path, in order.
pub(crate) fn files(dir: &Path) -> Result<Vec<String>, ReleaseError> {
    let (mut found, mut todo) = (Vec::new(), vec![dir.to_owned()]);
    while let Some(folder) = todo.pop() {
        for entry in fs::read_dir(&folder).at("read", &folder)? {
            let entry = entry.at("read", &folder)?;
            let path = entry.path();
            if entry.file_type().at("read", &path)?.is_dir() {
                todo.push(path);
            } else {
                let relative = path.strip_prefix(dir).unwrap_or(&path);
                found.push(relative.to_string_lossy().into_owned());
            }
        }
    }
    found.sort();
    Ok(found)
}
