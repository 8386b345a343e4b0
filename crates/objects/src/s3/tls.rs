//! TLS as the machine has it: its own certificates, so that whoever has an authority of their own is believed.

use std::sync::Arc;

use ureq::tls::{Certificate, RootCerts, TlsConfig, TlsProvider};

/// For calls to others: to an object store, or to whoever else is called by the same client.
///
/// # Errors
/// In words, when the machine has no certificates.
pub fn machine_tls() -> Result<TlsConfig, String> {
    let found = rustls_native_certs::load_native_certs();
    let certificates: Vec<Certificate<'static>> =
        found.certs.iter().map(|der| Certificate::from_der(der).to_owned()).collect();
    if certificates.is_empty() {
        return Err("this machine has no certificates to check others' with: install ca-certificates".into());
    }
    Ok(TlsConfig::builder()
        .provider(TlsProvider::Rustls)
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .root_certs(RootCerts::from(certificates))
        .build())
}
