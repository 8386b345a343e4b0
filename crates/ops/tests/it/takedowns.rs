//! Takedowns are decided once, written down, announced whatever happens in between, and not forgotten.

use std::sync::Arc;

use domain::{ManualClock, SeededRng, Timestamp, TitleId};
use objects::{Objects, announce, keys::SigningKey};
use ops::{Asked, OpsError, Takedowns, audit};
use store::{Staged, Store, Takedown};

struct Place {
    takedowns: Takedowns,
    dir: tempfile::TempDir,
}

async fn place() -> Place {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(&dir.path().join("a.db")).await.unwrap();
    let word = |text: &str| text.to_owned();
    let film = Staged { kind: "title", id: word("ferry"), body: word("{}"), hash: word("h") };
    store
        .stage("all", &[film, Staged { kind: "title", id: word("tram"), body: word("1"), hash: word("i") }])
        .await
        .unwrap();
    let mut tx = store.begin().await.unwrap();
    tx.swap("all", Timestamp(1)).await.unwrap();
    tx.commit().await.unwrap();
    let takedowns = takedowns(store, Objects::folder(&dir.path().join("objects")).unwrap());
    Place { takedowns, dir }
}

fn takedowns(store: Store, objects: Objects) -> Takedowns {
    let signer = SigningKey::generate(&SeededRng::new(5));
    let ring = signer.public().into();
    let clock = Arc::new(ManualClock::new(Timestamp::from_seconds(1_800_000_000)));
    Takedowns { store, objects: Arc::new(objects), signer: Arc::new(signer), ring, clock }
}

impl Place {
    fn asked<'a>(&self, title: &'a TitleId, why: &'a str) -> Asked<'a> {
        Asked { who: "ana", title, why, approved: None }
    }

    /// What everybody who serves is told.
    fn said(&self) -> (u64, Vec<String>) {
        let said: announce::Takedowns =
            announce::read(&self.takedowns.objects, &self.takedowns.ring).unwrap();
        (said.number, said.titles.iter().map(ToString::to_string).collect())
    }

    async fn log(&self) -> Vec<String> {
        let lines = self.takedowns.store.audit_after(0, 99).await.unwrap();
        lines.iter().map(|line| format!("{} {}: {}", line.who, line.what, line.body)).collect()
    }
}

fn id(text: &str) -> TitleId {
    TitleId::new(text).unwrap()
}

#[tokio::test]
async fn it_is_decided_once_written_down_and_announced() {
    let place = place().await;
    let Place { takedowns, .. } = &place;
    let (ferry, nowhere) = (id("ferry"), id("nowhere"));
    assert!(takedowns.announce().await.unwrap(), "nothing, so that nobody need guess");
    assert_eq!(place.said(), (0, vec![]));
    takedowns.take_down(place.asked(&ferry, "court order 7")).await.unwrap();
    assert_eq!(place.said(), (1, vec!["ferry".into()]));
    let again = takedowns.take_down(place.asked(&ferry, "once more")).await.unwrap_err();
    assert!(matches!(again, OpsError::IsDown(_)), "{again}");
    let unknown = takedowns.take_down(place.asked(&nowhere, "x")).await.unwrap_err();
    assert!(matches!(unknown, OpsError::NoTitle(_)), "{unknown}");
    let silent = takedowns.take_down(place.asked(&id("tram"), " ")).await.unwrap_err();
    assert!(matches!(silent, OpsError::NoReason), "{silent}");
    let nobody = takedowns
        .take_down(Asked { who: "", title: &id("tram"), why: "x", approved: None })
        .await
        .unwrap_err();
    assert!(matches!(nobody, OpsError::Unwritable(audit::Unwritable::Nobody)), "{nobody}");
    assert!(!takedowns.announce().await.unwrap());
    takedowns.lift(place.asked(&ferry, "settled")).await.unwrap();
    assert_eq!(place.said(), (2, vec![]));
    let up = takedowns.lift(place.asked(&ferry, "settled")).await.unwrap_err();
    assert!(matches!(up, OpsError::IsNotDown(_)), "{up}");
    let log = ["ana takedown.begin: ferry: court order 7", "ana takedown.lift: ferry: settled"];
    assert_eq!(place.log().await, log);
    audit::verify(&takedowns.store, None).await.unwrap();
}

