use std::fmt::Write;

use crate::simulate::study::{Row, Study, goal_words, median};

/// A table for terminals.
pub fn table(study: &Study) -> String {
    let mut text = format!(
        "{}: {} days, tuned on the first {}, hours on the rest at {}\n",
        study.name,
        study.minutes.0 / 1440,
        study.minutes.1 / 1440,
        goal_words()
    );
    for gap in study.gaps() {
        let _ = writeln!(
            text,
            "\nnoise {:.0}%, boot {} min{}",
            gap.noise * 100.0,
            gap.boot.minutes,
            if gap.boot.spread > 0.0 { ", with spread and failed launches" } else { "" }
        );
        let _ = writeln!(
            text,
            "  {:<16} {:>9} {:>8}   {:>9} {:>9} {:>7} {:>8}  settings",
            "policy", "hours", "vs mean", "as tuned", "away", "slow", "launches"
        );
        let same: Vec<&Row> =
            study.rows.iter().filter(|row| row.noise == gap.noise && row.boot == gap.boot).collect();
        let bound = same.iter().find(|row| row.policy == "perfect-mean").map_or(f64::NAN, |row| row.hours());
        for row in same {
            let tuned = |of: fn(&crate::simulate::engine::Outcome) -> f64| {
                median(row.seeds.iter().map(|r| of(&r.as_tuned)))
            };
            let _ = writeln!(
                text,
                "  {:<16} {:>9.0} {:>+7.2}%   {:>9.0} {:>8.4}% {:>6.3}% {:>8.0}  {}",
                row.policy,
                row.hours(),
                (row.hours() / bound - 1.0) * 100.0,
                tuned(|o| o.hours()),
                tuned(|o| o.shed_share() * 100.0),
                tuned(|o| o.slow_share() * 100.0),
                tuned(|o| o.launches as f64),
                row.setting
            );
        }
        let closed = gap.median();
        if closed.is_nan() {
            let _ = writeln!(text, "  No gap to close: {} does as well as knowing the mean.", gap.peer);
        } else {
            let (low, high) =
                gap.closed.iter().fold((f64::MAX, f64::MIN), |(l, h), x| (l.min(*x), h.max(*x)));
            let _ = writeln!(
                text,
                "  primetime closes {closed:.2} of the gap between {} and perfect-mean ({low:.2} to {high:.2} over {} seeds)",
                gap.peer,
                gap.closed.len()
            );
        }
    }
    let _ = writeln!(text, "\n{}", study.words);
    text
}

/// Every reading, as CSV.
pub fn csv(study: &Study) -> String {
    let mut text = String::from(
        "demand,policy,settings,noise,boot_minutes,boot_spread,seed,hours_at_goal,tuned_hours,tuned_away_share,\
         tuned_slow_share,tuned_short_minutes,tuned_launches\n",
    );
    for row in &study.rows {
        for read in &row.seeds {
            let tuned = &read.as_tuned;
            let _ = writeln!(
                text,
                "\"{}\",{},\"{}\",{},{},{},{},{:.1},{:.1},{:.8},{:.8},{},{}",
                study.name.replace('"', "'"),
                row.policy,
                row.setting,
                row.noise,
                row.boot.minutes,
                row.boot.spread,
                read.seed,
                read.hours,
                tuned.hours(),
                tuned.shed_share(),
                tuned.slow_share(),
                tuned.short_minutes,
                tuned.launches
            );
        }
    }
    text
}
