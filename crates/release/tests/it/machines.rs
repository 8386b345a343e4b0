//! What is kept of a bake, and when one is refused. The bake itself is `make test-golden`'s: here a script stands where it stands.

use std::{fs, os::unix::fs::PermissionsExt, path::Path};

use objects::{keys::KeyRing, signed};
use release::{
    BOM_FILE, DISK_FILE, FILES_FILE, MACHINE_FILE, Machine, Outcome, ReleaseError, digest_of, machine,
    machine_dir,
};

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
printf 'boot 0\n./etc/one\t%s\n./etc/two\t2\n' "$(sha256sum < "$1")" > "$2/manifest.txt"
printf 'Package: %s\nStatus: install ok %s\nArchitecture: amd64\nVersion: 1:6.1.1-1+b2\n\n' zstd installed linux-image-6.1 installed \
  openssh-server config-files > "$2/packages""#;

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
    for file in [FILES_FILE, DISK_FILE, BOM_FILE] {
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
fn the_bill_names_what_is_installed_on_the_disk() {
    let (dir, out) = release();
    let source = dir.path().join("source");
    checkout(&source, BAKES);
    let (first, _) = machine(&source, &out, &key()).unwrap();
    let folder = machine_dir(&out);
    let text = fs::read_to_string(folder.join(BOM_FILE)).unwrap();
    assert_eq!(first.bom, Some(digest_of(text.as_bytes())));
    let bom: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!((&bom["bomFormat"], &bom["specVersion"]), (&"CycloneDX".into(), &"1.5".into()));
    assert_eq!(bom["metadata"]["component"]["type"], "operating-system");
    assert_eq!(bom["metadata"]["component"]["version"], first.release);
    let components = bom["components"].as_array().unwrap();
    let shown =
        components.iter().map(|part| ["name", "version", "purl"].map(|key| part[key].as_str().unwrap()));
    let release = &*first.release;
    assert_eq!(
        shown.collect::<Vec<_>>(),
        [
            ["primetime", release, &format!("pkg:generic/primetime@{release}")],
            ["linux-image-6.1", "1:6.1.1-1+b2", "pkg:deb/debian/linux-image-6.1@1%3A6.1.1-1%2Bb2?arch=amd64"],
            ["zstd", "1:6.1.1-1+b2", "pkg:deb/debian/zstd@1%3A6.1.1-1%2Bb2?arch=amd64"],
        ]
    );
    let mut there: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    there.sort();
    assert_eq!(there, [BOM_FILE, DISK_FILE, MACHINE_FILE, FILES_FILE], "the package database is not kept");
    // The same files with another bill would be a bill that says what is not so.
    checkout(&source, &format!("{BAKES}\nsed -i s/6.1.1/6.1.2/ \"$2/packages\""));
    let refused = machine(&source, &out, &key()).unwrap_err();
    assert!(matches!(&refused, ReleaseError::Differs { differs, .. } if differs == BOM_FILE), "{refused}");
    // A disk of nothing is none.
    fs::remove_dir_all(&folder).unwrap();
    checkout(&source, &format!("{BAKES}\n: > \"$2/packages\""));
    assert!(machine(&source, &out, &key()).unwrap_err().to_string().contains("no package is installed"));
}

#[test]
fn a_machine_from_before_there_were_bills_is_believed_still() {
    let (dir, out) = release();
    let source = dir.path().join("source");
    checkout(&source, BAKES);
    let (machine_image, _) = machine(&source, &out, &key()).unwrap();
    let folder = machine_dir(&out);
    let old = Machine { bom: None, ..machine_image };
    let payload = serde_json::to_vec(&old).unwrap();
    assert!(
        !String::from_utf8_lossy(&payload).contains("bom"),
        "as a version before this one wrote it, and reads it"
    );
    fs::write(folder.join(MACHINE_FILE), signed::seal("machine", &payload, &key())).unwrap();
    fs::remove_file(folder.join(BOM_FILE)).unwrap();
    let ring = KeyRing::from(key().public());
    assert_eq!(Machine::verify(&folder, &ring).unwrap(), old);
    assert_eq!(machine(&source, &out, &key()).unwrap(), (old, Outcome::Identical));
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
