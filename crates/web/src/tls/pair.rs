use std::{
    fs::{File, Metadata},
    io::{self, Read},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    sync::Arc,
};

use domain::Timestamp;
use rustls::{
    client::verify_server_name,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject},
    server::ParsedCertificate,
    sign::CertifiedKey,
};
use x509_cert::{Certificate, der::Decode};

/// Longest file that is read, in bytes: a chain is a few thousand.
const MAX_FILE: u64 = 256 * 1024;

/// Where a certificate and its key are, both in PEM (RFC 7468).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Files {
    /// The server's certificate first, then those that lead to a root (RFC 8446 §4.4.2).
    pub certificate: PathBuf,
    /// Its private key: PKCS #8, SEC 1 or PKCS #1.
    pub key: PathBuf,
}

/// Why two files are no pair to serve.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)] // their words say it
pub enum PairError {
    #[error("cannot read {path}")]
    Read { path: PathBuf, source: io::Error },
    #[error("{path} is longer than {MAX_FILE} bytes: it is not what it is taken for")]
    Long { path: PathBuf },
    #[error(
        "others than its owner may read {path}: run chmod 600 on it, and have a new key made if somebody did"
    )]
    Exposed { path: PathBuf },
    #[error("{path} has no certificate in PEM (-----BEGIN CERTIFICATE-----) that can be read")]
    NoCertificate { path: PathBuf },
    #[error("{path} has no private key in PEM (-----BEGIN PRIVATE KEY-----) that can be read")]
    NoKey { path: PathBuf },
    #[error("the first certificate in {path} cannot be understood")]
    Certificate { path: PathBuf, source: x509_cert::der::Error },
    #[error("the certificate and the key cannot be used together")]
    Together(#[source] rustls::Error),
    #[error("the certificate ended at {0}: have it renewed")]
    Expired(Timestamp),
    #[error("the certificate holds from {0} on: is this machine's clock right?")]
    Early(Timestamp),
}

/// A certificate with the key that belongs to it.
#[derive(Debug)]
pub struct Pair {
    pub(super) key: Arc<CertifiedKey>,
    from: Timestamp,
    until: Timestamp,
}

impl Pair {
    /// Reads both files. Whether it holds now is another question: [`Pair::holds`].
    pub fn read(files: &Files) -> Result<Self, PairError> {
        let path = || files.certificate.clone();
        let text = read(&files.certificate, false)?;
        let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
        let chain = chain.map_err(|_| PairError::NoCertificate { path: path() })?;
        let first = chain.first().ok_or_else(|| PairError::NoCertificate { path: path() })?;
        let certificate =
            Certificate::from_der(first).map_err(|source| PairError::Certificate { path: path(), source })?;
        let validity = certificate.tbs_certificate().validity();
        let at = |time: x509_cert::time::Time| {
            Timestamp::from_seconds(i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX))
        };
        let (from, until) = (at(validity.not_before), at(validity.not_after));
        let key = PrivateKeyDer::from_pem_slice(&read(&files.key, true)?)
            .map_err(|_| PairError::NoKey { path: files.key.clone() })?;
        let key =
            CertifiedKey::from_der(chain, key, &ring::default_provider()).map_err(PairError::Together)?;
        Ok(Self { key: Arc::new(key), from, until })
    }

    /// An error outside of its validity (RFC 5280 §4.1.2.5).
    pub fn holds(&self, now: Timestamp) -> Result<(), PairError> {
        match now {
            now if now > self.until => Err(PairError::Expired(self.until)),
            now if now < self.from => Err(PairError::Early(self.from)),
            _ => Ok(()),
        }
    }

    /// The last instant of its validity.
    pub fn until(&self) -> Timestamp {
        self.until
    }

    /// Whether less than a sixth of its time is left: what renews it does so at a third.
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.until.since(now) < self.until.since(self.from) / 6
    }

    /// Whether a browser that asked for `host` would take it (RFC 6125): wildcards stand for one label.
    pub fn covers(&self, host: &str) -> bool {
        let (Ok(certificate), Ok(name)) = (self.key.end_entity_cert(), ServerName::try_from(host)) else {
            return false;
        };
        ParsedCertificate::try_from(certificate)
            .is_ok_and(|certificate| verify_server_name(&certificate, &name).is_ok())
    }
}

fn read(path: &Path, secret: bool) -> Result<Vec<u8>, PairError> {
    let wrong = |source| PairError::Read { path: path.to_owned(), source };
    let file = File::open(path).map_err(wrong)?;
    let about = file.metadata().map_err(wrong)?;
    if secret && is_exposed(&about) {
        return Err(PairError::Exposed { path: path.to_owned() });
    }
    let mut bytes = Vec::new();
    file.take(MAX_FILE + 1).read_to_end(&mut bytes).map_err(wrong)?;
    if bytes.len() as u64 > MAX_FILE {
        return Err(PairError::Long { path: path.to_owned() });
    }
    Ok(bytes)
}

/// Whether others than its owner may read a secret's file. Where it is root's, and we are not, our group is the way it is handed to
/// us: so do Kubernetes (`fsGroup`) and systemd (`LoadCredential=`, whose access list shows as the group's rights).
pub fn is_exposed(about: &Metadata) -> bool {
    exposed(about.mode(), about.uid(), rustix::process::geteuid().as_raw())
}

fn exposed(mode: u32, owner: u32, we: u32) -> bool {
    let handed = owner == 0 && we != 0;
    mode & (if handed { 0o037 } else { 0o077 }) != 0
}

#[cfg(test)]
mod tests {
    use super::exposed;

    #[test]
    fn who_may_read_a_key() {
        for (mode, owner, we, is) in [
            (0o600, 7, 7, false),
            (0o400, 7, 7, false),
            (0o640, 7, 7, true),
            (0o604, 7, 7, true),
            (0o644, 0, 7, true),
            (0o440, 0, 7, false),
            (0o460, 0, 7, true),
            (0o440, 0, 0, true),
            (0o600, 0, 0, false),
        ] {
            assert_eq!(exposed(mode, owner, we), is, "{mode:o} of {owner}, read by {we}");
        }
    }
}
