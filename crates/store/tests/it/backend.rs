//! The engines that the suite runs on.

use domain::{AssetId, ProfileId, Timestamp, TitleId};
use store::{Location, NewJob, Options, PositionWrite, Staged, Store};

/// A fresh, empty store; the folder goes when it is dropped, a database of PostgreSQL with its server.
pub struct Backend {
    pub store: Store,
    pub dir: tempfile::TempDir,
    pub location: Location,
    /// The same, in words.
    pub url: String,
}

impl Backend {
    async fn open(dir: tempfile::TempDir, url: String) -> Self {
        let location = url.parse().unwrap();
        let store = Store::open_at(&location, &Options::default()).await.unwrap();
        Self { store, dir, location, url }
    }

    pub async fn sqlite() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", dir.path().join("test.db").display());
        Self::open(dir, url).await
    }

    pub async fn postgres() -> Self {
        Self::open(tempfile::tempdir().unwrap(), pgtest::Server::shared().database().to_string()).await
    }

    /// Another handle on the same database, as another process would have.
    pub async fn another(&self) -> Store {
        Store::open_at(&self.location, &Options::default()).await.unwrap()
    }
}

pub fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(seconds)
}

pub fn title(id: &str) -> TitleId {
    TitleId::new(id).unwrap()
}

pub fn asset(id: &str) -> AssetId {
    AssetId::new(id).unwrap()
}

pub fn profile(id: &str) -> ProfileId {
    ProfileId::new(id).unwrap()
}

pub fn document(id: &str, body: &str) -> Staged {
    Staged { kind: "title", id: id.into(), body: body.into(), hash: body.into() }
}

pub fn job(dedup: &str, priority: i64) -> NewJob {
    NewJob {
        kind: "probe",
        dedup: dedup.into(),
        payload: "{}".into(),
        priority,
        run_after: at(0),
        most_attempts: 2,
    }
}

pub fn position(seconds: i64, device: &str, seq: i64, when: i64) -> PositionWrite {
    PositionWrite {
        profile: profile("p"),
        title: title("t"),
        position_us: seconds * 1_000_000,
        duration_us: 100_000_000,
        device: device.into(),
        seq,
        at: at(when),
        finished: seconds >= 95,
    }
}
