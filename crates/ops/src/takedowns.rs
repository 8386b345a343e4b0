//! What is taken down: decided in the database, announced to everybody who serves, and never forgotten by a rollback.

use std::sync::Arc;

use domain::{Clock, Timestamp, TitleId};
use objects::{
    Objects,
    announce::{self, AnnounceError, Announced, MAX_TAKEDOWNS},
    keys::{KeyRing, SigningKey},
};
use store::{Lifted, Store, StoreError, Takedown, Tx};

use crate::{
    OpsError,
    audit::{self, Deed, Part, Who},
    talk::Approved,
};

/// As whom the platform writes into the audit log.
const WHO: Part = Part::Takedowns;

/// Takes titles down, lifts takedowns, and announces what is down. Cheap to clone.
#[derive(Clone)]
pub struct Takedowns {
    /// Decides.
    pub store: Store,
    /// Where it is announced.
    pub objects: Arc<Objects>,
    /// Signs the announcement.
    pub signer: Arc<SigningKey>,
    /// Whose announcements are trusted: at least the signer's.
    pub ring: KeyRing,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
}

impl std::fmt::Debug for Takedowns {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Takedowns").field("signer", &self.signer).finish_non_exhaustive()
    }
}

/// What somebody asks for.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// Who.
    pub who: &'a str,
    /// A movie, a special, an episode, or a series with all its episodes.
    pub title: &'a TitleId,
    /// Why, in words.
    pub why: &'a str,
    /// The yes to it, where it takes one: written down together with the deed.
    pub approved: Option<&'a Approved>,
}

#[derive(Debug, Clone, Copy)]
enum Change {
    Down,
    Lift,
}

impl Change {
    /// Writes it; what it is called in the audit log.
    async fn write(
        self,
        tx: &mut Tx,
        Asked { who, title, why, .. }: Asked<'_>,
        number: u64,
        at: Timestamp,
    ) -> Result<&'static str, OpsError> {
        let (who, why) = (who.to_owned(), why.to_owned());
        match self {
            Self::Down => {
                let new = Takedown { number, title: title.clone(), who, why, at, lifted: None };
                match tx.add_takedown(&new).await? {
                    true => Ok("takedown.begin"),
                    false => Err(OpsError::IsDown(new.title)),
                }
            }
            Self::Lift => match tx.lift_takedown(title, number, &Lifted { who, why, at }).await? {
                true => Ok("takedown.lift"),
                false => Err(OpsError::IsNotDown(title.clone())),
            },
        }
    }
}

impl Takedowns {
    /// Hides a title everywhere, and announces it. Killed in between, whoever announces next does.
    ///
    /// # Errors
    /// Nothing was changed, except with [`OpsError::Announce`]: it is decided then, and announced as soon as that is possible.
    pub async fn take_down(&self, asked: Asked<'_>) -> Result<(), OpsError> {
        if !self.store.knows_title(asked.title).await? {
            return Err(OpsError::NoTitle(asked.title.clone()));
        }
        if self.store.taken_down().await?.1.len() >= MAX_TAKEDOWNS {
            return Err(OpsError::TooManyDown);
        }
        self.change(asked, Change::Down).await
    }

    /// Lets a title be seen again where its windows say so, and announces it.
    ///
    /// # Errors
    /// As [`Takedowns::take_down`].
    pub async fn lift(&self, asked: Asked<'_>) -> Result<(), OpsError> {
        self.change(asked, Change::Lift).await
    }

    async fn change(&self, asked: Asked<'_>, change: Change) -> Result<(), OpsError> {
        if asked.why.trim().is_empty() {
            return Err(OpsError::NoReason);
        }
        let mut tries = audit::Tries::default();
        loop {
            let now = self.clock.now();
            let mut tx = self.store.begin().await?;
            let number = tx.next_takedown(0).await?;
            let what = change.write(&mut tx, asked, number, now).await?;
            let body = format!("{}: {}", asked.title, asked.why);
            let done = async {
                if let Some(approved) = asked.approved {
                    approved.write(&mut tx, now).await?;
                }
                // Chat has made sure who they are.
                let in_chat = asked.approved.is_some();
                let who = if in_chat { Who::InChat(asked.who) } else { Who::Person(asked.who) };
                audit::append(&mut tx, &Deed { who, what, body: &body }, now).await?;
                Ok::<_, OpsError>(tx.commit().await?)
            };
            match done.await {
                Ok(()) => break,
                Err(OpsError::Store(error)) if tries.again(&error) => {}
                Err(error) => return Err(error),
            }
        }
        self.announce().await.map(drop)
    }

