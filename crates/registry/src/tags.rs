//! What tags mean: always as the store says now; as last known only while the store is down.

use std::{
    collections::HashMap,
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use objects::{
    Digest, ImageTag, Key, Repository,
    image_tag::{self, MAX_POINTER, TagPointer},
    keys::KeyRing,
};
use tokio::task::spawn_blocking;

use crate::{error::FetchError, limits::MAX_KEPT_TAGS, stats::Stats, upstream::Upstream};

pub(crate) struct Tags {
    folder: PathBuf,
    ring: KeyRing,
    store: Upstream,
    /// The last good pointer of each tag, as signed.
    known: Arc<Mutex<HashMap<Key, Vec<u8>>>>,
    stats: Stats,
}

impl Tags {
    /// Takes over what an earlier process knew. What is damaged counts for nothing: signatures are checked on use.
    pub fn open(folder: &Path, ring: KeyRing, store: Upstream, stats: Stats) -> io::Result<Self> {
        let folder = folder.join("tags");
        fs::create_dir_all(&folder)?;
        let mut known = HashMap::new();
        for entry in fs::read_dir(&folder)?.take(MAX_KEPT_TAGS) {
            let entry = entry?;
            let name = entry.file_name();
            let key = name
                .to_str()
                .and_then(|name| format!("oci/tags/{}", name.replacen('+', "/", 1)).parse().ok());
            if let Some(key) = key
                && entry.metadata()?.len() <= MAX_POINTER
            {
                known.insert(key, fs::read(entry.path())?);
            }
        }
        Ok(Self { folder, ring, store, known: Arc::new(Mutex::new(known)), stats })
    }

    /// The manifest that a tag means.
    pub async fn resolve(&self, repository: &Repository, tag: &ImageTag) -> Result<Digest, FetchError> {
        let key = Key::image_tag(repository, tag);
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        let parse = |bytes: &[u8]| image_tag::parse(bytes, repository, tag, &self.ring);
        let known = known.and_then(|bytes| Some((parse(&bytes).ok()?, bytes)));
        let asked = key.clone();
        let read = match self.store.ask(move |objects| objects.get(&asked, MAX_POINTER)).await {
            Ok(bytes) => parse(&bytes)
                .map(|pointer| (pointer, bytes))
                .map_err(|error| FetchError::Tag(Arc::new(error))),
            Err(error) => Err(error),
        };
        match (read, known) {
            (Ok((new, _)), Some((old, _))) if new.number < old.number => {
                tracing::error!(%repository, %tag, new = new.number, known = old.number,
                    "the store has an older pointer than was seen before; it is refused");
                Ok(old.manifest)
            }
            (Ok((new, bytes)), known) => {
                if known.is_none_or(|(_, before)| before != bytes) {
                    self.remember(key, bytes).await;
                }
                Ok(new.manifest)
            }
            (Err(error @ FetchError::Missing(_)), _) | (Err(error), None) => Err(error),
            (Err(error), Some((TagPointer { manifest, .. }, _))) => {
                self.stats.stale_tags.inc();
                tracing::warn!(%repository, %tag, cause = %web::problem::chain(&error), "the tag is answered as last known");
                Ok(manifest)
            }
        }
    }

    async fn remember(&self, key: Key, bytes: Vec<u8>) {
        let name = key.as_str().trim_start_matches("oci/tags/").replacen('/', "+", 1);
        let (folder, known) = (self.folder.clone(), self.known.clone());
        let kept = spawn_blocking(move || {
            let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
            if known.len() >= MAX_KEPT_TAGS && !known.contains_key(&key) {
                return Ok(());
            }
            let draft = folder.join(".draft");
            fs::write(&draft, &bytes)?;
            fs::rename(&draft, folder.join(name))?;
            known.insert(key, bytes);
            Ok::<_, io::Error>(())
        });
        match kept.await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "a tag's pointer cannot be kept on disk"),
            Err(error) => tracing::warn!(%error, "a tag's pointer cannot be kept on disk"),
        }
    }

    /// All tags of a repository, in order. The store's word: listing is not pulling, and works only while the store does.
    pub async fn list(&self, repository: &Repository) -> Result<Vec<String>, FetchError> {
        let prefix = Key::image_tags(repository);
        let from = prefix.clone();
        let keys = self.store.ask(move |objects| objects.list(&from)).await?;
        Ok(keys.iter().filter_map(|key| key.as_str().strip_prefix(&prefix)).map(str::to_owned).collect())
    }
}
