//! Every policy with its settings, tuned on the first weeks and read off at the same share of load turned away.

use super::{
    demand::Demand,
    engine::{Boot, Outcome, Policy, Run},
    parallel::each,
    policy::{
        bounds::{Foreseen, needs},
        predictive::{AwsPredictive, LevelSlope},
        primetime::{Primetime, Views},
        reactive::{Hpa, Static},
    },
    setting::Setting,
};

/// Share of the load that may be turned away, at which hours are compared.
pub const GOAL: f64 = 1e-4;
/// Positions of a knob this near, as a share of its range, are neighbours.
const NEAR: f64 = 1.0 / 1024.0;

/// One demand with one seed's noise, and boot times: where policies meet.
pub struct Arena<'a> {
    /// Expected load.
    pub mean: &'a [f64],
    /// Load with its noise.
    pub load: &'a [f64],
    /// Relative standard deviation of the noise.
    pub noise: f64,
    /// Boot times.
    pub boot: Boot,
    /// Seed of boot times.
    pub seed: u64,
    /// Minutes before this one are not counted.
    pub from: usize,
    /// What our planner saw, when it takes part.
    pub views: Option<&'a Views>,
    /// The same of one to which nobody told the calendar.
    pub untold: Option<&'a Views>,
}

/// Hours and share turned away at one position of the knob.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spot {
    /// The knob: higher buys more capacity.
    pub knob: f64,
    /// What came of it.
    pub outcome: Outcome,
}

