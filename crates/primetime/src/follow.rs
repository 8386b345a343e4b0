//! Keeps the newest edition open, and tells readiness, metrics and the log.

use std::{sync::Arc, time::Duration};

use edition::{Follower, Outcome};
use prometheus_client::metrics::{counter::Counter, gauge::Gauge};
use tokio::task::spawn_blocking;
use tokio_util::sync::CancellationToken;
use web::{Metrics, health::Condition};

/// From announcement to all nodes in less than two seconds.
const EVERY: Duration = Duration::from_millis(1_000);

/// The task that follows.
pub struct Following {
    follower: Arc<Follower>,
    ready: Condition,
    number: Gauge,
    refused: Counter,
}

impl Following {
    /// Registers its metrics.
    pub fn new(follower: Arc<Follower>, ready: Condition, metrics: &Metrics) -> Self {
        let number =
            metrics.register("edition_number", "Number of the edition that is open", Gauge::default());
        let refused =
            metrics.register("edition_refused", "Polls that refused what is announced", Counter::default());
        Self { follower, ready, number, refused }
    }

    /// One look: at start, so that a process is ready as soon as it answers.
    pub async fn look(&self) {
        let follower = self.follower.clone();
        match spawn_blocking(move || follower.poll()).await {
            Ok(outcome) => self.tell(&outcome),
            Err(error) => tracing::error!(%error, "looking for a new edition panicked"),
        }
    }

    /// Looks on until `stop`.
    pub async fn run(self, stop: CancellationToken) {
        let mut every = tokio::time::interval(EVERY);
        every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = every.tick() => self.look().await,
            }
        }
    }

    fn tell(&self, outcome: &Outcome) {
        match outcome {
            Outcome::Same => {}
            Outcome::Switched { from, to, sections_read } => {
                tracing::info!(from, to, sections_read, "edition open");
                self.number.set(i64::try_from(*to).unwrap_or(i64::MAX));
                self.ready.met();
            }
            outcome if outcome.nothing_announced() => {
                self.ready.missing("nothing has been published: import a catalogue, then publish");
            }
            Outcome::Kept { error, repeated } => {
                self.refused.inc();
                if self.follower.number().is_none() {
                    self.ready.missing(error.to_string());
                }
                if !repeated {
                    tracing::error!(
                        open = self.follower.number(),
                        "the announced edition is refused: {}",
                        web::problem::chain(error)
                    );
                }
            }
        }
    }
}
