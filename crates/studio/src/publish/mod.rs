//! Approved documents, assets that play and pictures that are ready become an edition, which is announced.

mod auto;
mod error;
mod guard;
mod input;
mod outbox;

use std::sync::Arc;

use domain::Clock;
use edition::{BuildInput, Built, Edition};
use objects::{
    Hash, Objects,
    announce::CurrentEdition,
    keys::{KeyRing, SigningKey},
};
use store::{EditionRow, Store, StoreError};

pub use auto::{AutoPublisher, Nudge};
pub use error::PublishError;
pub use guard::Hides;
use input::Input;

/// Other publishers that may come first before this one gives up: each has published something meanwhile.
const ATTEMPTS: usize = 8;

/// Publishes editions. Cheap to clone.
#[derive(Clone)]
pub struct Publisher {
    /// Decides on numbers.
    pub store: Store,
    /// Holds editions.
    pub objects: Arc<Objects>,
    /// Signs announcements.
    pub signer: Arc<SigningKey>,
    /// Whose announcements are trusted: at least the signer's.
    pub ring: KeyRing,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
}

/// Why, and how sure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Kept with the edition.
    pub reason: String,
    /// Publish even if it hides much of what viewers see now.
    pub confirmed: bool,
}

impl Request {
    /// For this reason; refused if it hides too much.
    pub fn because(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), confirmed: false }
    }
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Published {
    /// A new edition is announced.
    New {
        /// Its number.
        number: u64,
        /// Titles and episodes that play.
        playable: usize,
        /// Bytes that were written for it.
        bytes_written: u64,
    },
    /// The newest edition says all of it already.
    Unchanged {
        /// Its number.
        number: u64,
    },
}

impl Publisher {
    /// Publishes what is approved and ready, if that differs from the newest edition.
    ///
    /// It can be killed at any instant: before the decision nothing has changed, after it [`Publisher::drain_outbox`] finishes.
    ///
    /// # Errors
    /// [`PublishError`]; above all [`PublishError::Hides`] when it is not confirmed.
    pub async fn publish(&self, request: &Request) -> Result<Published, PublishError> {
        if request.confirmed && request.reason.trim().is_empty() {
            return Err(PublishError::NoReason);
        }
        for _ in 0..ATTEMPTS {
            match self.attempt(request).await {
                Err(PublishError::Store(StoreError::Conflict(_) | StoreError::Contended(_))) => {}
                done => return done,
            }
        }
        Err(PublishError::Busy)
    }

    async fn attempt(&self, request: &Request) -> Result<Published, PublishError> {
        // What was decided before is announced before: an announcement that was lost must not wait for the next edition.
        self.drain_outbox().await?;
        let newest = self.store.newest_edition().await?;
        let input = input::gather(&self.store).await?;
        if newest.is_none() && input.brands.is_empty() {
            return Err(PublishError::Empty);
        }
        let content = input.content.to_string();
        if let Some(newest) = &newest
            && newest.content == content
        {
            return Ok(Published::Unchanged { number: newest.number });
        }
        let now = self.clock.now();
        let number = newest.as_ref().map_or(1, |newest| newest.number + 1);
        let playable = input.assets.len();
        let (this, confirmed) = (self.clone(), request.confirmed);
        let build = move || this.build(&input, number, newest.as_ref(), confirmed);
        let built = tokio::task::spawn_blocking(build).await.map_err(|_| PublishError::Interrupted)??;
        let current = built.announcement(now);
        let row = EditionRow {
            number,
            header_key: current.header_key().to_string(),
            header_hash: built.header.to_string(),
            content,
            reason: request.reason.clone(),
            created_at: now,
        };
        let promise = outbox::promise(&current)?;
        let mut tx = self.store.begin().await?;
        tx.add_edition(&row).await?;
        tx.promise(outbox::TOPIC, &promise, now).await?;
        tx.commit().await?;
        self.drain_outbox().await?;
        Ok(Published::New { number, playable, bytes_written: built.bytes_written })
    }

    /// Writes the sections and the header, opens them as readers will, and lets the guard look.
    fn build(
        &self,
        input: &Input,
        number: u64,
        newest: Option<&EditionRow>,
        confirmed: bool,
    ) -> Result<Built, PublishError> {
        let now = self.clock.now();
        let Input { brands, genres, titles, assets, pictures, .. } = input;
        let input = BuildInput { number, created_at: now, brands, genres, titles, assets, pictures };
        let built = edition::build(&self.objects, &input)?;
        let new = Edition::open(&self.objects, &built.announcement(now))?;
        let old = match newest {
            Some(row) if !confirmed => self.open(row)?,
            _ => return Ok(built),
        };
        match guard::hides(&old, &new, now) {
            hides if hides.is_empty() => Ok(built),
            hides => Err(PublishError::Hides(hides)),
        }
    }

    fn open(&self, row: &EditionRow) -> Result<Edition, PublishError> {
        let header: Hash = row.header_hash.parse().map_err(|_| PublishError::Row(row.number))?;
        let current = CurrentEdition { number: row.number, header, published_at: row.created_at };
        Ok(Edition::open(&self.objects, &current)?)
    }
}

impl std::fmt::Debug for Publisher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Publisher").field("signer", &self.signer).finish_non_exhaustive()
    }
}

/// For messages.
pub(crate) fn list<'a>(ids: impl Iterator<Item = &'a domain::TitleId>) -> String {
    const SHOWN: usize = 5;
    let ids: Vec<&str> = ids.map(domain::TitleId::as_str).collect();
    let shown = ids[..ids.len().min(SHOWN)].join(", ");
    if ids.len() > SHOWN { format!("{shown} and {} more", ids.len() - SHOWN) } else { shown }
}
