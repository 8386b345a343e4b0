//! A catalogue that is right.

use std::{
    fs,
    path::{Path, PathBuf},
};

use studio::import::{self, Folder};

fn valid(masters_optional: bool, masters: Option<&str>) -> Folder {
    Folder { dir: "tests/catalogues/valid".into(), masters: masters.map(PathBuf::from), masters_optional }
}

#[test]
fn everything_it_says_arrives() {
    let checked = import::check(&valid(false, Some("tests/catalogues/valid-masters"))).unwrap();
    assert!(checked.warnings.is_empty(), "{:?}", checked.warnings);
    insta::assert_json_snapshot!("valid_brands", checked.catalogue.brands);
    insta::assert_json_snapshot!("valid_titles", checked.catalogue.titles);
    insta::assert_json_snapshot!("valid_genres", checked.catalogue.genres);
    assert!(checked.file("masters/ferry.mp4").unwrap().ends_with("valid/masters/ferry.mp4"));
    assert!(checked.file("masters/elsewhere/tides-2.mp4").unwrap().ends_with("valid-masters/tides-2.mp4"));
}

#[test]
fn a_missing_master_is_an_error_unless_it_may_be() {
    let errors = import::check(&valid(false, None)).unwrap_err();
    insta::assert_snapshot!("missing_master", errors.to_string());
    let checked = import::check(&valid(true, None)).unwrap();
    assert_eq!(checked.warnings.len(), 1);
    insta::assert_snapshot!("optional_master", checked.warnings[0].to_string());
    assert!(checked.file("masters/elsewhere/tides-2.mp4").is_none());
}

/// A copy of the valid catalogue that a test may damage.
fn copy() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for folder in ["catalogue", "art", "subtitles", "masters"] {
        fs::create_dir(dir.path().join(folder)).unwrap();
        for entry in fs::read_dir(Path::new("tests/catalogues/valid").join(folder)).unwrap() {
            let path = entry.unwrap().path();
            fs::copy(&path, dir.path().join(folder).join(path.file_name().unwrap())).unwrap();
        }
    }
    dir
}

fn errors(dir: &Path) -> String {
    let folder = Folder { dir: dir.to_owned(), masters: None, masters_optional: true };
    import::check(&folder).unwrap_err().to_string()
}

#[test]
fn files_that_are_too_large_or_lie_elsewhere_are_refused() {
    let dir = copy();
    fs::File::create(dir.path().join("catalogue/9-huge.yaml")).unwrap().set_len(9 << 20).unwrap();
    assert!(errors(dir.path()).contains("too large: a file may have 8 MiB"), "{}", errors(dir.path()));

    let dir = copy();
    fs::File::create(dir.path().join("art/ferry.svg")).unwrap().set_len(33 << 20).unwrap();
    assert!(errors(dir.path()).contains("`art/ferry.svg` is larger than 32 MiB"), "{}", errors(dir.path()));

    let dir = copy();
    fs::remove_file(dir.path().join("masters/ferry.mp4")).unwrap();
    std::os::unix::fs::symlink("/etc/hostname", dir.path().join("masters/ferry.mp4")).unwrap();
    assert!(errors(dir.path()).contains("is a link that leaves the folder"), "{}", errors(dir.path()));

    let dir = copy();
    fs::create_dir(dir.path().join("catalogue/9-folder.yaml")).unwrap();
    assert!(errors(dir.path()).contains("this is not a file"), "{}", errors(dir.path()));
}
