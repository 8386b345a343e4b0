//! `takedown`: what nobody may see, decided here and followed by everybody who serves.

use std::sync::Arc;

use ops::{Asked, OpsError, Takedowns, audit};

use super::show;
use crate::{
    app::App,
    cli::{TakedownArgs, TakedownCommand},
    config::Config,
    failed::{Doing, Failed},
    keys::{self, Purpose},
};

/// How many lines of history are listed.
const MOST: u32 = 1_000;

/// Does what was typed.
pub async fn run(config: Config, args: TakedownArgs) -> Result<(), Failed> {
    let app = App::found(config).await?;
    match (args.command, args.down) {
        (Some(TakedownCommand::List { all }), _) => list(&app, all).await,
        (Some(TakedownCommand::Lift(title)), _) => {
            let asked = Asked { who: &title.who, title: &title.title, why: &title.why, approved: None };
            takedowns(&app)?.lift(asked).await.doing(|| "lift the takedown".into())?;
            show(&format!("{} may be seen again where its windows say so.\n", title.title))
        }
        (None, Some(title)) => {
            let asked = Asked { who: &title.who, title: &title.title, why: &title.why, approved: None };
            takedowns(&app)?.take_down(asked).await.map_err(|error| match error {
                // Done, but not yet seen by others: to be told apart from what was refused.
                error @ OpsError::Announce(_) => Failed::at(format!("{} is taken down", title.title), error),
                error => Failed::at(format!("cannot take {} down", title.title), error),
            })?;
            show(&format!("{} is taken down: nobody sees it any more.\n", title.title))
        }
        (None, None) => Err(Failed::new("say which title: `primetime takedown TITLE --why WORDS`")),
    }
}

async fn list(app: &App, all: bool) -> Result<(), Failed> {
    let rows = app.store()?.takedowns(MOST).await.doing(|| "read the takedowns".into())?;
    let rows: Vec<_> = rows.into_iter().filter(|row| all || row.lifted.is_none()).collect();
    if rows.is_empty() {
        return show("Nothing is taken down.\n");
    }
    for row in rows {
        let mut line = format!("{} since {} by {}: {}", row.title, row.at, row.who, row.why);
        if let Some(lifted) = row.lifted {
            line += &format!("; lifted {} by {}: {}", lifted.at, lifted.who, lifted.why);
        }
        show(&(audit::shown(&line) + "\n"))?;
    }
    Ok(())
}

/// The takedowns of this installation.
pub fn takedowns(app: &App) -> Result<Takedowns, Failed> {
    let signer = Arc::new(keys::signing(&app.data, Purpose::Edition, &*app.rng)?);
    Ok(Takedowns {
        store: app.store()?.clone(),
        objects: app.objects.clone(),
        signer,
        ring: keys::ring(&app.data, Purpose::Edition, &app.config.trusted)?,
        clock: app.shared_clock(),
    })
}
