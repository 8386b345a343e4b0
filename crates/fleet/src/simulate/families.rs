//! Demands made up to ask one question each.

use std::time::Duration;

use domain::Timestamp;

use super::{
    chance::Chance,
    demand::{Demand, Entry},
};
use crate::forecast::{
    event::{Event, Kin},
    signals::{DAY, WEEK},
};

/// Weeks of each.
pub const WEEKS: usize = 16;
/// Instances' worth at the height of an ordinary week.
const PEAK: f64 = 120.0;

/// Every family, by name.
pub fn all(seed: u64) -> Vec<Demand> {
    vec![premieres(seed), no_season(seed), level_shift(seed), retry_storm(seed)]
}

/// Monday, 2026-01-05, 00:00 UTC.
fn start() -> Timestamp {
    Timestamp::from_seconds(1_767_571_200)
}

fn made(name: &str, mean: Vec<f64>, calendar: Vec<Entry>) -> Demand {
    Demand { name: name.into(), start: start(), mean, calendar }
}

/// A week of evenings: ten to one from the height of Saturday to the depth of Tuesday night.
fn evenings(chance: &mut Chance) -> Vec<f64> {
    let mut drift = 0.0;
    let mut mean = Vec::with_capacity(WEEKS * WEEK);
    for minute in 0..WEEKS * WEEK {
        if minute % 30 == 0 {
            drift = 0.98 * drift + 0.012 * chance.normal();
        }
        let hour = (minute % DAY) as f64 / 60.0;
        let bump = |at: f64, width: f64| {
            let off = (hour - at + 36.0).rem_euclid(24.0) - 12.0;
            (-off * off / (2.0 * width * width)).exp()
        };
        let weekend = [0.0, 0.0, 0.02, 0.05, 0.2, 0.3, 0.22][minute % WEEK / DAY];
        let day = 0.1 + 0.3 * bump(13.0, 2.5) + (0.6 + weekend) * bump(20.5, 2.0);
        mean.push(PEAK * day / 1.2 * (1.0 + drift));
    }
    mean
}

/// Three premieres a week at 20:00 over the evenings: lifts heavy-tailed (Pareto), a fifth of them flops, a tenth moved by an
/// hour two hours before, one in twenty cancelled.
pub fn premieres(seed: u64) -> Demand {
    let mut chance = Chance::new(seed ^ 0x7072_656d);
    let mut mean = evenings(&mut chance);
    let mut calendar = Vec::new();
    for week in 0..WEEKS {
        for day in [1, 3, 5] {
            let planned = week * WEEK + day * DAY + 20 * 60;
            let name = format!("Premiere {}", calendar.len() + 1);
            let kin = Kin { brand: ["harbour", "lumen"][day % 2].into(), kind: "premiere".into() };
            let event = |minute: usize| Event {
                kin: kin.clone(),
                name: name.clone(),
                at: start().plus(Duration::from_secs(60 * minute as u64)),
            };
            let mut versions = vec![(planned.saturating_sub(5 * DAY), Some(event(planned)))];
            let fate = chance.uniform();
            let (begins, cancelled) = (planned + if fate < 0.1 { 60 } else { 0 }, fate > 0.95);
            if begins != planned {
                versions.push((planned - 120, Some(event(begins))));
            }
            if cancelled {
                versions.push((planned - 120, None));
            }
            calendar.push(Entry { versions });
            let flop = chance.uniform() < 0.2;
            // Pareto with index 2.5, median 0.26, cut at 1.5.
            let hit = (0.2 * (1.0 - chance.uniform()).powf(-1.0 / 2.5)).min(1.5);
            let lift = if flop { 0.03 } else { hit };
            if !cancelled {
                lift_by(&mut mean, begins, lift);
            }
        }
    }
    made("premieres", mean, calendar)
}

/// The crowd of a premiere: there within four minutes, gone over two hours.
fn lift_by(mean: &mut [f64], begins: usize, lift: f64) {
    for (past, load) in mean.iter_mut().skip(begins - 2).take(180).enumerate() {
        let comes = (past as f64 / 4.0).min(1.0);
        let goes = ((180.0 - past as f64) / 120.0).min(1.0);
        *load *= 1.0 + lift * comes * goes;
    }
}

/// A level that wanders by the half-hour and knows no day.
pub fn no_season(seed: u64) -> Demand {
    let mut chance = Chance::new(seed ^ 0x6e6f_6e65);
    let (mut level, mut next) = (0.0f64, 0.0f64);
    let mut mean = Vec::with_capacity(WEEKS * WEEK);
    for minute in 0..WEEKS * WEEK {
        if minute % 30 == 0 {
            level = next;
            next = 0.99 * next + 0.07 * chance.normal();
        }
        let part = (minute % 30) as f64 / 30.0;
        mean.push(60.0 * (level + (next - level) * part).clamp(-1.5, 1.2).exp());
    }
    made("no season", mean, Vec::new())
}

/// Evenings that are half as much again from the tenth week on, within ten minutes, and a third less from the thirteenth.
pub fn level_shift(seed: u64) -> Demand {
    let mut chance = Chance::new(seed ^ 0x7368_6966);
    let mut mean = evenings(&mut chance);
    let (up, down) = (10 * WEEK + 15 * 60, 13 * WEEK + 11 * 60);
    for (minute, load) in mean.iter_mut().enumerate() {
        let part = |from: usize| (minute.saturating_sub(from) as f64 / 10.0).min(1.0);
        *load *= 1.0 + 0.5 * part(up) - 0.5 * part(down);
    }
    made("level shift", mean, Vec::new())
}

/// Evenings with an outage elsewhere every week from the fifth on: a tenth of the load arrives for 25 minutes, and then
/// everybody at once, with retries on top for ten.
pub fn retry_storm(seed: u64) -> Demand {
    let mut chance = Chance::new(seed ^ 0x7374_6f72);
    let mut mean = evenings(&mut chance);
    for week in 5..WEEKS {
        let at = week * WEEK + (week * 3 % 7) * DAY + 19 * 60 + (chance.uniform() * 120.0) as usize;
        for (past, load) in mean.iter_mut().skip(at).take(35).enumerate() {
            *load *= if past < 25 { 0.1 } else { 1.0 + 0.15 * (35 - past) as f64 / 10.0 };
        }
    }
    made("retry storm", mean, Vec::new())
}
