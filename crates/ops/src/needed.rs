//! Which releases somebody needs, as the database knows: what runs, what is to run, and what one would go back to. Nobody may take these
//! away, neither from the store nor from a host.

use std::collections::BTreeMap;

use fleet::rollout::{Action, Rollout};
use store::{HostOrder, HostReport, RolloutRow, RolloutState, Store};

use crate::{OpsError, hosts::releases_of};

/// The releases that are needed by any host of any service, and for what.
///
/// # Errors
/// The database does not answer, or holds what this version cannot read: then nobody knows what is needed.
pub async fn needed(store: &Store) -> Result<BTreeMap<String, String>, OpsError> {
    let reports = store.all_host_reports().await?;
    let orders = store.all_host_orders().await?;
    // Asked last: a rollout that began meanwhile is among them.
    needed_by(&store.rollouts_that_count().await?, &reports, &orders)
}

/// The same of what the database has. Rollouts come oldest first.
fn needed_by(
    rollouts: &[RolloutRow],
    reports: &[HostReport],
    orders: &[HostOrder],
) -> Result<BTreeMap<String, String>, OpsError> {
    let mut needed = BTreeMap::new();
    // The first word on a release is the one that is said: newer rollouts know better.
    let mut need = |release: String, why: String| {
        needed.entry(release).or_insert(why);
    };
    for row in rollouts.iter().rev() {
        let Rollout { plan, .. } = serde_json::from_str(&row.body)?;
        let service = &row.service;
        match row.state {
            RolloutState::Running => {
                let why = format!("rollout {} of {service} is under way", row.generation);
                need(plan.from, why.clone());
                need(plan.to, why);
            }
            RolloutState::Done => {
                need(plan.to, format!("{service} runs it"));
                need(plan.from, format!("{service} would go back to it"));
            }
            // What was rolled failed, and is nobody's.
            RolloutState::Undone => need(plan.from, format!("{service} runs it")),
        }
    }
    for report in reports {
        for release in releases_of(report)? {
            need(release, format!("host {} has it", report.host));
        }
    }
    for order in orders {
        match serde_json::from_str(&order.body)? {
            Action::Start { release, host, .. } => need(release, format!("host {host} is to start it")),
            Action::Migrate { release, .. } => need(release, "a host is to migrate to it".into()),
            Action::StopMigration | Action::Admit { .. } | Action::Park { .. } | Action::Stop { .. } => {}
        }
    }
    Ok(needed)
}

#[cfg(test)]
mod tests {
    use domain::Timestamp;
    use fleet::{
        judge::Rules,
        rollout::{Limits, Observation, Phase, Plan, Seen, Wanted},
    };

    use super::*;

    fn rollout(service: &str, generation: u64, state: RolloutState, (from, to): (&str, &str)) -> RolloutRow {
        let serving =
            Seen { name: "i1".into(), release: from.into(), host: "busan".into(), phase: Phase::Serving };
        let seen = Observation { instances: vec![serving], ..Observation::default() };
        let wanted = Wanted {
            service: service.into(),
            release: to.into(),
            generation,
            limits: Limits::default(),
            rules: Rules::default(),
        };
        let now = Timestamp(0);
        let rollout = Rollout::begin(Plan::forward(&wanted, &seen).unwrap(), now);
        RolloutRow {
            service: service.into(),
            generation: generation.try_into().unwrap(),
            state,
            body: serde_json::to_string(&rollout).unwrap(),
            version: 1,
            owner: None,
            created_at: now,
            updated_at: now,
        }
    }

    fn said(rows: &[RolloutRow]) -> Vec<(String, String)> {
        needed_by(rows, &[], &[]).unwrap().into_iter().collect()
    }

    fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
        expected.iter().map(|(release, why)| ((*release).to_owned(), (*why).to_owned())).collect()
    }

    #[test]
    fn what_runs_and_where_undo_would_go_are_needed() {
        use RolloutState::{Done, Running, Undone};
        let done = rollout("site", 3, Done, ("v1", "v2"));
        assert_eq!(
            said(std::slice::from_ref(&done)),
            pairs(&[("v1", "site would go back to it"), ("v2", "site runs it")])
        );
        // What failed is nobody's, and the way back is where it was.
        let undone = rollout("site", 5, Undone, ("v2", "v9"));
        assert_eq!(
            said(&[done.clone(), undone]),
            pairs(&[("v1", "site would go back to it"), ("v2", "site runs it")])
        );
        let running = rollout("site", 6, Running, ("v2", "v3"));
        let other = rollout("origin", 1, Done, ("o1", "v1"));
        assert_eq!(
            said(&[other, done, running]),
            pairs(&[
                ("o1", "origin would go back to it"),
                ("v1", "site would go back to it"),
                ("v2", "rollout 6 of site is under way"),
                ("v3", "rollout 6 of site is under way"),
            ])
        );
    }

    #[test]
    fn what_hosts_have_and_are_to_start_is_needed_and_what_is_not_understood_is_an_error() {
        let told = |report: &str| HostReport { host: "jeju".into(), number: 1, report: report.into() };
        let seen = |name: &str, phase: &str| {
            format!(r#"{{"name":"{name}","release":"{name}","host":"jeju","phase":{phase}}}"#)
        };
        let report = format!(
            r#"{{"instances":[{},{}],"migration":{{"generation":0,"state":"open"}},"counted":{{}}}}"#,
            seen("v1", r#""stopping""#),
            seen("v2", r#"{"failed":"x"}"#)
        );
        let order = |action: &Action| HostOrder {
            subject: "x".into(),
            fence: 1,
            number: 1,
            body: serde_json::to_string(action).unwrap(),
        };
        let start = Action::Start { name: "a".into(), release: "v3".into(), host: "busan".into() };
        let migrate = Action::Migrate { generation: 1, release: "v4".into(), limit_s: 1 };
        let orders = [order(&start), order(&migrate), order(&Action::StopMigration)];
        let needed = needed_by(&[], &[told(&report)], &orders).unwrap();
        let all: Vec<_> = needed.keys().map(String::as_str).collect();
        assert_eq!(all, ["v1", "v2", "v3", "v4"]);
        let refused = needed_by(&[], &[told("{}")], &[]).unwrap_err();
        assert!(refused.to_string().contains("jeju"), "{refused}");
        let order = HostOrder { body: r#"{"do":"dance"}"#.into(), ..orders[0].clone() };
        assert!(needed_by(&[], &[], &[order]).is_err());
        let row = RolloutRow { body: "{}".into(), ..rollout("site", 1, RolloutState::Done, ("v1", "v2")) };
        assert!(needed_by(&[row], &[], &[]).is_err());
    }
}
