//! `demo`: everything in one process, the demo's catalogue through the real ingest, progress, and the addresses.

mod show;

use std::{path::PathBuf, time::Duration};

use studio::{
    import::{self, Folder, ImportError},
    publish::Request,
};
use tokio_util::sync::CancellationToken;

use crate::{
    app::App,
    cli::DemoArgs,
    commands::{import::said, publish::publisher, runtime, show as print},
    config::Config,
    failed::{Doing, Failed},
    log, serve,
    sockets::Sockets,
};

/// What the demo takes when nobody says otherwise.
pub const DEFAULTS: &[(&str, &str)] = &[
    ("data.dir", "data/demo"),
    ("site.country_switch", "US,KR,JP,ES,AE,DE,FR,GB,BR,MX"),
    ("site.default_territory", "US"),
    ("log.filter", "warn"),
];

/// How often progress is looked at.
const EVERY: Duration = Duration::from_millis(500);

/// Serves the demo until it is stopped.
pub fn run(config: Config, args: &DemoArgs) -> Result<(), Failed> {
    log::start(&config.log)?;
    runtime()?.block_on(async {
        let stop = CancellationToken::new();
        serve::stop_on_signal(stop.clone())?;
        let app = App::open(config).await?;
        let serving = {
            let (app, stop) = (app.clone(), stop.clone());
            tokio::spawn(async move { serve::serve(&app, Sockets::default(), stop).await })
        };
        tokio::pin!(serving);
        let showing = present(&app, args.dir.clone(), args.masters.clone());
        tokio::select! {
            served = &mut serving => served.doing(|| "serve".into())?,
            shown = showing => {
                if shown.is_err() {
                    stop.cancel();
                }
                let served = serving.await.doing(|| "serve".into())?;
                shown.and(served)
            }
        }
    })
}

async fn present(app: &App, dir: PathBuf, masters: PathBuf) -> Result<(), Failed> {
    app.started.cancelled().await;
    let folder = Folder { dir, masters: Some(masters), masters_optional: true };
    let outcome = import::run(app.store()?, folder, app.clock.now()).await.map_err(|error| match error {
        ImportError::Catalogue(errors) => {
            Failed::new(format!("the demo's catalogue is not right\n\n{errors}"))
        }
        other => Failed::at("the demo was not imported", other),
    })?;
    print(&format!("{}\n", said(&outcome)))?;
    // What has changed in words and rights is seen at once; media follow as they become ready.
    let request = Request { reason: "the demo's catalogue, as it is in its folder".into(), confirmed: true };
    publisher(app)?.publish(&request).await.doing(|| "publish".into())?;
    show::until_complete(app, EVERY).await
}
