//! What systemd is told of a service of `Type=notify` (sd_notify(3)); without systemd, nothing.

use sd_notify::NotifyState::{self, Ready, Status, Stopping, Watchdog};
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

/// Says when everything has `started`, that it lives while systemd wants to hear it (`WatchdogSec=`), and when it is to `stop`;
/// ends with `after`.
pub async fn tell(started: CancellationToken, stop: CancellationToken, after: CancellationToken) {
    let over = tokio::select! { () = started.cancelled() => false, () = stop.cancelled() => true };
    if !over {
        say(&[Ready, Status("serving")]);
        // Twice in its time. A runtime that is stuck does not come by.
        let lives = async {
            let Some(within) = sd_notify::watchdog_enabled() else { return std::future::pending().await };
            let mut beats = interval(within / 2);
            beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                beats.tick().await;
                say(&[Watchdog]);
            }
        };
        tokio::select! {
            () = lives => {}
            () = stop.cancelled() => {}
        }
    }
    say(&[Stopping, Status("finishing what is under way")]);
    after.cancelled().await;
}

fn say(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::warn!(%error, "systemd does not hear us");
    }
}
