//! What happened, by ten minutes of the week, for the page and for the summary.

use std::{
    ops::Range,
    sync::{Mutex, MutexGuard, PoisonError},
};

use fleet::plan::Plan;
use serde::Serialize;

use super::{
    clock::{WEEK, WeekClock},
    crowd::Met,
    demand::Demand,
    group::Counts,
    part::{Figures, Part, Viewers},
};
use crate::cli::WeekArgs;

/// Minutes of the week in one point of the page's curves.
const POINT: usize = 10;
/// Points in what the page says is now: in less come so few that their number is chance.
const NOW: usize = 6;

#[derive(Debug, Clone, Default, Serialize)]
struct Point {
    /// In instances' worth: what comes, and what was expected for thirty minutes on.
    load: f64,
    forecast: f64,
    groups: [Part; 2],
}

#[derive(Serialize)]
struct Told<'a> {
    #[serde(flatten)]
    shape: &'a Shape,
    minute: f64,
    over: bool,
    plan: &'a [String],
    points: &'a [Point],
    /// Of both groups: the last hour, and all of it.
    now: [Figures; 2],
    all: [Figures; 2],
    /// Of the first that failed.
    words: &'a [Option<String>; 2],
}

/// What does not change.
#[derive(Serialize)]
struct Shape {
    /// The Monday.
    week: String,
    rate: u32,
    peak: u16,
    /// Seconds from one page of a viewer to the next.
    every: u16,
    always: usize,
    /// Minutes of the week.
    from: usize,
    until: usize,
    point_minutes: usize,
    /// Of the calendar: minute and name.
    events: Vec<(f64, String)>,
}

#[derive(Default)]
struct Inner {
    minute: f64,
    over: bool,
    plan: Vec<String>,
    points: Vec<Point>,
    words: [Option<String>; 2],
}

/// Written as the week goes on, read by the page.
pub struct Story {
    shape: Shape,
    viewers: Viewers,
    inner: Mutex<Inner>,
}

impl Story {
    /// Of a week of which nothing has happened, and these minutes of it will.
    pub fn new(wanted: &WeekArgs, demand: &Demand, always: usize, minutes: Range<usize>) -> Self {
        let start = demand.end(demand.week.start).micros() - 60_000_000;
        let minute = |at: i64| (at - start) as f64 / 60e6;
        let events = demand.calendar.iter().map(|event| (minute(event.at.micros()), event.name.clone()));
        let within =
            |(minute, _): &(f64, String)| (minutes.start as f64..minutes.end as f64).contains(minute);
        let shape = Shape {
            week: wanted.week.clone(),
            rate: wanted.rate,
            peak: wanted.peak,
            every: wanted.every,
            always,
            from: minutes.start,
            until: minutes.end,
            point_minutes: POINT,
            events: events.filter(within).collect(),
        };
        let viewers =
            Viewers { every: f64::from(wanted.every), times: (WEEK * 60) as f64 / f64::from(wanted.seconds) };
        Self { shape, viewers, inner: Mutex::default() }
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
        let mut inner = self.inner();
        inner.minute = week.minute().min(self.shape.until as f64);
        let last = (self.shape.until - self.shape.from - 1) / POINT;
        let at = ((inner.minute as usize - self.shape.from) / POINT).min(last);
        // A look that came late leaves no hole: it stands for those before it.
        while inner.points.len() <= at {
            let before = inner.points.last().cloned().unwrap_or_default();
            let groups = before.groups.each_ref().map(Part::next);
            inner.points.push(Point { groups, ..before });
        }
        if let Some(plan) = plan {
            inner.plan = plan.to_string().lines().map(str::to_owned).collect();
        }
        for (n, (counts, mut met)) in counts.into_iter().zip(met).enumerate() {
            if let Some(words) = met.words.take() {
                inner.words[n].get_or_insert(words);
            }
            let Some(point) = inner.points.get_mut(at) else { return };
            (point.load, point.forecast) = (load, forecast);
            point.groups[n].add(counts, met);
        }
    }

    /// It is over, and what the last ones met was added.
    pub fn end(&self) {
        self.inner().over = true;
    }

    /// What each group came to, so far.
    pub fn summaries(&self) -> [Figures; 2] {
        self.figures(&self.inner(), usize::MAX)
    }

    /// All of it.
    pub fn json(&self) -> String {
        let inner = self.inner();
        let told = Told {
            shape: &self.shape,
            minute: inner.minute,
            over: inner.over,
            plan: &inner.plan,
            points: &inner.points,
            now: self.figures(&inner, NOW),
            all: self.figures(&inner, usize::MAX),
            words: &inner.words,
        };
        serde_json::to_string(&told).unwrap_or_default()
    }

    /// Of the newest points, so many.
    fn figures(&self, inner: &Inner, newest: usize) -> [Figures; 2] {
        let points = &inner.points[inner.points.len().saturating_sub(newest)..];
        let before = self.shape.from + POINT * inner.points.len().saturating_sub(1);
        let passed = inner.minute - before as f64;
        [0, 1].map(|n| {
            let parts = points.iter().map(|point| &point.groups[n]);
            Figures::of(parts, (POINT as f64, passed), self.viewers)
        })
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
