//! Demands made up to ask one question each.

use domain::Timestamp;

use super::{chance::Chance, demand::Demand, premieres};
use crate::forecast::signals::{DAY, WEEK};

/// Weeks of each.
pub const WEEKS: usize = 16;
/// Instances' worth at the height of an ordinary week.
const PEAK: f64 = 120.0;
/// Apart from the other families' chances.
const PREMIERES: u64 = 0x7072_656d;

/// Every family, by name.
pub fn all(seed: u64) -> Vec<Demand> {
    vec![premieres(seed), no_season(seed), level_shift(seed), retry_storm(seed)]
}

/// Monday, 2026-01-05, 00:00 UTC.
fn start() -> Timestamp {
    Timestamp::from_seconds(1_767_571_200)
}

fn made(name: &str, mean: Vec<f64>) -> Demand {
    Demand { name: name.into(), start: start(), mean, calendar: Vec::new() }
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

/// [`premieres::draw`] over the evenings.
pub fn premieres(seed: u64) -> Demand {
    let mut chance = Chance::new(seed ^ PREMIERES);
    let mean = evenings(&mut chance);
    let drawn = premieres::draw(&mut chance, mean.len());
    let mut demand = made("premieres", mean);
    premieres::put(&mut demand, &drawn);
    demand
}

/// The same over a demand that there is already.
pub fn with_premieres(mut demand: Demand, seed: u64) -> Demand {
    let drawn = premieres::draw(&mut Chance::new(seed ^ PREMIERES), demand.mean.len());
    premieres::put(&mut demand, &drawn);
    demand.name += ", with premieres";
    demand
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
    made("no season", mean)
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
    made("level shift", mean)
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
    made("retry storm", mean)
}
