//! The load of the week, and of the weeks before it: a trace of the world, with premieres on Thursdays at eight.

use std::{ops::Range, time::Duration};

use domain::Timestamp;
use fleet::{
    forecast::event::{Event, Kin},
    simulate::{chance::Chance, trace::Trace},
};

use super::clock::WEEK;

/// Minutes from a premiere's start to its greatest crowd, and until half of it has left.
const RISES: f64 = 20.0;
const HALVES: f64 = 60.0;
/// Thursday at eight, in minutes of a week that begins on a Monday.
const AT: usize = 3 * 1440 + 20 * 60;
/// What the premiere of the week itself adds. The ones before it added more and less: a fifth were flops.
const LIFT: f64 = 0.45;
const SEED: u64 = 20;

/// Load by the minute in instances' worth, the calendar, and which minutes are the week.
pub struct Demand {
    pub start: Timestamp,
    pub load: Vec<f64>,
    pub calendar: Vec<Event>,
    pub week: Range<usize>,
}

impl Demand {
    /// Of a trace whose week begins at `monday`; `None` when it does not hold that week and two before it.
    pub fn of(trace: &Trace, monday: Timestamp, peak: f64) -> Option<Self> {
        let first = usize::try_from(monday.seconds() - trace.start.seconds()).ok()? / 60;
        let week = first..first + WEEK;
        if first < 2 * WEEK || week.end > trace.minutes.len() {
            return None;
        }
        let mut chance = Chance::new(SEED);
        let (mut load, mut calendar) = (trace.minutes[..week.end].to_vec(), Vec::new());
        for monday in (first % WEEK..=first).step_by(WEEK) {
            let flop = chance.uniform() < 0.2;
            let drawn = if flop { 0.02 } else { (0.3 + 0.15 * chance.normal()).clamp(0.05, 0.6) };
            let lift = if monday == first { LIFT } else { drawn };
            let at = monday + AT;
            for (minute, value) in load.iter_mut().enumerate().skip(at).take(8 * 60) {
                let age = (minute - at) as f64;
                let crowd = (age / RISES).min(1.0) * 0.5f64.powf((age - RISES).max(0.0) / HALVES);
                *value *= 1.0 + lift * crowd;
            }
            let kin = Kin { brand: "harbour".into(), kind: "premiere".into() };
            let instant = trace.start.plus(Duration::from_secs(60 * at as u64));
            calendar.push(Event { kin, name: "*Harbour Lights*".into(), at: instant });
        }
        let greatest = load[week.clone()].iter().copied().fold(0.0, f64::max);
        load.iter_mut().for_each(|value| *value *= peak / greatest);
        Some(Self { start: trace.start, load, calendar, week })
    }

    /// At a minute of the week, between the minutes too.
    pub fn at(&self, minute: f64) -> f64 {
        let last = self.week.end - 1;
        let at = (self.week.start + minute as usize).min(last);
        let part = minute.fract();
        self.load[at] * (1.0 - part) + self.load[(at + 1).min(last)] * part
    }

    /// The end of a minute, counted from the trace's start.
    pub fn end(&self, minute: usize) -> Timestamp {
        self.start.plus(Duration::from_secs(60 * (minute as u64 + 1)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_week_has_its_premiere_and_its_greatest_load() {
        let start = Timestamp::parse("2014-09-29T00:00:00Z").unwrap();
        let minutes = vec![5.0; 3 * WEEK + 7];
        let trace = Trace { start, minutes, step: 1 };
        let monday = |week: u64| start.plus(Duration::from_secs(60 * WEEK as u64 * week));
        assert!(Demand::of(&trace, monday(1), 14.0).is_none(), "two weeks before it are needed");
        assert!(Demand::of(&trace, monday(3), 14.0).is_none(), "it is not there to its end");
        let demand = Demand::of(&trace, monday(2), 14.0).unwrap();
        let week = &demand.load[demand.week.clone()];
        assert_eq!((week.len(), demand.calendar.len()), (WEEK, 3));
        assert!((week.iter().copied().fold(0.0, f64::max) - 14.0).abs() < 1e-9);
        let (before, peak) = (demand.at(AT as f64 - 1.0), demand.at(AT as f64 + RISES));
        assert!((peak / before - 1.0 - LIFT).abs() < 1e-9, "{before} {peak}");
        assert_eq!(
            demand.at(WEEK as f64 + 99.0),
            demand.at(WEEK as f64 - 1.0),
            "after its end as at its end"
        );
    }
}
