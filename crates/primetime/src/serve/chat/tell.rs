//! The mouth: an incoming webhook is told what the audit log says of rollouts, takedowns, scaling and golden images that are promoted.
//!
//! The log is the outbox: a chat that is down is told later, and nothing waits for it. A line may be told twice, when a process
//! is killed between telling and writing down that it did.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use ::chat::Reply;
use domain::{Clock, Timestamp};
use ops::audit::anchor;
use store::{AuditRow, Store, StoreError};

use super::post::{NotTaken, Poster};
use crate::{app::App, data::random_word, failed::Failed};

/// How often the log is looked at.
pub const EVERY: Duration = Duration::from_secs(1);
/// Longer than telling a line takes. Another process takes over after it.
const LEASE: Duration = Duration::from_secs(30);
/// Lines read at a time.
const PAGE: u32 = 50;
/// The first wait after a failure, doubled with each.
const BACKOFF: Duration = Duration::from_secs(1);
/// The longest.
const MAX_BACKOFF: Duration = Duration::from_secs(60);
/// What the log's lines begin with that are told.
const TOLD: [&str; 4] = ["rollout.", "takedown.", "service.", "image.promote"];
/// The one channel there is.
const CHANNEL: &str = "webhook";

/// Tells one channel.
pub struct Teller {
    store: Store,
    clock: Arc<dyn Clock>,
    poster: Poster,
    /// A secret: who knows it may write into the channel. Never logged.
    url: String,
    owner: String,
    waits: Mutex<Waits>,
}

/// After failures.
#[derive(Default)]
struct Waits {
    until: Timestamp,
    next: Duration,
}

/// Why a line was not told.
#[derive(Debug, thiserror::Error)]
enum NotTold {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Chat(#[from] NotTaken),
}

impl Teller {
    /// Tells what happens from now on, or since it was last told, to the webhook at `url`.
    pub fn new(app: &App, url: &str) -> Result<Self, Failed> {
        let uri: Option<axum::http::Uri> = url.parse().ok();
        if !uri.is_some_and(|uri| matches!(uri.scheme_str(), Some("https" | "http")) && uri.host().is_some())
        {
            return Err(Failed::new("chat.webhook_file holds no address, as in https://hooks.example.com/…"));
        }
        Ok(Self {
            store: app.store()?.clone(),
            clock: app.shared_clock(),
            poster: Poster::new(url.starts_with("https"))?,
            url: url.to_owned(),
            owner: random_word(&*app.rng),
            waits: Mutex::default(),
        })
    }

    /// One look: tells what is new, line by line, until one cannot be told.
    pub async fn look(&self) {
        let now = self.clock.now();
        if now < self.waits().until {
            return;
        }
        match self.tell_all().await {
            Ok(()) => *self.waits() = Waits::default(),
            Err(error) => {
                let mut waits = self.waits();
                waits.next = (waits.next * 2).clamp(BACKOFF, MAX_BACKOFF);
                waits.until = now.plus(waits.next);
                tracing::warn!(%error, again_in_s = waits.next.as_secs(), "chat is not told what happens");
            }
        }
    }

    /// Lets another process tell at once.
    pub async fn let_go(&self) {
        if let Err(error) = self.store.release_channel(CHANNEL, &self.owner).await {
            tracing::warn!(%error, "another process tells chat when the lease has run out");
        }
    }

    fn waits(&self) -> std::sync::MutexGuard<'_, Waits> {
        self.waits.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn tell_all(&self) -> Result<(), NotTold> {
        loop {
            let told = self.store.lease_channel(CHANNEL, &self.owner, LEASE, self.clock.now()).await?;
            let Some(told) = told else { return Ok(()) };
            let lines = self.store.audit_after(told, PAGE).await?;
            let Some(last) = lines.last().map(|line| line.seq) else { return Ok(()) };
            // One line under a lease: whoever takes over begins after it. What is not told is passed over.
            let next = lines.into_iter().find(|line| TOLD.iter().any(|begin| line.what.starts_with(begin)));
            let upto = match next {
                Some(line) => {
                    let seq = line.seq;
                    self.tell(&line).await?;
                    seq
                }
                None => last,
            };
            self.store.told_channel(CHANNEL, &self.owner, upto).await?;
        }
    }

    async fn tell(&self, line: &AuditRow) -> Result<(), NotTold> {
        // What was told is out of the database's reach: whoever writes the log anew, or cuts it off, cannot take this back.
        let (who, body, head) = (Reply::quote(&line.who), Reply::quote(&line.body), anchor(line));
        let words = format!("*{who}* {}: {body} (`{head}`)", line.what);
        Ok(self.poster.post(&self.url, &serde_json::json!({ "text": words })).await?)
    }
}
