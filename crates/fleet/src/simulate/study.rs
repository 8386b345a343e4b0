//! A whole comparison: one demand, several noises, boot times and seeds, every policy.

use super::{
    contest::{Arena, GOAL, PEERS, Setting, Spot, planned_lead, tuned_on},
    demand::Demand,
    engine::{Boot, Outcome},
    policy::primetime::Views,
};
use crate::forecast::signals::WEEK;

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
    /// Hours at [`GOAL`] on the rest of the series.
    pub hours: f64,
    /// The rest of the series at the knob that kept the goal on the first weeks.
    pub as_tuned: Outcome,
}

impl Row {
    /// The median of the seeds' hours at the goal.
    pub fn hours(&self) -> f64 {
        median(self.seeds.iter().map(|read| read.hours))
    }
}

/// A week of one run, for the picture.
#[derive(Debug, Clone)]
pub struct Curves {
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
    /// The busiest week of the last condition.
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
    pub fn run(demand: &Demand, conditions: &Conditions, mut told: impl FnMut(usize, usize)) -> Self {
        let mut study = Self {
            name: demand.name.clone(),
            minutes: (demand.mean.len(), tuned_on(demand)),
            rows: Vec::new(),
            curves: None,
            words: String::new(),
        };
        let all = conditions.noises.len() * conditions.boots.len() * (1 + conditions.seeds.len());
        let mut done = 0;
        for &noise in &conditions.noises {
            for &boot in &conditions.boots {
                study.under(demand, noise, boot, &conditions.seeds, &mut || {
                    done += 1;
                    told(done, all);
                });
            }
        }
        study
    }

    fn under(&mut self, demand: &Demand, noise: f64, boot: Boot, seeds: &[u64], step: &mut dyn FnMut()) {
        let split = self.minutes.1;
        let lead = planned_lead(boot);
        let mut rows: Vec<(Setting, f64, Row)> = Vec::new();
        for (turn, &seed) in seeds.iter().enumerate() {
            let load = demand.load(noise, seed);
            let mut planner = crate::plan::Planner::new(crate::plan::Role::Site, lead);
            let views = Views::with(&mut planner, demand, &load);
            let arena = |from: usize, until: usize| Arena {
                mean: &demand.mean[..until],
                load: &load[..until],
                noise,
                boot,
                seed,
                from,
                views: Some(&views),
            };
            if turn == 0 {
                // The first quarter of the first weeks is for warming up: nobody is judged on it.
                let first = arena(split / 4, split);
                for name in PEERS.iter().chain(&["primetime", "perfect-mean", "clairvoyant"]) {
                    let (setting, spot) = first.tune(name);
                    let row = Row {
                        policy: setting.name(),
                        setting: setting.words(),
                        noise,
                        boot,
                        seeds: Vec::new(),
                        frontier: Vec::new(),
                    };
                    rows.push((setting, spot.knob, row));
                }
                self.words = planner.forecaster().words();
                step();
            }
            let rest = arena(split, load.len());
            for (setting, knob, row) in &mut rows {
                let (hours, spot) = rest.at_goal(setting);
                row.seeds.push(Read { seed, hours, as_tuned: rest.run(setting, *knob) });
                if turn == 0 {
                    row.frontier = rest.frontier(setting, spot.knob);
                }
            }
            if turn == 0 {
                self.curves = Some(curves(&rest, &rows));
            }
            step();
        }
        self.rows.extend(rows.into_iter().map(|(_, _, row)| row));
    }

    /// The gaps, in the order of the conditions.
    pub fn gaps(&self) -> Vec<Gap> {
        let ours = self.rows.iter().filter(|row| row.policy == "primetime");
        ours.filter_map(|ours| {
            let same = |row: &&Row| row.noise == ours.noise && row.boot == ours.boot;
            let bound = self.rows.iter().filter(same).find(|row| row.policy == "perfect-mean")?;
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
        let ours = self.rows.iter().filter(|row| row.policy == "primetime");
        ours.map(|ours| {
            let peers = self.rows.iter().filter(|row| {
                row.noise == ours.noise && row.boot == ours.boot && names.contains(&row.policy)
            });
            ours.hours() / peers.map(Row::hours).fold(f64::INFINITY, f64::min)
        })
        .fold(0.0, f64::max)
    }
}

/// The busiest week of the rest, at the goal.
fn curves(arena: &Arena<'_>, rows: &[(Setting, f64, Row)]) -> Curves {
    let week = WEEK.min(arena.load.len() - arena.from).max(1);
    let greatest = (arena.from..arena.load.len())
        .max_by(|a, b| arena.load[*a].total_cmp(&arena.load[*b]))
        .unwrap_or(arena.from);
    let from = greatest.saturating_sub(week / 2).clamp(arena.from, arena.load.len() - week);
    let shown =
        rows.iter().filter(|(setting, ..)| matches!(setting.name(), "hpa" | "level+slope" | "primetime"));
    let ready = shown.map(|(setting, ..)| {
        let (_, spot) = arena.at_goal(setting);
        let mut ready = Vec::with_capacity(week);
        arena.watch(setting, spot.knob, |minute, serving, _| {
            if (from..from + week).contains(&minute) {
                ready.push(serving);
            }
        });
        (setting.name(), ready)
    });
    let ready = ready.collect();
    Curves { from, load: arena.load[from..from + week].to_vec(), ready }
}

/// The goal in words.
pub fn goal_words() -> String {
    format!("{}% of load turned away", GOAL * 100.0)
}
