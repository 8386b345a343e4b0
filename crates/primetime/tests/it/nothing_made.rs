//! Commands that only read or copy make nothing where there is no installation.

use std::fs;

use pgtest::Server;

use crate::{
    catalogue,
    process::{Installation, words},
};

/// What only reads or copies, or changes what must be there already.
const READING: [&str; 16] = [
    "host --drain",
    "takedown list",
    "takedown ferry --why x --as ana",
    "audit show",
    "audit verify",
    "release status",
    "release undo --why x --as ana",
    "fleet status",
    "fleet plan",
    "publish",
    "image list",
    "image promote 0000000000000000000000000000000000000000000000000000000000000000 production --why x --as ana",
    "image collect --as ana",
    "release collect --as ana",
    "doctor",
    "backup OUT",
];

#[test]
fn where_there_is_no_installation_that_is_said_and_nothing_is_made() {
    let there = Installation::new();
    let out = there.dir.path().join("out");
    for line in READING {
        let output = there.run(&line.replace("OUT", out.to_str().unwrap()));
        let said = words(&output);
        assert_eq!(output.status.code(), Some(1), "{line}: {said}");
        for expected in ["there is no installation in ", there.data().to_str().unwrap(), "--data", "--config"]
        {
            assert!(said.contains(expected), "{line}: {said}");
        }
        assert!(!there.data().exists() && !out.exists(), "{line} made something");
    }
    let said = there.fail("release verify /nowhere");
    assert!(said.contains("release.pub") && !there.data().exists(), "{said}");
    // A folder of something else.
    fs::create_dir(there.data()).unwrap();
    fs::write(there.data().join("thesis.txt"), "the only copy").unwrap();
    for line in READING {
        let said = words(&there.run(&line.replace("OUT", out.to_str().unwrap())));
        assert!(said.contains("there is no installation in "), "{line}: {said}");
        assert_eq!(fs::read_dir(there.data()).unwrap().count(), 1, "{line} made something");
    }
    assert!(!out.exists());
}

#[test]
fn a_server_that_holds_no_tables_gets_none() {
    let there = Installation::new();
    catalogue::write(&there.input(), "Night Ferry");
    there.succeed("import IN");
    let url = Server::shared().database();
    for _ in 0..2 {
        let said = there.fail(&format!("audit show --set database.url={url}"));
        assert!(said.contains("there is no installation in ") && said.contains("postgres://"), "{said}");
    }
    let target = there.dir.path().join("copy.db");
    let line = format!("db copy --from {url} --to sqlite:{}", target.display());
    let output = there.command().args(line.split(' ')).output().unwrap();
    let said = words(&output);
    assert!(!output.status.success() && said.contains("there is no installation in "), "{said}");
    assert!(!target.exists(), "not even the target");
}
