//! `host --engine podman`: containers of a real release behind a real haproxy; rolled out under load, as processes are.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU8, Ordering::Relaxed},
};

use domain::SeededRng;
use objects::keys::{SigningKey, VerifyingKey};
use release::{Manifest, RELEASE_FILE};
use rustix::process::Signal;

use crate::{
    catalogue,
    process::{Installation, words},
    replaced::Crowd,
};

const NETWORK: &str = "primetime-host-it";
const IMAGE: &str = "localhost/primetime-host-it";
/// The same, pulled as `primetime`.
const PULLED: &str = "localhost/primetime-host-it/primetime";
/// haproxy and what podman's networks are made with lie where only root looks.
const PATH: &str = "/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin";
const NEEDED: &str = "this test needs podman, skopeo and haproxy: `make packages-test` installs them";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

fn run(command: &mut Command) -> String {
    let output = command.output().expect(NEEDED);
    assert!(output.status.success(), "{command:?}: {}", words(&output));
    String::from_utf8(output.stdout).unwrap()
}

/// An installation whose podman has storage and settings of its own, and a haproxy in front.
struct World {
    there: Installation,
    service: String,
    haproxy: Child,
}

impl World {
    fn new() -> Self {
        assert!(
            rustix::process::geteuid().is_root(),
            "podman's networks are reached as root only: run this test as root"
        );
        let mut there = Installation::new();
        let said = run(Command::new(root().join("scripts/podman-conf")).arg(root().join("target/podman")));
        let settings = said.trim().strip_prefix("export ").unwrap().split(' ');
        for (name, value) in settings.map(|setting| setting.split_once('=').unwrap()) {
            let name = if name == "CONTAINERS_CONF" { "CONTAINERS_CONF" } else { "CONTAINERS_STORAGE_CONF" };
            there.variables.push((name, value.trim_matches('\'').to_owned()));
        }
        there.variables.push(("PATH", PATH.into()));
        let cfg = there.dir.path().join("haproxy.cfg");
        let example = fs::read_to_string(root().join("deploy/podman/haproxy.cfg")).unwrap();
        let socket = there.dir.path().join("admin.sock");
        let own = example.replace("/run/haproxy/admin.sock", socket.to_str().unwrap());
        fs::write(&cfg, own.replace("bind :8080", &format!("bind {}", there.address))).unwrap();
        let mut haproxy = Command::new("haproxy");
        haproxy.arg("-db").arg("-f").arg(cfg).env("PATH", PATH).stdout(Stdio::null()).stderr(Stdio::null());
        let haproxy = haproxy.spawn().expect(NEEDED);
        static NEXT: AtomicU8 = AtomicU8::new(1);
        let service = format!("it-{}-{}", std::process::id(), NEXT.fetch_add(1, Relaxed));
        Self { service, there, haproxy }
    }

    fn tool(&self, program: &str, arguments: &[&str]) -> String {
        let mut command = Command::new(program);
        let variables = self.there.variables.iter().map(|(name, value)| (name, value));
        run(command.args(arguments).envs(variables))
    }

    /// What every container mounts: objects, and keys that its user may read.
    fn shared(&self) -> PathBuf {
        let shared = self.there.dir.path().join("shared");
        fs::create_dir(&shared).unwrap();
        for part in ["objects", "keys"] {
            let from = self.there.data().join(part);
            self.tool("cp", &["-a", from.to_str().unwrap(), shared.to_str().unwrap()]);
        }
        self.tool("chown", &["-R", "10001:10001", shared.to_str().unwrap()]);
        shared
    }

