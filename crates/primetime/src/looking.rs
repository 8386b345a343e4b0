//! Looks again and again until told to stop.

use std::time::Duration;

use tokio::time::{Interval, MissedTickBehavior};
use tokio_util::sync::CancellationToken;

/// When to look: at once, and every so often until stopped. A look that takes long delays the next; none is made up for.
pub struct Looks {
    every: Interval,
    stop: CancellationToken,
}

impl Looks {
    pub fn new(every: Duration, stop: CancellationToken) -> Self {
        let mut every = tokio::time::interval(every);
        every.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self { every, stop }
    }

    /// Waits until the next look is due; false when there is none any more.
    pub async fn due(&mut self) -> bool {
        self.stop.run_until_cancelled(self.every.tick()).await.is_some()
    }
}
