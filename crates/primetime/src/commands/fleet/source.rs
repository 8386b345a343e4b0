//! Where `fleet run` reads the load, if not in the reports of hosts.

use std::time::Duration;

use ops::fleet::{Prometheus, Source};
use ureq::Agent;

use crate::{cli::Measured, failed::Failed};

/// The server that is asked; `None`: the hosts tell.
pub fn measured(wanted: &Measured) -> Result<Option<Source>, Failed> {
    let Some(url) = &wanted.prometheus else { return Ok(None) };
    let mut config = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .proxy(None)
        .user_agent("primetime");
    if url.starts_with("https") {
        config = config.tls_config(objects::machine_tls().map_err(Failed::new)?);
    }
    let scrape = Duration::from_secs(wanted.scrape);
    let prometheus = Prometheus::new(config.build().new_agent(), url, wanted.select.clone(), scrape);
    Ok(Some(Source::Prometheus(Box::new(prometheus))))
}
