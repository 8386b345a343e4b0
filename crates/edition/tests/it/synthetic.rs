//! The synthetic catalogue, streamed and built, is the same; an edit of one title moves little.

use domain::Timestamp;
use edition::{Edition, generate};
use objects::Objects;

use crate::following::Stage;

#[test]
fn streamed_and_built_are_the_same_edition() {
    let stage = Stage::new(700);
    let built = stage.build(1);
    let dir = tempfile::tempdir().unwrap();
    let objects = Objects::folder(dir.path()).unwrap();
    let spec = generate::Synthetic { languages: 3, ..generate::Synthetic::of(700) };
    let streamed = generate::generate(&objects, 1, Timestamp(1), &spec).unwrap();
    assert_eq!(streamed.header, built.header);
    let edition = Edition::open(&objects, &streamed.announcement(Timestamp(1))).unwrap();
    assert_eq!(edition.titles(), 700 + 47 + 14);
    assert!(edition.all_titles().all(|title| title.windows().len() == 6));
}

#[test]
fn one_edited_title_writes_one_shard() {
    let mut stage = Stage::new(2_000);
    let first = stage.build(1);
    let title = &mut stage.catalogue.titles[3];
    title.synopsis.0.values_mut().for_each(|text| text.push('!'));
    title.windows[0].max_height = Some(240);
    let second = stage.build(2);
    // Three languages and the windows.
    assert_eq!((second.written, second.sections), (4, first.sections));
    assert!(second.bytes_written * 15 < second.bytes, "{second:?}");
}
