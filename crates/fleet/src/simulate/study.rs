//! A whole comparison: one demand, several noises, boot times and seeds, every policy.

use std::sync::{Mutex, PoisonError};

use super::{
    condition::Condition,
    contest::{GOAL, Spot, tuned_on},
    demand::Demand,
    engine::{Boot, Outcome},
    parallel::each,
    setting::{BOUNDS, OURS, PEERS},
};

/// What to compare under.
#[derive(Debug, Clone)]
pub struct Conditions {
    /// Relative standard deviations of the noise.
    pub noises: Vec<f64>,
    /// Boot times.
    pub boots: Vec<Boot>,
    /// Seeds of the noise.
    pub seeds: Vec<u64>,
}

/// One policy under one noise and boot time.
#[derive(Debug, Clone)]
pub struct Row {
    /// Who.
    pub policy: &'static str,
    /// With which settings.
    pub setting: String,
    /// The knob that kept the goal on the first weeks.
    pub knob: f64,
    /// Noise.
    pub noise: f64,
    /// Boot time.
    pub boot: Boot,
    /// By seed.
    pub seeds: Vec<Read>,
    /// The first seed's trade of hours for load turned away.
    pub frontier: Vec<Spot>,
}

/// One seed's reading.
#[derive(Debug, Clone, Copy)]
pub struct Read {
    /// Which.
    pub seed: u64,
    /// Hours at [`GOAL`] on the rest of the series, the knob read off on that rest.
    pub hours: f64,
    /// The rest of the series at the knob that kept the goal on the first weeks.
    pub as_tuned: Outcome,
    /// Of ours: the rest at the price that `fleet run` has unless told otherwise.
    pub by_default: Option<Outcome>,
}

impl Row {
    /// The median of the seeds' hours at the goal.
    pub fn hours(&self) -> f64 {
        median(self.seeds.iter().map(|read| read.hours))
    }

    /// The median of something over the seeds, as tuned on the first weeks.
    pub fn as_tuned(&self, of: impl Fn(&Outcome) -> f64) -> f64 {
        median(self.seeds.iter().map(|read| of(&read.as_tuned)))
    }
}

/// A week of one run, for the picture.
#[derive(Debug, Clone)]
pub struct Curves {
    /// Noise.
    pub noise: f64,
    /// Boot time.
    pub boot: Boot,
    /// First minute shown.
    pub from: usize,
    /// Offered load.
    pub load: Vec<f64>,
    /// Serving instances by policy.
    pub ready: Vec<(&'static str, Vec<u32>)>,
}

/// What came of it.
#[derive(Debug, Clone)]
pub struct Study {
    /// The demand's name.
    pub name: String,
    /// Minutes in all, and of them those tuned on.
    pub minutes: (usize, usize),
    /// Every policy under every condition.
    pub rows: Vec<Row>,
    /// The busiest week of the first condition.
    pub curves: Option<Curves>,
    /// The planner's own words at the end of it.
    pub words: String,
}

/// How much of the gap between the best peer and `perfect-mean` is closed, under one noise and boot time.
#[derive(Debug, Clone)]
pub struct Gap {
    /// Noise.
    pub noise: f64,
    /// Boot time.
    pub boot: Boot,
    /// The best peer, by its median.
    pub peer: &'static str,
    /// Share closed, by seed; NaN where the bound is no better than the peer.
    pub closed: Vec<f64>,
}

impl Gap {
    /// The median of the seeds.
    pub fn median(&self) -> f64 {
        median(self.closed.iter().copied())
    }
}

/// The middle of some numbers; NaN of none.
pub fn median(numbers: impl Iterator<Item = f64>) -> f64 {
    let mut sorted: Vec<f64> = numbers.collect();
    sorted.sort_by(f64::total_cmp);
    match sorted.len() {
        0 => f64::NAN,
        n if n % 2 == 1 => sorted[n / 2],
        n => (sorted[n / 2 - 1] + sorted[n / 2]) / 2.0,
    }
}

impl Study {
    /// Runs it. `told` hears what is being done, for a progress bar: steps done and steps in all.
    pub fn run(demand: &Demand, conditions: &Conditions, told: impl FnMut(usize, usize) + Send) -> Self {
        let all = conditions.noises.len() * conditions.boots.len() * (1 + conditions.seeds.len());
        let told = Mutex::new((0, told));
        let step = || {
            let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
            told.0 += 1;
            let done = told.0;
            told.1(done, all);
        };
        let boots = |noise: &f64| conditions.boots.iter().map(|boot| (*noise, *boot)).collect::<Vec<_>>();
        let wanted: Vec<(f64, Boot)> = conditions.noises.iter().flat_map(boots).collect();
        let split = tuned_on(demand);
        let done = each(&wanted, |(noise, boot)| {
            Condition { demand, noise: *noise, boot: *boot, split }.run(&conditions.seeds, &step)
        });
        let mut study = Self {
            name: demand.name.clone(),
            minutes: (demand.mean.len(), split),
            rows: Vec::new(),
            curves: None,
            words: String::new(),
        };
        for done in done {
            study.rows.extend(done.rows);
            study.curves = study.curves.or(done.curves);
            study.words = done.words;
        }
        study
    }

    /// The gaps, in the order of the conditions.
    pub fn gaps(&self) -> Vec<Gap> {
        let ours = self.rows.iter().filter(|row| row.policy == OURS);
        ours.filter_map(|ours| {
            let same = |row: &&Row| row.noise == ours.noise && row.boot == ours.boot;
            let bound = self.rows.iter().filter(same).find(|row| row.policy == BOUNDS[0])?;
            let peers = self.rows.iter().filter(same).filter(|row| PEERS.contains(&row.policy));
            let peer = peers.min_by(|a, b| a.hours().total_cmp(&b.hours()))?;
            let closed = ours.seeds.iter().zip(&peer.seeds).zip(&bound.seeds).map(|((ours, peer), bound)| {
                let gap = peer.hours - bound.hours;
                if gap > 0.0 { (peer.hours - ours.hours) / gap } else { f64::NAN }
            });
            Some(Gap { noise: ours.noise, boot: ours.boot, peer: peer.policy, closed: closed.collect() })
        })
        .collect()
    }

    /// Our hours over those of the best of some peers, the worst over the conditions.
    pub fn ratio_to(&self, names: &[&str]) -> f64 {
        let ours = self.rows.iter().filter(|row| row.policy == OURS);
        ours.map(|ours| {
            let peers = self.rows.iter().filter(|row| {
                row.noise == ours.noise && row.boot == ours.boot && names.contains(&row.policy)
            });
            ours.hours() / peers.map(Row::hours).fold(f64::INFINITY, f64::min)
        })
        .fold(0.0, f64::max)
    }
}

/// The goal in words.
pub fn goal_words() -> String {
    format!("{}% of load turned away", GOAL * 100.0)
}
