//! A container that is run to its end: a migration. It may be run again: what it had done is found done.

use std::time::Duration;

use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::{
    Podman,
    cli::{Failure, LATER},
    image,
};
use crate::{EngineError, Spec, program};

/// The status of `podman run` when it is podman that failed, and not what ran in the container (podman-run(1), "Exit Status").
const PODMANS: i32 = 125;

/// Why it is not known to have been done.
enum Undone {
    /// podman had no time, or said what is not so: it is run again.
    Again(String),
    For(String),
}

impl Podman {
    /// Runs it until it has ended, podman's own mishaps apart, or `limit` is over, or it is to stop.
    pub(super) async fn once(
        &self,
        spec: &Spec,
        limit: Duration,
        stop: CancellationToken,
    ) -> Result<(), String> {
        let container = format!("primetime.{}.once", self.service);
        let mut mishap = String::new();
        let runs = async {
            loop {
                match self.run_once(&container, spec, limit, &stop).await {
                    Ok(()) => return Ok(()),
                    Err(Undone::For(why)) => return Err(why),
                    Err(Undone::Again(why)) => mishap = format!("; {why}"),
                }
                tracing::warn!(why = mishap, "it is run again");
                if timeout(LATER, stop.cancelled()).await.is_ok() {
                    return Err("it was stopped".into());
                }
            }
        };
        let ended = timeout(limit, runs).await;
        // What ran does not end with the command line that waits for it; what has ended would have the name.
        let _ = self.remove(&container).await;
        ended.unwrap_or_else(|_| Err(format!("it was not done in {} s{mishap}", limit.as_secs())))
    }

    async fn run_once(
        &self,
        container: &str,
        spec: &Spec,
        limit: Duration,
        stop: &CancellationToken,
    ) -> Result<(), Undone> {
        // One whose supervisor was killed may be there still; the end that is seen below must not be that one's.
        self.remove(container).await?;
        let id = image::id(&self.cli, &self.pulls, spec).await?;
        let arguments = self.given.run(spec, &id, &self.network, &["--replace", "--name", container]);
        match program::complete(self.cli.command(&arguments), limit, stop).await {
            Ok(()) => self.has_ended_well(container).await,
            Err(program::Failure::Ended(status, words)) if status.code() == Some(PODMANS) => {
                let ended = self.has_ended_well(container).await;
                ended.map_err(|_| Failure::said(&words).into())
            }
            Err(failure) => Err(Undone::For(failure.to_string())),
        }
    }

    /// podman's word for it is not taken: of one that has ended it knows the status.
    async fn has_ended_well(&self, container: &str) -> Result<(), Undone> {
        let asked = [
            "inspect",
            "--type",
            "container",
            "--format",
            "{{.State.Status}} {{.State.ExitCode}}",
            container,
        ];
        match self.cli.call(asked).await {
            // Stopped: the rest of what podman does at an end is under way.
            Ok(said) if matches!(said.trim(), "exited 0" | "stopped 0") => Ok(()),
            Ok(said) => {
                Err(Undone::Again(format!("podman said that {container} was done: it is {}", said.trim())))
            }
            Err(Failure::NoContainer) => {
                Err(Undone::Again(format!("podman said that {container} was done, and does not have it")))
            }
            Err(failure) => Err(failure.into()),
        }
    }

    async fn remove(&self, container: &str) -> Result<(), Failure> {
        self.cli.call(["rm", "--force", "--ignore", "--time", "0", container]).await.map(|_| ())
    }
}

impl From<Failure> for Undone {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::No(why) => Self::For(why),
            Failure::NoContainer => Self::Again("podman knows no such container".into()),
            Failure::Busy(why) | Failure::Silent(why) => Self::Again(why),
        }
    }
}

impl From<EngineError> for Undone {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::Busy(_) | EngineError::Uncertain(_) => Self::Again(error.to_string()),
            EngineError::Refused(_) | EngineError::Unknown(_) | EngineError::Fenced { .. } => {
                Self::For(error.to_string())
            }
        }
    }
}
