//! A process, known by more than its number: numbers are used again.

use std::{fs, io, os::fd::OwnedFd, path::Path, sync::Arc, time::Duration};

use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};
use serde::{Deserialize, Serialize};
use tokio::time::sleep;

/// How often an adopted process is looked at.
const LOOK: Duration = Duration::from_millis(100);

/// Number and start: together no other process of this boot has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Identity {
    pub pid: u32,
    /// Clock ticks since boot (proc(5), `stat`, field 22).
    pub start: u64,
}

/// A process that is held: signals reach it or nobody.
#[derive(Debug, Clone)]
pub(super) struct Process {
    pub identity: Identity,
    handle: Arc<OwnedFd>,
}

impl Process {
    /// Holds a child that was not waited for yet. One that has ended meanwhile can be held as well, and how it ended be heard.
    pub fn child(pid: u32) -> io::Result<Self> {
        Self::open(pid, stat)
    }

    /// Holds the process of this number, whoever it is, if it lives.
    pub fn living(pid: u32) -> io::Result<Self> {
        Self::open(pid, |pid| stat(pid).filter(Stat::lives))
    }

    /// Holds this very process, if it still lives.
    pub fn find(identity: Identity) -> Option<Self> {
        Self::living(identity.pid).ok().filter(|process| process.identity == identity)
    }

    fn open(pid: u32, look: impl Fn(u32) -> Option<Stat>) -> io::Result<Self> {
        let number = i32::try_from(pid).ok().and_then(Pid::from_raw);
        let number = number.ok_or_else(|| io::Error::other("no process number"))?;
        // First the handle, then the look: what is looked at is what is held.
        let handle = pidfd_open(number, PidfdFlags::empty())?;
        let start = look(pid).ok_or_else(|| io::Error::other("it has ended"))?.start;
        Ok(Self { identity: Identity { pid, start }, handle: Arc::new(handle) })
    }

    /// Sends a signal; to one that has ended it is no error.
    pub fn signal(&self, signal: Signal) {
        let _ = pidfd_send_signal(&self.handle, signal);
    }

    /// Ends when the process has, whoever its parent is: only a parent is told, so others look.
    pub async fn ended(&self) {
        let lives = |stat: Stat| stat.lives() && stat.start == self.identity.start;
        while stat(self.identity.pid).is_some_and(lives) {
            sleep(LOOK).await;
        }
    }

    /// A descriptor of the process, as our own. Needs the rights of a debugger over it.
    pub fn descriptor(&self, number: i32) -> io::Result<OwnedFd> {
        use rustix::process::{PidfdGetfdFlags, pidfd_getfd};
        Ok(pidfd_getfd(&self.handle, number, PidfdGetfdFlags::empty())?)
    }
}

/// What the system says of a process.
struct Stat {
    /// One letter (proc(5), `stat`, field 3).
    state: char,
    start: u64,
}

impl Stat {
    /// Zombies do not.
    fn lives(&self) -> bool {
        !matches!(self.state, 'Z' | 'X')
    }
}

fn stat(pid: u32) -> Option<Stat> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name in brackets may hold anything, also brackets.
    let mut fields = stat.get(stat.rfind(')')? + 1..)?.split_ascii_whitespace();
    Some(Stat { state: fields.next()?.chars().next()?, start: fields.nth(18)?.parse().ok()? })
}

/// The process that was started with `mark` in its environment, if it lives.
pub(super) fn marked(mark: &str) -> Option<Process> {
    let numbers =
        fs::read_dir("/proc").ok()?.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    numbers.into_iter().find_map(|pid: u32| {
        let environment = fs::read(Path::new("/proc").join(pid.to_string()).join("environ")).ok()?;
        let found = environment.split(|byte| *byte == 0).any(|entry| entry == mark.as_bytes());
        if found { Process::living(pid).ok() } else { None }
    })
}

/// Which boot of the machine this is.
pub(super) fn boot() -> io::Result<String> {
    Ok(fs::read_to_string("/proc/sys/kernel/random/boot_id")?.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use rustix::process::{WaitId, WaitIdOptions, waitid};

    use super::*;

    #[test]
    fn a_child_that_ended_before_it_was_held_still_says_how() {
        let mut child = Command::new("/bin/false").spawn().unwrap();
        let number = Pid::from_raw(child.id() as i32).unwrap();
        waitid(WaitId::Pid(number), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT).unwrap();
        let held = Process::child(child.id()).unwrap();
        assert!(Process::living(child.id()).is_err() && Process::find(held.identity).is_none(), "a zombie");
        assert_eq!(child.wait().unwrap().to_string(), "exit status: 1");
        assert!(Process::child(child.id()).is_err(), "nobody");
    }
}
