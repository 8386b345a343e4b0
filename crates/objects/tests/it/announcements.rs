use std::fs;

use domain::{SeededRng, Timestamp};
use objects::{
    Hash, Key, Objects,
    announce::{self, AnnounceError, Announced, CurrentEdition, fuzz_announcement},
    keys::{KeyRing, SigningKey},
    signed::{self, SignedError},
};
use proptest::prelude::*;

fn edition(number: u64, content: &str) -> CurrentEdition {
    CurrentEdition { number, header: Hash::of(content.as_bytes()), published_at: Timestamp(number as i64) }
}

#[test]
fn what_is_restored_replaces_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let objects = Objects::folder(dir.path()).unwrap();
    let key = SigningKey::generate(&SeededRng::new(1));
    let ring = KeyRing::from(key.public());
    let sealed = |edition: CurrentEdition| {
        signed::seal(CurrentEdition::KIND, &serde_json::to_vec(&edition).unwrap(), &key)
    };
    let (one, two) = (sealed(edition(1, "one")), sealed(edition(2, "two")));
    let restore = |bytes: &[u8]| announce::restore::<CurrentEdition>(&objects, bytes, &ring);
    assert!(matches!(restore(b"{"), Err(AnnounceError::Signed { .. })));
    assert!(restore(&one).unwrap() && restore(&one).unwrap());
    assert!(!restore(&two).unwrap());
    assert_eq!(announce::read_bytes::<CurrentEdition>(&objects).unwrap(), one);
    objects.replace(&Key::current_edition(), b"damaged").unwrap();
    assert!(matches!(restore(&two), Err(AnnounceError::Signed { .. })));
    assert_eq!(announce::read_bytes::<CurrentEdition>(&objects).unwrap(), b"damaged");
}

#[test]
fn numbers_only_grow() {
    let dir = tempfile::tempdir().unwrap();
    let objects = Objects::folder(dir.path()).unwrap();
    let key = SigningKey::generate(&SeededRng::new(1));
    let ring = KeyRing::from(key.public());
    assert!(
        matches!(announce::read::<CurrentEdition>(&objects, &ring), Err(AnnounceError::Object(error)) if error.is_missing())
    );
    for edition in [edition(1, "one"), edition(1, "one"), edition(3, "three")] {
        announce::publish(&objects, &edition, &key, &ring).unwrap();
        assert_eq!(announce::read::<CurrentEdition>(&objects, &ring).unwrap(), edition);
    }
    for edition in [edition(2, "two"), edition(3, "another three")] {
        let refused = announce::publish(&objects, &edition, &key, &ring);
        assert!(matches!(refused, Err(AnnounceError::Older { current: 3, .. })));
    }
    assert_eq!(announce::read::<CurrentEdition>(&objects, &ring).unwrap(), edition(3, "three"));
    // What cannot be trusted is replaced: the database has decided.
    objects.replace(&Key::current_edition(), b"damaged").unwrap();
    assert!(matches!(
        announce::read::<CurrentEdition>(&objects, &ring),
        Err(AnnounceError::Signed { error: SignedError::Malformed(_), .. })
    ));
    announce::publish(&objects, &edition(4, "four"), &key, &ring).unwrap();
    assert_eq!(announce::read::<CurrentEdition>(&objects, &ring).unwrap(), edition(4, "four"));
}

#[test]
fn keys_rotate_without_a_gap() {
    let old = SigningKey::generate(&SeededRng::new(1));
    let new = SigningKey::generate(&SeededRng::new(2));
    let both: KeyRing = [old.public(), new.public()].into_iter().collect();
    for key in [&old, &new] {
        assert_eq!(signed::open("x", &signed::seal("x", b"payload", key), &both).unwrap(), b"payload");
    }
    let by_old = signed::seal("x", b"payload", &old);
    assert!(matches!(signed::open("x", &by_old, &new.public().into()), Err(SignedError::UnknownKey(_))));
    assert_eq!(signed::open("y", &by_old, &both), Err(SignedError::BadSignature), "signed as another kind");
}

proptest! {
    #[test]
    fn one_changed_byte_is_one_too_many(at in 0usize..400, to in any::<u8>()) {
        let key = SigningKey::generate(&SeededRng::new(1));
        let ring = KeyRing::from(key.public());
        let payload = serde_json::to_vec(&edition(7, "seven")).unwrap();
        let mut bytes = signed::seal("current edition", &payload, &key);
        let at = at % bytes.len();
        prop_assume!(bytes[at] != to);
        bytes[at] = to;
        // A change that JSON does not see (a space for a space) may pass, but never another content.
        if let Ok(found) = announce::parse::<CurrentEdition>(&bytes, &ring) {
            prop_assert_eq!(found, edition(7, "seven"));
        }
    }

    #[test]
    fn hostile_bytes_are_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        fuzz_announcement(&bytes);
    }
}

#[test]
fn the_corpus_is_replayed_without_a_panic() {
    for entry in fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/corpus/announcement")).unwrap() {
        fuzz_announcement(&fs::read(entry.unwrap().path()).unwrap());
    }
}
