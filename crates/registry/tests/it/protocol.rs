use http::header;
use reqwest::StatusCode;
use serde_json::Value;

use crate::world::World;

async fn code(response: reqwest::Response) -> (u16, String) {
    let status = response.status().as_u16();
    let body: Value = response.json().await.unwrap();
    (status, body["errors"][0]["code"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn an_image_is_pulled_by_tag_and_by_digest() {
    let world = World::with(&[3_000_000, 10]);
    let host = world.host("a");
    let base = host.get("/v2/").await;
    assert_eq!(base.status(), StatusCode::OK);
    assert_eq!(base.headers()["docker-distribution-api-version"], "registry/2.0");
    host.pull(&world.image).await;
    let (digest, bytes) = &world.image.manifest;
    for reference in ["1.0".to_owned(), digest.to_string()] {
        let path = format!("/v2/primetime/manifests/{reference}");
        for method in ["GET", "HEAD"] {
            let response = host.request(method, &path).send().await.unwrap();
            let headers = response.headers();
            assert_eq!(headers["docker-content-digest"], digest.to_string().as_str());
            assert_eq!(headers[header::CONTENT_TYPE], "application/vnd.oci.image.manifest.v1+json");
            assert_eq!(headers[header::CONTENT_LENGTH], bytes.len().to_string().as_str());
            let expected: &[u8] = if method == "GET" { bytes } else { b"" };
            assert_eq!(response.bytes().await.unwrap(), expected);
        }
    }
    assert_eq!(
        host.metric("registry_store_bytes_total"),
        world.image.size() + bytes.len() as u64,
        "each once"
    );
}

#[tokio::test]
async fn parts_of_blobs_cold_and_warm() {
    let world = World::with(&[2_500_000]);
    let (digest, bytes) = &world.image.layers[0];
    let path = format!("/v2/primetime/blobs/{digest}");
    for (host, temper) in [(world.host("a"), "cold"), (world.host("b"), "warm")] {
        let head = host.request("HEAD", &path).send().await.unwrap();
        assert_eq!(head.headers()[header::CONTENT_LENGTH], bytes.len().to_string().as_str());
        assert_eq!(host.metric("registry_store_bytes_total"), 0, "a HEAD fetches nothing");
        if temper == "warm" {
            host.blob(digest).await.unwrap();
        }
        for (from, to) in [(0, 1), (1_048_570, 1_048_590), (2_000_000, bytes.len())] {
            let range = format!("bytes={from}-{}", to - 1);
            let part = host.request("GET", &path).header(header::RANGE, range).send().await.unwrap();
            assert_eq!(part.status(), StatusCode::PARTIAL_CONTENT);
            assert_eq!(
                part.headers()[header::CONTENT_RANGE],
                format!("bytes {from}-{}/{}", to - 1, bytes.len()).as_str()
            );
            assert_eq!(part.bytes().await.unwrap(), bytes[from..to], "{temper}");
        }
        let beyond =
            host.request("GET", &path).header(header::RANGE, "bytes=99999999-").send().await.unwrap();
        assert_eq!(beyond.headers()[header::CONTENT_RANGE], format!("bytes */{}", bytes.len()).as_str());
        assert_eq!(code(beyond).await, (416, "SIZE_INVALID".into()));
    }
}

#[tokio::test]
async fn what_is_not_there_and_what_cannot_be() {
    let world = World::with(&[10]);
    let host = world.host("a");
    let absent = objects::Digest([9; 32]);
    for (path, status, expected) in [
        ("/v2/primetime/manifests/2.0".to_owned(), 404, "MANIFEST_UNKNOWN"),
        (format!("/v2/primetime/manifests/{absent}"), 404, "MANIFEST_UNKNOWN"),
        (format!("/v2/primetime/blobs/{absent}"), 404, "BLOB_UNKNOWN"),
        ("/v2/primetime/blobs/sha256:0".into(), 400, "DIGEST_INVALID"),
        ("/v2/PRIME/manifests/1.0".into(), 400, "NAME_INVALID"),
        ("/v2/primetime/manifests/-".into(), 400, "TAG_INVALID"),
        ("/v2/other/tags/list".into(), 404, "NAME_UNKNOWN"),
        ("/v2/primetime/tags/list?n=many".into(), 400, "PAGINATION_NUMBER_INVALID"),
        (format!("/v2/primetime/referrers/{absent}"), 404, "UNSUPPORTED"),
        ("/v2/_catalog".into(), 404, "UNSUPPORTED"),
        ("/".into(), 404, "UNSUPPORTED"),
    ] {
        assert_eq!(code(host.get(&path).await).await, (status, expected.to_owned()), "{path}");
    }
}

/// Whoever reaches the port may pull; nobody may write.
#[tokio::test]
async fn no_method_writes() {
    let world = World::with(&[10]);
    let host = world.host("a");
    let digest = world.image.config.0;
    for path in [
        "/v2/".to_owned(),
        "/v2/primetime/blobs/uploads/".into(),
        "/v2/primetime/manifests/1.0".into(),
        format!("/v2/primetime/blobs/{digest}"),
    ] {
        for method in ["POST", "PUT", "PATCH", "DELETE"] {
            let response = host.request(method, &path).send().await.unwrap();
            assert_eq!(response.headers()[header::ALLOW], "GET, HEAD");
            let text = response.text().await.unwrap();
            assert!(
                text.contains("UNSUPPORTED") && text.contains("CI is the only writer"),
                "{method} {path} {text}"
            );
        }
    }
    host.pull(&world.image).await;
}

#[tokio::test]
async fn accept_is_heeded() {
    let world = World::with(&[10]);
    let host = world.host("a");
    let path = "/v2/primetime/manifests/1.0";
    let ours = "application/vnd.oci.image.manifest.v1+json";
    for (accept, status) in [
        (ours, 200),
        ("*/*", 200),
        ("text/html, application/vnd.oci.image.manifest.v1+json;q=0.5", 200),
        ("application/vnd.docker.distribution.manifest.v2+json", 404),
        ("application/vnd.oci.image.manifest.v1+json;q=0", 404),
    ] {
        let response = host.request("GET", path).header(header::ACCEPT, accept).send().await.unwrap();
        assert_eq!(response.status().as_u16(), status, "{accept}");
    }
}

#[tokio::test]
async fn tags_come_in_pages() {
    let world = World::with(&[10]);
    for tag in ["1.1", "1.2"] {
        world.push("layout", tag).unwrap();
    }
    let host = world.host("a");
    let first = host.get("/v2/primetime/tags/list?n=2").await;
    assert_eq!(first.headers()[header::LINK], "</v2/primetime/tags/list?n=2&last=1.1>; rel=\"next\"");
    assert_eq!(first.json::<Value>().await.unwrap()["tags"], serde_json::json!(["1.0", "1.1"]));
    let rest = host.get("/v2/primetime/tags/list?n=2&last=1.1").await;
    assert!(rest.headers().get(header::LINK).is_none());
    assert_eq!(rest.json::<Value>().await.unwrap()["tags"], serde_json::json!(["1.2"]));
}
