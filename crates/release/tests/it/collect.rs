//! What is collected from a store, and what stays, wherever a collection is broken off.

use std::{
    cell::Cell,
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use domain::{SeededRng, Timestamp};
use objects::{
    Digest, Key, Objects, image_tag,
    keys::{KeyRing, SigningKey},
};
use release::{BINARY_FILE, Collected, Collecting, Fate, Image, Manifest, Part, ReleaseError, digest_of};
use serde_json::json;

use crate::releases::key;

const NOW: Timestamp = Timestamp(1_800_000_000_000_000);
const DAY: Duration = Duration::from_secs(24 * 3600);

fn days_ago(days: u32) -> Timestamp {
    NOW.minus(DAY * days)
}

fn digest(bytes: &[u8]) -> Digest {
    digest_of(bytes).to_string().parse().unwrap()
}

/// A store with releases that share a layer.
struct World {
    _dir: tempfile::TempDir,
    objects: Objects,
    ring: KeyRing,
}

impl World {
    /// v1 to `newest`, each made a day after the one before, the newest ten days ago.
    fn new(newest: u32) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let objects = Objects::folder(dir.path()).unwrap();
        let world = Self { _dir: dir, objects, ring: key().public().into() };
        for n in 1..=newest {
            world.push(&format!("v{n}"), days_ago(10 + newest - n));
        }
        world
    }

    fn blob(&self, bytes: &[u8]) -> Digest {
        self.objects.put(&Key::image_blob(&digest(bytes)), bytes).unwrap();
        digest(bytes)
    }

    fn manifest(&self, value: &serde_json::Value) -> Digest {
        let bytes = value.to_string().into_bytes();
        self.objects.put(&Key::image_manifest(&digest(&bytes)), &bytes).unwrap();
        digest(&bytes)
    }

    /// An image of a layer of its own, and of one that all share.
    fn image(&self, of: &str) -> Digest {
        let [config, base, own] = [b"{}".as_slice(), b"base", of.as_bytes()].map(|bytes| self.blob(bytes));
        self.manifest(&json!({
            "schemaVersion": 2,
            "config": { "digest": config },
            "layers": [{ "digest": base }, { "digest": own }],
        }))
    }

    fn tag(&self, repository: &str, tag: &str, manifest: Digest, pushed: Timestamp) {
        let name = (&repository.parse().unwrap(), &tag.parse().unwrap());
        image_tag::move_to(&self.objects, name, manifest, (&key(), &self.ring), pushed).unwrap();
    }

    /// Its tag leads to an index, as of several platforms.
    fn push(&self, name: &str, created: Timestamp) {
        let inner = self.image(name);
        let image = self.manifest(&json!({ "schemaVersion": 2, "manifests": [{ "digest": inner }] }));
        self.tag("primetime", name, image, created);
        let file = format!("the binary of {name}").into_bytes();
        let tag = name.parse().unwrap();
        self.objects.put(&Key::release_file(&tag, &digest(&file)), &file).unwrap();
        let size = file.len() as u64;
        let images =
            vec![Image { name: "primetime".into(), digest: image.to_string().parse().unwrap(), size: 1 }];
        let manifest = Manifest {
            format: 1,
            name: name.to_owned(),
            version: "0.1.0".into(),
            commit: "0123456789ab".into(),
            dirty: false,
            created: created.to_string(),
            images,
            files: vec![Part { path: BINARY_FILE.into(), digest: digest_of(&file), size }],
        };
        self.objects.put(&Key::release(&tag), &manifest.seal(&key()).unwrap()).unwrap();
    }

    fn collecting<'a>(&'a self, keep: usize, needed: &'a BTreeMap<String, String>) -> Collecting<'a> {
        let Self { objects, ring, .. } = self;
        Collecting { objects, releases: ring, images: ring, keep, needed, now: NOW, dry: false }
    }

    fn collect(&self, keep: usize, needed: &[&str]) -> Collected {
        let needed = words(needed);
        self.collecting(keep, &needed).run(&|| Ok(())).unwrap()
    }

    fn there(&self) -> BTreeSet<Key> {
        self.objects.list("").unwrap().into_iter().collect()
    }

    /// Everything that a host reads of this release is there, or nothing of it.
    fn is_whole(&self, name: &str) -> bool {
        let tag = name.parse().unwrap();
        let there = self.there();
        let file = digest(format!("the binary of {name}").as_bytes());
        let layers = [b"{}".as_slice(), b"base", name.as_bytes()].map(|it| Key::image_blob(&digest(it)));
        let is = [Key::release(&tag), Key::release_file(&tag, &file)]
            .iter()
            .chain(&layers)
            .all(|key| there.contains(key));
        let pointer = image_tag::read(&self.objects, &"primetime".parse().unwrap(), &tag, &self.ring);
        let manifest = pointer.is_ok_and(|it| there.contains(&Key::image_manifest(&it.manifest)));
        assert!(!there.contains(&Key::release(&tag)) || is && manifest, "{name} is half there: {there:?}");
        is
    }
}

