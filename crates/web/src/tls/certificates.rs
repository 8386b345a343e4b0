use std::{
    fs, io,
    os::unix::fs::MetadataExt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use arc_swap::ArcSwap;
use domain::{Clock, Timestamp};
use prometheus_client::metrics::gauge::Gauge;
use rustls::{
    ServerConfig,
    crypto::ring,
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};
use tokio::task::spawn_blocking;
use tokio_util::sync::CancellationToken;

use super::{Files, Pair, PairError};
use crate::{Metrics, problem::chain};

/// How often the files are looked at: renewals come weeks before the end.
const EVERY: Duration = Duration::from_secs(5);

/// What one look at the files found.
#[derive(Debug)]
pub enum Look {
    /// They are those that are served.
    Same,
    /// They were replaced, and are served from now on.
    Renewed,
    /// They were replaced by what cannot be served; what was served before still is.
    Kept(PairError),
}

/// The pair that new connections get, and the files that it is replaced from.
#[derive(Debug)]
pub struct Certificates {
    files: Files,
    served: ArcSwap<Pair>,
    seen: Mutex<Seen>,
    left: Gauge,
    refused: Gauge,
}

#[derive(Debug)]
struct Seen {
    /// Of the files that are served.
    served: Stamps,
    /// Of those that were refused, and whether the log has it.
    refused: Option<(Stamps, bool)>,
}

/// What changes when a file is replaced, by a rename or through a symbolic link, or written over: device, inode, length, and the times of
/// its bytes and its inode.
type Stamp = Option<(u64, u64, u64, i64, i64, i64, i64)>;
type Stamps = [Stamp; 2];

impl Certificates {
    /// Reads the files; what cannot be served at all is an error. One that has expired is served, and said to have: there is nothing
    /// better, and a process that does not start helps nobody.
    pub fn open(files: Files, now: Timestamp, metrics: &Metrics) -> Result<Arc<Self>, PairError> {
        let stamps = stamps(&files);
        let pair = Pair::read(&files)?;
        if let Err(error) = pair.holds(now) {
            tracing::error!(%error, "browsers will refuse the certificate");
        }
        let left = metrics.register(
            "tls_certificate_seconds_left",
            "Until the certificate that is served ends; negative: it has",
            Gauge::default(),
        );
        let refused = metrics.register(
            "tls_certificate_refused",
            "1 while the files hold something else than what is served, which cannot be",
            Gauge::default(),
        );
        let certificates = Self {
            files,
            served: ArcSwap::from_pointee(pair),
            seen: Mutex::new(Seen { served: stamps, refused: None }),
            left,
            refused,
        };
        certificates.count(now);
        Ok(Arc::new(certificates))
    }

    /// For a [listener](crate::Listener::secured): TLS 1.2 and 1.3, HTTP/2 before HTTP/1.1.
    pub fn config(self: &Arc<Self>) -> Result<Arc<ServerConfig>, rustls::Error> {
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(self.clone());
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        // Sessions are resumed from what the client brings: nothing is kept for those who do not come back.
        config.ticketer = ring::Ticketer::new()?;
        Ok(Arc::new(config))
    }

    /// Looks at the files once. It reads them: not for an asynchronous task.
    pub fn look(&self, now: Timestamp) -> Look {
        let look = self.compare(now);
        self.count(now);
        look
    }

    fn compare(&self, now: Timestamp) -> Look {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        // Before they are read: what is replaced meanwhile is found by the next look.
        let stamps = stamps(&self.files);
        if stamps == seen.served {
            seen.refused = None;
            self.refused.set(0);
            return Look::Same;
        }
        let pair = Pair::read(&self.files).and_then(|pair| pair.holds(now).map(|()| pair));
        match pair {
            Ok(pair) => {
                tracing::info!(until = %pair.until(), "the certificate is replaced");
                self.served.store(Arc::new(pair));
                *seen = Seen { served: stamps, refused: None };
                self.refused.set(0);
                Look::Renewed
            }
            Err(error) => {
                // Of two files one is always replaced first: only what is still so at the next look is wrong.
                seen.refused = match seen.refused {
                    Some((before, said)) if before == stamps => {
                        if !said {
                            tracing::error!(
                                "the new certificate is refused, the old one still served: {}",
                                chain(&error)
                            );
                        }
                        self.refused.set(1);
                        Some((stamps, true))
                    }
                    _ => Some((stamps, false)),
                };
                Look::Kept(error)
            }
        }
    }

    /// Looks every few seconds until `stop`.
    pub async fn follow(self: Arc<Self>, clock: Arc<dyn Clock>, stop: CancellationToken) {
        let mut every = tokio::time::interval(EVERY);
        every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = every.tick() => {}
            }
            let (here, now) = (self.clone(), clock.now());
            if let Err(error) = spawn_blocking(move || here.look(now)).await {
                tracing::error!(%error, "looking at the certificate panicked");
            }
        }
    }

    fn count(&self, now: Timestamp) {
        self.left.set(self.served.load().until().seconds() - now.seconds());
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.served.load().key.clone())
    }
}

fn stamps(files: &Files) -> Stamps {
    [&files.certificate, &files.key].map(|path| stamp(path).ok())
}

fn stamp(path: &std::path::Path) -> io::Result<(u64, u64, u64, i64, i64, i64, i64)> {
    let about = fs::metadata(path)?;
    let (changed, changed_part) = (about.ctime(), about.ctime_nsec());
    Ok((about.dev(), about.ino(), about.len(), about.mtime(), about.mtime_nsec(), changed, changed_part))
}
