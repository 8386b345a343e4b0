//! TLS for viewers, with the certificate that the files hold now.

use tokio_util::{sync::CancellationToken, task::TaskTracker};
use web::{Listener, tls::Certificates};

use crate::{
    app::App,
    failed::{Doing, Failed},
};

/// Gives the listener TLS, if the configuration names files, and follows them until `stop`.
pub fn secure(
    app: &App,
    listener: Listener,
    background: &TaskTracker,
    stop: &CancellationToken,
) -> Result<Listener, Failed> {
    let Some(files) = &app.config.http.tls else { return Ok(listener) };
    let doing = || "speak TLS with http.tls_certificate and http.tls_key".to_owned();
    let certificates = Certificates::open(files.clone(), app.clock.now(), &app.metrics).doing(doing)?;
    let config = certificates.config().doing(doing)?;
    background.spawn(certificates.follow(app.clock.clone(), stop.clone()));
    Ok(listener.secured(config))
}
