//! The audit log: every line holds the hash of the one before, so that none can be changed, left out or put in unseen.
//!
//! Who can write to the database can cut off the end, or write the whole log anew; against that, keep the head that
//! [`verify`] gives somewhere else, and give it to the next one.

mod undertaking;
mod words;

use domain::Timestamp;
use objects::Hash;
use serde::{Deserialize, Serialize};
use store::{AuditRow, Store, StoreError, Tx};

pub use undertaking::Undertaking;
pub use words::{Part, Unwritable, Who, may_be_called, shown};

use crate::OpsError;

/// Lines read at once.
const PAGE: u32 = 1000;
/// Others who may write in between before one gives up.
pub(crate) const MOST_TRIES: u32 = 8;
/// Begins what is hashed: a later way to hash has another name.
const CONTEXT: &str = "primetime audit 1";

/// What somebody did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deed<'a> {
    /// A person, or a part of the platform.
    pub who: Who<'a>,
    /// A short, stable word: `rollout.begin`.
    pub what: &'a str,
    /// Why, and what came of it: words, or JSON. Never a secret.
    pub body: &'a str,
}

/// Where a log ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// How many lines.
    pub lines: i64,
    /// The hash of the last; empty when there is none. Of one that was kept its beginning will do.
    pub hash: String,
}

/// How much of a hash is told to people and kept: 64 bits.
pub const SHORT: usize = 16;

/// The head that a line makes, as it is kept elsewhere: `LINES:HASH`.
pub fn anchor(line: &AuditRow) -> String {
    format!("{}:{}", line.seq, line.hash.get(..SHORT).unwrap_or(&line.hash))
}

/// What is wrong with a log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("audit line {line} {why}: what it and the lines after it say cannot be trusted")]
pub struct Broken {
    /// The first line that is wrong, counted from 1.
    pub line: i64,
    /// How.
    pub why: &'static str,
}

/// Adds a line in the transaction that does what it says. Every line passes here.
///
/// # Errors
/// [`Unwritable`] when it could pass for another line, or for somebody else's; [`StoreError::Conflict`] when another line came in
/// between: nothing of the transaction is written.
pub async fn append(tx: &mut Tx, deed: &Deed<'_>, now: Timestamp) -> Result<(), OpsError> {
    let body = words::checked(deed.who, deed.body)?;
    let last = tx.newest_audit().await?;
    let (seq, before) = last.map_or((1, String::new()), |last| (last.seq + 1, last.hash));
    let mut row = AuditRow {
        seq,
        at: now,
        who: deed.who.to_string(),
        what: deed.what.to_owned(),
        body,
        before,
        hash: String::new(),
    };
    row.hash = hash(&row);
    Ok(tx.add_audit(&row).await?)
}

/// Of a deed whose whole transaction is done again when somebody else wrote in between.
#[derive(Default)]
pub(crate) struct Tries(u32);

impl Tries {
    /// One has come to this: shall there be another? Not when somebody decided on the very plan.
    pub fn again(&mut self, error: &StoreError) -> bool {
        self.0 += 1;
        let came_between = match error {
            StoreError::Conflict("the plan") => false,
            error => matches!(error, StoreError::Conflict(_) | StoreError::Contended(_)),
        };
        came_between && self.0 < MOST_TRIES
    }
}

/// Adds a line about something that was done where no transaction reaches.
///
/// # Errors
/// As [`append`], or the database did not take it.
pub async fn write(store: &Store, deed: &Deed<'_>, now: Timestamp) -> Result<(), OpsError> {
    let mut tries = Tries::default();
    loop {
        let mut tx = store.begin().await?;
        let done = match append(&mut tx, deed, now).await {
            Ok(()) => tx.commit().await.map_err(OpsError::from),
            Err(error) => Err(error),
        };
        match done {
            Err(OpsError::Store(error)) if tries.again(&error) => {}
            done => return done,
        }
    }
}

/// Reads the whole log and says where it ends. A head that was kept from before must be in it.
///
/// # Errors
/// [`Broken`] names the first line that is not as it was written.
pub async fn verify(store: &Store, kept: Option<&Head>) -> Result<Head, OpsError> {
    let mut head = Head { lines: 0, hash: String::new() };
    loop {
        let page = store.audit_after(head.lines, PAGE).await?;
        if page.is_empty() {
            break;
        }
        for row in page {
            check(&row, &head)?;
            head = Head { lines: row.seq, hash: row.hash };
            if let Some(kept) = kept
                && kept.lines == head.lines
                && !head.hash.starts_with(&kept.hash)
            {
                return Err(Broken { line: kept.lines, why: "is not the one that was kept" }.into());
            }
        }
    }
    match kept {
        Some(kept) if kept.lines > head.lines => {
            Err(Broken { line: head.lines + 1, why: "is missing, and so is the rest" }.into())
        }
        _ => Ok(head),
    }
}

fn check(row: &AuditRow, head: &Head) -> Result<(), Broken> {
    let line = head.lines + 1;
    if row.seq != line {
        return Err(Broken { line, why: "is missing" });
    }
    if row.hash != hash(row) {
        return Err(Broken { line, why: "was edited" });
    }
    if row.before != head.hash {
        return Err(Broken { line, why: "does not follow the one before" });
    }
    Ok(())
}

fn hash(row: &AuditRow) -> String {
    let AuditRow { seq, at, who, what, body, before, .. } = row;
    // JSON keeps the fields apart: no text can pass for two.
    let fields = (CONTEXT, seq, at.micros(), who, what, body, before);
    let text = serde_json::to_string(&fields).expect("texts and numbers are JSON");
    Hash::of(text.as_bytes()).to_string()
}
