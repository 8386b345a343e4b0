use std::collections::{BTreeMap, BTreeSet};

use domain::{Brand, BrandId, DeviceClass, Maturity, PlanId, Scope, Territories, Territory, Window};

use super::Table;
use crate::BuildError;

const DEVICES: [DeviceClass; 3] = [DeviceClass::Desktop, DeviceClass::Mobile, DeviceClass::Tv];

/// Collects what the windows on one brand tell apart.
pub(crate) struct Gather {
    brand: BrandId,
    everyone: BTreeSet<PlanId>,
    /// Distinct conditions on the country: kind, countries.
    places: BTreeSet<(u8, Vec<Territory>)>,
    plans: BTreeSet<PlanId>,
    ages: BTreeSet<u8>,
    devices: BTreeSet<BTreeSet<DeviceClass>>,
}

impl Gather {
    pub(crate) fn new(brand: &Brand) -> Self {
        let everyone = brand.plans.iter().filter(|plan| plan.everyone).map(|plan| plan.id.clone());
        Self {
            brand: brand.id.clone(),
            everyone: everyone.collect(),
            places: BTreeSet::new(),
            plans: BTreeSet::new(),
            ages: BTreeSet::new(),
            devices: BTreeSet::new(),
        }
    }

    /// A title's own windows. True when one of them is on the brand.
    pub(crate) fn add(&mut self, windows: &[Window], maturity: Maturity) -> bool {
        let mut any = false;
        for window in windows.iter().filter(|window| window.brands.has(&self.brand)) {
            any = true;
            let (kind, set) = match &window.territories {
                // An unknown country fits windows of the whole world alone, which is a condition too.
                Territories::World => (0, None),
                Territories::Only(set) => (1, Some(set)),
                Territories::Except(set) => (2, Some(set)),
            };
            let place = (kind, set.into_iter().flatten().copied().collect());
            if !self.places.contains(&place) {
                self.places.insert(place);
            }
            if let Scope::Only(plans) = &window.plans {
                let new =
                    plans.iter().filter(|plan| !self.plans.contains(*plan) && !self.everyone.contains(*plan));
                let new: Vec<PlanId> = new.cloned().collect();
                self.plans.extend(new);
            }
            if let Scope::Only(devices) = &window.devices
                && !self.devices.contains(devices)
            {
                self.devices.insert(devices.clone());
            }
        }
        if any {
            self.ages.insert(maturity.0);
        }
        any
    }

    pub(crate) fn finish(self) -> Result<Table, BuildError> {
        let fits = |place: &Option<Territory>| -> Vec<bool> {
            let one = |(kind, set): &(u8, Vec<Territory>)| match (kind, place) {
                (0, _) => true,
                (_, None) => false,
                (1, Some(territory)) => set.binary_search(territory).is_ok(),
                (_, Some(territory)) => set.binary_search(territory).is_err(),
            };
            self.places.iter().map(one).collect()
        };
        let everywhere = Territory::all().into_iter().map(Some).chain([None]);
        let on = |device: &DeviceClass| -> Vec<bool> {
            self.devices.iter().map(|devices| devices.contains(device)).collect()
        };
        let table = Table {
            places: classes(everywhere, fits),
            plans: self.plans.into_iter().collect(),
            everyone: self.everyone,
            ages: self.ages.into_iter().collect(),
            devices: classes(DEVICES, on),
        };
        match table.size() {
            Some(_) => Ok(table),
            None => Err(BuildError::TooManyAudiences {
                brand: self.brand.to_string(),
                what: format!(
                    "{} classes of countries, {} plans, {} ages, {} classes of devices",
                    table.places.len(),
                    table.plans.len(),
                    table.ages.len(),
                    table.devices.len()
                ),
            }),
        }
    }
}

/// Things with the same signature in one class; classes in the order of their first members.
fn classes<T: Clone, S: Ord>(all: impl IntoIterator<Item = T>, signature: impl Fn(&T) -> S) -> Vec<Vec<T>> {
    let mut place_of = BTreeMap::new();
    let mut classes: Vec<Vec<T>> = Vec::new();
    for thing in all {
        let place = *place_of.entry(signature(&thing)).or_insert(classes.len());
        match classes.get_mut(place) {
            Some(class) => class.push(thing),
            None => classes.push(vec![thing]),
        }
    }
    classes
}
