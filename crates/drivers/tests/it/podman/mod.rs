//! Containers of the test binary behind a haproxy: a world of its own for each test.

mod faults;
mod haproxy;
mod image;
mod traffic;

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
};

use drivers::{
    Image, Name, Podman, Program, Spec,
    podman::{Given, PATIENCE, Settings},
};
use tempfile::TempDir;

use self::haproxy::Haproxy;
use crate::engine::clocks;

const NETWORK: &str = "primetime-drivers";

/// The network, haproxy, and what podman is told; all of it is gone afterwards.
pub struct World {
    pub haproxy: Haproxy,
    service: Name,
    dir: TempDir,
}

/// podman with storage and settings of its own, as `scripts/podman-conf` writes them.
fn environment() -> &'static [(OsString, OsString)] {
    static SETTINGS: OnceLock<Vec<(OsString, OsString)>> = OnceLock::new();
    SETTINGS.get_or_init(|| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let said = Command::new(root.join("scripts/podman-conf")).arg(root.join("target/podman")).output();
        let said = String::from_utf8(said.unwrap().stdout).unwrap();
        let settings = said.trim().strip_prefix("export ").unwrap().split(' ');
        let settings = settings.map(|setting| setting.split_once('=').unwrap());
        settings.map(|(name, value)| (name.into(), value.trim_matches('\'').into())).collect()
    })
}

/// A call of podman that must succeed; what it prints.
pub fn podman(arguments: &[&str]) -> String {
    let output = call(arguments);
    assert!(output.status.success(), "podman {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn call(arguments: &[&str]) -> std::process::Output {
    let mut command = Command::new("podman");
    command
        .args(arguments)
        .envs(environment().iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null());
    command.output().expect("these tests need podman and haproxy: `make packages-test` installs them")
}

impl World {
    pub fn new() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(1);
        static READY: OnceLock<()> = OnceLock::new();
        assert!(
            rustix::process::geteuid().is_root(),
            "podman's networks are reached as root only: run the tests as root"
        );
        READY.get_or_init(|| {
            if !call(&["network", "exists", NETWORK]).status.success() {
                podman(&["network", "create", NETWORK]);
            }
            image::import();
        });
        let dir = tempfile::tempdir().unwrap();
        let service = Name::new(format!("it-{}-{}", std::process::id(), NEXT.fetch_add(1, Relaxed))).unwrap();
        Self { haproxy: Haproxy::start(dir.path()), service, dir }
    }

    pub fn settings(&self) -> Settings {
        Settings {
            service: self.service.clone(),
            podman: "podman".into(),
            environment: environment().to_vec(),
            patience: PATIENCE,
            lock: self.lock(),
            network: NETWORK.into(),
            socket: self.haproxy.socket(),
            backend: "primetime".into(),
            given: Given::default(),
            instances: 6,
        }
    }

    fn lock(&self) -> PathBuf {
        self.dir.path().join("host/lock")
    }

    pub async fn open(&self) -> Podman {
        Podman::open(self.settings(), clocks()).await.unwrap()
    }

    pub fn program(&self) -> Program {
        Program::Image(Image { name: image::name(), ids: vec![image::id()], from: None })
    }

    pub fn spec(&self, release: &str) -> Spec {
        crate::instance::spec_of(release, self.program())
    }

    /// Names of this world's containers.
    pub fn containers(&self) -> Vec<String> {
        let filter = format!("label=primetime.service={}", self.service);
        let said = podman(&["ps", "--all", "--filter", &filter, "--format", "{{.Names}}"]);
        said.lines().map(str::to_owned).collect()
    }
}

impl Drop for World {
    fn drop(&mut self) {
        for container in self.containers() {
            call(&["rm", "--force", "--time", "0", &container]);
        }
    }
}
