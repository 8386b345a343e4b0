//! The keys `http.tls_…`: with both, viewers come over TLS.

use web::tls::Files;

use super::{ConfigError, Layers, wrong};

/// `None`: plain HTTP.
pub fn files(layers: &Layers) -> Result<Option<Files>, ConfigError> {
    let [certificate, key] = ["http.tls_certificate", "http.tls_key"].map(|key| layers.said(key).text);
    match (certificate.is_empty(), key.is_empty()) {
        (true, true) => Ok(None),
        (false, false) => Ok(Some(Files { certificate: certificate.into(), key: key.into() })),
        (true, false) => {
            Err(wrong(layers, "http.tls_certificate", "the file of the certificate for http.tls_key"))
        }
        (false, true) => Err(wrong(layers, "http.tls_key", "the file of the key for http.tls_certificate")),
    }
}
