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

/// What stands behind the name of who asked for a deed in chat: `ana in chat`.
pub const IN_CHAT: &str = " in chat";
/// What stands between that and the name of who said yes: `ana in chat, approved by min`.
pub const APPROVED_BY: &str = ", approved by ";

/// Which lines somebody wants to see; by default all.
#[derive(Debug, Clone, Default)]
pub struct AuditWanted {
    /// Whose: what they did, asked for in chat, or approved there; or exactly what stands there.
    pub who: Option<String>,
    /// What they begin with: `rollout` or `rollout.begin`.
    pub what: Option<String>,
    /// From then on.
    pub since: Option<Timestamp>,
    /// Before then.
    pub until: Option<Timestamp>,
}

pub(crate) const STATEMENTS: &[&str] = &[NEWEST, ADD, PAGE, LAST];

const NEWEST: &str = "SELECT seq, at, who, what, body, before, hash FROM audit ORDER BY seq DESC LIMIT 1";
const ADD: &str = "INSERT INTO audit (seq, at, who, what, body, before, hash) VALUES ($1, $2, $3, $4, $5, $6, $7) \
    ON CONFLICT (seq) DO NOTHING";
const PAGE: &str =
    "SELECT seq, at, who, what, body, before, hash FROM audit WHERE seq > $1 ORDER BY seq LIMIT $2";
/// Nobody and nothing in particular are empty texts. Somebody's are also what begins and what ends with a text: no patterns, whose
/// wildcards stand in names.
const LAST: &str = "SELECT seq, at, who, what, body, before, hash FROM audit \
    WHERE ($1 = '' OR who = $1 OR who = $2 OR substr(who, 1, length($3)) = $3 \
        OR (length(who) > length($4) AND substr(who, length(who) - length($4) + 1) = $4)) \
    AND ($5 = '' OR substr(what, 1, length($5)) = $5) AND at >= $6 AND at < $7 \
    ORDER BY seq DESC LIMIT $8";

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

    /// The last lines of those that are wanted, newest first.
    pub async fn audit_last(&self, wanted: &AuditWanted, most: u32) -> Result<Vec<AuditRow>, StoreError> {
        let AuditWanted { who, what, since, until } = wanted;
        let (who, what) = (who.as_deref().unwrap_or_default(), what.as_deref().unwrap_or_default());
        let (since, until) = (since.map_or(i64::MIN, |at| at.0), until.map_or(i64::MAX, |at| at.0));
        let asked = format!("{who}{IN_CHAT}");
        let (others, approved) = (format!("{asked}{APPROVED_BY}"), format!("{IN_CHAT}{APPROVED_BY}{who}"));
        let args = args![who, &asked, &others, &approved, what, since, until, i64::from(most)];
        self.db.rows(LAST, args).await?.iter().map(line).collect()
    }
}
