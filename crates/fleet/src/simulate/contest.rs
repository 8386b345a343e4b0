//! Every policy with its settings, tuned on the first weeks and read off at the same share of load turned away.

use super::{
    demand::Demand,
    engine::{Boot, Outcome, Policy, Run},
    policy::{
        bounds::{Foreseen, needs},
        predictive::{AwsPredictive, LevelSlope},
        primetime::{Primetime, Views},
        reactive::{Hpa, Static, TargetTracking},
    },
};

/// Share of the load that may be turned away, at which hours are compared.
pub const GOAL: f64 = 1e-4;
/// Halvings of a knob's range.
const HALVINGS: usize = 10;

/// A policy and its settings, apart from the one knob that trades hours for load turned away.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Setting {
    /// The same number at all times.
    Static,
    /// Kubernetes' HorizontalPodAutoscaler.
    Hpa {
        /// Tolerance.
        tolerance: f64,
        /// Minutes of the scale-down window.
        window: usize,
    },
    /// AWS target tracking.
    TargetTracking(Tracking),
    /// AWS predictive scaling, with target tracking beside it.
    AwsPredictive {
        /// Scheduling buffer, minutes.
        buffer: usize,
        /// Weight of the same weekday.
        same_weekday: f64,
        /// The dynamic policy.
        dynamic: Tracking,
    },
    /// Holt's level and slope.
    LevelSlope {
        /// Smoothing of the level.
        alpha: f64,
        /// Smoothing of the slope.
        beta: f64,
        /// Minutes of lower need before it scales in.
        window: usize,
    },
    /// Ours.
    Primetime,
    /// Knows the mean of each minute and how noisy it is, not the noise.
    PerfectMean,
    /// Knows everything.
    Clairvoyant,
}

/// Settings of target tracking.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tracking {
    /// Minutes over the target before it scales out: 3 by the book, 1 with a high-resolution metric.
    pub out_after: u32,
    /// Minutes under 90% of it before it scales in: 15 by the book.
    pub in_after: u32,
    /// Whether scale-in waits for warming instances.
    pub patient: bool,
}

impl Tracking {
    fn policy(self, target: f64) -> TargetTracking {
        TargetTracking::new(target, self.out_after, self.in_after, self.patient)
    }
}

/// The peers' names, in the order of their tables.
pub const PEERS: [&str; 5] = ["static", "hpa", "target-tracking", "aws-predictive", "level+slope"];
/// Those peers that look at nothing but the load as it is.
pub const REACTIVE: [&str; 3] = ["hpa", "target-tracking", "level+slope"];

impl Setting {
    /// Its name in tables and goals.
    pub fn name(&self) -> &'static str {
        match self {
            Setting::Static => "static",
            Setting::Hpa { .. } => "hpa",
            Setting::TargetTracking(_) => "target-tracking",
            Setting::AwsPredictive { .. } => "aws-predictive",
            Setting::LevelSlope { .. } => "level+slope",
            Setting::Primetime => "primetime",
            Setting::PerfectMean => "perfect-mean",
            Setting::Clairvoyant => "clairvoyant",
        }
    }

    /// The settings, in words.
    pub fn words(&self) -> String {
        let tracking = |t: &Tracking| format!("out after {} min, in after {} min", t.out_after, t.in_after);
        match self {
            Setting::Hpa { tolerance, window } => format!("tolerance {tolerance}, window {window} min"),
            Setting::TargetTracking(t) => tracking(t),
            Setting::AwsPredictive { buffer, same_weekday, dynamic } => {
                format!("buffer {buffer} min, weekday x{same_weekday}, {}", tracking(dynamic))
            }
            Setting::LevelSlope { alpha, beta, window } => {
                format!("level {alpha}, slope {beta}, window {window} min")
            }
            _ => String::new(),
        }
    }

    /// Everything that is swept for a peer.
    pub fn sweep(name: &str) -> Vec<Setting> {
        let tracking = [(3, 15), (1, 15), (1, 5), (3, 5)].map(|(out_after, in_after)| Tracking {
            out_after,
            in_after,
            patient: true,
        });
        match name {
            "static" => vec![Setting::Static],
            "hpa" => product(&[0.0, 0.02, 0.05, 0.1], &[0, 2, 5, 10])
                .map(|(tolerance, window)| Setting::Hpa { tolerance, window })
                .collect(),
            "target-tracking" => tracking.map(Setting::TargetTracking).to_vec(),
            "aws-predictive" => product(&[1.0, 3.0, 10.0], &[5, 10, 15, 30, 60])
                .flat_map(|(same_weekday, buffer)| {
                    [tracking[1], tracking[2]].map(|dynamic| Setting::AwsPredictive {
                        buffer,
                        same_weekday,
                        dynamic,
                    })
                })
                .collect(),
            "level+slope" => product(&[0.05, 0.1, 0.2, 0.4, 0.7, 1.0], &[0.02, 0.05, 0.1, 0.2, 1.0])
                .flat_map(|(alpha, beta)| [0, 2, 5].map(|window| Setting::LevelSlope { alpha, beta, window }))
                .collect(),
            _ => Vec::new(),
        }
    }
}

