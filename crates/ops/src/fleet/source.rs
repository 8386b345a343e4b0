//! Where the load is heard from.

use std::time::Duration;

use domain::Timestamp;
use fleet::{
    load::{Lately, Sample},
    plan::Role,
    rollout::{Driver, Observation, Phase},
};

use super::{heard::Heard, prometheus::Prometheus};
use crate::{Hosts, OpsError};

/// Reports come every two seconds; a minute is closed this long after its end.
const LATE: Duration = Duration::from_secs(4);

/// Who knows what comes to the instances.
pub enum Source {
    /// Their hosts tell it, through the database.
    Hosts(Hosts, Lately),
    /// A Prometheus server scrapes them.
    Prometheus(Box<Prometheus>),
}

impl Source {
    /// How long after its end a minute may be closed.
    pub(super) fn late(&self) -> Duration {
        match self {
            Self::Hosts(..) => LATE,
            Self::Prometheus(prometheus) => LATE + prometheus.scrape(),
        }
    }

    /// What there is now; `None`: that is not known yet.
    pub(super) async fn look(
        &mut self,
        service: &str,
        role: Role,
        now: Timestamp,
    ) -> Result<Option<Heard>, OpsError> {
        match self {
            Self::Prometheus(prometheus) => Ok(Some(prometheus.look(role, now).await?)),
            Self::Hosts(hosts, lately) => match hosts.observe(service).await {
                Ok(seen) => Ok(Some(reported(hosts, &seen, role, now, lately))),
                Err(error) => {
                    tracing::debug!(%error, "the hosts are not known yet");
                    Ok(None)
                }
            },
        }
    }

    /// Whether the last minute's requests were answered quickly; `None`: nobody knows, as where all hosts are older, and the minute
    /// teaches nothing.
    pub(super) async fn quick(&self, role: Role, now: Timestamp) -> Option<bool> {
        match self {
            Self::Hosts(_, lately) => lately.was_quick(now),
            Self::Prometheus(prometheus) => prometheus.quick(role).await,
        }
    }
}

fn reported(hosts: &Hosts, seen: &Observation, role: Role, now: Timestamp, lately: &mut Lately) -> Heard {
    let mut heard = Heard::default();
    for instance in seen.instances.iter().filter(|instance| instance.phase == Phase::Serving) {
        *heard.serving.entry(instance.release.clone()).or_default() += 1;
    }
    for (name, totals) in hosts.loads() {
        let (offered, shed) = (totals.offered as f64, totals.shed as f64);
        // An origin's pages are another role's.
        let answers = if role == Role::Origin { totals.origin } else { totals.answers };
        if let Some(answers) = answers {
            lately.push(now, &name, answers);
        }
        let served = match role {
            // One that does not tell its bytes, as an older host, is a gap and not nothing.
            Role::Origin => totals.bytes.map(|bytes| bytes as f64),
            _ => Some(offered - shed),
        };
        heard.samples.extend(served.map(|served| (name, Sample { at: now, offered, served, shed })));
    }
    heard
}
