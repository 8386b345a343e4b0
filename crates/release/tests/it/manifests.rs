use std::fs;

use domain::SeededRng;
use objects::keys::{KeyRing, SigningKey};
use proptest::prelude::*;
use release::{Image, Manifest, Part, ReleaseError, digest_of, fuzz_manifest};

fn manifest(paths: &[&str]) -> Manifest {
    let part = |path: &&str| Part { path: (*path).to_owned(), digest: digest_of(b"x"), size: 1 };
    Manifest {
        format: 1,
        name: "primetime-0.1.0-0123456789ab".into(),
        version: "0.1.0".into(),
        commit: "0123456789ab".into(),
        dirty: false,
        created: "2026-03-01T20:00:00Z".into(),
        images: vec![Image { name: "primetime".into(), digest: digest_of(b"image"), size: 5 }],
        files: paths.iter().map(part).collect(),
    }
}

fn through(manifest: &Manifest) -> Result<Manifest, ReleaseError> {
    let key = SigningKey::generate(&SeededRng::new(1));
    Manifest::open(&manifest.seal(&key).unwrap(), &KeyRing::from(key.public()))
}

#[test]
fn there_and_back() {
    let one = manifest(&["bom.cdx.json", "images/blobs/sha256/0a", "images/index.json"]);
    assert_eq!(through(&one).unwrap(), one);
}

#[test]
fn what_is_signed_is_checked_all_the_same() {
    for path in ["", "/etc/passwd", "../x", "images/../x", "a//b", "a/.b", "a\\b", "release.json", "ä"] {
        let refused = through(&manifest(&[path])).unwrap_err().to_string();
        assert!(refused.contains("no path of a file"), "{path:?}: {refused}");
    }
    assert!(through(&manifest(&["b", "a"])).is_err(), "out of order");
    assert!(through(&manifest(&["a", "a"])).is_err(), "twice");
    assert!(
        through(&Manifest { format: 2, ..manifest(&["a"]) }).unwrap_err().to_string().contains("format 2")
    );
    assert!(through(&Manifest { created: "yesterday".into(), ..manifest(&["a"]) }).is_err());
    let many: Vec<String> = (0..1001).map(|n| format!("f{n:04}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert!(through(&manifest(&many)).unwrap_err().to_string().contains("more than 1000"));
}

#[test]
fn another_key_is_not_believed() {
    let mine = SigningKey::generate(&SeededRng::new(1));
    let theirs = SigningKey::generate(&SeededRng::new(2));
    let sealed = manifest(&["a"]).seal(&theirs).unwrap();
    let refused = Manifest::open(&sealed, &KeyRing::from(mine.public())).unwrap_err();
    assert!(matches!(refused, ReleaseError::Signed(_)), "{refused}");
}

#[test]
fn the_corpus_is_replayed_without_a_panic() {
    for entry in fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/corpus/release")).unwrap() {
        fuzz_manifest(&fs::read(entry.unwrap().path()).unwrap());
    }
}

proptest! {
    #[test]
    fn hostile_bytes_are_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        fuzz_manifest(&bytes);
    }

    #[test]
    fn hostile_paths_stay_in_the_folder(path in "[a-z./\\\\\\x00-]{0,20}") {
        fuzz_manifest(&serde_json::to_vec(&manifest(&[path.as_str()])).unwrap());
    }
}
