//! Every key of the configuration, once: its name, its default, what it means.

/// One key.
#[derive(Debug)]
pub struct Key {
    /// Dotted, as in the file's tables.
    pub name: &'static str,
    /// Used when nobody says otherwise. Empty: unset.
    pub default: &'static str,
    /// One line for people.
    pub help: &'static str,
}

impl Key {
    /// The environment variable that sets it.
    pub fn variable(&self) -> String {
        format!("{PREFIX}{}", self.name.to_ascii_uppercase().replace('.', "_"))
    }
}

/// What the environment's variables begin with.
pub const PREFIX: &str = "PRIMETIME_";

const fn key(name: &'static str, default: &'static str, help: &'static str) -> Key {
    Key { name, default, help }
}

/// The keys, in the order in which they are printed.
pub const KEYS: &[Key] = &[
    key("roles", "site,origin,studio,work", "which roles this process plays"),
    key("release", "", "what this process runs, as its metrics call it; default: its version"),
    key("data.dir", "data", "the folder of the database, objects and secrets"),
    key(
        "database.path",
        "",
        "the SQLite file; default: primetime.db in the data folder; `none`: run without one (site and origin only)",
    ),
    key(
        "database.url",
        "",
        "a database of PostgreSQL 15 or later instead: postgres://USER@HOST:PORT/NAME?sslmode=verify-full; or sqlite:PATH",
    ),
    key(
        "database.password_file",
        "",
        "file with the password for database.url, so that it stands in no other place",
    ),
    key("database.connections", "8", "connections of this process to PostgreSQL"),
    key(
        "objects.url",
        "",
        "where objects are, as in s3://films/live: a bucket of any S3 API; default: a folder in the data folder",
    ),
    key(
        "objects.endpoint",
        "",
        "address of the S3 API, as in https://s3.example.com; default: AWS in objects.region",
    ),
    key("objects.region", "us-east-1", "region of the bucket"),
    key(
        "objects.addressing",
        "auto",
        "where the bucket's name stands: path (host/bucket), host (bucket.host), or auto: path with an endpoint, host for AWS",
    ),
    key(
        "objects.credentials",
        "",
        "file with the bucket's credentials, as the AWS tools keep them, or `role`: the EC2 machine's own; default: \
         AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN in the environment",
    ),
    key("objects.cache_mb", "4096", "disk for copies of editions when objects are in a bucket"),
    key(
        "keys.edition",
        "",
        "public keys whose editions are believed, with those in the data folder: what stands in keys/edition.pub of whoever \
         publishes",
    ),
    key(
        "keys.token",
        "",
        "public keys whose playback tokens an origin believes, with those in the data folder: keys/token.pub of every site",
    ),
    key(
        "keys.release",
        "",
        "public keys whose releases are believed, with those in the data folder: keys/release.pub of whoever builds",
    ),
    key(
        "keys.image",
        "",
        "public keys whose image tags are believed, with those in the data folder: keys/image.pub of whoever pushes",
    ),
    key(
        "keys.golden",
        "",
        "public keys whose catalogue of golden images is believed, with those in the data folder: keys/golden.pub of whoever bakes",
    ),
    key(
        "secrets.url",
        "",
        "where `config machine --into` gets this machine's secrets, as in s3://keys/site, by the same S3 API as objects",
    ),
    key(
        "secrets.dir",
        "",
        "folder of secrets that were handed over, as a process's cookie.key; then none is drawn; default: those of the data \
         folder, each drawn when it is first needed",
    ),
    key("http.listen", "127.0.0.1:8080", "address for viewers and the studio API"),
    key("http.ops_listen", "127.0.0.1:9090", "address for /healthz, /readyz and /metrics"),
    key(
        "http.admit",
        "true",
        "take viewers as soon as it is ready; false: wait for SIGUSR1 (SIGUSR2 makes it wait again), as instances of a host do",
    ),
    key(
        "http.tls_certificate",
        "",
        "file with the certificate for viewers and those that lead to its root, in PEM; read again when it is replaced; unset: \
         plain HTTP",
    ),
    key("http.tls_key", "", "file with its private key, which only its owner may read"),
    key("http.max_connections", "10000", "open connections; more are turned away"),
    key(
        "http.max_rate",
        "0",
        "what this process takes a second: so many connections, others wait in the socket's queue, for whoever else is on it; and \
         so many requests for each role, others are turned away (503). 0: as many as it can",
    ),
    key("http.drain_seconds", "20", "how long requests may finish after SIGTERM"),
    key(
        "site.territory_header",
        "",
        "request header with the viewer's country, set by a proxy that is trusted (CloudFront-Viewer-Country)",
    ),
    key(
        "site.default_territory",
        "",
        "country of a viewer when no header says; unset: only worldwide rights apply",
    ),
    key(
        "site.country_switch",
        "",
        "countries that viewers may pretend to be in, as in `KR,US`: for demonstrations only; unset: none",
    ),
    key(
        "site.url",
        "",
        "where viewers find the brands: with https://example.com, `harbour` is at https://harbour.example.com; \
         default: http://localhost (with TLS https://) and the port of http.listen",
    ),
    key("site.page_cache_mb", "128", "memory for rendered pages"),
    key("origin.cache_mb", "128", "memory for segments and playlists"),
    key("registry.listen", "127.0.0.1:5000", "address of the image registry: this host's engines, and peers"),
    key("registry.disk_mb", "8192", "disk for images, in the data folder"),
    key(
        "registry.peers",
        "",
        "other hosts' registries, asked before the store, as in `http://10.0.0.7:5000,http://10.0.0.8:5000`, or a name whose \
         addresses they all are, as in `dns:registry.internal:5000`; unset: none",
    ),
    key(
        "registry.self",
        "",
        "this host's registry as it stands in the others' registry.peers; unset: it is not asked first, unless registry.peers \
         is a name, among whose addresses it knows its own",
    ),
    key(
        "clock.require_sync",
        "false",
        "must the kernel have said that the machine's clock is kept before a process is ready? `true` on hosts that serve viewers, as the \
         golden image has it",
    ),
    key("work.slots", "0", "jobs at a time; 0: as many as cores"),
    key(
        "work.drain_seconds",
        "3",
        "how long running jobs may go on after SIGTERM; what is not done then is given back, and begun anew by another worker",
    ),
    key("work.ffmpeg", "ffmpeg", "the ffmpeg to start"),
    key("work.ffprobe", "ffprobe", "the ffprobe to start"),
    key(
        "chat.secret_file",
        "",
        "file with the signing secret of the chat app, as the service shows it; unset: no commands are taken (role studio)",
    ),
    key(
        "chat.people_file",
        "",
        "file that says who may ask and approve in chat; belongs to chat.secret_file",
    ),
    key(
        "chat.webhook_file",
        "",
        "file with the address of an incoming webhook, which is told what happens; unset: nobody is told (role studio)",
    ),
    key("chat.production", "true", "true: somebody else than who asked must say yes; false: who asked may"),
    key("chat.service", "site", "the service that rollouts in chat are about"),
    key(
        "metrics.machine_file",
        "/run/primetime/host.prom",
        "file of figures about this machine that /metrics shows too, if it is there: the golden image's host-watch writes it",
    ),
    key("log.format", "auto", "text, json, or auto: text on a terminal, JSON elsewhere"),
    key("log.filter", "info", "what is logged: a level, or directives as in `info,site=debug`"),
];

/// The key of this name, or the nearest to it.
pub fn find(name: &str) -> Result<&'static Key, &'static Key> {
    match KEYS.iter().find(|key| key.name == name) {
        Some(key) => Ok(key),
        None => Err(KEYS.iter().min_by_key(|key| distance(key.name, name)).unwrap_or(&KEYS[0])),
    }
}

/// Levenshtein distance: how many letters to change, add or drop.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.bytes().enumerate() {
            let change = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(row[j + 1] + 1);
        }
    }
    row[b.len()]
}
