//! What can be typed about the week in minutes.

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Args)]
pub struct WeekArgs {
    /// CSV of `time,load` that holds the week and two before it
    #[arg(long, value_name = "FILE", default_value = "bench/traces/nyc_taxi.csv")]
    pub trace: PathBuf,
    /// The Monday on which the week begins
    #[arg(long, value_name = "DATE", default_value = "2014-10-27")]
    pub week: String,
    /// How long it takes here, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 600, value_parser = clap::value_parser!(u32).range(60..=86_400))]
    pub seconds: u32,
    /// Instances that its greatest load keeps busy
    #[arg(long, value_name = "COUNT", default_value_t = 14, value_parser = clap::value_parser!(u16).range(2..=40))]
    pub peak: u16,
    /// Connections a second that one instance takes
    #[arg(long, value_name = "RATE", default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub rate: u32,
    /// Keep the page when the week is over, until Ctrl-C
    #[arg(long)]
    pub stay: bool,
}