#[tokio::test]
async fn whoever_comes_next_announces_what_was_decided() {
    let place = place().await;
    let Place { takedowns, .. } = &place;
    takedowns.announce().await.unwrap();
    // Killed between the decision and the announcement.
    let mut tx = takedowns.store.begin().await.unwrap();
    let number = tx.next_takedown(0).await.unwrap();
    let (who, why) = ("ana".to_owned(), "court order".to_owned());
    let new = Takedown { number, title: id("ferry"), who, why, at: Timestamp(9), lifted: None };
    assert!(tx.add_takedown(&new).await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(place.said(), (0, vec![]));
    assert!(takedowns.announce().await.unwrap());
    assert_eq!(place.said(), (1, vec!["ferry".into()]));
    // The bucket is another one, or was cleared.
    takedowns.objects.delete(&objects::Key::current_takedowns()).unwrap();
    assert!(takedowns.announce().await.unwrap());
    assert_eq!(place.said(), (1, vec!["ferry".into()]));
    // Damaged.
    takedowns.objects.replace(&objects::Key::current_takedowns(), b"{").unwrap();
    assert!(takedowns.announce().await.unwrap());
    assert_eq!(place.said(), (1, vec!["ferry".into()]));
}

#[tokio::test]
async fn an_older_database_brings_nothing_back() {
    let place = place().await;
    let (ferry, tram) = (id("ferry"), id("tram"));
    place.takedowns.take_down(place.asked(&ferry, "court order")).await.unwrap();
    place.takedowns.take_down(place.asked(&tram, "court order")).await.unwrap();
    place.takedowns.lift(place.asked(&tram, "settled")).await.unwrap();
    // A database from before all that, over the same objects.
    let store = Store::open(&place.dir.path().join("older.db")).await.unwrap();
    let objects = Objects::folder(&place.dir.path().join("objects")).unwrap();
    let older = Place { takedowns: takedowns(store, objects), dir: tempfile::tempdir().unwrap() };
    assert!(older.takedowns.announce().await.unwrap());
    let (number, titles) = older.said();
    assert!(number > 3, "{number}");
    assert_eq!(titles, ["ferry"]);
    assert!(older.log().await[0].starts_with("takedowns takedown.begin: ferry: it was announced"));
    older.takedowns.lift(older.asked(&ferry, "settled")).await.unwrap();
    assert_eq!(older.said().1, Vec::<String>::new());
}

/// Its numbers have overtaken those that were announced, by changes of its own that could not be announced.
#[tokio::test]
async fn a_restored_database_that_went_on_by_itself_brings_nothing_back() {
    let place = place().await;
    let (ferry, tram) = (id("ferry"), id("tram"));
    place.takedowns.take_down(place.asked(&ferry, "court order")).await.unwrap();
    let restored = self::place().await;
    let elsewhere = &restored.takedowns;
    for _ in 0..2 {
        elsewhere.take_down(restored.asked(&tram, "court order")).await.unwrap();
        elsewhere.lift(restored.asked(&tram, "settled")).await.unwrap();
    }
    let mut tx = elsewhere.store.begin().await.unwrap();
    let number = tx.next_takedown(0).await.unwrap();
    let (who, why) = ("ana".to_owned(), "court order".to_owned());
    let new = Takedown { number, title: tram, who, why, at: Timestamp(9), lifted: None };
    tx.add_takedown(&new).await.unwrap();
    tx.commit().await.unwrap();
    let objects = Objects::folder(&place.dir.path().join("objects")).unwrap();
    let older = Place { takedowns: takedowns(elsewhere.store.clone(), objects), dir: place.dir };
    assert!(older.takedowns.announce().await.unwrap());
    assert_eq!(older.said(), (7, vec!["ferry".into(), "tram".into()]));
    assert!(!older.takedowns.announce().await.unwrap());
    older.takedowns.lift(older.asked(&ferry, "settled")).await.unwrap();
    assert_eq!(older.said(), (8, vec!["tram".into()]));
}
