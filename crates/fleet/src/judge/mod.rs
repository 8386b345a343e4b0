//! The canary judge: is the new release worse than the old one, at the same age, under the same traffic?
//!
//! It may be asked after every window. Evidence against the canary and evidence for it are e-processes (see `evidence`), so that
//! asking often costs nothing: a release that is no worse is called worse with a probability of at most [`Rules::alarm`],
//! ever, and one that is much worse is let pass with at most [`Rules::pass`]. Silence is neither: what is not measured is
//! waited for, as long as [`Rules::longest_s`], and then the release does not pass.

mod evidence;
mod growth;
mod rules;
mod sample;
mod table;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

pub use evidence::{Evidence, MOST_PER_WINDOW};
pub use growth::Growth;
pub use rules::Rules;
pub use sample::{Answers, Histogram, MOST_BOUNDS, MOST_GAUGES, MOST_PATHS, OTHER, Sample, Window};
pub use table::Table;

/// Most requests of an arm in a window: far beyond what an instance answers, and little enough to be judged in a second.
pub const MOST_REQUESTS: u64 = 1_000_000;

/// What the judge says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "says", content = "words", rename_all = "snake_case")]
pub enum Verdict {
    /// Not enough is known yet; the words say what is missing.
    Wait(String),
    /// Shown to be no worse than allowed.
    Fine(String),
    /// Shown to be worse.
    Worse(String),
    /// Waited for as long as allowed: it does not pass.
    Unknown(String),
}

/// Both arms' counts of the same thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
struct Both {
    canary: Answers,
    control: Answers,
}

impl Both {
    fn add(&mut self, canary: Answers, control: Answers) {
        self.canary.add(canary);
        self.control.add(control);
    }

    fn excess(&self) -> f64 {
        self.canary.share() - self.control.share()
    }
}

/// What is known of the answers that took longer than one bound.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
struct Slower {
    /// That the canary has more of them.
    more: Evidence,
    /// That it has not many more.
    no_more: Evidence,
    /// That they are fewer than each of [`QUANTILES`] allows.
    few: [Evidence; 2],
}

/// What must be proven of the times before a release passes: of how many of the control's answers, at the most, the share that
/// takes longer is looked at.
const QUANTILES: [(f64, &str); 2] = [(0.5, "the usual time"), (0.05, "the slowest answers")];

/// The judge and what it has seen: data, so that it survives whoever holds it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Judge {
    rules: Rules,
    /// Windows that counted.
    windows: u64,
    /// Windows in a row that did not, and why the last did not.
    silent: u64,
    silence: Option<String>,
    paths: BTreeMap<String, (Both, Evidence)>,
    total: Both,
    more_errors: Evidence,
    /// For the canary: few errors, or no more of them than the control.
    few_errors: Evidence,
    no_more_errors: Evidence,
    latency: (Histogram, Histogram),
    slower: Vec<Slower>,
    growth: BTreeMap<String, Growth>,
    /// Once worse, always worse: what came after cannot undo it.
    worse: Option<String>,
}

impl Judge {
    /// A judge who has seen nothing.
    pub fn new(rules: Rules) -> Self {
        Self {
            rules,
            windows: 0,
            silent: 0,
            silence: None,
            paths: BTreeMap::new(),
            total: Both::default(),
            more_errors: Evidence::default(),
            few_errors: Evidence::default(),
            no_more_errors: Evidence::default(),
            latency: Default::default(),
            slower: Vec::new(),
            growth: BTreeMap::new(),
            worse: None,
        }
    }

    /// Windows that counted: both arms spoke, at the same age.
    pub fn windows(&self) -> u64 {
        self.windows
    }

    /// Whether the last window did not count.
    pub fn is_silent(&self) -> bool {
        self.silence.is_some()
    }

    /// Takes in one window. Each must be given once: what is counted twice would weigh twice.
    pub fn observe(&mut self, window: &Window) {
        match self.usable(window) {
            Err(why) => {
                self.silent += 1;
                self.silence = Some(why);
            }
            Ok((canary, control)) => {
                (self.silent, self.silence) = (0, None);
                self.windows += 1;
                self.errors(canary, control);
                self.times(&canary.latency, &control.latency);
                self.gauges(canary, control);
                if self.worse.is_none() {
                    self.worse = self.worst();
                }
            }
        }
    }

