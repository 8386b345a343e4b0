//! Manifests: small, verified whole, kept in memory and on disk.

use std::sync::Arc;

use bytes::Bytes;
use moka::future::Cache;
use objects::Digest;
use serde_json::Value;
use tokio::task::spawn_blocking;

use crate::{
    error::FetchError,
    flight::{given_up, read},
    limits::MAX_MANIFEST,
    registry::Registry,
};

/// A manifest's media type when it does not say.
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";
/// Longest media type that is repeated in a header.
const MAX_MEDIA_TYPE: usize = 127;

/// A manifest or index.
#[derive(Debug, Clone)]
pub(crate) struct Manifest {
    pub bytes: Bytes,
    pub media_type: Arc<str>,
}

pub(crate) struct Manifests(Cache<Digest, Manifest>);

impl Manifests {
    pub fn new(bytes: u64) -> Self {
        let weigh = |_: &Digest, manifest: &Manifest| u32::try_from(manifest.bytes.len()).unwrap_or(u32::MAX);
        Self(Cache::builder().max_capacity(bytes).weigher(weigh).build())
    }
}

impl Registry {
    /// A manifest, verified. Those who ask at once share one read.
    pub(crate) async fn manifest(&self, digest: Digest, for_peer: bool) -> Result<Manifest, FetchError> {
        if for_peer {
            // Not among those who may be waiting for this very peer.
            return match self.0.manifests.0.get(&digest).await {
                Some(manifest) => Ok(manifest),
                None => self.read_manifest(digest, true).await,
            };
        }
        let read = self.0.manifests.0.try_get_with(digest, self.read_manifest(digest, false));
        read.await.map_err(|error: Arc<FetchError>| FetchError::clone(&error))
    }

    async fn read_manifest(&self, digest: Digest, for_peer: bool) -> Result<Manifest, FetchError> {
        if let Some(kept) = self.kept(digest).await?.filter(|kept| kept.size <= MAX_MANIFEST)
            && let Ok(bytes) = read(kept.file, 0, kept.size).await
            && crate::hash::of(&bytes) == digest
        {
            return Ok(manifest(bytes));
        }
        let bytes = match self.0.store.manifest(digest).await {
            Ok(bytes) => bytes,
            Err(error @ FetchError::Missing(_)) => return Err(error),
            Err(error) if for_peer => return Err(error),
            Err(error) => self.0.peers.manifest(&digest, MAX_MANIFEST).await.ok_or(error)?,
        };
        let (disk, kept) = (self.0.disk.clone(), bytes.clone());
        spawn_blocking(move || disk.keep(&digest, &kept)).await.map_err(given_up)?;
        Ok(manifest(bytes))
    }
}

fn manifest(bytes: Vec<u8>) -> Manifest {
    let media_type = media_type(&bytes).into();
    Manifest { bytes: bytes.into(), media_type }
}

/// What the manifest says that it is; else what its members make it (OCI Image Specification 1.1, § "Image Manifest").
fn media_type(bytes: &[u8]) -> String {
    let Ok(Value::Object(members)) = serde_json::from_slice(bytes) else { return MANIFEST.into() };
    match members.get("mediaType").and_then(Value::as_str) {
        Some(said)
            if (1..=MAX_MEDIA_TYPE).contains(&said.len()) && said.bytes().all(|b| b.is_ascii_graphic()) =>
        {
            said.into()
        }
        _ if members.contains_key("manifests") => INDEX.into(),
        _ => MANIFEST.into(),
    }
}
