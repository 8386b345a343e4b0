use std::time::Duration;

use domain::{AssetId, SeededRng, Timestamp};
use objects::{keys::SigningKey, token::TokenSigner};

use crate::world::{World, asset, code};

const TEN_MINUTES: Duration = Duration::from_secs(600);
const PATHS: [&str; 6] =
    ["master.m3u8", "v180.m3u8", "v180/init.mp4", "v180/0.m4s", "s-ko.vtt", "storyboard-0.jpg"];

#[tokio::test]
async fn nothing_of_an_asset_is_served_without_a_token() {
    let world = World::new();
    for path in PATHS {
        let answer = world.ask(path).send().await.unwrap();
        assert!(answer.headers().contains_key("www-authenticate"));
        assert_eq!(code(answer).await, (401, "token-missing".into()), "{path}");
    }
    assert_eq!(world.count("origin_index_loads"), 0, "and nothing is read for it");
}

#[tokio::test]
async fn forged_and_damaged_tokens_are_refused() {
    let world = World::new();
    let good = world.token();
    let stranger = TokenSigner::new(SigningKey::generate(&SeededRng::new(4)), "test").unwrap();
    let now = Timestamp::from_seconds(1_800_000_000);
    let forged = stranger.sign("s", &asset(), 1, (now, TEN_MINUTES), &SeededRng::new(5)).unwrap().0;
    let mut flipped = good.clone().into_bytes();
    let middle = flipped.len() / 2;
    flipped[middle] = if flipped[middle] == b'A' { b'B' } else { b'A' };
    let flipped = String::from_utf8(flipped).unwrap();
    for token in [forged.as_str(), &flipped, &good[1..], &good[..good.len() - 4], "", "x", &"A".repeat(5_000)]
    {
        for path in PATHS {
            assert_eq!(
                code(world.get_with(path, token).await).await,
                (401, "token-refused".into()),
                "{path}"
            );
        }
    }
    assert_eq!(world.get_with("master.m3u8", &good).await.status(), 200);
}

#[tokio::test]
async fn a_token_ends_on_the_second_also_when_it_was_checked_before() {
    let world = World::new();
    let token = world.token();
    assert_eq!(world.get_with("v180/0.m4s", &token).await.status(), 200);
    world.clock.advance(TEN_MINUTES - Duration::from_micros(1));
    assert_eq!(world.get_with("v180/0.m4s", &token).await.status(), 200);
    world.clock.advance(Duration::from_micros(1));
    for _ in 0..2 {
        assert_eq!(code(world.get_with("v180/0.m4s", &token).await).await, (401, "token-expired".into()));
    }
    assert_eq!(world.get("v180/0.m4s").await.status(), 200, "a renewed one opens again");
}

#[tokio::test]
async fn a_token_opens_one_asset() {
    let world = World::new();
    let other = world.sign(&AssetId::new("other-film-00000000").unwrap(), 1, TEN_MINUTES);
    for path in PATHS {
        assert_eq!(
            code(world.get_with(path, &other).await).await,
            (403, "token-other-asset".into()),
            "{path}"
        );
    }
    // Also when its signature is known already.
    let url = format!("http://{}/v/other-film-00000000/master.m3u8", world.address);
    let ask = |token: &str| reqwest::Client::new().get(&url).header("cta-common-access-token", token).send();
    assert_eq!(code(ask(&other).await.unwrap()).await, (404, "not-found".into()));
    assert_eq!(code(world.get_with("master.m3u8", &other).await).await, (403, "token-other-asset".into()));
}

#[tokio::test]
async fn a_header_goes_before_a_cookie() {
    let world = World::new();
    let ask = |header: String, cookie: String| {
        let request = world.ask("master.m3u8").header("CTA-Common-Access-Token", header);
        async move {
            request.header("cookie", format!("pt_play={cookie}")).send().await.unwrap().status().as_u16()
        }
    };
    assert_eq!(ask(world.token(), "rubbish".into()).await, 200);
    assert_eq!(ask("rubbish".into(), world.token()).await, 401);
}
