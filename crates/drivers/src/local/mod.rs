//! Instances as processes of this machine, on listening sockets that are opened once and inherited by all.
//!
//! They outlive whoever started them: what runs stands in a file by number and start time, and the next supervisor adopts it.

mod process;
mod spawn;
mod state;

use std::{
    collections::BTreeMap,
    io,
    net::{SocketAddr, TcpListener},
    os::fd::OwnedFd,
    path::Path,
    sync::Arc,
    time::Duration,
};

use rustix::{
    net::sockopt::socket_acceptconn,
    process::{Signal, kill_process_group},
};
use tokio::{
    process::{Child, Command},
    sync::{Mutex, Notify},
    task::JoinSet,
    time::sleep,
};
use tokio_util::sync::CancellationToken;

use self::{
    process::{Process, boot, marked},
    state::{Drain, Folder, Record},
};
use crate::{
    Clocks, End, Engine, EngineError, Instance, Name, Program, Spec, State, Traffic, probe, program,
};

/// Tells an instance to take traffic, …
pub const ADMIT: Signal = Signal::USR1;
/// … and to take none. Only processes of the same user can send them.
pub const PARK: Signal = Signal::USR2;

/// What one host allows.
#[derive(Debug, Clone, Copy)]
pub struct LocalLimits {
    /// Processes at a time, draining ones among them.
    pub instances: usize,
}

impl Default for LocalLimits {
    fn default() -> Self {
        Self { instances: 64 }
    }
}

/// The driver of this machine.
#[derive(Clone)]
pub struct Local(Arc<Inner>);

struct Inner {
    folder: Folder,
    boot: String,
    sockets: Vec<(String, OwnedFd)>,
    limits: LocalLimits,
    clocks: Clocks,
    entries: Mutex<BTreeMap<Name, Entry>>,
    changed: Notify,
}

struct Entry {
    record: Record,
    /// None: it has ended.
    process: Option<Process>,
}

impl std::fmt::Debug for Local {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Local").field("folder", &self.0.folder).finish_non_exhaustive()
    }
}

impl Local {
    /// Opens the folder of its records (made when missing, for its owner only) and adopts what still runs of them.
    ///
    /// `open` gives the socket that instances accept from: it is handed the one that they already share, taken from a living
    /// instance, when there is one; a second one on the same address would be another queue.
    pub async fn open(
        folder: &Path,
        limits: LocalLimits,
        clocks: Clocks,
        open: impl FnOnce(Option<io::Result<TcpListener>>) -> io::Result<TcpListener>,
    ) -> io::Result<Self> {
        let folder = Folder::open(folder)?;
        let boot = boot()?;
        let mut entries = BTreeMap::new();
        for mut record in folder.read(&boot)? {
            let process = match record.process {
                Some(identity) => Process::find(identity),
                None => marked(&format!("{}={}", spawn::MARK, mark(folder.path(), &record.name))),
            };
            match &process {
                Some(process) => record.process = Some(process.identity),
                // It never came to life.
                None if record.process.is_none() => continue,
                None if record.end.is_none() => {
                    let how = "it ended while no supervisor watched".to_owned();
                    record.end = Some(End { asked: record.drain.is_some(), how });
                }
                None => {}
            }
            entries.insert(record.name.clone(), Entry { record, process });
        }
        let adopted: Vec<_> = entries
            .values()
            .filter_map(|e| Some((e.record.name.clone(), e.process.clone()?, e.record.drain)))
            .collect();
        let socket = open(taken_over(&adopted))?;
        let sockets = vec![("http".to_owned(), OwnedFd::from(socket))];
        let inner = Inner {
            folder,
            boot,
            sockets,
            limits,
            clocks,
            entries: Mutex::new(entries),
            changed: Notify::new(),
        };
        let local = Self(Arc::new(inner));
        for (name, process, drain) in adopted {
            tracing::info!(%name, pid = process.identity.pid, "adopted");
            tokio::spawn(watch(local.0.clone(), name.clone(), process, None));
            if let Some(drain) = drain {
                tokio::spawn(kill_later(local.0.clone(), name, drain));
            }
        }
        Ok(local)
    }

    /// Sends a signal to an instance that is ready. One that is not has no ear for it yet, and would end.
    async fn tell(&self, name: &Name, signal: Signal) -> Result<(), EngineError> {
        let ops = {
            let entries = self.0.entries.lock().await;
            let entry = entries.get(name).ok_or_else(|| EngineError::Unknown(name.clone()))?;
            entry.record.ops.filter(|_| entry.process.is_some() && entry.record.drain.is_none())
        };
        let Some(ops) = ops else { return Ok(()) };
        probe::ready(ops).await.map_err(|missing| EngineError::Refused(format!("{name}: {missing}")))?;
        let entries = self.0.entries.lock().await;
        if let Some(process) = entries.get(name).and_then(|entry| entry.process.as_ref()) {
            process.signal(signal);
        }
        Ok(())
    }

