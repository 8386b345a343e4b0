//! `host`: instances on one socket or behind a haproxy, kept running; releases rolled out among them. What it starts outlives it:
//! killed, it adopts what runs when it is started again, and a rollout goes on where it was.

mod capacity;
mod containers;
mod fetch;
mod identity;
mod operators;
mod releases;
mod share;
mod tidy;
mod verified;

use std::{
    io::ErrorKind,
    net::{Ipv4Addr, TcpListener},
    sync::Arc,
    time::Duration,
};

use drivers::{
    Caps, Clocks, Engine, Goal, Host, Keeper, Local, Patience, Purpose, State, Unready, local::LocalLimits,
};
use fleet::rollout::Rollout;
use ops::{Controller, Hosts, OpsError, Post, Ticked};
use release::Needed;
use store::{RolloutState, Store};
use tokio::{
    signal::unix::{SignalKind, signal},
    time::{MissedTickBehavior, interval, sleep},
};
use tokio_util::sync::CancellationToken;

use crate::{
    ambient,
    app::App,
    cli::{EngineKind, HostArgs},
    clock::shared::Agreement,
    config::Config,
    data::DataDir,
    failed::{Doing, Failed},
    keys::{self, Purpose as Signs},
    news::News,
    sockets::Sockets,
    systemd,
};
use capacity::{Asked, Count, Planned};
pub use capacity::{Backstop, Each, Pace};
use fetch::Fetcher;
use releases::{Folder, Images, Releases, Signed};
use tidy::Tidy;
use verified::Verified;

/// Between two looks: an order is begun to be carried out in this time, an undo too.
const LOOK: Duration = Duration::from_millis(500);
/// What one host runs at most, beside those that drain.
const MOST_INSTANCES: usize = 32;
/// A host that was not heard of for this long is not waited for by whoever begins to listen, and its orders need no release any more.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(24 * 3600);
const FORGETS_EVERY: Duration = Duration::from_secs(3600);
/// Of which the log says something once in a while, as long as they stay so.
const ROLLOUT_WAITS: &str = "the rollout waits";
const CANNOT_START: &str = "what should run cannot be started";
const NOT_TIDY: &str = "releases that nobody needs stay on this host";
/// Beyond the time that an instance gives itself.
const DRAIN_SLACK: Duration = Duration::from_secs(10);

/// Keeps the host until SIGTERM, which leaves the instances running, or SIGINT, which drains them first.
pub async fn run(
    app: &App,
    wanted: &HostArgs,
    sockets: Sockets,
    configuration: Vec<String>,
) -> Result<(), Failed> {
    let arguments = wanted.arguments.clone();
    let dir = wanted.releases.clone().unwrap_or_else(|| app.data.path().join("releases"));
    let ring = keys::ring(&app.data, Signs::Release, &app.config.trusted)?;
    let needed = match wanted.containers.engine {
        EngineKind::Local => Needed::Binary,
        EngineKind::Podman => Needed::Images,
    };
    let fetcher = Fetcher::new(app, dir.clone(), ring.clone(), needed);
    let signed = Signed { dir, ring, fetcher };
    if wanted.containers.engine == EngineKind::Podman {
        let memory = Some(wanted.containers.memory << 20);
        let caps = Caps { memory, files: None };
        let (repository, registry) = (wanted.containers.image.clone(), wanted.containers.registry);
        let images = Images { signed, repository, registry, arguments, caps };
        let engine = containers::open(app.clocks.clone(), wanted).await?;
        return keep(app, wanted, engine, Releases::Images(images)).await;
    }
    let folder = Folder { signed, verified: Verified::default(), configuration, arguments };
    let local = Arc::new(open((&app.config, &app.data), app.clocks.clone(), sockets, false).await?);
    tracing::info!(address = %local.address().doing(|| "look where it listens".into())?, "one socket");
    keep(app, wanted, local, Releases::Folder(folder)).await
}

