//! What each model says: how far the load will be from its level, `ahead` minutes on.

use super::{
    seasons::Season,
    stack::{Inputs, WIDTH},
};

/// Minutes of a day.
pub const DAY: usize = 1440;
/// Minutes of a week.
pub const WEEK: usize = 7 * DAY;
/// A minute is learned into the seasons only when it is this old: otherwise "now" would already hold today while "soon"
/// still holds last week, and the step between them would be today's surprise.
const LATER: usize = 180;
/// Minutes of recent load that the slopes look back on.
const RECENT: usize = 64;
/// Loads below this count as this when ratios are formed, in instances' worth.
pub const LEAST: f64 = 0.5;

/// The models by name, in the order of their inputs.
pub const MODELS: [&str; WIDTH] = [
    "last minute",
    "level over 10 min",
    "slope over 1 min",
    "slope over 5 min",
    "slope over 12 min",
    "slope over 30 min",
    "week, by the minute",
    "week, smoothed",
    "last week",
    "week's slope over 10 min",
    "back to the week's usual",
    "day",
    "week's slope over 1 min",
    "week's slope over 30 min",
    "last week's value",
    "level over 50 min",
];

/// Which inputs know a season.
pub fn knows_a_season(model: usize) -> bool {
    (6..15).contains(&model)
}

/// The state that all models share.
#[derive(Debug, Clone)]
pub struct Signals {
    /// The last [`LATER`] and more minutes, by minute modulo its length; gaps carried forward.
    loads: Vec<f32>,
    /// Whether the minute was measured and usual.
    usual: Vec<bool>,
    seen: usize,
    levels: [f64; 3],
    ratio: f64,
    week: Season,
    smooth: Season,
    last: Season,
    day: Season,
}

impl Default for Signals {
    fn default() -> Self {
        Self {
            loads: vec![0.0; 256],
            usual: vec![false; 256],
            seen: 0,
            levels: [0.0; 3],
            ratio: 1.0,
            week: Season::new(WEEK, 0.25, 0),
            smooth: Season::new(WEEK, 0.2, 6),
            last: Season::new(WEEK, 1.0, 4),
            day: Season::new(DAY, 0.3, 4),
        }
    }
}

impl Signals {
    /// How many minutes were pushed.
    pub fn seen(&self) -> usize {
        self.seen
    }

    /// The smoothed load that models speak relative to.
    pub fn level(&self) -> f64 {
        self.levels[0]
    }

    /// The load `back` minutes before the last.
    pub fn load(&self, back: usize) -> f64 {
        let at = (self.seen - 1).saturating_sub(back);
        f64::from(self.loads[at % self.loads.len()])
    }

    /// Takes a minute. One without measurement repeats the last; one of an event is not usual, and no season learns it.
    pub fn push(&mut self, load: Option<f64>, usual: bool) {
        let first = self.seen == 0;
        let value = load.unwrap_or(if first { 0.0 } else { self.load(0) });
        let size = self.loads.len();
        self.loads[self.seen % size] = value as f32;
        self.usual[self.seen % size] = usual && load.is_some();
        let now = self.seen;
        self.seen += 1;
        for (level, gain) in self.levels.iter_mut().zip([0.35, 0.1, 0.02]) {
            *level = if first { value } else { *level + gain * (value - *level) };
        }
        if let Some(then) = now.checked_sub(LATER) {
            let known = self.usual[then % size];
            let load = if known { f64::from(self.loads[then % size]) } else { f64::NAN };
            for season in [&mut self.week, &mut self.smooth, &mut self.last, &mut self.day] {
                season.learn(then, load);
            }
        }
        if let Some(seasonal) = self.smooth.at(now).filter(|seasonal| *seasonal > 1e-9 && usual) {
            self.ratio += 0.002 * ((value / seasonal).clamp(0.2, 5.0) - self.ratio);
        }
    }

    /// What the season alone says of the load `ahead` minutes on: last weeks' usual or yesterdays', times how the last hours
    /// went against theirs. `None` in the first day.
    pub fn seasonal(&self, ahead: usize) -> Option<f64> {
        let then = self.seen - 1 + ahead;
        if let Some(usual) = self.smooth.at(then) {
            return Some(usual * self.ratio);
        }
        self.day.at(then)
    }

    /// Level and slope alone, without any season.
    pub fn reactive(&self, ahead: usize) -> f64 {
        (self.mean(0, 3) + self.slope(12, 5) * ahead as f64).max(0.0)
    }

    fn mean(&self, back: usize, count: usize) -> f64 {
        (0..count).map(|k| self.load(back + k)).sum::<f64>() / count as f64
    }

    fn slope(&self, over: usize, count: usize) -> f64 {
        debug_assert!(over + count <= RECENT);
        (self.mean(0, count) - self.mean(over, count)) / over as f64
    }

    /// All inputs, relative to the level.
    pub fn inputs(&self, ahead: usize) -> Inputs {
        let (now, level, far) = (self.seen - 1, self.level(), ahead as f64);
        let mut x = [0.0; WIDTH];
        x[0] = self.load(0) - level;
        x[1] = self.levels[1] - level;
        x[15] = self.levels[2] - level;
        for (at, over, count) in [(2, 1, 1), (3, 5, 3), (4, 12, 5), (5, 30, 8)] {
            x[at] = self.slope(over, count) * far;
        }
        let step = |season: &Season| {
            let (here, there) = (season.at(now)?, season.at(now + ahead)?);
            let scale = if here > 1e-9 { (level / here).clamp(0.3, 3.0) } else { 1.0 };
            Some((scale * (there - here), scale, here, there))
        };
        // The seasons are cyclic: a week less ten minutes ahead is ten minutes ago.
        if let Some((change, scale, here, _)) = step(&self.week) {
            x[6] = change;
            x[12] = self.week.at(now + WEEK - 1).map_or(0.0, |ago| scale * (here - ago) * far);
        }
        if let Some((change, scale, here, there)) = step(&self.smooth) {
            x[7] = change;
            x[10] = there * self.ratio - level;
            x[9] = self.smooth.at(now + WEEK - 10).map_or(0.0, |ago| scale * (here - ago) / 10.0 * far);
            x[13] = self.smooth.at(now + WEEK - 30).map_or(0.0, |ago| scale * (here - ago) / 30.0 * far);
        }
        if let Some((change, _, _, there)) = step(&self.last) {
            x[8] = change;
            x[14] = there - level;
        }
        if let Some((change, ..)) = step(&self.day) {
            x[11] = change;
        }
        let base = level.max(LEAST);
        x.map(|x| (x / base) as f32)
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        self.loads.len() * 5
            + [&self.week, &self.smooth, &self.last, &self.day].map(Season::bytes).iter().sum::<usize>()
    }
}
