use std::fs;

use objects::{Key, image_tag};
use registry::push::PushError;

use crate::{image, world::World};

#[test]
fn the_same_again_writes_nothing() {
    let world = World::with(&[1_000, 2_000]);
    let again = world.push("layout", "1.0").unwrap();
    assert_eq!((again.written, again.present), (0, 4));
    assert_eq!(again.manifest, world.image.manifest.0);
    assert_eq!(again.bytes, world.image.size() + world.image.manifest.1.len() as u64);
}

#[test]
fn a_layout_with_wrong_bytes_moves_no_tag() {
    let world = World::with(&[1_000]);
    let other = image::layout(&world.dir.path().join("other"), 2, &[500, 600]);
    let blob = |digest: &objects::Digest| world.dir.path().join("other/blobs/sha256").join(digest.hex());
    for (digest, bytes) in [&other.layers[1], &other.config, &other.manifest] {
        let mut longer = bytes.clone();
        longer.push(b' ');
        let mut changed = bytes.clone();
        changed[0] ^= 1;
        for wrong in [Some(longer), Some(changed), None] {
            match wrong {
                Some(wrong) => fs::write(blob(digest), wrong).unwrap(),
                None => fs::remove_file(blob(digest)).unwrap(),
            }
            let refused = world.push("other", "1.0").unwrap_err();
            assert!(matches!(refused, PushError::Layout { .. } | PushError::Io { .. }), "{refused}");
        }
        fs::write(blob(digest), bytes).unwrap();
    }
    let (repository, tag) = ("primetime".parse().unwrap(), "1.0".parse().unwrap());
    let ring = world.key.public().into();
    let meant = image_tag::read(&world.objects, &repository, &tag, &ring).unwrap().manifest;
    assert_eq!(meant, world.image.manifest.0);
    assert_eq!(world.objects.length(&Key::image_manifest(&other.manifest.0)).unwrap(), None);
    assert_eq!(fs::read_dir(world.objects.scratch()).unwrap().count(), 0, "nothing is left over");
    assert_eq!(world.push("other", "1.0").unwrap().manifest, other.manifest.0, "put right");
}

#[test]
fn what_is_no_layout_is_refused_with_its_file() {
    let world = World::with(&[10]);
    let dir = world.dir.path().join("layout");
    for (file, wrong) in [
        ("oci-layout", r#"{"imageLayoutVersion":"2.0.0"}"#),
        ("oci-layout", "{"),
        ("index.json", r#"{"schemaVersion":2,"manifests":[]}"#),
        (
            "index.json",
            r#"{"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"sha256:../../x","size":1}]}"#,
        ),
    ] {
        let right = fs::read(dir.join(file)).unwrap();
        fs::write(dir.join(file), wrong).unwrap();
        let refused = world.push("layout", "2.0").unwrap_err().to_string();
        assert!(refused.contains(file) || refused.contains("layout"), "{refused}");
        fs::write(dir.join(file), right).unwrap();
    }
}
