use domain::{SeededRng, Timestamp};
use golden::{GoldenError, Shelf, Stage};
use objects::{
    Hash, Key, Objects,
    keys::{KeyRing, SigningKey},
};

#[test]
fn a_catalogue_of_another_hand_is_neither_read_nor_replaced() {
    let dir = tempfile::tempdir().unwrap();
    let objects = Objects::folder(&dir.path().join("objects")).unwrap();
    let (ours, theirs) = (SigningKey::generate(&SeededRng::new(1)), SigningKey::generate(&SeededRng::new(2)));
    let file = dir.path().join("disk");
    std::fs::write(&file, "a disk").unwrap();
    let now = Timestamp::from_seconds(1_700_000_000);
    let their_ring = KeyRing::from(theirs.public());
    Shelf { objects: &objects, ring: &their_ring }.add(&file, "theirs", now, &theirs).unwrap();
    let before = objects.get(&Key::golden_catalogue(), 10_000).unwrap();
    let ring = KeyRing::from(ours.public());
    let shelf = Shelf { objects: &objects, ring: &ring };
    assert!(matches!(shelf.catalogue(), Err(GoldenError::Signed(_))));
    assert!(matches!(shelf.add(&file, "ours", now, &ours), Err(GoldenError::Signed(_))));
    assert!(matches!(shelf.collect(0, now, &ours), Err(GoldenError::Signed(_))));
    assert_eq!(objects.get(&Key::golden_catalogue(), 10_000).unwrap(), before);
}

#[test]
fn an_image_whose_disk_is_gone_is_not_promoted() {
    let dir = tempfile::tempdir().unwrap();
    let objects = Objects::folder(&dir.path().join("objects")).unwrap();
    let signer = SigningKey::generate(&SeededRng::new(1));
    let ring = KeyRing::from(signer.public());
    let shelf = Shelf { objects: &objects, ring: &ring };
    let file = dir.path().join("disk");
    std::fs::write(&file, "a disk").unwrap();
    let image = shelf.add(&file, "1.0", Timestamp::from_seconds(0), &signer).unwrap();
    assert_eq!((image.hash, image.bytes), (Hash::of(b"a disk"), 6));
    objects.delete(&Key::golden_image(&image.hash)).unwrap();
    let stage: Stage = "production".parse().unwrap();
    assert!(matches!(shelf.promote(image.hash, stage.clone(), &signer), Err(GoldenError::Gone(_))));
    shelf.add(&file, "1.0", Timestamp::from_seconds(9), &signer).unwrap();
    shelf.promote(image.hash, stage, &signer).unwrap();
}

#[test]
fn a_stage_is_a_plain_word() {
    for bad in ["", "Production", "1st", "a/b", "a b", &"a".repeat(33)] {
        assert!(bad.parse::<Stage>().is_err(), "{bad:?}");
    }
    assert!(serde_json::from_str::<Stage>("\"../x\"").is_err());
}

/// A disk that is another one at each look: the first time it is opened it has other bytes than the second time.
#[test]
fn what_lies_under_a_hash_is_what_was_hashed_whatever_becomes_of_the_file() {
    let dir = tempfile::tempdir().unwrap();
    let objects = Objects::folder(&dir.path().join("objects")).unwrap();
    let signer = SigningKey::generate(&SeededRng::new(1));
    let ring = KeyRing::from(signer.public());
    let file = dir.path().join("disk");
    assert!(std::process::Command::new("mkfifo").arg(&file).status().unwrap().success());
    let pipe = file.clone();
    // The second waits for a reader who need not come.
    std::thread::spawn(move || ["a disk", "another"].map(|disk| std::fs::write(&pipe, disk)));
    let shelf = Shelf { objects: &objects, ring: &ring };
    let image = shelf.add(&file, "1.0", Timestamp::from_seconds(0), &signer).unwrap();
    let kept = objects.get(&Key::golden_image(&image.hash), 100).unwrap();
    assert_eq!((image.hash, image.bytes), (Hash::of(&kept), kept.len() as u64));
}

#[test]
fn a_disk_that_was_cut_short_in_the_store_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let objects = Objects::folder(&dir.path().join("objects")).unwrap();
    let signer = SigningKey::generate(&SeededRng::new(1));
    let ring = KeyRing::from(signer.public());
    let (file, key) = (dir.path().join("disk"), Key::golden_image(&Hash::of(b"a disk")));
    std::fs::write(&file, "a disk").unwrap();
    objects.put(&key, b"a di").unwrap();
    let shelf = Shelf { objects: &objects, ring: &ring };
    let said = shelf.add(&file, "1.0", Timestamp::from_seconds(0), &signer).unwrap_err();
    assert!(matches!(said, GoldenError::Object(objects::ObjectError::Different(_))), "{said:?}");
    assert!(shelf.catalogue().unwrap().images().is_empty());
}
