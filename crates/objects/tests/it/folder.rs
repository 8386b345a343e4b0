use std::{fs, sync::Barrier, thread};

use domain::AssetId;
use objects::{Hash, Key, ObjectError, Objects, PictureHash, Put, TrackId};
use tempfile::TempDir;

fn folder() -> (TempDir, Objects) {
    let dir = tempfile::tempdir().unwrap();
    let objects = Objects::folder(dir.path()).unwrap();
    (dir, objects)
}

fn section(bytes: &[u8]) -> Key {
    Key::section(&Hash::of(bytes))
}

fn scratch_is_empty(objects: &Objects) -> bool {
    fs::read_dir(objects.scratch()).unwrap().next().is_none()
}

#[test]
fn what_is_put_can_be_read_whole_and_in_parts() {
    let (_dir, objects) = folder();
    let key = section(b"hello");
    assert_eq!(objects.put(&key, b"hello").unwrap(), Put::Written);
    assert_eq!(objects.put(&key, b"hello").unwrap(), Put::Present);
    assert_eq!(objects.get(&key, 5).unwrap(), b"hello");
    assert_eq!(objects.get_range(&key, 1..3).unwrap(), b"el");
    assert_eq!(objects.get_range(&key, 5..5).unwrap(), b"");
    assert_eq!(objects.length(&key).unwrap(), Some(5));
    assert!(matches!(objects.get(&key, 4), Err(ObjectError::TooLarge { length: 5, limit: 4, .. })));
    #[expect(clippy::reversed_empty_ranges, reason = "what a caller may get wrong")]
    for range in [4..6, 6..6, 3..2] {
        assert!(matches!(objects.get_range(&key, range), Err(ObjectError::Range { length: 5, .. })));
    }
    let object = objects.open(&key).unwrap();
    let mut two = [0; 2];
    object.read_at(3, &mut two).unwrap();
    assert_eq!((&two, object.len()), (b"lo", 5));
    assert!(object.read_at(4, &mut two).is_err());
    assert!(scratch_is_empty(&objects));
}

#[test]
fn objects_never_change_and_announcements_do() {
    let (_dir, objects) = folder();
    let key = Key::image(PictureHash::of(b"picture"), 640);
    objects.put(&key, b"one").unwrap();
    assert!(matches!(objects.put(&key, b"two"), Err(ObjectError::Different(_))));
    assert!(matches!(objects.replace(&key, b"two"), Err(ObjectError::NotReplaceable(_))));
    assert_eq!(objects.get(&key, 9).unwrap(), b"one");
    for text in ["one", "two"] {
        objects.replace(&Key::current_edition(), text.as_bytes()).unwrap();
        assert_eq!(objects.get(&Key::current_edition(), 9).unwrap(), text.as_bytes());
    }
    assert!(scratch_is_empty(&objects));
}

#[test]
fn a_finished_file_becomes_an_object_and_is_gone() {
    let (dir, objects) = folder();
    let key = Key::track(&AssetId::new("a-0").unwrap(), &TrackId::new("v720").unwrap());
    let elsewhere = dir.path().join("elsewhere.mp4");
    for (file, content, put) in [
        (objects.scratch().join("one"), "film", Some(Put::Written)),
        (elsewhere.clone(), "film", Some(Put::Present)),
        (objects.scratch().join("two"), "other film", None),
    ] {
        fs::write(&file, content).unwrap();
        assert_eq!(objects.put_file(&key, &file).ok(), put);
        assert!(!file.exists());
    }
    assert_eq!(objects.get(&key, 9).unwrap(), b"film");
    assert!(objects.put_file(&key, &elsewhere).is_err(), "there is no such file");
}

#[test]
fn many_at_once_are_all_there_or_say_why() {
    let (_dir, objects) = folder();
    let contents: Vec<Vec<u8>> = (0..40u8).map(|n| vec![n; usize::from(n)]).collect();
    let batch: Vec<_> = contents.iter().map(|bytes| (section(bytes), bytes.as_slice())).collect();
    assert_eq!(objects.put_all(&batch).unwrap(), vec![Put::Written; 40]);
    assert_eq!(objects.put_all(&batch).unwrap(), vec![Put::Present; 40]);
    let wrong = (section(b"x"), b"y".as_slice());
    objects.put(&wrong.0, b"z").unwrap();
    assert!(matches!(objects.put_all(&[wrong]), Err(ObjectError::Different(_))));
}

#[test]
fn writers_of_one_key_agree_on_one_content() {
    let (_dir, objects) = folder();
    let key =
        Key::current_edition().as_str().replace("current", "1-0000000000000000").parse::<Key>().unwrap();
    let start = Barrier::new(8);
    let written = thread::scope(|scope| {
        let put = |n: u8| {
            let (objects, key, start) = (&objects, &key, &start);
            scope.spawn(move || {
                start.wait();
                objects.put(key, &[n; 1000])
            })
        };
        let puts: Vec<_> = (0..8).map(put).collect();
        puts.into_iter().map(|put| put.join().unwrap()).filter(Result::is_ok).count()
    });
    assert_eq!(written, 1);
    let content = objects.get(&key, 1000).unwrap();
    assert!(content.iter().all(|byte| *byte == content[0]));
    assert!(scratch_is_empty(&objects));
}

#[test]
fn lists_what_is_an_object_and_nothing_else() {
    let (dir, objects) = folder();
    let asset = AssetId::new("show-1").unwrap();
    let keys = [Key::storyboard(&asset, 0), Key::track(&asset, &TrackId::new("v240").unwrap()), section(b"")];
    for key in &keys {
        objects.put(key, b"").unwrap();
    }
    fs::write(dir.path().join("media/show-1/notes.txt"), "not ours").unwrap();
    fs::write(objects.scratch().join("half"), "half").unwrap();
    assert_eq!(objects.list("").unwrap(), keys);
    assert_eq!(objects.list("media/show-1/").unwrap(), keys[..2]);
    assert_eq!(objects.list("media/sh").unwrap(), keys[..2]);
    for nothing in ["media/show-2/", "../", "/etc/", "media/../"] {
        assert_eq!(objects.list(nothing).unwrap(), [], "{nothing}");
    }
    objects.delete(&keys[0]).unwrap();
    objects.delete(&keys[0]).unwrap();
    assert_eq!(objects.length(&keys[0]).unwrap(), None);
    assert!(objects.get(&keys[0], 9).unwrap_err().is_missing());
    objects.clear_scratch().unwrap();
    assert!(scratch_is_empty(&objects));
}

#[test]
fn what_cannot_be_written_leaves_nothing() {
    let (_dir, objects) = folder();
    fs::remove_dir_all(objects.scratch()).unwrap();
    assert!(matches!(objects.put(&section(b"x"), b"x"), Err(ObjectError::Io { action: "write", .. })));
    assert_eq!(objects.length(&section(b"x")).unwrap(), None);
}
