//! `publish`: what is approved and ready becomes the newest edition.

use std::sync::Arc;

use studio::publish::{Published, Publisher, Request};

use super::show;
use crate::{
    app::App,
    config::Config,
    failed::{Doing, Failed},
    keys::{self, Purpose},
};

/// Publishes once. With a reason it may hide titles.
pub async fn run(config: Config, confirm: Option<String>) -> Result<(), Failed> {
    let app = App::found(config).await?;
    let request = match confirm {
        Some(reason) => Request { reason, confirmed: true },
        None => Request::because("published from the command line"),
    };
    let published = publisher(&app)?.publish(&request).await.doing(|| "publish".into())?;
    show(&match published {
        Published::New { number, playable, .. } => {
            format!("Edition {number} is announced: {playable} titles and episodes play.\n")
        }
        Published::Unchanged { number } => format!("Edition {number} says all of it already.\n"),
    })
}

/// The publisher of this installation.
pub fn publisher(app: &App) -> Result<Publisher, Failed> {
    let signer = Arc::new(keys::signing(&app.data, Purpose::Edition, &*app.rng)?);
    Ok(Publisher {
        store: app.store()?.clone(),
        objects: app.objects.clone(),
        signer,
        ring: keys::ring(&app.data, Purpose::Edition, &app.config.trusted)?,
        clock: app.clock.clone(),
    })
}
