//! What can be typed about a host.

use std::path::PathBuf;

use clap::Args;

use super::rollout::Service;

#[derive(Debug, Args)]
pub struct HostArgs {
    /// How many instances, until `release scale` says otherwise
    #[arg(long, value_name = "COUNT", default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=32))]
    pub instances: u16,
    /// The release that they run before the first rollout; later ones say it themselves
    #[arg(long, value_name = "NAME")]
    pub release: Option<String>,
    /// The folder of releases, as `release build` makes them [default: releases in the data folder]
    #[arg(long, value_name = "DIR")]
    pub releases: Option<PathBuf>,
    /// End all instances of this host, when what is under way is finished, and start none
    #[arg(long, conflicts_with = "release")]
    pub drain: bool,
    #[command(flatten)]
    pub service: Service,
    /// Added to what the instances are started with: `serve`, and the configuration of this command
    #[arg(last = true, value_name = "ARGUMENTS")]
    pub arguments: Vec<String>,
}