    /// A real release, and the key that it is signed with under other names.
    fn built(&self) -> (PathBuf, Manifest, SigningKey) {
        let dir = self.there.dir.path();
        let (binary, release) = (dir.join("primetime"), dir.join("release"));
        self.tool("strip", &["-o", binary.to_str().unwrap(), self.there.binary.to_str().unwrap()]);
        let mut build = self.there.command();
        build.current_dir(root()).args(["release", "build", "--commit", "0123456789abcdef"]);
        // Which crates it is made of, it asks cargo.
        let cargo = Path::new(env!("CARGO"));
        build.env("CARGO", cargo).env("PATH", format!("{}:{PATH}", cargo.parent().unwrap().display()));
        build
            .args(["--created", "2026-03-01T20:00:00Z", "--data"])
            .arg(dir.join("keys"))
            .arg("--binary")
            .arg(binary);
        run(build.arg("--out").arg(&release));
        let builder = fs::read_to_string(dir.join("keys/keys/release.pub")).unwrap();
        let builder = VerifyingKey::parse(builder.trim()).unwrap();
        let built = Manifest::read(&release, &builder.into()).unwrap();
        let key = SigningKey::generate(&SeededRng::new(1));
        fs::write(self.there.data().join("keys/release.pub"), key.public().to_text()).unwrap();
        (release, built, key)
    }

    /// Releases that differ in their names, and one more; podman has no image of v3, and of v4 another one.
    fn images(&self) {
        let (release, built, key) = self.built();
        let layout = format!("oci:{}/images:primetime", release.display());
        self.tool("skopeo", &["copy", "--quiet", &layout, &format!("containers-storage:{IMAGE}:v1")]);
        for name in ["v1", "v2", "v3", "v4"] {
            let folder = self.there.data().join("releases").join(name);
            fs::create_dir_all(&folder).unwrap();
            let images = release.join("images");
            self.tool("cp", &["-rl", images.to_str().unwrap(), folder.to_str().unwrap()]);
            let named = Manifest { name: name.into(), ..built.clone() };
            fs::write(folder.join(RELEASE_FILE), named.seal(&key).unwrap()).unwrap();
        }
        let image = |name| format!("{IMAGE}:{name}");
        self.tool("podman", &["tag", &image("v1"), &image("v2")]);
        // Another image under a name that somebody trusts: the same layers, and an environment of its own.
        let changed = ["--change", "ENV EVIL=1", "--quiet"];
        let made = self.tool("podman", &["create", &image("v1")]);
        let evil = image("v4");
        let arguments = [&["commit"], &changed[..], &[made.trim(), &evil]].concat();
        self.tool("podman", &arguments);
        self.tool("podman", &["rm", made.trim()]);
    }

    /// The same release under several names, in the store; podman has none of them.
    fn push(&self, names: &[&str]) {
        let (release, built, key) = self.built();
        for name in names {
            let named = Manifest { name: (*name).into(), ..built.clone() };
            fs::write(release.join(RELEASE_FILE), named.seal(&key).unwrap()).unwrap();
            self.there.succeed(&format!("release push {} --as ci", release.display()));
            self.tool("podman", &["rmi", "--force", "--ignore", &format!("{PULLED}:{name}")]);
        }
    }

    fn network(&self) {
        let networks = self.tool("podman", &["network", "ls", "--format", "{{.Name}}"]);
        if !networks.lines().any(|name| name == NETWORK) {
            self.tool("podman", &["network", "create", NETWORK]);
        }
    }

    /// What containers are given, and how an instance is to be started.
    fn given(&self, shared: &Path) -> String {
        let environment = self.there.dir.path().join("env");
        let site = format!("http://localhost:{}", self.there.address.port());
        fs::write(&environment, format!("PRIMETIME_SITE_URL={site}\n")).unwrap();
        format!("--env-file {} --volume {}:/data", environment.display(), shared.display())
    }

    fn line(&self, image: &str) -> String {
        let socket = self.there.dir.path().join("admin.sock");
        format!(
            "host --engine podman --image {image} --proxy {} --network {NETWORK} --service {}",
            socket.display(),
            self.service
        )
    }
}

impl Drop for World {
    fn drop(&mut self) {
        let _ = self.haproxy.kill();
        let _ = self.haproxy.wait();
        // Whatever went wrong before, nothing may go wrong here.
        let podman = |arguments: &[&str]| {
            let variables = self.there.variables.iter().map(|(name, value)| (name, value));
            Command::new("podman").args(arguments).envs(variables).output()
        };
        let label = format!("label=primetime.service={}", self.service);
        let Ok(left) = podman(&["ps", "--all", "--quiet", "--filter", &label]) else { return };
        for container in String::from_utf8_lossy(&left.stdout).lines() {
            let _ = podman(&["rm", "--force", "--time", "0", container]);
        }
    }
}

