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
    /// How long a whole week takes here, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 600, value_parser = clap::value_parser!(u32).range(300..=604_800))]
    pub seconds: u32,
    /// The hour of the week at which it begins: 90 is Thursday at 18:00
    #[arg(long, value_name = "HOUR", default_value_t = 0, value_parser = clap::value_parser!(u8).range(..168))]
    pub from: u8,
    /// How many hours of the week [default: the rest of it]
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u8).range(1..=168))]
    pub hours: Option<u8>,
    /// Instances that its greatest load keeps busy
    #[arg(long, value_name = "COUNT", default_value_t = 14, value_parser = clap::value_parser!(u16).range(2..=40))]
    pub peak: u16,
    /// Connections a second that one instance takes
    #[arg(long, value_name = "RATE", default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub rate: u32,
    /// Seconds from one page of a viewer to the next: says how many viewers the requests stand for
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u16).range(1..=3600))]
    pub every: u16,
    /// Keep the page when the week is over, until Ctrl-C
    #[arg(long)]
    pub stay: bool,
}
