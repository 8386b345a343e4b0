use std::fs;

use crate::{film::ASSET, world::World};

/// Sent as they are, past a client that would tidy them up.
#[tokio::test]
async fn no_path_leads_to_a_file_outside() {
    let world = World::new();
    let secret = "the contents of a file that is nobody's business";
    // Where a `..` out of the asset, the media folder or the store would land.
    for place in ["secret.vtt", "objects/secret.vtt", "objects/media/secret.vtt"] {
        fs::write(world.folder.path().join(place), secret).unwrap();
    }
    let token = world.token();
    let paths = [
        format!("/v/{ASSET}/../secret.vtt"),
        format!("/v/{ASSET}/../../secret.vtt"),
        format!("/v/{ASSET}/../../../secret.vtt"),
        format!("/v/{ASSET}/v180/../../secret.vtt"),
        format!("/v/{ASSET}/%2e%2e/secret.vtt"),
        format!("/v/{ASSET}/%2E%2E%2F%2E%2E%2Fsecret.vtt"),
        format!("/v/{ASSET}/..%2f..%2fsecret.vtt"),
        format!("/v/{ASSET}/..%5c..%5csecret.vtt"),
        format!("/v/{ASSET}/..\\..\\secret.vtt"),
        format!("/v/{ASSET}/%252e%252e/secret.vtt"),
        format!("/v/{ASSET}/s-ko.vtt%00.m3u8"),
        format!("/v/{ASSET}/%00"),
        format!("/v/{ASSET}//s-ko.vtt"),
        format!("/v/{ASSET}/./s-ko.vtt"),
        format!("/v/{ASSET}/....//secret.vtt"),
        format!("/v/{ASSET}/{}", "a".repeat(1_500)),
        format!("/v/{ASSET}/{}.vtt", "../".repeat(400)),
        "/v/../secret.vtt".to_owned(),
        "/v/%2e%2e/secret.vtt".to_owned(),
        "/v/..%2fsecret.vtt/master.m3u8".to_owned(),
        "/v//etc/passwd".to_owned(),
        "/i/../secret.vtt".to_owned(),
        "/i/5a5a5a5a5a5a5a5a/../../secret.vtt".to_owned(),
        "/i/5a5a5a5a5a5a5a5a/%2e%2e%2f320.webp".to_owned(),
        "/i/..%2f..%2f..%2fsecret.vtt".to_owned(),
        "/../secret.vtt".to_owned(),
        "//secret.vtt".to_owned(),
    ];
    for path in paths {
        let request =
            format!("GET {path} HTTP/1.1\r\nHost: a\r\nCookie: pt_play={token}\r\nConnection: close\r\n\r\n");
        let answer = world.raw(request.as_bytes()).await;
        assert!(
            answer.starts_with("HTTP/1.1 400 ") || answer.starts_with("HTTP/1.1 404 "),
            "{path}: {answer}"
        );
        assert!(!answer.contains("nobody's") && !answer.contains("root:"), "{path}: {answer}");
        let outside = ["/../", "//", "/%00"].iter().any(|p| path.starts_with(p));
        assert!(outside || answer.contains("application/problem+json"), "{path}: {answer}");
    }
    for raw in [
        &b"GET /v/\0 HTTP/1.1\r\nHost: a\r\n\r\n"[..],
        b"GET /v/\xc0\xae\xc0\xae/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    ] {
        let answer = world.raw(raw).await;
        assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
    }
}
