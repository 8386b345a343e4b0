//! How strict the judge is.

use serde::{Deserialize, Serialize};

use super::table::Table;

/// How strict the judge is. Odds are those of the canary as a multiple of the control's.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rules {
    /// Most probability, over the whole rollout, of calling a release worse that is not.
    pub alarm: f64,
    /// Most probability of letting one pass that is as bad as `errors_worst` or `latency_worst`.
    pub pass: f64,
    /// Odds of an error that are put up with.
    pub errors_odds: f64,
    /// Least share of answers that are errors in the canary beyond the control's before it matters.
    pub errors_excess: f64,
    /// Odds of an error that a release must be shown to stay below before it passes, …
    pub errors_worst: f64,
    /// … unless its share of errors is shown to be below this one.
    pub errors_below: f64,
    /// Odds of being slower than a bound that are put up with.
    pub latency_odds: f64,
    /// Least share of slower answers beyond the control's before it matters.
    pub latency_excess: f64,
    /// Odds of being slower that a release must be shown to stay below before it passes.
    pub latency_worst: f64,
    /// Growth of a gauge beyond the control's, as a share of what it began with, before it matters.
    pub growth_excess: f64,
    /// Most seconds between the ages of canary and control.
    pub ages_apart_s: u64,
    /// The canary must answer at least the control's requests divided by this.
    pub least_share: u64,
    /// Windows that must have been seen before a release passes, …
    pub least_windows: u64,
    /// … and seconds that must have passed.
    pub least_s: u64,
    /// Seconds after which a release that is not shown to be fine does not pass.
    pub longest_s: u64,
    /// Windows in a row that may say nothing.
    pub most_silent: u64,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            alarm: 0.001,
            pass: 0.01,
            errors_odds: 1.25,
            errors_excess: 0.002,
            errors_worst: 3.0,
            errors_below: 0.01,
            latency_odds: 1.5,
            latency_excess: 0.01,
            latency_worst: 3.0,
            growth_excess: 0.2,
            ages_apart_s: 30,
            least_share: 4,
            least_windows: 5,
            least_s: 5,
            longest_s: 900,
            most_silent: 10,
        }
    }
}

/// Errors, paths, latency and gauges have a quarter of the alarms each.
const PARTS: f64 = 4.0;
/// How much worse than what is put up with a bad release may be; each is bet on.
const WORSE: [f64; 4] = [1.5, 3.0, 10.0, 100.0];

impl Rules {
    /// ln of the evidence at which one of `many` things of a kind counts as worse.
    pub(super) fn alarm_ln(&self, many: usize) -> f64 {
        (PARTS * many as f64 / self.alarm).ln()
    }

    /// ln of the evidence at which one of `many` ways to show that a release is fine counts.
    pub(super) fn pass_ln(&self, many: usize) -> f64 {
        (many as f64 / self.pass).ln()
    }

    /// What a window adds to the bets that the canary's odds are beyond `odds`. The likelihood ratio grows with the canary's
    /// hits, so that what holds at `odds` holds for all that are smaller, too.
    pub(super) fn worse(&self, table: &Table, odds: f64) -> Vec<f64> {
        let all = table.ln_likelihoods(&WORSE.map(|worse| worse * odds));
        let allowed = table.ln_likelihoods(&[odds])[0];
        all.iter().map(|ln| ln - allowed).collect()
    }

    /// What a window adds to the bets that the canary's odds are below `worst`.
    pub(super) fn no_worse(&self, table: &Table, worst: f64) -> Vec<f64> {
        let all = table.ln_likelihoods(&[worst, worst.sqrt(), 1.0, 0.5]);
        all[1..].iter().map(|ln| ln - all[0]).collect()
    }
}

/// What a window with `hits` of `all` adds to the bets that the share of hits is below `share`.
pub(super) fn few(hits: u64, all: u64, share: f64) -> Vec<f64> {
    let (hits, misses) = (hits.min(all) as f64, all.saturating_sub(hits) as f64);
    let bet = |part: f64| {
        let less = share * part;
        hits * (less / share).ln() + misses * ((1.0 - less) / (1.0 - share)).ln()
    };
    [0.01, 0.25, 0.6].map(bet).to_vec()
}

/// The share at `odds` times the odds of `share`.
pub(super) fn share_at(share: f64, odds: f64) -> f64 {
    let odds = odds * share / (1.0 - share);
    odds / (1.0 + odds)
}
