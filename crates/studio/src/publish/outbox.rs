//! From a decision in the database to the announcement that readers poll. May be done twice, and by several processes.

use objects::announce::{self, AnnounceError, CurrentEdition};
use store::Promise;

use super::{PublishError, Publisher};

/// What announcing editions is called in the outbox.
pub(crate) const TOPIC: &str = "announce-edition";

/// The promise to announce an edition, in the transaction that decides on it.
pub(crate) fn promise(current: &CurrentEdition) -> Result<Promise, PublishError> {
    let body = serde_json::to_string(current).map_err(PublishError::Json)?;
    // Ids in the order of numbers: what is promised first is kept first.
    Ok(Promise { id: format!("{:020}", current.number), body })
}

impl Publisher {
    /// Announces what was decided on and not announced yet: a process may have died in between. Call it at start.
    ///
    /// # Errors
    /// [`PublishError`]; what is left is still promised.
    pub async fn drain_outbox(&self) -> Result<usize, PublishError> {
        let mut announced = 0;
        for promise in self.store.promises(TOPIC).await? {
            let current: CurrentEdition = serde_json::from_str(&promise.body).map_err(PublishError::Json)?;
            let this = self.clone();
            let done = tokio::task::spawn_blocking(move || {
                announce::publish(&this.objects, &current, &this.signer, &this.ring)
            });
            match done.await.map_err(|_| PublishError::Interrupted)? {
                Ok(()) => announced += 1,
                // Another process was faster, with a later one.
                Err(AnnounceError::Older { .. }) => {}
                Err(error) => return Err(error.into()),
            }
            self.store.kept(TOPIC, &promise.id, self.clock.now()).await?;
        }
        Ok(announced)
    }
}
