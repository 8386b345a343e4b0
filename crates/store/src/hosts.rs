//! What the hosts of a service tell, and the orders that wait for them.

use domain::Timestamp;

use crate::{
    Store, StoreError,
    db::{Row, args},
};

/// What a host told last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostReport {
    /// Which host.
    pub host: String,
    /// Grows with every report of this host.
    pub number: i64,
    /// JSON.
    pub report: String,
}

/// An order to a host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostOrder {
    /// What it is about: a newer one about the same takes its place.
    pub subject: String,
    /// Of the lease under which it was given.
    pub fence: i64,
    /// The report that it answers.
    pub number: i64,
    /// JSON.
    pub body: String,
}

pub(crate) const STATEMENTS: &[&str] = &[
    REPORT,
    REPORTS,
    REPORT_OF,
    ALL_REPORTS,
    LEFT,
    LEFT_ORDERS,
    FORGET,
    FORGET_ORDERS,
    NEWEST_FENCE,
    HOLD,
    ORDER,
    ORDERS,
    ALL_ORDERS,
    DONE,
];

const REPORT: &str = "INSERT INTO host_reports (service, host, number, report, at) VALUES ($1, $2, 1, $3, $4) \
    ON CONFLICT (service, host) DO UPDATE SET number = host_reports.number + 1, report = excluded.report, \
    at = excluded.at RETURNING number";
const REPORTS: &str = "SELECT host, number, report FROM host_reports WHERE service = $1 ORDER BY host";
const ALL_REPORTS: &str = "SELECT host, number, report FROM host_reports ORDER BY service, host";
const REPORT_OF: &str = "SELECT host, number, report FROM host_reports WHERE service = $1 AND host = $2";
const LEFT: &str = "DELETE FROM host_reports WHERE service = $1 AND host = $2";
/// Numbers begin anew with the next report of that name: no order may be left that would seem to answer one of them.
const LEFT_ORDERS: &str = "DELETE FROM host_orders WHERE service = $1 AND host = $2";
const FORGET: &str = "DELETE FROM host_reports WHERE service = $1 AND at < $2";
const FORGET_ORDERS: &str = "DELETE FROM host_orders WHERE service = $1 \
    AND host NOT IN (SELECT host FROM host_reports WHERE service = $1)";
const NEWEST_FENCE: &str = "SELECT COALESCE(MAX(fence), 0) FROM rollouts WHERE service = $1";
/// Changes nothing: the row is held until the order is there, so that whoever deletes both at this moment deletes it as well.
const HOLD: &str =
    "UPDATE host_reports SET number = number WHERE service = $1 AND host = $2 AND number >= $3";
const ORDER: &str = "INSERT INTO host_orders (service, host, subject, fence, number, body, at) \
    VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (service, host, subject) DO UPDATE SET fence = excluded.fence, \
    number = excluded.number, body = excluded.body, at = excluded.at WHERE excluded.fence >= host_orders.fence";
const ORDERS: &str = "SELECT subject, fence, number, body FROM host_orders WHERE service = $1 AND host = $2 \
    ORDER BY at, subject";
const ALL_ORDERS: &str =
    "SELECT subject, fence, number, body FROM host_orders ORDER BY service, host, at, subject";
const DONE: &str = "DELETE FROM host_orders WHERE service = $1 AND host = $2 AND subject = $3 AND fence = $4 \
    AND number = $5 AND body = $6";

fn report(row: &Row) -> Result<HostReport, StoreError> {
    Ok(HostReport { host: row.text(0)?, number: row.int(1)?, report: row.text(2)? })
}

fn order(row: &Row) -> Result<HostOrder, StoreError> {
    Ok(HostOrder { subject: row.text(0)?, fence: row.int(1)?, number: row.int(2)?, body: row.text(3)? })
}

impl Store {
    /// Keeps what a host tells (JSON), and says which report of this host it is.
    pub async fn report_host(
        &self,
        service: &str,
        host: &str,
        report: &str,
        now: Timestamp,
    ) -> Result<i64, StoreError> {
        let mut tx = self.begin().await?;
        let row = tx.connection.row(REPORT, args![service, host, report, now]).await?;
        tx.commit().await?;
        row.map_or(Ok(0), |row| row.int(0))
    }

    /// The last report of every host of a service.
    pub async fn host_reports(&self, service: &str) -> Result<Vec<HostReport>, StoreError> {
        self.db.rows(REPORTS, args![service]).await?.iter().map(report).collect()
    }

    /// The last report of every host of every service, however old.
    pub async fn all_host_reports(&self) -> Result<Vec<HostReport>, StoreError> {
        self.db.rows(ALL_REPORTS, args![]).await?.iter().map(report).collect()
    }

    /// The last report under one host's name.
    pub async fn host_report(&self, service: &str, host: &str) -> Result<Option<HostReport>, StoreError> {
        self.db.row(REPORT_OF, args![service, host]).await?.as_ref().map(report).transpose()
    }

    /// A host that ends in order is no longer counted, and what it was told is void.
    pub async fn host_left(&self, service: &str, host: &str) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        tx.connection.execute(LEFT, args![service, host]).await?;
        tx.connection.execute(LEFT_ORDERS, args![service, host]).await?;
        tx.commit().await
    }

    /// Forgets the hosts that have told nothing since `since`, and what they were told.
    pub async fn forget_hosts(&self, service: &str, since: Timestamp) -> Result<u64, StoreError> {
        let mut tx = self.begin().await?;
        let forgotten = tx.connection.execute(FORGET, args![service, since]).await?;
        tx.connection.execute(FORGET_ORDERS, args![service]).await?;
        tx.commit().await?;
        Ok(forgotten)
    }

    /// Leaves an order for a host that has told the report which it answers; for one that has left since, nothing. `Err` inside:
    /// the fence of a newer lease, and nothing was left.
    pub async fn order_host(
        &self,
        service: &str,
        host: &str,
        order: &HostOrder,
        now: Timestamp,
    ) -> Result<Result<(), i64>, StoreError> {
        let HostOrder { subject, fence, number, body } = order;
        let mut tx = self.begin().await?;
        let newest =
            tx.connection.row(NEWEST_FENCE, args![service]).await?.map_or(Ok(0), |row| row.int(0))?;
        if newest > *fence {
            return Ok(Err(newest));
        }
        if tx.connection.execute(HOLD, args![service, host, *number]).await? == 0 {
            return Ok(Ok(()));
        }
        tx.connection.execute(ORDER, args![service, host, subject, *fence, *number, body, now]).await?;
        tx.commit().await?;
        Ok(Ok(()))
    }

    /// The orders that wait for a host, oldest first.
    pub async fn host_orders(&self, service: &str, host: &str) -> Result<Vec<HostOrder>, StoreError> {
        self.db.rows(ORDERS, args![service, host]).await?.iter().map(order).collect()
    }

    /// The orders that wait for any host of any service.
    pub async fn all_host_orders(&self) -> Result<Vec<HostOrder>, StoreError> {
        self.db.rows(ALL_ORDERS, args![]).await?.iter().map(order).collect()
    }

    /// An order is carried out, or void; one that has taken its place stays.
    pub async fn host_order_done(
        &self,
        service: &str,
        host: &str,
        order: &HostOrder,
    ) -> Result<(), StoreError> {
        let HostOrder { subject, fence, number, body } = order;
        let mut tx = self.begin().await?;
        tx.connection.execute(DONE, args![service, host, subject, *fence, *number, body]).await?;
        tx.commit().await
    }
}
