//! Far below the forecast: something before us is broken, and everybody will come back at once.

/// A load below this share of what the season says is no ordinary evening.
const FAR_BELOW: f64 = 0.6;
/// The fall must have happened within so many minutes: a holiday sinks slowly, an outage falls.
const WITHIN: usize = 15;
/// Longest hold, minutes: after that the world has changed.
const LONGEST: usize = 90;
/// After the load is back, minutes for which the hold stays: the retries come then.
const AFTER: usize = 10;

/// What comes back is the usual and those who try again: of the usual, this much is held.
const RETRIES: f64 = 1.25;

/// Watches for sudden falls.
#[derive(Debug, Clone, Default)]
pub struct Hold {
    recent: std::collections::VecDeque<f64>,
    since: Option<(usize, f64)>,
    back_since: Option<usize>,
    minute: usize,
}

impl Hold {
    /// Takes a minute's load and what the season said of it; the least load to be ready for, while holding.
    pub fn push(&mut self, load: f64, expected: Option<f64>) -> Option<f64> {
        self.minute += 1;
        let share = expected.filter(|expected| *expected > 1.0).map(|expected| load / expected);
        let was = self.recent.iter().copied().fold(0.0, f64::max);
        if let (None, Some(share)) = (self.since, share)
            && share < FAR_BELOW
            && was > 0.85
        {
            self.since = Some((self.minute, was));
            self.back_since = None;
        }
        self.recent.push_back(share.unwrap_or(0.0));
        if self.recent.len() > WITHIN {
            self.recent.pop_front();
        }
        let (since, was) = self.since?;
        match share {
            Some(share) if share >= FAR_BELOW => self.back_since = self.back_since.or(Some(self.minute)),
            _ => self.back_since = None,
        }
        let over = self.back_since.is_some_and(|back| self.minute >= back + AFTER);
        if over || self.minute >= since + LONGEST {
            self.since = None;
            self.recent.clear();
            return None;
        }
        expected.map(|expected| expected * was.min(1.2) * RETRIES)
    }

    /// Whether it holds now, in words.
    pub fn words(&self) -> Option<String> {
        self.since.map(|(since, _)| {
            format!(
                "The load fell far below its usual {} min ago: holding capacity for those who come back.",
                self.minute - since
            )
        })
    }
}
