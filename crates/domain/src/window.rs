use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{BrandId, PlanId, Territory, Timestamp};

/// Who may see something: where, from when until when, on which plan and device, up to which quality.
///
/// A title may have several; a viewer may see it when at least one fits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// On which brands.
    pub brands: Scope<BrandId>,
    /// In which countries.
    pub territories: Territories,
    /// For holders of which plans.
    pub plans: Scope<PlanId>,
    /// On which devices.
    pub devices: Scope<DeviceClass>,
    /// Opens at this instant.
    pub from: Timestamp,
    /// Closed at this instant and after; never when absent.
    pub until: Option<Timestamp>,
    /// Greatest picture height in pixels; no limit when absent.
    pub max_height: Option<u16>,
}

/// All of a kind, or these.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope<T: Ord> {
    /// Every one.
    Any,
    /// Only these.
    Only(BTreeSet<T>),
}

impl<T: Ord> Scope<T> {
    /// Is this one in it?
    pub fn has(&self, one: &T) -> bool {
        match self {
            Scope::Any => true,
            Scope::Only(set) => set.contains(one),
        }
    }
}

/// A set of countries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Territories {
    /// Everywhere.
    World,
    /// Only in these.
    Only(BTreeSet<Territory>),
    /// Everywhere but in these.
    Except(BTreeSet<Territory>),
}

impl Territories {
    /// Is this country in it?
    pub fn has(&self, territory: Territory) -> bool {
        match self {
            Territories::World => true,
            Territories::Only(set) => set.contains(&territory),
            Territories::Except(set) => !set.contains(&territory),
        }
    }
}

/// What kind of device asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceClass {
    /// A browser on a desk.
    Desktop,
    /// A phone or tablet.
    Mobile,
    /// A television.
    Tv,
}
