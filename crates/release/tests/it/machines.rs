//! What is kept of a bake, and when one is refused. The bake itself is `make test-golden`'s: here a script stands where it stands.

use std::{fs, os::unix::fs::PermissionsExt, path::Path};

use objects::keys::KeyRing;
use release::{DISK_FILE, FILES_FILE, MACHINE_FILE, Machine, Outcome, ReleaseError, machine, machine_dir};

use crate::releases::{key, release};

/// A checkout whose bake puts down what it was given.
fn checkout(dir: &Path, script: &str) {
    let path = dir.join("scripts/bake-image");
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, format!("#!/bin/sh\nset -e\n{script}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
}

const BAKES: &str = r#"cat "$1" > "$2/golden.qcow2"
test -s "$3/primetime/index.json"
cmp "$4" "$(dirname "$1")/release.json"
printf 'boot 0\n./etc/one\t%s\n./etc/two\t2\n' "$(sha256sum < "$1")" > "$2/manifest.txt""#;

#[test]
fn a_disk_of_other_files_is_not_the_same_image() {
    let (dir, out) = release();
    let source = dir.path().join("source");
    checkout(&source, BAKES);
    let (first, outcome) = machine(&source, &out, &key()).unwrap();
    assert_eq!(outcome, Outcome::Written);
    assert_eq!(first.release, "primetime-0.1.0-0123456789ab");
    let ring = KeyRing::from(key().public());
    assert_eq!(Machine::read(&machine_dir(&out), &ring).unwrap(), first);
    // The blocks lie elsewhere, the files are the same.
    checkout(&source, &format!("{BAKES}\necho more >> \"$2/golden.qcow2\""));
    assert_eq!(machine(&source, &out, &key()).unwrap(), (first, Outcome::Identical));
    checkout(
        &source,
        &format!(
            "{BAKES}\nsed -i '/two/d' \"$2/manifest.txt\"\nprintf './etc/two\\t3\\n' >> \"$2/manifest.txt\""
        ),
    );
    let refused = machine(&source, &out, &key()).unwrap_err();
    assert!(matches!(&refused, ReleaseError::Differs { differs, .. } if differs == "./etc/two"), "{refused}");
    // What was changed afterwards was not signed.
    Machine::verify(&machine_dir(&out), &ring).unwrap();
    for file in [FILES_FILE, DISK_FILE] {
        let path = machine_dir(&out).join(file);
        let bytes = fs::read(&path).unwrap();
        fs::write(&path, [&bytes[..], b"!"].concat()).unwrap();
        let refused = Machine::verify(&machine_dir(&out), &ring).unwrap_err();
        assert!(matches!(&refused, ReleaseError::Digest { path, .. } if path == file), "{refused}");
        fs::write(&path, bytes).unwrap();
    }
    let path = machine_dir(&out).join(MACHINE_FILE);
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replacen("payload\":\"", "payload\":\"A", 1)).unwrap();
    assert!(matches!(Machine::read(&machine_dir(&out), &ring), Err(ReleaseError::Machine { .. })));
}

#[test]
fn a_bake_that_fails_leaves_nothing() {
    let (dir, out) = release();
    let source = dir.path().join("source");
    checkout(&source, "touch \"$2/golden.qcow2\"; exit 3");
    let refused = machine(&source, &out, &key()).unwrap_err().to_string();
    assert!(refused.contains("scripts/bake-image") && refused.contains("exit status: 3"), "{refused}");
    let left: Vec<_> = fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 2, "the release and the source: {left:?}");
    // Nothing that was tampered with is baked.
    checkout(&source, BAKES);
    fs::write(out.join("primetime"), "another").unwrap();
    assert!(machine(&source, &out, &key()).unwrap_err().to_string().contains("has been changed"));
}
