//! Bad days of an object store, and what is made of them.

use std::{
    fs,
    io::{Read, Write},
    thread,
};

use domain::{AssetId, SeededRng, Timestamp};
use objects::{
    Fault, Hash, Key, ObjectError, Put, TrackId,
    announce::{self, CurrentEdition},
    fuzz_answer,
    keys::{KeyRing, SigningKey},
};

use crate::hostile::{Hostile, Say, no, ok};

fn track() -> Key {
    Key::track(&AssetId::new("film").unwrap(), &TrackId::new("v720").unwrap())
}

fn fault(result: Result<impl Sized, ObjectError>) -> Fault {
    match result.map(drop).unwrap_err() {
        ObjectError::Store { fault, .. } => *fault,
        other => panic!("{other}"),
    }
}

#[test]
fn what_passes_is_tried_again_a_bounded_number_of_times() {
    let store = Hostile::saying([no(503, "SlowDown"), Say::Cut(5, b"he"), ok(b"hello")]);
    assert_eq!(store.objects.get(&track(), 9).unwrap(), b"hello");
    assert_eq!(store.heard(), ["GET /films/p/media/film/v720.mp4 "; 3]);
    let store = Hostile::saying([no(500, "InternalError")]);
    let found = fault(store.objects.get(&track(), 9));
    assert_eq!(found, Fault::Unavailable { status: 500, code: "InternalError".into() });
    assert!(found.is_away());
    assert_eq!(store.heard().len(), 3);
}

#[test]
fn a_body_that_ends_early_or_never_is_no_object() {
    let store = Hostile::saying([Say::Cut(5, b"he")]);
    assert_eq!(fault(store.objects.get(&track(), 9)), Fault::Cut);
    let store = Hostile::saying([Say::Stuck]);
    assert_eq!(fault(store.objects.get(&track(), 200)), Fault::Slow);
    let store = Hostile::saying([Say::Endless]);
    assert!(matches!(store.objects.get(&track(), 200), Err(ObjectError::TooLarge { limit: 200, .. })));
    assert_eq!(store.heard().len(), 1, "it would not end the next time");
}

#[test]
fn wrong_bytes_are_noticed_where_the_key_says_which() {
    let store = Hostile::saying([ok(b"other")]);
    for key in [Key::section(&Hash::of(b"these")), Key::edition(7, &Hash::of(b"these"))] {
        assert_eq!(fault(store.objects.open(&key)), Fault::Wrong);
        assert_eq!(fault(store.objects.get(&key, 9)), Fault::Wrong);
        assert!(!Fault::Wrong.is_away());
    }
    assert_eq!(store.heard().len(), 4, "damage is not tried again");
}

#[test]
fn refusals_are_not_tried_again_and_say_what_to_do() {
    let date = "Date: Fri, 15 Jan 2027 06:00:00 GMT\r\n";
    for (say, found, words) in [
        (no(403, "AccessDenied"), Fault::Denied("AccessDenied".into()), "PutObject"),
        (no(403, "ExpiredToken"), Fault::Credentials("ExpiredToken".into()), "renew"),
        (no(404, "NoSuchBucket"), Fault::NoBucket("films".into()), "create it"),
        (Say::This(403, date, Vec::new()), Fault::Clock(7200), "NTP"),
        (
            Say::This(301, "x-amz-bucket-region: eu-west-1\r\n", Vec::new()),
            Fault::Region("eu-west-1".into()),
            "objects.region",
        ),
    ] {
        let store = Hostile::saying([say]);
        let told = store.objects.get(&track(), 9).unwrap_err();
        assert!(told.to_string().contains(words) && !told.is_away(), "{told}");
        assert_eq!((fault(Err::<(), _>(told)), store.heard().len()), (found, 1));
    }
}

#[test]
fn nobody_there_is_said_with_the_address() {
    let store = Hostile::with([ok(b"")], |config| config.endpoint = Some("http://127.0.0.1:1".into()));
    let error = store.objects.get(&track(), 9).unwrap_err();
    assert!(error.is_away() && error.to_string().contains("http://127.0.0.1:1"), "{error}");
}

#[test]
fn more_reads_than_the_bound_are_refused_at_once() {
    let store = Hostile::with([ok(b"")], |config| config.limits.reads = 0);
    assert_eq!(fault(store.objects.get(&track(), 9)), Fault::Busy(0));
    assert_eq!(store.heard(), [""; 0]);
}

/// The first answer is lost; that it got through is found out by the second.
#[test]
fn a_write_whose_answer_is_lost_is_written_once() {
    const MD5: &str = "ETag: \"5d41402abc4b2a76b9719d911017c592\"\r\n";
    let known = no(412, "PreconditionFailed");
    let seen = Say::This(200, MD5, b"hello".to_vec());
    let store = Hostile::saying([known.clone(), Say::Cut(9, b""), known, seen]);
    assert_eq!(store.objects.put(&track(), b"hello").unwrap(), Put::Present);
    let name = "/films/p/media/film/v720.mp4 ";
    assert_eq!(
        store.heard()[1..],
        [
            format!("PUT {name} if-none-match: *"),
            format!("PUT {name} if-none-match: *"),
            format!("HEAD {name}"),
        ]
    );
}

#[test]
fn a_store_that_knows_no_conditions_is_looked_at_first() {
    let nothing = no(404, "NoSuchKey");
    let store = Hostile::saying([ok(b""), ok(b""), nothing, ok(b"")]);
    assert_eq!(store.objects.put(&track(), b"hello").unwrap(), Put::Written);
    let (probe, name) =
        ("PUT /films/p/.primetime/conditional-writes  if-none-match: *", "/films/p/media/film/v720.mp4 ");
    assert_eq!(store.heard(), [probe.into(), probe.into(), format!("HEAD {name}"), format!("PUT {name}")]);
    let store = Hostile::saying([no(501, "NotImplemented"), no(404, "NoSuchKey"), ok(b"")]);
    assert_eq!(store.objects.put(&track(), b"hello").unwrap(), Put::Written);
    assert_eq!(store.heard(), [probe.into(), format!("HEAD {name}"), format!("PUT {name}")]);
}

