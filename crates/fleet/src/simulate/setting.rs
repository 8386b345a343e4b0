//! The settings of every policy, and which of them are swept.

use super::policy::reactive::TargetTracking;
use crate::plan::Backstop;

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
        /// How far it looks ahead, in times from a launch to service.
        ahead: f64,
        /// Minutes of lower need before it scales in.
        window: usize,
    },
    /// Ours.
    Primetime(Ours),
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
    pub(super) fn policy(self, target: f64) -> TargetTracking {
        TargetTracking::new(target, self.out_after, self.in_after, self.patient)
    }

    fn words(&self) -> String {
        let waits = if self.patient { ", waits for warm-up" } else { "" };
        format!("out after {} min, in after {} min{waits}", self.out_after, self.in_after)
    }
}

/// Ours: the plan, and what stands beside it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ours {
    /// The engine's reactive scaler above the floor; `None`: the planner alone.
    pub backstop: Option<Backstop>,
    /// Whether the planner is handed the calendar.
    pub calendar: bool,
}

/// The peers' names, in the order of their tables.
pub const PEERS: [&str; 5] = ["static", "hpa", "target-tracking", "aws-predictive", "level+slope"];
/// Those peers that look at nothing but the load as it is.
pub const REACTIVE: [&str; 3] = ["hpa", "target-tracking", "level+slope"];
/// The combination of plan and backstop: what goals are measured by.
pub const OURS: &str = "primetime";
/// The plan without its backstop.
pub const ALONE: &str = "planner alone";
/// The combination, to which nobody tells the calendar.
pub const UNTOLD: &str = "no calendar";
/// What nobody can do.
pub const BOUNDS: [&str; 2] = ["perfect-mean", "clairvoyant"];

/// Utilisations that the backstop is tried at. Above 1 it would watch load being turned away.
const BACKSTOPS: [f64; 3] = [0.9, 0.95, 1.0];

impl Setting {
    /// Its name in tables and goals.
    pub fn name(&self) -> &'static str {
        match self {
            Setting::Static => "static",
            Setting::Hpa { .. } => "hpa",
            Setting::TargetTracking(_) => "target-tracking",
            Setting::AwsPredictive { .. } => "aws-predictive",
            Setting::LevelSlope { .. } => "level+slope",
            Setting::Primetime(Ours { backstop: None, .. }) => ALONE,
            Setting::Primetime(Ours { calendar: false, .. }) => UNTOLD,
            Setting::Primetime(_) => OURS,
            Setting::PerfectMean => BOUNDS[0],
            Setting::Clairvoyant => BOUNDS[1],
        }
    }

    /// The settings, in words.
    pub fn words(&self) -> String {
        match self {
            Setting::Hpa { tolerance, window } => format!("tolerance {tolerance}, window {window} min"),
            Setting::TargetTracking(tracking) => tracking.words(),
            Setting::AwsPredictive { buffer, same_weekday, dynamic } => {
                format!("buffer {buffer} min, weekday x{same_weekday}, {}", dynamic.words())
            }
            Setting::LevelSlope { alpha, beta, ahead, window } => {
                format!("level {alpha}, slope {beta}, ahead x{ahead}, window {window} min")
            }
            Setting::Primetime(Ours { backstop: Some(backstop), .. }) => {
                format!("backstop at {}, stays {} min", backstop.target, backstop.stays)
            }
            _ => String::new(),
        }
    }

    /// Everything that is swept for a policy of that name.
    pub fn sweep(name: &str) -> Vec<Setting> {
        match name {
            "static" => vec![Setting::Static],
            "hpa" => product(&[0.0, 0.02, 0.05, 0.1], &[0, 2, 5, 10])
                .map(|(tolerance, window)| Setting::Hpa { tolerance, window })
                .collect(),
            "target-tracking" => trackings().map(Setting::TargetTracking).collect(),
            "aws-predictive" => product(&[1.0, 3.0, 10.0], &[5, 10, 15, 30, 60])
                .flat_map(|(same_weekday, buffer)| {
                    trackings().map(move |dynamic| Setting::AwsPredictive { buffer, same_weekday, dynamic })
                })
                .collect(),
            "level+slope" => {
                product(&[0.05, 0.1, 0.2, 0.4, 0.7, 1.0], &[0.02, 0.05, 0.1, 0.2, 1.0])
                    .flat_map(|(alpha, beta)| {
                        product(&[0.5, 1.0, 1.5], &[0, 2, 5])
                            .map(move |(ahead, window)| Setting::LevelSlope { alpha, beta, ahead, window })
                    })
                    .collect()
            }
            OURS => with_backstops(true),
            UNTOLD => with_backstops(false),
            ALONE => vec![Setting::Primetime(Ours { backstop: None, calendar: true })],
            "perfect-mean" => vec![Setting::PerfectMean],
            "clairvoyant" => vec![Setting::Clairvoyant],
            _ => Vec::new(),
        }
    }
}

fn with_backstops(calendar: bool) -> Vec<Setting> {
    product(&BACKSTOPS, &[0, 5])
        .map(|(target, stays)| {
            Setting::Primetime(Ours { backstop: Some(Backstop { target, stays }), calendar })
        })
        .collect()
}

fn trackings() -> impl Iterator<Item = Tracking> {
    product(&[(3, 15), (1, 15), (1, 5), (3, 5)], &[true, false])
        .map(|((out_after, in_after), patient)| Tracking { out_after, in_after, patient })
}

fn product<'a, A: Copy, B: Copy>(a: &'a [A], b: &'a [B]) -> impl Iterator<Item = (A, B)> + 'a {
    a.iter().flat_map(move |a| b.iter().map(move |b| (*a, *b)))
}
