//! What is particular to a bucket, against a real server.

use std::fs;

use domain::AssetId;
use objects::{
    Addressing, Credentials, Fault, Hash, Key, ObjectError, TrackId, Who,
    announce::{self, AnnounceError, CurrentEdition},
};

use crate::server::{self, Server};

fn fault(error: ObjectError) -> Fault {
    match error {
        ObjectError::Store { fault, .. } => *fault,
        other => panic!("{other}"),
    }
}

fn who(key: &str, secret: &str) -> Who {
    Who::Given(Credentials { key: key.into(), secret: secret.into(), token: None })
}

#[test]
fn a_wrong_setting_is_told_apart_and_no_secret_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path());
    let check = |config| fault(server::open(config, &dir.path().join("local")).check(true).unwrap_err());
    let mut wrong = server.config("");
    wrong.location = "s3://nobodys/x".parse().unwrap();
    assert_eq!(check(wrong), Fault::NoBucket("nobodys".into()));
    let mut wrong = server.config("");
    wrong.who = who(server::KEY, "another");
    assert!(matches!(check(wrong), Fault::Credentials(_)));
    let mut wrong = server.config("");
    wrong.who = who("SOMEBODY", server::SECRET);
    let found = check(wrong.clone());
    assert!(matches!(found, Fault::Credentials(_) | Fault::Denied(_)), "{found:?}");
    let told = format!("{wrong:?} {found} {:?}", server::open(wrong.clone(), &dir.path().join("local")));
    assert!(!told.contains(server::SECRET), "{told}");
}

#[test]
fn the_buckets_name_may_stand_in_the_hosts() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path());
    let mut config = server.config("");
    config.addressing = Addressing::Host;
    config.endpoint = Some(format!("http://s3.localhost:{}", server.port));
    let objects = server::open(config, &dir.path().join("local"));
    let key = Key::section(&Hash::of(b"x"));
    // The name is resolved by this machine, which may know `localhost` and nothing below it.
    match objects.put(&key, b"x") {
        Ok(_) => assert!(dir.path().join("films").join(key.as_str()).exists()),
        Err(error) => assert!(matches!(fault(error), Fault::Unreachable { .. })),
    }
}

#[test]
fn copies_serve_while_the_store_is_away() {
    let dir = tempfile::tempdir().unwrap();
    let mut server = Server::start(&dir.path().join("store"));
    let objects = server::open(server.config("p"), &dir.path().join("local"));
    let (seen, unseen) = (Key::section(&Hash::of(b"seen")), Key::section(&Hash::of(b"unseen")));
    let track = Key::track(&AssetId::new("film").unwrap(), &TrackId::new("v720").unwrap());
    for (key, bytes) in [(&seen, b"seen".as_slice()), (&unseen, b"unseen"), (&track, b"track")] {
        objects.put(key, bytes).unwrap();
    }
    objects.open(&seen).unwrap();
    let open = objects.open(&track).unwrap();
    server.stop();
    assert_eq!(objects.get(&seen, 9).unwrap(), b"seen");
    let error = objects.get(&unseen, 9).unwrap_err();
    assert!(error.is_away(), "{error}");
    let error = open.read_at(0, &mut [0; 5]).unwrap_err().downcast::<ObjectError>().unwrap();
    assert!(error.is_away(), "{error}");
    server.again();
    assert_eq!(objects.get(&unseen, 9).unwrap(), b"unseen");
    let mut bytes = [0; 5];
    open.read_at(0, &mut bytes).unwrap();
    assert_eq!(&bytes, b"track");
}

#[test]
fn the_last_announcement_outlives_store_and_process() {
    let dir = tempfile::tempdir().unwrap();
    let mut server = Server::start(&dir.path().join("store"));
    let open = || server::open(server.config("p"), &dir.path().join("local"));
    let objects = open();
    assert_eq!(announce::read_last::<CurrentEdition>(&objects), None);
    for words in ["one", "two"] {
        objects.replace(&Key::current_edition(), words.as_bytes()).unwrap();
        assert_eq!(announce::read_bytes::<CurrentEdition>(&objects).unwrap(), words.as_bytes());
    }
    let next = open();
    server.stop();
    let away = announce::read_bytes::<CurrentEdition>(&next).unwrap_err();
    assert!(
        matches!(away, AnnounceError::Object(error) if error.is_away()),
        "it does not pass for the newest"
    );
    assert_eq!(announce::read_last::<CurrentEdition>(&next).unwrap(), b"two");
}

#[test]
fn a_damaged_copy_is_fetched_anew() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(&dir.path().join("store"));
    let local = dir.path().join("local");
    let objects = server::open(server.config("p"), &local);
    let key = Key::section(&Hash::of(b"good"));
    objects.put(&key, b"good").unwrap();
    objects.open(&key).unwrap();
    fs::write(local.join(key.as_str()), "harm").unwrap();
    assert_eq!(objects.get(&key, 9).unwrap(), b"good");
    // Whoever opens it looks for himself, and says so.
    objects.open(&key).unwrap();
    fs::write(local.join(key.as_str()), "harm").unwrap();
    assert!(objects.forget_copy(&key).unwrap());
    let mut bytes = [0; 4];
    objects.open(&key).unwrap().read_at(0, &mut bytes).unwrap();
    assert_eq!(&bytes, b"good");
}

#[test]
fn what_replaces_an_object_in_the_store_is_noticed() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(&dir.path().join("store"));
    let objects = server::open(server.config("p"), &dir.path().join("local"));
    let key = Key::track(&AssetId::new("film").unwrap(), &TrackId::new("v720").unwrap());
    objects.put(&key, b"one").unwrap();
    let open = objects.open(&key).unwrap();
    objects.delete(&key).unwrap();
    objects.put(&key, b"two").unwrap();
    let error = open.read_at(0, &mut [0; 3]).unwrap_err().downcast::<ObjectError>().unwrap();
    assert_eq!(fault(error), Fault::Changed);
}
