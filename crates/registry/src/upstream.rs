//! The object store as this host reads it: few reads at a time, each bounded in time, all counted.

use std::{sync::Arc, time::Duration};

use objects::{Digest, Key, ObjectError, Objects};
use tokio::{sync::Semaphore, task::spawn_blocking, time::timeout};

use crate::{
    error::FetchError,
    flight::given_up,
    limits::{MAX_BLOB, MAX_MANIFEST, RegistryLimits},
    stats::Stats,
};

#[derive(Clone)]
pub(crate) struct Upstream {
    objects: Arc<Objects>,
    places: Arc<Semaphore>,
    patience: Duration,
    stats: Stats,
}

impl Upstream {
    pub fn new(objects: Arc<Objects>, limits: &RegistryLimits, stats: Stats) -> Self {
        let places = Arc::new(Semaphore::new(limits.store_reads.clamp(1, Semaphore::MAX_PERMITS)));
        Self { objects, places, patience: limits.store_timeout, stats }
    }

    /// The length of a blob.
    pub async fn length(&self, digest: Digest) -> Result<u64, FetchError> {
        let length = self.ask(move |objects| objects.length(&Key::image_blob(&digest))).await?;
        match length {
            None => Err(FetchError::Missing(digest.to_string())),
            Some(length) if length > MAX_BLOB => Err(FetchError::TooLarge(digest)),
            Some(length) => Ok(length),
        }
    }

    /// A part of a blob, to be verified with the rest.
    pub async fn part(&self, digest: Digest, from: u64, to: u64) -> Result<Vec<u8>, FetchError> {
        let bytes = self.ask(move |objects| objects.get_range(&Key::image_blob(&digest), from..to)).await?;
        self.stats.store_bytes.inc_by(bytes.len() as u64);
        Ok(bytes)
    }

    /// A manifest, verified.
    pub async fn manifest(&self, digest: Digest) -> Result<Vec<u8>, FetchError> {
        let bytes = self.ask(move |objects| objects.get(&Key::image_manifest(&digest), MAX_MANIFEST)).await?;
        self.stats.store_bytes.inc_by(bytes.len() as u64);
        if crate::hash::of(&bytes) != digest {
            self.stats.wrong.inc();
            return Err(FetchError::Wrong(digest));
        }
        Ok(bytes)
    }

    /// Anything else that is small.
    pub async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Objects) -> Result<T, ObjectError> + Send + 'static,
    ) -> Result<T, FetchError> {
        self.stats.store_reads.inc();
        let objects = self.objects.clone();
        let answer = async {
            // The place is given back when the read ends, not when we stop waiting: a store that hangs gets no more of them.
            let place = self.places.clone().acquire_owned().await;
            spawn_blocking(move || {
                let _place = place;
                question(&objects)
            })
            .await
        };
        match timeout(self.patience, answer).await {
            Err(_) => Err(FetchError::StoreSlow),
            Ok(Err(error)) => Err(given_up(error)),
            Ok(Ok(Err(ObjectError::Missing(key)))) => Err(FetchError::Missing(key.to_string())),
            Ok(Ok(Err(error))) => Err(FetchError::Store(Arc::new(error))),
            Ok(Ok(Ok(value))) => Ok(value),
        }
    }
}
