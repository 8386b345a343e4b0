//! `release undo`, `hold`, `go` and `scale`.

use fleet::rollout::Order;
use ops::{Desk, WayBack};

use crate::{
    commands::show,
    failed::{Doing, Failed},
};

/// Back to the release before.
pub async fn undo(desk: &Desk, why: &str) -> Result<(), Failed> {
    show(&match desk.undo(why).await.doing(|| "go back".into())? {
        WayBack::Undoes(plan) => {
            format!("Rollout {} is undone: {} gets the traffic back.\n", plan.generation, plan.from)
        }
        WayBack::Begins(plan) => {
            format!("{plan}Rollout {} has begun, back to {}.\n", plan.generation, plan.to)
        }
        WayBack::UnderWay(goes_back) => format!("Nothing was changed: {goes_back}.\n"),
    })
}

/// Stay.
pub async fn hold(desk: &Desk, why: &str) -> Result<(), Failed> {
    let order = Order::Hold { why: format!("{}: {why}", desk.who) };
    let rollout = desk.order(order).await.doing(|| "hold".into())?;
    show(&format!("Rollout {} stays where it is until `primetime release go`.\n", rollout.plan.generation))
}

/// Go on.
pub async fn go(desk: &Desk) -> Result<(), Failed> {
    let rollout = desk.order(Order::Go).await.doing(|| "go on".into())?;
    show(&format!("Rollout {} goes on.\n", rollout.plan.generation))
}

/// So many.
pub async fn scale(desk: &Desk, instances: u32, why: &str) -> Result<(), Failed> {
    desk.scale(instances, why).await.doing(|| "scale".into())?;
    show(&format!("{} shall have {instances} instances: hosts follow.\n", desk.service))
}
