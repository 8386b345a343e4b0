//! `fleet simulate`: what each scaling policy would have cost on a history.

use std::{fs, io::Read, path::Path};

use ::fleet::simulate::{
    demand::{Demand, Entry, SEEDS},
    engine::Boot,
    report,
    study::{Conditions, Study},
    trace::{MAX_BYTES, Trace},
};
use indicatif::ProgressBar;

use super::calendar;
use crate::commands::show;
use crate::{
    cli::SimulateArgs,
    failed::{Doing, Failed},
};

/// Replays the trace under every policy.
pub fn run(wanted: &SimulateArgs) -> Result<(), Failed> {
    let file = &wanted.trace;
    let mut bytes = Vec::new();
    fs::File::open(file)
        .and_then(|open| open.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes))
        .doing(|| format!("read {}", file.display()))?;
    let trace = Trace::parse(&bytes).map_err(|error| Failed::new(format!("{}: {error}", file.display())))?;
    let mut demand = Demand {
        name: file.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        start: trace.start,
        mean: trace.scaled_to(wanted.peak),
        calendar: Vec::new(),
    };
    if let Some(path) = &wanted.calendar {
        demand.calendar = entries(path, &demand)?;
    }
    let boot =
        |minutes: &u32| Boot { minutes: *minutes, spread: wanted.boot_spread, failing: wanted.failing };
    let conditions = Conditions {
        noises: wanted.noise.iter().map(|percent| percent / 100.0).collect(),
        boots: wanted.boot.iter().map(boot).collect(),
        seeds: SEEDS[..usize::from(wanted.seeds)].to_vec(),
    };
    let bar = ProgressBar::new(0);
    let study = Study::run(&demand, &conditions, |done, all| {
        bar.set_length(all as u64);
        bar.set_position(done as u64);
    });
    bar.finish_and_clear();
    show(&report::table(&study))?;
    let Some(dir) = &wanted.out else { return Ok(()) };
    fs::create_dir_all(dir).doing(|| format!("make {}", dir.display()))?;
    let write = |name: &str, text: String| {
        let path = dir.join(name);
        fs::write(&path, text).doing(|| format!("write {}", path.display()))
    };
    write("samples.csv", report::csv(&study))?;
    write("fleet.html", report::page(&[study]))?;
    show(&format!("\n{}\n{}\n", dir.join("samples.csv").display(), dir.join("fleet.html").display()))
}

/// A file says what was, not since when it was known: each entry counts as known from the beginning.
fn entries(path: &Path, demand: &Demand) -> Result<Vec<Entry>, Failed> {
    let events = calendar::read(path)?;
    let (from, until) = (demand.start, demand.at(demand.mean.len()));
    // A calendar of another year would change nothing, and nobody would know why.
    if !events.iter().any(|event| from <= event.at && event.at < until) {
        let count = events.len();
        return Err(Failed::new(format!(
            "{}: none of its {count} events is within the trace, which goes from {from} to {until}",
            path.display()
        )));
    }
    Ok(events.into_iter().map(|event| Entry { versions: vec![(0, Some(event))] }).collect())
}
