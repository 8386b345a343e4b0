//! How many instances a host runs when no rollout is under way: the plan's floor, and what holds without one.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use domain::Timestamp;
use fleet::{
    load::Load,
    plan::{self, Role},
    rollout::Totals,
};

/// Without a plan, one instance is let go in this time.
const LETS_GO_EVERY: Duration = Duration::from_secs(60);

/// How quickly a backstop reacts.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// Shorter stretches say little about a rate.
    pub stretch: Duration,
    /// It lets nothing go before the load has been lower for this long.
    pub stays: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            stretch: Duration::from_secs(1),
            stays: Duration::from_secs(60 * u64::from(plan::Backstop::ALONE.stays)),
        }
    }
}

/// What one instance does in a second.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Each {
    /// Requests.
    Requests(f64),
    /// Bytes of media and pictures, of an origin.
    Bytes(f64),
}

impl Each {
    /// How many instances' worth came in a second; `None`: nobody can tell, as of an origin that sent nothing to anybody.
    fn worth(self, came: Load) -> Option<f64> {
        match self {
            Self::Requests(each) => Some(came.offered / each),
            Self::Bytes(each) => Role::Origin.weighed(came).map(|load| load.offered / each),
        }
    }
}

/// The engine's own reaction to the load as it is.
pub struct Backstop {
    /// `None`: there is no backstop.
    capacity: Option<Each>,
    pace: Pace,
    last: BTreeMap<String, Totals>,
    looked: Option<Timestamp>,
    /// How many instances' worth came in a second lately, each with its time.
    came: VecDeque<(Timestamp, f64)>,
}

impl Backstop {
    pub fn new(capacity: Option<Each>, pace: Pace) -> Self {
        Self { capacity, pace, last: BTreeMap::new(), looked: None, came: VecDeque::new() }
    }

    /// What came to each instance until now; how many instances that needs, or lately did, as `stands` has it.
    pub fn need(&mut self, now: Timestamp, totals: &BTreeMap<String, Totals>, stands: plan::Backstop) -> u32 {
        let Some(capacity) = self.capacity else { return 0 };
        let since = self.looked.map(|looked| now.since(looked));
        if since.is_none_or(|since| since >= self.pace.stretch) && *totals != self.last {
            // One that began anew counts from zero; one that is new has nothing to compare with.
            let mut came = Load::default();
            for (name, now) in totals {
                let Some(last) = self.last.get(name) else { continue };
                let more = |now: u64, last: u64| now.saturating_sub(last) as f64;
                came.offered += more(now.offered, last.offered);
                came.shed += more(now.shed, last.shed);
                came.served += now.bytes.zip(last.bytes).map_or(0.0, |(now, last)| more(now, last));
            }
            if let (Some(since), Some(worth)) = (since, capacity.worth(came)) {
                self.came.push_back((now, worth / since.as_secs_f64()));
            }
            self.last.clone_from(totals);
            self.looked = Some(now);
        }
        while self.came.front().is_some_and(|(at, _)| now.since(*at) > self.pace.stays) {
            self.came.pop_front();
        }
        stands.need(self.came.iter().map(|(_, worth)| *worth).fold(0.0, f64::max))
    }
}

/// What the fleet plans for a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Planned {
    /// Nobody ever planned: people say how many there are.
    #[default]
    Never,
    /// The plan has expired, or the host does not know its share of it.
    Expired,
    /// Its share of the floor.
    Floor(usize),
}

impl Planned {
    /// How a backstop stands beside it.
    pub fn backstop(self) -> plan::Backstop {
        match self {
            Self::Floor(_) => plan::Backstop::ABOVE_A_FLOOR,
            Self::Never | Self::Expired => plan::Backstop::ALONE,
        }
    }
}

/// What is asked of a host at one look.
#[derive(Debug, Clone, Copy, Default)]
pub struct Asked {
    /// By the command line, or somebody's `release scale`: never fewer.
    pub least: usize,
    /// By the fleet.
    pub planned: Planned,
    /// By the backstop.
    pub backstop: usize,
}

/// How many there are, from look to look.
#[derive(Debug)]
pub struct Count {
    now: usize,
    let_go: Timestamp,
}

impl Count {
    /// Of a host where so many run already: also one that begins anew lets nothing go at once.
    pub fn of(running: usize, now: Timestamp) -> Self {
        Self { now: running, let_go: now }
    }

    /// How many from now on. With a plan, what it says; when it has expired, capacity goes slowly, and never below what is needed.
    pub fn next(&mut self, now: Timestamp, asked: Asked) -> usize {
        let needed = asked.least.max(asked.backstop);
        match asked.planned {
            Planned::Floor(floor) => self.now = needed.max(floor),
            Planned::Never => self.now = needed,
            Planned::Expired if needed >= self.now => self.now = needed,
            Planned::Expired if now.since(self.let_go) >= LETS_GO_EVERY => self.now -= 1,
            Planned::Expired => return self.now,
        }
        self.let_go = now;
        self.now
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(1_800_000_000 + seconds)
    }

