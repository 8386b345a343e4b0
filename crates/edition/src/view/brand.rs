use std::{collections::BTreeSet, ops::Deref};

use domain::{Brand, DeviceClass, Maturity, PlanId, RailId, Territory};

use super::RailView;
use crate::{Audience, AudienceId, Edition, load::BrandData};

/// A brand of an edition: everything of [`Brand`], and what its rails hold.
#[derive(Debug, Clone, Copy)]
pub struct BrandView<'e> {
    pub(super) edition: &'e Edition,
    pub(super) data: &'e BrandData,
    brand: &'e Brand,
}

impl Deref for BrandView<'_> {
    type Target = Brand;
    fn deref(&self) -> &Brand {
        self.brand
    }
}

impl<'e> BrandView<'e> {
    pub(crate) fn new(edition: &'e Edition, data: &'e BrandData) -> Option<Self> {
        Some(Self { edition, data, brand: data.brand()? })
    }

    /// Its record, for as long as the edition.
    pub fn record(&self) -> &'e Brand {
        self.brand
    }

    /// Its home page, from top to bottom. The records are in [`Brand::rails`].
    pub fn rails_with_titles(&self) -> impl Iterator<Item = RailView<'e>> {
        let view = *self;
        view.brand.rails.iter().zip(0..).map(move |(rail, row)| RailView::new(view, rail, row))
    }

    /// One rail.
    pub fn rail(&self, id: &RailId) -> Option<RailView<'e>> {
        self.rails_with_titles().find(|rail| rail.rail().id == *id)
    }

    /// The plans that every visitor holds.
    pub fn plans_of_everyone(&self) -> BTreeSet<PlanId> {
        self.brand.plans.iter().filter(|plan| plan.everyone).map(|plan| plan.id.clone()).collect()
    }

    /// Names the table that numbers of audiences belong to. It stays the same over editions in which windows tell the same
    /// audiences apart.
    pub fn audiences(&self) -> [u8; 8] {
        let mut first = [0; 8];
        first.copy_from_slice(&self.data.audiences.0[..8]);
        first
    }

    /// The number of a viewer's audience. `territory` is `None` when it is not known.
    pub fn audience(
        &self,
        territory: Option<Territory>,
        plans: &BTreeSet<PlanId>,
        maturity_limit: Option<Maturity>,
        device: DeviceClass,
    ) -> AudienceId {
        let table = self.data.audience();
        table.map_or(AudienceId(0), |table| table.intern(territory, plans, maturity_limit, device))
    }

    /// One viewer for all of an audience; `None` when the number is none of this table's.
    pub fn audience_of(&self, id: AudienceId) -> Option<Audience> {
        self.data.audience()?.representative(id)
    }
}
