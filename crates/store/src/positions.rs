//! Where profiles are in what they watch.

use std::collections::BTreeMap;

use domain::{ProfileId, Timestamp, TitleId};

use crate::{
    Store, StoreError, Tx,
    db::{Arg, Row, args},
};

/// What a player reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PositionWrite {
    /// Whose.
    pub profile: ProfileId,
    /// In which movie or episode.
    pub title: TitleId,
    /// Where, in microseconds.
    pub position_us: i64,
    /// Of how much, in microseconds.
    pub duration_us: i64,
    /// On which device: an opaque word that the device drew.
    pub device: String,
    /// Counts up on that device.
    pub seq: i64,
    /// When the server received it.
    pub at: Timestamp,
    /// Seen to the end.
    pub finished: bool,
}

/// Where a profile is in a title.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// In which movie or episode.
    pub title: TitleId,
    /// Where, in microseconds.
    pub position_us: i64,
    /// Of how much, in microseconds.
    pub duration_us: i64,
    /// When that was.
    pub at: Timestamp,
    /// This time, seen to the end.
    pub finished: bool,
    /// How often it was seen to the end.
    pub times_finished: u32,
    /// When it was last seen to the end.
    pub finished_at: Option<Timestamp>,
}

pub(crate) const STATEMENTS: &[&str] = &[DEVICE, PUT, NEWEST, ONE, SOME, FORGET_DEVICES];

/// The device's own order comes first: what it sends again late, after others have written, is known by its number.
const DEVICE: &str = "INSERT INTO position_devices (profile, title, device, seq, at) VALUES ($1, $2, $3, $4, $5) \
    ON CONFLICT (profile, title, device) DO UPDATE SET seq = excluded.seq, at = excluded.at \
    WHERE excluded.seq > position_devices.seq";
/// From one device the greater `seq` wins, whenever it arrives; between devices the later `at`. What was seen to the end stays
/// so in `times` and `finished_at`, also when it is begun again.
const PUT: &str = "INSERT INTO positions (profile, title, position, duration, device, seq, at, finished, times, finished_at) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, CASE WHEN CAST($8 AS BIGINT) = 1 THEN CAST($7 AS BIGINT) ELSE NULL END) \
    ON CONFLICT (profile, title) DO UPDATE SET position = excluded.position, duration = excluded.duration, \
    device = excluded.device, seq = excluded.seq, finished = excluded.finished, \
    at = CASE WHEN excluded.at > positions.at THEN excluded.at ELSE positions.at END, \
    times = positions.times + CASE WHEN excluded.finished = 1 AND positions.finished = 0 THEN 1 ELSE 0 END, \
    finished_at = CASE WHEN excluded.finished = 1 AND positions.finished = 0 THEN excluded.at ELSE positions.finished_at END \
    WHERE excluded.device = positions.device OR excluded.at >= positions.at";
const NEWEST: &str = "SELECT title, position, duration, at, finished, times, finished_at FROM positions \
    WHERE profile = $1 ORDER BY at DESC, title LIMIT $2";
const ONE: &str = "SELECT title, position, duration, at, finished, times, finished_at FROM positions WHERE profile = $1 AND title = $2";
/// As many as [`SOME_AT_ONCE`]; a shorter list is filled up with its last.
const SOME: &str = "SELECT title, position, duration, at, finished, times, finished_at FROM positions \
    WHERE profile = $1 AND title IN ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)";
const SOME_AT_ONCE: usize = 16;
const FORGET_DEVICES: &str = "DELETE FROM position_devices WHERE at < $1";

fn position(row: &Row) -> Result<Position, StoreError> {
    Ok(Position {
        title: row.parsed(0, "a title id")?,
        position_us: row.int(1)?,
        duration_us: row.int(2)?,
        at: Timestamp(row.int(3)?),
        finished: row.int(4)? == 1,
        times_finished: u32::try_from(row.int(5)?).unwrap_or(0),
        finished_at: row.opt_int(6)?.map(Timestamp),
    })
}

impl Store {
    /// Keeps a batch of positions in one transaction, which is on disk when this returns; a profile that is new is added. Says
    /// of each, in order, whether it was news: one that is older than what is known changes nothing.
    pub async fn put_positions(&self, batch: &[PositionWrite]) -> Result<Vec<bool>, StoreError> {
        let mut tx = self.begin().await?;
        // In one order everywhere, so that no two batches wait for each other: whoever holds a profile goes on.
        let mut seen = BTreeMap::new();
        for write in batch {
            let at = seen.entry(&write.profile).or_insert(write.at);
            *at = write.at.max(*at);
        }
        for (profile, at) in seen {
            tx.seen(profile, at).await?;
        }
        let mut news = Vec::with_capacity(batch.len());
        for write in batch {
            news.push(tx.put_position(write).await?);
        }
        tx.commit().await?;
        Ok(news)
    }

    /// Forgets the numbers of devices that wrote nothing since. What such a device sends again even later counts as news.
    pub async fn forget_devices(&self, before: Timestamp) -> Result<u64, StoreError> {
        let mut tx = self.begin().await?;
        let gone = tx.connection.execute(FORGET_DEVICES, args![before]).await?;
        tx.commit().await?;
        Ok(gone)
    }

    /// A profile's positions, newest first.
    pub async fn newest_positions(
        &self,
        profile: &ProfileId,
        most: u32,
    ) -> Result<Vec<Position>, StoreError> {
        self.db.rows(NEWEST, args![profile.as_str(), i64::from(most)]).await?.iter().map(position).collect()
    }

    /// A profile's positions in some titles, in no order; titles that it never began are left out.
    pub async fn positions_of(
        &self,
        profile: &ProfileId,
        titles: &[TitleId],
    ) -> Result<Vec<Position>, StoreError> {
        let mut found = Vec::new();
        for some in titles.chunks(SOME_AT_ONCE) {
            let mut args = vec![Arg::from(some[some.len() - 1].as_str()); SOME_AT_ONCE + 1];
            args[0] = Arg::from(profile.as_str());
            for (arg, title) in args[1..].iter_mut().zip(some) {
                *arg = Arg::from(title.as_str());
            }
            for row in self.db.rows(SOME, &args).await? {
                found.push(position(&row)?);
            }
        }
        Ok(found)
    }

    /// A profile's position in one title.
    pub async fn position(
        &self,
        profile: &ProfileId,
        title: &TitleId,
    ) -> Result<Option<Position>, StoreError> {
        self.db.row(ONE, args![profile.as_str(), title.as_str()]).await?.as_ref().map(position).transpose()
    }
}

impl Tx {
    async fn put_position(&mut self, write: &PositionWrite) -> Result<bool, StoreError> {
        let PositionWrite { profile, title, position_us, duration_us, device, seq, at, finished } = write;
        let (profile, title) = (profile.as_str(), title.as_str());
        if self.connection.execute(DEVICE, args![profile, title, device, *seq, *at]).await? == 0 {
            return Ok(false);
        }
        let args = args![profile, title, *position_us, *duration_us, device, *seq, *at, i64::from(*finished)];
        Ok(self.connection.execute(PUT, args).await? == 1)
    }
}
