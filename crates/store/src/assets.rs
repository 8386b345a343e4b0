//! Assets: the media behind titles, their state, and the tracks that are finished.

use std::{str::FromStr, time::Duration};

use domain::{AssetId, Timestamp, TitleId};

use crate::{
    Store, StoreError, Tx,
    db::{Row, args},
};

/// How far an asset is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AssetState {
    /// Nothing has been done.
    Waiting,
    /// Jobs are under way; nothing plays yet.
    Encoding,
    /// It plays; more is to come.
    Playable,
    /// Everything is there.
    Complete,
    /// It cannot be encoded: the message says why.
    Failed,
}

impl AssetState {
    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Encoding => "encoding",
            Self::Playable => "playable",
            Self::Complete => "complete",
            Self::Failed => "failed",
        }
    }
}

impl FromStr for AssetState {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        let all = [Self::Waiting, Self::Encoding, Self::Playable, Self::Complete, Self::Failed];
        all.into_iter().find(|state| state.as_str() == text).ok_or(())
    }
}

/// An asset that is to be made.
#[derive(Debug, Clone)]
pub struct NewAsset {
    /// Derived from the content of master and subtitles.
    pub id: AssetId,
    /// The movie or episode that it is the media of.
    pub title: TitleId,
    /// JSON: where master and subtitles are. Its owner defines it.
    pub source: String,
}

/// An asset as it stands.
#[derive(Debug, Clone)]
pub struct Asset {
    /// Its id.
    pub id: AssetId,
    /// Whose media.
    pub title: TitleId,
    /// How far it is.
    pub state: AssetState,
    /// Why it failed, or nothing.
    pub message: String,
    /// JSON, as in [`NewAsset`].
    pub source: String,
    /// JSON: what the probe found.
    pub probe: Option<String>,
    /// The object key of its newest media index.
    pub index_key: Option<String>,
    /// JSON: what an edition says of it; written with the index.
    pub summary: Option<String>,
    /// When it was first imported.
    pub created_at: Timestamp,
}

/// A finished track of an asset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Track {
    /// Its id within the asset: `v540`, `a-en`, `s-ko`, `storyboard`.
    pub id: String,
    /// What it is: `video`, `audio`, `text`, `storyboard`, `still`. Its owner defines it.
    pub kind: String,
    /// Where it is.
    pub object_key: String,
    /// JSON: its part of the media index.
    pub body: String,
}

pub(crate) const STATEMENTS: &[&str] = &[INSERT, ONE, HELD, ALL, STATE, PROBE, INDEX, PUT_TRACK, TRACKS];

const INSERT: &str = "INSERT INTO assets (id, title, state, source, created_at, updated_at) \
    VALUES ($1, $2, 'waiting', $3, $4, $5) ON CONFLICT (id) DO NOTHING";
const ONE: &str = "SELECT id, title, state, message, source, probe, index_key, summary, created_at FROM assets WHERE id = $1";
/// Changes nothing, and so keeps everybody else from changing the row.
const HELD: &str = "UPDATE assets SET updated_at = updated_at WHERE id = $1 \
    RETURNING id, title, state, message, source, probe, index_key, summary, created_at";
const ALL: &str = "SELECT id, title, state, message, source, probe, index_key, summary, created_at FROM assets ORDER BY created_at, id";
const STATE: &str =
    "UPDATE assets SET state = $2, message = $3, updated_at = $4 WHERE id = $1 AND state = $5";
const PROBE: &str = "UPDATE assets SET probe = $2, length = $3, updated_at = $4 WHERE id = $1";
const INDEX: &str = "UPDATE assets SET index_key = $2, summary = $3, updated_at = $4 WHERE id = $1";
const PUT_TRACK: &str = "INSERT INTO tracks (asset, track, kind, object_key, body, finished_at) \
    VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (asset, track) DO UPDATE \
    SET kind = excluded.kind, object_key = excluded.object_key, body = excluded.body, finished_at = excluded.finished_at";
