//! Viewers over a real edition and a real database.
#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

mod playback;
mod positions;
mod up_next;
mod world;

use std::sync::Arc;

use domain::{ManualClock, ProfileId, SeededRng};
use edition::Edition;
use objects::{
    keys::{KeyRing, SigningKey},
    token::{TokenSigner, TokenVerifier},
};
use store::Store;
use tempfile::TempDir;
use tokio::task::JoinHandle;
use viewers::{GroupLimits, Profile, Seal, Viewers, ViewersParts};
use world::{NOON, World};

/// Everything that viewers stand on.
struct House {
    viewers: Viewers,
    writer: JoinHandle<()>,
    store: Store,
    edition: Arc<Edition>,
    clock: Arc<ManualClock>,
    verifier: TokenVerifier,
    _folder: TempDir,
}

impl House {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("primetime.db")).await.unwrap();
        Self::on(folder, store)
    }

    async fn on_postgres() -> Self {
        let location = pgtest::Server::shared().database().parse().unwrap();
        let store = Store::open_at(&location, &store::Options::default()).await.unwrap();
        Self::on(tempfile::tempdir().unwrap(), store)
    }

    fn on(folder: TempDir, store: Store) -> Self {
        let edition = World::new().open(&folder.path().join("objects"));
        let clock = Arc::new(ManualClock::new(NOON));
        let key = SigningKey::generate(&SeededRng::new(7));
        let verifier = TokenVerifier::new(KeyRing::from(key.public()), "test");
        let (viewers, writer) = Viewers::start(ViewersParts {
            store: Some(store.clone()),
            seal: Seal::new(&[1; 32], &[]),
            signer: TokenSigner::new(key, "test").unwrap(),
            clock: clock.clone(),
            rng: Arc::new(SeededRng::new(8)),
            limits: GroupLimits::default(),
        });
        Self { viewers, writer, store, edition, clock, verifier, _folder: folder }
    }

    fn profile(&self, seed: u64) -> ProfileId {
        Profile::new(&SeededRng::new(seed), NOON).id
    }
}
