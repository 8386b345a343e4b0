//! A host of its own for each test, and what is left of it ended afterwards.

use std::{net::TcpListener, sync::Arc, time::Duration};

use domain::{ManualClock, Timestamp};
use drivers::{Clocks, Engine, Instance, Local, Name, local::LocalLimits};
use tempfile::TempDir;
use tokio::time::{sleep, timeout};

/// Longer than anything takes on a loaded machine.
const PATIENCE: Duration = Duration::from_secs(60);

pub struct Host {
    pub local: Local,
    pub dir: TempDir,
}

pub fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

pub fn limits() -> LocalLimits {
    LocalLimits { instances: 6 }
}

pub async fn open(dir: &TempDir, limits: LocalLimits) -> std::io::Result<Local> {
    open_at(dir, limits, clocks()).await
}

/// The clocks of a test, which stand still.
pub fn clocks() -> Clocks {
    Clocks::same(Arc::new(ManualClock::new(Timestamp::from_seconds(1_800_000_000))))
}

pub async fn open_at(dir: &TempDir, limits: LocalLimits, clocks: Clocks) -> std::io::Result<Local> {
    let socket = |taken: Option<std::io::Result<TcpListener>>| {
        taken.unwrap_or_else(|| TcpListener::bind("127.0.0.1:0"))
    };
    Local::open(&dir.path().join("host"), limits, clocks, socket).await
}

impl Host {
    pub async fn new() -> Self {
        Self::with(limits()).await
    }

    pub async fn with(limits: LocalLimits) -> Self {
        let dir = tempfile::tempdir().unwrap();
        Self { local: open(&dir, limits).await.unwrap(), dir }
    }

    /// Ends everything. Call at the end: a failed test leaves its instances to be found.
    pub async fn end(self) {
        for instance in self.local.list().await.unwrap() {
            self.local.stop(&instance.name).await.unwrap();
        }
        assert!(self.local.list().await.unwrap().is_empty());
    }
}

/// Looks until it holds.
pub async fn until(engine: &impl Engine, what: &str, holds: impl Fn(&[Instance]) -> bool) -> Vec<Instance> {
    let mut last = Vec::new();
    let looking = async {
        loop {
            last = engine.list().await.unwrap();
            if holds(&last) {
                return;
            }
            sleep(Duration::from_millis(20)).await;
        }
    };
    let held = timeout(PATIENCE, looking).await;
    assert!(held.is_ok(), "never {what}: {last:#?}");
    last
}
