use std::collections::HashMap;

use super::{Imported, Staged};
use crate::{Store, StoreError, Tx, db::args};

pub(super) const STATEMENTS: &[&str] = &[VOID, CLEAR, HEADS, BODY, STAGE, READY];

/// Rows, and bytes of bodies, in a transaction: short enough that viewers' writes hardly wait.
const BATCH: usize = 200;
const BATCH_BYTES: usize = 1 << 20;

const VOID: &str = "DELETE FROM imports WHERE import = $1";
pub(super) const CLEAR: &str = "DELETE FROM staged WHERE import = $1";
/// Every document that there ever was: its last revision, and of those that are approved, which one, where and what.
const HEADS: &str = "SELECT l.kind, l.id, l.last, d.revision, d.position, r.hash \
    FROM (SELECT kind, id, MAX(revision) AS last FROM revisions GROUP BY kind, id) l \
    LEFT JOIN documents d ON d.kind = l.kind AND d.id = l.id \
    LEFT JOIN revisions r ON r.kind = d.kind AND r.id = d.id AND r.revision = d.revision";
const BODY: &str = "INSERT INTO bodies (hash, body) VALUES ($1, $2) ON CONFLICT (hash) DO NOTHING";
const STAGE: &str = "INSERT INTO staged (import, kind, id, what, revision, position, hash) VALUES ($1, $2, $3, $4, $5, $6, $7)";
const READY: &str =
    "INSERT INTO imports (import, version, added, changed, same, withdrawn) VALUES ($1, $2, $3, $4, $5, $6)";

/// A document as it stands: its last revision, and the approved one.
struct Head {
    last: i64,
    approved: Option<Approved>,
}

struct Approved {
    revision: i64,
    position: i64,
    hash: String,
}

/// What is to be done with one document.
struct Change<'a> {
    kind: &'a str,
    id: &'a str,
    what: &'static str,
    revision: i64,
    position: i64,
    /// Hash and body of a new revision.
    text: Option<(&'a str, &'a str)>,
}

impl Store {
    /// Compares the documents of an import with the catalogue and writes down what it would change, unseen by anybody until
    /// [`Tx::swap`]. `import` names it; what an earlier import of that name left is cleared.
    pub async fn stage(&self, import: &str, documents: &[Staged]) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        tx.connection.execute(VOID, args![import]).await?;
        tx.connection.execute(CLEAR, args![import]).await?;
        tx.commit().await?;
        // The version is read before the heads: if both do not belong together, the swap finds out.
        let version = self.catalogue_version().await?;
        let heads = self.heads().await?;
        let (changes, imported) = compare(documents, &heads);
        let mut rest = changes.as_slice();
        while !rest.is_empty() {
            let (batch, after) = rest.split_at(batch_len(rest));
            rest = after;
            let mut tx = self.begin().await?;
            for change in batch {
                tx.stage(import, change).await?;
            }
            tx.commit().await?;
        }
        let mut tx = self.begin().await?;
        let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        let Imported { added, changed, same, withdrawn } = imported;
        let args = args![import, version, number(added), number(changed), number(same), number(withdrawn)];
        tx.connection.execute(READY, args).await?;
        tx.commit().await
    }

    /// What [`Store::stage`] and [`Tx::swap`] would change; writes nothing.
    pub async fn compare(&self, documents: &[Staged]) -> Result<Imported, StoreError> {
        Ok(compare(documents, &self.heads().await?).1)
    }

    async fn heads(&self) -> Result<HashMap<(String, String), Head>, StoreError> {
        let rows = self.db.rows(HEADS, args![]).await?;
        rows.iter()
            .map(|row| {
                let approved = match (row.opt_int(3)?, row.opt_int(4)?, row.opt_text(5)?) {
                    (Some(revision), Some(position), Some(hash)) => {
                        Some(Approved { revision, position, hash })
                    }
                    _ => None,
                };
                Ok(((row.text(0)?, row.text(1)?), Head { last: row.int(2)?, approved }))
            })
            .collect()
    }
}

impl Tx {
    async fn stage(&mut self, import: &str, change: &Change<'_>) -> Result<(), StoreError> {
        let Change { kind, id, what, revision, position, text } = change;
        if let Some((hash, body)) = text {
            self.connection.execute(BODY, args![*hash, *body]).await?;
        }
        let hash = text.map(|(hash, _)| hash);
        self.connection.execute(STAGE, args![import, *kind, *id, *what, *revision, *position, hash]).await?;
        Ok(())
    }
}

fn compare<'a>(
    documents: &'a [Staged],
    heads: &'a HashMap<(String, String), Head>,
) -> (Vec<Change<'a>>, Imported) {
    let mut left: HashMap<(&str, &str), &Head> =
        heads.iter().map(|((kind, id), head)| ((kind.as_str(), id.as_str()), head)).collect();
    let (mut changes, mut imported) = (Vec::new(), Imported::default());
    for (position, Staged { kind, id, body, hash }) in (0..).zip(documents) {
        let head = left.remove(&(*kind, id.as_str()));
        let approved = head.and_then(|head| head.approved.as_ref());
        let (what, revision, text) = match approved {
            Some(now) if now.hash == *hash => {
                imported.same += 1;
                if now.position == position {
                    continue;
                }
                ("move", now.revision, None)
            }
            _ => {
                *if approved.is_some() { &mut imported.changed } else { &mut imported.added } += 1;
                ("revise", head.map_or(0, |head| head.last) + 1, Some((hash.as_str(), body.as_str())))
            }
        };
        changes.push(Change { kind, id, what, revision, position, text });
    }
    for ((kind, id), head) in left {
        if head.approved.is_some() {
            imported.withdrawn += 1;
            changes.push(Change {
                kind,
                id,
                what: "withdraw",
                revision: head.last + 1,
                position: 0,
                text: None,
            });
        }
    }
    (changes, imported)
}

/// How many changes fit into one transaction: at least one.
fn batch_len(changes: &[Change<'_>]) -> usize {
    let mut bytes = 0;
    let fits = changes.iter().take(BATCH).take_while(|change| {
        let fits = bytes < BATCH_BYTES;
        bytes += change.text.map_or(0, |(_, body)| body.len());
        fits
    });
    fits.count().max(1)
}
