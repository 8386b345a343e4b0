//! `release push`: what is not there, and what must not be moved.

use std::fs;

use crate::{host::GOOD, images, process::Installation, shipping};

#[test]
fn a_folder_that_is_not_there_is_named_and_a_releases_tag_stays() {
    let there = Installation::new();
    let said = there.fail("release push /nowhere/v1");
    assert!(said.contains("there is no folder /nowhere/v1") && !said.contains("--tag"), "{said}");
    shipping::push(&there, "v1", GOOD);
    let tag = there.data().join("objects/oci/tags/primetime/v1");
    let before = fs::read(&tag).unwrap();
    images::layout(&there.input(), b"another one");
    let said = there.fail("release push IN --tag v1");
    assert!(said.contains("a release of the name v1 is in the store"), "{said}");
    assert_eq!(fs::read(&tag).unwrap(), before);
    there.succeed("release push IN --tag v2");
    there.succeed("release push IN --tag v1 --repository tools");
}
