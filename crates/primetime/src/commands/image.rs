//! `image`: golden images are listed, added, promoted and collected.

use std::{
    fmt::Write,
    path::{Path, PathBuf},
};

use golden::{Catalogue, Shelf};
use objects::Key;
use release::{DISK_FILE, Machine};
use tokio::task::spawn_blocking;

use super::show;
use crate::{
    app::App,
    cli::ImageCommand,
    config::Config,
    failed::{Doing, Failed},
    keys::{self, Purpose},
};

/// Does it. Needs the objects and a key, and no database.
pub async fn run(config: Config, command: ImageCommand) -> Result<(), Failed> {
    let config = Config { database: None, ..config };
    // With the first image a catalogue may begin, and with it an installation's objects.
    let app = match command {
        ImageCommand::Add { .. } => App::open(config).await?,
        _ => App::found(config).await?,
    };
    let said =
        spawn_blocking(move || act(&app, command)).await.doing(|| "look after golden images".into())??;
    show(&said)
}

fn act(app: &App, command: ImageCommand) -> Result<String, Failed> {
    let ring = || keys::ring(&app.data, Purpose::Golden, &app.config.trusted);
    if matches!(command, ImageCommand::List) {
        // Looking draws no key; before the first image there is none.
        if app.objects.length(&Key::golden_catalogue()).doing(|| "list golden images".into())?.is_none() {
            return Ok(list(&Catalogue::default()));
        }
        let ring = ring()?;
        let shelf = Shelf { objects: &app.objects, ring: &ring };
        return Ok(list(&shelf.catalogue().doing(|| "list golden images".into())?));
    }
    let signer = keys::signing(&app.data, Purpose::Golden, &*app.rng)?;
    let ring = ring()?;
    let shelf = Shelf { objects: &app.objects, ring: &ring };
    let now = app.clock.now();
    Ok(match command {
        ImageCommand::List => String::new(), // answered above
        ImageCommand::Add { image, release } => {
            let doing = || format!("add {}: the catalogue is as it was", image.display());
            let (disk, release) = disk(app, &image, release)?;
            let image = shelf.add(&disk, &release, now, &signer).doing(doing)?;
            format!("{} is in the catalogue: release {}, {} bytes.\n", image.hash, image.release, image.bytes)
        }
        ImageCommand::Promote { image, stage } => {
            shelf
                .promote(image, stage.clone(), &signer)
                .doing(|| format!("promote: {stage} runs what it ran"))?;
            format!("{stage} runs {image} from now on.\n")
        }
        ImageCommand::Collect { keep } => {
            let gone = shelf.collect(keep, now, &signer).doing(|| "collect golden images".into())?;
            let mut said: String = gone.iter().map(|image| format!("{image} is deleted.\n")).collect();
            let _ = writeln!(said, "{} deleted; what a stage runs, and ran before, is there.", gone.len());
            said
        }
    })
}

/// The disk that is meant, and the release that is on it.
fn disk(app: &App, image: &Path, release: Option<String>) -> Result<(PathBuf, String), Failed> {
    match (image.is_dir(), release) {
        (true, None) => {
            let ring = keys::ring(&app.data, Purpose::Release, &app.config.trusted)?;
            let machine = Machine::verify(image, &ring).doing(|| format!("add {}", image.display()))?;
            Ok((image.join(DISK_FILE), machine.release))
        }
        (false, Some(release)) => Ok((image.to_owned(), release)),
        (true, Some(_)) => {
            Err(Failed::new("leave --release out: what was signed in this folder says which it is"))
        }
        (false, None) => Err(Failed::new(
            "say by --release which one is on this disk; or name the folder that `release build --machine` made, which says it",
        )),
    }
}

/// A line an image, oldest first, with the stages that run it or would go back to it.
fn list(catalogue: &Catalogue) -> String {
    let mut text = String::new();
    for image in catalogue.images() {
        let _ = write!(text, "{}  {}  {} bytes", image.hash, image.release, image.bytes);
        for (stage, past) in catalogue.stages() {
            match past.iter().position(|hash| *hash == image.hash) {
                Some(0) => drop(write!(text, "  {stage}: runs")),
                Some(1) => drop(write!(text, "  {stage}: way back")),
                _ => {}
            }
        }
        text.push('\n');
    }
    if text.is_empty() {
        text.push_str(
            "There is no golden image: `primetime release build --machine` makes one, `primetime image add` adds it.\n",
        );
    }
    text
}
