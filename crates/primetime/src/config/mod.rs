//! Configuration: flag over environment over file over default; unknown keys are refused; every value knows where it is from.

mod chat;
pub mod credentials;
mod database;
mod keys;
mod layers;
mod objects;
mod print;
mod tls;

use std::{net::SocketAddr, num::NonZeroU32, path::PathBuf, str::FromStr, time::Duration};

pub use chat::Chat;
pub use database::password;
use domain::Territory;
pub use keys::PREFIX;
pub use layers::{ConfigError, Layers, Source};
pub use objects::{Bucket, CredentialsFrom, Trusted, secrets};
pub use print::print;
use registry::{PeerAddress, PeerName};
use store::Location;

/// What one process is told.
#[derive(Debug, Clone)]
pub struct Config {
    /// Which roles it plays.
    pub roles: Roles,
    /// What it runs, as its metrics call it.
    pub release: String,
    /// The folder of everything it keeps.
    pub data_dir: PathBuf,
    /// Its database; `None`: it runs without one.
    pub database: Option<Location>,
    /// Connections to PostgreSQL.
    pub database_connections: u32,
    /// Where objects are; `None`: in the data folder.
    pub objects: Option<Bucket>,
    /// Whose signatures count beside those of the data folder.
    pub trusted: Trusted,
    /// Secrets that were handed over; `None`: they are in the data folder.
    pub secrets_dir: Option<PathBuf>,
    /// Its sockets.
    pub http: Http,
    /// Its pages.
    pub site: Site,
    /// Memory for segments and playlists, in bytes.
    pub origin_cache: u64,
    /// Its image registry.
    pub registry: ImageRegistry,
    /// Is it ready only while somebody keeps the machine's clock?
    pub require_sync: bool,
    /// Its jobs.
    pub work: Work,
    /// Chat.
    pub chat: Chat,
    /// A file of figures about this machine that `/metrics` shows too.
    pub machine_figures: PathBuf,
    /// Its log.
    pub log: Log,
}

/// The roles of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Roles {
    /// Pages and the viewers' API.
    pub site: bool,
    /// Manifests, segments, images.
    pub origin: bool,
    /// The control plane: publishing, the studio's API.
    pub studio: bool,
    /// Jobs: encoding.
    pub work: bool,
    /// Container images, for this host and its peers.
    pub registry: bool,
}

impl Roles {
    /// None of them.
    pub const NONE: Self = Self { site: false, origin: false, studio: false, work: false, registry: false };

    /// As in the configuration.
    pub fn words(&self) -> String {
        let all = [
            ("site", self.site),
            ("origin", self.origin),
            ("studio", self.studio),
            ("work", self.work),
            ("registry", self.registry),
        ];
        let played: Vec<&str> = all.into_iter().filter_map(|(role, plays)| plays.then_some(role)).collect();
        played.join(",")
    }
}

/// The image registry.
#[derive(Debug, Clone)]
pub struct ImageRegistry {
    /// Its socket.
    pub listen: SocketAddr,
    /// Its disk, in bytes.
    pub disk: u64,
    /// Other hosts' registries, listed.
    pub peers: Vec<PeerAddress>,
    /// The name of all of them instead.
    pub name: Option<PeerName>,
    /// This host's, as the others know it.
    pub here: Option<PeerAddress>,
}

/// Sockets.
#[derive(Debug, Clone)]
pub struct Http {
    /// For viewers.
    pub listen: SocketAddr,
    /// For operators.
    pub ops_listen: SocketAddr,
    /// Does it take viewers as soon as it is ready?
    pub admit: bool,
    /// Certificate and key for viewers; `None`: plain HTTP.
    pub tls: Option<web::tls::Files>,
    /// Connections at a time.
    pub max_connections: usize,
    /// Requests a second that a role for viewers takes; `None`: as many as it can.
    pub max_rate: Option<NonZeroU32>,
    /// How long requests may finish after SIGTERM.
    pub drain: Duration,
}

/// Pages.
#[derive(Debug, Clone)]
pub struct Site {
    /// Header with the viewer's country, set by a trusted proxy.
    pub territory_header: Option<String>,
    /// Country of a viewer when no header says.
    pub default_territory: Option<Territory>,
    /// Where viewers may pretend to be: for demonstrations only.
    pub country_switch: Option<Vec<Territory>>,
    /// Do viewers come over TLS?
    pub https: bool,
    /// The domain that the brands' names stand before.
    pub domain: String,
    /// The port that viewers use, if not the scheme's own.
    pub port: Option<u16>,
    /// Memory for rendered pages, in bytes.
    pub page_cache: u64,
}

