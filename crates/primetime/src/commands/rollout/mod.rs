//! `release roll` and what follows it: orders to the controllers, through the database. They carry them out; these commands end at once.

mod orders;
mod roll;
mod status;

use ops::Desk;

use crate::{
    app::App,
    cli::{Myself, RolloutCommand},
    config::Config,
    failed::Failed,
};

/// Does what was typed.
pub async fn run(config: Config, command: RolloutCommand) -> Result<(), Failed> {
    let app = App::found(config).await?;
    match command {
        RolloutCommand::Roll(args) => {
            let (who, service) = (args.who.clone().unwrap_or_default(), args.service.clone());
            roll::run(&desk(&app, &Myself { who, service })?, &args).await
        }
        RolloutCommand::Undo(because) => orders::undo(&desk(&app, &because.me)?, &because.why).await,
        RolloutCommand::Hold(because) => orders::hold(&desk(&app, &because.me)?, &because.why).await,
        RolloutCommand::Go(me) => orders::go(&desk(&app, &me)?).await,
        RolloutCommand::Scale { instances, because } => {
            orders::scale(&desk(&app, &because.me)?, instances, &because.why).await
        }
        RolloutCommand::Status { last, service } => {
            let nobody = Myself { who: String::new(), service };
            status::run(&desk(&app, &nobody)?, last).await
        }
    }
}

fn desk(app: &App, me: &Myself) -> Result<Desk, Failed> {
    Ok(Desk {
        store: app.store()?.clone(),
        clock: app.shared_clock(),
        service: me.service.name.clone(),
        who: me.who.clone(),
        approved: None,
    })
}
