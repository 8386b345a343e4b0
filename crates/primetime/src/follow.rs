//! Keeps the newest edition open, without what is taken down, and tells readiness, metrics and the log.

use std::{sync::Arc, time::Duration};

use edition::{Follower, Outcome, Withdrawn};
use prometheus_client::metrics::{counter::Counter, gauge::Gauge};
use tokio::task::spawn_blocking;
use tokio_util::sync::CancellationToken;
use web::{Metrics, health::Condition};

use crate::looking::Looks;

/// From announcement to all nodes in less than two seconds, of editions and of takedowns.
const EVERY: Duration = Duration::from_millis(1_000);

/// The task that follows.
pub struct Following {
    follower: Arc<Follower>,
    ready: Condition,
    number: Gauge,
    refused: Counter,
    takedowns: Gauge,
    taken_down: Gauge,
    takedowns_refused: Counter,
}

impl Following {
    /// Registers its metrics.
    pub fn new(follower: Arc<Follower>, ready: Condition, metrics: &Metrics) -> Self {
        let number =
            metrics.register("edition_number", "Number of the edition that is open", Gauge::default());
        let refused =
            metrics.register("edition_refused", "Polls that refused what is announced", Counter::default());
        let takedowns = metrics.register(
            "takedowns_number",
            "Number of the announcement of takedowns that is followed",
            Gauge::default(),
        );
        let taken_down = metrics.register("taken_down", "Titles that are taken down", Gauge::default());
        let takedowns_refused = metrics.register(
            "takedowns_refused",
            "Looks that could not read or refused what is announced as taken down",
            Counter::default(),
        );
        Self { follower, ready, number, refused, takedowns, taken_down, takedowns_refused }
    }

    /// One look: at start, so that a process is ready as soon as it answers.
    pub async fn look(&self) {
        let follower = self.follower.clone();
        // What is taken down first: no edition may show it even for the time of a look.
        match spawn_blocking(move || (follower.poll_takedowns(), follower.poll())).await {
            Ok((withdrawn, outcome)) => {
                self.tell_withdrawn(&withdrawn);
                self.tell(&outcome);
            }
            Err(error) => tracing::error!(%error, "looking for a new edition panicked"),
        }
    }

    /// Looks on until `stop`.
    pub async fn run(self, stop: CancellationToken) {
        let mut looks = Looks::new(EVERY, stop);
        while looks.due().await {
            self.look().await;
        }
    }

    fn tell_withdrawn(&self, withdrawn: &Withdrawn) {
        match withdrawn {
            Withdrawn::Same => {}
            Withdrawn::Changed { number, titles } => {
                tracing::info!(number, titles, "other titles are taken down");
                self.takedowns.set(i64::try_from(*number).unwrap_or(i64::MAX));
                self.taken_down.set(i64::try_from(*titles).unwrap_or(i64::MAX));
            }
            Withdrawn::Kept { error, repeated } => {
                self.takedowns_refused.inc();
                if !repeated {
                    tracing::error!(
                        "what is taken down cannot be read; what was, stays down: {}",
                        web::problem::chain(error)
                    );
                }
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
