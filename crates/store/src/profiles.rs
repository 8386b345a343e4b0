//! Profiles of viewers.

use domain::{ProfileId, Timestamp};

use crate::{Store, StoreError, Tx, db::args};

pub(crate) const STATEMENTS: &[&str] = &[SEEN, ONE, FORGET];

const SEEN: &str = "INSERT INTO profiles (id, created_at, seen_at) VALUES ($1, $2, $2) \
    ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at WHERE excluded.seen_at > profiles.seen_at";
const ONE: &str = "SELECT created_at FROM profiles WHERE id = $1";
/// Everything that belongs to it goes with it.
const FORGET: &str = "DELETE FROM profiles WHERE id = $1";

impl Tx {
    /// Notes that a profile was seen; adds it when it is new.
    pub async fn seen(&mut self, profile: &ProfileId, now: Timestamp) -> Result<(), StoreError> {
        self.connection.execute(SEEN, args![profile.as_str(), now]).await.map(drop)
    }
}

impl Store {
    /// Since when a profile has been known.
    pub async fn profile_since(&self, profile: &ProfileId) -> Result<Option<Timestamp>, StoreError> {
        let row = self.db.row(ONE, args![profile.as_str()]).await?;
        row.map(|row| Ok(Timestamp(row.int(0)?))).transpose()
    }

    /// Forgets a profile and everything that belongs to it; false when there was none.
    pub async fn forget_profile(&self, profile: &ProfileId) -> Result<bool, StoreError> {
        let mut tx = self.begin().await?;
        let gone = tx.connection.execute(FORGET, args![profile.as_str()]).await?;
        tx.commit().await?;
        Ok(gone == 1)
    }
}
