//! `fleet status` and `fleet plan`: what is, and what will be, in words.

use std::fmt::Write;

use domain::Timestamp;
use fleet::plan::Role;
use ops::fleet::{Announced, Known, known};

use crate::{
    app::App,
    cli::FleetGroup,
    clock::shared::agrees,
    commands::show,
    config::Config,
    failed::{Doing, Failed},
};

/// What is planned for this service, and how it stands.
pub async fn run(config: Config, group: FleetGroup) -> Result<(), Failed> {
    let app = App::found(config).await?;
    let (found, service) = look(&app, &group).await?;
    if let Some(words) = app.shared.as_ref().and_then(|shared| agrees(shared.off()).err()) {
        show(&format!("Clocks: {words}.\n"))?;
    }
    let Some(Known { announced, made, owner: _ }) = found else { return show(&nobody(&service)) };
    let age = app.shared_clock().now().since(made).as_secs();
    show(&format!(
        "{}Planned {age} s ago{}",
        now(&announced, &service),
        expiry(&announced, made, app.shared_clock().now())
    ))
}

/// The floors of the next day.
pub async fn plan(config: Config, group: FleetGroup) -> Result<(), Failed> {
    let app = App::found(config).await?;
    let (found, service) = look(&app, &group).await?;
    let Some(found) = found else { return show(&nobody(&service)) };
    show(&format!(
        "{}{}",
        found.announced.plan,
        expiry(&found.announced, found.made, app.shared_clock().now())
    ))
}

async fn look(app: &App, group: &FleetGroup) -> Result<(Option<Known>, String), Failed> {
    let service = group.service();
    let found = known(app.store()?, &service).await.doing(|| "read the plan".into())?;
    Ok((found, service))
}

fn nobody(service: &str) -> String {
    format!(
        "Nobody ever planned for {service}: `primetime fleet run` does. Its hosts follow their own backstop.\n"
    )
}

/// A plan in words, as `fleet run --dry-run` prints it.
pub fn words(announced: &Announced) -> String {
    format!("{}{}", now(announced, &announced.plan.role.to_string()), announced.plan)
}

fn now(announced: &Announced, service: &str) -> String {
    let Announced { offered, shed, serving, capacity, troubles, plan } = announced;
    let unit = plan.role.unit();
    let mut text = match offered {
        Some(minutes) if plan.role == Role::Work => {
            format!("{service}: {minutes:.0} {unit}, {serving} encoders are in the middle of a job.\n")
        }
        Some(offered) => {
            format!("{service}: {offered:.0} {unit}, {shed:.0} turned away, {serving} instances serve.\n")
        }
        None => format!("{service}: nobody measured the last minute; {serving} instances serve.\n"),
    };
    let _ = writeln!(text, "{capacity}.");
    for trouble in troubles {
        let of = if plan.role == Role::Work { "Queue" } else { "Measurements" };
        let _ = writeln!(text, "{of}: {trouble}.");
    }
    text
}

fn expiry(announced: &Announced, made: Timestamp, now: Timestamp) -> String {
    match announced.plan.at(now) {
        0 => {
            let age = now.since(made).as_secs() / 60;
            format!(
                "The plan has expired ({age} min old): is `primetime fleet run` running? Until it is, hosts keep what they have and \
                 follow their own backstop.\n"
            )
        }
        floor => format!("; the floor is {floor}.\n"),
    }
}
