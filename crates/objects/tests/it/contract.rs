//! What every backend keeps to.

use std::{
    fs,
    io::{Read, Seek, Write},
};

use domain::{AssetId, SeededRng, Timestamp};
use objects::{
    Hash, Key, ObjectError, PictureHash, Put, TrackId,
    announce::{self, AnnounceError, CurrentEdition},
    keys::{KeyRing, SigningKey},
};

use crate::backend::Stage;

contract![
    what_is_put_can_be_read_whole_and_in_parts,
    objects_never_change_and_announcements_do,
    much_that_is_there_is_found_there,
    a_finished_file_becomes_an_object_and_is_gone,
    a_large_file_comes_back_the_same,
    many_at_once_are_all_there_or_say_why,
    lists_what_is_an_object_and_nothing_else,
    lists_more_than_a_page,
    what_one_process_writes_another_reads,
    numbers_only_grow_whoever_announces,
    what_is_checked_says_where_it_is,
];

fn section(bytes: &[u8]) -> Key {
    Key::section(&Hash::of(bytes))
}

fn track() -> Key {
    Key::track(&AssetId::new("a-0").unwrap(), &TrackId::new("v720").unwrap())
}

fn what_is_put_can_be_read_whole_and_in_parts(stage: Stage) {
    let objects = &stage.objects;
    for key in [section(b"hello"), track()] {
        assert!(objects.get(&key, 5).unwrap_err().is_missing());
        assert!(objects.open(&key).unwrap_err().is_missing());
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
        let mut file = objects.to_file(&key).unwrap();
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        file.rewind().unwrap();
        assert_eq!(text, "hello");
    }
    let nothing = section(b"");
    objects.put(&nothing, b"").unwrap();
    assert_eq!(objects.get(&nothing, 0).unwrap(), b"");
    assert!(stage.scratch_is_empty());
}

fn objects_never_change_and_announcements_do(stage: Stage) {
    let objects = &stage.objects;
    let key = Key::image(PictureHash::of(b"picture"), 640);
    objects.put(&key, b"one").unwrap();
    for other in ["two", "longer"] {
        assert!(matches!(objects.put(&key, other.as_bytes()), Err(ObjectError::Different(_))));
    }
    assert!(matches!(objects.replace(&key, b"two"), Err(ObjectError::NotReplaceable(_))));
    assert_eq!(objects.get(&key, 9).unwrap(), b"one");
    for text in ["one", "two"] {
        objects.replace(&Key::current_edition(), text.as_bytes()).unwrap();
        assert_eq!(objects.get(&Key::current_edition(), 9).unwrap(), text.as_bytes());
    }
    assert!(stage.scratch_is_empty());
}

/// More than a connection holds on its way: a store refuses it before it has read it all.
fn much_that_is_there_is_found_there(stage: Stage) {
    let (objects, much) = (&stage.objects, vec![7; 4 << 20]);
    let key = Key::image(PictureHash::of(b"picture"), 640);
    assert_eq!(objects.put(&key, &much).unwrap(), Put::Written);
    for _ in 0..3 {
        assert_eq!(objects.put(&key, &much).unwrap(), Put::Present);
    }
    assert!(matches!(objects.put(&key, &much[1..]), Err(ObjectError::Different(_))));
}

fn a_finished_file_becomes_an_object_and_is_gone(stage: Stage) {
    let objects = &stage.objects;
    let key = track();
    let elsewhere = stage.elsewhere("elsewhere.mp4");
    for (file, content, put) in [
        (objects.scratch().join("one"), "film", Some(Put::Written)),
        (elsewhere.clone(), "film", Some(Put::Present)),
        (objects.scratch().join("two"), "mlif", None),
        (objects.scratch().join("three"), "other film", None),
    ] {
        fs::write(&file, content).unwrap();
        assert_eq!(objects.put_file(&key, &file).ok(), put);
        assert!(!file.exists());
    }
    assert_eq!(objects.get(&key, 9).unwrap(), b"film");
    assert!(objects.put_file(&key, &elsewhere).is_err(), "there is no such file");
}

