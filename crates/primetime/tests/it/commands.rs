//! Commands that end by themselves, and what they say when something is wrong.

use std::{fs, net::TcpListener};

use crate::{catalogue, process::Installation};

#[test]
fn a_wrong_catalogue_is_told_whole_with_its_places_and_changes_nothing() {
    let there = Installation::new();
    catalogue::write(&there.input(), "Night Ferry");
    let wrong = catalogue::titles("Night Ferry")
        .replace("genres: [thriller]", "genres: [thriler]")
        .replace("from: 2024-01-01T00:00:00Z", "from: 2024-01-01T00:00:00Z, to: 2023-01-01T00:00:00Z")
        .replace("territories: world", "territories: [XX]")
        .replace("    year: 2024\n", "    year: 2024\n    yeer: 2024\n");
    fs::write(there.input().join("titles.yaml"), wrong).unwrap();
    for line in ["import IN --check", "import IN"] {
        let said = there.fail(line);
        for expected in ["thriler", "yeer", "XX", "2023-01-01"] {
            assert!(said.contains(expected), "{expected} is not in\n{said}");
        }
        assert!(said.contains("titles.yaml:"), "{said}");
    }
    assert!(there.fail("publish").contains("brand"), "nothing came in");
}

#[test]
fn a_catalogue_comes_in_twice_and_changes_once() {
    let there = Installation::new();
    catalogue::write(&there.input(), "Night Ferry");
    assert!(there.succeed("import IN --check").contains("Nothing was changed"));
    assert!(there.succeed("import IN").contains("1 titles: 3 added"));
    assert!(there.succeed("import IN").contains("Nothing has changed"));
    assert!(there.succeed("publish").contains("Edition 1 is announced"));
    assert!(there.succeed("publish").contains("Edition 1 says all of it already"));
}

#[test]
fn what_nobody_knows_is_refused_with_the_nearest() {
    let there = Installation::new();
    let said = there.fail("serve --set work.slot=1");
    assert!(said.contains("work.slot") && said.contains("work.slots"), "{said}");
    let said = there.fail("serve --roles site,studio --set database.path=none");
    assert!(said.contains("database.path"), "{said}");
    assert!(!there.data().exists(), "nothing was made");
}

#[test]
fn the_doctor_names_what_is_wrong() {
    let there = Installation::new();
    let busy = TcpListener::bind(there.address).unwrap();
    let output = there.run("doctor --set work.ffmpeg=/nowhere/ffmpeg");
    let said = crate::process::words(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("WRONG ffmpeg") && said.contains("work.ffmpeg"), "{said}");
    assert!(said.contains("WRONG addresses") && said.contains(&there.address.to_string()), "{said}");
    assert!(said.contains("ok    database"), "{said}");
    drop(busy);
    assert!(crate::process::words(&there.run("doctor")).contains("ok    addresses"));
}

#[test]
fn a_database_that_is_none_is_left_alone() {
    let there = Installation::new();
    fs::create_dir_all(there.data()).unwrap();
    let path = there.data().join("primetime.db");
    fs::write(&path, "my thesis, the only copy").unwrap();
    let said = there.fail("migrate");
    assert!(said.contains("primetime.db"), "{said}");
    assert_eq!(fs::read_to_string(path).unwrap(), "my thesis, the only copy");
}