    /// Announces what the database says, unless that is announced; true if something was. Whoever decided on it may have been
    /// killed before, the bucket may be another one, or the database an older backup: call it at start, and now and then.
    ///
    /// # Errors
    /// [`OpsError::Announce`] when it could not be announced: try again.
    pub async fn announce(&self) -> Result<bool, OpsError> {
        for _ in 0..audit::MOST_TRIES {
            let (number, titles) = self.store.taken_down().await?;
            let wanted = announce::Takedowns { number, titles: titles.into_iter().collect() };
            let said = match self.read().await {
                Ok(said) if said == wanted => return Ok(false),
                // What is there and cannot be trusted counts for nobody, and is replaced.
                Ok(said) => Some(said),
                Err(AnnounceError::Object(error)) if !error.is_missing() => {
                    return Err(AnnounceError::Object(error).into());
                }
                Err(_) => None,
            };
            if let Some(said) = said {
                let lost = self.lost(&said, &wanted).await?;
                if said.number >= wanted.number || !lost.is_empty() {
                    self.catch_up(said.number, lost, wanted.number).await?;
                    continue;
                }
            }
            let this = self.clone();
            let publish = move || announce::publish(&this.objects, &wanted, &this.signer, &this.ring);
            match tokio::task::spawn_blocking(publish).await.map_err(|_| OpsError::Interrupted)? {
                Ok(()) => return Ok(true),
                // Another process was faster: look again.
                Err(AnnounceError::Older { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(StoreError::Conflict("what is taken down").into())
    }

    async fn read(&self) -> Result<announce::Takedowns, AnnounceError> {
        let this = self.clone();
        let read = move || announce::read(&this.objects, &this.ring);
        let name = announce::Takedowns::NAME;
        let failed = |why: String| AnnounceError::Content { name, why };
        tokio::task::spawn_blocking(read).await.map_err(|error| failed(error.to_string()))?
    }

    /// What is announced as down, and neither is so in the database nor was lifted there since. Numbers alone do not tell: those
    /// of a database that was restored and went on by itself have overtaken what was announced before.
    async fn lost(
        &self,
        said: &announce::Takedowns,
        known: &announce::Takedowns,
    ) -> Result<Vec<TitleId>, OpsError> {
        let missing: Vec<_> = said.titles.difference(&known.titles).cloned().collect();
        if missing.is_empty() {
            return Ok(missing);
        }
        let lifted = self.store.lifted_after(said.number).await?;
        Ok(missing.into_iter().filter(|title| !lifted.contains(title)).collect())
    }

    /// More is announced than the database knows, or a later number: it was decided by another process just now, or the database
    /// is an older one, restored. Then what was taken down stays down, under a number that goes on from what was announced.
    async fn catch_up(&self, said: u64, lost: Vec<TitleId>, known: u64) -> Result<(), OpsError> {
        if self.store.taken_down().await?.0 != known {
            return Ok(()); // it was decided just now
        }
        let now = self.clock.now();
        let mut tx = self.store.begin().await?;
        for (at, title) in lost.into_iter().enumerate() {
            let number = tx.next_takedown(if at == 0 { said } else { 0 }).await?;
            let why =
                "it was announced, and the database did not know of it: a backup was restored".to_owned();
            let body = format!("{title}: {why}");
            let new = Takedown { number, title, who: WHO.as_str().into(), why, at: now, lifted: None };
            if tx.add_takedown(&new).await? {
                let deed = Deed { who: Who::Part(WHO), what: "takedown.begin", body: &body };
                audit::append(&mut tx, &deed, now).await?;
            }
        }
        // Also when the titles are the same: the next announcement needs a greater number.
        tx.next_takedown(said).await?;
        match tx.commit().await {
            Ok(()) => Ok(()),
            Err(StoreError::Conflict(_) | StoreError::Contended(_)) => Ok(()), // looked at again
            Err(error) => Err(error.into()),
        }
    }
}
