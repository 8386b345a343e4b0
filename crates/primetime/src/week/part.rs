//! What came to one group, and what became of it.

use serde::Serialize;

use super::{crowd::Met, group::Counts};

/// One group in one point of the curves.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Part {
    pub wanted: usize,
    pub serving: usize,
    /// All that cost something.
    pub all: usize,
    pub requests: u64,
    pub answered: u64,
    pub away: u64,
    pub failed: u64,
    /// The slowest hundredth begins here, in milliseconds: see [`Met::micros`].
    pub p99_ms: f64,
    #[serde(skip)]
    micros: Vec<u32>,
}

impl Part {
    pub fn add(&mut self, counts: Counts, met: Met) {
        (self.wanted, self.serving, self.all) = (counts.wanted, counts.serving, counts.all);
        self.requests += u64::from(met.came);
        self.answered += u64::from(met.answered);
        self.away += u64::from(met.away);
        self.failed += u64::from(met.failed);
        self.micros.extend(met.micros);
        self.p99_ms = p99(&mut self.micros);
    }

    /// As many instances, to which nothing came yet.
    pub fn next(&self) -> Self {
        Self { wanted: self.wanted, serving: self.serving, all: self.all, ..Self::default() }
    }
}

/// One group over a stretch of the week.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Figures {
    /// That the requests stand for: see [`Viewers`].
    pub viewers: u64,
    pub requests: u64,
    pub answered: u64,
    pub away: u64,
    pub failed: u64,
    pub p99_ms: f64,
    pub least: usize,
    pub most: usize,
    /// Of the week, in which an instance was there.
    pub hours: f64,
}

/// How many viewers requests stand for: each browses, and opens a page `every` so many seconds. Nobody counts people here.
#[derive(Debug, Clone, Copy)]
pub struct Viewers {
    pub every: f64,
    /// Seconds of the week in one of the machine's: requests come in the machine's.
    pub times: f64,
}

impl Figures {
    /// Of parts, each of so many minutes of the week, the last of which has `passed` of them.
    pub fn of<'a>(
        parts: impl Iterator<Item = &'a Part> + Clone,
        (minutes, passed): (f64, f64),
        viewers: Viewers,
    ) -> Self {
        let sum = |of: fn(&Part) -> u64| parts.clone().map(of).sum::<u64>();
        let serving = || parts.clone().map(|part| part.serving);
        let last = parts.clone().last().map_or(0, |part| part.all) as f64;
        let all = parts.clone().map(|part| part.all as f64).sum::<f64>();
        let stretch = minutes * (parts.clone().count() as f64 - 1.0) + passed;
        let requests = sum(|part| part.requests);
        let second = requests as f64 * viewers.times / (stretch * 60.0).max(1.0);
        let mut micros: Vec<u32> = parts.clone().flat_map(|part| part.micros.iter().copied()).collect();
        Self {
            viewers: (second * viewers.every).round() as u64,
            requests,
            answered: sum(|part| part.answered),
            away: sum(|part| part.away),
            failed: sum(|part| part.failed),
            p99_ms: p99(&mut micros),
            least: serving().min().unwrap_or(0),
            most: serving().max().unwrap_or(0),
            hours: ((all - last) * minutes + last * passed) / 60.0,
        }
    }
}

fn p99(micros: &mut [u32]) -> f64 {
    if micros.is_empty() {
        return 0.0;
    }
    let at = (micros.len() - 1) * 99 / 100;
    let (_, value, _) = micros.select_nth_unstable(at);
    f64::from(*value) / 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_the_sum_of_what_was_met() {
        let met = |answered, failed, micros: &[u32]| Met {
            came: answered + failed + 1,
            answered,
            away: 1,
            failed,
            micros: micros.to_vec(),
            words: None,
        };
        let counts = |serving| Counts { wanted: serving, serving, all: serving + 1 };
        let mut first = Part::default();
        first.add(counts(2), met(2, 0, &[900, 1_000]));
        let mut second = first.next();
        assert_eq!((second.serving, second.requests), (2, 0));
        second.add(counts(3), met(1, 1, &[800, 2_000_000]));
        let viewers = Viewers { every: 30.0, times: 600.0 };
        let figures = Figures::of([&first, &second].into_iter(), (10.0, 5.0), viewers);
        assert_eq!((figures.requests, figures.answered, figures.away, figures.failed), (6, 3, 2, 1));
        assert_eq!((figures.least, figures.most), (2, 3));
        // Six in a second and a half of the machine's, which are fifteen minutes of the week.
        assert_eq!(figures.viewers, 120);
        assert!((figures.hours - 50.0 / 60.0).abs() < 1e-9, "three for ten minutes and four for five");
        assert!((figures.p99_ms - 1.0).abs() < 1e-9, "of four the third: {figures:?}");
        let nothing = Figures::of([].into_iter(), (10.0, 0.0), viewers);
        assert_eq!((nothing.viewers, nothing.requests), (0, 0));
    }
}
