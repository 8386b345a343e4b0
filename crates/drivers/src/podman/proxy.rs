//! haproxy's runtime API on its admin socket (management guide of 2.6, section 9.3).
//!
//! Servers are added and deleted while it runs. It forgets those when it is started or reloaded, and keeps the established
//! connections of a server that drains. A server is deleted only in maintenance and with no connection left.

use std::{collections::BTreeMap, io, net::Ipv4Addr, path::PathBuf, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::UnixStream,
    time::timeout,
};

use super::{OPS, SERVES};
use crate::EngineError;

/// It answers in a millisecond.
const PATIENCE: Duration = Duration::from_secs(5);
/// When to ask one again that is not there.
const LATER: Duration = Duration::from_secs(1);
/// Bytes of an answer: some 200 for a server.
const MOST_BYTES: u64 = 1 << 20;
/// What it says of a server that it does not have.
const GONE: &str = "No such server";
/// haproxy looks by itself as well, between our looks: one that dies or is ready no more gets nothing new within a second or two.
const CHECK: &str = "inter 1s fastinter 300ms fall 2 rise 1";

/// One backend of one haproxy.
#[derive(Debug, Clone)]
pub(super) struct Proxy {
    pub socket: PathBuf,
    pub backend: String,
}

/// What the proxy was told about a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    /// New requests go there, as long as the proxy's own check finds it ready.
    Ready,
    /// Nothing new goes there; what is under way goes on.
    Drain,
    /// Nothing goes there.
    Maintenance,
}

/// A server as the proxy has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Server {
    pub told: Told,
    /// Its own checks find it ready.
    pub up: bool,
}

impl Proxy {
    /// All servers of the backend, by name.
    pub async fn servers(&self) -> Result<BTreeMap<String, Server>, EngineError> {
        let said = self.ask(&format!("show servers state {}", self.backend)).await?;
        // The format's version, then the names of columns, then lines.
        let mut lines = said.lines();
        if lines.next() != Some("1") {
            return Err(self.no(&said));
        }
        Ok(lines.filter(|line| !line.starts_with('#')).filter_map(read).collect())
    }

    /// Lets a server take what is new; `known`: the proxy has it. It is checked before it leaves the maintenance that it begins in, so
    /// that one that takes traffic is always checked, whoever is killed in between.
    pub async fn admit(&self, server: &str, address: Ipv4Addr, known: bool) -> Result<(), EngineError> {
        let there = format!("{}/{server}", self.backend);
        if !known {
            let add = format!("add server {there} {address}:{SERVES} check port {OPS} {CHECK}");
            let said = self.ask(&add).await?;
            if !said.starts_with("New server registered") {
                return Err(self.no(&said));
            }
        }
        self.tell(&format!("enable health {there}")).await?;
        self.tell(&format!("set server {there} state ready")).await
    }

    /// Takes a server out for what is new; what is under way there goes on. One that is not there takes nothing.
    pub async fn drain(&self, server: &str) -> Result<(), EngineError> {
        self.take_out(server, "drain").await
    }

    /// Takes a server out for all that is new, also for what a cookie binds to it, and ends its checks.
    pub async fn maintain(&self, server: &str) -> Result<(), EngineError> {
        self.take_out(server, "maint").await
    }

    async fn take_out(&self, server: &str, state: &str) -> Result<(), EngineError> {
        let said = self.ask(&format!("set server {}/{server} state {state}", self.backend)).await?;
        if said.is_empty() || said.starts_with(GONE) { Ok(()) } else { Err(self.no(&said)) }
    }

    /// Requests that are under way at a server or wait for it; `None`: it does not know the server.
    pub async fn sessions(&self, server: &str) -> Result<Option<u64>, EngineError> {
        let said = self.ask(&format!("show stat {} 4 -1", self.backend)).await?;
        if !said.starts_with("# pxname,svname,qcur,qmax,scur,") {
            return Err(self.no(&said));
        }
        let line = said.lines().map(|line| line.split(',').collect::<Vec<_>>());
        let mut line = line.filter(|fields| fields.get(1) == Some(&server));
        let count = |text: Option<&&str>| text.and_then(|text| text.parse::<u64>().ok()).unwrap_or(0);
        Ok(line.next().map(|fields| count(fields.get(2)) + count(fields.get(4))))
    }

    /// Cuts what is under way at a server, which is in maintenance, and deletes it. `false`: some connection is not gone yet.
    pub async fn delete(&self, server: &str) -> Result<bool, EngineError> {
        let there = format!("{}/{server}", self.backend);
        self.ask(&format!("shutdown sessions server {there}")).await?;
        let said = self.ask(&format!("del server {there}")).await?;
        Ok(said.starts_with("Server deleted") || said.starts_with(GONE))
    }

    /// A command that says nothing when it is done.
    async fn tell(&self, command: &str) -> Result<(), EngineError> {
        match self.ask(command).await? {
            said if said.is_empty() => Ok(()),
            said => Err(self.no(&said)),
        }
    }

    /// One command on a connection of its own, which haproxy closes after the answer.
    async fn ask(&self, command: &str) -> Result<String, EngineError> {
        let mut stream = match timeout(PATIENCE, UnixStream::connect(&self.socket)).await {
            Ok(Ok(stream)) => stream,
            Ok(Err(error)) => {
                tracing::warn!(socket = %self.socket.display(), %error, "haproxy is away: nothing is changed until it is back");
                return Err(EngineError::Busy(LATER));
            }
            Err(_) => return Err(EngineError::Busy(LATER)),
        };
        let asking = async {
            stream.write_all(format!("{command}\n").as_bytes()).await?;
            let mut said = String::new();
            stream.take(MOST_BYTES).read_to_string(&mut said).await?;
            Ok::<_, io::Error>(said.trim().to_owned())
        };
        match timeout(PATIENCE, asking).await {
            Ok(Ok(said)) => Ok(said),
            Ok(Err(error)) => Err(EngineError::Uncertain(format!("haproxy broke off: {error}"))),
            Err(_) => Err(EngineError::Uncertain(format!("haproxy did not answer in {PATIENCE:?}"))),
        }
    }

    fn no(&self, said: &str) -> EngineError {
        let first = said.lines().next().unwrap_or("nothing").trim();
        EngineError::Refused(format!("haproxy says about backend {}: {first}", self.backend))
    }
}

/// Fields of format 1: 4th the name, 6th the operational state, 7th the administrative one, a mask.
fn read(line: &str) -> Option<(String, Server)> {
    const MAINTENANCE: u32 = 0x01 | 0x02 | 0x04 | 0x20;
    const DRAIN: u32 = 0x08 | 0x10;
    let fields: Vec<&str> = line.split_ascii_whitespace().collect();
    let mask: u32 = fields.get(6)?.parse().ok()?;
    let told = match mask {
        _ if mask & MAINTENANCE != 0 => Told::Maintenance,
        _ if mask & DRAIN != 0 => Told::Drain,
        _ => Told::Ready,
    };
    Some(((*fields.get(3)?).to_owned(), Server { told, up: matches!(*fields.get(5)?, "1" | "2") }))
}