    /// The address that all instances share.
    pub fn address(&self) -> io::Result<SocketAddr> {
        TcpListener::from(self.0.sockets[0].1.try_clone()?).local_addr()
    }
}

/// The listening socket of an instance that has not begun to leave, if there is any instance.
fn taken_over(adopted: &[(Name, Process, Option<Drain>)]) -> Option<io::Result<TcpListener>> {
    let mut stays = adopted.iter().filter(|(_, _, drains)| drains.is_none());
    let (name, process, _) = stays.next()?;
    let taken = process.descriptor(spawn::FIRST).and_then(|fd| match socket_acceptconn(&fd) {
        Ok(true) => Ok(TcpListener::from(fd)),
        _ => Err(io::Error::other("it does not listen")),
    });
    Some(taken.map_err(|error| {
        io::Error::other(format!("cannot take over the socket of instance {name}: {error}"))
    }))
}

fn mark(folder: &Path, name: &Name) -> String {
    format!("{}:{name}", folder.display())
}

impl Inner {
    fn write(&self, entries: &BTreeMap<Name, Entry>) -> Result<(), EngineError> {
        let records = entries.values().map(|entry| entry.record.clone()).collect();
        self.folder
            .write(&self.boot, records)
            .map_err(|error| EngineError::Refused(format!("cannot write down which instances run: {error}")))
    }

    /// The same of what happens whether it is written down or not: on a full disk instances end as they are told.
    fn write_if_possible(&self, entries: &BTreeMap<Name, Entry>) {
        if let Err(error) = self.write(entries) {
            tracing::error!(%error, "the next supervisor may wonder");
        }
    }
}

impl Engine for Local {
    async fn start(&self, name: &Name, spec: &Spec, traffic: Traffic) -> Result<(), EngineError> {
        let inner = &self.0;
        let mut entries = inner.entries.lock().await;
        if let Some(there) = entries.get(name) {
            return match there.record.spec == *spec && there.process.is_some() {
                true => Ok(()),
                false => {
                    Err(EngineError::Refused(format!("the name {name} is taken: stop that instance first")))
                }
            };
        }
        let most = inner.limits.instances;
        if entries.values().filter(|entry| entry.process.is_some()).count() >= most {
            return Err(EngineError::Refused(format!(
                "{most} instances run, the most that this host allows"
            )));
        }
        let binary = binary(spec)?;
        let wrong =
            |error: io::Error| EngineError::Refused(format!("cannot start {}: {error}", binary.display()));
        let (listener, ops) = spawn::ops().map_err(wrong)?;
        let record = Record {
            name: name.clone(),
            spec: spec.clone(),
            started: inner.clocks.wall.now(),
            ops: Some(ops),
            process: None,
            drain: None,
            end: None,
        };
        // The intent first: killed from here on, we find the process by its mark.
        entries.insert(name.clone(), Entry { record, process: None });
        let spawned = inner
            .write(&entries)
            .and_then(|()| {
                let mark = mark(inner.folder.path(), name);
                spawn::spawn((binary, spec), traffic, &inner.sockets, listener, &mark).map_err(wrong)
            })
            .and_then(|child| {
                let process = child.id().map_or(Err(io::Error::other("it has ended")), Process::child);
                Ok((child, process.map_err(wrong)?))
            });
        let (child, process) = match spawned {
            Ok(spawned) => spawned,
            Err(error) => {
                entries.remove(name);
                inner.write(&entries)?;
                return Err(error);
            }
        };
        if let Some(entry) = entries.get_mut(name) {
            entry.record.process = Some(process.identity);
            entry.process = Some(process.clone());
        }
        tokio::spawn(watch(inner.clone(), name.clone(), process, Some(child)));
        inner.write(&entries)
    }

    async fn list(&self) -> Result<Vec<Instance>, EngineError> {
        let mut instances = BTreeMap::new();
        let mut probes = JoinSet::new();
        for (name, Entry { record, process }) in &*self.0.entries.lock().await {
            let state = match (&record.end, process, record.drain) {
                (Some(end), _, _) => State::Ended(end.clone()),
                (None, _, Some(_)) => State::Draining,
                (None, _, None) => {
                    if let Some(ops) = record.ops {
                        let name = name.clone();
                        probes.spawn(async move { (name, probe::ready(ops).await) });
                    }
                    State::NotReady("it has no port for operators".into())
                }
            };
            let instance = Instance {
                name: name.clone(),
                release: record.spec.release.clone(),
                state,
                ops: record.ops,
                pid: process.as_ref().map(|process| process.identity.pid),
                started: record.started,
            };
            instances.insert(name.clone(), instance);
        }
        while let Some(Ok((name, ready))) = probes.join_next().await {
            if let Some(instance) = instances.get_mut(&name) {
                instance.state = match ready {
                    Ok(probe::Ready { admitting: true }) => State::Ready,
                    Ok(probe::Ready { admitting: false }) => State::Warm,
                    Err(missing) => State::NotReady(missing),
                };
            }
        }
        Ok(instances.into_values().collect())
    }