    /// What can be said after `waited_s` seconds of judging.
    pub fn verdict(&self, waited_s: u64) -> Verdict {
        if let Some(words) = &self.worse {
            return Verdict::Worse(words.clone());
        }
        match self.missing(waited_s) {
            None => Verdict::Fine(words::fine(&self.total)),
            Some(missing) if waited_s < self.rules.longest_s && self.silent <= self.rules.most_silent => {
                Verdict::Wait(missing)
            }
            Some(missing) => Verdict::Unknown(words::unknown(waited_s, &missing)),
        }
    }

    fn usable<'a>(&self, window: &'a Window) -> Result<(&'a Sample, &'a Sample), String> {
        let (canary, control) = match (&window.canary, &window.control) {
            (Some(canary), Some(control)) => (canary, control),
            (None, Some(_)) => return Err("nothing is heard of the canary".into()),
            (Some(_), None) => return Err("nothing is heard of the control".into()),
            (None, None) => return Err("nothing is heard of the canary and the control".into()),
        };
        let apart = canary.age_s.abs_diff(control.age_s);
        if apart > self.rules.ages_apart_s {
            return Err(format!("the canary and the control are {apart} s apart in age: no fair comparison"));
        }
        for (name, sample) in [("canary", canary), ("control", control)] {
            if !sample.latency.is_sound() {
                return Err(format!("the {name}'s times cannot be read"));
            }
        }
        let most = |sample: &Sample| sample.total().requests.max(sample.latency.total());
        if most(canary).max(most(control)) > MOST_REQUESTS {
            return Err("more requests are counted than an instance can answer in a window".into());
        }
        let before = &self.latency.0.bounds;
        if canary.latency.bounds != control.latency.bounds
            || !(before.is_empty() || *before == canary.latency.bounds)
        {
            return Err("the canary's times are counted in other buckets than the control's".into());
        }
        let asked = |sample: &Sample| sample.total().requests;
        if asked(canary) < asked(control) / self.rules.least_share {
            let (few, many) = (words::number(asked(canary)), words::number(asked(control)));
            return Err(format!("the canary answered {few} requests where the control answered {many}"));
        }
        Ok((canary, control))
    }

    fn errors(&mut self, canary: &Sample, control: &Sample) {
        let rules = &self.rules;
        let (all_canary, all_control) = (canary.total(), control.total());
        self.total.add(all_canary, all_control);
        let table = errors(all_canary, all_control);
        self.more_errors.add_from_now_on(&rules.worse(&table, rules.errors_odds));
        self.no_more_errors.add(&rules.no_worse(&table, rules.errors_worst));
        self.few_errors.add(&rules::few(all_canary.errors, all_canary.requests, rules.errors_below));
        // A path that the table has no room for is counted with the others.
        let names: BTreeSet<&String> = canary.paths.keys().chain(control.paths.keys()).collect();
        let mut window: BTreeMap<&str, Both> = BTreeMap::new();
        for name in names {
            let new = window.keys().filter(|name| !self.paths.contains_key(**name)).count();
            let has_room = self.paths.contains_key(name) || self.paths.len() + new < MOST_PATHS - 1;
            let of = |sample: &Sample| sample.paths.get(name).copied().unwrap_or_default();
            window.entry(if has_room { name } else { OTHER }).or_default().add(of(canary), of(control));
        }
        for (name, both) in window {
            let (sum, evidence) = self.paths.entry(name.to_owned()).or_default();
            sum.add(both.canary, both.control);
            let table = errors(both.canary, both.control);
            if table.speaks() {
                evidence.add_from_now_on(&rules.worse(&table, rules.errors_odds));
            }
        }
    }

    fn times(&mut self, canary: &Histogram, control: &Histogram) {
        self.latency.0.add(canary);
        self.latency.1.add(control);
        self.slower.resize_with(canary.bounds.len(), Default::default);
        let (all, all_control) = (canary.total(), control.total());
        let rules = &self.rules;
        for (at, slower) in self.slower.iter_mut().enumerate() {
            let (canary_hits, control_hits) = (canary.above(at), control.above(at));
            let table = Table { canary: all, canary_hits, control: all_control, control_hits };
            if table.speaks() {
                slower.more.add_from_now_on(&rules.worse(&table, rules.latency_odds));
                slower.no_more.add(&rules.no_worse(&table, rules.latency_worst));
            }
            for (few, (share, _)) in slower.few.iter_mut().zip(QUANTILES) {
                few.add(&rules::few(canary_hits, all, rules::share_at(share, rules.latency_worst)));
            }
        }
    }

    fn gauges(&mut self, canary: &Sample, control: &Sample) {
        for (name, value) in canary.gauges.iter().take(MOST_GAUGES) {
            if let Some(other) = control.gauges.get(name)
                && (self.growth.contains_key(name) || self.growth.len() < MOST_GAUGES)
            {
                self.growth.entry(name.clone()).or_default().add(*value, *other);
            }
        }
    }

    /// Words about the first thing that is shown to be worse.
    fn worst(&self) -> Option<String> {
        let rules = &self.rules;
        if self.more_errors.ln() >= rules.alarm_ln(1) && self.total.excess() >= rules.errors_excess {
            return Some(words::errors(None, &self.total) + &self.mostly());
        }
        let path = self.paths.iter().find(|(_, (both, evidence))| {
            evidence.ln() >= rules.alarm_ln(MOST_PATHS) && both.excess() >= rules.errors_excess
        });
        if let Some((path, (both, _))) = path {
            return Some(words::errors(Some(path), both));
        }
        let slow = self.slower.iter().enumerate().filter(|(at, slower)| {
            slower.more.ln() >= rules.alarm_ln(MOST_BOUNDS)
                && self.above(*at).excess() >= rules.latency_excess
        });
        if let Some((at, _)) = slow.max_by(|a, b| a.1.more.ln().total_cmp(&b.1.more.ln())) {
            return Some(words::slower(self.latency.0.bounds[at], &self.above(at)));
        }
        let leak = self.growth.iter().find(|(_, growth)| {
            let (canary, control) = growth.shares();
            growth.ln() >= rules.alarm_ln(MOST_GAUGES) && canary - control >= rules.growth_excess
        });
        leak.map(|(name, growth)| words::leak(name, growth))
    }

    /// Where most of the canary's errors are, if they are at one path; one that merely has most of the requests is not to blame.
    fn mostly(&self) -> String {
        let all = self.total.canary;
        let at_one = |(_, (both, _)): &(&String, &(Both, Evidence))| {
            2 * both.canary.errors > all.errors && both.excess() > 2.0 * all.share()
        };
        self.paths.iter().find(at_one).map_or_else(String::new, |(path, (both, _))| words::mostly(path, both))
    }

    /// What is still missing before the release may pass.
    fn missing(&self, waited_s: u64) -> Option<String> {
        let rules = &self.rules;
        if let Some(silence) = &self.silence {
            return Some(silence.clone());
        }
        if self.windows < rules.least_windows || waited_s < rules.least_s {
            return Some(format!("{} of {} windows seen", self.windows, rules.least_windows));
        }
        if self.suspicion() >= rules.pass_ln(1) {
            return Some(words::suspicious(&self.total));
        }
        if self.few_errors.ln().max(self.no_more_errors.ln()) < rules.pass_ln(2) {
            return Some(words::too_little("errors", &self.total));
        }
        for (which, (share, name)) in QUANTILES.iter().enumerate() {
            if self.no_slower(which, *share) < rules.pass_ln(3 * MOST_BOUNDS) {
                return Some(words::too_little(name, &self.total));
            }
        }
        None
    }

    /// ln of the strongest evidence against the canary. What is not enough to condemn it may be enough to wait for more.
    fn suspicion(&self) -> f64 {
        let paths = self.paths.values().map(|(_, evidence)| evidence.ln());
        let slower = self.slower.iter().map(|slower| slower.more.ln());
        paths.chain(slower).fold(self.more_errors.ln(), f64::max)
    }

    fn above(&self, at: usize) -> Both {
        let answers = |times: &Histogram| Answers { requests: times.total(), errors: times.above(at) };
        Both { canary: answers(&self.latency.0), control: answers(&self.latency.1) }
    }

    /// ln of the evidence that the canary is not much slower at a quantile of the control. Asked at the two bounds around it:
    /// where buckets are wide, nearly all or nearly none of the answers lie above one of them, and it says little.
    fn no_slower(&self, which: usize, share: f64) -> f64 {
        let first = (0..self.slower.len()).position(|at| self.above(at).control.share() < share);
        let over = first.and_then(|at| self.slower.get(at)).map(|s| s.no_more.ln().max(s.few[which].ln()));
        let under = first.unwrap_or(self.slower.len()).checked_sub(1).map(|at| self.slower[at].no_more.ln());
        over.into_iter().chain(under).fold(f64::NEG_INFINITY, f64::max)
    }
}

fn errors(canary: Answers, control: Answers) -> Table {
    Table {
        canary: canary.requests,
        canary_hits: canary.errors.min(canary.requests),
        control: control.requests,
        control_hits: control.errors.min(control.requests),
    }
}
