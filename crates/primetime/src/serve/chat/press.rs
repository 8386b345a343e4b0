//! Pressed buttons. The chat wants to hear within three seconds that a press has arrived, and shows nothing of what that answer says:
//! words go to the address that came with the press, five of them at most within half an hour.

use std::{sync::Arc, time::Duration};

use ::chat::{Reply, Request, Seen, may_reply_to};
use axum::response::IntoResponse;
use ops::talk::Talk;
use tokio::{
    sync::{Semaphore, oneshot},
    time::{sleep, timeout},
};
use tokio_util::task::TaskTracker;
use web::{Failure, Problem};

use super::{hear::answered, post::Poster};
use crate::failed::Failed;

/// A press is confirmed by then, done or not.
const CONFIRMED: Duration = Duration::from_secs(2);
/// Presses that are answered at a time.
const MOST: usize = 16;
/// Pauses between the tries to post an answer. It is a word to people: what was done stands in the audit log.
const AGAIN: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(3)];

/// Answers presses.
pub struct Presses {
    talk: Talk,
    poster: Poster,
    /// Answers may go where it is, besides to Slack.
    webhook: Option<String>,
    free: Arc<Semaphore>,
    background: TaskTracker,
}

impl Presses {
    /// Who stops waits for those that are under way in `background`.
    pub fn new(talk: Talk, webhook: Option<String>, background: TaskTracker) -> Result<Self, Failed> {
        let poster = Poster::new(true).or_else(|why| {
            tracing::warn!(%why, "what is pressed in chat is done, and cannot be answered at https addresses");
            Poster::new(false)
        })?;
        Ok(Self { talk, poster, webhook, free: Arc::new(Semaphore::new(MOST)), background })
    }

    /// Does what a button stands for, and has the answer posted; returns when it is done, or has gone on for long enough.
    pub async fn press(&self, request: Request, seen: Seen) -> Result<(), Failure> {
        let address = request.reply_to.clone().unwrap_or_default();
        if !may_reply_to(&address, self.webhook.as_deref()) {
            tracing::warn!("a press in chat wants its answer elsewhere than in the chat, and does nothing");
            let words = "answers are posted to hooks.slack.com, or to the host of chat.webhook_file";
            return Err(Problem::bad_request(words).code("chat-request").into());
        }
        let Ok(permit) = self.free.clone().try_acquire_owned() else {
            return Err(Problem::unavailable(5).into());
        };
        let (done, confirmed) = oneshot::channel();
        let (talk, poster) = (self.talk.clone(), self.poster.clone());
        self.background.spawn(async move {
            let _permit = permit;
            match answered(talk.answer(&request, &seen).await) {
                Ok(reply) => {
                    let _late = done.send(Ok(()));
                    post(&poster, &address, &reply).await;
                }
                Err(failure) => {
                    if let Err(Err(failure)) = done.send(Err(failure)) {
                        // Nobody listens any more: for the log.
                        drop(failure.into_response());
                    }
                }
            }
        });
        match timeout(CONFIRMED, confirmed).await {
            Ok(Ok(done)) => done,
            // It goes on.
            Err(_) => Ok(()),
            Ok(Err(_)) => Err(Problem::unavailable(5).into()),
        }
    }
}

async fn post(poster: &Poster, address: &str, reply: &Reply) {
    let message = reply.json_beside();
    for pause in AGAIN.into_iter().map(Some).chain([None]) {
        match (poster.post(address, &message).await, pause) {
            (Ok(()), _) => return,
            (Err(error), None) => tracing::warn!(%error, "the answer to a press in chat is not posted"),
            (Err(_), Some(pause)) => sleep(pause).await,
        }
    }
}
