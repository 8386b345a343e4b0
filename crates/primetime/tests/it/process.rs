//! Processes of the binary in a data folder of their own, at addresses of their own.

use std::{
    fs,
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::{Command, ExitStatus, Output, Stdio},
    sync::atomic::{AtomicU8, Ordering},
    time::Duration,
};

use command_fds::{CommandFdExt, FdMapping};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tokio::{
    process::{Child, Command as Async},
    time::{sleep, timeout},
};

/// Until a test is red: on a machine that does much else besides, a rollout of containers takes a minute.
const PATIENCE: Duration = Duration::from_secs(180);
const EVERY: Duration = Duration::from_millis(20);

/// A data folder, and two addresses that nobody else has: every test has a host of 127.0.0.0/8 for itself.
pub struct Installation {
    pub dir: TempDir,
    pub address: SocketAddr,
    pub ops: SocketAddr,
    /// Of its environment; there is nothing else in it.
    pub variables: Vec<(&'static str, String)>,
    /// What is started; the binary under test, unless it is changed.
    pub binary: PathBuf,
    data: Option<PathBuf>,
}

impl Installation {
    pub fn new() -> Self {
        static NEXT: AtomicU8 = AtomicU8::new(1);
        let [high, low] = ((std::process::id() % 0xffff) as u16).to_be_bytes();
        let host = [127, high, low, NEXT.fetch_add(1, Ordering::Relaxed)];
        let dir = tempfile::tempdir().unwrap();
        Self {
            dir,
            address: (host, 8080).into(),
            ops: (host, 9090).into(),
            variables: Vec::new(),
            binary: env!("CARGO_BIN_EXE_primetime").into(),
            data: None,
        }
    }

    /// Other data at the same addresses; `data` lies in the other's folder.
    pub fn beside_in(other: &Self, data: &Path) -> Self {
        let dir = tempfile::tempdir().unwrap();
        Self {
            dir,
            address: other.address,
            ops: other.ops,
            variables: Vec::new(),
            binary: env!("CARGO_BIN_EXE_primetime").into(),
            data: Some(data.to_owned()),
        }
    }

    pub fn data(&self) -> PathBuf {
        self.data.clone().unwrap_or_else(|| self.dir.path().join("data"))
    }

    pub fn input(&self) -> PathBuf {
        self.dir.path().join("in")
    }

    /// The same data, at other addresses.
    pub fn beside(&self) -> (SocketAddr, SocketAddr) {
        let port = |address: SocketAddr| (address.ip(), address.port() + 1).into();
        (port(self.address), port(self.ops))
    }

    pub fn arguments(&self, line: &str) -> Vec<String> {
        self.arguments_at(line, (self.address, self.ops))
    }

