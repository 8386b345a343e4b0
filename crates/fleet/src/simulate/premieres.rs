//! Premieres to put upon a demand: flops and hits, and what becomes of their place in the calendar.

use std::time::Duration;

use super::{
    chance::Chance,
    demand::{Demand, Entry},
};
use crate::forecast::{
    event::{Event, Kin},
    signals::{DAY, WEEK},
};

/// What a flop adds.
pub const FLOP: f64 = 0.03;
/// Days before a premiere on which it is announced.
const ANNOUNCED: usize = 5 * DAY;
/// Minutes before its time at which a premiere is moved or cancelled: in good time, or when its floor stands already.
const CHANGED: [usize; 2] = [120, 5];
/// Minutes by which one is moved.
const MOVED_BY: usize = 60;

/// One premiere as it was drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Premiere {
    /// The minute of the series for which it was announced.
    pub planned: usize,
    /// The minute at which it begins.
    pub begins: usize,
    /// Minutes before `planned` at which it is moved or cancelled, if it is.
    pub changed: usize,
    /// Whether nothing comes of it.
    pub is_cancelled: bool,
    /// What it adds to the load, as a share.
    pub lift: f64,
}

/// Three a week at 20:00: a fifth are flops, the others heavy-tailed (Pareto with index 2.5, median 0.26, cut at 1.5); a tenth
/// are moved by an hour and one in twenty is cancelled, half of these two hours before, half at the last minute.
pub fn draw(chance: &mut Chance, minutes: usize) -> Vec<Premiere> {
    let weeks = 0..minutes.div_ceil(WEEK);
    let planned = weeks.flat_map(|week| [1, 3, 5].map(|day| week * WEEK + day * DAY + 20 * 60));
    planned
        .filter(|planned| *planned < minutes)
        .map(|planned| {
            let fate = chance.uniform();
            let is_flop = chance.uniform() < 0.2;
            let changed = CHANGED[usize::from(chance.uniform() < 0.5)];
            let hit = (0.2 * (1.0 - chance.uniform()).powf(-1.0 / 2.5)).min(1.5);
            Premiere {
                planned,
                begins: planned + if fate < 0.1 { MOVED_BY } else { 0 },
                changed,
                is_cancelled: fate > 0.95,
                lift: if is_flop { FLOP } else { hit },
            }
        })
        .collect()
}

/// Puts their crowds upon the demand, and their announcements into its calendar.
pub fn put(demand: &mut Demand, premieres: &[Premiere]) {
    for (at, premiere) in premieres.iter().enumerate() {
        let brand = ["harbour", "lumen"][premiere.planned % WEEK / DAY % 2];
        let event = |minute: usize| {
            Some(Event {
                kin: Kin { brand: brand.into(), kind: "premiere".into() },
                name: format!("Premiere {}", at + 1),
                at: demand.start.plus(Duration::from_secs(60 * minute as u64)),
            })
        };
        let Premiere { planned, begins, changed, is_cancelled, lift } = *premiere;
        let mut versions = vec![(planned.saturating_sub(ANNOUNCED), event(planned))];
        if begins != planned {
            versions.push((planned - changed, event(begins)));
        }
        if is_cancelled {
            versions.push((planned - changed, None));
        } else {
            crowd(&mut demand.mean, begins, lift);
        }
        demand.calendar.push(Entry { versions });
    }
}

/// There within four minutes, gone over two hours.
fn crowd(mean: &mut [f64], begins: usize, lift: f64) {
    for (past, load) in mean.iter_mut().skip(begins - 2).take(180).enumerate() {
        let comes = (past as f64 / 4.0).min(1.0);
        let goes = ((180.0 - past as f64) / 120.0).min(1.0);
        *load *= 1.0 + lift * comes * goes;
    }
}
