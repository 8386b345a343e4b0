//! `image`: golden images are listed, added, promoted and collected.

use std::{
    fmt::Write,
    path::{Path, PathBuf},
};

use golden::{Catalogue, GoldenError, Image, Shelf};
use objects::{Hash, Key};
use ops::OpsError;
use release::{DISK_FILE, Machine};
use tokio::task::spawn_blocking;

use super::{
    logged::{Did, Logged},
    show,
};
use crate::{
    app::App,
    cli::ImageCommand,
    config::Config,
    failed::{Doing, Failed},
    keys::{self, Purpose},
};

/// Does it. Needs the objects and a key; the database is where the audit log is.
pub async fn run(config: Config, command: ImageCommand) -> Result<(), Failed> {
    let app = match command {
        ImageCommand::List => App::found(Config { database: None, ..config }).await?,
        // With the first image a catalogue may begin, and with it an installation's objects.
        ImageCommand::Add { .. } => App::logging(config, true).await?,
        ImageCommand::Promote { .. } | ImageCommand::Collect { .. } => App::logging(config, false).await?,
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
    match command {
        ImageCommand::List => Ok(String::new()), // answered above
        ImageCommand::Add { image, release, reason } => {
            let logged = Logged::of(app, reason.who.as_deref(), &reason.why)?;
            let doing = || format!("add {}: the catalogue is as it was", image.display());
            let (disk, release) = disk(app, &image, release)?;
            logged.deed("image.add", &format!("release {release}"), || {
                let Image { hash, bytes, release, .. } =
                    shelf.add(&disk, &release, now, &signer).doing(doing)?;
                Ok(Did {
                    line: format!("{hash}, release {release}, {bytes} bytes"),
                    said: format!("{hash} is in the catalogue: release {release}, {bytes} bytes.\n"),
                })
            })
        }
        ImageCommand::Promote { image, stage, why, who } => {
            let logged = Logged::surely(app, Some(&who), &why)?;
            let doing = || format!("promote: {stage} runs what it ran");
            if why.trim().is_empty() {
                return Err(OpsError::NoReason).doing(doing);
            }
            let catalogue = shelf.catalogue().doing(doing)?;
            if catalogue.image(&image).is_none() {
                return Err(GoldenError::Unknown(image)).doing(doing);
            }
            let is_named = |hash: &Hash| named(&catalogue, hash);
            logged.deed("image.promote", &format!("{stage} to {}", is_named(&image)), || {
                let before = shelf.promote(image, stage.clone(), &signer).doing(doing)?;
                let before = before.map_or("nothing".to_owned(), |before| is_named(&before));
                Ok(Did {
                    line: format!("{stage} runs {}; before {before}", is_named(&image)),
                    said: format!("{stage} runs {image} from now on: that is what is to be booted, and no host changes by itself.\n"),
                })
            })
        }
        ImageCommand::Collect { keep, reason } => {
            let logged = Logged::surely(app, reason.who.as_deref(), &reason.why)?;
            let catalogue = shelf.catalogue().doing(|| "collect golden images".into())?;
            logged.deed("image.collect", &format!("--keep {keep}"), || {
                let gone = shelf.collect(keep, now, &signer).doing(|| "collect golden images".into())?;
                let names: Vec<_> = gone.iter().map(|hash| named(&catalogue, hash)).collect();
                let mut said: String = gone.iter().map(|image| format!("{image} is deleted.\n")).collect();
                let _ =
                    writeln!(said, "{} deleted; what a stage runs, and ran before, is there.", gone.len());
                let colon = if gone.is_empty() { "" } else { ": " };
                Ok(Did { line: format!("{} deleted{colon}{}", gone.len(), names.join(", ")), said })
            })
        }
    }
}

/// An image as it is named in the log, also when it and its release are gone.
fn named(catalogue: &Catalogue, hash: &Hash) -> String {
    match catalogue.image(hash) {
        Some(image) => format!("{hash} (release {})", image.release),
        None => hash.to_string(),
    }
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
