use domain::Timestamp;

use super::{Imported, stage::CLEAR};
use crate::{StoreError, Tx, db::args};

pub(super) const STATEMENTS: &[&str] = &[TAKE, COUNT_UP, REVISE, WITHDRAW, PLACE, REMOVE];

/// Whoever deletes the row applies it: of two, one finds nothing.
const TAKE: &str = "DELETE FROM imports WHERE import = $1 RETURNING version, added, changed, same, withdrawn";
/// Only what was compared with the catalogue as it is now may change it.
const COUNT_UP: &str = "UPDATE counters SET value = value + CASE WHEN EXISTS (SELECT 1 FROM staged WHERE import = $2) THEN 1 ELSE 0 END \
    WHERE name = 'catalogue' AND value = $1";
const REVISE: &str = "INSERT INTO revisions (kind, id, revision, state, hash, at) \
    SELECT kind, id, revision, 'approved', hash, $2 FROM staged WHERE import = $1 AND what = 'revise'";
/// History says when it went.
const WITHDRAW: &str = "INSERT INTO revisions (kind, id, revision, state, hash, at) \
    SELECT kind, id, revision, 'withdrawn', NULL, $2 FROM staged WHERE import = $1 AND what = 'withdraw'";
const PLACE: &str = "INSERT INTO documents (kind, id, revision, position) \
    SELECT kind, id, revision, position FROM staged WHERE import = $1 AND what <> 'withdraw' \
    ON CONFLICT (kind, id) DO UPDATE SET revision = excluded.revision, position = excluded.position";
const REMOVE: &str = "DELETE FROM documents WHERE (kind, id) IN \
    (SELECT kind, id FROM staged WHERE import = $1 AND what = 'withdraw')";

impl Tx {
    /// Makes a staged import the catalogue: what it holds is approved, what it does not hold is withdrawn.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the catalogue changed since it was staged, or somebody is staging it anew.
    pub async fn swap(&mut self, import: &str, now: Timestamp) -> Result<Imported, StoreError> {
        let Some(row) = self.connection.row(TAKE, args![import]).await? else {
            return Err(StoreError::Conflict("the import"));
        };
        let count = |at| row.int(at).map(|n| u64::try_from(n).unwrap_or(0));
        let imported =
            Imported { added: count(1)?, changed: count(2)?, same: count(3)?, withdrawn: count(4)? };
        if self.connection.execute(COUNT_UP, args![row.int(0)?, import]).await? == 0 {
            return Err(StoreError::Conflict("the catalogue"));
        }
        self.connection.execute(REVISE, args![import, now]).await?;
        self.connection.execute(WITHDRAW, args![import, now]).await?;
        self.connection.execute(PLACE, args![import]).await?;
        self.connection.execute(REMOVE, args![import]).await?;
        self.connection.execute(CLEAR, args![import]).await?;
        Ok(imported)
    }
}
