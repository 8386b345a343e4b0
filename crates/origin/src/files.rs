use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering::Relaxed},
};

use moka::future::Cache;
use objects::{Key, Object, Objects};

use crate::problems::MediaError;

/// An object held open.
#[derive(Debug)]
pub(crate) struct OpenFile {
    pub object: Object,
    pub key: Key,
    /// Tells open files apart in the cache of chunks.
    pub number: u64,
}

/// Objects held open, as many as the limit says. Opening waits for the disk, reading an open one seldom does.
pub(crate) struct Files {
    objects: Arc<Objects>,
    open: Cache<Key, Arc<OpenFile>>,
    next: AtomicU64,
}

impl Files {
    pub fn new(objects: Arc<Objects>, most: u64) -> Self {
        Self { objects, open: Cache::new(most), next: AtomicU64::new(0) }
    }

    pub async fn open(&self, key: Key) -> Result<Arc<OpenFile>, MediaError> {
        if let Some(file) = self.open.get(&key).await {
            return Ok(file);
        }
        let (objects, number, wanted) = (self.objects.clone(), self.next.fetch_add(1, Relaxed), key.clone());
        let opening = async move {
            let opened = tokio::task::spawn_blocking(move || {
                let object = objects.open(&wanted)?;
                Ok::<_, MediaError>(OpenFile { object, key: wanted, number })
            });
            Ok::<_, MediaError>(Arc::new(opened.await??))
        };
        Ok(self.open.try_get_with(key, opening).await?)
    }
}
