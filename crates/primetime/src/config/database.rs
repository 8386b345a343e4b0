//! Which database: `database.path` for SQLite, `database.url` for either engine, the password best in a file of its own.

use std::{fs::File, io::Read, path::Path};

use store::Location;

use super::{ConfigError, Layers, Source, parse, wrong};

/// Longer than this is no password.
const MAX_PASSWORD: usize = 1024;

/// What the configuration names; `None`: no database.
pub(super) fn location(layers: &Layers, data_dir: &Path) -> Result<Option<Location>, ConfigError> {
    let (path, url) = (layers.said("database.path"), layers.said("database.url"));
    let in_file = layers.said("database.password_file");
    if url.text.is_empty() {
        if !in_file.text.is_empty() {
            return Err(wrong(layers, "database.password_file", "unset without database.url"));
        }
        return Ok(match path.text.as_str() {
            "none" => None,
            "" => Some(Location::Sqlite(data_dir.join("primetime.db"))),
            path => Some(Location::Sqlite(path.into())),
        });
    }
    // `none` wins over a file's URL when it is said for one process; any other path beside a URL is a mistake.
    match path.text.as_str() {
        "" => {}
        "none" if path.source != url.source || path.source != Source::Default => return Ok(None),
        _ => {
            return Err(wrong(
                layers,
                "database.path",
                "unset beside database.url, or `none` for no database",
            ));
        }
    }
    let location: Location = parse(layers, "database.url", "postgres://USER@HOST:PORT/NAME, or sqlite:PATH")?;
    match location {
        Location::Postgres(url) if !in_file.text.is_empty() => {
            let password = password(in_file.text.as_ref())
                .map_err(|reason| ConfigError::File { path: in_file.text.clone(), reason })?;
            Ok(Some(Location::Postgres(url.with_password(&password))))
        }
        Location::Sqlite(_) if !in_file.text.is_empty() => {
            Err(wrong(layers, "database.password_file", "unset: SQLite has no password"))
        }
        location => Ok(Some(location)),
    }
}

/// How many connections to PostgreSQL.
pub(super) fn connections(layers: &Layers) -> Result<u32, ConfigError> {
    let expected = "a number of connections, 2 to 1000";
    match parse(layers, "database.connections", expected)? {
        few @ 2..=1000 => Ok(few),
        _ => Err(wrong(layers, "database.connections", expected)),
    }
}

/// The first line of a file, which nobody else may read.
pub fn password(path: &Path) -> Result<String, String> {
    let mut file = File::open(path).map_err(|error| error.to_string())?;
    if web::tls::is_exposed(&file.metadata().map_err(|error| error.to_string())?) {
        return Err(
            "others may read it: run chmod 600 on it, and choose a new password if somebody did".into()
        );
    }
    let mut text = String::new();
    file.read_to_string(&mut text).map_err(|error| error.to_string())?;
    match text.lines().next().unwrap_or_default() {
        "" => Err("it is empty: write the password of the database into its first line".into()),
        line if line.len() > MAX_PASSWORD => Err("its first line is too long for a password".into()),
        line => Ok(line.to_owned()),
    }
}