    fn totals(offered: &[u64]) -> BTreeMap<String, Totals> {
        let one = |(n, offered): (usize, &u64)| {
            (format!("i{n}"), Totals { offered: *offered, ..Totals::default() })
        };
        offered.iter().enumerate().map(one).collect()
    }

    #[test]
    fn the_backstop_rises_at_once_and_falls_late() {
        let mut backstop = Backstop::new(Some(Each::Requests(100.0)), Pace::default());
        let alone = Planned::Expired.backstop();
        assert_eq!(backstop.need(at(0), &totals(&[5_000, 0]), alone), 0, "nothing to compare with");
        assert_eq!(backstop.need(at(2), &totals(&[5_200, 160]), alone), 2, "180 a second at 90 each");
        assert_eq!(backstop.need(at(2), &totals(&[9_999, 160]), alone), 2, "too soon to say");
        assert_eq!(backstop.need(at(4), &totals(&[5_600, 560]), alone), 5, "400 a second");
        // One began anew: what it had counted is not load.
        assert_eq!(backstop.need(at(6), &totals(&[10, 562]), alone), 5);
        let above = Planned::Floor(2).backstop();
        assert_eq!(
            backstop.need(at(6), &totals(&[10, 562]), above),
            4,
            "a floor leaves it what is turned away"
        );
        assert_eq!(backstop.need(at(303), &totals(&[12, 563]), alone), 5, "not yet");
        assert_eq!(backstop.need(at(305), &totals(&[13, 564]), alone), 1);
        assert_eq!(Backstop::new(None, Pace::default()).need(at(0), &totals(&[9]), alone), 0);
    }

    #[test]
    fn an_origins_backstop_counts_bytes_and_what_was_turned_away_as_many() {
        let mut backstop = Backstop::new(Some(Each::Bytes(1000.0)), Pace::default());
        let totals = |offered, shed, bytes| -> BTreeMap<String, Totals> {
            [("i1".to_owned(), Totals { offered, shed, bytes, ..Totals::default() })].into()
        };
        let alone = Planned::Never.backstop();
        backstop.need(at(0), &totals(0, 0, Some(0)), alone);
        assert_eq!(
            backstop.need(at(10), &totals(10, 0, Some(27_000)), alone),
            3,
            "2.7 instances' worth at 90% each"
        );
        assert_eq!(
            backstop.need(at(400), &totals(9_999, 0, Some(27_000)), alone),
            0,
            "requests weigh nothing"
        );
        // Half were turned away; then all of them, which says nothing and changes nothing.
        assert_eq!(backstop.need(at(410), &totals(10_019, 10, Some(45_000)), alone), 4);
        assert_eq!(backstop.need(at(420), &totals(10_039, 30, Some(45_000)), alone), 4);
        // One that tells no bytes, as an older version: the plan alone decides.
        assert_eq!(backstop.need(at(800), &totals(20_000, 30, None), alone), 0);
    }

    #[test]
    fn an_expired_plan_lets_capacity_go_slowly() {
        let mut count = Count::of(0, at(0));
        let ask = |least, floor: Option<usize>, backstop| {
            let planned = floor.map_or(Planned::Expired, Planned::Floor);
            Asked { least, planned, backstop }
        };
        assert_eq!(count.next(at(0), ask(2, None, 0)), 2);
        assert_eq!(count.next(at(1), ask(2, Some(9), 4)), 9);
        assert_eq!(count.next(at(2), ask(2, Some(5), 4)), 5, "the plan lowers at once: it knows why");
        assert_eq!(count.next(at(3), ask(2, Some(5), 7)), 7, "the backstop is above it");
        assert_eq!(count.next(at(4), ask(2, Some(9), 4)), 9);
        assert_eq!(count.next(at(30), ask(2, None, 4)), 9, "it has just expired");
        assert_eq!(count.next(at(64), ask(2, None, 4)), 8);
        assert_eq!(count.next(at(65), ask(2, None, 4)), 8);
        for minute in 2..9 {
            count.next(at(4 + 60 * minute), ask(2, None, 4));
        }
        assert_eq!(count.next(at(4 + 60 * 10), ask(2, None, 4)), 4, "what is needed stays");
        assert_eq!(count.next(at(4 + 60 * 11), ask(6, None, 4)), 6);
        let never = Asked { least: 2, planned: Planned::Never, backstop: 0 };
        assert_eq!(count.next(at(4 + 60 * 11), never), 2, "where nobody plans, people do");
    }
}