    pub fn arguments_at(&self, line: &str, (address, ops): (SocketAddr, SocketAddr)) -> Vec<String> {
        let (data, input) = (self.data(), self.input());
        let word = |word| if word == "IN" { input.to_str().unwrap() } else { word };
        let mut words: Vec<String> = line.split(' ').map(|text| word(text).to_owned()).collect();
        words.extend(["--data".into(), data.to_str().unwrap().into()]);
        words.extend(["--listen".into(), address.to_string(), "--ops-listen".into(), ops.to_string()]);
        words
    }

    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.binary);
        // Nothing of whoever runs the tests.
        command.env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin");
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command.current_dir(std::env::temp_dir());
        command
    }

    /// Runs a command to its end.
    pub fn run(&self, line: &str) -> Output {
        self.command().args(self.arguments(line)).output().unwrap()
    }

    /// Runs a command that must succeed; what it printed.
    pub fn succeed(&self, line: &str) -> String {
        let output = self.run(line);
        assert!(output.status.success(), "{line}\n{}", words(&output));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs a command that must fail; what it said.
    pub fn fail(&self, line: &str) -> String {
        let output = self.run(line);
        assert_eq!(output.status.code(), Some(1), "{line}\n{}", words(&output));
        String::from_utf8(output.stderr).unwrap()
    }

    /// Starts a process that goes on; its log goes to `serve.log` in the folder.
    pub fn start(&self, line: &str) -> Running {
        self.start_at(line, (self.address, self.ops))
    }

    pub fn start_at(&self, line: &str, at: (SocketAddr, SocketAddr)) -> Running {
        self.spawn(self.command(), line, at)
    }

    /// Starts a process on a socket that is there, as systemd does: its first descriptor after the standard ones.
    pub fn start_on(&self, socket: &TcpListener, line: &str, ops: SocketAddr) -> Running {
        let mut command = self.command();
        command.env("LISTEN_FDS", "1").env("LISTEN_FDNAMES", "primetime.socket");
        let parent_fd = socket.try_clone().unwrap().into();
        command.fd_mappings(vec![FdMapping { parent_fd, child_fd: 3 }]).unwrap();
        self.spawn(command, line, (socket.local_addr().unwrap(), ops))
    }

    /// Starts a process that keeps others running; `last`: what they are started with besides.
    pub fn start_host(&self, line: &str, last: &[&str]) -> Running {
        let mut command = self.command();
        command.args(self.arguments(line)).arg("--").args(last);
        self.spawn_as_is(command, (self.address, self.ops))
    }

    fn spawn(&self, mut command: Command, line: &str, at: (SocketAddr, SocketAddr)) -> Running {
        command.args(self.arguments_at(line, at));
        self.spawn_as_is(command, at)
    }

    fn spawn_as_is(&self, command: Command, at: (SocketAddr, SocketAddr)) -> Running {
        let path = self.dir.path().join(format!("serve-{}.log", at.1.port()));
        let log = fs::OpenOptions::new().create(true).append(true).open(&path).unwrap();
        let child =
            Async::from(command).stdout(Stdio::null()).stderr(log).kill_on_drop(true).spawn().unwrap();
        Running { child, address: at.0, ops: at.1, log: path }
    }
}

pub fn words(output: &Output) -> String {
    String::from_utf8_lossy(&[&output.stdout[..], &output.stderr[..]].concat()).into_owned()
}

/// A process that serves.
pub struct Running {
    child: Child,
    pub address: SocketAddr,
    pub ops: SocketAddr,
    log: PathBuf,
}

/// A browser at the brand, which is served there.
pub fn browser(address: SocketAddr) -> reqwest::Client {
    let client = reqwest::Client::builder().cookie_store(true).resolve("harbour.localhost", address);
    client.timeout(PATIENCE).build().unwrap()
}

impl Running {
    /// A browser at the brand.
    pub fn browser(&self) -> reqwest::Client {
        browser(self.address)
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://harbour.localhost:{}{path}", self.address.port())
    }

    /// An operator's question: status and words, or none while nobody answers.
    pub async fn ops(&self, path: &str) -> Option<(u16, String)> {
        let answer = reqwest::get(format!("http://{}{path}", self.ops)).await.ok()?;
        Some((answer.status().as_u16(), answer.text().await.ok()?))
    }

    pub async fn ready(&mut self) {
        self.until("ready", async |running| matches!(running.ops("/readyz").await, Some((200, _)))).await;
    }

    /// Waits until it holds; the process must live.
    pub async fn until(&mut self, what: &str, holds: impl AsyncFn(&Self) -> bool) {
        let waiting = async {
            while !holds(self).await {
                if let Some(status) = self.child.try_wait().unwrap() {
                    panic!("it ended ({status}) before it was {what}\n{}", self.log());
                }
                sleep(EVERY).await;
            }
        };
        if timeout(PATIENCE, waiting).await.is_err() {
            panic!("it never was {what}\n{}", self.log());
        }
    }

    /// Waits until it ends by itself, and well or not; its log.
    pub async fn ends(mut self, well: bool) -> String {
        let status = timeout(PATIENCE, self.child.wait()).await.expect("it does not end").unwrap();
        assert_eq!(status.success(), well, "{}", self.log());
        self.log()
    }

    pub fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    pub async fn signal(mut self, signal: Signal) -> ExitStatus {
        let pid = Pid::from_raw(self.child.id().unwrap() as i32).unwrap();
        kill_process(pid, signal).unwrap();
        timeout(PATIENCE, self.child.wait()).await.expect("it does not end").unwrap()
    }
}