/// Jobs.
#[derive(Debug, Clone)]
pub struct Work {
    /// At a time.
    pub slots: usize,
    /// How long they may go on after SIGTERM.
    pub drain: Duration,
    /// The ffmpeg to start.
    pub ffmpeg: PathBuf,
    /// The ffprobe to start.
    pub ffprobe: PathBuf,
}

/// The log.
#[derive(Debug, Clone)]
pub struct Log {
    /// How it is written.
    pub format: LogFormat,
    /// What is written, as in `info,site=debug`.
    pub filter: String,
}

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// Text on a terminal, JSON elsewhere.
    Auto,
    /// For people.
    Text,
    /// For machines, one object a line.
    Json,
}

impl Config {
    /// Reads the layers; the first value that does not fit is the error.
    pub fn read(layers: &Layers) -> Result<Self, ConfigError> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let data_dir = PathBuf::from(layers.said("data.dir").text);
        let roles = roles(layers)?;
        let unsaid = |key| layers.said(key).text.is_empty();
        // A host that only keeps images has nothing to put into one.
        let only_images = roles == (Roles { registry: true, ..Roles::NONE });
        let database = if only_images && unsaid("database.path") && unsaid("database.url") {
            None
        } else {
            database::location(layers, &data_dir)?
        };
        let slots: usize = parse(layers, "work.slots", "a number of jobs, or 0 for one a core")?;
        let megabytes =
            |key| parse::<u32>(layers, key, "a number of megabytes").map(|mb| u64::from(mb) << 20);
        let (https, domain, port) = url(layers)?;
        let release = Some(layers.said("release").text).filter(|text| !text.is_empty());
        let config = Self {
            roles,
            release: release.unwrap_or_else(|| env!("CARGO_PKG_VERSION").to_owned()),
            database,
            objects: objects::bucket(layers)?,
            trusted: objects::trusted(layers)?,
            secrets_dir: Some(layers.said("secrets.dir").text)
                .filter(|text| !text.is_empty())
                .map(Into::into),
            database_connections: database::connections(layers)?,
            http: Http {
                listen: parse(layers, "http.listen", "an address and port, as in 127.0.0.1:8080")?,
                ops_listen: parse(layers, "http.ops_listen", "an address and port, as in 127.0.0.1:9090")?,
                admit: parse(layers, "http.admit", "true or false")?,
                tls: tls::files(layers)?,
                max_connections: parse(layers, "http.max_connections", "a number of connections")?,
                max_rate: NonZeroU32::new(parse(layers, "http.max_rate", "a number of requests a second")?),
                drain: Duration::from_secs(
                    parse::<u32>(layers, "http.drain_seconds", "whole seconds")?.into(),
                ),
            },
            site: Site {
                territory_header: optional(layers, "site.territory_header", "the name of a header")?,
                default_territory: optional(
                    layers,
                    "site.default_territory",
                    "an ISO 3166-1 code, as in KR",
                )?,
                country_switch: countries(layers)?,
                https,
                domain,
                port,
                page_cache: megabytes("site.page_cache_mb")?,
            },
            origin_cache: megabytes("origin.cache_mb")?,
            registry: ImageRegistry {
                listen: parse(layers, "registry.listen", "an address and port, as in 127.0.0.1:5000")?,
                disk: megabytes("registry.disk_mb")?,
                peers: peers(layers)?.0,
                name: peers(layers)?.1,
                here: optional(layers, "registry.self", "an address, as in http://10.0.0.7:5000")?,
            },
            require_sync: parse(layers, "clock.require_sync", "true or false")?,
            work: Work {
                slots: if slots == 0 { cores } else { slots },
                drain: Duration::from_secs(
                    parse::<u32>(layers, "work.drain_seconds", "whole seconds")?.into(),
                ),
                ffmpeg: layers.said("work.ffmpeg").text.into(),
                ffprobe: layers.said("work.ffprobe").text.into(),
            },
            chat: chat::read(layers)?,
            machine_figures: layers.said("metrics.machine_file").text.into(),
            log: Log { format: log_format(layers)?, filter: layers.said("log.filter").text },
            data_dir,
        };
        if config.database.is_none() && (config.roles.studio || config.roles.work) {
            return Err(wrong(layers, "database.path", "a path when the roles include studio or work"));
        }
        Ok(config)
    }
}

