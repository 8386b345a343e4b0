//! What can be typed after `fleet`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use fleet::{plan::Role, prometheus::Select};

use crate::commands::Which;

#[derive(Debug, Subcommand)]
pub enum FleetCommand {
    /// Replay a history of load under every scaling policy: a table, samples.csv and fleet.html
    Simulate(SimulateArgs),
    /// Plan capacity ahead for a service's hosts, from their load and the calendar; of encoders (--role work) from the queue and the
    /// premieres that wait for it. One of several that run does, the others stand by
    Run(RunArgs),
    /// Say what the load is, what one instance does, and which floor holds
    Status(FleetGroup),
    /// Say what will be, and why
    Plan(FleetGroup),
}

/// Instances that scale together.
#[derive(Debug, Clone, Args)]
pub struct FleetGroup {
    /// Which instances: those of one service [default: site, or work for --role work]
    #[arg(long, value_name = "NAME")]
    service: Option<String>,
    /// What they are: site, origin or work
    #[arg(long, value_name = "ROLE", default_value = "site", value_parser = role)]
    pub role: Role,
}

impl FleetGroup {
    /// Encoders are another service than what viewers come to: neither follows the other's floors.
    pub fn service(&self) -> String {
        let usual = if self.role == Role::Work { "work" } else { "site" };
        self.service.clone().unwrap_or_else(|| usual.to_owned())
    }
}

#[derive(Debug, Args)]
pub struct RunArgs {
    #[command(flatten)]
    pub group: FleetGroup,
    /// Requests a second that one instance does, or bytes for --role origin; what is seen refines it, within half and twice
    #[arg(long, value_name = "RATE", value_parser = much)]
    pub capacity: Option<f64>,
    #[command(flatten)]
    pub encoders: EncoderArgs,
    /// Minutes from the launch of an instance until it serves, at most
    #[arg(long, value_name = "MINUTES", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=50))]
    pub lead: u32,
    /// What an instance costs, in its own worth of load that may be turned away instead: lower means more instances [default: 0.02]
    #[arg(long, value_name = "SHARE", value_parser = price)]
    pub price: Option<f64>,
    /// The clock in which it speaks
    #[arg(long, value_name = "ZONE", default_value = "UTC")]
    pub zone: String,
    /// What the catalogue does not know: a file with [[event]] brand, kind, name, at
    #[arg(long, value_name = "FILE")]
    pub calendar: Option<PathBuf>,
    #[command(flatten)]
    pub measured: Measured,
    #[command(flatten)]
    pub following: FollowArgs,
    /// Print each minute's plan, and write nothing down
    #[arg(long)]
    pub dry_run: bool,
}

/// Of encoders, with --role work.
#[derive(Debug, Args)]
pub struct EncoderArgs {
    /// With --role work: seconds that a job takes for a second of film, until finished jobs have shown it [default: 1]
    #[arg(long, value_name = "SECONDS", value_parser = pace)]
    pub pace: Option<f64>,
    /// With --role work: jobs that one instance does at a time, its work.slots [default: 1]
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=1024))]
    pub slots: Option<u32>,
    /// With --role work: never more instances, whatever is due [default: 32]
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub most: Option<u32>,
}

/// What follows the plan, besides hosts.
#[derive(Debug, Args)]
pub struct FollowArgs {
    /// A group whose engine is told the floor: asg/NAME, hpa/NAMESPACE/NAME or deployment/NAMESPACE/NAME [default: none, hosts follow by
    /// themselves]
    #[arg(long, value_name = "GROUP")]
    pub engine: Option<Which>,
    /// The least floor that it is told, in members
    #[arg(long, value_name = "COUNT", requires = "engine", default_value_t = 1)]
    pub least: u32,
    /// Instances that one member of the group runs
    #[arg(long, value_name = "COUNT", requires = "engine", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub each: u32,
}

