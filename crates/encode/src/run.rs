//! Running one program to its end: progress, standard error, time limits.

use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _};

use crate::config::Config;
use crate::error::EncodeError;
use crate::process;
use crate::tail::Tail;

/// Bytes of standard output that are kept. ffprobe's answer for 128 streams has about 200 kB.
const MAX_STDOUT: usize = 4 << 20;

/// Where programs without a path are looked for; others are named by their path in the configuration.
const SEARCH_PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// Which of the two.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Program {
    Ffmpeg,
    Ffprobe,
}

impl Program {
    pub fn name(self) -> &'static str {
        match self {
            Self::Ffmpeg => "ffmpeg",
            Self::Ffprobe => "ffprobe",
        }
    }

    fn path(self, config: &Config) -> &Path {
        match self {
            Self::Ffmpeg => &config.ffmpeg,
            Self::Ffprobe => &config.ffprobe,
        }
    }
}

/// What a program left behind.
pub(crate) struct Output {
    pub status: ExitStatus,
    pub stdout: Vec<u8>,
    pub log: String,
    pub disk_full: bool,
}

impl Output {
    /// The output if the program succeeded.
    pub fn success(self, program: Program) -> Result<Self, EncodeError> {
        // ffmpeg ends with 0 after some failed writes at the very end; what it said counts.
        if self.disk_full {
            return Err(EncodeError::DiskFull);
        }
        if !self.status.success() {
            let status = self.status.to_string();
            return Err(EncodeError::Failed { program: program.name(), status, log: self.log });
        }
        Ok(self)
    }
}

/// Runs a program that answers at once on standard output, within the probe's time limit.
pub(crate) async fn capture(
    config: &Config,
    program: Program,
    args: Vec<OsString>,
) -> Result<Output, EncodeError> {
    run(config, program, args, None, config.limits.probe_timeout, |_| false).await?.success(program)
}

/// Runs a program to its end. `seen` gets each piece of standard output and says whether it shows progress; without any for
/// `patience` the program is killed. Dropping the future kills it too.
pub(crate) async fn run(
    config: &Config,
    program: Program,
    args: Vec<OsString>,
    dir: Option<&Path>,
    patience: Duration,
    mut seen: impl FnMut(&[u8]) -> bool + Send,
) -> Result<Output, EncodeError> {
    let path = program.path(config);
    let started = process::spawn(command(path, args, dir), config.niceness).await;
    let (mut child, mut group) =
        started.map_err(|source| EncodeError::Program { program: path.to_owned(), source })?;
    let (mut out, mut err) = (child.stdout.take(), child.stderr.take());
    let (mut out_buffer, mut err_buffer) = ([0; 4096], [0; 4096]);
    let (mut stdout, mut tail) = (Vec::new(), Tail::default());
    let mut left = Box::pin(tokio::time::sleep(patience));
    let mut stalled = false;
    while !stalled && (out.is_some() || err.is_some()) {
        tokio::select! {
            n = read(&mut out, &mut out_buffer), if out.is_some() => match n {
                Some(n) => {
                    let room = MAX_STDOUT.saturating_sub(stdout.len()).min(n);
                    stdout.extend_from_slice(&out_buffer[..room]);
                    if seen(&out_buffer[..n]) {
                        left.set(tokio::time::sleep(patience));
                    }
                }
                None => out = None,
            },
            n = read(&mut err, &mut err_buffer), if err.is_some() => match n {
                Some(n) => tail.push(&err_buffer[..n]),
                None => err = None,
            },
            () = &mut left => stalled = true,
        }
    }
    // Both pipes are closed, so the program is ending.
    let status = if stalled { None } else { tokio::time::timeout(patience, child.wait()).await.ok() };
    let (log, disk_full) = tail.finish();
    match status {
        Some(Ok(status)) => {
            group.ended();
            Ok(Output { status, stdout, log, disk_full })
        }
        Some(Err(source)) => Err(EncodeError::Io { path: path.to_owned(), source }),
        None => Err(EncodeError::Stalled { program: program.name(), seconds: patience.as_secs(), log }),
    }
}

/// Neither secrets nor settings of ours reach a program.
fn command(path: &Path, args: Vec<OsString>, dir: Option<&Path>) -> Command {
    let mut command = Command::new(path);
    command.args(args).env_clear();
    command.env("PATH", SEARCH_PATH).env("LC_ALL", "C").env("AV_LOG_FORCE_NOCOLOR", "1");
    if let Some(dir) = dir {
        command.current_dir(dir);
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Bytes read, or nothing at the end or on an error (the exit status tells the rest).
async fn read(from: &mut Option<impl AsyncRead + Unpin>, buffer: &mut [u8]) -> Option<usize> {
    from.as_mut()?.read(buffer).await.ok().filter(|n| *n > 0)
}