impl Config {
    /// Bounds of its database.
    pub fn database_options(&self) -> store::Options {
        store::Options { connections: self.database_connections, ..store::Options::default() }
    }
}

fn wrong(layers: &Layers, key: &'static str, expected: &str) -> ConfigError {
    let said = layers.said(key);
    ConfigError::Value {
        source_name: said.source.to_string(),
        key: key.to_owned(),
        text: print::visible(key, &said.text),
        expected: expected.to_owned(),
    }
}

fn parse<T: FromStr>(layers: &Layers, key: &'static str, expected: &str) -> Result<T, ConfigError> {
    layers.said(key).text.parse().map_err(|_| wrong(layers, key, expected))
}

fn optional<T: FromStr>(
    layers: &Layers,
    key: &'static str,
    expected: &str,
) -> Result<Option<T>, ConfigError> {
    if layers.said(key).text.is_empty() { Ok(None) } else { parse(layers, key, expected).map(Some) }
}

fn roles(layers: &Layers) -> Result<Roles, ConfigError> {
    let expected = "a list of site, origin, studio, work, registry, as in `site,origin`";
    let mut roles = Roles::NONE;
    for word in layers.said("roles").text.split(',').map(str::trim) {
        match word {
            "site" => roles.site = true,
            "origin" => roles.origin = true,
            "studio" => roles.studio = true,
            "work" => roles.work = true,
            "registry" => roles.registry = true,
            _ => return Err(wrong(layers, "roles", expected)),
        }
    }
    Ok(roles)
}

/// Scheme, domain and port of `site.url`.
fn url(layers: &Layers) -> Result<(bool, String, Option<u16>), ConfigError> {
    let key = "site.url";
    if layers.said(key).text.is_empty() {
        let listen: SocketAddr = parse(layers, "http.listen", "an address and port, as in 127.0.0.1:8080")?;
        return Ok((tls::files(layers)?.is_some(), "localhost".into(), Some(listen.port())));
    }
    let wrong = || wrong(layers, key, "a scheme, a domain and perhaps a port, as in https://example.com");
    let uri: axum::http::Uri = parse(layers, key, "an address, as in https://example.com")?;
    let https = match uri.scheme_str() {
        Some("https") => true,
        Some("http") => false,
        _ => return Err(wrong()),
    };
    let domain =
        uri.host().filter(|_| matches!(uri.path(), "" | "/") && uri.query().is_none()).ok_or_else(wrong)?;
    Ok((https, domain.to_ascii_lowercase(), uri.port_u16()))
}

fn countries(layers: &Layers) -> Result<Option<Vec<Territory>>, ConfigError> {
    let key = "site.country_switch";
    let said = layers.said(key).text;
    if said.is_empty() {
        return Ok(None);
    }
    let countries = said.split(',').map(|code| Territory::new(code.trim()));
    countries
        .collect::<Result<_, _>>()
        .map(Some)
        .map_err(|_| wrong(layers, key, "ISO 3166-1 codes, as in KR,US"))
}

/// A list, or one name that means all hosts.
fn peers(layers: &Layers) -> Result<(Vec<PeerAddress>, Option<PeerName>), ConfigError> {
    let key = "registry.peers";
    let said = layers.said(key).text;
    let said = said.trim();
    let expected = "addresses, as in http://10.0.0.7:5000,http://10.0.0.8:5000, or one name, as in dns:registry.internal:5000";
    if said.starts_with("dns:") {
        return said.parse().map(|name| (Vec::new(), Some(name))).map_err(|_| wrong(layers, key, expected));
    }
    let addresses = said.split(',').map(str::trim).filter(|text| !text.is_empty()).map(str::parse);
    let listed = addresses.collect::<Result<_, _>>().map_err(|_| wrong(layers, key, expected))?;
    Ok((listed, None))
}

fn log_format(layers: &Layers) -> Result<LogFormat, ConfigError> {
    match layers.said("log.format").text.as_str() {
        "auto" => Ok(LogFormat::Auto),
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => Err(wrong(layers, "log.format", "text, json or auto")),
    }
}

#[cfg(test)]
mod tests;
