//! What can be typed.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::{
    Failed, ambient,
    config::{Config, ConfigError, Layers, Source},
};

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
    /// Which of site, origin, studio, work this process plays (roles)
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
    /// Look for what is wrong with this machine, the data folder and the configuration
    Doctor,
    /// Bring the database to this version's schema (serve does it too)
    Migrate,
    /// Serve the demo: bring in its catalogue and masters, show progress, print the addresses
    Demo(DemoArgs),
    /// Announce a synthetic edition, for benches; in a data folder of its own
    #[command(hide = true)]
    BenchEdition {
        /// How many episodes
        #[arg(long)]
        episodes: u32,
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
pub struct DemoArgs {
    /// The demo's catalogue
    #[arg(default_value = "demo")]
    pub dir: PathBuf,
    /// Its master files
    #[arg(long, value_name = "DIR", default_value = "demo/.cache/masters")]
    pub masters: PathBuf,
}

#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Print every key, its value, and where that is from, as a file that could be used
    Print,
}

impl ConfigArgs {
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
