//! What pages share is what each of them would have made: over random catalogues, viewers and instants, and over editions and
//! takedowns.

use std::{io::Read, sync::Arc};

use axum::Router;
use domain::{ManualClock, SeededRng, Timestamp};
use http::{Request, header};
use http_body_util::BodyExt;
use objects::{
    announce::{self, Takedowns},
    keys::SigningKey,
};
use proptest::{collection, prelude::*};
use site::{SiteConfig, SiteParts, SiteState};
use tower::ServiceExt;
use viewers::{GroupLimits, Seal, Viewers, ViewersParts};
use web::Metrics;

use crate::{
    catalogue::{SPAN, World, world},
    house::{House, demo},
};

const AGENTS: [&str; 3] = ["", "Mozilla/5.0 (iPhone) Mobile", "Mozilla/5.0 (Linux; BRAVIA 4K)"];
const PLACES: [&str; 5] = ["KR", "US", "DE", "JP", "FR"];
const LANGUAGES: [&str; 5] = ["en", "pt", "pt-BR", "ko", "ar"];

/// One more site of this house, with memory of its own.
fn site(house: &House, config: SiteConfig) -> Router {
    let (viewers, _) = Viewers::start(ViewersParts {
        store: None,
        seal: Seal::new(&[1; 32], &[]),
        signer: objects::token::TokenSigner::new(SigningKey::generate(&SeededRng::new(2)), "test").unwrap(),
        clock: house.clock.clone(),
        rng: Arc::new(SeededRng::new(8)),
        limits: GroupLimits::default(),
    });
    let parts = SiteParts {
        editions: house.follower.clone(),
        viewers,
        clock: house.clock.clone(),
        rng: Arc::new(SeededRng::new(8)),
        config,
        metrics: Metrics::new("test"),
    };
    site::router(SiteState::new(parts).unwrap())
}

/// A request: brand, place, language, device, title, and when.
type Ask = (usize, usize, usize, usize, usize, i64);

async fn page(
    router: &Router,
    (brand, place, language, agent, title, _): Ask,
    coding: &str,
) -> (u16, Vec<u8>, String) {
    let request = Request::get(format!("/{}/t/title-{title}", LANGUAGES[language]))
        .header(header::HOST, ["alpha.localhost", "beta.localhost"][brand])
        .header(header::COOKIE, format!("pt_country={}", PLACES[place]))
        .header("x-country", PLACES[place])
        .header(header::USER_AGENT, AGENTS[agent])
        .header(header::ACCEPT_ENCODING, coding);
    let response = router.clone().oneshot(request.body(axum::body::Body::empty()).unwrap()).await.unwrap();
    let (status, fields) = (response.status().as_u16(), response.headers().clone());
    let body = response.into_body().collect().await.unwrap().to_bytes();
    let mut plain = Vec::new();
    match fields.get(header::CONTENT_ENCODING).map(|coding| coding.as_bytes()) {
        Some(b"br") => drop(brotli::Decompressor::new(&body[..], 4096).read_to_end(&mut plain).unwrap()),
        Some(b"gzip") => drop(flate2::read::GzDecoder::new(&body[..]).read_to_end(&mut plain).unwrap()),
        _ => plain = body.to_vec(),
    }
    let control = fields[header::CACHE_CONTROL].to_str().unwrap();
    (status, plain, control.to_owned())
}

fn announce(house: &House, world: &World, edition: u64, down: Option<usize>) {
    let built = edition::build(&house.objects, &world.input(edition)).unwrap();
    announce::publish(
        &house.objects,
        &built.announcement(Timestamp(2)),
        &house.key,
        &house.key.public().into(),
    )
    .unwrap();
    let titles = down.map(|n| domain::TitleId::new(&format!("title-{n}")).unwrap());
    let takedowns = Takedowns { number: edition, titles: titles.into_iter().collect() };
    announce::publish(&house.objects, &takedowns, &house.key, &house.key.public().into()).unwrap();
    house.follower.poll_takedowns();
    house.follower.poll();
}

fn at(clock: &ManualClock, micros: i64) {
    clock.set(Timestamp(micros));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, max_shrink_iters: 100, ..ProptestConfig::default() })]

    #[test]
    fn a_page_with_a_shared_ending_is_the_page_made_whole(
        worlds in collection::vec(world(10), 1..3),
        mut asks in collection::vec((0..2usize, 0..5usize, 0..5usize, 0..3usize, 0..10usize, -1..SPAN + 2), 60),
        pretending in any::<bool>(),
        down in prop::option::of(0..10usize),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        // Time goes forwards: what is kept is not asked what was before.
        asks.sort_by_key(|ask| ask.5);
        runtime.block_on(async {
            let config = match pretending {
                true => demo(),
                false => SiteConfig { territory_header: Some("x-country".parse().unwrap()), ..SiteConfig::default() },
            };
            let house = House::unpublished(config.clone()).await;
            // One remembers what it can, the other nothing: each of its pages is made anew, endings and all.
            let warm = site(&house, config.clone());
            let cold = site(&house, SiteConfig { page_cache: 0, ..config });
            for (world, edition) in worlds.iter().zip(1..) {
                announce(&house, world, edition, down.filter(|_| edition > 1));
                for ask in &asks {
                    at(&house.clock, ask.5);
                    let whole = page(&cold, *ask, "identity").await;
                    for coding in ["br", "identity", "gzip"] {
                        prop_assert_eq!(&page(&warm, *ask, coding).await, &whole, "{:?} in {}", ask, coding);
                    }
                }
            }
            Ok(())
        })?;
    }
}
