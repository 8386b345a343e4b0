//! Who did what, in lines that are only ever added. What their hashes are made of is for those who write them to say.

use domain::Timestamp;

use crate::{
    Store, StoreError, Tx,
    db::{Row, args},
};

/// A line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// Counted from 1, without a gap.
    pub seq: i64,
    /// When.
    pub at: Timestamp,
    /// A person, or a part of the platform.
    pub who: String,
    /// A short, stable word: `rollout.begin`.
    pub what: String,
    /// JSON, or words.
    pub body: String,
    /// The hash of the line before; empty in the first.
    pub before: String,
    /// The hash of this line.
    pub hash: String,
}

pub(crate) const STATEMENTS: &[&str] = &[NEWEST, ADD, PAGE, LAST];

const NEWEST: &str = "SELECT seq, at, who, what, body, before, hash FROM audit ORDER BY seq DESC LIMIT 1";
const ADD: &str = "INSERT INTO audit (seq, at, who, what, body, before, hash) VALUES ($1, $2, $3, $4, $5, $6, $7) \
    ON CONFLICT (seq) DO NOTHING";
const PAGE: &str =
    "SELECT seq, at, who, what, body, before, hash FROM audit WHERE seq > $1 ORDER BY seq LIMIT $2";
const LAST: &str = "SELECT seq, at, who, what, body, before, hash FROM audit ORDER BY seq DESC LIMIT $1";

fn line(row: &Row) -> Result<AuditRow, StoreError> {
    Ok(AuditRow {
        seq: row.int(0)?,
        at: Timestamp(row.int(1)?),
        who: row.text(2)?,
        what: row.text(3)?,
        body: row.text(4)?,
        before: row.text(5)?,
        hash: row.text(6)?,
    })
}

impl Tx {
    /// The newest line.
    pub async fn newest_audit(&mut self) -> Result<Option<AuditRow>, StoreError> {
        self.connection.row(NEWEST, args![]).await?.as_ref().map(line).transpose()
    }

    /// Adds a line.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when somebody else added one with this number first: nothing of this transaction is written.
    pub async fn add_audit(&mut self, row: &AuditRow) -> Result<(), StoreError> {
        let AuditRow { seq, at, who, what, body, before, hash } = row;
        let args = args![*seq, *at, who, what, body, before, hash];
        if self.connection.execute(ADD, args).await? == 1 {
            return Ok(());
        }
        self.connection.spoil();
        Err(StoreError::Conflict("the audit log"))
    }
}

impl Store {
    /// Lines after a number, oldest first.
    pub async fn audit_after(&self, seq: i64, most: u32) -> Result<Vec<AuditRow>, StoreError> {
        self.db.rows(PAGE, args![seq, i64::from(most)]).await?.iter().map(line).collect()
    }

    /// The last lines, newest first.
    pub async fn audit_last(&self, most: u32) -> Result<Vec<AuditRow>, StoreError> {
        self.db.rows(LAST, args![i64::from(most)]).await?.iter().map(line).collect()
    }
}
