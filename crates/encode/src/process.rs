//! A child process that cannot outlive its use.

use std::io;
use std::os::unix::process::CommandExt as _;
use std::sync::mpsc;

use rustix::process::{Pid, Signal, kill_process_group, set_parent_process_death_signal};
use tokio::process::{Child, Command};
use tokio::sync::oneshot;

/// The process group of a child. Dropping it kills the group unless the child has ended.
pub(crate) struct Group {
    leader: Option<Pid>,
    /// Keeps the thread that started the child: see [`spawn`].
    _thread: mpsc::Sender<()>,
}

impl Group {
    /// The child has been waited for; its number may belong to another process from now on.
    pub fn ended(&mut self) {
        self.leader = None;
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(leader) = self.leader.take() {
            // The child has not been waited for, so the number is still its own. It may have ended by itself: no error.
            let _ = kill_process_group(leader, Signal::KILL);
        }
    }
}

/// Starts a child in a group of its own, with a lower priority, that the kernel kills when this process dies.
///
/// The kernel's promise is tied to the *thread* that started the child, and a runtime's threads may end while the child still
/// works. So each child is started by a thread that lives as long as its [`Group`].
pub(crate) async fn spawn(mut command: std::process::Command, niceness: i32) -> io::Result<(Child, Group)> {
    command.process_group(0);
    let parent = std::process::id();
    // SAFETY: between fork and exec only async-signal-safe calls are allowed. The closure makes three system calls through
    // rustix, allocates nothing, takes no lock and touches only a number and a number.
    unsafe {
        command.pre_exec(move || {
            set_parent_process_death_signal(Some(Signal::KILL))?;
            // A parent that died before the line above will never cause the signal.
            if rustix::process::getppid()
                .is_none_or(|pid| pid.as_raw_nonzero().get().cast_unsigned() != parent)
            {
                return Err(io::Error::from_raw_os_error(rustix::io::Errno::SRCH.raw_os_error()));
            }
            // A system that forbids it loses nothing but politeness.
            let _ = rustix::process::setpriority_process(None, niceness);
            Ok(())
        });
    }
    let (sender, receiver) = oneshot::channel();
    let (keep, kept) = mpsc::channel::<()>();
    let runtime = tokio::runtime::Handle::current();
    std::thread::Builder::new().name("child".into()).spawn(move || {
        let child = {
            let _entered = runtime.enter();
            Command::from(command).spawn()
        };
        // If the caller has gone, the child comes back here and must not stay.
        if let Err(Ok(mut orphan)) = sender.send(child) {
            let _ = orphan.start_kill();
        }
        // Nobody ever sends: this returns when the group is dropped.
        let _ = kept.recv();
    })?;
    let child = receiver.await.map_err(io::Error::other)??;
    let leader = child.id().and_then(|id| Pid::from_raw(id.cast_signed()));
    Ok((child, Group { leader, _thread: keep }))
}
