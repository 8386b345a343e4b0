//! A program that is run to its end.

use std::{
    fmt,
    process::{ExitStatus, Stdio},
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::{
    io::AsyncReadExt,
    process::{Child, Command},
    time::timeout,
};
use tokio_util::sync::CancellationToken;

/// Bytes of what it says that are kept, the last ones.
const MOST_WORDS: usize = 4_096;

/// Why a program did not end well.
#[derive(Debug)]
pub(crate) enum Failure {
    /// With this status and these last words.
    Ended(ExitStatus, String),
    /// It could not be started, or was ended.
    Other(String),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ended(status, words) => write!(f, "{status}: {words}"),
            Self::Other(why) => f.write_str(why),
        }
    }
}

/// A program and the helpers it starts, which have a process group of their own (`process_group(0)`): whoever drops it before
/// [`Group::over`] ends them all. What is to outlive it has another group.
pub(crate) struct Group(Option<Pid>);

impl Group {
    pub fn of(child: &Child) -> Self {
        Self(child.id().and_then(|id| Pid::from_raw(id as i32)))
    }

    /// It has ended by itself: its number may be another's.
    pub fn over(mut self) {
        self.0 = None;
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

/// The last line that says something.
pub(crate) fn last_words(said: &[u8]) -> String {
    let words = String::from_utf8_lossy(said);
    words.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or("no word why").to_owned()
}

/// Runs it, and kills it when it takes longer than `limit` or is to stop.
pub(crate) async fn complete(
    mut command: Command,
    limit: Duration,
    stop: &CancellationToken,
) -> Result<(), Failure> {
    let program = command.as_std().get_program().to_string_lossy().into_owned();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .process_group(0)
        .spawn()
        .map_err(|error| Failure::Other(format!("cannot run {program}: {error}")))?;
    let group = Group::of(&child);
    let mut words = Vec::new();
    let said = child.stderr.take();
    let ended = async {
        if let Some(mut said) = said {
            // All of it is read, or it would wait for us.
            while said.read_buf(&mut words).await.is_ok_and(|read| read > 0) {
                words.drain(..words.len().saturating_sub(MOST_WORDS));
            }
        }
        child.wait().await
    };
    let status = tokio::select! {
        ended = timeout(limit, ended) => ended,
        () = stop.cancelled() => return Err(Failure::Other("it was stopped".into())),
    };
    match status {
        Ok(Ok(status)) => {
            group.over();
            if status.success() { Ok(()) } else { Err(Failure::Ended(status, last_words(&words))) }
        }
        Ok(Err(error)) => Err(Failure::Other(error.to_string())),
        Err(_) => Err(Failure::Other(format!("it was not done in {} s", limit.as_secs()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn of_much_that_it_says_the_last_words_are_kept() {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", "seq 100000 >&2; echo no room is left >&2; exit 3"]);
        let failed = complete(command, Duration::from_secs(60), &CancellationToken::new()).await.unwrap_err();
        assert_eq!(failed.to_string(), "exit status: 3: no room is left");
    }
}