#[test]
fn an_upload_that_fails_is_given_up_whole() {
    let id = "<InitiateMultipartUploadResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
              <UploadId>one</UploadId></InitiateMultipartUploadResult>";
    let store = Hostile::saying([
        no(412, "PreconditionFailed"),
        no(404, ""),
        ok(id.as_bytes()),
        ok(b""),
        no(500, "InternalError"),
        no(500, "InternalError"),
        no(500, "InternalError"),
        Say::This(204, "", Vec::new()),
    ]);
    let file = store.objects.scratch().join("film");
    fs::write(&file, "more than one").unwrap();
    assert!(fault(store.objects.put_file(&track(), &file)).is_away());
    let name = "/films/p/media/film/v720.mp4 ";
    let part = |n: u32| format!("PUT {name}partNumber={n}&uploadId=one");
    assert_eq!(
        store.heard()[1..],
        [
            format!("HEAD {name}"),
            format!("POST {name}uploads="),
            part(1),
            part(2),
            part(2),
            part(2),
            format!("DELETE {name}uploadId=one"),
        ]
    );
    assert!(file.exists(), "what was encoded is not lost with it");
}

/// Putting parts together is answered with 200 before it is done.
#[test]
fn an_upload_that_fails_at_the_end_is_no_object() {
    let id = "<InitiateMultipartUploadResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
              <UploadId>one</UploadId></InitiateMultipartUploadResult>";
    let failed = ok(b"<Error><Code>InternalError</Code></Error>");
    let store = Hostile::saying([
        no(412, "PreconditionFailed"),
        no(404, ""),
        ok(id.as_bytes()),
        ok(b""),
        ok(b""),
        failed,
        Say::This(204, "", Vec::new()),
    ]);
    let file = store.objects.scratch().join("film");
    fs::write(&file, "in two").unwrap();
    assert!(fault(store.objects.put_file(&track(), &file)).is_away());
    assert!(store.heard().last().unwrap().starts_with("DELETE"));
}

#[test]
fn an_announcement_that_changed_meanwhile_is_read_again() {
    let key = SigningKey::generate(&SeededRng::new(1));
    let ring = KeyRing::from(key.public());
    let edition = CurrentEdition { number: 4, header: Hash::of(b"4"), published_at: Timestamp(0) };
    let known = no(412, "PreconditionFailed");
    let store = Hostile::saying([known.clone(), no(404, "NoSuchKey"), known, ok(b"not signed"), ok(b"")]);
    announce::publish(&store.objects, &edition, &key, &ring).unwrap();
    let name = "/films/p/editions/current ";
    assert_eq!(
        store.heard()[1..],
        [
            format!("GET {name}"),
            format!("PUT {name} if-none-match: *"),
            format!("GET {name}"),
            format!("PUT {name} if-match: \"tag\""),
        ]
    );
}

#[test]
fn a_range_that_is_none_is_not_taken_for_one() {
    let head = Say::This(200, "ETag: \"tag\"\r\n", b"hello".to_vec());
    for (says, found) in [
        (Say::This(206, "Content-Range: bytes 0-1/5\r\n", b"he".to_vec()), Fault::Wrong),
        (ok(b"hello"), Fault::Answer { status: 200, code: "not the range that was asked for".into() }),
        (Say::This(206, "ETag: \"new\"\r\nContent-Range: bytes 1-2/5\r\n", b"el".to_vec()), Fault::Changed),
    ] {
        let store = Hostile::saying([head.clone(), says]);
        assert_eq!(fault(store.objects.get_range(&track(), 1..3)), found);
        assert_eq!(store.heard()[1], "GET /films/p/media/film/v720.mp4  range: bytes=1-2");
    }
}

#[test]
fn the_corpus_is_replayed_without_a_panic() {
    for entry in fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/corpus/answer")).unwrap() {
        fuzz_answer(&fs::read(entry.unwrap().path()).unwrap());
    }
}

/// What answers without TLS is not trusted with a request.
#[test]
fn a_store_that_should_speak_tls_and_does_not_is_not_there() {
    let plain = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("https://{}", plain.local_addr().unwrap());
    let heard = thread::spawn(move || {
        let (mut stream, _) = plain.accept().unwrap();
        let mut begin = [0; 4];
        stream.read_exact(&mut begin).unwrap();
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
        begin
    });
    let store = Hostile::with([ok(b"")], |config| {
        config.endpoint = Some(endpoint);
        config.limits.attempts = 1;
    });
    let found = fault(store.objects.get(&track(), 9));
    assert!(matches!(&found, Fault::Unreachable { .. }), "{found:?}");
    assert_eq!(heard.join().unwrap()[..2], [0x16, 0x03], "a handshake (RFC 8446 §5.1), not a request");
}

/// A reader of XML that goes down into every element would run out of stack: ours must have an end.
#[test]
fn nesting_without_end_is_refused() {
    let deep = |name: &str, levels: usize| format!("<{name}>{}", "<a>".repeat(levels)).into_bytes();
    let store = Hostile::saying([Say::This(403, "", deep("Error", 20_000))]);
    assert_eq!(fault(store.objects.get(&track(), 9)), Fault::Denied("403".into()));
    let list = "ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"";
    let store = Hostile::saying([Say::This(200, "", deep(list, 1_000_000))]);
    assert_eq!(fault(store.objects.list("")), Fault::Answer { status: 200, code: "no listing".into() });
}
