//! `migrate`: the tables as this version wants them.

use std::time::Duration;

use store::{MIGRATED_WITHIN, Store};

use super::show;
use crate::{app::App, config::Config, data::DataDir, failed::Failed};

/// Migrates; `within`: the seconds for which others may wait behind it.
pub async fn run(config: Config, within: Option<u64>) -> Result<(), Failed> {
    let Some(location) = &config.database else {
        return App::open(config).await?.store().map(drop);
    };
    DataDir::open(&config.data_dir)?;
    let within = within.map_or(MIGRATED_WITHIN, Duration::from_secs);
    let options = config.database_options();
    let migrated = async { Store::open_at_as_it_is(location, &options).await?.migrate_within(within).await };
    let migrated = migrated.await.map_err(|error| Failed::at("the database did not open", error))?;
    show(&format!("The database has this version's schema ({}).\n", migrated.to))
}
