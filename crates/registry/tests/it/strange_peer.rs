//! A peer that answers as a test wants it to.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use futures_util::{StreamExt, stream};
use http::{StatusCode, header};
use tokio::sync::watch;

/// What it does with a question for a part of a blob.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Manners {
    /// Sends as many bytes as were asked for, all of them wrong.
    Lies,
    /// Begins, and never ends.
    Stalls,
    /// Never answers.
    Silent,
    /// Sends more than was asked for.
    Floods,
}

/// A peer, and how often it was asked.
pub struct StrangePeer {
    pub address: SocketAddr,
    asked: watch::Receiver<u32>,
}

impl StrangePeer {
    pub async fn start(manners: Manners) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (count, asked) = watch::channel(0);
        let router = Router::new().fallback(answer).with_state((manners, Arc::new(count)));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, asked }
    }

    /// Waits until it was asked.
    pub async fn was_asked(&self) {
        self.asked.clone().wait_for(|asked| *asked > 0).await.unwrap();
    }

    pub fn times(&self) -> u32 {
        *self.asked.borrow()
    }
}

async fn answer(
    State((manners, count)): State<(Manners, Arc<watch::Sender<u32>>)>,
    request: Request,
) -> Response {
    let range = request.headers().get(header::RANGE).and_then(|value| {
        let (from, to) = value.to_str().ok()?.strip_prefix("bytes=")?.split_once('-')?;
        Some(to.parse::<usize>().ok()? + 1 - from.parse::<usize>().ok()?)
    });
    let Some(length) = range else { return StatusCode::NOT_FOUND.into_response() };
    count.send_modify(|asked| *asked += 1);
    let body = match manners {
        Manners::Lies => Body::from(vec![0x55; length]),
        Manners::Floods => {
            Body::from_stream(stream::repeat_with(|| Ok::<_, std::io::Error>(vec![0x55; 4096])))
        }
        Manners::Silent => std::future::pending().await,
        Manners::Stalls => {
            let begun = stream::iter([Ok::<_, std::io::Error>(vec![0x55; length / 2])]);
            Body::from_stream(begun.chain(stream::pending()))
        }
    };
    (StatusCode::PARTIAL_CONTENT, body).into_response()
}
