//! Keeps as many instances as are wanted, and replaces those of another release one by one.

use std::{sync::Arc, time::Duration};

use domain::{Clock, Timestamp};

use crate::{
    Engine, EngineError, Instance, Name, Spec, State, Traffic,
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
    /// From start to ready; one that takes longer is stopped.
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
    clock: Arc<dyn Clock>,
    patience: Patience,
    deaths: u32,
    not_before: Timestamp,
}

impl<E: Engine> Keeper<E> {
    /// One who does nothing until he is asked to.
    pub fn new(engine: Arc<E>, clock: Arc<dyn Clock>, patience: Patience) -> Self {
        Self { engine, clock, patience, deaths: 0, not_before: Timestamp(0) }
    }

    /// Looks, and takes the steps towards the goal that can be taken now. To be called again and again.
    ///
    /// # Errors
    /// The engine's, and that something does not come up: what was done stays done, and the next call goes on.
    pub async fn keep(&mut self, goal: &Goal) -> Result<Kept, EngineError> {
        loop {
            let instances = self.engine.list().await?;
            self.give_up_the_late(&instances, &goal.spec.release).await?;
            let now = self.clock.now();
            match plan::step(&instances, goal.instances, &goal.spec.release) {
                Step::Start(_) if now < self.not_before => return Ok(Kept::Under),
                Step::Start(name) => match self.engine.start(&name, &goal.spec, Traffic::WhenReady).await {
                    Ok(()) => tracing::info!(%name, release = goal.spec.release, "started"),
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
                }
                Step::Forget(name) => {
                    self.hear_of(&instances, &name, &goal.spec.release);
                    self.engine.stop(&name).await?;
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

    /// Loses patience with what does not get ready.
    async fn give_up_the_late(&mut self, instances: &[Instance], release: &str) -> Result<(), EngineError> {
        for Instance { name, started, state, .. } in instances.iter().filter(|i| i.release == release) {
            if let State::NotReady(missing) = state
                && self.clock.now().since(*started) > self.patience.ready
            {
                tracing::error!(%name, release, missing, "not ready in time");
                self.engine.stop(name).await?;
                self.pause();
            }
        }
        Ok(())
    }

    /// The release does not come up: the next start waits.
    fn pause(&mut self) {
        let pause = self.patience.pause.saturating_mul(1 << self.deaths.min(10)).min(MOST_PAUSE);
        self.deaths = self.deaths.saturating_add(1);
        self.not_before = self.clock.now().plus(pause);
        tracing::warn!(?pause, "starting again after a pause");
    }
}
