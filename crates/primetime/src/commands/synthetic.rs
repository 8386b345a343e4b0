//! A synthetic edition for `bench-boot`, in a data folder of its own.

use edition::generate::{Synthetic, generate};
use objects::announce;
use tokio::task::spawn_blocking;

use super::show;
use crate::{
    app::App,
    config::Config,
    failed::{Doing, Failed},
    keys::{self, Purpose},
};

/// Builds and announces it.
pub async fn run(config: Config, episodes: u32) -> Result<(), Failed> {
    let app = App::open(config).await?;
    keys::signing(&app.data, Purpose::Token, &*app.rng)?; // a process that serves needs its public half
    let key = keys::signing(&app.data, Purpose::Edition, &*app.rng)?;
    let ring = keys::ring(&app.data, Purpose::Edition, &app.config.trusted)?;
    let (objects, now) = (app.objects.clone(), app.clock.now());
    let built = spawn_blocking(move || -> Result<_, Failed> {
        let built =
            generate(&objects, 1, now, &Synthetic::of(episodes)).doing(|| "build the edition".into())?;
        announce::publish(&objects, &built.announcement(now), &key, &ring).doing(|| "announce it".into())?;
        Ok(built)
    })
    .await
    .doing(|| "build the edition".into())??;
    show(&format!("{episodes} episodes: {} sections, {} bytes\n", built.sections, built.bytes))
}
