//! The only code that answers "may this be seen, by whom, where, when, on what, how well?".
//!
//! Pages, search, feeds, the API and playback all call [`decide`]. A denial is a typed reason, and every answer says until
//! when it is true.

mod decide;
#[cfg(test)]
mod oracle;

use std::collections::BTreeSet;

pub use decide::decide;

use crate::{BrandId, DeviceClass, Maturity, PlanId, Territory, Timestamp, Window};

/// Who asks, from where, on what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask<'a> {
    /// On which brand's site.
    pub brand: &'a BrandId,
    /// From which country; unknown when absent: then only windows of the whole world fit.
    pub territory: Option<Territory>,
    /// Holding which plans, those of everyone included.
    pub plans: &'a BTreeSet<PlanId>,
    /// On what.
    pub device: DeviceClass,
    /// The greatest maturity that the profile may see; no limit when absent.
    pub maturity_limit: Option<Maturity>,
}

/// What is asked about.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The title's windows.
    pub windows: &'a [Window],
    /// The least age it is meant for.
    pub maturity: Maturity,
    /// Taken down: no window helps.
    pub taken_down: bool,
}

/// The answer, and until when it is true.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Yes, and how well; or no, and why.
    pub answer: Result<Grant, Denial>,
    /// The first instant at which the answer may be another; never when absent. Takedowns are announced, not foreseen.
    pub until: Option<Timestamp>,
}

impl Decision {
    /// Does it stand on pages? What only a plan is missing for is shown, with a lock.
    pub fn listed(&self) -> bool {
        matches!(self.answer, Ok(_) | Err(Denial::Plan { .. }))
    }
}

/// What is granted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Greatest picture height in pixels; no limit when absent.
    pub max_height: Option<u16>,
    /// When what is granted ends, if no other window goes on; the bound of a playback session.
    pub ends: Option<Timestamp>,
}

/// Why not. In the order in which they are given: the first that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Denial {
    /// Withdrawn from everywhere, whatever windows say (HTTP 451).
    TakenDown,
    /// Not part of this brand.
    Brand,
    /// Not in this country (HTTP 451).
    Territory,
    /// Not on this kind of device.
    Device,
    /// Meant for older viewers than this profile.
    Maturity,
    /// Not yet: opens at this instant.
    NotYet {
        /// When the first window opens.
        opens: Timestamp,
    },
    /// No longer: closed at this instant.
    Ended {
        /// When the last window closed.
        closed: Timestamp,
    },
    /// Open, but only to holders of one of these plans.
    Plan {
        /// Any one of them will do.
        needs: BTreeSet<PlanId>,
    },
}
