//! Publishing by itself as media become ready: soon, but not for every track.

use std::{sync::Arc, time::Duration};

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::{PublishError, Published, Publisher, Request};

/// From the first change to the edition: what comes in a burst goes out together.
const SETTLE: Duration = Duration::from_secs(1);
/// Between two editions: pages and caches live a little.
const PAUSE: Duration = Duration::from_secs(3);
/// After a failure that may pass.
const RETRY: Duration = Duration::from_secs(10);

/// Says that something may have become worth publishing. Cheap to clone; never waits.
#[derive(Debug, Clone, Default)]
pub struct Nudge(Arc<Notify>);

impl Nudge {
    /// Something has changed.
    pub fn nudge(&self) {
        self.0.notify_one();
    }
}

/// Publishes when it is nudged.
#[derive(Debug)]
pub struct AutoPublisher {
    publisher: Publisher,
    nudge: Nudge,
}

impl AutoPublisher {
    /// Publishes by `publisher` what `nudge` announces.
    pub fn new(publisher: Publisher, nudge: Nudge) -> Self {
        Self { publisher, nudge }
    }

    /// Runs until it is cancelled. First it finishes what an earlier process began.
    pub async fn run(self, stop: CancellationToken) {
        // Something may have become ready just before the last process died.
        self.nudge.nudge();
        let mut refused = None;
        while let Some(()) = stop.run_until_cancelled(self.nudge.0.notified()).await {
            if stop.run_until_cancelled(tokio::time::sleep(SETTLE)).await.is_none() {
                return;
            }
            let pause = match self.publisher.publish(&Request::because("media became ready")).await {
                Ok(Published::New { number, playable, bytes_written }) => {
                    tracing::info!(number, playable, bytes_written, "edition published");
                    PAUSE
                }
                // Before the first import there is nothing to publish.
                Ok(Published::Unchanged { .. }) | Err(PublishError::Empty) => PAUSE,
                Err(PublishError::Hides(hides)) => {
                    // Once: the same refusal comes with every track that is finished.
                    if refused.as_ref() != Some(&hides) {
                        tracing::warn!("{}", PublishError::Hides(hides.clone()));
                        refused = Some(hides);
                    }
                    PAUSE
                }
                Err(error) => {
                    tracing::error!(error = %web::problem::chain(&error), "publishing failed; it is tried again");
                    self.nudge.nudge();
                    RETRY
                }
            };
            if stop.run_until_cancelled(tokio::time::sleep(pause)).await.is_none() {
                return;
            }
        }
    }
}
