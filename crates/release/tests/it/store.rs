//! Releases go into a store and come out of it whole, or not at all.

use std::{cell::Cell, fs, os::unix::fs::PermissionsExt, path::Path};

use domain::SeededRng;
use objects::{
    ImageTag, Key, Objects, Put,
    keys::{KeyRing, SigningKey},
};
use release::{
    BINARY_FILE, BOM_FILE, Manifest, Needed, Pushing, RELEASE_FILE, ReleaseError, binary, digest_of, fetch,
};

use crate::releases::{key, release};

fn ring() -> KeyRing {
    KeyRing::from(key().public())
}

fn push(objects: &Objects, dir: &Path) -> Result<(usize, Put), ReleaseError> {
    let pushing = Pushing::begin(objects, dir, &ring())?;
    Ok((pushing.files()?.written, pushing.announce()?))
}

/// A release in a store, its name, and an empty folder of releases.
struct World {
    dir: tempfile::TempDir,
    objects: Objects,
    name: ImageTag,
    manifest: Manifest,
}

impl World {
    fn new() -> Self {
        let (dir, made) = release();
        let objects = Objects::folder(&dir.path().join("objects")).unwrap();
        assert_eq!(push(&objects, &made).unwrap(), (2, Put::Written), "binary and bill");
        let manifest = Manifest::read(&made, &ring()).unwrap();
        Self { objects, name: manifest.tag().unwrap(), manifest, dir }
    }

    fn releases(&self) -> std::path::PathBuf {
        self.dir.path().join("releases")
    }

    fn fetch(&self, name: &ImageTag, ring: &KeyRing) -> Result<(), ReleaseError> {
        fetch(&self.objects, &self.releases(), name, Needed::Binary, ring, &|| Ok(()))
    }

    /// What is in the folder of releases: nothing half, whatever happened.
    fn there(&self) -> Vec<String> {
        let entries = fs::read_dir(self.releases()).unwrap().map(|entry| entry.unwrap().file_name());
        entries.map(|name| name.into_string().unwrap()).filter(|name| name != ".fetching").collect()
    }

    fn object(&self, path: &str) -> std::path::PathBuf {
        let part = self.manifest.files.iter().find(|part| part.path == path).unwrap();
        let digest = part.digest.to_string().parse().unwrap();
        self.dir.path().join("objects").join(Key::release_file(&self.name, &digest).as_str())
    }
}

#[test]
fn a_release_comes_out_of_the_store_as_it_was_signed() {
    let world = World::new();
    world.fetch(&world.name, &ring()).unwrap();
    let folder = world.releases().join(world.name.as_str());
    let (manifest, path) = binary(&folder, &ring()).unwrap();
    assert_eq!(manifest, world.manifest);
    assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o755);
    assert!(!folder.join(BOM_FILE).exists(), "a host runs the binary, and needs nothing else");
    // The same again: nothing is written, and what is there is left as it is.
    let made = world.dir.path().join("r");
    assert_eq!(push(&world.objects, &made).unwrap(), (0, Put::Present));
    fs::write(folder.join(BINARY_FILE), "changed here").unwrap();
    world.fetch(&world.name, &ring()).unwrap();
    assert_eq!(fs::read(folder.join(BINARY_FILE)).unwrap(), b"changed here");
    assert_eq!(world.there(), [world.name.as_str()]);
}

#[test]
fn a_name_means_one_release_for_ever() {
    let world = World::new();
    let made = world.dir.path().join("r");
    fs::write(made.join(BINARY_FILE), "another program").unwrap();
    let mut other = world.manifest.clone();
    let part = other.files.iter_mut().find(|part| part.path == BINARY_FILE).unwrap();
    (part.digest, part.size) = (digest_of(b"another program"), 15);
    fs::write(made.join(RELEASE_FILE), other.seal(&key()).unwrap()).unwrap();
    let count = || world.objects.list("").unwrap().len();
    let before = count();
    let refused = push(&world.objects, &made).unwrap_err();
    assert!(matches!(&refused, ReleaseError::Taken(name) if *name == world.manifest.name), "{refused}");
    assert_eq!(count(), before);
    // Nor is one sent that is not as it was signed.
    fs::write(made.join(RELEASE_FILE), world.manifest.seal(&key()).unwrap()).unwrap();
    fs::write(made.join(BINARY_FILE), "changed").unwrap();
    assert!(push(&world.objects, &made).is_err());
    assert_eq!(count(), before);
}

