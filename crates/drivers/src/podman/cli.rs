//! The `podman` command line, each call in bounded time.

use std::{ffi::OsString, io, process::Output, process::Stdio, time::Duration};

use tokio::{process::Command, time::timeout};

use crate::{
    EngineError, Name,
    program::{Group, last_words},
};

/// How long podman is waited for. Most calls take 40 ms and a start 400; a storage that is locked by a pull, seconds.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// When to ask podman again that has no time.
pub(super) const LATER: Duration = Duration::from_secs(1);
/// What it says then: of its database, of a process or a lock that the system does not give it now, of a layer that is still in use.
const BUSY: [&str; 3] = ["database is locked", "resource temporarily unavailable", "device or resource busy"];

/// Where it is, and in what environment it runs.
#[derive(Debug, Clone)]
pub(super) struct Cli {
    pub program: OsString,
    pub environment: Vec<(OsString, OsString)>,
    /// How long one call may take.
    pub patience: Duration,
}

/// What podman did not do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Failure {
    /// There is no container by that name.
    NoContainer,
    /// It said no, or cannot be run.
    No(String),
    /// It cannot now.
    Busy(String),
    /// It did not come back.
    Silent(String),
}

impl Failure {
    /// What podman's last words mean.
    pub fn said(last: &str) -> Self {
        let last = last.strip_prefix("Error: ").unwrap_or(last);
        let unknown = ["no such container", "no such object", "no container with name or ID"];
        if unknown.iter().any(|words| last.contains(words)) {
            return Self::NoContainer;
        }
        let why = format!("podman: {last}");
        let low = last.to_ascii_lowercase();
        if BUSY.iter().any(|words| low.contains(words)) { Self::Busy(why) } else { Self::No(why) }
    }

    /// As it is told about a change of the instance `name`: podman may have made it before it failed.
    pub fn about(self, name: &Name) -> EngineError {
        match self {
            Self::NoContainer => EngineError::Unknown(name.clone()),
            Self::No(why) => EngineError::Uncertain(why),
            other => other.into(),
        }
    }
}

impl From<Failure> for EngineError {
    fn from(failure: Failure) -> Self {
        match failure {
            // It went away between two calls; what is there now the next look says.
            Failure::NoContainer => Self::Uncertain("podman knows no such container".into()),
            Failure::No(why) => Self::Refused(why),
            Failure::Busy(why) => {
                tracing::warn!(why, "podman is busy: it is asked again");
                Self::Busy(LATER)
            }
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
        self.call_within(self.patience, arguments).await
    }

    /// What a call prints that may take long.
    pub async fn call_within<A: AsRef<str>>(
        &self,
        limit: Duration,
        arguments: impl IntoIterator<Item = A>,
    ) -> Result<String, Failure> {
        let output = match timeout(limit, output(self.command(arguments))).await {
            Ok(Ok(output)) => output,
            Ok(Err(error)) => {
                let program = self.program.to_string_lossy();
                return Err(Failure::No(format!("cannot run {program}: {error}; is podman installed?")));
            }
            Err(_) => return Err(Failure::Silent(format!("podman did not answer in {limit:?}"))),
        };
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        Err(Failure::said(&last_words(&output.stderr)))
    }
}

async fn output(mut command: Command) -> io::Result<Output> {
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
    let child = command.spawn()?;
    // podman waits for helpers, and it may be one of those that hangs. conmon, and with it the container, has a group of its own.
    let group = Group::of(&child);
    let output = child.wait_with_output().await?;
    group.over();
    Ok(output)
}
