use std::{fs, os::unix::fs::PermissionsExt, path::PathBuf};

use release::{Content, Tree};

fn bytes(text: &str) -> Content {
    Content::Bytes(text.as_bytes().to_vec())
}

#[test]
fn a_layer_depends_on_its_content_and_on_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    let from = dir.path().join("from");
    fs::write(&from, "same").unwrap();
    let mut one = Tree::default();
    one.file("/usr/bin/b", 0o755, bytes("b"));
    one.file("/etc/a", 0o644, Content::Copy(from.clone()));
    let first = one.write(&dir.path().join("1")).unwrap();
    // Another order, another time and mode of the file that is copied, another spelling of a path.
    fs::write(&from, "same").unwrap();
    fs::set_permissions(&from, fs::Permissions::from_mode(0o600)).unwrap();
    let mut two = Tree::default();
    two.file("etc/a", 0o644, Content::Copy(from.clone()));
    two.file("usr/bin/b", 0o755, bytes("b"));
    assert_eq!(two.write(&dir.path().join("2")).unwrap(), first);
    assert_eq!(fs::read(dir.path().join("1")).unwrap(), fs::read(dir.path().join("2")).unwrap());
    two.file("usr/bin/b", 0o755, bytes("c"));
    assert_ne!(two.write(&dir.path().join("2")).unwrap().digest, first.digest);
}

#[test]
fn a_layer_is_a_tar_archive_whose_folders_come_first() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("layer");
    let long = format!("/usr/share/doc/{}/copyright", "x".repeat(150));
    let mut tree = Tree::default();
    tree.file(&long, 0o644, bytes("licence"));
    tree.folder("/data", 0o750, 10001);
    tree.write(&path).unwrap();
    let gzip = flate2::read::GzDecoder::new(fs::File::open(path).unwrap());
    let mut found = Vec::new();
    for entry in tar::Archive::new(gzip).entries().unwrap() {
        let entry = entry.unwrap();
        let header = entry.header();
        assert_eq!(header.mtime().unwrap(), 0);
        found.push((entry.path().unwrap().into_owned(), header.mode().unwrap(), header.uid().unwrap()));
    }
    let folder = |path: &str| (PathBuf::from(path), 0o755, 0);
    let above = long.strip_prefix('/').unwrap().strip_suffix("copyright").unwrap();
    assert_eq!(
        found,
        [
            (PathBuf::from("data/"), 0o750, 10001),
            folder("usr/"),
            folder("usr/share/"),
            folder("usr/share/doc/"),
            folder(above),
            (PathBuf::from(&long[1..]), 0o644, 0),
        ]
    );
}
