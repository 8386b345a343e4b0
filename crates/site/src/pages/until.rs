use std::cell::Cell;

use domain::{Timestamp, rights::Decision};

/// Keeps the earliest instant at which anything used in a page may be another.
#[derive(Debug, Default)]
pub struct Until(Cell<Option<Timestamp>>);

impl Until {
    /// The page uses something that holds until then.
    pub fn edge(&self, until: Option<Timestamp>) {
        self.0.set(match (self.0.get(), until) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (one, other) => one.or(other),
        });
    }

    /// The page uses this decision; gives it back.
    pub fn used(&self, decision: Decision) -> Decision {
        self.edge(decision.until);
        decision
    }

    /// The earliest of all; never when absent.
    pub fn earliest(&self) -> Option<Timestamp> {
        self.0.get()
    }
}
