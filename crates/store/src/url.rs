//! Where a database is, as people write it.

use std::{fmt, path::PathBuf, str::FromStr};

use sqlx::postgres::PgConnectOptions;

/// What stands in the place of a password.
const MASK: &str = "***";

/// What may stand behind the `?` of a URL (postgresql.org/docs/15/libpq-connect.html).
const PARAMETERS: &[&str] =
    &["host", "port", "user", "password", "dbname", "sslmode", "sslrootcert", "sslcert", "sslkey"];

/// Where a database is: `sqlite:PATH`, or `postgres://USER@HOST:PORT/NAME?sslmode=verify-full`.
#[derive(Debug, Clone)]
pub enum Location {
    /// A file.
    Sqlite(PathBuf),
    /// A server.
    Postgres(PostgresUrl),
}

/// A database of a PostgreSQL server. Printed without its password.
#[derive(Clone)]
pub struct PostgresUrl {
    options: Box<PgConnectOptions>,
    masked: String,
}

/// Why a text is no [`Location`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("sqlite:PATH, or postgres://USER@HOST:PORT/NAME")]
pub struct LocationError;

impl FromStr for Location {
    type Err = LocationError;
    fn from_str(text: &str) -> Result<Self, LocationError> {
        if let Some(path) = text.strip_prefix("sqlite:") {
            return if path.is_empty() { Err(LocationError) } else { Ok(Self::Sqlite(path.into())) };
        }
        if !is_postgres(text) {
            return Err(LocationError);
        }
        // What is not known is refused here, because sqlx logs it: a misspelt password, too.
        let query = text.split_once('?').map_or("", |(_, query)| query);
        let names = query.split('&').filter(|part| !part.is_empty()).map(|part| part.split('=').next());
        if names.flatten().any(|name| !PARAMETERS.contains(&name)) {
            return Err(LocationError);
        }
        let options: PgConnectOptions = text.parse().map_err(|_| LocationError)?;
        // Without a name the server takes the user's: too easily another program's.
        if options.get_database().is_none_or(str::is_empty) {
            return Err(LocationError);
        }
        Ok(Self::Postgres(PostgresUrl { options: Box::new(options), masked: mask(text) }))
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Postgres(url) => url.fmt(f),
        }
    }
}

impl PostgresUrl {
    /// With this password instead of the URL's.
    #[must_use]
    pub fn with_password(self, password: &str) -> Self {
        Self { options: Box::new(self.options.password(password)), ..self }
    }

    pub(crate) fn options(&self) -> &PgConnectOptions {
        &self.options
    }
}

impl fmt::Display for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked)
    }
}

impl fmt::Debug for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked)
    }
}

fn is_postgres(text: &str) -> bool {
    text.starts_with("postgres://") || text.starts_with("postgresql://")
}

/// The text of a database's URL, fit for logs and screens: without its password, whether it is a right URL or not.
pub fn mask(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://") else { return text.to_owned() };
    let (before, query) = match rest.split_once('?') {
        Some((before, query)) => (before, Some(query)),
        None => (rest, None),
    };
    // The last `@`: a password that was not percent-encoded may hold others.
    let masked = match before.rsplit_once('@') {
        Some((user, host)) => match user.split_once(':') {
            Some((user, _)) => format!("{scheme}://{user}:{MASK}@{host}"),
            None => format!("{scheme}://{user}@{host}"),
        },
        None => format!("{scheme}://{before}"),
    };
    let Some(query) = query else { return masked };
    let parameter = |part: &str| match part.split_once('=') {
        Some((name, _)) if name.to_ascii_lowercase().contains("password") => format!("{name}={MASK}"),
        // What an `@` follows here may be the rest of a password with a `?` in it.
        _ if part.contains('@') => MASK.to_owned(),
        _ => part.to_owned(),
    };
    let query: Vec<_> = query.split('&').map(parameter).collect();
    format!("{masked}?{}", query.join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_never_printed() {
        for text in [
            "postgres://u:hunter2@db/primetime",
            "postgresql://u:hunter2@db:5432/primetime?sslmode=require",
            "postgres://u:hun@hunter2@db/primetime",
            "postgres://u:a%3Fhunter2@db/primetime",
            "postgres://db/primetime?user=u&password=hunter2",
            "postgres://u:what?hunter2@db/primetime",
            "postgres://u:hunter2@[/broken",
            "mysql://u:hunter2@db/primetime",
        ] {
            let masked = mask(text);
            assert!(!masked.contains("hunter2"), "{masked}");
            if let Ok(location) = text.parse::<Location>() {
                assert!(!format!("{location} {location:?}").contains("hunter2"), "{location:?}");
            }
        }
        let location: Location = "postgres://u@db/primetime".parse().unwrap();
        let Location::Postgres(url) = location else { panic!("it is") };
        assert!(!format!("{:?}", url.with_password("hunter2")).contains("hunter2"));
    }

    #[test]
    fn what_is_no_database_is_refused() {
        for text in [
            "",
            "sqlite:",
            "postgres://",
            "postgres://u@db",
            "postgres://u@db/",
            "mysql://u@db/x",
            "postgres://u@db/x?pasword=hunter2",
            "/data/x.db",
        ] {
            assert_eq!(text.parse::<Location>().unwrap_err(), LocationError, "{text}");
        }
        assert!(matches!("sqlite:a/b.db".parse(), Ok(Location::Sqlite(path)) if path.ends_with("b.db")));
    }
}
