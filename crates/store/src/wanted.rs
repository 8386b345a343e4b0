//! How many instances of a service somebody wants.

use domain::Timestamp;

use crate::{Store, StoreError, Tx, db::args};

/// Somebody's wish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WantedInstances {
    /// Of which service.
    pub service: String,
    /// How many.
    pub instances: u32,
    /// Who said so.
    pub who: String,
    /// Why.
    pub why: String,
}

pub(crate) const STATEMENTS: &[&str] = &[READ, PUT];

const READ: &str = "SELECT instances FROM wanted WHERE service = $1";
const PUT: &str = "INSERT INTO wanted (service, instances, who, why, at) VALUES ($1, $2, $3, $4, $5) \
    ON CONFLICT (service) DO UPDATE SET instances = excluded.instances, who = excluded.who, why = excluded.why, at = excluded.at";

impl Store {
    /// How many instances of a service are wanted; `None` while nobody said.
    pub async fn wanted_instances(&self, service: &str) -> Result<Option<u32>, StoreError> {
        let row = self.db.row(READ, args![service]).await?;
        row.map(|row| Ok(u32::try_from(row.int(0)?).unwrap_or(0))).transpose()
    }
}

impl Tx {
    /// Says how many instances of a service are wanted.
    pub async fn want_instances(
        &mut self,
        wanted: &WantedInstances,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let WantedInstances { service, instances, who, why } = wanted;
        self.connection.execute(PUT, args![service, i64::from(*instances), who, why, now]).await.map(drop)
    }
}
