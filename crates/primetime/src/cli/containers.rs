//! What can be typed about instances that are containers.

use std::{net::SocketAddr, path::PathBuf};

use clap::{Args, ValueEnum};

/// What instances are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum EngineKind {
    /// Processes of this machine on one socket
    Local,
    /// Containers behind a haproxy of this machine
    Podman,
}

#[derive(Debug, Args)]
pub struct ContainerArgs {
    /// What instances are
    #[arg(long, value_enum, default_value_t = EngineKind::Local)]
    pub engine: EngineKind,
    /// podman: the image of a release is REPOSITORY:RELEASE, which the signed release has, too; it is pulled as what follows the last `/`
    #[arg(long, value_name = "REPOSITORY", default_value = "localhost/primetime")]
    pub image: String,
    /// podman: this host's registry, from which images are pulled that podman does not have [default: none are pulled]
    #[arg(long, value_name = "ADDR:PORT")]
    pub registry: Option<SocketAddr>,
    /// podman: haproxy's admin socket
    #[arg(long, value_name = "SOCKET", required_if_eq("engine", "podman"))]
    pub proxy: Option<PathBuf>,
    /// podman: haproxy's backend whose servers the instances become
    #[arg(long, value_name = "NAME", default_value = "primetime")]
    pub backend: String,
    /// podman: its network
    #[arg(long, value_name = "NAME", default_value = "primetime")]
    pub network: String,
    /// podman: a file of NAME=value lines, the environment of every container; may be given several times
    #[arg(long, value_name = "FILE")]
    pub env_file: Vec<PathBuf>,
    /// podman: a folder of this machine in every container; may be given several times
    #[arg(long, value_name = "HOST:CONTAINER")]
    pub volume: Vec<String>,
    /// podman: MiB of memory that a container may take
    #[arg(long, value_name = "MIB", default_value_t = 1_024, value_parser = clap::value_parser!(u64).range(32..))]
    pub memory: u64,
}
