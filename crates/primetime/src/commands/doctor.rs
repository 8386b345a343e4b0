//! `doctor`: what is wrong with this machine, the folder and the configuration, and what to do.

mod folder;

use std::{net::TcpListener, sync::Arc};

use domain::Clock;
use edition::Follower;
use encode::Encoder;
use objects::{Key, Objects, announce};
use store::{SCHEMA, SharedClock, Store};

use super::show;
use crate::{
    ambient::{self, SteadyClock, SystemClock},
    app::found_store,
    clock::{Verdict, shared::agrees},
    config::Config,
    data::DataDir,
    failed::{Doing, Failed},
    keys::{self, Purpose},
    serve::address,
    storage,
};

/// Looks at everything, changes nothing, and says what it found; fails when something is wrong.
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
    let data = DataDir::found(&config);
    let found = data.as_ref().ok().cloned();
    say("data folder", data.and_then(|data| folder::look(&config, &data)))?;
    say("addresses", addresses(&config))?;
    match Verdict::of(ambient::kernel_clock()) {
        Verdict::Right(words) => say("clock", Ok(words))?,
        Verdict::Unknown(words) if !config.require_sync => show(&format!("note  clock: {words}\n"))?,
        Verdict::Unknown(words) | Verdict::Off(words) => say("clock", Err(Failed::new(words)))?,
    }
    // Without an installation there is nothing more to look at, and nothing is made.
    if let Some(data) = found {
        parts(&config, &data, &mut say).await?;
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

/// Each part is opened by itself, so that what is wrong with one is not said of another.
async fn parts(
    config: &Config,
    data: &DataDir,
    say: &mut impl FnMut(&str, Result<String, Failed>) -> Result<(), Failed>,
) -> Result<(), Failed> {
    // Copies of what lies in a bucket go where they are gone afterwards, if this machine has such a place.
    let aside = tempfile::tempdir().ok();
    let copies = aside.as_ref().map_or_else(|| data.copies(), |dir| dir.path().to_owned());
    // A folder is made by being opened.
    let is_there = config.objects.is_some() || data.objects().is_dir();
    let objects = match is_there.then(|| storage::open_with(config, data, &copies)) {
        None => {
            say("objects", Ok("none yet".into()))?;
            None
        }
        Some(Ok(objects)) => {
            say("objects", place(&objects, config))?;
            Some(Arc::new(objects))
        }
        Some(Err(failed)) => {
            say("objects", Err(failed))?;
            None
        }
    };
    let store = match &config.database {
        None => {
            say("database", Ok("none is configured".into()))?;
            None
        }
        Some(location) => match found_store(location, &config.database_options(), data).await {
            Ok(store) => {
                say("database", database(&store).await)?;
                Some(store)
            }
            Err(failed) => {
                say("database", Err(failed))?;
                None
            }
        },
    };
    if let Some(store) = store.as_ref().filter(|store| store.is_shared()) {
        let shared = SharedClock::open(store.clone(), Arc::new(SystemClock), Arc::new(SteadyClock)).await;
        let shared = shared.doing(|| "ask the database what time it is".into());
        say("clocks", shared.and_then(|shared| agrees(shared.off()).map_err(Failed::new)))?;
    }
    if let Some(objects) = &objects {
        say("edition", edition(config, data, objects))?;
        if let Some(files) = &config.http.tls {
            say("certificate", certificate(config, data, objects, files))?;
        }
    }
    if let Some(store) = store {
        say("jobs", jobs(&store).await)?;
        store.close().await;
    }
    Ok(())
}

fn addresses(config: &Config) -> Result<String, Failed> {
    let registry = config.roles.registry.then_some(config.registry.listen);
    for address in [config.http.listen, config.http.ops_listen].into_iter().chain(registry) {
        TcpListener::bind(address)
            .doing(|| format!("listen on {address}: another process does, perhaps primetime itself"))?;
    }
    Ok(format!("{} and {} are free", config.http.listen, config.http.ops_listen))
}

async fn database(store: &Store) -> Result<String, Failed> {
    let doing = || "look at the database".to_owned();
    let schema = store.schema().await.doing(doing)?;
    if schema < SCHEMA {
        return Ok(format!("schema {schema}, which `serve` and `migrate` of this version bring to {SCHEMA}"));
    }
    let health = store.health().await.doing(doing)?;
    if !health.broken.is_empty() {
        return Err(Failed::new(format!("{}: restore it from a backup", health.broken.join("; "))));
    }
    Ok(format!("{}, schema {}, sound", health.engine, health.schema))
}

/// A bucket is asked; one that is written to gets an object by which it is known whether it can be.
fn place(objects: &Objects, config: &Config) -> Result<String, Failed> {
    let writes = config.roles.studio || config.roles.work;
    let place = objects.check(writes).doing(|| "use the objects".into())?;
    Ok(match place.conditional_writes {
        Some(false) => format!(
            "{}; it knows no conditional writes: only one process may publish, and one encode a title",
            place.name
        ),
        _ => place.name,
    })
}

/// Follows the announcements. Unlike a process that serves, it draws no key.
fn follower(config: &Config, data: &DataDir, objects: &Arc<Objects>) -> Result<Follower, Failed> {
    Ok(Follower::new(objects.clone(), keys::ring(data, Purpose::Edition, &config.trusted)?))
}

fn edition(config: &Config, data: &DataDir, objects: &Arc<Objects>) -> Result<String, Failed> {
    if objects.length(&Key::current_edition()).doing(|| "look at the objects".into())?.is_none() {
        return Ok("none yet: import a catalogue, then publish".into());
    }
    let ring = keys::ring(data, Purpose::Edition, &config.trusted)?;
    let current: announce::CurrentEdition =
        announce::read(objects, &ring).doing(|| "read editions/current".into())?;
    match follower(config, data, objects)?.poll() {
        edition::Outcome::Kept { error, .. } => {
            Err(Failed::at(format!("edition {} is damaged: publish again", current.number), error))
        }
        _ => Ok(format!("{} is announced and whole", current.number)),
    }
}

/// Its time, its key, and the names that browsers will look for.
fn certificate(
    config: &Config,
    data: &DataDir,
    objects: &Arc<Objects>,
    files: &web::tls::Files,
) -> Result<String, Failed> {
    let pair = web::tls::Pair::read(files).doing(|| "use http.tls_certificate and http.tls_key".into())?;
    let now = SystemClock.now();
    pair.holds(now).doing(|| "serve the certificate".into())?;
    let follower = follower(config, data, objects)?;
    follower.poll();
    let edition = follower.snapshot();
    let address = address(config);
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

async fn jobs(store: &Store) -> Result<String, Failed> {
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
