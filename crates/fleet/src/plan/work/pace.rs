//! How long jobs take, learned from those that are done.

use std::{collections::BTreeMap, time::Duration};

/// Kinds of jobs that go through a film from its beginning to its end, and take the longer the longer it is. Of the others each takes
/// about as long as any.
pub const THROUGH: &[&str] = &["video-rung", "audio", "storyboard"];
/// The last jobs of a kind are asked, …
const LAST: usize = 50;
/// … and fewer say nothing.
const FEWEST: usize = 5;
/// A film whose running time nobody knows is taken for one of so many seconds.
const FILM: f64 = 90.0 * 60.0;
/// Seconds of a job that goes through nothing, while nothing is known.
const EACH: f64 = 10.0;

/// A job that is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Took {
    /// Its kind.
    pub kind: String,
    /// What it made: a rung of the ladder, a sound track.
    pub track: String,
    /// How long it took.
    pub took: Duration,
    /// How long what it worked on is, if that is known.
    pub length: Option<Duration>,
}

/// What a job takes, as the median of some says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pace {
    /// Of how many.
    pub jobs: usize,
    /// Seconds for one second of film, of kinds that go [`THROUGH`] it; of others, for a job.
    pub seconds: f64,
}

/// What is known.
#[derive(Debug, Clone, PartialEq)]
pub struct Paces {
    declared: f64,
    /// By kind and track; by kind alone under no track.
    learned: BTreeMap<(String, String), Pace>,
    jobs: usize,
}

impl Paces {
    /// Learns from jobs that are done, newest first. `declared`: seconds that a job takes for a second of film, until enough are known.
    pub fn learn(declared: f64, done: &[Took]) -> Self {
        let mut samples: BTreeMap<(String, String), Vec<f64>> = BTreeMap::new();
        let mut jobs = 0;
        for took in done {
            let Some(seconds) = sample(took) else { continue };
            jobs += 1;
            for track in
                [Some(took.track.as_str()).filter(|track| !track.is_empty()), Some("")].into_iter().flatten()
            {
                samples.entry((took.kind.clone(), track.to_owned())).or_default().push(seconds);
            }
        }
        let median = |mut samples: Vec<f64>| {
            samples.truncate(LAST);
            let jobs = samples.len();
            samples.sort_by(f64::total_cmp);
            samples.get(jobs / 2).map(|seconds| Pace { jobs, seconds: *seconds })
        };
        let learned = samples.into_iter().filter(|(_, samples)| samples.len() >= FEWEST);
        let learned = learned.filter_map(|(class, samples)| Some((class, median(samples)?))).collect();
        Self { declared, learned, jobs }
    }

    /// What such a job takes, if that was learned.
    pub fn of(&self, kind: &str, track: &str) -> Option<Pace> {
        let found = |track: &str| self.learned.get(&(kind.to_owned(), track.to_owned())).copied();
        found(track).or_else(|| found(""))
    }

    /// Minutes that `jobs` of a kind take one after the other: `left` of film for all of them together, and whole films for the `unknown`.
    pub fn minutes(&self, (kind, track): (&str, &str), jobs: u32, unknown: u32, left: Duration) -> f64 {
        let learned = self.of(kind, track).map(|pace| pace.seconds);
        let seconds = match THROUGH.contains(&kind) {
            true => learned.unwrap_or(self.declared) * (left.as_secs_f64() + f64::from(unknown) * FILM),
            false => learned.unwrap_or(EACH) * f64::from(jobs),
        };
        seconds / 60.0
    }

    /// What the plan rests on.
    pub fn words(&self) -> String {
        let slow = |((kind, track), pace): (&(String, String), &Pace)| {
            let name = if track.is_empty() { format!("any {kind}") } else { track.clone() };
            THROUGH.contains(&kind.as_str()).then(|| format!("{name} {:.2} s", pace.seconds))
        };
        let all: Vec<String> = self.learned.iter().filter_map(slow).collect();
        let declared = format!("{:.2} s", self.declared);
        match (self.jobs, all.is_empty()) {
            (0, _) => format!("Declared: {declared} for a second of film; no job has finished yet"),
            (jobs, true) => {
                format!("Declared: {declared} for a second of film; {jobs} finished jobs are too few")
            }
            (jobs, false) => {
                format!(
                    "Learned from {jobs} jobs, for a second of film: {}; others {declared}, as declared",
                    all.join(", ")
                )
            }
        }
    }
}

/// Seconds for a second of film, or for the job; `None` where nothing can be learned.
fn sample(took: &Took) -> Option<f64> {
    let seconds = took.took.as_secs_f64();
    if !THROUGH.contains(&took.kind.as_str()) {
        return (seconds > 0.0).then_some(seconds);
    }
    let length = took.length?.as_secs_f64();
    (seconds > 0.0 && length > 0.0).then(|| seconds / length)
}
