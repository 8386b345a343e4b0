//! Instances on one socket: with the fleet planning for them, or as many as they always were.

use std::{collections::BTreeMap, path::Path, sync::Arc, time::Duration};

use domain::{Clock, Timestamp};
use drivers::{
    Caps, Clocks, Engine, Goal, Keeper, Local, Patience, Program, Spec, State, counted, local::LocalLimits,
};
use fleet::{
    load::{Minutes, Sample},
    plan::{self, Plan, Planner, Role, Zone},
    rollout::Totals,
    simulate::chance::Chance,
};

use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::{clock::WeekClock, demand::Demand};
use crate::{
    failed::{Doing, Failed},
    host::{Backstop, Each, Pace},
};

/// Minutes of the week from a launch to service, at most: a process is up in half a second, or in a second and a half when the machine
/// has much to do; and load is looked at ten times a second.
const LEAD: u32 = 30;
/// The engine's own reaction, in the week's time: half a second of the machine's, for one that is loaded looks late and then soon again.
const PACE: Pace = Pace { stretch: Duration::from_secs(8 * 60), stays: Duration::from_secs(20 * 60) };
/// What a minute's count is off by in the weeks before, as a share: the trace has none of the noise that counting real requests has.
const NOISE: f64 = 0.06;
const SEED: u64 = 7;
/// Who is not ready by then never will be.
const READY_WITHIN: Duration = Duration::from_secs(180);
/// What an instance costs in load that may be turned away: little, for the week is to be without a failure.
const PRICE: f64 = 0.002;

/// Who says how many there are.
pub enum Says {
    /// The fleet's planner, which has lived through the weeks before.
    Fleet(Box<Planned>),
    /// Nobody: always as many.
    Always(usize),
}

/// The planner, and what it has heard.
pub struct Planned {
    planner: Planner,
    minutes: Minutes,
    /// The newest plan.
    pub plan: Option<Plan>,
    /// Sees what the plan did not: the engine's own reaction.
    backstop: Backstop,
    /// What it expects at the lead, in instances' worth.
    pub forecast: f64,
}

impl Planned {
    /// Lives through everything before minute `from` of the week. `each`: requests a minute of the week that one instance does.
    pub fn new(demand: &Demand, from: usize, each: f64) -> Self {
        let mut planner = Planner::new(Role::Site, LEAD);
        let (mut forecast, mut chance, mut noise) = (0.0, Chance::new(SEED), 0.0);
        for minute in 0..demand.week.start + from {
            noise = 0.8 * noise + NOISE * 0.6 * chance.normal();
            let load = Some(demand.load[minute] * (1.0 + noise)).filter(|load| load.is_finite());
            let view = planner.minute(demand.end(minute), load, &demand.calendar);
            forecast = f64::from(view.outlook.points.last().map_or(0.0, |point| point.mean));
        }
        let (minutes, backstop) =
            (Minutes::open_for(1), Backstop::new(Some(Each::Requests(each / 60.0)), PACE));
        Self { planner, minutes, backstop, plan: None, forecast }
    }
}

/// A group of instances.
pub struct Group {
    engine: Arc<Local>,
    keeper: Keeper<Local>,
    goal: Goal,
    pub says: Says,
    clock: Arc<dyn Clock>,
    week: WeekClock,
    demand: Arc<Demand>,
    /// Requests a minute of the week that one instance does.
    each: f64,
}

/// How many there are.
#[derive(Debug, Clone, Copy, Default)]
pub struct Counts {
    pub wanted: usize,
    pub serving: usize,
    /// All that cost something: those that boot and drain as well.
    pub all: usize,
}

impl Group {
    /// Of `binary`, started with `arguments`, on a socket of its own at `listen`; what it keeps is in `folder`.
    pub async fn open(
        folder: &Path,
        listen: std::net::SocketAddr,
        (binary, arguments): (&Path, &[String]),
        clock: Arc<dyn Clock>,
        (week, demand, each): (WeekClock, Arc<Demand>, f64),
        says: Says,
    ) -> Result<Self, Failed> {
        let open = |shared: Option<std::io::Result<std::net::TcpListener>>| {
            shared.unwrap_or_else(|| web::bind(listen, None)?.into_std())
        };
        let clocks = Clocks::same(clock.clone());
        let engine = Local::open(folder, LocalLimits::default(), clocks.clone(), open).await;
        let engine = Arc::new(engine.doing(|| format!("keep instances on {listen}"))?);
        // Of one that was killed: they would be another week's.
        end(&engine).await?;
        let keeper = Keeper::new(engine.clone(), &clocks, Patience::default());
        let spec = Spec {
            release: "week".into(),
            program: Program::Binary(binary.to_owned()),
            arguments: arguments.to_vec(),
            caps: Caps::default(),
        };
        Ok(Self { engine, keeper, goal: Goal { instances: 1, spec }, says, clock, week, demand, each })
    }

