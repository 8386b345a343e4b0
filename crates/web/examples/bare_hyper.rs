//! The floor that `bench-pages` compares with: hyper answering every request with the same bytes, and nothing else.
//!
//! `bare_hyper ADDRESS FILE`

use std::{convert::Infallible, env, error::Error, fs};

use bytes::Bytes;
use http::{HeaderValue, Response, header};
use http_body_util::Full;
use hyper::{server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let usage = "usage: bare_hyper ADDRESS FILE";
    let address = env::args().nth(1).ok_or(usage)?;
    let body = Bytes::from(fs::read(env::args().nth(2).ok_or(usage)?)?);
    let listener = TcpListener::bind(address).await?;
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let body = body.clone();
        tokio::spawn(async move {
            let answer = service_fn(move |_| {
                let mut response = Response::new(Full::new(body.clone()));
                let html = HeaderValue::from_static("text/html; charset=utf-8");
                response.headers_mut().insert(header::CONTENT_TYPE, html);
                async move { Ok::<_, Infallible>(response) }
            });
            // A client that goes away is the end of a run.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), answer).await;
        });
    }
}