fn words(needed: &[&str]) -> BTreeMap<String, String> {
    needed.iter().map(|name| ((*name).to_owned(), "it runs".to_owned())).collect()
}

fn fates(collected: &Collected) -> Vec<(&str, &Fate)> {
    collected.releases.iter().map(|(name, fate, _)| (name.as_str(), fate)).collect()
}

#[test]
fn what_nobody_needs_goes_and_what_it_shares_stays() {
    let world = World::new(5);
    let alone = World::new(0);
    for name in ["v2", "v5"] {
        alone.push(name, days_ago(10));
    }
    let before = world.there();
    let needed = words(&["v2"]);
    let dry = Collecting { dry: true, ..world.collecting(1, &needed) };
    let said = dry.run(&|| panic!("nothing is deleted")).unwrap();
    assert_eq!(world.there(), before);
    let collected = world.collect(1, &["v2"]);
    let (goes, stays) = (&Fate::Goes, |why: &str| Fate::Stays(why.into()));
    assert_eq!(
        fates(&collected),
        [
            ("v1", goes),
            ("v2", &stays("it runs")),
            ("v3", goes),
            ("v4", goes),
            ("v5", &stays("of the 1 newest"))
        ]
    );
    assert_eq!((&said.releases, said.images), (&collected.releases, collected.images), "as was said before");
    // What is signed, a tag and a file; a layer, a manifest and an index.
    assert!(
        collected
            .releases
            .iter()
            .all(|(_, fate, gone)| gone.objects == if *fate == Fate::Goes { 3 } else { 0 })
    );
    assert_eq!(collected.images.objects, 9);
    assert!(collected.unread.is_empty());
    assert_eq!(world.there(), alone.there(), "as if the others had never been pushed");
    assert!(
        world.collect(1, &["v2"]).releases.iter().all(|(_, _, gone)| gone.objects == 0),
        "once is enough"
    );
}

#[test]
fn broken_off_anywhere_nothing_is_half_there_and_the_next_one_ends_it() {
    let whole = World::new(4);
    whole.collect(1, &["v2"]);
    let end = whole.there();
    for left in 0.. {
        let world = World::new(4);
        let (steps, needed) = (Cell::new(left), words(&["v2"]));
        let stop = || match steps.get() {
            0 => Err("killed".to_owned()),
            some => {
                steps.set(some - 1);
                Ok(())
            }
        };
        let broken_off = world.collecting(1, &needed).run(&stop);
        let stay = ["v1", "v2", "v3", "v4"].map(|name| world.is_whole(name));
        assert!(stay[1] && stay[3], "{left}: {stay:?}");
        if broken_off.is_ok() {
            assert!(left > 10, "{left}");
            break;
        }
        assert!(matches!(broken_off, Err(ReleaseError::GivenUp(why)) if why == "killed"));
        world.collect(1, &["v2"]);
        assert_eq!(world.there(), end, "broken off after {left}");
    }
}

#[test]
fn the_young_stay_by_when_they_were_made_or_pushed() {
    let world = World::new(1);
    world.push("young", days_ago(0));
    // Of an old commit, pushed just now.
    world.push("late", days_ago(9));
    let tag = Key::image_tag(&"primetime".parse().unwrap(), &"late".parse().unwrap());
    world.objects.delete(&tag).unwrap();
    world.tag("primetime", "late", world.image("late"), days_ago(1));
    let young = Fate::Stays("younger than a day".into());
    assert_eq!(fates(&world.collect(0, &[])), [("v1", &Fate::Goes), ("late", &young), ("young", &young)]);
}

