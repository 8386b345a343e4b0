//! One noise and one boot time: everybody is tuned on the first weeks of the first seed, and read off on every seed's rest.

use super::{
    contest::{Arena, planned_lead},
    demand::Demand,
    engine::Boot,
    parallel::each,
    policy::primetime::Views,
    setting::{ALONE, BOUNDS, OURS, PEERS, Setting, UNTOLD},
    study::{Curves, Read, Row},
};
use crate::{
    forecast::signals::WEEK,
    plan::{PRICE, Planner, Role},
};

/// One condition of a study.
pub(super) struct Condition<'a> {
    pub demand: &'a Demand,
    pub noise: f64,
    pub boot: Boot,
    /// Minutes tuned on.
    pub split: usize,
}

/// What came of one condition.
pub(super) struct Done {
    pub rows: Vec<Row>,
    pub curves: Option<Curves>,
    pub words: String,
}

impl Condition<'_> {
    pub fn run(&self, seeds: &[u64], step: &(dyn Fn() + Sync)) -> Done {
        let Self { demand, noise, boot, split } = *self;
        let lead = planned_lead(boot);
        let mut rows: Vec<(Setting, Row)> = Vec::new();
        let (mut shown, mut words) = (None, String::new());
        for (turn, &seed) in seeds.iter().enumerate() {
            let load = demand.load(noise, seed);
            let mut planner = Planner::new(Role::Site, lead);
            let views = Views::with(&mut planner, demand, &load);
            let untold = (!demand.calendar.is_empty())
                .then(|| Views::of(&Demand { calendar: Vec::new(), ..demand.clone() }, &load, lead));
            let arena = |from: usize, until: usize| Arena {
                mean: &demand.mean[..until],
                load: &load[..until],
                noise,
                boot,
                seed,
                from,
                views: Some(&views),
                untold: untold.as_ref(),
            };
            if turn == 0 {
                // The first quarter of the first weeks is for warming up: nobody is judged on it.
                let first = arena(split / 4, split);
                let ours = [OURS, ALONE].into_iter().chain(untold.is_some().then_some(UNTOLD));
                for name in PEERS.into_iter().chain(ours).chain(BOUNDS) {
                    let Some((setting, spot)) = first.tune(name) else { continue };
                    let row = Row {
                        policy: setting.name(),
                        setting: setting.words(),
                        knob: spot.knob,
                        noise,
                        boot,
                        seeds: Vec::new(),
                        frontier: Vec::new(),
                    };
                    rows.push((setting, row));
                }
                words = planner.forecaster().words();
                step();
            }
            let rest = arena(split, load.len());
            let read = each(&rows, |(setting, row)| {
                let (hours, spot) = rest.at_goal(setting, row.knob);
                let by_default = matches!(setting, Setting::Primetime(_));
                let read = Read {
                    seed,
                    hours,
                    as_tuned: rest.run(setting, row.knob),
                    by_default: by_default.then(|| rest.run(setting, -PRICE.ln())),
                };
                let frontier = if turn == 0 { rest.frontier(setting, spot.knob) } else { Vec::new() };
                (read, frontier)
            });
            for ((_, row), (read, frontier)) in rows.iter_mut().zip(read) {
                row.seeds.push(read);
                row.frontier.extend(frontier);
            }
            if turn == 0 {
                shown = Some(curves(&rest, &rows));
            }
            step();
        }
        Done { rows: rows.into_iter().map(|(_, row)| row).collect(), curves: shown, words }
    }
}

/// The busiest week of the rest, at the goal: ours, the best peer, what most people have, and the bound.
fn curves(arena: &Arena<'_>, rows: &[(Setting, Row)]) -> Curves {
    let week = WEEK.min(arena.load.len() - arena.from).max(1);
    let greatest = (arena.from..arena.load.len())
        .max_by(|a, b| arena.load[*a].total_cmp(&arena.load[*b]))
        .unwrap_or(arena.from);
    let from = greatest.saturating_sub(week / 2).clamp(arena.from, arena.load.len() - week);
    let best = rows
        .iter()
        .filter(|(setting, _)| PEERS.contains(&setting.name()))
        .min_by(|(_, a), (_, b)| a.hours().total_cmp(&b.hours()));
    let best = best.map_or("hpa", |(setting, _)| setting.name());
    let shown = rows.iter().filter(|(setting, _)| ["hpa", best, OURS, BOUNDS[0]].contains(&setting.name()));
    let ready = shown.map(|(setting, row)| {
        let (_, spot) = arena.at_goal(setting, row.knob);
        let mut ready = Vec::with_capacity(week);
        arena.watch(setting, spot.knob, |minute, serving, _| {
            if (from..from + week).contains(&minute) {
                ready.push(serving);
            }
        });
        (setting.name(), ready)
    });
    let ready = ready.collect();
    Curves { noise: arena.noise, boot: arena.boot, from, load: arena.load[from..from + week].to_vec(), ready }
}
