//! Chat: `POST /ops/chat` takes signed commands, a webhook is told what happens. Both are off unless their files are named.

mod hear;
mod post;
mod press;
mod tell;

use std::{fs, path::Path, sync::Arc};

use axum::Router;
use ops::talk::{Colleague, People, Talk};
use serde::Deserialize;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use web::{Guard, RequestLimits};

use crate::{
    app::App,
    commands::takedown::takedowns,
    data,
    failed::{Doing, Failed},
    looking::Looks,
};

/// Where commands arrive.
pub const PATH: &str = "/ops/chat";
/// Longest list of people, in bytes.
const MAX_PEOPLE: u64 = 1 << 20;

/// Starts to tell, if a webhook is named, and returns the route for commands, if they are taken.
pub fn start(
    app: &App,
    background: &TaskTracker,
    stop: &CancellationToken,
) -> Result<Option<Router>, Failed> {
    let config = &app.config.chat;
    let webhook = config.webhook.as_ref().map(|file| secret(file, "chat.webhook_file")).transpose()?;
    if let Some(webhook) = &webhook {
        let teller = tell::Teller::new(app, webhook)?;
        let stop = stop.clone();
        background.spawn(async move {
            let mut looks = Looks::new(tell::EVERY, stop);
            while looks.due().await {
                teller.look().await;
            }
            teller.let_go().await;
        });
        tracing::info!("chat is told what happens");
    }
    let Some((secret_file, people)) = &config.commands else { return Ok(None) };
    let secret = ::chat::Secret::new(&secret(secret_file, "chat.secret_file")?)
        .doing(|| format!("use {} (chat.secret_file)", secret_file.display()))?;
    let talk = Talk {
        takedowns: takedowns(app)?,
        people: Arc::new(read_people(people)?),
        service: config.service.clone(),
        production: config.production,
    };
    let presses = press::Presses::new(talk.clone(), webhook, background.clone())?;
    let limits = RequestLimits { max_body: ::chat::MAX_BODY, ..RequestLimits::default() };
    let guard = Guard::new("chat", limits, app.clock.clone(), &*app.rng, &app.http);
    tracing::info!(path = PATH, production = config.production, "commands are taken from chat");
    Ok(Some(hear::router(talk, presses, secret, app.clock.clone()).layer(guard)))
}

fn secret(path: &Path, key: &str) -> Result<String, Failed> {
    let doing = || format!("read {} ({key})", path.display());
    data::read_secret(path)
        .doing(doing)?
        .ok_or_else(|| Failed::new(format!("there is no {} ({key})", path.display())))
}

/// The file of people.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Listed {
    person: Vec<Colleague>,
}

fn read_people(path: &Path) -> Result<People, Failed> {
    let doing = || format!("read {} (chat.people_file)", path.display());
    if fs::metadata(path).doing(doing)?.len() > MAX_PEOPLE {
        return Err(Failed::new(format!("{} is longer than any list of people", path.display())));
    }
    let listed: Listed = toml::from_str(&fs::read_to_string(path).doing(doing)?).doing(doing)?;
    People::new(listed.person).doing(doing)
}
