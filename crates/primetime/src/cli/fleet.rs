//! What can be typed after `fleet`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub enum FleetCommand {
    /// Replay a history of load under every scaling policy: a table, samples.csv and fleet.html
    Simulate(SimulateArgs),
}

#[derive(Debug, Args)]
pub struct SimulateArgs {
    /// CSV of `time,load`, one row per interval, as in `2014-07-01 00:30:00,8127`
    #[arg(long, value_name = "FILE")]
    pub trace: PathBuf,
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
