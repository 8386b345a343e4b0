//! What a process lacks to be ready, in its log: who finds a host that serves nobody looks there, and may not reach `/readyz`.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use domain::Clock;
use tokio_util::sync::CancellationToken;
use web::Readiness;

use crate::{looking::Looks, news::News};

/// Longer than a start takes, and no longer than whoever looks waits.
const EVERY: Duration = Duration::from_secs(10);

/// Says it until `stop`: at once what is new, and once a minute what stays.
pub async fn say(readiness: Readiness, clock: Arc<dyn Clock>, stop: CancellationToken) {
    let (news, mut before) = (News::default(), BTreeSet::new());
    let mut looks = Looks::new(EVERY, stop);
    // At its start a process lacks everything.
    looks.due().await;
    while looks.due().await {
        let missing = readiness.missing();
        for (condition, why) in &missing {
            if news.is(condition, why, clock.now()) {
                tracing::warn!(condition, why, "not ready");
            }
        }
        let now: BTreeSet<&'static str> = missing.into_keys().collect();
        for condition in before.difference(&now) {
            news.well(condition);
            tracing::info!(condition, "nothing is missing there any more");
        }
        before = now;
    }
}
