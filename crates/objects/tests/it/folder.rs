use std::{fs, sync::Barrier, thread};

use objects::{Hash, Key, ObjectError};

use crate::backend::Stage;

#[test]
fn writers_of_one_key_agree_on_one_content() {
    let stage = Stage::folder();
    let objects = &stage.objects;
    let key =
        Key::current_edition().as_str().replace("current", "1-0000000000000000").parse::<Key>().unwrap();
    let start = Barrier::new(8);
    let written = thread::scope(|scope| {
        let put = |n: u8| {
            let (key, start) = (&key, &start);
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
    assert!(stage.scratch_is_empty());
}

#[test]
fn what_cannot_be_written_leaves_nothing() {
    let objects = &Stage::folder().objects;
    let key = Key::section(&Hash::of(b"x"));
    fs::remove_dir_all(objects.scratch()).unwrap();
    assert!(matches!(objects.put(&key, b"x"), Err(ObjectError::Io { action: "write", .. })));
    assert_eq!(objects.length(&key).unwrap(), None);
}