#[test]
fn what_does_not_verify_is_left_alone_and_named() {
    let world = World::new(3);
    let signed = |name: &str| Key::release(&name.parse().unwrap());
    // By somebody else; under another name.
    let stranger = SigningKey::generate(&SeededRng::new(9));
    let bytes = world.objects.get(&signed("v1"), 1 << 20).unwrap();
    let manifest = Manifest::open(&bytes, &world.ring).unwrap();
    for (name, bytes) in [("v1", manifest.seal(&stranger).unwrap()), ("alias", bytes)] {
        world.objects.delete(&signed(name)).unwrap();
        world.objects.put(&signed(name), &bytes).unwrap();
    }
    let collected = world.collect(0, &[]);
    let strange: Vec<_> = collected
        .releases
        .iter()
        .filter_map(|(name, fate, _)| match fate {
            Fate::Strange(why) => Some((name.as_str(), why.as_str())),
            _ => None,
        })
        .collect();
    assert!(
        matches!(&strange[..], [("alias", alias), ("v1", v1)]
            if alias.contains("is the release v1") && v1.contains("not among the keys")),
        "{strange:?}"
    );
    assert!(world.is_whole("v1") && !world.is_whole("v2") && !world.is_whole("v3"));
    assert!(collected.unread.is_empty(), "its tag is good, and keeps its images");
}

#[test]
fn what_a_push_left_goes_unless_it_is_needed() {
    let world = World::new(2);
    world.push("half", days_ago(3));
    world.push("wanted", days_ago(3));
    for name in ["half", "wanted"] {
        world.objects.delete(&Key::release(&name.parse().unwrap())).unwrap();
    }
    // An image that is of no release stays with its tag.
    world.tag("tools", "1.4.0", world.image("tools"), days_ago(400));
    let collected = world.collect(2, &["wanted"]);
    let fate =
        |name: &str| fates(&collected).into_iter().find(|(other, _)| *other == name).unwrap().1.clone();
    assert_eq!(fate("half"), Fate::Rest);
    assert_eq!(fate("wanted"), Fate::Strange("what was signed is not there; it runs".into()));
    let there: Vec<_> = world.there().iter().map(ToString::to_string).collect();
    assert!(!there.iter().any(|key| key.contains("half")) && there.iter().any(|key| key.contains("wanted")));
    for layer in ["tools", "wanted", "v1", "v2"] {
        assert!(world.there().contains(&Key::image_blob(&digest(layer.as_bytes()))), "{layer}");
    }
    assert!(!world.there().contains(&Key::image_blob(&digest(b"half"))));
}

#[test]
fn a_tag_or_manifest_that_cannot_be_read_may_name_anything() {
    let unread = |harm: &dyn Fn(&World)| {
        let world = World::new(2);
        harm(&world);
        let of_images = |world: &World| {
            let mut there = world.there();
            there.retain(|key| {
                key.as_str().starts_with("oci/blobs/") || key.as_str().starts_with("oci/manifests/")
            });
            there
        };
        let before = of_images(&world);
        let collected = world.collect(1, &[]);
        assert_eq!(of_images(&world), before);
        assert!(
            !world.there().contains(&Key::release(&"v1".parse().unwrap())),
            "the release goes all the same"
        );
        collected.unread.join("\n")
    };
    let stranger = SigningKey::generate(&SeededRng::new(9));
    let said = unread(&|world| {
        let name = (&"tools".parse().unwrap(), &"1.0".parse().unwrap());
        let ring = stranger.public().into();
        image_tag::move_to(&world.objects, name, Digest([1; 32]), (&stranger, &ring), NOW).unwrap();
    });
    assert!(said.contains("oci/tags/tools/1.0: ") && said.contains("not among the keys"), "{said}");
    let said = unread(&|world| world.tag("tools", "1.0", Digest([1; 32]), NOW));
    assert!(said.contains("there is no object"), "{said}");
    for (manifest, why) in [
        (json!({ "schemaVersion": 2 }), "neither a manifest nor an index"),
        (
            json!({ "mediaType": "application/x-new", "manifests": [] }),
            "`application/x-new` is not understood",
        ),
        (json!({ "manifests": [{ "digest": "blake3:77" }] }), "not a digest"),
        (json!({ "manifests": [{ "digest": Digest([3; 32]) }] }), "there is no object"),
    ] {
        let said = unread(&|world| world.tag("tools", "1.0", world.manifest(&manifest), NOW));
        assert!(said.contains(why), "{why}: {said}");
    }
    let said = unread(&|world| {
        let manifest = Key::image_manifest(&Digest([4; 32]));
        world.objects.put(&manifest, br#"{"manifests":[]}"#).unwrap();
        world.tag("tools", "1.0", Digest([4; 32]), NOW);
    });
    assert!(said.contains("not what its digest says"), "{said}");
}
