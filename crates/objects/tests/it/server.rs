//! A store that speaks S3, as a process of its own: `s3s-fs` over a folder. It checks signatures and conditions, and what it
//! holds outlives it. Other crates' tests use this file too.

#![allow(dead_code)] // not all of them use all of it

use std::{
    fs,
    io::{BufRead, BufReader},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use domain::{Clock, SeededRng, Timestamp};
use objects::{Addressing, Credentials, Objects, S3Config, S3Limits, Who};

const PROGRAM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/tools/bin/s3s-fs-0.14.1");
pub const KEY: &str = "AKIDTEST";
pub const SECRET: &str = "a-secret-that-nobody-may-see";
/// The bucket that is there.
pub const BUCKET: &str = "films";

/// The machine's clock: the server has no other.
pub struct RealClock;

impl Clock for RealClock {
    #[allow(clippy::disallowed_methods)] // signatures are checked by another process's clock
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        Timestamp(since.as_micros() as i64)
    }
}

/// A running server; it ends when dropped.
pub struct Server {
    child: Option<Child>,
    pub port: u16,
    root: PathBuf,
}

impl Server {
    /// Over what lies in `root`, on a port of its own.
    pub fn start(root: &Path) -> Self {
        fs::create_dir_all(root.join(BUCKET)).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut server = Self { child: None, port, root: root.to_owned() };
        server.again();
        server
    }

    /// Starts it, after a [`Server::stop`] too, on the same port.
    pub fn again(&mut self) {
        let mut child = Command::new(PROGRAM)
            .args(["--host", "127.0.0.1", "--port", &self.port.to_string()])
            .args(["--access-key", KEY, "--secret-key", SECRET, "--domain", "s3.localhost"])
            .arg(&self.root)
            .env("RUST_LOG", "s3s_fs=info")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("{PROGRAM} does not start ({error}): run `make tools`"));
        let mut says = BufReader::new(child.stdout.take().unwrap()).lines();
        says.find(|line| line.as_ref().is_ok_and(|line| line.contains("running")))
            .expect("it ended")
            .unwrap();
        // What it says later must not fill the pipe.
        std::thread::spawn(move || says.for_each(drop));
        self.child = Some(child);
    }

    /// Kills it.
    pub fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub fn config(&self, prefix: &str) -> S3Config {
        config(self.endpoint(), &format!("s3://{BUCKET}/{prefix}"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

pub fn config(endpoint: String, location: &str) -> S3Config {
    S3Config {
        location: location.parse().unwrap(),
        endpoint: Some(endpoint),
        region: "us-east-1".into(),
        addressing: Addressing::Path,
        who: Who::Given(Credentials { key: KEY.into(), secret: SECRET.into(), token: None }),
        cache_bytes: 1 << 30,
        // Parts as small as S3 allows, so that few bytes make many.
        limits: S3Limits { part: 5 << 20, ..S3Limits::default() },
    }
}

pub fn open(config: S3Config, local: &Path) -> Objects {
    Objects::s3(config, local, Arc::new(RealClock), Arc::new(SeededRng::new(1))).unwrap()
}
