//! A haproxy of this machine.

use std::{
    fs,
    net::{SocketAddr, TcpListener},
    os::unix::net::UnixStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread::sleep,
    time::Duration,
};

pub struct Haproxy {
    dir: PathBuf,
    /// What viewers connect to.
    pub address: SocketAddr,
    child: Child,
}

/// The one that is shipped, at its own place.
fn configuration(dir: &Path, address: SocketAddr) -> String {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/podman/haproxy.cfg");
    let shipped = fs::read_to_string(shipped).unwrap();
    let shipped = shipped.replace("/run/haproxy/admin.sock", dir.join("admin.sock").to_str().unwrap());
    shipped.replace("bind :8080", &format!("bind {address}"))
}

impl Haproxy {
    pub fn start(dir: &Path) -> Self {
        // A port that nobody has; nobody takes it between here and haproxy's start but by a strange accident.
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        fs::write(dir.join("haproxy.cfg"), configuration(dir, address)).unwrap();
        Self { dir: dir.to_owned(), address, child: spawn(dir) }
    }

    pub fn socket(&self) -> PathBuf {
        self.dir.join("admin.sock")
    }

    /// As a crash: nothing is finished, nothing is remembered.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub fn start_again(&mut self) {
        self.child = spawn(&self.dir);
    }
}

fn spawn(dir: &Path) -> Child {
    let log = fs::File::create(dir.join("haproxy.log")).unwrap();
    let mut command = Command::new("haproxy");
    command
        .arg("-db")
        .arg("-f")
        .arg(dir.join("haproxy.cfg"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log);
    // Debian has it where only root looks.
    command.env("PATH", "/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin");
    let child =
        command.spawn().expect("these tests need podman and haproxy: `make packages-test` installs them");
    for _ in 0..500 {
        if UnixStream::connect(dir.join("admin.sock")).is_ok() {
            break;
        }
        sleep(Duration::from_millis(10));
    }
    child
}

impl Drop for Haproxy {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
