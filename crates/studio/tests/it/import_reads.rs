//! A catalogue that is right.

use std::path::PathBuf;

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
