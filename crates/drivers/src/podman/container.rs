//! A container as an instance: what podman keeps of it, so that any supervisor finds it.
//!
//! What never changes stands in labels. What changes stands in the container's name, for podman changes no labels: whether it is to
//! take traffic, and since when it drains. Renaming is one step, and `podman ps` shows it to people.

use std::{
    collections::HashMap,
    net::{Ipv4Addr, SocketAddr},
    os::unix::process::ExitStatusExt,
    process::ExitStatus,
    time::Duration,
};

use domain::Timestamp;
use serde::Deserialize;

use super::OPS;
use crate::{End, Name};

pub(super) const SERVICE: &str = "primetime.service";
pub(super) const INSTANCE: &str = "primetime.instance";
pub(super) const RELEASE: &str = "primetime.release";
pub(super) const SPEC: &str = "primetime.spec";
pub(super) const STARTED: &str = "primetime.started";

/// What an instance is to do, whatever the proxy remembers of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// Take traffic, as soon as it is ready.
    Serving,
    /// Be ready and take none.
    Warm,
    /// Finish and end.
    Drains(Drain),
}

/// Since when an instance drains, and how long it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Drain {
    pub since: Timestamp,
    pub within: Duration,
}

impl Mode {
    /// The container's name: dots divide, for no name of a service or an instance has one.
    pub fn named(self, service: &Name, name: &Name) -> String {
        let mode = match self {
            Self::Serving => "serving".to_owned(),
            Self::Warm => "warm".to_owned(),
            Self::Drains(Drain { since, within }) => format!("drains-{}-{}", since.0, within.as_millis()),
        };
        format!("primetime.{service}.{name}.{mode}")
    }

    fn read(container: &str) -> Option<Self> {
        let (_, mode) = container.rsplit_once('.')?;
        match mode {
            "serving" => Some(Self::Serving),
            "warm" => Some(Self::Warm),
            _ => {
                let (since, within) = mode.strip_prefix("drains-")?.split_once('-')?;
                let (since, within) = (since.parse().ok()?, within.parse().ok()?);
                Some(Self::Drains(Drain { since: Timestamp(since), within: Duration::from_millis(within) }))
            }
        }
    }
}

/// What `podman ps --format json` says of a container, as far as we read it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Listed {
    id: String,
    names: Vec<String>,
    labels: Option<HashMap<String, String>>,
    state: String,
    pid: u32,
    exit_code: i32,
}

impl Listed {
    pub fn id(&self) -> &str {
        &self.id
    }
}

/// An instance.
#[derive(Debug, Clone)]
pub(super) struct Container {
    pub id: String,
    pub name: Name,
    pub release: String,
    /// Of what it was started with.
    pub digest: String,
    pub started: Timestamp,
    pub mode: Mode,
    /// None: it has ended.
    pub pid: Option<u32>,
    pub exit: Option<i32>,
}

impl Container {
    /// `None`: somebody else's, or nobody's any more.
    pub fn read(listed: Listed) -> Option<Self> {
        let labels = listed.labels?;
        let label = |key: &str| labels.get(key).cloned();
        // Stopped: its process has ended, and how is written down in a moment.
        let lives = matches!(listed.state.as_str(), "running" | "paused" | "stopping" | "stopped");
        Some(Self {
            name: Name::new(label(INSTANCE)?).ok()?,
            release: label(RELEASE)?,
            digest: label(SPEC)?,
            started: Timestamp(label(STARTED)?.parse().ok()?),
            mode: Mode::read(listed.names.first()?)?,
            pid: lives.then_some(listed.pid),
            exit: (listed.state == "exited").then_some(listed.exit_code),
            id: listed.id,
        })
    }

    /// The proxy's server for this very container: another one by the same name is another server.
    pub fn server(&self, service: &Name) -> String {
        format!("{}{}.{}", servers_of(service), self.name, self.id.get(..12).unwrap_or(&self.id))
    }

    /// How it ended, in words.
    pub fn end(&self, facts: &Facts) -> End {
        let how = match self.exit {
            // As shells count, which is how podman says it.
            Some(code @ 129..=192) => ExitStatus::from_raw(code - 128).to_string(),
            Some(code) => ExitStatus::from_raw(code << 8).to_string(),
            // Also after the machine was started anew.
            None => "it does not run: podman has the container, but no process of it".to_owned(),
        };
        let how = if facts.out_of_memory { format!("{how}, out of memory") } else { how };
        End { asked: matches!(self.mode, Mode::Drains(_)), how }
    }
}

/// What the names of all servers of a service begin with. Others in the same backend are not ours.
pub(super) fn servers_of(service: &Name) -> String {
    format!("primetime.{service}.")
}

/// What only `podman inspect` knows.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Facts {
    pub address: Option<Ipv4Addr>,
    pub out_of_memory: bool,
}

impl Facts {
    /// Where it answers operators.
    pub fn ops(&self) -> Option<SocketAddr> {
        self.address.map(|address| (address, OPS).into())
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Inspected {
    id: String,
    state: InspectedState,
    network_settings: NetworkSettings,
}

#[derive(Deserialize)]
struct InspectedState {
    #[serde(rename = "OOMKilled")]
    out_of_memory: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct NetworkSettings {
    networks: Option<HashMap<String, Network>>,
}

#[derive(Deserialize)]
struct Network {
    #[serde(rename = "IPAddress")]
    address: String,
}

impl Inspected {
    pub fn facts(self, network: &str) -> (String, Facts) {
        let networks = self.network_settings.networks.unwrap_or_default();
        let address = networks.get(network).and_then(|network| network.address.parse().ok());
        (self.id, Facts { address, out_of_memory: self.state.out_of_memory })
    }
}
