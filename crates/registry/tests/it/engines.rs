//! The engines that people pull with.

use std::{fs, path::Path, process::Stdio};

use tokio::process::Command;

use crate::world::{Host, World};

/// Runs a program to its end; what it said when it failed.
async fn run(mut command: Command) -> Result<String, String> {
    let out =
        command.stdin(Stdio::null()).output().await.expect("the engine is installed (`make test` does)");
    let text = format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
    if out.status.success() { Ok(text) } else { Err(text) }
}

fn skopeo(args: &[&str]) -> Command {
    let mut command = Command::new("skopeo");
    command.args(args);
    command
}

/// podman with storage and configuration of its own: this machine's are not touched.
fn podman(home: &Path, args: &[&str]) -> Command {
    let containers = home.join("containers.conf");
    fs::create_dir_all(home).unwrap();
    fs::write(
        &containers,
        "[containers]\ndefault_ulimits=[\"nofile=20000:20000\",\"nproc=32768:32768\"]\n\
         [engine]\nruntime=\"runc\"\ncgroup_manager=\"cgroupfs\"\nevents_logger=\"none\"\n",
    )
    .unwrap();
    fs::write(home.join("registries.conf"), "").unwrap();
    fs::write(home.join("policy.json"), r#"{"default":[{"type":"insecureAcceptAnything"}]}"#).unwrap();
    let mut command = Command::new("podman");
    command
        .env("CONTAINERS_CONF", containers)
        .env("CONTAINERS_REGISTRIES_CONF", home.join("registries.conf"))
        .env("HOME", home)
        .args(["--storage-driver", "vfs", "--root"])
        .arg(home.join("storage"))
        .arg("--runroot")
        .arg(home.join("run"))
        .arg("--tmpdir")
        .arg(home.join("tmp"))
        .args(args);
    command
}

fn image(host: &Host) -> String {
    format!("{}/primetime:1.0", host.address)
}

#[tokio::test]
async fn skopeo_inspects_and_copies() {
    let world = World::with(&[1_500_000, 20_000]);
    let host = world.host("a");
    let from = format!("docker://{}", image(&host));
    let inspected = run(skopeo(&["inspect", "--tls-verify=false", &from])).await.unwrap();
    assert!(inspected.contains(&world.image.manifest.0.to_string()), "{inspected}");
    let to = world.dir.path().join("copied");
    let dir = format!("dir:{}", to.display());
    let policy = ["--insecure-policy", "copy", "--src-tls-verify=false"];
    run(skopeo(&[&policy[..], &[&from, &dir]].concat())).await.unwrap();
    assert_eq!(fs::read(to.join("manifest.json")).unwrap(), world.image.manifest.1);
    for (digest, bytes) in world.image.blobs() {
        assert!(fs::read(to.join(digest.hex())).unwrap() == *bytes);
    }
    let back = format!("docker://{}/primetime:2.0", host.address);
    let refused = run(skopeo(&["--insecure-policy", "copy", "--dest-tls-verify=false", &dir, &back])).await;
    let words = refused.unwrap_err();
    assert!(words.contains("CI is the only writer"), "{words}");
}

#[tokio::test]
async fn podman_pulls_and_has_the_files() {
    let world = World::with(&[1_500_000, 20_000]);
    let host = world.host("a");
    let home = world.dir.path().join("podman");
    run(podman(&home, &["pull", "--tls-verify=false", &image(&host)])).await.unwrap();
    let mounted = run(podman(&home, &["image", "mount", &image(&host)])).await;
    let digests =
        run(podman(&home, &["image", "inspect", "--format", "{{.Digest}}", &image(&host)])).await.unwrap();
    assert!(digests.contains(&world.image.manifest.0.to_string()), "{digests}");
    let files = Path::new(mounted.as_deref().unwrap().trim());
    assert!(fs::read(files.join("file-0")).unwrap() == world.image.layers[0].1[512..512 + 1_500_000]);
    run(podman(&home, &["image", "umount", &image(&host)])).await.unwrap();
}

/// A daemon of the test's own, without bridge and rules: this machine's network is not touched.
struct Dockerd(tokio::process::Child);

impl Dockerd {
    fn start(home: &Path) -> Self {
        fs::create_dir_all(home).unwrap();
        let mut command = Command::new("dockerd");
        command
            .args(["--iptables=false", "--bridge=none", "--storage-driver=vfs", "--host"])
            .arg(socket(home));
        for (option, name) in [("--data-root", "data"), ("--exec-root", "exec"), ("--pidfile", "pid")] {
            command.arg(option).arg(home.join(name));
        }
        let log = fs::File::create(home.join("log")).unwrap();
        command.stdout(Stdio::null()).stderr(log).kill_on_drop(true);
        Self(command.spawn().expect("docker.io is installed (`make test-docker` does)"))
    }

    async fn ready(&mut self, home: &Path) {
        while run(docker(home, &["version"])).await.is_err() {
            let ended = self.0.try_wait().unwrap();
            assert!(ended.is_none(), "{}", fs::read_to_string(home.join("log")).unwrap());
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    }
}

fn socket(home: &Path) -> String {
    format!("unix://{}", home.join("sock").display())
}

fn docker(home: &Path, args: &[&str]) -> Command {
    let mut command = Command::new("docker");
    command.arg("--host").arg(socket(home)).args(args);
    command
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs docker's daemon, and root: `make test-docker`"]
async fn docker_pulls_and_has_the_digest() {
    let world = World::with(&[1_500_000, 20_000]);
    let host = world.host("a");
    let home = world.dir.path().join("docker");
    let mut daemon = Dockerd::start(&home);
    daemon.ready(&home).await;
    let pulled = run(docker(&home, &["pull", &image(&host)])).await.unwrap();
    assert!(pulled.contains(&world.image.manifest.0.to_string()), "{pulled}");
    let refused = run(docker(&home, &["push", &image(&host)])).await.unwrap_err();
    assert!(refused.contains("CI is the only writer") || refused.contains("405"), "{refused}");
    // Ended by force it would leave its own container daemon behind.
    let pid = rustix::process::Pid::from_raw(daemon.0.id().unwrap() as i32).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    daemon.0.wait().await.unwrap();
}
