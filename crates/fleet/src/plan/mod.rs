//! From expectations to floors, with reasons.
//!
//! One [`Planner`] decides for one group of instances. The simulator and the running fleet use the same one.

mod backstop;
mod floor;
mod role;
pub mod work;

use domain::Timestamp;

pub use backstop::Backstop;
pub use floor::{AHEAD, Floor, Plan, Zone};
pub use role::Role;

use crate::forecast::{
    Forecaster, HORIZONS, Outlook,
    event::{DECIDES, EARLY, Event, Lifts, Watch},
    hold::Hold,
};

/// An instance that is there is kept for this share of the price at which one is launched: letting it go and launching it
/// again costs a boot. About e^-1; the decision page says how it was tried, and on what.
const KEEPING: f64 = 0.37;
/// Of events like this one, the share whose lift the floor covers.
const COVERS: f64 = 0.85;
/// What an instance costs unless somebody says otherwise, in its own worth of load that may be turned away instead.
pub const PRICE: f64 = 0.02;
/// A plan is good for so many minutes; then its floors expire, and the engine's own scaler is alone.
pub const EXPIRES: u32 = 10;

/// What a planner sees at the end of a minute, before it weighs costs.
#[derive(Debug, Clone)]
pub struct View {
    /// The forecast.
    pub outlook: Outlook,
    /// Load that there must be capacity for when a launch of now is ready: an event's, or what a broken hour hides.
    pub least: f64,
}

impl View {
    /// How many instances there shall be, serving and booting, out of `total` that are. `price` is what an instance costs,
    /// in its own worth of load that may be turned away instead: lower means more instances.
    pub fn want(&self, total: u32, price: f64) -> u32 {
        let least = self.least.ceil().max(1.0) as u32;
        let (lead, keeping) = (HORIZONS - 1, price * KEEPING);
        if total < least || self.outlook.needs_more(lead, total, price) {
            return self.outlook.need(lead, price).max(least);
        }
        // Enough. Whether the last one is still worth keeping at any horizon is soon said; most minutes end here.
        let kept = total == least
            || (0..HORIZONS).any(|at| self.outlook.needs_more(at, total.saturating_sub(1), keeping));
        if kept {
            return total;
        }
        let keep = (0..HORIZONS).map(|at| self.outlook.need(at, keeping)).max().unwrap_or(1);
        total.min(keep.max(least))
    }
}

/// Plans for one group. Loads are in instances' worth: the caller divides by the capacity that was learned.
#[derive(Debug, Clone)]
pub struct Planner {
    role: Role,
    lead: u32,
    forecaster: Forecaster,
    lifts: Lifts,
    watched: Vec<Watch>,
    hold: Hold,
    quiet: u32,
    last: Option<(Timestamp, View)>,
}

impl Planner {
    /// For instances of a role that take `lead` minutes from launch to service (a high quantile of it, not the mean).
    pub fn new(role: Role, lead: u32) -> Self {
        Self {
            role,
            lead,
            forecaster: Forecaster::new(lead),
            lifts: Lifts::default(),
            watched: Vec::new(),
            hold: Hold::default(),
            quiet: 0,
            last: None,
        }
    }

    /// What past events added.
    pub fn lifts(&self) -> &Lifts {
        &self.lifts
    }

    /// The forecaster, for its words and its size.
    pub fn forecaster(&self) -> &Forecaster {
        &self.forecaster
    }

    /// Takes the minute that ended at `now`: its load, `None` if nobody measured it, and the calendar as it stands.
    pub fn minute(&mut self, now: Timestamp, load: Option<f64>, calendar: &[Event]) -> View {
        self.follow_events(now, load, calendar);
        let usual = !calendar.iter().any(|event| event.touches(now));
        self.quiet = if load.is_some() { 0 } else { self.quiet + 1 };
        let outlook = self.forecaster.push(load, usual);
        let mut least = self.events_need(now, &outlook, calendar);
        let expected = self.forecaster.expected_now();
        if let Some(load) = load
            && let Some(held) = self.hold.push(load, expected.filter(|_| usual))
        {
            least = least.max(held);
        }
        // Without measurements the season goes on, and what was last seen is not let go.
        if self.quiet > 1 {
            let blind = self.forecaster.level().max(self.forecaster.seasonal(self.lead as usize + 1));
            least = least.max(blind * 1.1);
        }
        let view = View { outlook, least };
        self.last = Some((now, view.clone()));
        view
    }

    fn follow_events(&mut self, now: Timestamp, load: Option<f64>, calendar: &[Event]) {
        // One that was moved or cancelled while it was awaited is not watched: it taught nothing.
        self.watched.retain(|watch| calendar.contains(&watch.event));
        for event in calendar.iter().filter(|event| (-EARLY..DECIDES).contains(&event.age(now))) {
            if !self.watched.iter().any(|watch| watch.event == *event) {
                self.watched.push(Watch::new(event.clone(), self.forecaster.level()));
            }
        }
        let usual = self.forecaster.expected_now();
        if let Some(load) = load {
            self.watched.iter_mut().for_each(|watch| watch.push(load, usual));
        }
        let lifts = &mut self.lifts;
        self.watched.retain(|watch| {
            let on = watch.event.age(now) < DECIDES;
            if !on {
                lifts.learn(&watch.event.kin, watch.lift());
            }
            on
        });
    }

    fn events_need(&self, now: Timestamp, outlook: &Outlook, calendar: &[Event]) -> f64 {
        let mut least: f64 = 0.0;
        for event in calendar {
            let age = event.age(now);
            if !(-EARLY - i64::from(self.lead) - 1..DECIDES).contains(&age) {
                continue;
            }
            let base = match self.watched.iter().find(|watch| watch.event == *event) {
                Some(watch) => watch.base(),
                None => f64::from(outlook.points[HORIZONS - 1].mean),
            };
            least = least.max(base * (1.0 + self.lifts.quantile(&event.kin, COVERS).0));
        }
        least
    }

    /// The floors of the next hours, with their reasons, as of the last minute; `None` before the first.
    pub fn plan(&self, total: u32, price: f64, calendar: &[Event], zone: &Zone) -> Option<Plan> {
        let (now, view) = self.last.as_ref()?;
        let mut reasons = vec![self.forecaster.words()];
        reasons.extend(self.hold.words());
        if self.quiet > 1 {
            reasons.push(format!("No measurements for {} min: nothing is let go.", self.quiet));
        }
        let mut floors = vec![Floor {
            from: *now,
            until: now.plus(std::time::Duration::from_secs(u64::from(EXPIRES) * 60)),
            instances: view.want(total, price),
            reasons,
        }];
        for event in calendar {
            let age = event.age(*now);
            if !(-floor::AHEAD..DECIDES).contains(&age) {
                continue;
            }
            let (lift, known) = self.lifts.quantile(&event.kin, COVERS);
            let ahead = usize::try_from(-age).unwrap_or(0);
            let base = self.forecaster.seasonal(ahead);
            floors.push(Floor::of_event(event, lift, known, base, self.lead, zone));
        }
        floors.sort_by_key(|floor| floor.from);
        Some(Plan { role: self.role, made: *now, floors })
    }
}
