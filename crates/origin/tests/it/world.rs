use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use domain::{AssetId, Clock, ManualClock, SeededRng, Timestamp};
use objects::{
    Key, Objects,
    keys::SigningKey,
    token::{Terms, TokenSigner, TokenVerifier},
};
use origin::{AssetSource, Indexed, Named, OriginLimits, OriginState};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_util::sync::CancellationToken;
use web::{Guard, HttpMetrics, Limits, Metrics};

use crate::film::{ASSET, Film};

/// An origin on a port of its own, with the film in its store.
pub struct World {
    pub address: SocketAddr,
    pub objects: Arc<Objects>,
    pub clock: Arc<ManualClock>,
    pub signer: TokenSigner,
    pub metrics: Metrics,
    /// What the edition says of the film.
    pub named: Arc<Mutex<Named>>,
    pub index: Key,
    pub folder: tempfile::TempDir,
    shutdown: CancellationToken,
}

impl Drop for World {
    fn drop(&mut self) {
        self.shutdown.cancel();
    }
}

pub fn asset() -> AssetId {
    AssetId::new(ASSET).unwrap()
}

impl World {
    pub fn new() -> Self {
        Self::with(OriginLimits::default())
    }

    pub fn with(limits: OriginLimits) -> Self {
        Self::from_source(limits, says_of_the_film)
    }

    pub fn from_source(
        limits: OriginLimits,
        source: impl FnOnce(&Arc<Objects>, &Arc<Mutex<Named>>) -> AssetSource,
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let objects = Objects::folder(&folder.path().join("objects")).unwrap();
        Self::over(limits, folder, objects, source)
    }

    /// With what `objects` are; `folder` is kept as long.
    pub fn over(
        limits: OriginLimits,
        folder: tempfile::TempDir,
        objects: Objects,
        source: impl FnOnce(&Arc<Objects>, &Arc<Mutex<Named>>) -> AssetSource,
    ) -> Self {
        crate::log::listen();
        let objects = Arc::new(objects);
        let index = Film::get().put(&objects);
        let named = Arc::new(Mutex::new(named(index.clone())));
        let clock = Arc::new(ManualClock::new(Timestamp::from_seconds(1_800_000_000)));
        let rng = SeededRng::new(3);
        let signer = TokenSigner::new(SigningKey::generate(&rng), "test").unwrap();
        let metrics = Metrics::new("test");
        let assets = source(&objects, &named);
        let router = origin::router(OriginState {
            assets,
            objects: objects.clone(),
            verifier: Arc::new(TokenVerifier::new(signer.public().into(), "test")),
            clock: clock.clone(),
            limits,
            metrics: metrics.clone(),
        });
        let http = HttpMetrics::new(&metrics);
        let limits = Limits::default();
        let guard = Guard::new("origin", limits.request, clock.clone(), &rng, &http);
        let listener = web::bind("127.0.0.1:0".parse().unwrap(), None).unwrap();
        let address = listener.local_addr().unwrap();
        let shutdown = CancellationToken::new();
        let stop = shutdown.clone();
        tokio::spawn(async move {
            web::serve(listener, router.layer(guard), limits.connection, &http, stop).await
        });
        Self { address, objects, clock, signer, metrics, named, index, folder, shutdown }
    }

    pub fn sign(&self, asset: &AssetId, terms: impl Into<Terms>, lifetime: Duration) -> String {
        let when = (self.clock.now(), lifetime);
        self.signer.sign("session-1", asset, terms, when, &SeededRng::new(9)).unwrap().0
    }

    pub fn token(&self) -> String {
        self.sign(&asset(), 1, Duration::from_secs(600))
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}/v/{ASSET}/{path}", self.address)
    }

    pub fn ask(&self, path: &str) -> reqwest::RequestBuilder {
        reqwest::Client::new().get(self.url(path))
    }

    /// With a good token.
    pub async fn get(&self, path: &str) -> reqwest::Response {
        self.get_with(path, &self.token()).await
    }

    pub async fn get_with(&self, path: &str, token: &str) -> reqwest::Response {
        self.ask(path).header("cookie", format!("other=1; pt_play={token}")).send().await.unwrap()
    }

    /// A request as it is written, and all of its answer.
    pub async fn raw(&self, request: &[u8]) -> String {
        let mut stream = tokio::net::TcpStream::connect(self.address).await.unwrap();
        stream.write_all(request).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }

    pub fn count(&self, name: &str) -> u64 {
        let text = self.metrics.encode().unwrap();
        let line = text.lines().find_map(|line| line.strip_prefix(&format!("test_{name}_total ")));
        line.unwrap().parse().unwrap()
    }
}

/// An edition that knows the film alone.
pub fn says_of_the_film(_: &Arc<Objects>, named: &Arc<Mutex<Named>>) -> AssetSource {
    let (look, film) = (named.clone(), asset());
    let look = move |asked: &AssetId| {
        let named = look.lock().unwrap().clone();
        if *asked == film || named == Named::NoEdition { named } else { Named::Not }
    };
    AssetSource::new(look, |_| false)
}

/// The film's media index lies here.
pub fn named(key: Key) -> Named {
    Named::Index(Arc::new(Indexed { key, owners: Box::default() }))
}

/// The code of a problem, which it must be.
pub async fn code(answer: reqwest::Response) -> (u16, String) {
    let status = answer.status().as_u16();
    assert_eq!(answer.headers()["content-type"], "application/problem+json");
    assert_eq!(answer.headers()["cache-control"], "no-store");
    let problem: serde_json::Value = answer.json().await.unwrap();
    (status, problem["code"].as_str().unwrap().to_owned())
}
