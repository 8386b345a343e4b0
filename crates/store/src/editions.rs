//! Which edition is the newest: decided here, by compare-and-swap.

use domain::Timestamp;

use crate::{
    Store, StoreError, Tx,
    db::{Row, args},
};

/// An edition that was decided on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditionRow {
    /// Counted from 1; only grows.
    pub number: u64,
    /// Object key of its header.
    pub header_key: String,
    /// Hash of its header, hexadecimal.
    pub header_hash: String,
    /// Hash of what it says, without its number and time: the same content need not be published twice.
    pub content: String,
    /// Why it was published.
    pub reason: String,
    /// When it was decided on.
    pub created_at: Timestamp,
}

pub(crate) const STATEMENTS: &[&str] = &[ADD, NEWEST, LIST];

/// Adds number N only while N-1 is the newest: of two publishers, one finds that it came second.
const ADD: &str = "INSERT INTO editions (number, header_key, header_hash, content, reason, created_at) \
    SELECT $1, $2, $3, $4, $5, $6 WHERE (SELECT COALESCE(MAX(number), 0) + 1 FROM editions) = $1 \
    ON CONFLICT (number) DO NOTHING";
const NEWEST: &str = "SELECT number, header_key, header_hash, content, reason, created_at FROM editions ORDER BY number DESC LIMIT 1";
const LIST: &str = "SELECT number, header_key, header_hash, content, reason, created_at FROM editions ORDER BY number DESC LIMIT $1";

fn edition(row: &Row) -> Result<EditionRow, StoreError> {
    Ok(EditionRow {
        number: u64::try_from(row.int(0)?).unwrap_or(0),
        header_key: row.text(1)?,
        header_hash: row.text(2)?,
        content: row.text(3)?,
        reason: row.text(4)?,
        created_at: Timestamp(row.int(5)?),
    })
}

impl Store {
    /// The newest edition.
    pub async fn newest_edition(&self) -> Result<Option<EditionRow>, StoreError> {
        self.db.row(NEWEST, &[]).await?.as_ref().map(edition).transpose()
    }

    /// The newest editions, newest first.
    pub async fn editions(&self, most: u32) -> Result<Vec<EditionRow>, StoreError> {
        self.db.rows(LIST, args![i64::from(most)]).await?.iter().map(edition).collect()
    }
}

impl Tx {
    /// Decides on an edition: `row.number` must follow the newest.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when another was decided on in the meantime.
    pub async fn add_edition(&mut self, row: &EditionRow) -> Result<(), StoreError> {
        let EditionRow { number, header_key, header_hash, content, reason, created_at } = row;
        let number = i64::try_from(*number).unwrap_or(i64::MAX);
        let args = args![number, header_key, header_hash, content, reason, *created_at];
        match self.connection.execute(ADD, args).await? {
            1 => Ok(()),
            _ => Err(StoreError::Conflict("the newest edition")),
        }
    }
}