/// Where the load is read, instead of in the reports of hosts.
#[derive(Debug, Args)]
pub struct Measured {
    /// A Prometheus server that scrapes the instances, as in http://prometheus:9090
    #[arg(long, value_name = "URL", value_parser = server)]
    pub prometheus: Option<String>,
    /// Which instances of those that it scrapes, as in 'job="site",namespace="tv"' [default: all]
    #[arg(
        long,
        value_name = "MATCHERS",
        requires = "prometheus",
        default_value = "",
        hide_default_value = true
    )]
    pub select: Select,
    /// How often it scrapes them
    #[arg(long, value_name = "SECONDS", requires = "prometheus", default_value_t = 15, value_parser = clap::value_parser!(u64).range(1..=60))]
    pub scrape: u64,
}

fn server(text: &str) -> Result<String, String> {
    let uri: Option<axum::http::Uri> = text.parse().ok();
    let uri = uri.filter(|uri| matches!(uri.scheme_str(), Some("http" | "https")) && uri.query().is_none());
    match uri.as_ref().and_then(|uri| uri.authority()) {
        Some(authority) if authority.as_str().contains('@') => {
            Err("whoever lists processes would read the password: let a proxy add it".into())
        }
        Some(_) => Ok(text.to_owned()),
        None => Err("write an address, as in http://prometheus:9090".into()),
    }
}

fn role(text: &str) -> Result<Role, String> {
    match text {
        "site" => Ok(Role::Site),
        "origin" => Ok(Role::Origin),
        "work" => Ok(Role::Work),
        "collect" => {
            Err("no process takes positions alone yet: they are written to the site, and planned for with it"
                .into())
        }
        _ => Err("write site, origin or work".into()),
    }
}

pub(super) fn rate(text: &str) -> Result<f64, String> {
    within(text, 0.1, 1_000_000.0)
}

/// Requests or bytes.
pub(super) fn much(text: &str) -> Result<f64, String> {
    within(text, 0.1, 100_000_000_000.0)
}

fn pace(text: &str) -> Result<f64, String> {
    within(text, 0.001, 1000.0)
}

fn price(text: &str) -> Result<f64, String> {
    within(text, 0.000_001, 1.0)
}

#[derive(Debug, Args)]
pub struct SimulateArgs {
    /// CSV of `time,load`, one row per interval, as in `2014-07-01 00:30:00,8127`
    #[arg(long, value_name = "FILE")]
    pub trace: PathBuf,
    /// What was known to come, as in `fleet run --calendar`: a file with [[event]] brand, kind, name, at
    #[arg(long, value_name = "FILE")]
    pub calendar: Option<PathBuf>,
    /// Instances that the greatest load of the trace keeps busy
    #[arg(long, value_name = "COUNT", default_value_t = 200.0, value_parser = peak)]
    pub peak: f64,
    /// Minutes from an instance's launch until it serves
    #[arg(long, value_name = "LIST", value_delimiter = ',', default_value = "5,10",
          value_parser = clap::value_parser!(u32).range(1..=60))]
    pub boot: Vec<u32>,
    /// Spread of boot times: standard deviation of their logarithm
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share)]
    pub boot_spread: f64,
    /// Share of launches that fail
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share)]
    pub failing: f64,
    /// Noise added to the trace by the minute, percent
    #[arg(long, value_name = "LIST", value_delimiter = ',', default_value = "2", value_parser = percent)]
    pub noise: Vec<f64>,
    /// How many of the published seeds, 1 to 5
    #[arg(long, value_name = "COUNT", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=5))]
    pub seeds: u8,
    /// Folder for samples.csv and fleet.html [default: print the table only]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

fn within(text: &str, low: f64, high: f64) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|_| format!("`{text}` is not a number"))?;
    if (low..=high).contains(&number) { Ok(number) } else { Err(format!("write {low} to {high}")) }
}

fn peak(text: &str) -> Result<f64, String> {
    within(text, 1.0, 20_000.0)
}

fn share(text: &str) -> Result<f64, String> {
    within(text, 0.0, 0.5)
}

fn percent(text: &str) -> Result<f64, String> {
    within(text, 0.0, 50.0)
}
