use std::{fs, net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use domain::{ManualClock, SeededRng, Timestamp};
use objects::{Digest, Key, Objects, keys::SigningKey};
use registry::{
    PeerAddress, Registry, RegistryLimits, RegistryParts,
    push::{self, Destination, PushError, Pushed},
};
use reqwest::{Client, Response, StatusCode};
use tempfile::TempDir;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use web::{ConnectionLimits, Drained, Guard, HttpMetrics, Metrics, RequestLimits};

use crate::image::{self, Image};

/// A store, and an image in it as `primetime:1.0`.
pub struct World {
    pub dir: TempDir,
    pub objects: Arc<Objects>,
    pub key: SigningKey,
    pub clock: Arc<ManualClock>,
    pub image: Image,
}

impl World {
    /// With an image of layers of about these lengths.
    pub fn with(lengths: &[usize]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let image = image::layout(&dir.path().join("layout"), 1, lengths);
        let objects = Arc::new(Objects::folder(&dir.path().join("objects")).unwrap());
        let key = SigningKey::generate(&SeededRng::new(1));
        let clock = Arc::new(ManualClock::new(Timestamp::from_seconds(1_800_000_000)));
        let world = Self { dir, objects, key, clock, image };
        world.push("layout", "1.0").unwrap();
        world
    }

    /// Pushes a layout of the world's folder.
    pub fn push(&self, layout: &str, tag: &str) -> Result<Pushed, PushError> {
        let (repository, tag) = ("primetime".parse().unwrap(), tag.parse().unwrap());
        let ring = self.key.public().into();
        let now = Timestamp::from_seconds(1_800_000_000);
        let to = Destination { repository: &repository, tag: &tag, key: &self.key, ring: &ring, now };
        push::push(&self.objects, &self.dir.path().join(layout), None, &to)
    }

    /// The file of a blob in the store.
    pub fn stored(&self, digest: &Digest) -> PathBuf {
        self.dir.path().join("objects").join(Key::image_blob(digest).as_str())
    }

    /// Takes the store away, or brings it back.
    pub fn store_up(&self, up: bool) {
        let (here, gone) = (self.dir.path().join("objects"), self.dir.path().join("gone"));
        let (from, to) = if up { (&gone, &here) } else { (&here, &gone) };
        if up {
            fs::remove_file(to).unwrap();
        }
        fs::rename(from, to).unwrap();
        if !up {
            fs::write(from, "a file where the folder was").unwrap(); // so that reads fail instead of finding nothing
        }
    }

    /// A host without peers.
    pub fn host(&self, name: &str) -> Host {
        self.host_with(name, |_| {})
    }

    /// A host as the caller wants it.
    pub fn host_with(&self, name: &str, change: impl FnOnce(&mut RegistryParts)) -> Host {
        Host::start(web::bind("127.0.0.1:0".parse().unwrap(), None).unwrap(), self, name, change)
    }

    /// A host at an address that others know already.
    pub fn host_at(&self, address: SocketAddr, name: &str, change: impl FnOnce(&mut RegistryParts)) -> Host {
        Host::start(web::bind(address, None).unwrap(), self, name, change)
    }

    /// Hosts that know each other.
    pub fn hosts(&self, count: usize) -> Vec<Host> {
        let listeners: Vec<_> =
            (0..count).map(|_| web::bind("127.0.0.1:0".parse().unwrap(), None).unwrap()).collect();
        let all: Vec<PeerAddress> =
            listeners.iter().map(|listener| peer(listener.local_addr().unwrap())).collect();
        let named = listeners.into_iter().enumerate();
        named
            .map(|(n, listener)| {
                let all = all.clone();
                Host::start(listener, self, &format!("host-{n}"), move |parts| {
                    parts.here = Some(all[n].clone());
                    parts.peers = all;
                })
            })
            .collect()
    }
}

pub fn peer(address: SocketAddr) -> PeerAddress {
    format!("http://{address}").parse().unwrap()
}

/// Quick to give up on peers, and patient with the store.
pub fn limits() -> RegistryLimits {
    RegistryLimits {
        peer_connect: Duration::from_millis(500),
        peer_head: Duration::from_millis(500),
        peer_stall: Duration::from_millis(500),
        ..RegistryLimits::default()
    }
}

/// A registry on a port of its own.
pub struct Host {
    pub address: SocketAddr,
    pub folder: PathBuf,
    pub registry: Registry,
    metrics: Metrics,
    client: Client,
    stop: CancellationToken,
    ended: JoinHandle<Drained>,
}

impl Host {
    fn start(
        listener: tokio::net::TcpListener,
        world: &World,
        name: &str,
        change: impl FnOnce(&mut RegistryParts),
    ) -> Self {
        let metrics = Metrics::new("test");
        let http = HttpMetrics::new(&metrics);
        let folder = world.dir.path().join(name);
        let mut parts = RegistryParts {
            objects: world.objects.clone(),
            ring: world.key.public().into(),
            folder,
            peers: Vec::new(),
            here: None,
            limits: limits(),
            clock: world.clock.clone(),
            metrics: metrics.clone(),
        };
        change(&mut parts);
        let folder = parts.folder.clone();
        let registry = Registry::open(parts).unwrap();
        let guard =
            Guard::new("registry", RequestLimits::default(), world.clock.clone(), &SeededRng::new(7), &http);
        let address = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        let stopped = stop.clone();
        let router = registry::router(registry.clone()).layer(guard);
        let ended = tokio::spawn(async move {
            web::serve(listener, router, ConnectionLimits::default(), &http, stopped).await
        });
        let client = Client::builder().no_proxy().build().unwrap();
        Self { address, folder, registry, metrics, client, stop, ended }
    }

    pub fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        self.client.request(method.parse().unwrap(), format!("http://{}{path}", self.address))
    }

    pub async fn get(&self, path: &str) -> Response {
        self.request("GET", path).send().await.unwrap()
    }

    /// All of a blob, or why not.
    pub async fn blob(&self, digest: &Digest) -> Result<Vec<u8>, String> {
        let path = format!("/v2/primetime/blobs/{digest}");
        let response = self.request("GET", &path).send().await.map_err(|error| error.to_string())?;
        match response.status() {
            StatusCode::OK => response.bytes().await.map(|b| b.to_vec()).map_err(|error| error.to_string()),
            status => Err(status.to_string()),
        }
    }

    /// Pulls the whole image by its tag, as an engine does, and holds it against the true one.
    pub async fn pull(&self, image: &Image) {
        let response = self.get("/v2/primetime/manifests/1.0").await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.bytes().await.unwrap(), image.manifest.1);
        for (digest, bytes) in image.blobs() {
            assert!(self.blob(digest).await.unwrap() == *bytes, "{digest}");
        }
    }

    /// A counter or gauge.
    pub fn metric(&self, name: &str) -> u64 {
        let text = self.metrics.encode().unwrap();
        let line = format!("test_{name} ");
        text.lines().find_map(|l| l.strip_prefix(&line)?.parse().ok()).unwrap_or_else(|| panic!("no {name}"))
    }

    /// Ends it, so that its folder can be opened again.
    pub async fn end(self) {
        drop((self.client, self.registry));
        self.stop.cancel();
        self.ended.await.unwrap();
    }
}
