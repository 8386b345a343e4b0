//! The guard against an edition that hides what viewers see now.

use std::collections::{BTreeMap, BTreeSet};

use domain::{BrandId, DeviceClass, Scope, Territories, Territory, Timestamp, TitleId, Window, rights::Ask};
use edition::{Edition, TitleView};

/// More than this share of a brand's visible titles is hidden only when somebody confirms it.
const MOST_HIDDEN: (usize, usize) = (2, 100);

/// What an edition would hide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hides {
    /// Where.
    pub brand: BrandId,
    /// Titles that somebody can see there now, and nobody could any more.
    pub hidden: BTreeSet<TitleId>,
    /// How many can be seen there now.
    pub visible: usize,
}

/// The brands of which `new` would hide too much of what `old` shows at the instant `at`.
pub(crate) fn hides(old: &Edition, new: &Edition, at: Timestamp) -> Vec<Hides> {
    let (before, after) = (visible(old, at), visible(new, at));
    let none = BTreeSet::new();
    let mut found = Vec::new();
    for (brand, titles) in before {
        let left = after.get(&brand).unwrap_or(&none);
        let hidden: BTreeSet<TitleId> = titles.difference(left).cloned().collect();
        let (share, of) = MOST_HIDDEN;
        if hidden.len() * of > titles.len() * share {
            found.push(Hides { brand, hidden, visible: titles.len() });
        }
    }
    found
}

/// The titles that somebody can see and play, by brand. Episodes count for their series.
fn visible(edition: &Edition, at: Timestamp) -> BTreeMap<BrandId, BTreeSet<TitleId>> {
    let brands: Vec<BrandId> = edition.brands().map(|brand| brand.id.clone()).collect();
    let mut all: BTreeMap<BrandId, BTreeSet<TitleId>> =
        brands.iter().map(|brand| (brand.clone(), BTreeSet::new())).collect();
    for title in edition.all_titles().filter(|title| title.asset_id().is_some()) {
        let shown = title.series().unwrap_or(title).id();
        for brand in &brands {
            if let Some(titles) = all.get_mut(brand)
                && !titles.contains(&shown)
                && somebody_sees(&title, brand, at)
            {
                titles.insert(shown.clone());
            }
        }
    }
    all
}

/// Asks on behalf of those whom each window is made for: if none of them may see it, nobody may.
fn somebody_sees(title: &TitleView<'_>, brand: &BrandId, at: Timestamp) -> bool {
    title.windows().iter().any(|window| {
        let plans = match &window.plans {
            Scope::Any => BTreeSet::new(),
            Scope::Only(plans) => plans.clone(),
        };
        let device = match &window.devices {
            Scope::Any => DeviceClass::Desktop,
            Scope::Only(devices) => devices.first().copied().unwrap_or(DeviceClass::Desktop),
        };
        let ask = Ask { brand, territory: somewhere(window), plans: &plans, device, maturity_limit: None };
        title.decide(&ask, at).listed()
    })
}

fn somewhere(window: &Window) -> Option<Territory> {
    match &window.territories {
        Territories::World => None,
        Territories::Only(set) => set.first().copied(),
        Territories::Except(set) => Territory::all().into_iter().find(|territory| !set.contains(territory)),
    }
}
