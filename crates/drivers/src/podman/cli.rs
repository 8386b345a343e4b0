//! The `podman` command line, each call in bounded time.

use std::{ffi::OsString, process::Stdio, time::Duration};

use tokio::{process::Command, time::timeout};

use crate::{EngineError, Name};

/// Most calls take 40 ms and a start 400; a storage that is locked by a pull, seconds.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where it is, and in what environment it runs.
#[derive(Debug, Clone)]
pub(super) struct Cli {
    pub program: OsString,
    pub environment: Vec<(OsString, OsString)>,
}

/// What podman did not do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Failure {
    /// There is no container by that name.
    NoContainer,
    /// It said no, or cannot be run.
    No(String),
    /// It did not come back.
    Silent(String),
}

impl Failure {
    /// As it is told about the instance `name`.
    pub fn about(self, name: &Name) -> EngineError {
        match self {
            Self::NoContainer => EngineError::Unknown(name.clone()),
            other => other.into(),
        }
    }
}

impl From<Failure> for EngineError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::NoContainer => Self::Refused("podman knows no such container".into()),
            Failure::No(why) => Self::Refused(why),
            Failure::Silent(why) => Self::Uncertain(why),
        }
    }
}

impl Cli {
    /// A call that is still to be made.
    pub fn command<A: AsRef<str>>(&self, arguments: impl IntoIterator<Item = A>) -> Command {
        let mut command = Command::new(&self.program);
        command.args(arguments.into_iter().map(|argument| OsString::from(argument.as_ref())));
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        // podman hands these on to containers, and they are meant for us.
        command.stdin(Stdio::null()).env_remove("NOTIFY_SOCKET").env_remove("LISTEN_FDS");
        command.kill_on_drop(true);
        command
    }

    /// What a call prints.
    pub async fn call<A: AsRef<str>>(
        &self,
        arguments: impl IntoIterator<Item = A>,
    ) -> Result<String, Failure> {
        self.call_within(PATIENCE, arguments).await
    }

    /// What a call prints that may take long.
    pub async fn call_within<A: AsRef<str>>(
        &self,
        limit: Duration,
        arguments: impl IntoIterator<Item = A>,
    ) -> Result<String, Failure> {
        let mut command = self.command(arguments);
        let output = match timeout(limit, command.output()).await {
            Ok(Ok(output)) => output,
            Ok(Err(error)) => {
                let program = self.program.to_string_lossy();
                return Err(Failure::No(format!("cannot run {program}: {error}; is podman installed?")));
            }
            Err(_) => return Err(Failure::Silent(format!("podman did not come back in {limit:?}"))),
        };
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        let words = String::from_utf8_lossy(&output.stderr);
        let last = words.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or("no word why");
        let last = last.strip_prefix("Error: ").unwrap_or(last);
        let unknown = ["no such container", "no such object", "no container with name or ID"];
        if unknown.iter().any(|words| last.contains(words)) {
            return Err(Failure::NoContainer);
        }
        Err(Failure::No(format!("podman: {last}")))
    }
}
