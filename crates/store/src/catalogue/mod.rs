//! What editors describe: documents, their revisions, and imports that take effect at once.

mod stage;
mod swap;

use domain::Timestamp;

use crate::{Store, StoreError, db::args};

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

/// One revision of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// Counted from 1.
    pub revision: i64,
    /// `draft`, `approved` or `withdrawn`.
    pub state: String,
    /// JSON; nothing when it was withdrawn.
    pub body: Option<String>,
    /// When it was made.
    pub at: Timestamp,
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

/// What an import changes.
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

pub(crate) const STATEMENTS: &[&[&str]] = &[stage::STATEMENTS, swap::STATEMENTS, &[READ, REVISIONS, VERSION]];

const READ: &str = "SELECT d.kind, d.id, d.revision, b.body FROM documents d \
    JOIN revisions r ON r.kind = d.kind AND r.id = d.id AND r.revision = d.revision JOIN bodies b ON b.hash = r.hash \
    WHERE d.kind = $1 ORDER BY d.position, d.id";
const REVISIONS: &str = "SELECT r.revision, r.state, b.body, r.at FROM revisions r LEFT JOIN bodies b ON b.hash = r.hash \
    WHERE r.kind = $1 AND r.id = $2 ORDER BY r.revision DESC LIMIT $3";
const VERSION: &str = "SELECT value FROM counters WHERE name = 'catalogue'";

impl Store {
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

    /// A document's newest revisions, newest first.
    pub async fn revisions(&self, kind: &str, id: &str, most: u32) -> Result<Vec<Revision>, StoreError> {
        let rows = self.db.rows(REVISIONS, args![kind, id, i64::from(most)]).await?;
        rows.iter()
            .map(|row| {
                let (revision, state) = (row.int(0)?, row.text(1)?);
                Ok(Revision { revision, state, body: row.opt_text(2)?, at: Timestamp(row.int(3)?) })
            })
            .collect()
    }

    /// How often the approved documents changed: the same number, the same documents.
    pub async fn catalogue_version(&self) -> Result<i64, StoreError> {
        let row = self.db.row(VERSION, args![]).await?;
        row.map_or(Ok(0), |row| row.int(0))
    }
}