/// The same with any engine.
async fn keep<E: Engine + 'static>(
    app: &App,
    wanted: &HostArgs,
    engine: Arc<E>,
    releases: Releases,
) -> Result<(), Failed> {
    let store = app.store()?.clone();
    let service = wanted.service.name.clone();
    let patience = Patience { drain: drains(&app.config), ..Patience::default() };
    let releases = Arc::new(releases);
    let machine = wanted
        .host
        .clone()
        .unwrap_or_else(|| rustix::system::uname().nodename().to_string_lossy().into_owned());
    let word = identity::word(app, &service);
    let owner = format!("{machine}:{word}");
    let programs = releases.clone();
    let host = Host::new(
        service.clone(),
        machine.clone(),
        engine.clone(),
        app.clock.clone(),
        Arc::new(move |release, purpose| programs.program(release, purpose)),
    );
    let clock = app.shared_clock();
    let mut post = Post::new(store.clone(), host, clock.clone(), service.clone(), machine.clone())
        .at_most(usize::from(wanted.most))
        .by(word);
    identity::claim(&mut post).await?;
    let hosts = Hosts::new(store.clone(), clock.clone());
    let controller = Controller::new(store.clone(), hosts, clock.clone(), owner);
    let mut keeper = Keeper::new(engine.clone(), &app.clocks, patience);
    let mut tidy = Tidy::new(releases.dir().to_owned(), wanted.keep_releases.into(), wanted.release.clone());
    let mut steady = Steady { store, service: service.clone(), said: wanted.release.clone(), known: None };
    let adopted = engine.list().await.doing(|| "look what runs here".into())?;
    let mut count = Count::of(adopted.iter().filter(|instance| instance.state.stays()).count(), clock.now());
    let each = wanted.capacity.map(Each::Requests).or(wanted.capacity_bytes.map(Each::Bytes));
    let mut backstop = Backstop::new(each, Pace::default());
    let mut asked = Asked { least: usize::from(wanted.instances), ..Asked::default() };
    let mut plan = None;
    let mut rolling = false;
    let news = News::default();
    let mut term = signal(SignalKind::terminate()).doing(|| "listen for SIGTERM".into())?;
    let mut int = signal(SignalKind::interrupt()).doing(|| "listen for SIGINT".into())?;
    let mut looks = interval(LOOK);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut forgot = None;
    let looking = CancellationToken::new();
    let _until_the_end = looking.clone().drop_guard();
    tokio::spawn(Agreement::new(app, "this host goes by the database's").run(looking.clone()));
    operators::serve(app, engine.clone(), looking)?;
    tracing::info!(service, "hosting");
    // Ready: instances come and go from here on.
    let (ready, leaves) = (CancellationToken::new(), CancellationToken::new());
    ready.cancel();
    let _leaves = leaves.clone().drop_guard();
    tokio::spawn(systemd::tell(ready, leaves.clone(), leaves));
    loop {
        tokio::select! {
            _ = looks.tick() => {}
            () = engine.changed() => {}
            _ = term.recv() => break,
            _ = int.recv() => {
                let _ = controller.leave(&service).await;
                let _ = post.leave().await;
                return drain(&*engine, patience.drain).await;
            }
        }
        let lasting = app.clocks.steady.now();
        if forgot.is_none_or(|at| lasting.since(at) >= FORGETS_EVERY) {
            forgot = Some(lasting);
            if let Err(error) = steady.store.forget_hosts(&service, clock.now().minus(FORGOTTEN_AFTER)).await
            {
                warn(&error, "hosts that are long gone are still remembered");
            }
        }
        match post.tell(rolling).await {
            Err(error @ OpsError::SameName { .. }) => {
                return Err(Failed::at("this host ends, and its instances go on", error));
            }
            told => news.tell(told, "nobody is told what runs here", lasting),
        }
        let ticked = controller.tick(&service).await;
        news.tell(post.follow().await, "what this host is told is not known", lasting);
        match ticked {
            Ok(Ticked::Stepped { .. }) => {
                rolling = true;
                // Both releases of the rollout are on their way from its beginning on, whoever will start them.
                steady.release(&releases).await?;
                continue;
            }
            Ok(Ticked::Replaced) => tracing::warn!(service, "another controller carries the rollout on"),
            Ok(Ticked::Idle) => news.well(ROLLOUT_WAITS),
            Err(error) => news.tell(Err::<(), _>(error), ROLLOUT_WAITS, lasting),
        }
        let steady_release = steady.release(&releases).await?;
        rolling = steady_release.is_none();
        let Some(release) = steady_release else { continue };
        let now = clock.now();
        let share = |all: u32| share::of(all, &controller.driver().answering(), &machine);
        // With the database gone, as many as were wanted last, and the plan until it expires.
        match steady.store.wanted_instances(&service).await {
            Ok(Some(scaled)) => asked.least = share(scaled).unwrap_or(asked.least),
            Ok(None) => asked.least = usize::from(wanted.instances),
            Err(_) => {}
        }
        match ops::fleet::known(&steady.store, &service).await {
            Ok(found) => plan = found,
            Err(error) => warn(&error, "the fleet's plan is not known"),
        }
        asked.planned = match &plan {
            None => Planned::Never,
            Some(plan) => plan.floor(now).and_then(share).map_or(Planned::Expired, Planned::Floor),
        };
        let needed = backstop.need(now, post.loads(), asked.planned.backstop());
        asked.backstop = usize::try_from(needed).unwrap_or(MOST_INSTANCES);
        let instances = count.next(now, asked).min(usize::from(wanted.most));
        match releases.program(&release, Purpose::Serve) {
            Ok(spec) => {
                let goal = Goal { instances, spec };
                news.well(CANNOT_START);
                news.tell(keeper.keep(&goal).await, "not everything runs that should", lasting);
            }
            Err(Unready::Coming(_)) => {}
            Err(Unready::Wrong(why)) if news.is(CANNOT_START, &why, lasting) => {
                tracing::error!(why, "{CANNOT_START}");
            }
            Err(Unready::Wrong(_)) => {}
        }
        match tidy.look(&steady.store, &*engine, lasting).await {
            Ok(()) => news.well(NOT_TIDY),
            Err(error) if news.is(NOT_TIDY, &error.to_string(), lasting) => {
                tracing::warn!(error = %error, "{NOT_TIDY}");
            }
            Err(_) => {}
        }
    }
    if let Err(error) = controller.leave(&service).await {
        warn(&error, "the lease of the rollout runs out by itself");
    }
    tracing::info!("the instances go on; `primetime host --drain` ends them");
    Ok(())
}