/// Twelve megabytes are three parts where five make one.
fn a_large_file_comes_back_the_same(stage: Stage) {
    let objects = &stage.objects;
    let key = track();
    let bytes: Vec<u8> = (0..12u32 << 18).flat_map(u32::to_le_bytes).collect();
    let mut changed = bytes.clone();
    changed[11 << 20] ^= 1;
    for (content, put) in [(&bytes, Some(Put::Written)), (&bytes, Some(Put::Present)), (&changed, None)] {
        let file = objects.scratch().join("film");
        fs::File::create(&file).unwrap().write_all(content).unwrap();
        assert_eq!(objects.put_file(&key, &file).ok(), put);
        assert!(!file.exists());
    }
    assert_eq!(objects.length(&key).unwrap(), Some(bytes.len() as u64));
    let mut back = Vec::new();
    objects.to_file(&key).unwrap().read_to_end(&mut back).unwrap();
    assert!(back == bytes);
    let range = (6 << 20) - 3..(6 << 20) + 5;
    assert_eq!(
        objects.get_range(&key, range.clone()).unwrap(),
        bytes[range.start as usize..range.end as usize]
    );
    assert!(stage.scratch_is_empty());
}

fn many_at_once_are_all_there_or_say_why(stage: Stage) {
    let objects = &stage.objects;
    let contents: Vec<Vec<u8>> = (0..40u8).map(|n| vec![n; usize::from(n)]).collect();
    let batch: Vec<_> = contents.iter().map(|bytes| (section(bytes), bytes.as_slice())).collect();
    assert_eq!(objects.put_all(&batch).unwrap(), vec![Put::Written; 40]);
    assert_eq!(objects.put_all(&batch).unwrap(), vec![Put::Present; 40]);
    assert_eq!(objects.put_all(&[]).unwrap(), []);
    let wrong = (section(b"x"), b"y".as_slice());
    objects.put(&wrong.0, b"z").unwrap();
    assert!(matches!(objects.put_all(&[wrong]), Err(ObjectError::Different(_))));
}

fn lists_what_is_an_object_and_nothing_else(stage: Stage) {
    let objects = &stage.objects;
    let asset = AssetId::new("show-1").unwrap();
    let keys = [Key::storyboard(&asset, 0), Key::track(&asset, &TrackId::new("v240").unwrap()), section(b"")];
    for key in &keys {
        objects.put(key, b"").unwrap();
    }
    fs::write(stage.files.join("media/show-1/notes.txt"), "not ours").unwrap();
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
    assert!(stage.scratch_is_empty());
}

/// S3 gives a thousand names at a time.
fn lists_more_than_a_page(stage: Stage) {
    let folder = stage.files.join("sections");
    fs::create_dir_all(&folder).unwrap();
    for n in 0..1_100u64 {
        fs::write(folder.join(format!("{n:064x}")), "").unwrap();
    }
    let keys = stage.objects.list("sections/").unwrap();
    assert_eq!(keys.len(), 1_100);
    assert!(keys.is_sorted() && keys[1_099].as_str().ends_with("44b"));
}

fn what_one_process_writes_another_reads(stage: Stage) {
    let bytes = vec![7; 100_000];
    let key = section(&bytes);
    stage.objects.put(&key, &bytes).unwrap();
    let other = stage.another();
    let object = other.open(&key).unwrap();
    assert!(object.as_file().is_some(), "sections can be mapped");
    let mut read = vec![0; 100_000];
    object.read_at(0, &mut read).unwrap();
    assert!(read == bytes);
    stage.objects.delete(&key).unwrap();
    assert_eq!(stage.objects.length(&key).unwrap(), None);
}

fn numbers_only_grow_whoever_announces(stage: Stage) {
    let key = SigningKey::generate(&SeededRng::new(1));
    let ring = KeyRing::from(key.public());
    let edition = |number: u64| CurrentEdition {
        number,
        header: Hash::of(&number.to_le_bytes()),
        published_at: Timestamp(number as i64),
    };
    let (one, other) = (&stage.objects, stage.another());
    announce::publish(one, &edition(4), &key, &ring).unwrap();
    announce::publish(&other, &edition(5), &key, &ring).unwrap();
    announce::publish(one, &edition(5), &key, &ring).unwrap();
    let older = announce::publish(one, &edition(4), &key, &ring);
    assert!(matches!(older, Err(AnnounceError::Older { current: 5, new: 4, .. })));
    assert_eq!(announce::read::<CurrentEdition>(&other, &ring).unwrap(), edition(5));
}

fn what_is_checked_says_where_it_is(stage: Stage) {
    let place = stage.objects.check(true).unwrap();
    assert_eq!(place.conditional_writes, Some(true));
    assert!(!place.name.is_empty());
    assert_eq!(stage.objects.list("").unwrap(), [], "checking leaves no object");
}
