//! `doctor`: what is wrong with this machine, the folder and the configuration, and what to do.

use std::{fs, net::TcpListener, path::Path};

use encode::Encoder;
use objects::announce;
use rustix::fs::statvfs;
use store::Store;

use super::show;
use crate::{
    ambient,
    app::App,
    clock::{Verdict, shared::agrees},
    config::Config,
    failed::{Doing, Failed},
    keys::{self, Purpose},
    serve::address,
};

/// Less room than this is worth a word: encodes need it.
const LITTLE_ROOM: u64 = 5 << 30;

/// Looks at everything and says what it found; fails when something is wrong.
pub async fn run(config: Config) -> Result<(), Failed> {
    let mut wrong = 0;
    let mut say = |name: &str, found: Result<String, Failed>| {
        let (mark, words) = match found {
            Ok(words) => ("ok   ", words),
            Err(failed) => {
                wrong += 1;
                ("WRONG", failed.to_string())
            }
        };
        show(&format!("{mark} {name}: {words}\n"))
    };
    say(
        "ffmpeg",
        encoder(&config)
            .check()
            .await
            .map_err(|error| Failed::at("install it (Debian: ffmpeg), or set work.ffmpeg", error)),
    )?;
    say("data folder", room(&config.data_dir))?;
    say("addresses", addresses(&config))?;
    let files = config.http.tls.clone();
    match Verdict::of(ambient::kernel_clock()) {
        Verdict::Right(words) => say("clock", Ok(words))?,
        Verdict::Unknown(words) if !config.require_sync => show(&format!("note  clock: {words}\n"))?,
        Verdict::Unknown(words) | Verdict::Off(words) => say("clock", Err(Failed::new(words)))?,
    }
    match App::open(config).await {
        Err(failed) => say("database", Err(failed))?,
        Ok(app) => {
            say("objects", objects(&app))?;
            say("database", database(&app).await)?;
            if let Some(shared) =
                app.shared.as_ref().filter(|_| app.store.as_ref().is_some_and(Store::is_shared))
            {
                say("clocks", agrees(shared.off()).map_err(Failed::new))?;
            }
            say("edition", edition(&app))?;
            if let Some(files) = &files {
                say("certificate", certificate(&app, files))?;
            }
            say("jobs", jobs(&app).await)?;
        }
    }
    match wrong {
        0 => show("All is well.\n"),
        1 => Err(Failed::new("one thing is wrong")),
        many => Err(Failed::new(format!("{many} things are wrong"))),
    }
}

/// The encoder that the configuration names.
pub fn encoder(config: &Config) -> Encoder {
    Encoder::new(encode::Config {
        ffmpeg: config.work.ffmpeg.clone(),
        ffprobe: config.work.ffprobe.clone(),
        ..encode::Config::default()
    })
}

fn room(dir: &Path) -> Result<String, Failed> {
    fs::create_dir_all(dir).doing(|| format!("make {}", dir.display()))?;
    tempfile::tempfile_in(dir).doing(|| format!("write in {}", dir.display()))?;
    let at = statvfs(dir).doing(|| format!("look at {}", dir.display()))?;
    let free = at.f_bavail.saturating_mul(at.f_frsize);
    let words = format!("{} has {:.1} GB free", dir.display(), free as f64 / 1e9);
    if free < LITTLE_ROOM {
        Err(Failed::new(format!("{words}: little for encoding; make room")))
    } else {
        Ok(words)
    }
}

fn addresses(config: &Config) -> Result<String, Failed> {
    let registry = config.roles.registry.then_some(config.registry.listen);
    for address in [config.http.listen, config.http.ops_listen].into_iter().chain(registry) {
        TcpListener::bind(address)
            .doing(|| format!("listen on {address}: another process does, perhaps primetime itself"))?;
    }
    Ok(format!("{} and {} are free", config.http.listen, config.http.ops_listen))
}

async fn database(app: &App) -> Result<String, Failed> {
    let Some(store) = &app.store else { return Ok("none is configured".into()) };
    let health = store.health().await.doing(|| "look at the database".into())?;
    if !health.broken.is_empty() {
        return Err(Failed::new(format!("{}: restore it from a backup", health.broken.join("; "))));
    }
    Ok(format!("{}, schema {}, sound", health.engine, health.schema))
}

/// A bucket is asked; one that is written to is written to.
fn objects(app: &App) -> Result<String, Failed> {
    let writes = app.config.roles.studio || app.config.roles.work;
    let place = app.objects.check(writes).doing(|| "use the objects".into())?;
    Ok(match place.conditional_writes {
        Some(false) => format!(
            "{}; it knows no conditional writes: only one process may publish, and one encode a title",
            place.name
        ),
        _ => place.name,
    })
}

fn edition(app: &App) -> Result<String, Failed> {
    if app.objects.length(&objects::Key::current_edition()).doing(|| "look at the objects".into())?.is_none()
    {
        return Ok("none yet: import a catalogue, then publish".into());
    }
    let ring = keys::ring(&app.data, Purpose::Edition, &app.config.trusted)?;
    let current: announce::CurrentEdition =
        announce::read(&app.objects, &ring).doing(|| "read editions/current".into())?;
    let follower = app.follower()?;
    match follower.poll() {
        edition::Outcome::Kept { error, .. } => {
            Err(Failed::at(format!("edition {} is damaged: publish again", current.number), error))
        }
        _ => Ok(format!("{} is announced and whole", current.number)),
    }
}

/// Its time, its key, and the names that browsers will look for.
fn certificate(app: &App, files: &web::tls::Files) -> Result<String, Failed> {
    let pair = web::tls::Pair::read(files).doing(|| "use http.tls_certificate and http.tls_key".into())?;
    let now = app.clock.now();
    pair.holds(now).doing(|| "serve the certificate".into())?;
    let follower = app.follower()?;
    follower.poll();
    let edition = follower.snapshot();
    let address = address(app);
    let hosts = edition.iter().flat_map(|edition| edition.brands());
    let bare: Vec<String> = hosts
        .map(|brand| format!("{}.{}", brand.record().host, address.domain))
        .filter(|host| !pair.covers(host))
        .collect();
    if !bare.is_empty() {
        return Err(Failed::new(format!("the certificate does not cover {}", bare.join(", "))));
    }
    let words = format!("holds until {}", pair.until());
    if pair.is_overdue(now) {
        return Err(Failed::new(format!(
            "{words}, and should have been renewed by now: look at what renews it"
        )));
    }
    Ok(words)
}

async fn jobs(app: &App) -> Result<String, Failed> {
    let Some(store) = &app.store else { return Ok("none: no database".into()) };
    let counts = store.job_counts().await.doing(|| "count jobs".into())?;
    let words = format!(
        "{} queued, {} running, {} done, {} given up",
        counts.queued, counts.running, counts.done, counts.dead
    );
    if counts.dead > 0 {
        return Err(Failed::new(format!(
            "{words}: see the studio's job list for why; a new master starts anew"
        )));
    }
    Ok(words)
}