    /// The week begins.
    pub fn begin(&mut self, week: WeekClock) {
        self.week = week;
    }

    /// One look: hears the instances, plans, and takes the steps that lead there.
    pub async fn look(&mut self) -> Result<Counts, Failed> {
        let instances = self.engine.list().await.doing(|| "look at the instances".into())?;
        let serving = instances.iter().filter(|instance| instance.state == State::Ready).count();
        let all = instances.iter().filter(|i| !matches!(i.state, State::Ended(_))).count();
        if let Says::Fleet(planned) = &mut self.says {
            let real = self.clock.now();
            let mut totals = BTreeMap::new();
            for instance in &instances {
                let Some(ops) = instance.ops else { continue };
                let Ok(counted) = counted(ops, real).await else { continue };
                let (now, name) = (self.week.now(), instance.name.to_string());
                totals.insert(name.clone(), Totals::from(&counted));
                let (offered, shed) = (counted.offered as f64, counted.shed as f64);
                let sample = Sample { at: now, offered, served: offered - shed, shed };
                let _trouble = planned.minutes.push(now, &name, sample);
            }
            let (each, now) = (self.each, self.week.now());
            for (minute, load) in planned.minutes.close(now, u32::try_from(serving).unwrap_or(1)) {
                let end = Timestamp::from_seconds((minute + 1) * 60);
                let load = load.map(|load| load.offered / each);
                let view = planned.planner.minute(end, load, &self.demand.calendar);
                planned.forecast = f64::from(view.outlook.points.last().map_or(0.0, |point| point.mean));
            }
            let zone = Zone::fixed("New York", 0);
            let total = u32::try_from(self.goal.instances).unwrap_or(1);
            planned.plan = planned.planner.plan(total, PRICE, &self.demand.calendar, &zone);
            // One that has expired before there is another lets nothing go.
            let floor = planned.plan.as_ref().map(|plan| plan.at(now)).filter(|floor| *floor > 0);
            let stands = floor.map_or(plan::Backstop::ALONE, |_| plan::Backstop::ABOVE_A_FLOOR);
            if let Some(floor) = floor {
                self.goal.instances = usize::try_from(floor).unwrap_or(1);
            }
            let needed = planned.backstop.need(now, &totals, stands);
            let least = usize::try_from(needed).unwrap_or(1);
            self.goal.instances = self.goal.instances.max(least);
        } else if let Says::Always(count) = &self.says {
            self.goal.instances = *count;
        }
        self.keeper.keep(&self.goal).await.doing(|| "start or drain an instance".into())?;
        Ok(Counts { wanted: self.goal.instances, serving, all })
    }

    /// As many as `count` serve, before the week begins; false: there is to be none.
    pub async fn ready(&mut self, count: usize, stop: &CancellationToken) -> Result<bool, Failed> {
        self.goal.instances = count;
        let waiting = timeout(READY_WITHIN, stop.run_until_cancelled(self.wait_for(count))).await;
        let waited = waiting.map_err(|_| {
            Failed::new(
                "the instances do not get ready: has bench-edition made the pages, in the same --data?",
            )
        })?;
        waited.transpose().map(|ready| ready.is_some())
    }

    async fn wait_for(&mut self, count: usize) -> Result<(), Failed> {
        loop {
            self.keeper.keep(&self.goal).await.doing(|| "start an instance".into())?;
            let instances = self.engine.list().await.doing(|| "look at the instances".into())?;
            if instances.iter().filter(|instance| instance.state == State::Ready).count() >= count {
                return Ok(());
            }
            sleep(Duration::from_millis(50)).await;
        }
    }

    /// None is left.
    pub async fn end(&self) -> Result<(), Failed> {
        end(&self.engine).await
    }
}

async fn end(engine: &Local) -> Result<(), Failed> {
    let doing = || "end the instances".to_owned();
    for instance in engine.list().await.doing(doing)? {
        engine.stop(&instance.name).await.doing(doing)?;
    }
    Ok(())
}
