//! An engine that costs nothing. What it takes to look at instances that hang passes by the test's clock.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

use domain::{Clock, ManualClock};
use drivers::{Caps, Engine, EngineError, Instance, Name, Program, Spec, State, Traffic};
use tokio_util::sync::CancellationToken;

/// What a look waits for one that does not answer.
const PROBE: Duration = Duration::from_secs(2);
/// Releases whose instances hang.
pub const HANGS: &str = "hangs";

#[derive(Clone)]
pub struct Fake {
    pub clock: Arc<ManualClock>,
    pub looks: Arc<AtomicUsize>,
    pub instances: Arc<Mutex<BTreeMap<Name, Instance>>>,
}

pub fn spec(release: &str) -> Spec {
    let program = Program::Binary("/nowhere".into());
    Spec { release: release.into(), program, arguments: Vec::new(), caps: Caps::default() }
}

impl Fake {
    pub fn new(clock: Arc<ManualClock>) -> Self {
        Self { clock, looks: Arc::default(), instances: Arc::default() }
    }

    /// One that takes traffic, or would if it answered.
    pub fn serve(&self, name: &str, release: &str, ops: Option<SocketAddr>) {
        let name = Name::new(name).unwrap();
        let state = match release {
            HANGS => State::NotReady("no answer".into()),
            _ => State::Ready,
        };
        let (release, started) = (release.to_owned(), self.clock.now());
        let instance = Instance { name: name.clone(), release, state, ops, pid: None, started };
        self.instances.lock().unwrap().insert(name, instance);
    }

    fn set(&self, name: &Name, state: State) {
        if let Some(instance) = self.instances.lock().unwrap().get_mut(name) {
            instance.state = state;
        }
    }
}

impl Engine for Fake {
    async fn start(&self, name: &Name, spec: &Spec, traffic: Traffic) -> Result<(), EngineError> {
        self.serve(&name.to_string(), &spec.release, None);
        if traffic == Traffic::WhenAdmitted && spec.release != HANGS {
            self.set(name, State::Warm);
        }
        Ok(())
    }

    async fn list(&self) -> Result<Vec<Instance>, EngineError> {
        self.looks.fetch_add(1, SeqCst);
        let all: Vec<_> = self.instances.lock().unwrap().values().cloned().collect();
        if all.iter().any(|instance| matches!(instance.state, State::NotReady(_))) {
            self.clock.advance(PROBE);
        }
        Ok(all)
    }

    async fn admit(&self, name: &Name) -> Result<(), EngineError> {
        self.set(name, State::Ready);
        Ok(())
    }

    async fn park(&self, name: &Name) -> Result<(), EngineError> {
        self.set(name, State::Warm);
        Ok(())
    }

    async fn drain(&self, name: &Name, _: Duration) -> Result<(), EngineError> {
        self.stop(name).await
    }

    async fn stop(&self, name: &Name) -> Result<(), EngineError> {
        self.instances.lock().unwrap().remove(name);
        Ok(())
    }

    async fn complete(&self, _: &Spec, _: Duration, _: CancellationToken) -> Result<(), String> {
        Ok(())
    }
}
