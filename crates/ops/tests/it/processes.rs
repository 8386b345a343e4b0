//! A driver of real processes on this machine that share one listening socket, and traffic for them.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    time::Duration,
};

use domain::{Clock, ManualClock, Timestamp};
use fleet::{
    judge::Sample,
    metrics,
    rollout::{Action, Counts, Driver, DriverError, Migrating, Migration, Observation, Phase, Seen},
};

const PATIENCE: Duration = Duration::from_secs(20);

struct Process {
    release: String,
    host: String,
    child: Child,
    orders: Option<SocketAddr>,
    began: Timestamp,
    stopping: bool,
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _status = self.child.wait();
    }
}

struct State {
    listener: TcpListener,
    processes: BTreeMap<String, Process>,
    names: BTreeSet<String>,
    hosts: BTreeSet<String>,
    migration: Migrating,
    fence: i64,
    acts: usize,
}

/// "Hosts" are names here: what matters is that their processes die together.
#[derive(Clone)]
pub struct Processes {
    state: Arc<Mutex<State>>,
    clock: Arc<ManualClock>,
    /// Every so many actions fail, if any.
    pub fails_every: Option<usize>,
}

fn instance() -> PathBuf {
    // Cargo builds examples for tests, beside them.
    let deps = std::env::current_exe().unwrap();
    deps.ancestors().nth(2).unwrap().join("examples/instance")
}

/// One request on a connection of its own.
pub fn get(address: SocketAddr, path: &str) -> std::io::Result<(u16, String)> {
    let mut connection = TcpStream::connect_timeout(&address, PATIENCE)?;
    connection.set_read_timeout(Some(PATIENCE))?;
    write!(connection, "GET {path} HTTP/1.1\r\nhost: test\r\n\r\n")?;
    let mut text = String::new();
    connection.read_to_string(&mut text)?;
    let wrong = || std::io::Error::other(format!("no answer: {text:?}"));
    let (head, body) = text.split_once("\r\n\r\n").ok_or_else(wrong)?;
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or_else(wrong)?;
    Ok((status, body.to_owned()))
}

impl Processes {
    pub fn new(clock: Arc<ManualClock>) -> Self {
        let state = State {
            listener: TcpListener::bind("127.0.0.1:0").unwrap(),
            processes: BTreeMap::new(),
            names: BTreeSet::new(),
            hosts: ["busan", "jeju"].map(str::to_owned).into(),
            migration: Migrating::default(),
            fence: 0,
            acts: 0,
        };
        Self { state: Arc::new(Mutex::new(state)), clock, fails_every: None }
    }

    pub fn address(&self) -> SocketAddr {
        self.state.lock().unwrap().listener.local_addr().unwrap()
    }

    /// The host's processes die, all at once, and it does not answer any more.
    pub fn lose_host(&self, host: &str) {
        let mut state = self.state.lock().unwrap();
        state.hosts.remove(host);
        state.processes.retain(|_, process| process.host != host);
    }

    pub fn start(&self, name: &str, release: &str, host: &str) {
        let mut state = self.state.lock().unwrap();
        if !state.names.insert(name.to_owned()) {
            return;
        }
        let socket: std::os::fd::OwnedFd = state.listener.try_clone().unwrap().into();
        let mut child = Command::new(instance())
            .arg(release)
            .stdin(Stdio::from(socket))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let process = Process {
            release: release.into(),
            host: host.into(),
            child,
            orders: line.trim().parse().ok(),
            began: self.clock.now(),
            stopping: false,
        };
        state.processes.insert(name.to_owned(), process);
    }

    pub fn tell(&self, name: &str, order: &str) {
        let mut state = self.state.lock().unwrap();
        if let Some(process) = state.processes.get_mut(name) {
            process.stopping |= order == "/stop";
            if let Some(orders) = process.orders {
                let _gone = get(orders, order);
            }
        }
    }

    /// What takes traffic, by release.
    pub fn serving(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for seen in self.look().instances.into_iter().filter(|seen| seen.phase == Phase::Serving) {
            *counts.entry(seen.release).or_default() += 1;
        }
        counts
    }

    pub fn look(&self) -> Observation {
        let mut state = self.state.lock().unwrap();
        let mut instances = Vec::new();
        state.processes.retain(|name, process| {
            let phase = match (process.child.try_wait().unwrap(), process.orders) {
                (Some(_), _) if process.stopping => return false,
                (Some(status), _) => Phase::Failed(status.to_string()),
                (None, None) => Phase::Starting,
                (None, Some(orders)) => match get(orders, "/").map(|answer| answer.1) {
                    Ok(word) if word == "serving" => Phase::Serving,
                    Ok(word) if word == "ready" => Phase::Ready,
                    Ok(word) if word == "starting" => Phase::Starting,
                    _ => Phase::Stopping,
                },
            };
            let (release, host) = (process.release.clone(), process.host.clone());
            instances.push(Seen { name: name.clone(), release, host, phase });
            true
        });
        let (hosts, migration) = (state.hosts.clone(), state.migration.clone());
        Observation { instances, hosts, migration, ..Observation::default() }
    }
}

impl Driver for Processes {
    async fn observe(&self, _service: &str) -> Result<Observation, DriverError> {
        Ok(self.look())
    }

    async fn counted(&self, _service: &str, names: &[&str]) -> BTreeMap<String, Counts> {
        let state = self.state.lock().unwrap();
        let sample = |name: &str| {
            let process = state.processes.get(name)?;
            let (_, text) = get(process.orders?, "/metrics").ok()?;
            let age_s = self.clock.now().since(process.began).as_secs();
            Sample::of(&metrics::read(&text).ok()?, age_s)
        };
        let counts = |name: &&str| ((*name).to_owned(), Counts { sample: sample(name), totals: None });
        names.iter().map(counts).collect()
    }

    async fn act(&self, _service: &str, fence: i64, action: &Action) -> Result<(), DriverError> {
        {
            let mut state = self.state.lock().unwrap();
            if fence < state.fence {
                return Err(DriverError::Fenced { fence, newest: state.fence });
            }
            state.fence = fence;
            state.acts += 1;
            if self.fails_every.is_some_and(|every| state.acts.is_multiple_of(every)) {
                return Err(DriverError::new("the host is busy"));
            }
        }
        match action {
            Action::Migrate { generation, .. } => {
                let done = Migrating { generation: *generation, state: Migration::Done };
                self.state.lock().unwrap().migration = done;
            }
            Action::StopMigration => {}
            Action::Start { name, release, host } => self.start(name, release, host),
            Action::Admit { name } => self.tell(name, "/admit"),
            Action::Park { name } => self.tell(name, "/park"),
            Action::Stop { name, .. } => self.tell(name, "/stop"),
        }
        Ok(())
    }
}
