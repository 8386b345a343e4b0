//! One time for all who share a database: its own. What they write down for each other (leases, plans, when a stage began) is
//! compared with what another machine's clock says, and machines' clocks can be hours apart.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use domain::{Clock, Timestamp};

use crate::{Store, StoreError, db::args};

/// Those who go by one database's clock are never so far apart.
pub(crate) const ALIKE: Duration = Duration::from_secs(60);
/// An answer that was on its way for longer says too little about the time.
const LONGEST_WAY: Duration = Duration::from_secs(1);
const NOW: &str = "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)";

/// The database's clock. SQLite has none: its processes are on one machine and share that one's.
pub struct SharedClock {
    store: Store,
    machine: Arc<dyn Clock>,
    /// Never set, so that setting the machine's clock moves no lease.
    steady: Arc<dyn Clock>,
    /// Microseconds from the steady clock to the database's.
    ahead: AtomicI64,
}

/// How far a machine's clock is from the database's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Off {
    /// So far.
    pub by: Duration,
    /// It is later than it should be.
    pub ahead: bool,
}

impl SharedClock {
    /// Of the database behind `store`, between two questions carried on by `steady`.
    ///
    /// # Errors
    /// The database did not say what time it is.
    pub async fn open(
        store: Store,
        machine: Arc<dyn Clock>,
        steady: Arc<dyn Clock>,
    ) -> Result<Self, StoreError> {
        let clock = Self { store, machine, steady, ahead: AtomicI64::new(0) };
        clock.ask(Duration::MAX).await?;
        Ok(clock)
    }

    /// Asks again: steady clocks drift, and another server may have taken the database over.
    ///
    /// # Errors
    /// The database did not say; it goes on from the last answer.
    pub async fn look(&self) -> Result<(), StoreError> {
        self.ask(LONGEST_WAY).await
    }

    async fn ask(&self, longest_way: Duration) -> Result<(), StoreError> {
        if !self.store.is_shared() {
            return Ok(());
        }
        let asked = self.steady.now();
        let row = self.store.db.row(NOW, args![]).await?;
        let way = self.steady.now().since(asked);
        if let (Some(row), true) = (row, way <= longest_way) {
            // Somewhere on the way the clock was read: in the middle, as far as anybody knows.
            self.ahead.store(row.int(0)? - asked.plus(way / 2).micros(), Ordering::Relaxed);
        }
        Ok(())
    }

    /// How far the machine's own clock is off now.
    pub fn off(&self) -> Off {
        let (machine, shared) = (self.machine.now(), self.now());
        Off { by: machine.since(shared).max(shared.since(machine)), ahead: machine > shared }
    }
}

impl Clock for SharedClock {
    fn now(&self) -> Timestamp {
        if !self.store.is_shared() {
            return self.machine.now();
        }
        Timestamp(self.steady.now().micros().saturating_add(self.ahead.load(Ordering::Relaxed)))
    }
}
