//! What is taken down. One counter numbers every change, so that what is announced has an order.

use std::collections::BTreeSet;

use domain::{Timestamp, TitleId};

use crate::{
    Store, StoreError, Tx,
    db::{Row, args},
};

/// A takedown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Takedown {
    /// Of the change that made it; see [`Tx::next_takedown`].
    pub number: u64,
    /// What is hidden: a movie, a special, an episode, or a series with all its episodes.
    pub title: TitleId,
    /// Who said so.
    pub who: String,
    /// Why.
    pub why: String,
    /// When.
    pub at: Timestamp,
    /// Who lifted it, why and when.
    pub lifted: Option<Lifted>,
}

/// That a takedown is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lifted {
    /// Who said so.
    pub who: String,
    /// Why.
    pub why: String,
    /// When.
    pub at: Timestamp,
}

pub(crate) const STATEMENTS: &[&str] = &[NEXT, ADD, LIFT, NOW, LIST, LIFTED, KNOWN];

/// Whoever changes takedowns waits here for who did before: on PostgreSQL the row stays locked until the end.
const NEXT: &str = "INSERT INTO counters (name, value) VALUES ('takedowns', $1 + 1) \
    ON CONFLICT (name) DO UPDATE SET value = CASE WHEN counters.value > $1 THEN counters.value ELSE $1 END + 1 RETURNING value";
const ADD: &str =
    "INSERT INTO takedowns (number, title, who, why, at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
const LIFT: &str = "UPDATE takedowns SET lifted = $2, lifted_who = $3, lifted_why = $4, lifted_at = $5 \
    WHERE title = $1 AND lifted IS NULL";
/// The number and what it stands for, in one statement: nothing comes in between.
const NOW: &str = "SELECT c.value, t.title FROM counters c LEFT JOIN takedowns t ON t.lifted IS NULL \
    WHERE c.name = 'takedowns' ORDER BY t.title";
const LIST: &str = "SELECT number, title, who, why, at, lifted_who, lifted_why, lifted_at FROM takedowns \
    ORDER BY number DESC LIMIT $1";
const LIFTED: &str = "SELECT DISTINCT title FROM takedowns WHERE lifted > $1";
/// Approved, withdrawn, or only with media: an episode has no document of its own.
const KNOWN: &str = "SELECT 1 FROM revisions WHERE kind = 'title' AND id = $1 UNION ALL SELECT 1 FROM assets WHERE title = $1 LIMIT 1";

fn takedown(row: &Row) -> Result<Takedown, StoreError> {
    let lifted = match (row.opt_text(5)?, row.opt_text(6)?, row.opt_int(7)?) {
        (Some(who), Some(why), Some(at)) => Some(Lifted { who, why, at: Timestamp(at) }),
        _ => None,
    };
    Ok(Takedown {
        number: unsigned(row.int(0)?),
        title: row.parsed(1, "a title's id")?,
        who: row.text(2)?,
        why: row.text(3)?,
        at: Timestamp(row.int(4)?),
        lifted,
    })
}

fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

impl Tx {
    /// The number of the change that this transaction makes to what is taken down: greater than every one before, and than
    /// `above`. Others who change it wait until this transaction ends.
    pub async fn next_takedown(&mut self, above: u64) -> Result<u64, StoreError> {
        let row = self.connection.row(NEXT, args![signed(above)]).await?;
        row.map_or(Err(StoreError::Conflict("the number of takedowns")), |row| Ok(unsigned(row.int(0)?)))
    }

    /// Takes a title down; false when it is down already.
    pub async fn add_takedown(&mut self, new: &Takedown) -> Result<bool, StoreError> {
        let Takedown { number, title, who, why, at, .. } = new;
        let args = args![signed(*number), title.as_str(), who, why, *at];
        Ok(self.connection.execute(ADD, args).await? == 1)
    }

    /// Lifts a takedown by the change with this number; false when the title is not down.
    pub async fn lift_takedown(
        &mut self,
        title: &TitleId,
        number: u64,
        lifted: &Lifted,
    ) -> Result<bool, StoreError> {
        let args = args![title.as_str(), signed(number), &lifted.who, &lifted.why, lifted.at];
        Ok(self.connection.execute(LIFT, args).await? == 1)
    }
}

impl Store {
    /// What is taken down now, and the number of the change that made it so: 0 and nothing before the first.
    pub async fn taken_down(&self) -> Result<(u64, Vec<TitleId>), StoreError> {
        let (mut number, mut titles) = (0, Vec::new());
        for row in self.db.rows(NOW, args![]).await? {
            number = unsigned(row.int(0)?);
            if row.opt_text(1)?.is_some() {
                titles.push(row.parsed(1, "a title's id")?);
            }
        }
        Ok((number, titles))
    }

    /// What was lifted by changes with greater numbers than this one; some of it may be down again.
    pub async fn lifted_after(&self, number: u64) -> Result<BTreeSet<TitleId>, StoreError> {
        let rows = self.db.rows(LIFTED, args![signed(number)]).await?;
        rows.iter().map(|row| row.parsed(0, "a title's id")).collect()
    }

    /// The last takedowns, newest first, those that were lifted too.
    pub async fn takedowns(&self, most: u32) -> Result<Vec<Takedown>, StoreError> {
        self.db.rows(LIST, args![i64::from(most)]).await?.iter().map(takedown).collect()
    }

    /// Was there ever such a title, or media of it?
    pub async fn knows_title(&self, title: &TitleId) -> Result<bool, StoreError> {
        Ok(self.db.row(KNOWN, args![title.as_str()]).await?.is_some())
    }
}
