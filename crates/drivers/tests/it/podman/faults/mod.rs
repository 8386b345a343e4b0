//! The real podman behind a program that hangs, does half, lies or has no time, once for each call that a test names.

mod busy;
mod halves;
mod lies;
mod once;
mod pull;
mod silence;

use std::{fs, path::PathBuf, sync::Arc, time::Duration};

use drivers::{
    Engine, EngineError, Goal, Instance, Keeper, Kept, Patience, Podman, State, Traffic,
    podman::{PATIENCE, Settings},
};
use tokio::time::{sleep, timeout};

use super::{World, podman};
use crate::engine::{clocks, name};

/// Of a driver whose podman hangs: an honest call may take longer on a loaded machine, and is asked again as any other.
const SHORT: Duration = Duration::from_secs(5);
/// Of a test.
const LONG: Duration = Duration::from_secs(120);

struct Faulty {
    world: World,
    faults: PathBuf,
    patience: Duration,
}

impl Faulty {
    fn new() -> Self {
        Self::patient(PATIENCE)
    }

    fn patient(patience: Duration) -> Self {
        let world = World::new();
        let faults = world.dir.path().join("faults");
        fs::create_dir(&faults).unwrap();
        Self { world, faults, patience }
    }

    fn settings(&self) -> Settings {
        let mut settings = self.world.settings();
        settings.podman = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/podman/faults/podman.sh").into();
        settings.environment.push(("PODMAN_FAULTS".into(), self.faults.clone().into()));
        Settings { patience: self.patience, ..settings }
    }

    async fn open(&self) -> Podman {
        self.try_open().await.unwrap()
    }

    async fn try_open(&self) -> Result<Podman, EngineError> {
        Podman::open(self.settings(), clocks()).await
    }

    /// An engine with an instance `a` of release `r1` that takes traffic.
    async fn serving(&self) -> Podman {
        let engine = self.open().await;
        let spec = self.world.spec("r1");
        again(async || engine.start(&name("a"), &spec, Traffic::WhenReady).await).await;
        until(&engine, |all| all.len() == 1 && all[0].state == State::Ready).await;
        engine
    }

    /// The next such call suffers it.
    fn suffer(&self, call: &str, fault: &str) {
        let _ = fs::remove_file(self.faults.join(format!("{call}.met")));
        fs::write(self.faults.join("next"), fault).unwrap();
        fs::rename(self.faults.join("next"), self.faults.join(call)).unwrap();
    }

    fn met(&self, call: &str) -> bool {
        self.faults.join(format!("{call}.met")).exists()
    }

    /// What a call left in a file.
    fn left(&self, file: &str) -> String {
        fs::read_to_string(self.faults.join(file)).unwrap().trim().to_owned()
    }

    /// Containers that run, whoever is asked.
    fn running(&self) -> Vec<String> {
        let filter = format!("label=primetime.service={}", self.world.service);
        let said = podman(&["ps", "--no-trunc", "--filter", &filter, "--format", "{{.ID}}"]);
        said.lines().map(str::to_owned).collect()
    }

    fn keeper(&self, engine: Podman) -> Keeper<Podman> {
        let patience = Patience { pause: Duration::ZERO, ..Patience::default() };
        Keeper::new(Arc::new(engine), &clocks(), patience)
    }

    /// Keeps until two of the release run; what was said on the way. All that runs then is those two.
    async fn reach(&self, keeper: &mut Keeper<Podman>, release: &str) -> String {
        let goal = Goal { instances: 2, spec: self.world.spec(release) };
        let said = again(async || match keeper.keep(&goal).await {
            Ok(Kept::Under) => Err(EngineError::Busy(Duration::ZERO)),
            kept => kept.map(|_| ()),
        });
        let said = said.await;
        assert_eq!((self.running().len(), self.world.containers().len()), (2, 2), "after {said}");
        said
    }
}

/// Asks until it is done; what was said on the way. Nothing else may be said of these faults than that it is not known, or later.
async fn again(mut asking: impl AsyncFnMut() -> Result<(), EngineError>) -> String {
    let mut said = String::new();
    let all = async {
        loop {
            match asking().await {
                Ok(()) => return,
                Err(error @ (EngineError::Uncertain(_) | EngineError::Busy(_))) => {
                    said.push_str(&format!("{error}\n"));
                }
                Err(error) => panic!("{error:?} after {said}"),
            }
            sleep(Duration::from_millis(20)).await;
        }
    };
    let done = timeout(LONG, all).await;
    assert!(done.is_ok(), "never done: {said}");
    said
}

/// Looks until it holds, whatever single looks come to.
async fn until(engine: &Podman, holds: impl Fn(&[Instance]) -> bool) -> String {
    let looking = async || match engine.list().await {
        Ok(all) if holds(&all) => Ok(()),
        Ok(_) => Err(EngineError::Busy(Duration::ZERO)),
        Err(error) => Err(error),
    };
    again(looking).await
}

fn ended(all: &[Instance]) -> bool {
    matches!(all, [Instance { state: State::Ended(end), .. }] if end.asked)
}
