//! How things are, in words: for the command line and for chat.

use std::collections::BTreeMap;

use fleet::{
    judge::Verdict,
    rollout::{Observation, Phase, Rollout, Stage},
};

use store::{AuditRow, AuditWanted, Store, StoreError};

use crate::{Desk, OpsError, Status, audit::shown};

/// What runs, and how far the last rollouts are: a line each.
pub async fn status(desk: &Desk, last: u32) -> Result<String, OpsError> {
    let mut text = runs(desk).await?;
    if let Some(wanted) = desk.store.wanted_instances(&desk.service).await? {
        text += &format!("{wanted} instances are wanted.\n");
    }
    let rollouts = desk.status(last).await?;
    if rollouts.is_empty() {
        text += &format!("No rollout of {} yet.\n", desk.service);
    }
    Ok(text + &rollouts.iter().map(|status| line(status, desk)).collect::<String>())
}

/// The last lines of the audit log, oldest first.
pub async fn log(store: &Store, last: u32) -> Result<String, StoreError> {
    let mut lines = store.audit_last(&AuditWanted::default(), last).await?;
    lines.reverse();
    let nothing = || "Nobody did anything yet.\n".to_owned();
    Ok(if lines.is_empty() { nothing() } else { lines.iter().map(audit_line).collect() })
}

/// A line of the audit log, which stays one whatever stands in it.
pub fn audit_line(line: &AuditRow) -> String {
    let AuditRow { seq, at, who, what, body, .. } = line;
    format!("{}\n", shown(&format!("{seq} {at} {who} {what}: {body}")))
}

async fn runs(desk: &Desk) -> Result<String, OpsError> {
    let seen = match desk.seen().await {
        Ok(seen) => seen,
        Err(unseen @ OpsError::Unseen { .. }) => return Ok(format!("{unseen}\n")),
        Err(error) => return Err(error),
    };
    let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for instance in &seen.instances {
        let (serving, others) = counts.entry(&instance.release).or_default();
        *if instance.phase == Phase::Serving { serving } else { others } += 1;
    }
    let each = |(release, (serving, others)): (&&str, &(usize, usize))| match others {
        0 => format!("{serving} of {release}"),
        others => format!("{serving} of {release} (and {others} without traffic)"),
    };
    let words: Vec<String> = counts.iter().map(each).collect();
    let words = if words.is_empty() { "nothing".to_owned() } else { words.join(", ") };
    let hosts = match seen.hosts.len() {
        1 => "1 host".to_owned(),
        count => format!("{count} hosts"),
    };
    Ok(format!("{} runs {words} on {hosts}.\n{}", desk.service, lacking(&seen)))
}

/// What keeps instances from being ready: a line for each host and reason.
fn lacking(seen: &Observation) -> String {
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for instance in &seen.instances {
        if let Some(why) = seen.lacks.get(&instance.name) {
            *counts.entry((&instance.host, why)).or_default() += 1;
        }
    }
    let each = |((host, why), count): (&(&str, &str), &usize)| {
        let are = if *count == 1 { "instance is" } else { "instances are" };
        shown(&format!("{count} {are} not ready on {host}: {why}")) + "\n"
    };
    counts.iter().map(each).collect()
}

fn line(status: &Status, desk: &Desk) -> String {
    let Rollout { plan, held, why, .. } = &status.rollout;
    let mut text =
        format!("rollout {} from {} to {}, begun {}", plan.generation, plan.from, plan.to, status.began);
    text += &format!(": {}", stage(&status.rollout));
    if let Some(why) = why {
        text += &format!(" ({why})");
    }
    if let Some(held) = held {
        text += &format!("; held ({held})");
    }
    if let (Some(began), Stage::Judge) = (status.rollout.judging, status.rollout.stage) {
        let waited = desk.clock.now().since(began).as_secs();
        if let Verdict::Wait(words) = status.rollout.judge.verdict(waited) {
            text += &format!("; {words}");
        }
    }
    shown(&text) + "\n"
}

fn stage(rollout: &Rollout) -> String {
    let waves = rollout.plan.waves.len();
    match rollout.stage {
        Stage::Migrate => "the database is migrated".into(),
        Stage::Canary => "canary and control start".into(),
        Stage::Judge => "canary and control are judged".into(),
        Stage::Start(at) | Stage::Admit(at) | Stage::Park(at) => format!("wave {} of {waves}", at + 1),
        Stage::Watch(at) => format!("wave {} of {waves} is watched", at + 1),
        Stage::Bake => format!("{} has the traffic, {} is warm", rollout.plan.to, rollout.plan.from),
        Stage::Retire => format!("{} has the traffic, {} stops", rollout.plan.to, rollout.plan.from),
        Stage::Undo => "it is undone".into(),
        Stage::Clean => format!("undone, {} stops", rollout.plan.to),
        Stage::Done => "done".into(),
        Stage::Undone => "undone".into(),
    }
}
