//! Whatever is damaged, the edition that is open stays, and once it is repaired the new one is taken.

use std::{collections::BTreeSet, fs};

use edition::{EditionError, Outcome};
use objects::{Hash, Key};

use crate::following::Stage;

/// Edition 1 open, edition 2 announced; with the sections that only edition 2 has.
fn two_editions() -> (Stage, Vec<Key>) {
    let mut stage = Stage::new(150);
    let first = stage.build(1);
    stage.announce(&first);
    assert!(matches!(stage.follower.poll(), Outcome::Switched { to: 1, .. }));
    let before: BTreeSet<Key> = stage.objects.list("sections/").unwrap().into_iter().collect();
    stage.catalogue.titles[0].year = 1955;
    stage.catalogue.titles[0].name.0.values_mut().for_each(|name| name.push_str(" anew"));
    let second = stage.build(2);
    stage.announce(&second);
    let sections = stage.objects.list("sections/").unwrap();
    let new: Vec<Key> = sections.into_iter().filter(|key| !before.contains(key)).collect();
    assert_eq!(new.len(), 4, "titles and three languages of one shard");
    (stage, new)
}

fn kept(stage: &Stage) -> EditionError {
    let error = match stage.follower.poll() {
        Outcome::Kept { error, repeated: false } => error,
        other => panic!("{other:?}"),
    };
    assert!(matches!(stage.follower.poll(), Outcome::Kept { repeated: true, .. }));
    assert_eq!(stage.follower.number(), Some(1));
    assert_ne!(stage.year(), 1955);
    error
}

fn repaired(stage: &Stage, sections: usize) {
    match stage.follower.poll() {
        Outcome::Switched { from: Some(1), to: 2, sections_read } => assert_eq!(sections_read, sections),
        other => panic!("{other:?}"),
    }
    assert_eq!(stage.year(), 1955);
}

#[test]
fn a_changed_byte_in_a_section() {
    let (stage, new) = two_editions();
    let path = stage.path(&new[2]);
    let good = fs::read(&path).unwrap();
    let mut bad = good.clone();
    bad[good.len() / 2] ^= 1;
    fs::write(&path, bad).unwrap();
    let error = kept(&stage);
    assert!(matches!(&error, EditionError::Damaged { key, .. } if *key == new[2]), "{error}");
    fs::write(&path, good).unwrap();
    repaired(&stage, 1);
}

#[test]
fn a_section_that_is_cut_or_gone() {
    for cut in [true, false] {
        let (stage, new) = two_editions();
        let path = stage.path(&new[0]);
        let good = fs::read(&path).unwrap();
        if cut {
            fs::write(&path, &good[..good.len() - 1]).unwrap()
        } else {
            fs::remove_file(&path).unwrap()
        }
        let error = kept(&stage);
        assert!(matches!(error, EditionError::Damaged { .. } | EditionError::Object(_)), "{error}");
        fs::write(&path, good).unwrap();
        repaired(&stage, 1);
    }
}

#[test]
fn a_builder_repairs_a_damaged_section() {
    let (stage, new) = two_editions();
    fs::write(stage.path(&new[0]), b"damaged").unwrap();
    kept(&stage);
    assert_eq!(stage.build(2).written, 1);
    repaired(&stage, 1);
}

#[test]
fn a_damaged_header() {
    let (stage, _) = two_editions();
    let header = stage.objects.list("editions/2-").unwrap().remove(0);
    let good = fs::read(stage.path(&header)).unwrap();
    for bad in [good[..good.len() - 1].to_vec(), Vec::new(), [&good[..], b"x"].concat()] {
        fs::write(stage.path(&header), bad).unwrap();
        assert!(matches!(stage.follower.poll(), Outcome::Kept { error: EditionError::Damaged { .. }, .. }));
        assert_eq!(stage.follower.number(), Some(1));
    }
    fs::write(stage.path(&header), good).unwrap();
    repaired(&stage, 4);
}

#[test]
fn a_damaged_announcement() {
    let (stage, _) = two_editions();
    let path = stage.path(&Key::current_edition());
    let good = fs::read(&path).unwrap();
    for bad in [&b""[..], b"{}", b"\xff", &good[..good.len() / 2]] {
        fs::write(&path, bad).unwrap();
        let outcome = stage.follower.poll();
        assert!(matches!(outcome, Outcome::Kept { error: EditionError::Announcement(_), .. }), "{outcome:?}");
    }
    fs::remove_file(&path).unwrap();
    assert!(stage.follower.poll().nothing_announced());
    assert_eq!(stage.follower.number(), Some(1));
    fs::write(&path, good).unwrap();
    repaired(&stage, 4);
}

/// Bytes 8..12 of a header are its format, 12..16 the least reader.
#[test]
fn a_newer_format_is_not_understood_and_a_newer_compatible_one_is() {
    let (stage, _) = two_editions();
    let header = stage.objects.list("editions/2-").unwrap().remove(0);
    let good = fs::read(stage.path(&header)).unwrap();
    let with = |format: u32, least: u32| {
        let mut bytes = good.clone();
        bytes[8..12].copy_from_slice(&format.to_le_bytes());
        bytes[12..16].copy_from_slice(&least.to_le_bytes());
        let hash = Hash::of(&bytes);
        stage.objects.put(&Key::edition(2, &hash), &bytes).unwrap();
        stage.announce_anyway(2, hash);
    };
    with(7, 7);
    let error = kept(&stage);
    assert!(matches!(error, EditionError::Newer { format: 7, least_reader: 7 }), "{error}");
    with(2, 1);
    repaired(&stage, 4);
}

/// A header that names sections of another shape is refused, not half believed.
#[test]
fn sections_that_do_not_fit_together() {
    let (stage, _) = two_editions();
    let header = stage.objects.list("editions/2-").unwrap().remove(0);
    let good = fs::read(stage.path(&header)).unwrap();
    let mut refused = 0;
    for at in 16..good.len() {
        let mut bytes = good.clone();
        bytes[at] ^= 1;
        let hash = Hash::of(&bytes);
        stage.objects.put(&Key::edition(2, &hash), &bytes).unwrap();
        stage.announce_anyway(2, hash);
        match stage.follower.poll() {
            Outcome::Kept { .. } => refused += 1,
            // Harmless bits: when it was made, and padding.
            Outcome::Switched { .. } | Outcome::Same => return assert!(refused > 0),
        }
    }
}