impl Arena<'_> {
    /// Runs a policy at one position of its knob, waiting included.
    pub fn run(&self, setting: &Setting, knob: f64) -> Outcome {
        self.with(setting, knob, self.all(true), |_, _, _| {})
    }

    /// The same without waiting, telling minute, serving and booting for each.
    pub fn watch(&self, setting: &Setting, knob: f64, watch: impl FnMut(usize, u32, u32)) -> Outcome {
        self.with(setting, knob, self.all(false), watch)
    }

    fn all(&self, waits: bool) -> Run<'_> {
        let enough = f64::INFINITY;
        Run { load: self.load, from: self.from, boot: self.boot, seed: self.seed, waits, enough }
    }

    fn spot(&self, setting: &Setting, knob: f64) -> Spot {
        Spot { knob, outcome: self.with(setting, knob, self.all(false), |_, _, _| {}) }
    }

    fn with(
        &self,
        setting: &Setting,
        knob: f64,
        run: Run<'_>,
        watch: impl FnMut(usize, u32, u32),
    ) -> Outcome {
        let lead = self.lead();
        let mut policy: Box<dyn Policy + '_> = match *setting {
            Setting::Static => Box::new(Static(knob.round() as u32)),
            Setting::Hpa { tolerance, window } => Box::new(Hpa::new(1.0 / knob, tolerance, window)),
            Setting::TargetTracking(tracking) => Box::new(tracking.policy(1.0 / knob)),
            Setting::AwsPredictive { buffer, same_weekday, dynamic } => {
                Box::new(AwsPredictive::new(1.0 / knob, buffer, same_weekday, dynamic.policy(1.0 / knob)))
            }
            Setting::LevelSlope { alpha, beta, ahead, window } => {
                Box::new(LevelSlope::new(knob, alpha, beta, ahead * f64::from(lead + 1), window))
            }
            Setting::Primetime(ours) => match if ours.calendar { self.views } else { self.untold } {
                Some(views) => Box::new(Primetime::new(views, (-knob).exp(), ours.backstop)),
                None => Box::new(Static(1)),
            },
            Setting::PerfectMean => {
                Box::new(Foreseen::new(&needs(self.mean, self.noise, (-knob).exp()), lead))
            }
            Setting::Clairvoyant => Box::new(Foreseen::new(&needs(self.load, 0.0, (-knob).exp()), lead)),
        };
        run.with(policy.as_mut(), watch)
    }

    /// How long policies reckon with until a launch serves: boot times with a spread are planned for at their 90th percentile.
    pub fn lead(&self) -> u32 {
        planned_lead(self.boot)
    }

    /// The range of a policy's knob, from what turns much away to what turns nothing away.
    fn range(&self, setting: &Setting) -> (f64, f64) {
        match setting {
            Setting::Static => (1.0, self.load.iter().copied().fold(1.0, f64::max).ceil()),
            Setting::Primetime(_) | Setting::PerfectMean | Setting::Clairvoyant => (0.0, 14.0),
            _ => (0.8, 5.0),
        }
    }

    /// Hours at [`GOAL`], in a straight line between two neighbouring positions of the knob around it, and the cheaper position
    /// that keeps the goal. Looks around `hint` first.
    pub fn at_goal(&self, setting: &Setting, hint: f64) -> (f64, Spot) {
        let (low, high) = self.range(setting);
        let offered: f64 = self.load[self.from..].iter().filter(|load| !load.is_nan()).sum();
        let run = Run { enough: offered * GOAL, ..self.all(false) };
        let spot = |knob: f64| Spot { knob, outcome: self.with(setting, knob, run, |_, _, _| {}) };
        let keeps = |spot: &Spot| spot.outcome.shed <= run.enough;
        let near = (high - low) * NEAR;
        let mut reach = 16.0 * near;
        let (mut poor, mut rich) = (low, spot(hint.clamp(low, high)));
        if keeps(&rich) {
            while rich.knob > low {
                let next = spot((rich.knob - reach).max(low));
                if !keeps(&next) {
                    poor = next.knob;
                    break;
                }
                (rich, reach) = (next, 2.0 * reach);
            }
        } else {
            while !keeps(&rich) && rich.knob < high {
                poor = rich.knob;
                (rich, reach) = (spot((rich.knob + reach).min(high)), 2.0 * reach);
            }
        }
        while rich.knob - poor > near {
            let middle = spot((poor + rich.knob) / 2.0);
            if keeps(&middle) { rich = middle } else { poor = middle.knob }
        }
        // Both to their ends: what broke the goal was broken off.
        let (poor, rich) = (self.spot(setting, poor), self.spot(setting, rich.knob));
        let (much, little) = (poor.outcome.shed_share(), rich.outcome.shed_share());
        let part = if much > little { ((much - GOAL) / (much - little)).clamp(0.0, 1.0) } else { 1.0 };
        (poor.outcome.hours() + part * (rich.outcome.hours() - poor.outcome.hours()), rich)
    }

    /// The whole trade: share turned away against hours, from poor to rich.
    pub fn frontier(&self, setting: &Setting, around: f64) -> Vec<Spot> {
        let (low, high) = self.range(setting);
        let reach = if matches!(setting, Setting::Primetime(_) | Setting::PerfectMean | Setting::Clairvoyant)
        {
            3.0
        } else {
            0.12 * around
        };
        (-4..=4)
            .map(|step| (around + f64::from(step) / 4.0 * reach).clamp(low, high))
            .map(|knob| self.spot(setting, knob))
            .collect()
    }

    /// The best of the settings of a policy here, with its position; `None` of a name that nobody has.
    pub fn tune(&self, name: &str) -> Option<(Setting, Spot)> {
        let all = Setting::sweep(name);
        let (low, high) = self.range(all.first()?);
        let hint = self.at_goal(all.first()?, (low + high) / 2.0).1.knob;
        let tried = each(&all, |setting| (*setting, self.at_goal(setting, hint)));
        let best = tried.into_iter().min_by(|(_, a), (_, b)| a.0.total_cmp(&b.0));
        best.map(|(setting, (_, spot))| (setting, spot))
    }
}

/// How long to reckon with until a launch serves.
pub fn planned_lead(boot: Boot) -> u32 {
    (f64::from(boot.minutes) * (1.2816 * boot.spread).exp()).ceil() as u32
}

/// The first weeks, on which everybody is tuned: eight, or half of what there is.
pub fn tuned_on(demand: &Demand) -> usize {
    (8 * crate::forecast::signals::WEEK).min(demand.mean.len() / 2)
}
