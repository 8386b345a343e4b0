//! Ours: the planner that the running fleet uses, and the reactive scaler that stands behind it.

use crate::{
    forecast::event::Event,
    plan::{Backstop, Planner, Role, View},
    simulate::{
        demand::Demand,
        engine::{Policy, Seen},
        policy::reactive::Highest,
    },
};

/// What the planner saw at the end of each minute. It does not hang on the price, so that one pass serves every price.
#[derive(Debug, Clone)]
pub struct Views(Vec<View>);

impl Views {
    /// Lives through a demand once.
    pub fn of(demand: &Demand, load: &[f64], lead: u32) -> Self {
        Self::with(&mut Planner::new(Role::Site, lead), demand, load)
    }

    /// The same with a planner of the caller's.
    pub fn with(planner: &mut Planner, demand: &Demand, load: &[f64]) -> Self {
        let mut known: Vec<Event> = Vec::new();
        let views = load.iter().enumerate().map(|(minute, load)| {
            if !demand.calendar.is_empty() {
                demand.known(minute + 1, &mut known);
            }
            planner.minute(demand.at(minute + 1), (!load.is_nan()).then_some(*load), &known)
        });
        Self(views.collect())
    }
}

/// The greater of the planner's floor at a price and what the backstop asks for.
#[derive(Debug, Clone)]
pub struct Primetime<'a> {
    views: &'a Views,
    price: f64,
    backstop: Option<(Backstop, Highest)>,
}

impl<'a> Primetime<'a> {
    /// `price`: see [`View::want`].
    pub fn new(views: &'a Views, price: f64, backstop: Option<Backstop>) -> Self {
        let backstop = backstop.map(|one| (one, Highest::new(one.stays as usize + 1)));
        Self { views, price, backstop }
    }
}

impl Policy for Primetime<'_> {
    fn want(&mut self, seen: &Seen<'_>) -> u32 {
        let Some(before) = seen.minute.checked_sub(1) else { return seen.total() };
        let floor = self.views.0[before].want(seen.total(), self.price);
        let Some((backstop, stable)) = &mut self.backstop else { return floor };
        floor.max(stable.push(backstop.need(seen.last)))
    }
}