    async fn admit(&self, name: &Name) -> Result<(), EngineError> {
        self.tell(name, ADMIT).await
    }

    async fn park(&self, name: &Name) -> Result<(), EngineError> {
        self.tell(name, PARK).await
    }

    async fn drain(&self, name: &Name, within: Duration) -> Result<(), EngineError> {
        let inner = &self.0;
        let mut entries = inner.entries.lock().await;
        let entry = entries.get_mut(name).ok_or_else(|| EngineError::Unknown(name.clone()))?;
        let Some(process) = entry.process.clone().filter(|_| entry.record.drain.is_none()) else {
            return Ok(());
        };
        let drain = Drain::begin(&inner.clocks, within);
        entry.record.drain = Some(drain);
        inner.write_if_possible(&entries);
        process.signal(Signal::TERM);
        tokio::spawn(kill_later(inner.clone(), name.clone(), drain));
        Ok(())
    }

    async fn stop(&self, name: &Name) -> Result<(), EngineError> {
        let mut entries = self.0.entries.lock().await;
        let Some(entry) = entries.get(name) else { return Ok(()) };
        if let Some(process) = &entry.process {
            kill(process);
        }
        entries.remove(name);
        self.0.write_if_possible(&entries);
        Ok(())
    }

    async fn complete(&self, spec: &Spec, limit: Duration, stop: CancellationToken) -> Result<(), String> {
        let mut command = Command::new(binary(spec).map_err(|error| error.to_string())?);
        command.args(&spec.arguments);
        program::complete(command, limit, &stop).await.map_err(|failure| failure.to_string())
    }

    async fn changed(&self) {
        self.0.changed.notified().await;
    }
}

fn binary(spec: &Spec) -> Result<&Path, EngineError> {
    match &spec.program {
        Program::Binary(binary) => Ok(binary),
        image @ Program::Image(_) => Err(EngineError::Refused(format!(
            "{image} is a container image: processes of this machine are started from binaries"
        ))),
    }
}

/// Kills it, and what it started.
fn kill(process: &Process) {
    let group = i32::try_from(process.identity.pid).ok().and_then(rustix::process::Pid::from_raw);
    // The number of a group is not used again while its leader is held as a process that has not been waited for.
    if let Some(group) = group.filter(|_| Process::find(process.identity).is_some()) {
        let _ = kill_process_group(group, Signal::KILL);
    }
    process.signal(Signal::KILL);
}

/// Waits for the end of a process and writes down how it was.
async fn watch(inner: Arc<Inner>, name: Name, process: Process, child: Option<Child>) {
    let how = match child {
        // Ours: it must be waited for.
        Some(mut child) => match child.wait().await {
            Ok(status) => status.to_string(),
            Err(error) => error.to_string(),
        },
        None => {
            process.ended().await;
            "how is not known: an earlier supervisor had started it".to_owned()
        }
    };
    let mut entries = inner.entries.lock().await;
    let same = |entry: &&mut Entry| entry.process.as_ref().is_some_and(|p| p.identity == process.identity);
    if let Some(entry) = entries.get_mut(&name).filter(same) {
        entry.process = None;
        let asked = entry.record.drain.is_some();
        if asked {
            tracing::info!(%name, pid = process.identity.pid, how, "drained");
        } else {
            tracing::error!(%name, pid = process.identity.pid, how, "an instance died");
        }
        entry.record.end = Some(End { asked, how });
        inner.write_if_possible(&entries);
    }
    drop(entries);
    inner.changed.notify_one();
}

/// Kills an instance that drains when its time is up.
async fn kill_later(inner: Arc<Inner>, name: Name, drain: Drain) {
    sleep(drain.rest(&inner.clocks)).await;
    let entries = inner.entries.lock().await;
    let same = |entry: &&Entry| entry.record.drain == Some(drain);
    if let Some(process) = entries.get(&name).filter(same).and_then(|entry| entry.process.as_ref()) {
        tracing::warn!(%name, after = ?drain.within, "it did not drain in time and is killed");
        kill(process);
    }
}
