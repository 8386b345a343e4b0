//! What a person reads when a catalogue is wrong: golden files, one for each broken catalogue.

use std::{fs, path::PathBuf};

use studio::import::{self, Folder};

fn folder(dir: &str) -> Folder {
    Folder { dir: PathBuf::from(dir), masters: None, masters_optional: false }
}

#[test]
fn every_broken_catalogue_gets_its_report() {
    let mut cases: Vec<_> = fs::read_dir("tests/catalogues/broken")
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    cases.sort();
    assert!(cases.len() >= 14, "{cases:?}");
    for case in cases {
        let report = import::check(&folder(&format!("tests/catalogues/broken/{case}"))).unwrap_err();
        insta::assert_snapshot!(format!("broken_{}", case.replace('-', "_")), report.to_string());
    }
}

#[test]
fn a_folder_that_is_not_there() {
    let report = import::check(&folder("tests/catalogues/nowhere")).unwrap_err();
    insta::assert_snapshot!("no_folder", report.to_string());
}
