//! Keeps as many instances as are wanted, and replaces those of another release one by one.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use domain::{Clock, Timestamp};

use crate::{
    Clocks, Engine, EngineError, Instance, Name, Spec, State, Traffic,
    plan::{self, Step},
};

/// What is to run.
#[derive(Debug, Clone)]
pub struct Goal {
    /// How many.
    pub instances: usize,
    /// Of what.
    pub spec: Spec,
}

/// How long the keeper waits for what.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// For which one may not be ready, from its start or later; one that takes longer is stopped.
    pub ready: Duration,
    /// From being told to drain to being killed. More than the instance itself takes before it cuts what is under way.
    pub drain: Duration,
    /// After a death, before the next start; doubled with every further one, up to [`MOST_PAUSE`].
    pub pause: Duration,
}

/// The longest pause between the starts of something that keeps dying.
pub const MOST_PAUSE: Duration = Duration::from_secs(30);

impl Default for Patience {
    fn default() -> Self {
        let (ready, drain) = (Duration::from_secs(60), Duration::from_secs(45));
        Self { ready, drain, pause: Duration::from_millis(500) }
    }
}

/// How what runs compares with what is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// It is what is wanted.
    Whole,
    /// Something is under way.
    Under,
}

/// The one who keeps.
pub struct Keeper<E> {
    engine: Arc<E>,
    steady: Arc<dyn Clock>,
    patience: Patience,
    deaths: u32,
    not_before: Timestamp,
    /// Since when those are not ready that are not.
    late: BTreeMap<Name, Timestamp>,
}

impl<E: Engine> Keeper<E> {
    /// One who does nothing until he is asked to. He waits by the clock that nobody sets: by one that is set back he would replace nobody
    /// until it is again what it was.
    pub fn new(engine: Arc<E>, clocks: &Clocks, patience: Patience) -> Self {
        let steady = clocks.steady.clone();
        Self { engine, steady, patience, deaths: 0, not_before: Timestamp(0), late: BTreeMap::new() }
    }

    /// Looks once, and takes the steps towards the goal that can be taken now. To be called again and again.
    ///
    /// # Errors
    /// The engine's, and that something does not come up: what was done stays done, and the next call goes on.
    pub async fn keep(&mut self, goal: &Goal) -> Result<Kept, EngineError> {
        // One look for all steps: each costs some time when an instance does not answer.
        let mut instances = self.engine.list().await?;
        self.give_up_the_late(&instances, &goal.spec.release).await?;
        loop {
            let now = self.steady.now();
            match plan::step(&instances, goal.instances, &goal.spec.release) {
                Step::Start(_) if now < self.not_before => return Ok(Kept::Under),
                Step::Start(name) => match self.engine.start(&name, &goal.spec, Traffic::WhenReady).await {
                    Ok(()) => {
                        tracing::info!(%name, release = goal.spec.release, "started");
                        self.late.insert(name.clone(), now);
                        instances.push(begun(name, &goal.spec.release));
                    }
                    Err(EngineError::Refused(why)) => {
                        self.pause();
                        return Err(EngineError::Refused(why));
                    }
                    Err(error) => return Err(error),
                },
                Step::Admit(name) => {
                    self.engine.admit(&name).await?;
                    return Ok(Kept::Under);
                }
                Step::Drain(name) => {
                    tracing::info!(%name, "draining");
                    self.engine.drain(&name, self.patience.drain).await?;
                    let leaves = instances.iter_mut().filter(|instance| instance.name == name);
                    leaves.for_each(|instance| instance.state = State::Draining);
                }
                Step::Forget(name) => {
                    self.hear_of(&instances, &name, &goal.spec.release);
                    self.engine.stop(&name).await?;
                    instances.retain(|instance| instance.name != name);
                }
                Step::Wait => return Ok(Kept::Under),
                Step::Done => {
                    self.deaths = 0;
                    return Ok(Kept::Whole);
                }
            }
        }
    }

    /// Before a dead one is forgotten.
    fn hear_of(&mut self, instances: &[Instance], name: &Name, release: &str) {
        let Some(dead) = instances.iter().find(|instance| instance.name == *name) else { return };
        if let State::Ended(end) = &dead.state
            && !end.asked
        {
            tracing::error!(%name, release = dead.release, how = end.how, "an instance died");
            if dead.release == release {
                self.pause();
            }
        }
    }

    /// Loses patience with what does not get ready, or is ready no more, for too long. One look is not enough: it may be the probe
    /// that was slow, and what does not answer an operator may serve viewers.
    async fn give_up_the_late(&mut self, instances: &[Instance], release: &str) -> Result<(), EngineError> {
        let now = self.steady.now();
        let late: BTreeMap<&Name, &str> = instances
            .iter()
            .filter(|instance| instance.release == release)
            .filter_map(|instance| match &instance.state {
                State::NotReady(missing) => Some((&instance.name, missing.as_str())),
                _ => None,
            })
            .collect();
        self.late.retain(|name, _| late.contains_key(name));
        for (name, missing) in late {
            if now.since(*self.late.entry(name.clone()).or_insert(now)) > self.patience.ready {
                tracing::error!(%name, release, missing, "not ready in time");
                self.engine.stop(name).await?;
                self.late.remove(name);
                self.pause();
            }
        }
        Ok(())
    }

    /// The release does not come up: the next start waits.
    fn pause(&mut self) {
        let pause = self.patience.pause.saturating_mul(1 << self.deaths.min(10)).min(MOST_PAUSE);
        self.deaths = self.deaths.saturating_add(1);
        self.not_before = self.steady.now().plus(pause);
        tracing::warn!(?pause, "starting again after a pause");
    }
}

/// One that was started a moment ago, before anybody has looked at it.
fn begun(name: Name, release: &str) -> Instance {
    Instance {
        name,
        release: release.to_owned(),
        state: State::NotReady("it was just started".into()),
        ops: None,
        pid: None,
        started: Timestamp(i64::MAX),
    }
}
