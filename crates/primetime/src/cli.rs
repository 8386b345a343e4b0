//! What can be typed.

mod containers;
mod fleet;
mod host;
mod image;
mod reason;
mod rollout;
mod takedown;
mod week;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::{
    Failed, ambient,
    config::{Config, ConfigError, Layers, Source},
};

pub use containers::EngineKind;
pub use fleet::{EncoderArgs, FleetCommand, FleetGroup, FollowArgs, Measured, RunArgs, SimulateArgs};
pub use host::HostArgs;
pub use image::ImageCommand;
pub use reason::Reason;
pub use rollout::{
    AuditCommand, BAKE, JUDGE, MIGRATE, Myself, READY, RollArgs, RolloutCommand, SERVICE, ShowArgs,
};
pub use takedown::{TakedownArgs, TakedownCommand};
pub use week::WeekArgs;

/// Open-source internet TV: several branded streaming services from one platform.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 110, after_help = EXAMPLES)]
pub struct Cli {
    #[command(flatten)]
    pub config: ConfigArgs,
    #[command(subcommand)]
    pub command: Command,
}

const EXAMPLES: &str = "\
Examples:
  primetime serve                                  everything, in ./data, on 127.0.0.1:8080
  primetime serve --roles site,origin --set database.path=none
  primetime import catalogue/ --masters /media     bring in a catalogue; all of it or nothing
  primetime import catalogue/ --check              only say what is wrong with it
  primetime release build                          images, bill of materials, signature; twice the same bytes
  primetime serve --roles registry --data /var/lib/primetime
  primetime release push target/releases/v42       into the store: hosts fetch it when it is rolled
  primetime host --roles site,origin --release v41 --instances 4
  primetime release roll v42                       a canary, judged; then waves; undone by itself when worse
  primetime release undo --why odd-colours         back to the release before
  primetime takedown night-ferry --why court-order nobody sees it any more, from the next two seconds on
  primetime fleet run --capacity 500 --zone Asia/Seoul   hosts have what the next minutes and premieres need
  primetime fleet run --role work --most 12        encoders by their queue, in time for its premieres
  primetime image promote HASH production --why …  what hosts of that stage are to boot
  primetime fleet simulate --trace load.csv        what each scaling policy would have cost
  primetime config print                           every key, its value, and where that is from";

/// How the configuration is said on the command line. A flag wins over the environment, the environment over the file.
#[derive(Debug, Args)]
pub struct ConfigArgs {
    /// Configuration file [default: primetime.toml, if it is there]
    #[arg(long, global = true, value_name = "FILE", env = "PRIMETIME_CONFIG")]
    config: Option<PathBuf>,
    /// The folder of database, objects and secrets (data.dir)
    #[arg(long, global = true, value_name = "DIR")]
    data: Option<String>,
    /// Address for viewers (http.listen)
    #[arg(long, global = true, value_name = "ADDR:PORT")]
    listen: Option<String>,
    /// Address for health and metrics (http.ops_listen)
    #[arg(long, global = true, value_name = "ADDR:PORT")]
    ops_listen: Option<String>,
    /// Which of site, origin, studio, work, registry this process plays (roles)
    #[arg(long, global = true, value_name = "LIST")]
    roles: Option<String>,
    /// Any key of the configuration; may be given several times
    #[arg(long, global = true, value_name = "KEY=VALUE")]
    set: Vec<String>,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve viewers, publish and encode: all roles, or those named
    Serve,
    /// Keep instances of this host running, on one socket or behind a haproxy, and roll releases out among them; they go on when this
    /// process ends
    Host(HostArgs),
    /// Only encode: take jobs from the database until stopped
    Work,
    /// Bring in a catalogue from a folder of YAML; nothing changes if anything in it is wrong
    Import(ImportArgs),
    /// Build an edition from what is approved, and announce it
    Publish {
        /// Publish although more than 2% of a brand's titles would disappear; say why
        #[arg(long, value_name = "REASON")]
        confirm: Option<String>,
    },
    /// Hide a title everywhere within seconds, whatever editions say; lift that; list what is hidden
    Takedown(TakedownArgs),
    /// Look for what is wrong with this machine, the data folder and the configuration
    Doctor,
    /// Bring the database to this version's schema (serve does it too)
    Migrate {
        /// Seconds for which viewers' writes may wait behind it: longer than two for a large database, at an hour when few watch
        #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=86_400))]
        within: Option<u64>,
    },
    /// Copy a database from one engine to another
    Db {
        #[command(subcommand)]
        command: DbCommand,
    },
    /// Write database, objects and public keys into a folder, while everything goes on; what is there already is not copied again
    Backup {
        /// The folder; made if it is not there
        dir: PathBuf,
        /// Also the secrets: with them, viewers keep their profiles. Keep such a backup as safe as the secrets
        #[arg(long)]
        secrets: bool,
    },
    /// Make an installation out of a backup: the data folder must be empty, the database too, and a bucket
    Restore {
        /// The backup's folder
        dir: PathBuf,
        /// What was taken down after the backup: takedowns/current of the objects that went on
        #[arg(long, value_name = "FILE")]
        takedowns: Option<PathBuf>,
    },
    /// Serve the demo: bring in its catalogue and masters, show progress, print the addresses
    Demo(DemoArgs),
    /// Announce a synthetic edition, for benches; in a data folder of its own
    #[command(hide = true)]
    BenchEdition {
        /// How many episodes
        #[arg(long)]
        episodes: u32,
    },
    /// Ask the process of this configuration whether it is ready: for health checks of containers
    Probe,
    /// Make releases from a checkout, look at them, roll them out, go back
    Release {
        #[command(subcommand)]
        command: ReleaseCommand,
    },
    /// Golden images: which there are, and which each stage is to run
    Image {
        #[command(subcommand)]
        command: ImageCommand,
    },
    /// A week in ten minutes on this machine: real requests, real instances, with the fleet and without; bench-edition makes the pages
    DemoWeek(WeekArgs),
    /// Capacity ahead of the viewers: planned, explained, and what each way to plan it would have cost
    Fleet {
        #[command(subcommand)]
        command: FleetCommand,
    },
    /// Read the log of who did what
    Audit {
        #[command(subcommand)]
        command: AuditCommand,
    },
    /// Look at the configuration
    Config {
        #[command(subcommand)]
        command: ConfigCommand,
    },
    /// Print completions for a shell
    Completions {
        /// Which
        shell: clap_complete::Shell,
    },
}

