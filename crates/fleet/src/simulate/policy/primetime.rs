//! Ours: the planner that the running fleet uses.

use crate::{
    forecast::event::Event,
    plan::{Planner, Role, View},
    simulate::{
        demand::Demand,
        engine::{Policy, Seen},
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

/// Decides by what was seen, at a price.
#[derive(Debug, Clone, Copy)]
pub struct Primetime<'a> {
    views: &'a Views,
    price: f64,
}

impl<'a> Primetime<'a> {
    /// `price`: see [`View::want`].
    pub fn new(views: &'a Views, price: f64) -> Self {
        Self { views, price }
    }
}

impl Policy for Primetime<'_> {
    fn want(&mut self, seen: &Seen<'_>) -> u32 {
        match seen.minute.checked_sub(1) {
            Some(before) => self.views.0[before].want(seen.total(), self.price),
            None => seen.total(),
        }
    }
}