fn product<'a, A: Copy, B: Copy>(a: &'a [A], b: &'a [B]) -> impl Iterator<Item = (A, B)> + 'a {
    a.iter().flat_map(move |a| b.iter().map(move |b| (*a, *b)))
}

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
    /// Runs a policy at one position of its knob.
    pub fn run(&self, setting: &Setting, knob: f64) -> Outcome {
        self.watch(setting, knob, |_, _, _| {})
    }

    /// The same, telling minute, serving and booting for each.
    pub fn watch(&self, setting: &Setting, knob: f64, watch: impl FnMut(usize, u32, u32)) -> Outcome {
        let lead = self.lead();
        let mut policy: Box<dyn Policy + '_> = match *setting {
            Setting::Static => Box::new(Static(knob.round() as u32)),
            Setting::Hpa { tolerance, window } => Box::new(Hpa::new(1.0 / knob, tolerance, window)),
            Setting::TargetTracking(tracking) => Box::new(tracking.policy(1.0 / knob)),
            Setting::AwsPredictive { buffer, same_weekday, dynamic } => {
                Box::new(AwsPredictive::new(1.0 / knob, buffer, same_weekday, dynamic.policy(1.0 / knob)))
            }
            Setting::LevelSlope { alpha, beta, window } => {
                Box::new(LevelSlope::new(knob, alpha, beta, lead + 1, window))
            }
            Setting::Primetime => match self.views {
                Some(views) => Box::new(Primetime::new(views, (-knob).exp())),
                None => Box::new(Static(1)),
            },
            Setting::PerfectMean => {
                Box::new(Foreseen::new(&needs(self.mean, self.noise, (-knob).exp()), lead))
            }
            Setting::Clairvoyant => Box::new(Foreseen::new(&needs(self.load, 0.0, (-knob).exp()), lead)),
        };
        Run { load: self.load, from: self.from, boot: self.boot, seed: self.seed }
            .with(policy.as_mut(), watch)
    }

    /// How long policies reckon with until a launch serves: boot times with a spread are planned for at their 90th percentile.
    pub fn lead(&self) -> u32 {
        planned_lead(self.boot)
    }

    /// The range of a policy's knob, from what turns much away to what turns nothing away.
    fn range(&self, setting: &Setting) -> (f64, f64) {
        match setting {
            Setting::Static => (1.0, self.load.iter().copied().fold(1.0, f64::max).ceil()),
            Setting::Primetime | Setting::PerfectMean | Setting::Clairvoyant => (0.0, 14.0),
            _ => (0.8, 5.0),
        }
    }

    /// Hours at [`GOAL`], in a straight line between the two positions of the knob around it, and the cheaper position that
    /// keeps the goal.
    pub fn at_goal(&self, setting: &Setting) -> (f64, Spot) {
        let (low, high) = self.range(setting);
        let spot = |knob: f64| Spot { knob, outcome: self.run(setting, knob) };
        let (mut poor, mut rich) = (spot(low), spot(high));
        for _ in 0..HALVINGS {
            if poor.outcome.shed_share() <= GOAL {
                rich = poor;
                break;
            }
            let middle = spot((poor.knob + rich.knob) / 2.0);
            if middle.outcome.shed_share() > GOAL { poor = middle } else { rich = middle }
        }
        let (much, little) = (poor.outcome.shed_share(), rich.outcome.shed_share());
        let part = if much > little { ((much - GOAL) / (much - little)).clamp(0.0, 1.0) } else { 1.0 };
        (poor.outcome.hours() + part * (rich.outcome.hours() - poor.outcome.hours()), rich)
    }

    /// The whole trade: share turned away against hours, from poor to rich.
    pub fn frontier(&self, setting: &Setting, around: f64) -> Vec<Spot> {
        let (low, high) = self.range(setting);
        let reach = if matches!(setting, Setting::Primetime | Setting::PerfectMean | Setting::Clairvoyant) {
            3.0
        } else {
            0.12 * around
        };
        (-4..=4)
            .map(|step| (around + f64::from(step) / 4.0 * reach).clamp(low, high))
            .map(|knob| Spot { knob, outcome: self.run(setting, knob) })
            .collect()
    }

    /// The best of the settings of a peer here, with its position.
    pub fn tune(&self, name: &str) -> (Setting, Spot) {
        let tried = Setting::sweep(name).into_iter().map(|setting| (setting, self.at_goal(&setting)));
        let best = tried.min_by(|(_, a), (_, b)| a.0.total_cmp(&b.0));
        match best {
            Some((setting, (_, spot))) => (setting, spot),
            None => {
                let setting = match name {
                    "perfect-mean" => Setting::PerfectMean,
                    "clairvoyant" => Setting::Clairvoyant,
                    _ => Setting::Primetime,
                };
                (setting, self.at_goal(&setting).1)
            }
        }
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