/// What an instance may take to finish: requests, and jobs if it does any.
fn drains(config: &Config) -> Duration {
    let jobs = if config.roles.work { config.work.drain } else { Duration::ZERO };
    config.http.drain.max(jobs) + DRAIN_SLACK
}

fn warn(error: &(dyn std::error::Error + 'static), what: &str) {
    tracing::warn!(error, "{what}");
}

/// The engine, on the socket that instances share already, on one that was inherited, or on a new one.
async fn open(
    (config, data): (&Config, &DataDir),
    clocks: Clocks,
    sockets: Sockets,
    drains: bool,
) -> Result<Local, Failed> {
    let http = &config.http;
    let socket = |shared: Option<std::io::Result<TcpListener>>| match (shared, sockets.http) {
        // Who drains starts nobody: any socket will do.
        _ if drains => TcpListener::bind((Ipv4Addr::LOCALHOST, 0)),
        (Some(Ok(shared)), _) => Ok(shared),
        // Where yama forbids to take theirs, the inherited one is the same: nobody else gets that address while they have it.
        (_, Some(inherited)) => Ok(inherited),
        (Some(Err(error)), None) => Err(error),
        (None, None) => web::bind(http.listen, None)?.into_std(),
    };
    let folder = data.path().join("host");
    let local = Local::open(&folder, LocalLimits::default(), clocks, socket).await;
    match local {
        Err(error) if drains && error.kind() == ErrorKind::ResourceBusy => Err(Failed::new(format!(
            "a host's process keeps the instances in {}: stop it first; its instances stay, and then are drained by this command. \
             (SIGINT to that process does both)",
            folder.display()
        ))),
        local => local.doing(|| format!("keep instances on {}", http.listen)),
    }
}

/// `--drain`: ends every instance of this host. It needs nothing but what keeps them: no database, no keys, no store; a machine that shuts
/// down has its viewers to care for, whatever else is away.
pub async fn end(config: &Config, wanted: &HostArgs, sockets: Sockets) -> Result<(), Failed> {
    let clocks = ambient::clocks();
    match wanted.containers.engine {
        EngineKind::Podman => drain(&*containers::open(clocks, wanted).await?, drains(config)).await,
        EngineKind::Local => {
            let data = DataDir::found(config)?;
            drain(&open((config, &data), clocks, sockets, true).await?, drains(config)).await
        }
    }
}

/// Ends every instance, each as soon as it has finished.
async fn drain(engine: &impl Engine, within: Duration) -> Result<(), Failed> {
    let doing = || "drain the instances".to_owned();
    loop {
        let instances = engine.list().await.doing(doing)?;
        if instances.is_empty() {
            tracing::info!("no instance is left");
            return Ok(());
        }
        for instance in instances {
            match instance.state {
                State::Ended(_) => engine.stop(&instance.name).await.doing(doing)?,
                State::Draining => {}
                _ => engine.drain(&instance.name, within).await.doing(doing)?,
            }
        }
        sleep(LOOK / 5).await;
    }
}

/// What runs when no rollout is under way.
struct Steady {
    store: Store,
    service: String,
    /// On the command line.
    said: Option<String>,
    /// When the database last answered; inside: none while a rollout was under way.
    known: Option<Option<String>>,
}

impl Steady {
    /// The release that all instances should run; `None` while a rollout decides. With the database gone, what was known last.
    async fn release(&mut self, releases: &Releases) -> Result<Option<String>, Failed> {
        let newest = match self.store.rollouts(&self.service, 1).await {
            Ok(rows) => rows.into_iter().next(),
            Err(error) => {
                warn(&error, "the database does not say whether a rollout is under way");
                return Ok(self.known.clone().flatten());
            }
        };
        let release = match newest {
            None => Some(self.said.clone().ok_or_else(|| {
                Failed::new(format!(
                    "nothing was ever rolled out here: say what to begin with by --release; {}",
                    releases.said()
                ))
            })?),
            Some(row) => {
                let rollout: Rollout =
                    serde_json::from_str(&row.body).doing(|| "read the last rollout".into())?;
                let Rollout { plan, .. } = rollout;
                if row.state == RolloutState::Running {
                    releases.expect(&plan.from);
                    releases.expect(&plan.to);
                    self.known = Some(None);
                    return Ok(None);
                }
                Some(if row.state == RolloutState::Done { plan.to } else { plan.from })
            }
        };
        self.known = Some(release.clone());
        Ok(release)
    }
}