#[derive(Debug, Args)]
pub struct ImportArgs {
    /// The folder: *.yaml, or catalogue/*.yaml in it
    pub dir: PathBuf,
    /// The folder of the master files [default: masters in DIR]
    #[arg(long, value_name = "DIR")]
    pub masters: Option<PathBuf>,
    /// Only say what is wrong; change nothing
    #[arg(long)]
    pub check: bool,
}

#[derive(Debug, Args)]
pub struct PushArgs {
    /// A release's folder, with release.json; or an image layout, with oci-layout and index.json
    pub dir: PathBuf,
    /// Of a layout: the repository, as engines name it [default: primetime]
    #[arg(long)]
    pub repository: Option<objects::Repository>,
    /// Of a layout: the tag that means it from now on; a release's images have its name
    #[arg(long)]
    pub tag: Option<objects::ImageTag>,
    /// Which of several images in the layout: its org.opencontainers.image.ref.name
    #[arg(long, value_name = "NAME")]
    pub image: Option<String>,
    #[command(flatten)]
    pub reason: Reason,
}

#[derive(Debug, Args)]
pub struct DemoArgs {
    /// The demo's catalogue
    #[arg(default_value = "demo")]
    pub dir: PathBuf,
    /// Its master files
    #[arg(long, value_name = "DIR", default_value = "demo/.cache/masters")]
    pub masters: PathBuf,
}

#[derive(Debug, Subcommand)]
pub enum ReleaseCommand {
    #[command(flatten)]
    Files(ReleaseFiles),
    /// Write a release into the object store, from where hosts fetch it; or one OCI image layout, for their registries
    Push(PushArgs),
    /// Delete releases from the store that nobody needs, once they are a day old, and what of all images nothing names any more
    Collect(CollectArgs),
    #[command(flatten)]
    Rollout(RolloutCommand),
}

#[derive(Debug, Args)]
pub struct CollectArgs {
    /// How many of the newest to keep, needed or not
    #[arg(long, value_name = "COUNT", default_value_t = 10)]
    pub keep: usize,
    /// A release that is needed where the database does not know of it: by Kubernetes, or by containers started by hand; may be said again
    #[arg(long, value_name = "NAME")]
    pub needed: Vec<String>,
    /// Only say what would be deleted
    #[arg(long)]
    pub dry_run: bool,
    #[command(flatten)]
    pub reason: Reason,
}

/// What is done with a release's folder, without database and objects.
#[derive(Debug, Subcommand)]
pub enum ReleaseFiles {
    /// Build the binary, the container images and the bill of materials, and sign them; built again, they are compared
    Build(BuildArgs),
    /// Say what a release, or a machine image, consists of
    Show {
        /// Its folder
        dir: PathBuf,
        /// Public keys to trust [default: this installation's, keys/release.pub in the data folder]
        #[arg(long, value_name = "FILE")]
        key: Option<PathBuf>,
    },
    /// Check the signature, every file and every image of a release; or of a machine image
    Verify {
        /// Its folder
        dir: PathBuf,
        /// Public keys to trust [default: this installation's, keys/release.pub in the data folder]
        #[arg(long, value_name = "FILE")]
        key: Option<PathBuf>,
    },
}

