//! Viewers whom no window tells apart fall together: their pages are the same page.
//!
//! A brand's table is made when an edition is built, from the windows that are on the brand: classes of countries, the plans
//! that a window asks for, the ages that titles are for, classes of devices. An audience is a number in that table.

mod gather;

use std::collections::BTreeSet;

use domain::{BrandId, DeviceClass, Maturity, PlanId, Territory, rights::Ask};
use serde::{Deserialize, Serialize};

pub(crate) use gather::Gather;

/// The number of an audience of one brand. It means something only together with [`crate::BrandView::audiences`]: a cookie
/// that carries it carries that too, and is interned anew when the edition's differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AudienceId(pub u32);

/// One viewer for all of an audience: rights decide for every member as they decide for this one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audience {
    /// From which country; unknown when absent.
    pub territory: Option<Territory>,
    /// Holding which plans, those of everyone included.
    pub plans: BTreeSet<PlanId>,
    /// On what.
    pub device: DeviceClass,
    /// The greatest maturity shown; no limit when absent.
    pub maturity_limit: Option<Maturity>,
}

impl Audience {
    /// The question that [`domain::rights::decide`] answers for this audience on `brand`.
    pub fn ask<'a>(&'a self, brand: &'a BrandId) -> Ask<'a> {
        Ask {
            brand,
            territory: self.territory,
            plans: &self.plans,
            device: self.device,
            maturity_limit: self.maturity_limit,
        }
    }
}

/// What the windows of a brand tell apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Table {
    /// Classes of places, each by its members; `None` is a country that is not known. Together: every place there is.
    places: Vec<Vec<Option<Territory>>>,
    /// Plans that some window asks for, less those of everyone.
    plans: Vec<PlanId>,
    /// Held by every visitor.
    everyone: BTreeSet<PlanId>,
    /// Ages of titles, ascending.
    ages: Vec<u8>,
    /// Classes of devices.
    devices: Vec<Vec<DeviceClass>>,
}

impl Table {
    /// Nothing empty, nothing that a number cannot hold: what [`Gather`] makes always is.
    pub(crate) fn is_sound(&self) -> bool {
        let full = self.places.iter().all(|class| !class.is_empty())
            && self.devices.iter().all(|class| !class.is_empty())
            && !self.places.is_empty()
            && !self.devices.is_empty();
        full && self.ages.is_sorted() && self.size().is_some()
    }

    /// How many audiences there are; `None` when more than a number holds.
    fn size(&self) -> Option<u32> {
        let plans = 1u32.checked_shl(u32::try_from(self.plans.len()).ok()?)?;
        let of = |classes: usize| u32::try_from(classes).ok();
        of(self.places.len())?
            .checked_mul(plans)?
            .checked_mul(of(self.ages.len() + 1)?)?
            .checked_mul(of(self.devices.len())?)
    }

    /// The number of a viewer's audience. Plans that no window asks for make no difference.
    pub(crate) fn intern(
        &self,
        territory: Option<Territory>,
        plans: &BTreeSet<PlanId>,
        maturity_limit: Option<Maturity>,
        device: DeviceClass,
    ) -> AudienceId {
        let class = |found: Option<usize>| found.unwrap_or(0) as u32;
        let place = class(self.places.iter().position(|class| class.contains(&territory)));
        let held = self.plans.iter().enumerate().filter(|(_, plan)| plans.contains(*plan));
        let held: u32 = held.map(|(bit, _)| 1 << bit).sum();
        let age = match maturity_limit {
            Some(limit) => self.ages.partition_point(|age| *age <= limit.0) as u32,
            None => self.ages.len() as u32,
        };
        let device = class(self.devices.iter().position(|class| class.contains(&device)));
        let number = (place << self.plans.len()) + held;
        AudienceId((number * (self.ages.len() as u32 + 1) + age) * self.devices.len() as u32 + device)
    }

    /// One viewer for all of an audience; `None` when there is no such number.
    pub(crate) fn representative(&self, AudienceId(number): AudienceId) -> Option<Audience> {
        if number >= self.size()? {
            return None;
        }
        let (devices, ages) = (self.devices.len() as u32, self.ages.len() as u32 + 1);
        let (rest, device) = (number / devices, number % devices);
        let (rest, age) = (rest / ages, (rest % ages) as usize);
        let (place, held) = (rest >> self.plans.len(), rest & ((1 << self.plans.len()) - 1));
        let plans = self.plans.iter().enumerate().filter(|(bit, _)| held >> bit & 1 == 1);
        Some(Audience {
            territory: *self.places.get(place as usize)?.first()?,
            plans: plans.map(|(_, plan)| plan).chain(&self.everyone).cloned().collect(),
            device: self.devices.get(device as usize)?.first().copied()?,
            maturity_limit: match age {
                _ if age == self.ages.len() => None,
                0 => Some(Maturity(self.ages.first()?.saturating_sub(1))),
                _ => self.ages.get(age - 1).copied().map(Maturity),
            },
        })
    }
}
