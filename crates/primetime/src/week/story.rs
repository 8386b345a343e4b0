//! What happened, by ten minutes of the week, for the page and for the summary.

use std::sync::{Mutex, PoisonError};

use fleet::plan::Plan;
use serde::Serialize;

use super::{
    clock::{WEEK, WeekClock},
    crowd::Met,
    demand::Demand,
    group::Counts,
};
use crate::cli::WeekArgs;

/// Minutes of the week in one point of the page's curves.
const POINT: usize = 10;

/// One group in ten minutes.
#[derive(Debug, Clone, Default, Serialize)]
struct Part {
    wanted: usize,
    serving: usize,
    all: usize,
    requests: u64,
    away: u64,
    failed: u64,
    /// Slowest hundredth of the answers begins here, milliseconds.
    p99_ms: f64,
    #[serde(skip)]
    micros: Vec<u32>,
}

#[derive(Debug, Clone, Default, Serialize)]
struct Point {
    /// In instances' worth: what comes, and what was expected for thirty minutes on.
    load: f64,
    forecast: f64,
    groups: [Part; 2],
}

/// The end of it, for one group.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Summary {
    pub requests: u64,
    pub away: u64,
    pub failed: u64,
    pub p99_ms: f64,
    pub least: usize,
    pub most: usize,
    /// Of the week, in which an instance was there.
    pub hours: f64,
    /// Of the first that failed.
    pub words: Option<String>,
}

#[derive(Serialize)]
struct Told {
    /// Of the week, in words.
    week: String,
    rate: u32,
    peak: u16,
    always: usize,
    minute: f64,
    over: bool,
    point_minutes: usize,
    plan: Vec<String>,
    /// Of the calendar, within the week: minute and name.
    events: Vec<(f64, String)>,
    points: Vec<Point>,
    summaries: [Summary; 2],
}

#[derive(Default)]
struct Inner {
    minute: f64,
    over: bool,
    plan: Vec<String>,
    points: Vec<Point>,
    words: [Option<String>; 2],
    /// Every answer's microseconds of the whole week.
    micros: [Vec<u32>; 2],
}

/// Written as the week goes on, read by the page.
pub struct Story {
    week: String,
    rate: u32,
    peak: u16,
    always: usize,
    events: Vec<(f64, String)>,
    inner: Mutex<Inner>,
}

impl Story {
    pub fn new(wanted: &WeekArgs, demand: &Demand, always: usize) -> Self {
        let begin = demand.end(demand.week.start).micros() - 60_000_000;
        let minute = |micros: i64| (micros - begin) as f64 / 60e6;
        let events = demand.calendar.iter().map(|event| (minute(event.at.micros()), event.name.clone()));
        let events = events.filter(|(minute, _)| (0.0..WEEK as f64).contains(minute)).collect();
        let week = wanted.week.clone();
        Self { week, rate: wanted.rate, peak: wanted.peak, always, events, inner: Mutex::default() }
    }

    /// Takes in what one look saw.
    pub fn add(
        &self,
        week: &WeekClock,
        load: f64,
        (forecast, plan): (f64, Option<Plan>),
        counts: [Counts; 2],
        met: [Met; 2],
    ) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.minute = week.minute();
        let at = (inner.minute as usize / POINT).min(WEEK / POINT - 1);
        // A look that came late leaves no hole: it stands for those before it.
        while inner.points.len() <= at {
            let mut fresh = inner.points.last().cloned().unwrap_or_default();
            fresh.groups.iter_mut().for_each(|part| *part = Part { micros: Vec::new(), ..counted(part) });
            inner.points.push(fresh);
        }
        if let Some(plan) = plan {
            inner.plan = plan.to_string().lines().map(str::to_owned).collect();
        }
        for (n, (counts, met)) in counts.into_iter().zip(met).enumerate() {
            inner.micros[n].extend(&met.micros);
            if let Some(words) = met.words {
                inner.words[n].get_or_insert(words);
            }
            let Some(point) = inner.points.get_mut(at) else { return };
            (point.load, point.forecast) = (load, forecast);
            let part = &mut point.groups[n];
            (part.wanted, part.serving, part.all) = (counts.wanted, counts.serving, counts.all);
            let failed = u64::from(met.failed);
            part.requests += met.micros.len() as u64 + u64::from(met.away) + failed;
            part.away += u64::from(met.away);
            part.failed += failed;
            part.micros.extend(met.micros);
            part.p99_ms = p99(&mut part.micros);
        }
    }

    /// It is over.
    pub fn end(&self) {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).over = true;
    }

    /// What each group came to, so far.
    pub fn summaries(&self) -> [Summary; 2] {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        [0, 1].map(|n| {
            let parts = || inner.points.iter().map(|point| &point.groups[n]);
            let (least, most) =
                (parts().map(|part| part.serving).min(), parts().map(|part| part.serving).max());
            let sum = |of: fn(&Part) -> u64| parts().map(of).sum();
            let hours = parts().map(|part| part.all as f64).sum::<f64>() * POINT as f64 / 60.0;
            let (requests, away, failed) = (sum(|p| p.requests), sum(|p| p.away), sum(|p| p.failed));
            let (least, most) = (least.unwrap_or(0), most.unwrap_or(0));
            let words = inner.words[n].clone();
            let p99_ms = p99(&mut inner.micros[n]);
            Summary { requests, away, failed, p99_ms, least, most, hours, words }
        })
    }

    /// All of it.
    pub fn json(&self) -> String {
        let summaries = self.summaries();
        let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let told = Told {
            week: self.week.clone(),
            rate: self.rate,
            peak: self.peak,
            always: self.always,
            minute: inner.minute.min(WEEK as f64),
            over: inner.over,
            point_minutes: POINT,
            plan: inner.plan.clone(),
            events: self.events.clone(),
            points: inner.points.clone(),
            summaries,
        };
        serde_json::to_string(&told).unwrap_or_default()
    }
}

/// The counts of a group, without what came to it.
fn counted(part: &Part) -> Part {
    Part { wanted: part.wanted, serving: part.serving, all: part.all, ..Part::default() }
}

fn p99(micros: &mut [u32]) -> f64 {
    if micros.is_empty() {
        return 0.0;
    }
    let at = (micros.len() - 1) * 99 / 100;
    let (_, value, _) = micros.select_nth_unstable(at);
    f64::from(*value) / 1_000.0
}
