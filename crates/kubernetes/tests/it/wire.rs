//! By kube's own stack, over real sockets: TLS by the cluster's own authority and the token of whoever asks, and what sockets do.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use drivers::{EngineError, group::Group};
use kube::{
    Config,
    config::{KubeConfigOptions, Kubeconfig},
};
use kubernetes::{Scaled, Target};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpListener,
};
use tokio_rustls::{TlsAcceptor, rustls};

use crate::cluster;

async fn group(server: &str, authority: Option<&str>) -> Scaled {
    let authority =
        authority.map(|pem| format!("certificate-authority-data: {}", base64(pem))).unwrap_or_default();
    let text = format!(
        "{{apiVersion: v1, kind: Config, current-context: a, contexts: [{{name: a, context: {{cluster: c, user: u}}}}],
          users: [{{name: u, user: {{token: s3cret}}}}],
          clusters: [{{name: c, cluster: {{server: \"{server}\", {authority}}}}}]}}"
    );
    let config = Kubeconfig::from_yaml(&text).unwrap();
    let config = Config::from_custom_kubeconfig(config, &KubeConfigOptions::default()).await.unwrap();
    let target: Target = "hpa/primetime/site".parse().unwrap();
    Scaled::configured(config, target).unwrap().patience(cluster::LONG)
}

fn base64(text: &str) -> String {
    use base64::{Engine, engine::general_purpose::STANDARD};
    STANDARD.encode(text)
}

async fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

/// The head of one request, without its body: GETs have none.
async fn head(stream: &mut (impl AsyncRead + Unpin)) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    String::from_utf8(head).unwrap()
}

async fn answer(stream: &mut (impl AsyncWrite + Unpin), status: &str, body: &str) {
    let length = body.len();
    let head =
        format!("HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n");
    stream.write_all((head + body).as_bytes()).await.unwrap();
}

#[tokio::test]
async fn a_cluster_with_its_own_authority_is_asked_by_token() {
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let tls = rustls::ServerConfig::builder().with_no_client_auth();
    let tls = TlsAcceptor::from(Arc::new(tls.with_single_cert(vec![made.cert.der().clone()], key).unwrap()));
    let (listener, address) = listen().await;
    let server = tokio::spawn(async move {
        // Whoever does not trust the authority ends the handshake.
        assert!(tls.accept(listener.accept().await.unwrap().0).await.is_err());
        let mut stream = tls.accept(listener.accept().await.unwrap().0).await.unwrap();
        let mut heads = Vec::new();
        for object in [cluster::hpa(), cluster::deployment()] {
            heads.push(head(&mut stream).await);
            answer(&mut stream, "200 OK", &object.to_string()).await;
        }
        heads
    });
    let server_url = format!("https://{address}");
    let unknown = group(&server_url, None).await.size().await;
    assert!(matches!(unknown, Err(EngineError::Busy(_))), "{unknown:?}");
    let size = group(&server_url, Some(&made.cert.pem())).await.size().await.unwrap();
    assert_eq!((size.wanted, size.serving), (7, 4));
    for head in server.await.unwrap() {
        assert!(head.to_lowercase().contains("authorization: bearer s3cret\r\n"), "{head}");
    }
}

/// Nobody listens: nothing was sent, so nothing happened.
#[tokio::test]
async fn who_is_not_reached_has_done_nothing() {
    let (listener, address) = listen().await;
    drop(listener);
    let busy = group(&format!("http://{address}"), None).await.size().await;
    assert!(matches!(busy, Err(EngineError::Busy(wait)) if wait > Duration::ZERO), "{busy:?}");
}

/// It hears the request and goes away, before the answer or in the middle of it.
#[tokio::test]
async fn who_goes_away_may_have_done_it() {
    let (listener, address) = listen().await;
    let server = tokio::spawn(async move {
        for half in ["", "HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n{\"kind\""] {
            let (mut stream, _) = listener.accept().await.unwrap();
            head(&mut stream).await;
            stream.write_all(half.as_bytes()).await.unwrap();
        }
    });
    for _ in 0..2 {
        let group = group(&format!("http://{address}"), None).await;
        let unknown = group.size().await;
        assert!(matches!(unknown, Err(EngineError::Uncertain(_))), "{unknown:?}");
    }
    server.await.unwrap();
}

/// Whatever may be asked again is asked again by whoever follows the plan, and never behind its back.
#[tokio::test]
async fn who_is_busy_is_asked_once() {
    let (listener, address) = listen().await;
    let server = tokio::spawn(async move {
        // Whoever asks again does so on another connection, and gets what it wants.
        for status in ["503 Service Unavailable", "200 OK", "200 OK"] {
            let (mut stream, _) = listener.accept().await.unwrap();
            head(&mut stream).await;
            answer(&mut stream, status, &cluster::hpa().to_string()).await;
        }
    });
    let busy = group(&format!("http://{address}"), None).await.size().await;
    server.abort();
    assert!(matches!(busy, Err(EngineError::Busy(_))), "{busy:?}");
}