#[test]
fn what_is_not_as_it_was_signed_leaves_nothing() {
    let world = World::new();
    let stranger = KeyRing::from(SigningKey::generate(&SeededRng::new(99)).public());
    let refused = world.fetch(&world.name, &stranger).unwrap_err();
    assert!(matches!(refused, ReleaseError::Signed(_)), "{refused}");
    let nowhere = world.fetch(&"nowhere".parse().unwrap(), &ring()).unwrap_err();
    assert!(matches!(&nowhere, ReleaseError::NotPushed(name) if name == "nowhere"), "{nowhere}");
    // Signed, and for another name.
    let bytes = fs::read(world.dir.path().join("r").join(RELEASE_FILE)).unwrap();
    let alias: ImageTag = "alias".parse().unwrap();
    world.objects.put(&Key::release(&alias), &bytes).unwrap();
    let misnamed = world.fetch(&alias, &ring()).unwrap_err();
    assert!(matches!(&misnamed, ReleaseError::Misnamed { .. }), "{misnamed}");

    let object = world.object(BINARY_FILE);
    let mut bytes = fs::read(&object).unwrap();
    bytes[100] ^= 1;
    fs::write(&object, &bytes).unwrap();
    let damaged = world.fetch(&world.name, &ring()).unwrap_err();
    assert!(matches!(&damaged, ReleaseError::Digest { path, .. } if path == BINARY_FILE), "{damaged}");
    bytes.push(0);
    fs::write(&object, &bytes).unwrap();
    let longer = world.fetch(&world.name, &ring()).unwrap_err();
    assert!(matches!(&longer, ReleaseError::Size { .. }), "{longer}");
    fs::remove_file(&object).unwrap();
    let gone = world.fetch(&world.name, &ring()).unwrap_err();
    assert!(matches!(&gone, ReleaseError::Missing(path) if path == BINARY_FILE), "{gone}");
    assert!(world.there().is_empty(), "{:?}", world.there());
}

#[test]
fn one_that_was_killed_is_begun_anew_and_one_that_is_given_up_leaves_nothing() {
    let world = World::new();
    let asked = Cell::new(0);
    let stop = || {
        asked.set(asked.get() + 1);
        Err("the host ends".to_owned())
    };
    let given_up =
        fetch(&world.objects, &world.releases(), &world.name, Needed::Binary, &ring(), &stop).unwrap_err();
    assert!(matches!(&given_up, ReleaseError::GivenUp(why) if why == "the host ends"), "{given_up}");
    assert_eq!(asked.get(), 1);
    // The same, when it is under way.
    let draft = world.releases().join(format!(".fetching-{}", world.name));
    let stop = || if draft.exists() { Err("the host ends".to_owned()) } else { Ok(()) };
    fetch(&world.objects, &world.releases(), &world.name, Needed::Binary, &ring(), &stop).unwrap_err();
    assert!(world.there().is_empty());
    // As kill -9 leaves it, also of another release.
    for left in [world.name.as_str(), "v0"] {
        let draft = world.releases().join(format!(".fetching-{left}"));
        fs::create_dir(&draft).unwrap();
        fs::write(draft.join(BINARY_FILE), "half").unwrap();
    }
    world.fetch(&world.name, &ring()).unwrap();
    assert_eq!(world.there(), [world.name.as_str()]);
}

#[test]
fn of_images_their_manifests_are_enough() {
    let world = World::new();
    let made = world.dir.path().join("r");
    for image in &world.manifest.images {
        let digest: objects::Digest = image.digest.to_string().parse().unwrap();
        let bytes = fs::read(made.join("images/blobs/sha256").join(digest.hex())).unwrap();
        world.objects.put(&Key::image_manifest(&digest), &bytes).unwrap();
    }
    fetch(&world.objects, &world.releases(), &world.name, Needed::Images, &ring(), &|| Ok(())).unwrap();
    let folder = world.releases().join(world.name.as_str());
    assert_eq!(release::image_ids(&folder, &ring()).unwrap().1.len(), world.manifest.images.len());
    assert!(!folder.join(BINARY_FILE).exists());
}
