//! A release from its layout to a host's registry, which is killed in the middle of a fetch.

use std::{fs, path::Path, sync::Arc};

use axum::{
    Router,
    extract::{Request, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use rustix::process::Signal;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::process::Installation;

/// Bytes in a piece of a blob, as hosts ask each other for them.
const PIECE: usize = 1 << 20;

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn put(dir: &Path, media_type: &str, bytes: &[u8]) -> Value {
    let blobs = dir.join("blobs/sha256");
    fs::create_dir_all(&blobs).unwrap();
    fs::write(blobs.join(hex(bytes)), bytes).unwrap();
    json!({ "mediaType": media_type, "digest": format!("sha256:{}", hex(bytes)), "size": bytes.len() })
}

/// An image layout with this one layer.
pub fn layout(dir: &Path, layer: &[u8]) {
    let layer = put(dir, "application/vnd.oci.image.layer.v1.tar", layer);
    let config = put(dir, "application/vnd.oci.image.config.v1+json", b"{}");
    let kind = "application/vnd.oci.image.manifest.v1+json";
    let manifest = json!({ "schemaVersion": 2, "mediaType": kind, "config": config, "layers": [layer] });
    let mut manifest = put(dir, kind, manifest.to_string().as_bytes());
    manifest["annotations"] = json!({ "org.opencontainers.image.ref.name": "primetime" });
    fs::write(dir.join("index.json"), json!({ "schemaVersion": 2, "manifests": [manifest] }).to_string())
        .unwrap();
    fs::write(dir.join("oci-layout"), r#"{"imageLayoutVersion":"1.0.0"}"#).unwrap();
}

/// A peer that has the first piece, and for ever looks for the others.
async fn peer(State(layer): State<Arc<Vec<u8>>>, request: Request) -> Response {
    match request.headers().get(header::RANGE) {
        Some(range) if *range == format!("bytes=0-{}", PIECE - 1) => {
            (StatusCode::PARTIAL_CONTENT, layer[..PIECE].to_vec()).into_response()
        }
        Some(_) => std::future::pending().await,
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

#[tokio::test]
async fn a_registry_killed_in_the_middle_of_a_fetch_goes_on() {
    let there = Installation::new();
    let layer: Arc<Vec<u8>> = Arc::new((0..5 * PIECE).map(|n| (n * n / 7) as u8).collect());
    layout(&there.input(), &layer);
    let said = there.succeed("release push IN --tag 1.0");
    assert!(said.contains("primetime:1.0 is sha256:") && said.contains("3 objects new"), "{said}");
    assert!(there.succeed("release push IN --tag 1.0").contains("0 objects new, 3 there already"));

    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let other = listener.local_addr().unwrap();
    let router = Router::new().fallback(peer).with_state(layer.clone());
    tokio::spawn(async move { axum::serve(listener, router).await });

    let address = (there.address.ip(), 5000);
    let serve = format!("serve --roles registry --set registry.listen={}:5000", address.0);
    let url = format!("http://{}:5000/v2/primetime/blobs/sha256:{}", address.0, hex(&layer));
    let mut running = there.start(&format!("{serve} --set registry.peers=http://{other}"));
    running.ready().await;
    let mut begun = reqwest::get(&url).await.unwrap();
    assert!(
        begun.chunk().await.unwrap().is_some(),
        "the first piece is passed on while the others are awaited"
    );
    running.signal(Signal::KILL).await;
    let partial = there.data().join("registry/partial");
    assert_eq!(fs::read_dir(&partial).unwrap().count(), 1);

    let mut running = there.start(&serve);
    running.ready().await;
    assert_eq!(fs::read_dir(&partial).unwrap().count(), 0);
    assert!(reqwest::get(&url).await.unwrap().bytes().await.unwrap() == **layer);
    assert!(running.signal(Signal::TERM).await.success());
}

#[test]
fn a_registry_without_a_key_says_what_is_missing() {
    let there = Installation::new();
    let said = there.fail("serve --roles registry");
    assert!(said.contains("image.pub"), "{said}");
}