#[derive(Debug, Args)]
pub struct BuildArgs {
    /// Where to put it [default: target/releases/NAME]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// The checkout that it is made of
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub source: PathBuf,
    /// A binary of this very source that is there already [default: cargo builds it]
    #[arg(long, value_name = "FILE")]
    pub binary: Option<PathBuf>,
    /// Bake the machine image too, into DIR.machine: needs root, qemu and packer, and some ten minutes without KVM
    #[arg(long)]
    pub machine: bool,
    /// Build although there are changes that are in no commit; the release says so
    #[arg(long)]
    pub allow_dirty: bool,
    /// The commit, where there is no git to ask
    #[arg(long, value_name = "HASH", requires = "created")]
    pub commit: Option<String>,
    /// When that commit was made, as in 2026-03-01T20:00:00Z
    #[arg(long, value_name = "TIME", requires = "commit")]
    pub created: Option<String>,
}

#[derive(Debug, Subcommand)]
pub enum DbCommand {
    /// Copy everything into an empty database, compare, and only then let it count. Stop what serves from the old one first:
    /// what is written after the beginning stays behind
    Copy(CopyArgs),
}

#[derive(Debug, Args)]
pub struct CopyArgs {
    /// sqlite:PATH or postgres://USER@HOST:PORT/NAME
    #[arg(long, value_name = "URL")]
    pub from: String,
    /// As --from; it must hold nothing
    #[arg(long, value_name = "URL")]
    pub to: String,
    /// File with the password of --from
    #[arg(long, value_name = "FILE")]
    pub from_password_file: Option<PathBuf>,
    /// File with the password of --to
    #[arg(long, value_name = "FILE")]
    pub to_password_file: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Print every key, its value, and where that is from, as a file that could be used; say what a process would refuse of it
    Print,
    /// Print the variables that this EC2 machine was given as its user data, once they are known to be a configuration's
    Machine {
        /// Write them into machine.env in this folder instead, and the secrets of secrets.url into its folder `secrets`
        #[arg(long, value_name = "DIR")]
        into: Option<PathBuf>,
    },
}

impl ConfigArgs {
    /// As they were typed, for a process that is to have the same configuration.
    pub fn typed(&self) -> Vec<String> {
        let file = self.config.as_ref().map(|file| file.display().to_string());
        let flags = [
            ("--config", &file),
            ("--data", &self.data),
            ("--listen", &self.listen),
            ("--ops-listen", &self.ops_listen),
            ("--roles", &self.roles),
        ];
        let said = flags.into_iter().filter_map(|(flag, value)| Some([flag.to_owned(), value.clone()?]));
        let set = self.set.iter().map(|assignment| ["--set".to_owned(), assignment.clone()]);
        said.chain(set).flatten().collect()
    }

    /// Lays the layers over each other. `demo` changes defaults, not what somebody said.
    pub fn layers(&self, demo: bool) -> Result<Layers, Failed> {
        let mut layers = Layers::defaults();
        if demo {
            for (key, text) in crate::demo::DEFAULTS {
                layers.set(key, (*text).to_owned(), Source::Default)?;
            }
        }
        let usual = PathBuf::from("primetime.toml");
        match &self.config {
            Some(file) => layers.file(file)?,
            None if usual.exists() => layers.file(&usual)?,
            None => {}
        }
        layers.environment(ambient::variables().filter(|(name, _)| name != "PRIMETIME_CONFIG"))?;
        for assignment in &self.set {
            let (key, text) = assignment.split_once('=').ok_or_else(|| {
                Failed::new(format!("--set {assignment}: write KEY=VALUE, as in --set work.slots=1"))
            })?;
            layers.set(key, text.to_owned(), Source::Flag(format!("--set {key}")))?;
        }
        let flags = [
            ("data.dir", "--data", &self.data),
            ("http.listen", "--listen", &self.listen),
            ("http.ops_listen", "--ops-listen", &self.ops_listen),
            ("roles", "--roles", &self.roles),
        ];
        for (key, flag, value) in flags {
            if let Some(text) = value {
                layers.set(key, text.clone(), Source::Flag(flag.to_owned()))?;
            }
        }
        Ok(layers)
    }

    /// The configuration that they make.
    pub fn read(&self, demo: bool) -> Result<Config, Failed> {
        Ok(Config::read(&self.layers(demo)?)?)
    }
}

impl From<ConfigError> for Failed {
    fn from(error: ConfigError) -> Self {
        Failed::new(error.to_string())
    }
}
