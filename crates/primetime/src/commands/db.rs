//! `db copy`: from one database to another, all of it or nothing.

use std::path::Path;

use store::{Location, Options, Store, Tallies};

use super::show;
use crate::{
    cli::CopyArgs,
    config::password,
    failed::{Doing, Failed},
};

/// Copies, and says what each table holds now.
pub async fn copy(args: CopyArgs) -> Result<(), Failed> {
    let from = location("--from", &args.from, args.from_password_file.as_deref())?;
    let to = location("--to", &args.to, args.to_password_file.as_deref())?;
    if let Location::Sqlite(path) = &from
        && !path.exists()
    {
        return Err(Failed::new(format!("there is no {}: see --from", path.display())));
    }
    let open = async |location: &Location| {
        Store::open_at(location, &Options::default())
            .await
            .map_err(|error| Failed::at("the database did not open", error))
    };
    let found = Store::open_found_at(&from, &Options::default()).await;
    let found = found.map_err(|error| Failed::at("the database did not open", error))?;
    let source =
        found.ok_or_else(|| Failed::new(format!("there is no installation in {from}: see --from")))?;
    source.migrate().await.map_err(|error| Failed::at("the database did not open", error))?;
    let target = open(&to).await?;
    let copied = source.copy_to(&target).await;
    let copied = copied.map_err(|error| Failed::at(format!("nothing was copied to {to}"), error))?;
    source.close().await;
    target.close().await;
    show(&format!("{}{to} holds all of {from}, read back and compared.\n", table(&copied)))
}

/// A line for each table: its rows, and the sum over them.
pub fn table(tallies: &Tallies) -> String {
    tallies
        .iter()
        .map(|(name, tally)| format!("{name:<18} {:>10} rows  {}\n", tally.rows, tally.checksum()))
        .collect()
}

/// Not clap's to parse: it would print what was typed, and there may be a password in it.
fn location(flag: &str, text: &str, file: Option<&Path>) -> Result<Location, Failed> {
    let location = text.parse().map_err(|error: store::LocationError| {
        Failed::new(format!("{flag} {}: write {error}", store::mask(text)))
    })?;
    match (location, file) {
        (location, None) => Ok(location),
        (Location::Postgres(url), Some(file)) => {
            let password = password(file).doing(|| format!("read the password in {}", file.display()))?;
            Ok(Location::Postgres(url.with_password(&password)))
        }
        (Location::Sqlite(_), Some(_)) => Err(Failed::new("SQLite has no password: leave its file out")),
    }
}