const TRACKS: &str = "SELECT track, kind, object_key, body FROM tracks WHERE asset = $1 ORDER BY track";

fn asset(row: &Row) -> Result<Asset, StoreError> {
    Ok(Asset {
        id: row.parsed(0, "an asset id")?,
        title: row.parsed(1, "a title id")?,
        state: row.parsed(2, "an asset's state")?,
        message: row.text(3)?,
        source: row.text(4)?,
        probe: row.opt_text(5)?,
        index_key: row.opt_text(6)?,
        summary: row.opt_text(7)?,
        created_at: Timestamp(row.int(8)?),
    })
}

fn track(row: &Row) -> Result<Track, StoreError> {
    Ok(Track { id: row.text(0)?, kind: row.text(1)?, object_key: row.text(2)?, body: row.text(3)? })
}

impl Store {
    /// One asset.
    pub async fn asset(&self, id: &AssetId) -> Result<Option<Asset>, StoreError> {
        self.db.row(ONE, args![id.as_str()]).await?.as_ref().map(asset).transpose()
    }

    /// All assets, oldest first: a title's newest is its last.
    pub async fn assets(&self) -> Result<Vec<Asset>, StoreError> {
        self.db.rows(ALL, &[]).await?.iter().map(asset).collect()
    }

    /// The finished tracks of an asset, by id.
    pub async fn tracks(&self, id: &AssetId) -> Result<Vec<Track>, StoreError> {
        self.db.rows(TRACKS, args![id.as_str()]).await?.iter().map(track).collect()
    }
}

impl Tx {
    /// Adds an asset; false when it is there already.
    pub async fn add_asset(&mut self, new: &NewAsset, now: Timestamp) -> Result<bool, StoreError> {
        let args = args![new.id.as_str(), new.title.as_str(), &new.source, now, now];
        Ok(self.connection.execute(INSERT, args).await? == 1)
    }

    /// An asset, as this transaction sees it: no other can change it before this one ends.
    pub async fn asset(&mut self, id: &AssetId) -> Result<Option<Asset>, StoreError> {
        self.connection.row(HELD, args![id.as_str()]).await?.as_ref().map(asset).transpose()
    }

    /// Moves an asset from one state to another.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when it is not in `from`.
    pub async fn move_asset(
        &mut self,
        id: &AssetId,
        (from, to): (AssetState, AssetState),
        message: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let args = args![id.as_str(), to.as_str(), message, now, from.as_str()];
        match self.connection.execute(STATE, args).await? {
            1 => Ok(()),
            _ => Err(StoreError::Conflict("the asset")),
        }
    }

    /// Keeps what the probe found, and of it the running time.
    pub async fn set_probe(
        &mut self,
        id: &AssetId,
        (probe, length): (&str, Duration),
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let length = i64::try_from(length.as_micros()).unwrap_or(i64::MAX);
        self.connection.execute(PROBE, args![id.as_str(), probe, length, now]).await.map(drop)
    }

    /// Keeps where the newest media index is and what an edition says of the asset.
    pub async fn set_index(
        &mut self,
        id: &AssetId,
        key: &str,
        summary: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.connection.execute(INDEX, args![id.as_str(), key, summary, now]).await.map(drop)
    }

    /// Adds a finished track, or replaces it.
    pub async fn put_track(
        &mut self,
        asset: &AssetId,
        track: &Track,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let Track { id, kind, object_key, body } = track;
        self.connection
            .execute(PUT_TRACK, args![asset.as_str(), id, kind, object_key, body, now])
            .await
            .map(drop)
    }

    /// The finished tracks of an asset, as this transaction sees them.
    pub async fn tracks(&mut self, id: &AssetId) -> Result<Vec<Track>, StoreError> {
        self.connection.rows(TRACKS, args![id.as_str()]).await?.iter().map(track).collect()
    }
}
