//! Which options go together: what a role cannot use was meant otherwise, and is said.

use fleet::plan::Role;
use ops::fleet::known;

use crate::{
    app::App,
    cli::{EncoderArgs, RunArgs},
    failed::{Doing, Failed},
};

/// What is missing for roles that viewers come to.
pub const NO_CAPACITY: &str =
    "say --capacity: the requests a second that one instance does, or the bytes with --role origin";

/// Checks what was typed.
pub fn fits(wanted: &RunArgs) -> Result<(), Failed> {
    let EncoderArgs { pace, slots, most } = &wanted.encoders;
    let (of_encoders, of_others) = (
        [("--pace", pace.is_some()), ("--slots", slots.is_some()), ("--most", most.is_some())],
        [
            ("--capacity", wanted.capacity.is_some()),
            ("--price", wanted.price.is_some()),
            ("--calendar", wanted.calendar.is_some()),
            ("--prometheus", wanted.measured.prometheus.is_some()),
        ],
    );
    let first =
        |options: &[(&'static str, bool)]| options.iter().find(|(_, said)| *said).map(|(name, _)| *name);
    match (wanted.group.role, first(&of_encoders), first(&of_others)) {
        (Role::Work, _, Some(option)) => Err(Failed::new(format!(
            "{option} says nothing of encoders, which are planned by their queue and the catalogue's windows: --role work takes --pace, \
             --slots and --most"
        ))),
        (Role::Work, ..) => Ok(()),
        (role, Some(option), _) => {
            Err(Failed::new(format!("{option} is of encoders: it goes with --role work, and this is {role}")))
        }
        (_, None, _) if wanted.capacity.is_none() => Err(Failed::new(NO_CAPACITY)),
        (_, None, _) => Ok(()),
    }
}

/// Whoever follows the service's plan would follow one of another kind.
pub async fn service(app: &App, wanted: &RunArgs) -> Result<(), Failed> {
    let (service, role) = (wanted.group.service(), wanted.group.role);
    let last = known(app.store()?, &service).await.doing(|| "read the last plan".into())?;
    match last.map(|known| known.announced.plan.role) {
        Some(other) if other != role && [other, role].contains(&Role::Work) => Err(Failed::new(format!(
            "{service} was planned as {other}, and its instances would follow a plan of {role}: give --service another name"
        ))),
        _ => Ok(()),
    }
}
