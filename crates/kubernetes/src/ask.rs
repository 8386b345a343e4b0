//! One request, and its answer: within a time and a size that are ours.

use std::time::Duration;

use http::{Request, StatusCode, header::RETRY_AFTER};
use http_body_util::{BodyExt, Limited};
use hyper_util::client::legacy;
use kube::{
    Client,
    client::Body,
    core::{Request as Path, Status},
};
use serde::de::DeserializeOwned;

/// An object is at most 1.5 MiB in the cluster's store, and larger as JSON.
const MOST_BYTES: usize = 4 << 20;
/// Of what a server says to people.
const MOST_WORDS: usize = 600;

/// Who asks.
pub(crate) struct Api {
    pub client: Client,
    /// From the request to the last byte of the answer.
    pub patience: Duration,
}

/// Why there is no object.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The request has not left: nothing happened.
    Unsent(String),
    /// The server answered no.
    Answered {
        /// Its status.
        code: StatusCode,
        /// What it says.
        words: String,
        /// When it wants to be asked again.
        again: Option<Duration>,
    },
    /// No answer, half of one, or one that cannot be read: it may have happened.
    Unknown(String),
}

impl Api {
    /// How `name` under `path` is now.
    pub async fn get<T: DeserializeOwned>(&self, path: &str, name: &str) -> Result<T, Failure> {
        let request = Path::new(path).get(name, &Default::default());
        self.ask(request.map_err(|error| Failure::Unsent(error.to_string()))?).await
    }

    /// The object that is asked for.
    pub async fn ask<T: DeserializeOwned>(&self, request: Request<Vec<u8>>) -> Result<T, Failure> {
        let asked = tokio::time::timeout(self.patience, self.exchange(request.map(Body::from)));
        let silence = |_| Failure::Unknown(format!("no answer within {:?}", self.patience));
        let (code, again, bytes) = asked.await.map_err(silence)??;
        if code.is_success() {
            let unread = |error| Failure::Unknown(format!("the answer is none: {error}"));
            return serde_json::from_slice(&bytes).map_err(unread);
        }
        // API Priority and Fairness, and whatever stands before the server, answer in plain text.
        let (words, later) = match serde_json::from_slice::<Status>(&bytes) {
            Ok(status) => (status.message, status.details.map_or(0, |details| details.retry_after_seconds)),
            Err(_) => (String::from_utf8_lossy(&bytes).into_owned(), 0),
        };
        let again = again.or((later > 0).then_some(u64::from(later))).map(Duration::from_secs);
        Err(Failure::Answered { code, words: words.trim().chars().take(MOST_WORDS).collect(), again })
    }

    async fn exchange(&self, request: Request<Body>) -> Result<(StatusCode, Option<u64>, Vec<u8>), Failure> {
        let answer = self.client.send(request).await.map_err(lost)?;
        let code = answer.status();
        let again = answer.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
        let body = Limited::new(answer.into_body(), MOST_BYTES).collect().await;
        let body = body.map_err(|error| Failure::Unknown(format!("half an answer: {error}")))?;
        Ok((code, again, body.to_bytes().into()))
    }
}

/// Whoever was not connected has sent nothing, nor has who has no token; of anything later it is not known how far it got.
fn lost(error: kube::Error) -> Failure {
    let words = chain(&error);
    let unsent = match &error {
        kube::Error::Service(inside) => {
            inside.is::<kube::client::AuthError>()
                || inside.downcast_ref::<legacy::Error>().is_some_and(legacy::Error::is_connect)
        }
        _ => false,
    };
    if unsent { Failure::Unsent(words) } else { Failure::Unknown(words) }
}

/// An error with what stands behind it: "client error" alone helps nobody.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut inside = error.source();
    while let Some(error) = inside {
        let more = error.to_string();
        if !words.contains(&more) {
            words = format!("{words}: {more}");
        }
        inside = error.source();
    }
    words
}
