//! The tree as it is, held against its rules.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{path::Path, process::Command};

use xtask::{edges, sizes};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("crates/xtask has two parents")
}

/// Crates for other platforms need not even be downloaded.
const PLATFORM: &str = "x86_64-unknown-linux-gnu";

fn metadata() -> edges::Metadata {
    let out = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--offline", "--filter-platform", PLATFORM])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    serde_json::from_slice(&out.stdout).unwrap()
}

#[test]
fn crates_stand_only_on_what_they_may() {
    assert_eq!(edges::violations(&metadata()), Vec::<String>::new());
}

#[test]
fn a_forbidden_edge_is_seen_however_deep() {
    let metadata: edges::Metadata = serde_json::from_str(
        r#"{"packages": [{"id": "o", "name": "origin"}, {"id": "s", "name": "store"}, {"id": "x", "name": "sqlx"}],
            "workspace_members": ["o", "s"],
            "resolve": {"nodes": [
                {"id": "o", "deps": [{"pkg": "s", "dep_kinds": [{"kind": null}]}]},
                {"id": "s", "deps": [{"pkg": "x", "dep_kinds": [{"kind": null}]}]},
                {"id": "x", "deps": []}]}}"#,
    )
    .unwrap();
    let found = edges::violations(&metadata);
    assert_eq!(
        found,
        ["origin may not stand on store", "origin serves without a database, but sqlx stands under it"]
    );
}

#[test]
fn no_file_has_grown_past_one_subject() {
    assert_eq!(sizes::too_long(&root().join("crates")).unwrap(), []);
    assert_eq!(sizes::too_long(&root().join("ui")).unwrap(), []);
}
