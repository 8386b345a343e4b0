//! Asks a Prometheus server, in place of hosts: for clusters and groups that somebody else keeps running.

use std::{collections::BTreeMap, io::Read, time::Duration};

use domain::Timestamp;
use fleet::{
    plan::Role,
    prometheus::{MOST_BYTES, Select, Series, Unreadable, Unusable, instances, read, refusal, was_quick},
};
use ureq::Agent;

use super::heard::Heard;
use crate::OpsError;

/// How long the server may take. The right to plan lasts longer than the two questions of one look.
const PATIENCE: Duration = Duration::from_secs(4);
/// Of what a server that refuses says, bytes that are read.
const MOST_REFUSAL: usize = 64 * 1024;
/// The time over which latency is looked at, and never less than so many scrapes.
const QUICK_OVER: (Duration, u32) = (Duration::from_secs(60), 3);

/// Why Prometheus says nothing.
#[derive(Debug, thiserror::Error)]
pub enum PrometheusError {
    /// Nobody listens, or not in HTTP, or the connection broke.
    #[error("Prometheus at {0} is not reached: {1}")]
    Unreachable(String, String),
    /// It takes too long.
    #[error("Prometheus at {0} did not answer within {PATIENCE:?}")]
    Slow(String),
    /// It answered, and refused.
    #[error("Prometheus answered {0}: {1}")]
    Refused(u16, String),
    /// Its answer is none.
    #[error("Prometheus was not understood: {0}")]
    Unreadable(#[from] Unreadable),
    /// Its answer says nothing of the instances.
    #[error(transparent)]
    Unusable(#[from] Unusable),
}

/// The server, and what is asked of it.
pub struct Prometheus {
    agent: Agent,
    url: String,
    select: Select,
    scrape: Duration,
    /// When it was asked last, and what it said then.
    asked: Option<(Timestamp, BTreeMap<String, u32>)>,
    /// The newest sample that was handed on of each instance.
    handed: BTreeMap<String, Timestamp>,
}

impl Prometheus {
    /// The server whose API lies under `url`, reached by `agent`, which follows no redirection and gives errors as answers; `scrape`:
    /// how often it scrapes the instances.
    pub fn new(agent: Agent, url: &str, select: Select, scrape: Duration) -> Self {
        let url = format!("{}/api/v1/query", url.trim_end_matches('/'));
        Self { agent, url, select, scrape, asked: None, handed: BTreeMap::new() }
    }

    pub(super) fn scrape(&self) -> Duration {
        self.scrape
    }

    /// What it knows. A sample that is older than two scrapes is none: who is not scraped any more is not there.
    pub(super) async fn look(&mut self, role: Role, now: Timestamp) -> Result<Heard, OpsError> {
        // Between two scrapes there is nothing new.
        if let Some((at, serving)) = &self.asked
            && now.since(*at) < self.scrape / 3
            && now >= *at
        {
            return Ok(Heard { serving: serving.clone(), samples: Vec::new() });
        }
        self.asked = None;
        let series = self.ask(self.select.query(role, self.scrape * 2)).await?;
        let found = instances(&series, role).map_err(PrometheusError::from)?;
        let mut heard = Heard::default();
        self.handed.retain(|name, _| found.contains_key(name));
        for (name, instance) in found {
            if instance.serving {
                *heard.serving.entry(instance.release).or_default() += 1;
            }
            let before = self.handed.insert(name.clone(), instance.sample.at);
            if before.is_none_or(|before| before < instance.sample.at) {
                heard.samples.push((name, instance.sample));
            }
        }
        self.asked = Some((now, heard.serving.clone()));
        Ok(heard)
    }

    pub(super) async fn quick(&self, role: Role) -> Option<bool> {
        let over = QUICK_OVER.0.max(self.scrape * QUICK_OVER.1);
        match self.ask(self.select.quick(role, over)).await {
            Ok(series) => was_quick(&series),
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::debug!(error, "how quick they were is not known");
                None
            }
        }
    }

    async fn ask(&self, query: String) -> Result<Vec<Series>, PrometheusError> {
        let (agent, url) = (self.agent.clone(), self.url.clone());
        let asked = tokio::task::spawn_blocking(move || get(&agent, &url, &query)).await;
        asked.unwrap_or_else(|error| Err(PrometheusError::Unreachable(self.url.clone(), error.to_string())))
    }
}

fn get(agent: &Agent, url: &str, query: &str) -> Result<Vec<Series>, PrometheusError> {
    let failed = |error: ureq::Error| match error {
        ureq::Error::Timeout(_) => PrometheusError::Slow(url.to_owned()),
        error => PrometheusError::Unreachable(url.to_owned(), error.to_string()),
    };
    let request = agent.get(url).query("query", query).query("timeout", format!("{}s", PATIENCE.as_secs()));
    let mut response = request.config().timeout_global(Some(PATIENCE)).build().call().map_err(failed)?;
    let status = response.status();
    let most = if status.is_success() { MOST_BYTES } else { MOST_REFUSAL };
    let mut body = Vec::new();
    let reader = response.body_mut().with_config().limit(u64::MAX).reader();
    reader.take(most as u64 + 1).read_to_end(&mut body).map_err(|error| failed(ureq::Error::from(error)))?;
    if status.is_success() {
        return Ok(read(&body)?);
    }
    let reason = status.canonical_reason().unwrap_or("no reason given");
    Err(PrometheusError::Refused(status.as_u16(), refusal(&body).unwrap_or_else(|| reason.to_owned())))
}
