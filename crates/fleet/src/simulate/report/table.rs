use std::fmt::Write;

use crate::{
    plan::PRICE,
    simulate::{
        engine::{Boot, Outcome},
        setting::{BOUNDS, OURS, UNTOLD},
        study::{Gap, Row, Study, goal_words, median},
    },
};

/// A table for terminals.
pub fn table(study: &Study) -> String {
    let mut text = format!(
        "{}: {} days, settings tuned on the first {}, measured on the rest\n\
         hours: at {}, everybody's knob read off on the rest itself; as tuned: the knob, too, from the first days\n",
        study.name,
        study.minutes.0 / 1440,
        study.minutes.1 / 1440,
        goal_words()
    );
    for gap in study.gaps() {
        let rows: Vec<&Row> =
            study.rows.iter().filter(|row| row.noise == gap.noise && row.boot == gap.boot).collect();
        condition(&mut text, &gap, &rows);
    }
    let _ = writeln!(text, "\n{}", study.words);
    text
}

fn condition(text: &mut String, gap: &Gap, rows: &[&Row]) {
    let _ = writeln!(text, "\n{}", condition_words(gap.noise, gap.boot));
    let _ = writeln!(
        text,
        "  {:<16} {:>9} {:>8}   {:>9} {:>9} {:>7} {:>8}  settings",
        "policy", "hours", "vs mean", "as tuned", "away", "slow", "launches"
    );
    let of = |name: &str| rows.iter().find(|row| row.policy == name);
    let bound = of(BOUNDS[0]).map_or(f64::NAN, |row| row.hours());
    for row in rows {
        let _ = writeln!(
            text,
            "  {:<16} {:>9.0} {:>+7.2}%   {:>9.0} {:>8.4}% {:>6.3}% {:>8.0}  {}",
            row.policy,
            row.hours(),
            (row.hours() / bound - 1.0) * 100.0,
            row.as_tuned(Outcome::hours),
            row.as_tuned(|tuned| tuned.shed_share() * 100.0),
            row.as_tuned(|tuned| tuned.slow_share() * 100.0),
            row.as_tuned(|tuned| tuned.launches as f64),
            row.setting
        );
    }
    let closed = gap.median();
    if closed.is_nan() {
        let _ = writeln!(text, "  No gap to close: {} does as well as knowing the mean.", gap.peer);
    } else {
        let (low, high) = gap.closed.iter().fold((f64::MAX, f64::MIN), |(l, h), x| (l.min(*x), h.max(*x)));
        let _ = writeln!(
            text,
            "  {OURS} closes {closed:.2} of the gap between {} and {} ({low:.2} to {high:.2} over {} seeds)",
            gap.peer,
            BOUNDS[0],
            gap.closed.len()
        );
    }
    let Some(ours) = of(OURS) else { return };
    if let Some(untold) = of(UNTOLD) {
        let _ = writeln!(
            text,
            "  The calendar: {:.0} hours with it, {:.0} without, of the same quality",
            ours.hours(),
            untold.hours()
        );
    }
    let by_default = |of: fn(&Outcome) -> f64| {
        median(ours.seeds.iter().filter_map(|read| read.by_default.as_ref()).map(of))
    };
    let _ = writeln!(
        text,
        "  As `fleet run` comes, --price {PRICE}: {:.0} hours, {:.4}% turned away",
        by_default(Outcome::hours),
        by_default(|outcome| outcome.shed_share() * 100.0)
    );
}

/// Noise and boot time, in words.
pub fn condition_words(noise: f64, boot: Boot) -> String {
    let rough = match boot.spread > 0.0 || boot.failing > 0.0 {
        true => format!(", spread {}, {}% of launches fail", boot.spread, boot.failing * 100.0),
        false => String::new(),
    };
    format!("noise {:.0}%, boot {} min{rough}", noise * 100.0, boot.minutes)
}

/// Every reading, as CSV.
pub fn csv(study: &Study) -> String {
    let mut text = String::from(
        "demand,policy,settings,noise,boot_minutes,boot_spread,boot_failing,seed,hours_at_goal,tuned_knob,tuned_hours,\
         tuned_away_share,tuned_slow_share,tuned_short_minutes,tuned_launches,default_hours,default_away_share\n",
    );
    for row in &study.rows {
        for read in &row.seeds {
            let tuned = &read.as_tuned;
            let _ = write!(
                text,
                "\"{}\",{},\"{}\",{},{},{},{},{},{:.1},{:.4},{:.1},{:.8},{:.8},{},{},",
                study.name.replace('"', "'"),
                row.policy,
                row.setting,
                row.noise,
                row.boot.minutes,
                row.boot.spread,
                row.boot.failing,
                read.seed,
                read.hours,
                row.knob,
                tuned.hours(),
                tuned.shed_share(),
                tuned.slow_share(),
                tuned.short_minutes,
                tuned.launches
            );
            let _ = match read.by_default {
                Some(outcome) => writeln!(text, "{:.1},{:.8}", outcome.hours(), outcome.shed_share()),
                None => writeln!(text, ","),
            };
        }
    }
    text
}
