//! From being told to drain to the end of a container.

use std::{sync::Arc, time::Duration};

use domain::{Clock, Timestamp};
use tokio::time::{sleep, timeout};

use super::{
    cli::{Cli, Failure},
    proxy::Proxy,
};

/// Between two questions to the proxy.
const LOOK: Duration = Duration::from_millis(50);

/// One container that leaves. Of the engine it holds nothing: it ends with it, and the next supervisor begins it again.
pub(super) struct Leaving {
    pub cli: Cli,
    pub proxy: Proxy,
    pub steady: Arc<dyn Clock>,
    /// By the clock that nobody sets: of a drain that is gone on with, as much is over as the time of day says.
    pub ends: Timestamp,
    pub container: String,
    pub server: String,
    pub within: Duration,
}

impl Leaving {
    /// First the proxy sends nothing more there and what is under way ends, then the container is told to stop: it still accepts when
    /// the last request that was on its way arrives.
    pub async fn leave(self) {
        if timeout(self.rest(), self.quiet()).await.is_err() {
            tracing::warn!(server = self.server, after = ?self.within, "it did not drain in time and is ended");
        }
        while !self.stopped().await {
            sleep(LOOK * 10).await;
        }
        // What is left of it in the proxy the next look takes away.
        if self.proxy.maintain(&self.server).await.is_ok() {
            let _ = self.proxy.delete(&self.server).await;
        }
    }

    fn rest(&self) -> Duration {
        self.ends.since(self.steady.now())
    }

    /// Until nothing is under way there. Asked twice: a request that was just given to the server may not be counted yet. While the
    /// proxy does not answer, nobody knows, and the container goes on.
    async fn quiet(&self) {
        let mut quiet = 0;
        while quiet < 2 {
            let told = self.proxy.drain(&self.server).await;
            match self.proxy.sessions(&self.server).await {
                // A proxy that was started anew sends nothing there; what an older one still does, the container itself finishes.
                Ok(None) => return,
                Ok(Some(0)) if told.is_ok() => quiet += 1,
                _ => quiet = 0,
            }
            sleep(LOOK).await;
        }
    }

    /// Whether podman says that it has ended.
    async fn stopped(&self) -> bool {
        // Whole seconds; with none left it is killed.
        let rest = self.rest();
        let seconds = rest.as_secs() + u64::from(rest.subsec_nanos() > 0);
        let limit = Duration::from_secs(seconds) + self.cli.patience;
        let stop = ["stop", "--time", &seconds.to_string(), &self.container];
        match self.cli.call_within(limit, stop).await {
            Ok(_) | Err(Failure::NoContainer) => true,
            Err(failure) => {
                tracing::warn!(
                    container = self.container,
                    ?failure,
                    "it is not known whether it stops; asked again"
                );
                false
            }
        }
    }
}
