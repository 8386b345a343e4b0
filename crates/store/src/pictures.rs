//! Pictures that were made ready for pages.

use domain::Timestamp;

use crate::{Store, StoreError, Tx, db::args};

/// A source picture and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PictureRow {
    /// Hash of the source's bytes, hexadecimal.
    pub source: String,
    /// JSON: widths, colour. Its owner defines it.
    pub body: String,
}

pub(crate) const STATEMENTS: &[&str] = &[PUT, ALL];

const PUT: &str = "INSERT INTO pictures (source, body, finished_at) VALUES ($1, $2, $3) \
    ON CONFLICT (source) DO UPDATE SET body = excluded.body";
const ALL: &str = "SELECT source, body FROM pictures ORDER BY source";

impl Store {
    /// Every picture that is ready.
    pub async fn pictures(&self) -> Result<Vec<PictureRow>, StoreError> {
        let rows = self.db.rows(ALL, &[]).await?;
        rows.iter().map(|row| Ok(PictureRow { source: row.text(0)?, body: row.text(1)? })).collect()
    }
}

impl Tx {
    /// Keeps what became of a picture.
    pub async fn put_picture(&mut self, picture: &PictureRow, now: Timestamp) -> Result<(), StoreError> {
        self.connection.execute(PUT, args![&picture.source, &picture.body, now]).await.map(drop)
    }
}
