//! The roles that viewers meet: site and origin.

use std::sync::Arc;

use axum::Router;
use edition::Follower;
use objects::token::{TokenSigner, TokenVerifier};
use origin::{AssetSource, OriginLimits, OriginState};
use site::{PublicAddress, Scheme, SiteConfig, SiteParts, SiteState};
use tokio::task::JoinHandle;
use viewers::{GroupLimits, Seal, Viewers, ViewersParts};
use web::{Guard, RequestLimits};

use crate::{
    app::App,
    config::Config,
    data::random_word,
    failed::{Doing, Failed},
    keys::{self, Purpose},
};

/// Who signs delivery tokens: the only one whom origins of this platform believe.
const ISSUER: &str = "primetime";

fn guard(app: &App, role: &'static str) -> Guard {
    let limits = RequestLimits { rate: app.config.http.max_rate, ..RequestLimits::default() };
    Guard::new(role, limits, app.clock.clone(), &*app.rng, &app.http)
}

/// The pages and the viewers' API, and the task that writes positions: it ends when the last request that could write one is
/// over.
pub fn site(app: &App, follower: &Arc<Follower>) -> Result<(Router, site::Express, JoinHandle<()>), Failed> {
    let secret = app.data.secret("cookie.key", || random_word(&*app.rng))?;
    let signing = keys::signing(&app.data, Purpose::Token, &*app.rng)?;
    let signer = TokenSigner::new(signing, ISSUER).doing(|| "make the token signer".into())?;
    let (viewers, writer) = Viewers::start(ViewersParts {
        store: app.store.clone(),
        seal: Seal::new(&secret_bytes(&secret)?, &[]),
        signer,
        clock: app.clock.clone(),
        rng: app.rng.clone(),
        limits: GroupLimits::default(),
    });
    let state = SiteState::new(SiteParts {
        editions: follower.clone(),
        viewers,
        clock: app.clock.clone(),
        rng: app.rng.clone(),
        config: config(app)?,
        metrics: app.metrics.clone(),
    })
    .doing(|| "read the front end that is built in".into())?;
    let guard = guard(app, "site");
    let express = site::Express::new(state.clone(), &guard);
    Ok((site::router(state).layer(guard), express, writer))
}

fn config(app: &App) -> Result<SiteConfig, Failed> {
    let wanted = &app.config.site;
    let header = wanted.territory_header.as_deref().map(str::parse).transpose();
    Ok(SiteConfig {
        address: address(&app.config),
        country_switch: wanted.country_switch.clone(),
        secure_cookies: wanted.https,
        default_territory: wanted.default_territory,
        territory_header: header.doing(|| "read site.territory_header: it is no header name".into())?,
        page_cache: wanted.page_cache,
    })
}

/// Where viewers find the brands.
pub fn address(config: &Config) -> PublicAddress {
    let site = &config.site;
    let scheme = if site.https { Scheme::Https } else { Scheme::Http };
    PublicAddress { scheme, domain: site.domain.clone(), port: site.port }
}

fn secret_bytes(hex: &str) -> Result<[u8; 32], Failed> {
    let wrong = || {
        Failed::new(
            "the secret cookie.key is damaged: restore it from a backup, or remove it to draw a new one",
        )
    };
    let bytes: Option<Vec<u8>> =
        (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok()).collect();
    bytes.and_then(|bytes| bytes.try_into().ok()).ok_or_else(wrong)
}

/// Manifests, segments and images.
pub fn origin(app: &App, follower: &Arc<Follower>) -> Result<Router, Failed> {
    let ring = keys::ring(&app.data, Purpose::Token, &app.config.trusted)?;
    let state = OriginState {
        assets: AssetSource::from(follower.clone()),
        objects: app.objects.clone(),
        verifier: Arc::new(TokenVerifier::new(ring, ISSUER)),
        clock: app.clock.clone(),
        limits: OriginLimits { chunk_bytes: app.config.origin_cache, ..OriginLimits::default() },
        metrics: app.metrics.clone(),
    };
    Ok(origin::router(state).layer(guard(app, "origin")))
}
