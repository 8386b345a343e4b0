//! A real Prometheus, from the machine's own package, that scrapes every second.

use std::{
    net::SocketAddr,
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU8, Ordering},
    time::Duration,
};

/// Longer than anything takes on a loaded machine, in looks.
const PATIENCE: u32 = 1_200;
const EVERY: Duration = Duration::from_millis(50);

pub struct Prometheus {
    pub url: String,
    dir: tempfile::TempDir,
    address: SocketAddr,
    child: Child,
}

/// A host of 127.0.0.0/8 that no other test uses.
pub fn host() -> [u8; 4] {
    static NEXT: AtomicU8 = AtomicU8::new(1);
    let [high, low] = ((std::process::id() % 0xffff) as u16).to_be_bytes();
    [127, high, low, NEXT.fetch_add(1, Ordering::Relaxed)]
}

impl Prometheus {
    /// Scrapes these, as the job `site`; and itself, as another.
    pub fn start(targets: &[SocketAddr]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let address = SocketAddr::from((host(), 9090));
        let targets: Vec<String> = targets.iter().map(|target| format!("'{target}'")).collect();
        let config = format!(
            "global: {{ scrape_interval: 1s }}\nscrape_configs:\n- job_name: site\n  static_configs: [ {{ targets: [ {} ] }} ]\n\
             - job_name: itself\n  static_configs: [ {{ targets: [ '{address}' ] }} ]\n",
            targets.join(", ")
        );
        std::fs::write(dir.path().join("prometheus.yml"), config).unwrap();
        let child = run(&dir, address);
        let started = Self { url: format!("http://{address}"), dir, address, child };
        started.is_ready();
        started
    }

    /// As `kill -9`.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub fn start_again(&mut self) {
        self.child = run(&self.dir, self.address);
        self.is_ready();
    }

    fn is_ready(&self) {
        let agent = ureq::Agent::new_with_defaults();
        self.until("ready", || agent.get(format!("{}/-/ready", self.url)).call().is_ok());
    }

    /// What it answers to this query.
    pub fn ask(&self, query: &str) -> Vec<u8> {
        let url = format!("{}/api/v1/query", self.url);
        ureq::get(url).query("query", query).call().unwrap().body_mut().read_to_vec().unwrap()
    }

    /// Waits until this query has a result: it is a comparison.
    pub fn until_so(&self, query: &str) {
        self.until(query, || !fleet::prometheus::read(&self.ask(query)).unwrap().is_empty());
    }

    fn until(&self, what: &str, holds: impl Fn() -> bool) {
        for _ in 0..PATIENCE {
            if holds() {
                return;
            }
            std::thread::sleep(EVERY);
        }
        let log = std::fs::read_to_string(self.dir.path().join("log")).unwrap_or_default();
        panic!("never: {what}\n{log}");
    }
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn run(dir: &tempfile::TempDir, address: SocketAddr) -> Child {
    let path = |name: &str| dir.path().join(name).display().to_string();
    let log = std::fs::OpenOptions::new().create(true).append(true).open(path("log")).unwrap();
    Command::new("prometheus")
        .arg(format!("--config.file={}", path("prometheus.yml")))
        .arg(format!("--storage.tsdb.path={}", path("data")))
        .arg(format!("--web.listen-address={address}"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .expect("the Debian package prometheus is needed")
}
