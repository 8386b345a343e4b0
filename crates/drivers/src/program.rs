//! A program that is run to its end.

use std::{process::Stdio, time::Duration};

use tokio::{io::AsyncReadExt, process::Command, time::timeout};
use tokio_util::sync::CancellationToken;

/// Bytes of what it says that are kept.
const MOST_WORDS: u64 = 4_096;

/// Runs it, and kills it when it takes longer than `limit` or is to stop. The error has its last words.
pub(crate) async fn complete(
    mut command: Command,
    limit: Duration,
    stop: CancellationToken,
) -> Result<(), String> {
    let program = command.as_std().get_program().to_string_lossy().into_owned();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| format!("cannot run {program}: {error}"))?;
    let mut words = Vec::new();
    let said = child.stderr.take();
    let ended = async {
        if let Some(said) = said {
            let mut said = said.take(MOST_WORDS);
            let _ = said.read_to_end(&mut words).await;
            // What it says beyond that must not make it wait.
            let _ = tokio::io::copy(&mut said.into_inner(), &mut tokio::io::sink()).await;
        }
        child.wait().await
    };
    let status = tokio::select! {
        ended = timeout(limit, ended) => ended,
        () = stop.cancelled() => return Err("it was stopped".into()),
    };
    match status {
        Ok(Ok(status)) if status.success() => Ok(()),
        Ok(Ok(status)) => {
            let words = String::from_utf8_lossy(&words);
            let last = words.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or("no word why");
            Err(format!("{status}: {last}"))
        }
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err(format!("it was not done in {} s", limit.as_secs())),
    }
}
