//! Keeps as many instances as are wanted, and replaces them one by one.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use domain::{Clock, Timestamp};
use tokio::{
    sync::{mpsc, oneshot, watch},
    time::sleep,
};
use tokio_util::sync::CancellationToken;

use crate::{
    Engine, EngineError, Instance, Name, Spec, State,
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

/// How long the supervisor waits for what.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// From start to ready; one that takes longer is stopped, and a replacement that includes it is undone.
    pub ready: Duration,
    /// Between two looks.
    pub look: Duration,
    /// After a death, before the next start; doubled with every further one, up to [`MOST_PAUSE`].
    pub pause: Duration,
}

/// The longest pause between the starts of something that keeps dying.
pub const MOST_PAUSE: Duration = Duration::from_secs(30);

impl Default for Patience {
    fn default() -> Self {
        let ready = Duration::from_secs(60);
        Self { ready, look: Duration::from_millis(200), pause: Duration::from_millis(500) }
    }
}

/// A wish to replace all instances; the answer comes when it is done, or undone with the reason.
#[derive(Debug)]
pub struct Replace {
    /// By what.
    pub spec: Spec,
    /// Where to say how it ended.
    pub answer: oneshot::Sender<Result<(), String>>,
}

/// The one who keeps.
pub struct Supervisor<D> {
    driver: Arc<D>,
    clock: Arc<dyn Clock>,
    patience: Patience,
    goal: Goal,
    /// What runs if the replacement that is under way fails, and who waits for it.
    under_way: Option<(Spec, oneshot::Sender<Result<(), String>>)>,
    deaths: u32,
    not_before: Timestamp,
    /// Said once of each.
    mourned: BTreeMap<Name, Timestamp>,
    seen: watch::Sender<Vec<Instance>>,
}

impl<D: Engine> Supervisor<D> {
    /// With a goal; nothing happens before [`run`](Self::run).
    pub fn new(driver: Arc<D>, clock: Arc<dyn Clock>, patience: Patience, goal: Goal) -> Self {
        let not_before = clock.now();
        let (under_way, deaths, mourned) = (None, 0, BTreeMap::new());
        let seen = watch::Sender::new(Vec::new());
        Self { driver, clock, patience, goal, under_way, deaths, not_before, mourned, seen }
    }

    /// The instances as they were last seen.
    pub fn seen(&self) -> watch::Receiver<Vec<Instance>> {
        self.seen.subscribe()
    }

    /// Keeps the goal, and takes wishes one at a time, until `stop`; then it returns and leaves everything running.
    pub async fn run(mut self, mut wishes: mpsc::Receiver<Replace>, stop: CancellationToken) {
        loop {
            if let Err(error) = self.turn().await {
                tracing::warn!(%error, "the engine did not do what it was asked; trying again");
            }
            let free = self.under_way.is_none();
            tokio::select! {
                () = stop.cancelled() => return,
                Some(wish) = wishes.recv(), if free => self.begin(wish),
                () = sleep(self.patience.look) => {}
            }
        }
    }

    fn begin(&mut self, wish: Replace) {
        tracing::info!(from = self.goal.spec.release, to = wish.spec.release, "replacing one by one");
        self.under_way = Some((std::mem::replace(&mut self.goal.spec, wish.spec), wish.answer));
        (self.deaths, self.not_before) = (0, self.clock.now());
    }

    /// Looks, and takes the steps that can be taken now.
    async fn turn(&mut self) -> Result<(), EngineError> {
        loop {
            let instances = self.driver.list().await?;
            self.seen.send_replace(instances.clone());
            for instance in &instances {
                self.consider(instance).await?;
            }
            let now = self.clock.now();
            match plan::step(&instances, self.goal.instances, &self.goal.spec.release) {
                Step::Start(_) if now < self.not_before => return Ok(()),
                Step::Start(name) => match self.driver.start(&name, &self.goal.spec).await {
                    Ok(()) => tracing::info!(%name, release = self.goal.spec.release, "started"),
                    Err(EngineError::Refused(why)) => {
                        self.fails(why);
                        return Ok(());
                    }
                    Err(error) => return Err(error),
                },
                Step::Drain(name) => {
                    tracing::info!(%name, "draining");
                    self.driver.drain(&name).await?;
                }
                Step::Forget(name) => self.driver.stop(&name).await?,
                Step::Wait => return Ok(()),
                Step::Done => {
                    self.deaths = 0;
                    if let Some((_, answer)) = self.under_way.take() {
                        tracing::info!(release = self.goal.spec.release, "replaced");
                        let _ = answer.send(Ok(()));
                    }
                    return Ok(());
                }
            }
        }
    }

    /// Hears of a death, and loses patience with one that does not get ready.
    async fn consider(&mut self, instance: &Instance) -> Result<(), EngineError> {
        let Instance { name, started, state, .. } = instance;
        let ours = instance.release == self.goal.spec.release;
        match state {
            State::Ended(end)
                if !end.asked && self.mourned.insert(name.clone(), *started) != Some(*started) =>
            {
                tracing::error!(%name, release = instance.release, how = end.how, "an instance died");
                if ours {
                    self.fails(format!("instance {name} died: {}", end.how));
                }
            }
            State::NotReady(missing) if ours && self.clock.now().since(*started) > self.patience.ready => {
                let why =
                    format!("instance {name} was not ready within {:?}: {missing}", self.patience.ready);
                tracing::error!(%name, release = instance.release, missing, "not ready in time");
                self.driver.stop(name).await?;
                self.fails(why);
            }
            _ => {}
        }
        Ok(())
    }

    /// The goal's release does not come up: back to what ran, or a pause.
    fn fails(&mut self, why: String) {
        if let Some((before, answer)) = self.under_way.take() {
            tracing::error!(why, back_to = before.release, "the replacement is undone");
            let undone =
                format!("{why}; undone: {} instances of {} stay", self.goal.instances, before.release);
            self.goal.spec = before;
            let _ = answer.send(Err(undone));
            return;
        }
        let pause = self.patience.pause.saturating_mul(1 << self.deaths.min(10)).min(MOST_PAUSE);
        self.deaths = self.deaths.saturating_add(1);
        self.not_before = self.clock.now().plus(pause);
        tracing::warn!(why, ?pause, "trying again after a pause");
    }
}
