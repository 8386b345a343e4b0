//! A site with everything that it stands on, and a client that keeps cookies.

use std::{cell::RefCell, collections::BTreeMap, sync::Arc};

use axum::{Router, body::Body};
use domain::{ManualClock, SeededRng, Territory};
use edition::Follower;
use http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use objects::{
    Objects,
    keys::{KeyRing, SigningKey},
    token::TokenSigner,
};
use serde_json::Value;
use site::{SiteConfig, SiteParts, SiteState};
use store::Store;
use tempfile::TempDir;
use tower::ServiceExt;
use viewers::{GroupLimits, Seal, Viewers, ViewersParts};
use web::Metrics;

use crate::world::{NOON, World};

pub const HARBOUR: &str = "harbour.localhost:8080";
pub const FATHOM: &str = "fathom.localhost:8080";

pub struct House {
    pub router: Router,
    pub site: SiteState,
    pub store: Store,
    pub clock: Arc<ManualClock>,
    pub objects: Arc<Objects>,
    pub follower: Arc<Follower>,
    pub key: SigningKey,
    pub world: World,
    _folder: TempDir,
}

/// In demo mode, so that a test can be in any country.
pub fn demo() -> SiteConfig {
    let countries = ["KR", "US", "JP"].map(|code| Territory::new(code).unwrap()).to_vec();
    SiteConfig { country_switch: Some(countries), secure_cookies: false, ..SiteConfig::default() }
}

impl House {
    pub async fn new() -> Self {
        Self::with(demo()).await
    }

    pub async fn with(config: SiteConfig) -> Self {
        let house = Self::unpublished(config).await;
        house.world.publish(&house.objects, 1, &house.key);
        house.follower.poll();
        house
    }

    pub async fn unpublished(config: SiteConfig) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("primetime.db")).await.unwrap();
        let objects = Arc::new(Objects::folder(&folder.path().join("objects")).unwrap());
        let (rng, clock) = (Arc::new(SeededRng::new(8)), Arc::new(ManualClock::new(NOON)));
        let key = SigningKey::generate(&SeededRng::new(1));
        let follower = Arc::new(Follower::new(objects.clone(), KeyRing::from(key.public())));
        let tokens = SigningKey::generate(&SeededRng::new(2));
        let (viewers, _) = Viewers::start(ViewersParts {
            store: Some(store.clone()),
            seal: Seal::new(&[1; 32], &[]),
            signer: TokenSigner::new(tokens, "test").unwrap(),
            clock: clock.clone(),
            rng: rng.clone(),
            limits: GroupLimits::default(),
        });
        let site = SiteState::new(SiteParts {
            editions: follower.clone(),
            viewers,
            clock: clock.clone(),
            rng,
            config,
            metrics: Metrics::new("test"),
        });
        let site = site.unwrap();
        let router = site::router(site.clone());
        Self { router, site, store, clock, objects, follower, key, world: World::new(), _folder: folder }
    }

    /// A browser in this country that has been nowhere yet.
    pub fn browser(&self, country: &str) -> Browser {
        let cookies = RefCell::new(BTreeMap::from([("pt_country".to_owned(), country.to_owned())]));
        Browser { router: self.router.clone(), host: HARBOUR, cookies }
    }
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Status and stable code of a problem.
    pub fn problem(&self) -> (u16, String) {
        assert_eq!(self.header("content-type"), "application/problem+json", "{}", self.text());
        let json = self.json();
        assert_eq!(json["status"], self.status.as_u16());
        (self.status.as_u16(), json["code"].as_str().unwrap().to_owned())
    }
}

pub struct Browser {
    pub router: Router,
    pub host: &'static str,
    pub cookies: RefCell<BTreeMap<String, String>>,
}

impl Browser {
    pub fn at(self, host: &'static str) -> Self {
        Self { host, ..self }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &[("accept", "text/html,*/*;q=0.8")], Body::empty()).await
    }

    pub async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send(Method::GET, path, headers, Body::empty()).await
    }

    pub async fn json(&self, method: Method, path: &str, body: &Value) -> Answer {
        let headers = [("content-type", "application/json"), ("sec-fetch-site", "same-origin")];
        self.send(method, path, &headers, Body::from(body.to_string())).await
    }

    pub async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Body) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, self.host);
        let cookies: Vec<String> = self.cookies.borrow().iter().map(|(k, v)| format!("{k}={v}")).collect();
        if !cookies.is_empty() {
            request = request.header(header::COOKIE, cookies.join("; "));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = self.router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        for cookie in parts.headers.get_all(header::SET_COOKIE) {
            let (name, value) = cookie.to_str().unwrap().split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.borrow_mut().insert(name.into(), value.into());
        }
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        Answer { status: parts.status, headers: parts.headers, body }
    }
}
