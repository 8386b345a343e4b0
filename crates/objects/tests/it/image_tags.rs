use domain::{SeededRng, Timestamp};
use objects::{
    Digest, ImageTag, Key, Objects, Repository,
    image_tag::{self, TagError},
    keys::{KeyRing, SigningKey},
};

struct World {
    objects: Objects,
    key: SigningKey,
    ring: KeyRing,
    repository: Repository,
    tag: ImageTag,
    _dir: tempfile::TempDir,
}

fn world() -> World {
    let dir = tempfile::tempdir().unwrap();
    let objects = Objects::folder(dir.path()).unwrap();
    let key = SigningKey::generate(&SeededRng::new(1));
    let ring = key.public().into();
    World {
        objects,
        key,
        ring,
        repository: "brand/site".parse().unwrap(),
        tag: "1.0".parse().unwrap(),
        _dir: dir,
    }
}

impl World {
    fn push(&self, manifest: Digest, now: i64) -> u64 {
        let name = (&self.repository, &self.tag);
        let keys = (&self.key, &self.ring);
        image_tag::move_to(&self.objects, name, manifest, keys, Timestamp(now)).unwrap().number
    }

    fn read(&self) -> Result<Digest, TagError> {
        image_tag::read(&self.objects, &self.repository, &self.tag, &self.ring)
            .map(|pointer| pointer.manifest)
    }
}

#[test]
fn a_tag_moves_and_its_number_grows() {
    let world = world();
    assert!(matches!(world.read(), Err(TagError::Object(error)) if error.is_missing()));
    let first = world.push(Digest([1; 32]), 5);
    assert_eq!(world.push(Digest([1; 32]), 6), first, "the same again");
    assert_eq!(world.push(Digest([2; 32]), 1), first + 1, "whatever the clock says");
    assert_eq!(world.read().unwrap(), Digest([2; 32]));
}

#[test]
fn a_pointer_counts_for_its_own_tag_and_trusted_keys_only() {
    let world = world();
    world.push(Digest([1; 32]), 5);
    let bytes =
        world.objects.get(&Key::image_tag(&world.repository, &world.tag), image_tag::MAX_POINTER).unwrap();
    let other: ImageTag = "2.0".parse().unwrap();
    world.objects.replace(&Key::image_tag(&world.repository, &other), &bytes).unwrap();
    let moved = image_tag::read(&world.objects, &world.repository, &other, &world.ring).unwrap_err();
    assert!(moved.to_string().contains("signed for brand/site:1.0"), "{moved}");
    let stranger = SigningKey::generate(&SeededRng::new(2)).public().into();
    let refused = image_tag::read(&world.objects, &world.repository, &world.tag, &stranger).unwrap_err();
    assert!(matches!(refused, TagError::Signed { .. }), "{refused}");
}
