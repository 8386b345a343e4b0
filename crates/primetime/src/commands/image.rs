//! `image`: golden images are listed, added, promoted and collected.

use golden::{Catalogue, Shelf};
use tokio::task::spawn_blocking;

use super::show;
use crate::{
    app::App,
    cli::ImageCommand,
    config::Config,
    failed::{Doing, Failed},
    keys::{self, Purpose},
};

/// Does it. Needs the objects and the images' key; no database.
pub async fn run(mut config: Config, command: ImageCommand) -> Result<(), Failed> {
    config.database = None;
    let app = App::open(config).await?;
    let said =
        spawn_blocking(move || act(&app, command)).await.doing(|| "look after golden images".into())??;
    show(&said)
}

fn act(app: &App, command: ImageCommand) -> Result<String, Failed> {
    let signer = keys::signing(&app.data, Purpose::Image, &*app.rng)?;
    let ring = keys::ring(&app.data, Purpose::Image)?;
    let shelf = Shelf { objects: &app.objects, ring: &ring };
    let now = app.clock.now();
    Ok(match command {
        ImageCommand::List => list(&shelf.catalogue().doing(|| "read the catalogue".into())?),
        ImageCommand::Add { file, release } => {
            let added = shelf.add(&file, &release, now, &signer);
            let image = added.doing(|| format!("add {}", file.display()))?;
            format!("{} is in the catalogue: release {}, {} bytes\n", image.hash, image.release, image.bytes)
        }
        ImageCommand::Promote { image, stage } => {
            shelf.promote(image, stage.clone(), &signer).doing(|| format!("promote {image}"))?;
            format!("{stage} runs {image} from now on\n")
        }
        ImageCommand::Collect { keep } => {
            let gone = shelf.collect(keep, now, &signer).doing(|| "collect images".into())?;
            let mut said: String = gone.iter().map(|image| format!("{image} is deleted\n")).collect();
            said.push_str(&format!("{} deleted; every stage has its way back\n", gone.len()));
            said
        }
    })
}

/// A line an image, oldest first, with the stages that run it or would go back to it.
fn list(catalogue: &Catalogue) -> String {
    let mut text = String::new();
    for image in catalogue.images() {
        text.push_str(&format!("{}  {}  {} bytes", image.hash, image.release, image.bytes));
        for (stage, past) in catalogue.stages() {
            match past.iter().position(|hash| *hash == image.hash) {
                Some(0) => text.push_str(&format!("  {stage}: runs")),
                Some(1) => text.push_str(&format!("  {stage}: way back")),
                _ => {}
            }
        }
        text.push('\n');
    }
    if text.is_empty() {
        text.push_str("No golden image yet: scripts/bake-image makes one, `primetime image add` adds it.\n");
    }
    text
}
