//! The subcommands.

mod audit;
mod backup;
mod collect;
mod db;
pub mod doctor;
mod fleet;
mod image;
pub mod import;
mod logged;
mod machine;
mod migrate;
mod probe;
pub mod publish;
mod push;
mod release;
mod rollout;
mod synthetic;
pub mod takedown;

use clap::CommandFactory;
pub use fleet::engine::Which;
use tokio_util::sync::CancellationToken;

use crate::{
    app::App,
    cli::{Cli, Command, ConfigArgs, ConfigCommand, DbCommand, FleetCommand, HostArgs, ReleaseCommand},
    config::{Config, print},
    demo,
    failed::{Doing, Failed},
    host, log, serve,
    sockets::Sockets,
    week,
};

/// Does what was typed.
pub fn run(cli: Cli) -> Result<(), Failed> {
    let Cli { config: args, command } = cli;
    match command {
        Command::Config { command: ConfigCommand::Print } => {
            let layers = args.layers(false)?;
            show(&print(&layers))?;
            Ok(Config::read(&layers).map(drop)?)
        }
        Command::Config { command: ConfigCommand::Machine { into } } => machine::run(&args, into.as_deref()),
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Cli::command(), "primetime", &mut std::io::stdout());
            Ok(())
        }
        Command::Import(import) => with(&args, |config| import::run(config, import)),
        Command::Publish { confirm } => with(&args, |config| publish::run(config, confirm)),
        Command::Release { command: ReleaseCommand::Files(command) } => {
            release::run(&args.read(false)?, command)
        }
        Command::Release { command: ReleaseCommand::Push(push) } => {
            with(&args, |config| push::run(config, push))
        }
        Command::Release { command: ReleaseCommand::Collect(collect) } => {
            with(&args, |config| collect::run(config, collect))
        }
        Command::Release { command: ReleaseCommand::Rollout(command) } => {
            with(&args, |config| rollout::run(config, command))
        }
        Command::Audit { command } => with(&args, |config| audit::run(config, command)),
        Command::Fleet { command } => match command {
            FleetCommand::Simulate(wanted) => fleet::simulate::run(&wanted),
            FleetCommand::Run(wanted) => fleet::run::run(args.read(false)?, &wanted),
            FleetCommand::Status(group) => with(&args, |config| fleet::status::run(config, group)),
            FleetCommand::Plan(group) => with(&args, |config| fleet::status::plan(config, group)),
        },
        Command::Takedown(wanted) => with(&args, |config| takedown::run(config, wanted)),
        Command::Image { command } => with(&args, |config| image::run(config, command)),
        Command::Doctor => with(&args, doctor::run),
        Command::Migrate { within } => with(&args, |config| migrate::run(config, within)),
        Command::Probe => with(&args, probe::run),
        Command::Db { command: DbCommand::Copy(copy) } => with(&args, |_| db::copy(copy)),
        Command::Backup { dir, secrets } => with(&args, |config| backup::backup(config, dir, secrets)),
        Command::Restore { dir, takedowns } => with(&args, |config| backup::restore(config, dir, takedowns)),
        Command::Host(wanted) => hosting(&args, &wanted),
        Command::Serve => serving(&args, |config| config),
        Command::Work => serving(&args, |mut config| {
            config.roles = crate::config::Roles { work: true, ..crate::config::Roles::NONE };
            config
        }),
        Command::Demo(wanted) => demo::run(args.read(true)?, &wanted),
        Command::DemoWeek(wanted) => week::run(args.read(false)?, &wanted),
        Command::BenchEdition { episodes } => with(&args, |config| synthetic::run(config, episodes)),
    }
}

/// Prints for people, on standard output; a closed pipe is no error.
#[allow(clippy::print_stdout)]
pub fn show(text: &str) -> Result<(), Failed> {
    use std::io::{ErrorKind, Write};
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error).doing(|| "print".into()),
        _ => Ok(()),
    }
}

/// A command that ends by itself: its log says warnings only, unless somebody asks for more.
fn with<F>(args: &ConfigArgs, command: impl FnOnce(Config) -> F) -> Result<(), Failed>
where
    F: Future<Output = Result<(), Failed>>,
{
    let mut config = args.read(false)?;
    if config.log.filter == "info" {
        config.log.filter = "warn".into();
    }
    log::start(&config.log)?;
    runtime()?.block_on(command(config))
}

fn serving(args: &ConfigArgs, change: impl FnOnce(Config) -> Config) -> Result<(), Failed> {
    let config = change(args.read(false)?);
    let sockets = Sockets::inherit()?;
    log::start(&config.log)?;
    runtime()?.block_on(async {
        let stop = CancellationToken::new();
        serve::stop_on_signal(stop.clone())?;
        let app = App::open(config).await?;
        serve::serve(&app, sockets, stop).await
    })
}

fn hosting(args: &ConfigArgs, wanted: &HostArgs) -> Result<(), Failed> {
    let config = args.read(false)?;
    let sockets = Sockets::inherit()?;
    log::start(&config.log)?;
    runtime()?.block_on(async {
        if wanted.drain {
            return host::end(&config, wanted, sockets).await;
        }
        let app = App::open(config).await?;
        host::run(&app, wanted, sockets, args.typed()).await
    })
}

/// The async runtime of this process.
pub fn runtime() -> Result<tokio::runtime::Runtime, Failed> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .doing(|| "start the async runtime".into())
}
