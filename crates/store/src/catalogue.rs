//! What editors describe: documents, their revisions, and imports that take effect at once.

use domain::Timestamp;

use crate::{Store, StoreError, Tx, db::args};

/// A document as it is approved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// `brand`, `genre`, `title`.
    pub kind: String,
    /// Its id within the kind.
    pub id: String,
    /// Counted from 1.
    pub revision: i64,
    /// JSON.
    pub body: String,
}

/// A document of an import that has not taken effect.
#[derive(Debug, Clone)]
pub struct Staged {
    /// `brand`, `genre`, `title`.
    pub kind: &'static str,
    /// Its id within the kind.
    pub id: String,
    /// JSON, in a canonical form: its hash says whether anything changed.
    pub body: String,
    /// Hash of the body, hexadecimal.
    pub hash: String,
}

/// What an import changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Imported {
    /// Documents that were not there before, or had been withdrawn.
    pub added: u64,
    /// Documents with a new revision.
    pub changed: u64,
    /// Documents that were the same already.
    pub same: u64,
    /// Documents that the import no longer holds.
    pub withdrawn: u64,
}

/// Documents a transaction: short enough that viewers' writes hardly wait.
const BATCH: usize = 200;

pub(crate) const STATEMENTS: &[&str] =
    &[STAGE, CLEAR, COUNT_SAME, COUNT_CHANGED, COUNT_ALL, REVISE, ADD, MOVE, WITHDRAW, FORGET, READ];

const STAGE: &str =
    "INSERT INTO staged (import, kind, id, position, body, hash) VALUES ($1, $2, $3, $4, $5, $6)";
const CLEAR: &str = "DELETE FROM staged WHERE import = $1";
const COUNT_ALL: &str = "SELECT COUNT(*) FROM staged WHERE import = $1";
const COUNT_SAME: &str = "SELECT COUNT(*) FROM staged s JOIN documents d ON d.kind = s.kind AND d.id = s.id \
    JOIN revisions r ON r.kind = d.kind AND r.id = d.id AND r.revision = d.revision WHERE s.import = $1 AND r.hash = s.hash";
const COUNT_CHANGED: &str = "SELECT COUNT(*) FROM staged s JOIN documents d ON d.kind = s.kind AND d.id = s.id \
    JOIN revisions r ON r.kind = d.kind AND r.id = d.id AND r.revision = d.revision WHERE s.import = $1 AND r.hash <> s.hash";
/// A revision for everything that is new or differs. `MAX(revision)`: a document that returns goes on counting.
const REVISE: &str = "INSERT INTO revisions (kind, id, revision, state, body, hash, at) \
    SELECT s.kind, s.id, (SELECT COALESCE(MAX(o.revision), 0) FROM revisions o WHERE o.kind = s.kind AND o.id = s.id) + 1, \
    'approved', s.body, s.hash, $2 FROM staged s \
    LEFT JOIN documents d ON d.kind = s.kind AND d.id = s.id \
    LEFT JOIN revisions r ON r.kind = d.kind AND r.id = d.id AND r.revision = d.revision \
    WHERE s.import = $1 AND (r.hash IS NULL OR r.hash <> s.hash)";
const ADD: &str = "INSERT INTO documents (kind, id, revision, position) \
    SELECT s.kind, s.id, 0, s.position FROM staged s WHERE s.import = $1 \
    AND NOT EXISTS (SELECT 1 FROM documents d WHERE d.kind = s.kind AND d.id = s.id)";
const MOVE: &str = "UPDATE documents SET \
    position = (SELECT s.position FROM staged s WHERE s.import = $1 AND s.kind = documents.kind AND s.id = documents.id), \
    revision = (SELECT MAX(r.revision) FROM revisions r WHERE r.kind = documents.kind AND r.id = documents.id) \
    WHERE EXISTS (SELECT 1 FROM staged s WHERE s.import = $1 AND s.kind = documents.kind AND s.id = documents.id)";
/// The words of what is withdrawn are kept as a revision, so that history says when it went.
const WITHDRAW: &str = "INSERT INTO revisions (kind, id, revision, state, body, hash, at) \
    SELECT d.kind, d.id, d.revision + 1, 'withdrawn', '', '', $2 FROM documents d \
    WHERE NOT EXISTS (SELECT 1 FROM staged s WHERE s.import = $1 AND s.kind = d.kind AND s.id = d.id)";
const FORGET: &str = "DELETE FROM documents \
    WHERE NOT EXISTS (SELECT 1 FROM staged s WHERE s.import = $1 AND s.kind = documents.kind AND s.id = documents.id)";
const READ: &str = "SELECT d.kind, d.id, d.revision, r.body FROM documents d \
    JOIN revisions r ON r.kind = d.kind AND r.id = d.id AND r.revision = d.revision \
    WHERE d.kind = $1 ORDER BY d.position, d.id";

impl Store {
    /// Puts the documents of an import in place, unseen by anybody until [`Tx::swap`]. `import` names it; what an earlier
    /// import of that name left is cleared.
    pub async fn stage(&self, import: &str, documents: &[Staged]) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        tx.connection.execute(CLEAR, args![import]).await?;
        tx.commit().await?;
        for (batch, documents) in documents.chunks(BATCH).enumerate() {
            let mut tx = self.begin().await?;
            for (n, document) in documents.iter().enumerate() {
                let position = i64::try_from(batch * BATCH + n).unwrap_or(i64::MAX);
                let Staged { kind, id, body, hash } = document;
                tx.connection.execute(STAGE, args![import, *kind, id, position, body, hash]).await?;
            }
            tx.commit().await?;
        }
        Ok(())
    }

    /// The approved documents of a kind, in the catalogue's order.
    pub async fn documents(&self, kind: &str) -> Result<Vec<Document>, StoreError> {
        let rows = self.db.rows(READ, args![kind]).await?;
        rows.iter()
            .map(|row| {
                Ok(Document {
                    kind: row.text(0)?,
                    id: row.text(1)?,
                    revision: row.int(2)?,
                    body: row.text(3)?,
                })
            })
            .collect()
    }
}

impl Tx {
    /// Makes a staged import the catalogue: what it holds is approved, what it does not hold is withdrawn.
    pub async fn swap(&mut self, import: &str, now: Timestamp) -> Result<Imported, StoreError> {
        let all = self.count(COUNT_ALL, import).await?;
        let same = self.count(COUNT_SAME, import).await?;
        let changed = self.count(COUNT_CHANGED, import).await?;
        let withdrawn = self.connection.execute(WITHDRAW, args![import, now]).await?;
        self.connection.execute(FORGET, args![import]).await?;
        self.connection.execute(REVISE, args![import, now]).await?;
        self.connection.execute(ADD, args![import]).await?;
        self.connection.execute(MOVE, args![import]).await?;
        self.connection.execute(CLEAR, args![import]).await?;
        Ok(Imported { added: all - same - changed, changed, same, withdrawn })
    }

    async fn count(&mut self, sql: &'static str, import: &str) -> Result<u64, StoreError> {
        let row = self.connection.row(sql, args![import]).await?;
        row.map_or(Ok(0), |row| Ok(u64::try_from(row.int(0)?).unwrap_or(0)))
    }
}
