//! A follower takes what is newer and sound, and keeps what it has otherwise.

use std::sync::Arc;

use domain::{SeededRng, Timestamp};
use edition::{BuildInput, Built, EditionError, Follower, Outcome, build, generate};
use objects::{
    Hash, Key, Objects, announce,
    keys::{KeyRing, SigningKey},
};
use tempfile::TempDir;

/// A folder with a synthetic catalogue, its key, and somebody who follows.
pub struct Stage {
    pub dir: TempDir,
    pub objects: Arc<Objects>,
    pub key: SigningKey,
    pub catalogue: generate::Catalogue,
    pub follower: Follower,
}

impl Stage {
    pub fn new(episodes: u32) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let objects = Arc::new(Objects::folder(dir.path()).unwrap());
        let key = SigningKey::generate(&SeededRng::new(1));
        let follower = Follower::new(Arc::clone(&objects), key.public().into());
        let spec = generate::Synthetic { languages: 3, ..generate::Synthetic::of(episodes) };
        let catalogue = generate::catalogue(&spec).unwrap();
        Self { dir, objects, key, catalogue, follower }
    }

    pub fn build(&self, number: u64) -> Built {
        let input = BuildInput {
            number,
            created_at: Timestamp(number as i64),
            brands: &self.catalogue.brands,
            genres: &self.catalogue.genres,
            titles: &self.catalogue.titles,
            assets: &self.catalogue.assets,
            pictures: &Default::default(),
        };
        build(&self.objects, &input).unwrap()
    }

    pub fn announce(&self, built: &Built) {
        let ring = KeyRing::from(self.key.public());
        announce::publish(&self.objects, &built.announcement(Timestamp(9)), &self.key, &ring).unwrap();
    }

    /// Announces as nobody should: without looking at what is announced.
    pub fn announce_anyway(&self, number: u64, header: Hash) {
        self.objects.delete(&Key::current_edition()).unwrap();
        self.announce(&Built { number, header, sections: 0, written: 0, bytes_written: 0, bytes: 0 });
    }

    /// A file of the folder.
    pub fn path(&self, key: &Key) -> std::path::PathBuf {
        self.dir.path().join(key.as_str())
    }

    pub fn year(&self) -> u16 {
        let edition = self.follower.snapshot().unwrap();
        edition.title(&self.catalogue.titles[0].id).unwrap().year()
    }
}

#[test]
fn follows_what_is_announced() {
    let mut stage = Stage::new(300);
    assert!(stage.follower.snapshot().is_none());
    assert!(stage.follower.poll().nothing_announced());
    let first = stage.build(1);
    stage.announce(&first);
    let outcome = stage.follower.poll();
    assert!(matches!(outcome, Outcome::Switched { from: None, to: 1, .. }), "{outcome:?}");
    assert!(matches!(stage.follower.poll(), Outcome::Same));

    let old = stage.follower.snapshot().unwrap();
    stage.catalogue.titles[0].year = 1955;
    let second = stage.build(2);
    stage.announce(&second);
    match stage.follower.poll() {
        // The shard that the title lies in, and nothing else.
        Outcome::Switched { from: Some(1), to: 2, sections_read } => assert_eq!(sections_read, 1),
        other => panic!("{other:?}"),
    }
    assert_eq!((stage.year(), stage.follower.number()), (1955, Some(2)));
    assert_ne!(
        old.title(&stage.catalogue.titles[0].id).unwrap().year(),
        1955,
        "who holds the old one reads the old one"
    );
}

#[test]
fn numbers_only_grow() {
    let stage = Stage::new(30);
    let (first, second) = (stage.build(1), stage.build(2));
    stage.announce(&second);
    stage.follower.poll();
    stage.announce_anyway(1, first.header);
    let outcome = stage.follower.poll();
    let Outcome::Kept { error: EditionError::Older { open: 2, announced: 1 }, repeated: false } = outcome
    else {
        panic!("{outcome:?}")
    };
    assert!(matches!(stage.follower.poll(), Outcome::Kept { repeated: true, .. }), "said once");
    stage.announce_anyway(2, first.header);
    assert!(
        matches!(stage.follower.poll(), Outcome::Kept { repeated: false, .. }),
        "another with the same number"
    );
    // The same edition announced anew is no news.
    stage.announce_anyway(2, second.header);
    assert!(matches!(stage.follower.poll(), Outcome::Same));
    assert_eq!(stage.follower.number(), Some(2));
}

#[test]
fn an_unknown_signature_changes_nothing() {
    let stage = Stage::new(30);
    let (first, second) = (stage.build(1), stage.build(2));
    stage.announce(&first);
    stage.follower.poll();
    let other = SigningKey::generate(&SeededRng::new(2));
    let ring = KeyRing::from(other.public());
    announce::publish(&stage.objects, &second.announcement(Timestamp(9)), &other, &ring).unwrap();
    assert!(matches!(
        stage.follower.poll(),
        Outcome::Kept { error: EditionError::Announcement(_), repeated: false }
    ));
    assert_eq!(stage.follower.number(), Some(1));
}

#[test]
fn many_may_read_while_one_switches() {
    let mut stage = Stage::new(150);
    let first = stage.build(1);
    stage.announce(&first);
    stage.follower.poll();
    stage.catalogue.titles[0].year = 1955;
    let second = stage.build(2);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while stage.follower.number() != Some(2) {
                    let edition = stage.follower.snapshot().unwrap();
                    assert!(edition.all_titles().all(|title| title.windows().len() == 6));
                }
            });
        }
        stage.announce(&second);
        assert!(matches!(stage.follower.poll(), Outcome::Switched { to: 2, .. }));
    });
}
