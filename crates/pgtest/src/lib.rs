//! A real PostgreSQL for tests, from the machine's own package: one server for a test binary, a database for a test, and
//! nothing left when the binary ends, however it ends.
//!
//! Only a socket in a folder of its own, so that no two servers meet. Never as root: `initdb` refuses root, so that the
//! server of a root's tests runs as `postgres`, the user that Debian's package makes.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::{
        Mutex, OnceLock, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
};

const KEEPER: &str = include_str!("keeper.sh");

/// Does the server write what it acknowledges to the disk before?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fsync {
    /// As in production: for tests about crashes.
    On,
    /// Quicker, for all others.
    Off,
}

/// A server. It stops, and its folder goes, when this is dropped or the process ends.
#[derive(Debug)]
pub struct Server {
    dir: String,
    keeper: Mutex<Keeper>,
    next: AtomicU32,
}

#[derive(Debug)]
struct Keeper {
    child: Child,
    orders: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Server {
    /// The server that the tests of this binary share, started by the first that asks. It does not sync.
    ///
    /// # Panics
    /// When PostgreSQL is not installed: the tests need it.
    pub fn shared() -> &'static Server {
        static SHARED: OnceLock<Server> = OnceLock::new();
        SHARED.get_or_init(|| Server::start(Fsync::Off))
    }

    /// A server of one's own, to be crashed.
    ///
    /// # Panics
    /// When PostgreSQL is not installed: the tests need it.
    pub fn start(fsync: Fsync) -> Self {
        let mut command = if is_root() {
            let mut command = Command::new("setpriv");
            command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "sh"]);
            command
        } else {
            Command::new("sh")
        };
        let fsync = if fsync == Fsync::On { "on" } else { "off" };
        let mut child = command
            .args(["-c", KEEPER, "keeper", fsync])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a shell starts (setpriv is in util-linux)");
        let orders = child.stdin.take();
        let mut answers = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut dir = String::new();
        answers.read_line(&mut dir).expect("the keeper speaks UTF-8");
        let dir = dir.trim().to_owned();
        assert!(!dir.is_empty(), "PostgreSQL did not start: install Debian's `postgresql`, and see above");
        let keeper = Mutex::new(Keeper { child, orders, answers });
        Self { dir, keeper, next: AtomicU32::new(0) }
    }

    /// The URL of a new, empty database.
    pub fn database(&self) -> String {
        let name = format!("t{}", self.next.fetch_add(1, Ordering::Relaxed));
        self.order(&format!("create {name}"));
        self.url(&name)
    }

    /// Kills the postmaster with SIGKILL, as a crash of the machine would.
    pub fn crash(&self) {
        self.order("crash");
    }

    /// Stops the server in order, cutting its connections.
    pub fn stop(&self) {
        self.order("stop");
    }

    /// Starts it again after [`Server::crash`] or [`Server::stop`].
    pub fn restart(&self) {
        self.order("start");
    }

    fn url(&self, database: &str) -> String {
        format!("postgres://primetime@{}/{database}", self.dir.replace('/', "%2F"))
    }

    fn order(&self, words: &str) {
        let mut keeper = self.keeper.lock().unwrap_or_else(PoisonError::into_inner);
        let orders = keeper.orders.as_mut().expect("open until it is dropped");
        writeln!(orders, "{words}").expect("the keeper listens");
        let mut answer = String::new();
        keeper.answers.read_line(&mut answer).expect("the keeper answers");
        assert_eq!(answer.trim(), "ok", "{words}");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let keeper = self.keeper.get_mut().unwrap_or_else(PoisonError::into_inner);
        // The end of its input tells the keeper to clean up.
        drop(keeper.orders.take());
        let _ = keeper.child.wait();
    }
}

/// Who may read root's own entries is root.
fn is_root() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ids = status.lines().find_map(|line| line.strip_prefix("Uid:"));
    ids.and_then(|ids| ids.split_whitespace().nth(1)) == Some("0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_comes_back_after_a_crash_and_leaves_nothing() {
        let server = Server::start(Fsync::On);
        let (first, second) = (server.database(), server.database());
        assert_ne!(first, second);
        server.crash();
        server.restart();
        server.database();
        let dir = server.dir.clone();
        assert!(std::fs::exists(&dir).unwrap());
        drop(server);
        assert!(!std::fs::exists(&dir).unwrap());
    }
}
