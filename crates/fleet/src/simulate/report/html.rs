//! One page with everything in it: no script, and nothing fetched from anywhere.

use std::fmt::Write;

use super::{
    svg::{Line, chart, escape},
    table::{condition_words, table},
};
use crate::simulate::{
    contest::GOAL,
    setting::{ALONE, OURS},
    study::{Curves, Row, Study, goal_words},
};

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;\
color:#1b1b24;background:#fff}svg{width:100%;height:auto}svg text{font-size:11px;fill:#444}.grid{stroke:#ddd}\
pre{overflow-x:auto;background:#f6f6f8;padding:1rem;font-size:13px}h2{margin-top:2.5rem}";

/// Colours that stay apart for the colour-blind (Okabe and Ito, 2008).
fn colour(policy: &str) -> &'static str {
    match policy {
        OURS => "#d55e00",
        "level+slope" => "#0072b2",
        "hpa" => "#009e73",
        "target-tracking" => "#cc79a7",
        "aws-predictive" => "#e69f00",
        "perfect-mean" => "#000000",
        "clairvoyant" => "#777777",
        _ => "#56b4e9",
    }
}

/// The page.
pub fn page(studies: &[Study]) -> String {
    let mut body = String::new();
    for study in studies {
        let _ = write!(body, "<h2>{}</h2>", escape(&study.name));
        if let Some(curves) = &study.curves {
            body += &week(curves);
        }
        for gap in study.gaps() {
            let rows: Vec<&Row> =
                study.rows.iter().filter(|row| row.noise == gap.noise && row.boot == gap.boot).collect();
            let _ = write!(body, "<h3>{}</h3>", condition_words(gap.noise, gap.boot));
            body += &frontier(&rows);
        }
        let _ = write!(body, "<pre>{}</pre>", escape(&table(study)));
    }
    format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>What each policy would have cost</title><style>{STYLE}</style><h1>What each policy would have cost</h1>\
         <p>Instance-hours, booting included, against the share of load turned away, on the weeks after those on which everybody's \
         settings were swept and chosen. Tables say two things of everybody. <b>hours</b>: at {}, where the one knob that \
         trades hours for load turned away is read off on the shown weeks themselves, so that all are compared at the same \
         quality. <b>as tuned</b>: with the knob, too, as the first weeks gave it, and what was turned away then; on the \
         frontiers a ring.</p>{body}</html>",
        goal_words()
    )
}

fn week(curves: &Curves) -> String {
    let numbers =
        |values: Vec<f64>| values.into_iter().enumerate().map(|(at, y)| (at as f64, y)).collect::<Vec<_>>();
    let mut lines: Vec<Line<'_>> = curves
        .ready
        .iter()
        .map(|(name, ready)| Line {
            name,
            colour: colour(name),
            points: thin(numbers(ready.iter().map(|n| f64::from(*n)).collect())),
            ring: None,
        })
        .collect();
    let load = thin(numbers(curves.load.clone()));
    lines.push(Line { name: "offered load", colour: "#999999", points: load, ring: None });
    let title = format!("The busiest week, {}", condition_words(curves.noise, curves.boot));
    format!("<h3>{title}</h3>")
        + &chart(&title, ("day", "instances"), &lines, |x| format!("{:.1}", x / 1440.0))
}

/// Every fifth minute is enough for a week on a screen; of each five the highest, so that no peak is lost.
fn thin(points: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    let top =
        |five: &[(f64, f64)]| five.iter().copied().max_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or_default();
    points.chunks(5).map(top).collect()
}

fn frontier(rows: &[&Row]) -> String {
    let spot = |share: f64, hours: f64| (share.max(GOAL / 100.0).log10(), hours);
    let shown = rows.iter().filter(|row| !matches!(row.policy, "static" | "clairvoyant" | ALONE));
    let lines: Vec<Line<'_>> = shown
        .map(|row| Line {
            name: row.policy,
            colour: colour(row.policy),
            points: row.frontier.iter().map(|at| spot(at.outcome.shed_share(), at.outcome.hours())).collect(),
            ring: row.seeds.first().map(|read| spot(read.as_tuned.shed_share(), read.as_tuned.hours())),
        })
        .collect();
    chart("Frontier", ("share of load turned away", "instance-hours"), &lines, |x| {
        format!("{:.4}%", 10f64.powf(x) * 100.0)
    })
}
