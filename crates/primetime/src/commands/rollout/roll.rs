//! `release roll`: the plan, and that it begins.

use fleet::{judge::Rules, rollout::Limits};
use ops::Desk;

use crate::{
    cli::{self, RollArgs},
    commands::show,
    failed::{Doing, Failed},
};

/// Prints the plan; begins it unless only the plan was asked for.
pub async fn run(desk: &Desk, args: &RollArgs) -> Result<(), Failed> {
    let RollArgs { floor, migrate: migrate_s, ready: ready_s, bake: bake_s, .. } = *args;
    let limits = Limits { floor, migrate_s, ready_s, bake_s, ..Limits::default() };
    let rules = Rules { longest_s: args.judge, ..Rules::default() };
    let (plan, hash) =
        desk.plan(&args.release, limits, rules).await.doing(|| format!("roll {} out", args.release))?;
    show(&format!("{plan}Plan {hash}\n"))?;
    if !args.anyway {
        desk.has_time(&plan).await.doing(|| format!("roll {} out", args.release))?;
    }
    if args.plan {
        return show(&format!("Nothing has begun: `{}`\n", begins(args, &hash)));
    }
    let rollout = desk.begin(plan, args.agree.as_deref(), &args.why).await.doing(|| "begin".into())?;
    show(&format!("Rollout {} has begun: `primetime release status`\n", rollout.plan.generation))
}

/// What to type so that this very plan begins: all that was given, or it is another plan.
fn begins(args: &RollArgs, hash: &str) -> String {
    let RollArgs { release, anyway, floor, bake, migrate, ready, judge, why, who, service, .. } = args;
    let mut line = format!("primetime release roll {} --agree {hash}", quoted(release));
    let mut add = |option: &str, value: &str| line += &format!(" --{option} {}", quoted(value));
    if service.name != cli::SERVICE {
        add("service", &service.name);
    }
    if let Some(floor) = floor {
        add("floor", &floor.to_string());
    }
    for (option, seconds, default) in [
        ("bake", *bake, cli::BAKE),
        ("migrate", *migrate, cli::MIGRATE),
        ("ready", *ready, cli::READY),
        ("judge", *judge, cli::JUDGE),
    ] {
        if seconds != default {
            add(option, &seconds.to_string());
        }
    }
    if !why.is_empty() {
        add("why", why);
    }
    add("as", who.as_deref().unwrap_or("NAME"));
    if *anyway { line + " --anyway" } else { line }
}

/// As a shell takes it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.,:/+@".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}
