//! `release roll`: the plan, and that it begins.

use fleet::{judge::Rules, rollout::Limits};
use ops::Desk;

use crate::{
    cli::RollArgs,
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
        return show(&format!(
            "Nothing has begun: `primetime release roll {} --agree {hash}`\n",
            args.release
        ));
    }
    let rollout = desk.begin(plan, args.agree.as_deref(), &args.why).await.doing(|| "begin".into())?;
    show(&format!("Rollout {} has begun: `primetime release status`\n", rollout.plan.generation))
}
