//! `release push`: an image goes into the store, from where every host's registry pulls it.

use registry::push::{self, Destination};
use tokio::task::spawn_blocking;

use super::show;
use crate::{
    app::App,
    cli::PushArgs,
    config::Config,
    failed::{Doing, Failed},
    keys::{self, Purpose},
};

/// Pushes one image; the tag moves last.
pub async fn run(config: Config, args: PushArgs) -> Result<(), Failed> {
    // It needs the objects and a key, and no database.
    let app = App::open(Config { database: None, ..config }).await?;
    let key = keys::signing(&app.data, Purpose::Image, &*app.rng)?;
    let ring = keys::ring(&app.data, Purpose::Image, &app.config.trusted)?;
    let (objects, now) = (app.objects.clone(), app.clock.now());
    let PushArgs { layout, repository, tag, image } = args;
    let name = format!("{repository}:{tag}");
    let pushed = spawn_blocking(move || {
        let to = Destination { repository: &repository, tag: &tag, key: &key, ring: &ring, now };
        push::push(&objects, &layout, image.as_deref(), &to)
    });
    let pushed =
        pushed.await.doing(|| "push".into())?.doing(|| format!("push {name}: its tag is where it was"))?;
    show(&format!(
        "{name} is {}: {} objects new, {} there already, {} bytes.\n",
        pushed.manifest, pushed.written, pushed.present, pushed.bytes
    ))
}
