//! Configuration: flag over environment over file over default; unknown keys are refused; every value knows where it is from.

mod keys;
mod layers;
mod print;

use std::{net::SocketAddr, path::PathBuf, str::FromStr, time::Duration};

use domain::Territory;
pub use layers::{ConfigError, Layers, Source};
pub use print::print;

/// What one process is told.
#[derive(Debug, Clone)]
pub struct Config {
    /// Which roles it plays.
    pub roles: Roles,
    /// The folder of everything it keeps.
    pub data_dir: PathBuf,
    /// Its database; `None`: it runs without one.
    pub database: Option<PathBuf>,
    /// Its sockets.
    pub http: Http,
    /// Its pages.
    pub site: Site,
    /// Memory for segments and playlists, in bytes.
    pub origin_cache: u64,
    /// Its jobs.
    pub work: Work,
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
}

/// Sockets.
#[derive(Debug, Clone)]
pub struct Http {
    /// For viewers.
    pub listen: SocketAddr,
    /// For operators.
    pub ops_listen: SocketAddr,
    /// Connections at a time.
    pub max_connections: usize,
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
    /// May viewers pretend to be elsewhere?
    pub country_switch: bool,
    /// Cookies only over HTTPS?
    pub secure_cookies: bool,
    /// Memory for rendered pages, in bytes.
    pub page_cache: u64,
}

/// Jobs.
#[derive(Debug, Clone)]
pub struct Work {
    /// At a time.
    pub slots: usize,
    /// The ffmpeg to start.
    pub ffmpeg: PathBuf,
    /// The ffprobe to start.
    pub ffprobe: PathBuf,
    /// Where encoding writes first.
    pub scratch_dir: PathBuf,
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
        let or_in_data = |key, name: &str| match layers.said(key).text.as_str() {
            "" => data_dir.join(name),
            path => PathBuf::from(path),
        };
        let slots: usize = parse(layers, "work.slots", "a number of jobs, or 0 for one a core")?;
        let megabytes = |key| parse::<u32>(layers, key, "a number of megabytes").map(|mb| u64::from(mb) << 20);
        let config = Self {
            roles: roles(layers)?,
            database: (layers.said("database.path").text != "none")
                .then(|| or_in_data("database.path", "primetime.db")),
            http: Http {
                listen: parse(layers, "http.listen", "an address and port, as in 127.0.0.1:8080")?,
                ops_listen: parse(layers, "http.ops_listen", "an address and port, as in 127.0.0.1:9090")?,
                max_connections: parse(layers, "http.max_connections", "a number of connections")?,
                drain: Duration::from_secs(parse::<u32>(layers, "http.drain_seconds", "whole seconds")?.into()),
            },
            site: Site {
                territory_header: optional(layers, "site.territory_header", "the name of a header")?,
                default_territory: optional(layers, "site.default_territory", "an ISO 3166-1 code, as in KR")?,
                country_switch: parse(layers, "site.country_switch", "true or false")?,
                secure_cookies: parse(layers, "site.secure_cookies", "true or false")?,
                page_cache: megabytes("site.page_cache_mb")?,
            },
            origin_cache: megabytes("origin.cache_mb")?,
            work: Work {
                slots: if slots == 0 { cores } else { slots },
                ffmpeg: layers.said("work.ffmpeg").text.into(),
                ffprobe: layers.said("work.ffprobe").text.into(),
                scratch_dir: or_in_data("work.scratch_dir", "scratch"),
            },
            log: Log { format: log_format(layers)?, filter: layers.said("log.filter").text },
            data_dir,
        };
        if config.database.is_none() && (config.roles.studio || config.roles.work) {
            return Err(wrong(layers, "database.path", "a path when the roles include studio or work"));
        }
        Ok(config)
    }
}

fn wrong(layers: &Layers, key: &'static str, expected: &str) -> ConfigError {
    let said = layers.said(key);
    ConfigError::Value {
        source_name: said.source.to_string(),
        key: key.to_owned(),
        text: said.text,
        expected: expected.to_owned(),
    }
}

fn parse<T: FromStr>(layers: &Layers, key: &'static str, expected: &str) -> Result<T, ConfigError> {
    layers.said(key).text.parse().map_err(|_| wrong(layers, key, expected))
}

fn optional<T: FromStr>(layers: &Layers, key: &'static str, expected: &str) -> Result<Option<T>, ConfigError> {
    if layers.said(key).text.is_empty() { Ok(None) } else { parse(layers, key, expected).map(Some) }
}

fn roles(layers: &Layers) -> Result<Roles, ConfigError> {
    let expected = "a list of site, origin, studio, work, as in `site,origin`";
    let mut roles = Roles { site: false, origin: false, studio: false, work: false };
    for word in layers.said("roles").text.split(',').map(str::trim) {
        match word {
            "site" => roles.site = true,
            "origin" => roles.origin = true,
            "studio" => roles.studio = true,
            "work" => roles.work = true,
            _ => return Err(wrong(layers, "roles", expected)),
        }
    }
    Ok(roles)
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