const ALONE: [&str; 4] = ["--roles", "site,origin", "--set", "database.path=none"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_release_of_containers_is_rolled_out_behind_haproxy_and_nobody_notices() {
    let world = World::new();
    let there = &world.there;
    catalogue::publish(there, "Night Ferry");
    let shared = world.shared();
    world.images();
    world.network();
    let line = format!("{} {} --release v1 --instances 2", world.line(IMAGE), world.given(&shared));
    let status = format!("release status --last 1 --service {}", world.service);
    let service = &world.service;

    let mut host = there.start_host(&line, &ALONE);
    let runs = |release: &str| format!("{service} runs 2 of {release} on 1 host");
    let has = async |words: &str| there.succeed(&status).contains(words);
    host.until("running v1", async |_| has(&runs("v1")).await).await;
    let crowd = Crowd::at(there.address);
    crowd.goes_on(&mut host).await;
    // Killed, and at once another: it finds what runs.
    host.signal(Signal::KILL).await;
    let mut host = there.start_host(&line, &ALONE);
    there.succeed(&format!("release roll v2 --bake 0 --as ana --service {service}"));
    host.until("running v2", async |_| has(&runs("v2")).await && has(": done").await).await;
    crowd.goes_on(&mut host).await;
    let log = host.log();
    let answered = crowd.end().await;
    assert!(answered.is_ok(), "{answered:?}\n{log}");
    // An image that is not here is a release that failed, and so is one that is not what was signed.
    for (release, why) in [("v3", "image not known"), ("v4", "is not the image that was signed: podman has")]
    {
        there.succeed(&format!("release roll {release} --bake 0 --as ana --service {service}"));
        host.until("undone", async |_| has(": undone (").await).await;
        let said = there.succeed(&status);
        assert!(said.contains(why), "{said}");
        host.until("running v2 still", async |_| has(&runs("v2")).await).await;
    }
    assert!(host.signal(Signal::TERM).await.success());
    there.succeed(&format!("{} --drain", world.line(IMAGE)));
    let label = format!("label=primetime.service={service}");
    assert_eq!(world.tool("podman", &["ps", "--all", "--quiet", "--filter", &label]), "");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn images_that_podman_does_not_have_come_from_the_hosts_registry() {
    let world = World::new();
    let there = &world.there;
    catalogue::publish(there, "Night Ferry");
    let shared = world.shared();
    world.push(&["v1", "v2", "v3"]);
    world.network();
    let registry = format!("{}:5000", there.address.ip());
    let (address, ops) = there.beside();
    let serve = format!("serve --roles registry --set registry.listen={registry}");
    let mut registry_runs = there.start_at(&serve, (address, ops));
    registry_runs.ready().await;
    let line = format!(
        "{} {} --registry {registry} --release v1 --instances 1",
        world.line(PULLED),
        world.given(&shared)
    );
    let status = format!("release status --last 1 --service {}", world.service);
    let has = async |words: &str| there.succeed(&status).contains(words);
    let service = &world.service;

    // Neither release nor image is here.
    let mut host = there.start_host(&line, &ALONE);
    host.until("running v1", async |_| has(&format!("{service} runs 1 of v1 on 1 host")).await).await;
    let crowd = Crowd::at(there.address);
    crowd.goes_on(&mut host).await;
    there.succeed(&format!("release roll v2 --bake 0 --as ana --service {service}"));
    host.until("running v2", async |_| has(": done").await).await;
    crowd.goes_on(&mut host).await;

    // The registry is away: what podman has runs on, what it has not is no release.
    registry_runs.signal(Signal::TERM).await;
    there.succeed(&format!("release roll v3 --bake 0 --as ana --service {service}"));
    host.until("undone", async |_| has(": undone (").await).await;
    let said = there.succeed(&status);
    assert!(said.contains("cannot pull it from") && said.contains("connection refused"), "{said}");
    crowd.goes_on(&mut host).await;
    let log = host.log();
    let answered = crowd.end().await;
    assert!(answered.is_ok(), "{answered:?}\n{log}");
    assert!(host.signal(Signal::TERM).await.success());
    there.succeed(&format!("{} --drain", world.line(PULLED)));
}
