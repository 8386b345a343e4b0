//! One host's end: tells what there is, and does what it is told.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
    time::Duration,
};

use domain::{Clock, Timestamp};
use fleet::rollout::{Action, Counts, Driver, DriverError, Phase, Totals};
use store::{HostOrder, Store};

use super::{
    Report,
    name::{Claim, Claimed},
    names,
};
use crate::OpsError;

/// How often a host tells what stays the same.
pub(super) const TELLS_EVERY: Duration = Duration::from_secs(2);
/// An order that answers a report from before this is void: who gave it did not know what is now.
const ORDERS_LAST: Duration = Duration::from_secs(10);
/// Reports at the beginning that are told without a pause, so that whoever listens hears soon that the host answers.
const AT_ONCE: u32 = 3;

/// The place where a host's reports leave and its orders arrive.
pub struct Post<D> {
    store: Store,
    driver: D,
    clock: Arc<dyn Clock>,
    service: String,
    host: String,
    most: Option<usize>,
    claim: Claim,
    /// Without the loads, which change all the time.
    last: Option<Report>,
    loads: BTreeMap<String, Totals>,
    told: u32,
    /// The reports that an order may answer: number, and when it was told.
    recent: VecDeque<(i64, Timestamp)>,
}

impl<D: Driver> Post<D> {
    /// Of the host that its own `driver` calls `host` as well.
    pub fn new(
        store: Store,
        driver: D,
        clock: Arc<dyn Clock>,
        service: impl Into<String>,
        host: impl Into<String>,
    ) -> Self {
        let (service, host, recent) = (service.into(), host.into(), VecDeque::new());
        Self {
            store,
            driver,
            clock,
            service,
            host,
            most: None,
            claim: Claim::default(),
            last: None,
            loads: BTreeMap::new(),
            told: 0,
            recent,
        }
    }

    /// Tells that there are never more than so many, unless something is rolled.
    pub fn at_most(self, most: usize) -> Self {
        Self { most: Some(most), ..self }
    }

    /// Says which machine and folder this is, in a word that no other one has. Without it, the name is not looked after.
    pub fn by(self, word: String) -> Self {
        Self { claim: Claim::new(word), ..self }
    }

    /// Is the name this host's? While somebody else may have it, nothing is told.
    ///
    /// # Errors
    /// [`OpsError::SameName`] when another host that lives is called the same.
    pub async fn claim(&mut self) -> Result<Claimed, OpsError> {
        let there = self.store.host_report(&self.service, &self.host).await?;
        self.claim.look(there.as_ref(), &self.host, self.clock.now())
    }

    /// Tells what there is, if that is news or it was told long ago; with what instances have `counted`, for the judge.
    pub async fn tell(&mut self, counted: bool) -> Result<(), OpsError> {
        let mut seen = self.driver.observe(&self.service).await?;
        let local: Vec<String> = seen.instances.iter().map(|instance| instance.name.clone()).collect();
        for instance in &mut seen.instances {
            instance.name = names::everywhere(&self.service, &self.host, &instance.name);
        }
        // Asked once, for the judge and for the loads: what does not answer takes its time each time.
        let mut counts = None;
        let everywhere =
            |(name, words): (&String, String)| (names::everywhere(&self.service, &self.host, name), words);
        let lacks = local.iter().filter_map(|name| Some((name, seen.lacks.remove(name)?)));
        let mut report = Report {
            lacks: lacks.map(everywhere).collect(),
            migration: seen.migration,
            most: self.most,
            by: self.claim.word(),
            ..Report::default()
        };
        if counted {
            let all = counts.insert(self.counted(&local).await);
            let serving = seen.instances.iter().filter(|instance| instance.phase == Phase::Serving);
            let sample = |name: &String| Some((name.clone(), all.get(name)?.sample.clone()?));
            report.counted = serving.filter_map(|instance| sample(&instance.name)).collect();
        }
        report.instances = seen.instances;
        let now = self.clock.now();
        let is_due = self.recent.back().is_none_or(|(_, at)| now.since(*at) >= TELLS_EVERY);
        if self.last.as_ref() == Some(&report) && !is_due && self.told >= AT_ONCE {
            return Ok(());
        }
        if self.claim().await? == Claimed::NotYet {
            return Ok(());
        }
        let news = report.clone();
        let counts = match counts {
            Some(counts) => counts,
            None => self.counted(&local).await,
        };
        report.loads = counts.into_iter().filter_map(|(name, counts)| Some((name, counts.totals?))).collect();
        let text = serde_json::to_string(&report)?;
        let number = self.store.report_host(&self.service, &self.host, &text, now).await?;
        self.last = Some(news);
        self.loads = report.loads;
        self.told = self.told.saturating_add(1);
        self.recent.push_back((number, now));
        while self.recent.len() > 1 && self.recent.front().is_some_and(|(_, at)| now.since(*at) > ORDERS_LAST)
        {
            self.recent.pop_front();
        }
        Ok(())
    }

    /// What instances have counted that this host calls so, by the names that all hosts know them by.
    async fn counted(&self, local: &[String]) -> BTreeMap<String, Counts> {
        let names: Vec<&str> = local.iter().map(String::as_str).collect();
        let counts = self.driver.counted(&self.service, &names).await.into_iter();
        counts.map(|(name, counts)| (names::everywhere(&self.service, &self.host, &name), counts)).collect()
    }

    /// What had come to each instance when that was last told.
    pub fn loads(&self) -> &BTreeMap<String, Totals> {
        &self.loads
    }

    /// Does what it is told, and says how many orders there were. What could not be done is left undone: who gave the order sees
    /// that in the next report.
    pub async fn follow(&self) -> Result<usize, OpsError> {
        let orders = self.store.host_orders(&self.service, &self.host).await?;
        for order in &orders {
            if let Err(error) = self.obey(order).await {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(
                    service = self.service,
                    subject = order.subject,
                    error,
                    "an order was not carried out"
                );
            }
            self.store.host_order_done(&self.service, &self.host, order).await?;
        }
        Ok(orders.len())
    }

    /// It ends in order.
    pub async fn leave(&self) -> Result<(), OpsError> {
        Ok(self.store.host_left(&self.service, &self.host).await?)
    }

    async fn obey(&self, order: &HostOrder) -> Result<(), DriverError> {
        if self.recent.front().is_none_or(|(oldest, _)| order.number < *oldest) {
            return Err(DriverError::new("it answers what was told too long ago"));
        }
        let action: Action = serde_json::from_str(&order.body)
            .map_err(|error| DriverError::new(format!("it cannot be read: {error}")))?;
        let local = |name: String| names::here(&self.service, &self.host, &name).to_owned();
        let action = match action {
            Action::Start { name, release, host } => Action::Start { name: local(name), release, host },
            Action::Admit { name } => Action::Admit { name: local(name) },
            Action::Park { name } => Action::Park { name: local(name) },
            Action::Stop { name, drain_s } => Action::Stop { name: local(name), drain_s },
            other @ (Action::Migrate { .. } | Action::StopMigration) => other,
        };
        self.driver.act(&self.service, order.fence, &action).await
    }
}
