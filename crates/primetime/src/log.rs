//! Where the log goes: to standard error, as text for people or JSON for machines.

use std::io::{IsTerminal, stderr};

use tracing_subscriber::{EnvFilter, fmt};

use crate::config::{Log, LogFormat};

/// Libraries whose warnings say nothing to an operator; the filter may name them all the same.
const QUIET: &str = "usvg=error";

/// Starts the log of this process. Call once.
pub fn start(log: &Log) -> Result<(), crate::Failed> {
    let filter = EnvFilter::try_new(format!("{QUIET},{}", log.filter)).map_err(|error| {
        crate::Failed::new(format!(
            "log.filter `{}`: {error}; write a level, or directives as in `info,site=debug`",
            log.filter
        ))
    })?;
    let json = match log.format {
        LogFormat::Json => true,
        LogFormat::Text => false,
        LogFormat::Auto => !stderr().is_terminal(),
    };
    let builder = fmt().with_env_filter(filter).with_writer(stderr);
    let started = if json {
        builder.json().flatten_event(true).try_init()
    } else {
        builder.compact().with_target(false).try_init()
    };
    started.map_err(|error| crate::Failed::new(format!("the log did not start: {error}")))
}
