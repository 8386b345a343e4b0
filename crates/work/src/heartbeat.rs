use std::{sync::Arc, time::Duration};

use domain::Clock;
use store::{Claim, Store, StoreError};

use crate::{Progress, RunnerLimits};

/// Keeps a lease, and writes how far the job is.
pub(crate) struct Heartbeat<'a> {
    pub store: &'a Store,
    pub clock: &'a Arc<dyn Clock>,
    pub limits: &'a RunnerLimits,
    pub claim: &'a Claim,
    pub progress: &'a Progress,
}

impl Heartbeat<'_> {
    /// Ends only when the lease is lost: to another worker, or because the database did not answer for as long as it lasts.
    pub async fn until_lost(&self) {
        // Two beats may fail before a lease runs out; between them only news is worth a write.
        let due = self.limits.lease / 3;
        let mut kept = self.clock.now();
        let mut written = self.progress.get();
        let mut waited = Duration::ZERO;
        loop {
            let pause = self.limits.heartbeat.min(due);
            tokio::time::sleep(pause).await;
            waited += pause;
            let news = self.progress.get();
            if waited < due && news == written {
                continue;
            }
            let (now, lease) = (self.clock.now(), self.limits.lease);
            match self.store.heartbeat(self.claim, lease, (news.0, &news.1), now).await {
                Ok(()) => (kept, written, waited) = (now, news, Duration::ZERO),
                Err(StoreError::LeaseLost(_)) => {
                    tracing::warn!(job = self.claim.job, "the lease was lost; another worker has the job");
                    return;
                }
                Err(error) if self.clock.now().since(kept) < lease => {
                    tracing::warn!(job = self.claim.job, %error, "a heartbeat failed; the lease still holds");
                }
                Err(error) => {
                    tracing::error!(job = self.claim.job, %error, "the lease ran out before it could be kept");
                    return;
                }
            }
        }
    }
}
