//! Profiles of viewers.

use domain::{ProfileId, Timestamp};

use crate::{Store, StoreError, Tx, db::args};

pub(crate) const STATEMENTS: &[&str] = &[SEEN, ONE];

const SEEN: &str = "INSERT INTO profiles (id, created_at, seen_at) VALUES ($1, $2, $2) \
    ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at WHERE excluded.seen_at > profiles.seen_at";
const ONE: &str = "SELECT created_at FROM profiles WHERE id = $1";

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
}
