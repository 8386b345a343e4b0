//! What can be typed about a host.

use std::path::PathBuf;

use clap::Args;

use super::{containers::ContainerArgs, rollout::Service};

#[derive(Debug, Args)]
pub struct HostArgs {
    /// What this host is called among the service's hosts [default: the machine's name]
    #[arg(long = "name", value_name = "NAME", value_parser = name)]
    pub host: Option<String>,
    /// How many instances at least, until `release scale` says otherwise
    #[arg(long, value_name = "COUNT", default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=32))]
    pub instances: u16,
    /// How many at most, whatever is planned
    #[arg(long, value_name = "COUNT", default_value_t = 32, value_parser = clap::value_parser!(u16).range(1..=32))]
    pub most: u16,
    /// Requests a second that one instance does: with it the host adds instances by itself when they come, planned or not
    #[arg(long, value_name = "RATE", value_parser = super::fleet::rate)]
    pub capacity: Option<f64>,
    /// The same in bytes of media and pictures a second, for instances that are origins
    #[arg(long, value_name = "RATE", conflicts_with = "capacity", value_parser = super::fleet::much)]
    pub capacity_bytes: Option<f64>,
    /// The release that they run before the first rollout; later ones say it themselves
    #[arg(long, value_name = "NAME")]
    pub release: Option<String>,
    /// The folder of signed releases, as `release build` makes them [default: releases in the data folder]
    #[arg(long, value_name = "DIR")]
    pub releases: Option<PathBuf>,
    /// How many releases that were fetched may lie there; of more, those that nobody needs are removed, the first that came first
    #[arg(long, value_name = "COUNT", default_value_t = 10)]
    pub keep_releases: u16,
    /// End all instances of this host, when what is under way is finished, and start none
    #[arg(long, conflicts_with = "release")]
    pub drain: bool,
    #[command(flatten)]
    pub service: Service,
    #[command(flatten)]
    pub containers: ContainerArgs,
    /// Added to what the instances are started with: `serve`, and the configuration of this command; containers get `serve` and this
    #[arg(last = true, value_name = "ARGUMENTS")]
    pub arguments: Vec<String>,
}

/// As in RFC 1123.
fn name(text: &str) -> Result<String, String> {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-".contains(&byte);
    if (1..=63).contains(&text.len()) && text.bytes().all(fits) {
        return Ok(text.to_owned());
    }
    Err("write up to 63 lowercase letters, digits, dots and hyphens".into())
}
