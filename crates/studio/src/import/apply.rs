use std::sync::atomic::{AtomicU64, Ordering};

use domain::Timestamp;
use store::{Imported, Store, StoreError};

use super::{
    Finding, Folder, ImportErrors, check,
    prepare::{self, Prepared},
};
use crate::ingest::FileError;

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The catalogue is wrong: all of what is wrong with it.
    #[error(transparent)]
    Catalogue(#[from] ImportErrors),
    /// A file was changed or lost while it was read.
    #[error(transparent)]
    File(#[from] FileError),
    /// The database said no.
    #[error("the catalogue could not be written: {0}")]
    Store(#[from] store::StoreError),
    /// Other imports ran at the same time, again and again.
    #[error("other imports ran at the same time: run it again")]
    Together,
    /// A value that cannot be written.
    #[error("the catalogue could not be written as JSON")]
    Json(#[from] serde_json::Error),
    /// The reading was cut off.
    #[error("the import was interrupted")]
    Interrupted,
}

/// What an import changed.
#[derive(Debug, Clone)]
pub struct ImportOutcome {
    /// Documents (brands, genres, titles) that were added, changed, the same, withdrawn.
    pub documents: Imported,
    /// Assets that are new, and so will be encoded.
    pub new_assets: u64,
    /// Pictures that are new.
    pub new_pictures: u64,
    /// Jobs that were enqueued.
    pub jobs: u64,
    /// Movies, specials and series in the catalogue.
    pub titles: usize,
    /// Brands in it.
    pub brands: usize,
    /// Movies, specials and episodes that have media.
    pub playables: usize,
    /// What was found worth saying, though it is no error.
    pub warnings: Vec<Finding>,
}

impl ImportOutcome {
    /// Nothing was written: everything was there already.
    pub fn unchanged(&self) -> bool {
        let Imported { added, changed, withdrawn, .. } = self.documents;
        added + changed + withdrawn + self.new_assets + self.new_pictures + self.jobs == 0
    }
}

/// Reads a catalogue and makes it the approved one, with the jobs that encode what is new; all of it at once, or nothing.
///
/// What the catalogue no longer holds is withdrawn. Running it again changes nothing.
///
/// # Errors
/// [`ImportError`]; nothing has been changed then.
pub async fn run(store: &Store, folder: Folder, now: Timestamp) -> Result<ImportOutcome, ImportError> {
    let read = tokio::task::spawn_blocking(move || {
        let checked = check(&folder)?;
        let prepared = prepare::prepare(&checked, now)?;
        Ok::<_, ImportError>((checked, prepared))
    });
    let (checked, prepared) = read.await.map_err(|_| ImportError::Interrupted)??;
    let mut outcome = apply(store, &prepared, now).await?;
    outcome.titles = checked.catalogue.titles.len();
    outcome.brands = checked.catalogue.brands.len();
    outcome.warnings = checked.warnings;
    Ok(outcome)
}

/// Other imports that may come first before this one gives up.
const ATTEMPTS: usize = 4;

async fn apply(store: &Store, prepared: &Prepared, now: Timestamp) -> Result<ImportOutcome, ImportError> {
    for _ in 0..ATTEMPTS {
        match attempt(store, prepared, now).await {
            // The catalogue was changed since this import was compared with it: compare again.
            Err(ImportError::Store(StoreError::Conflict(_) | StoreError::Contended(_))) => {}
            done => return done,
        }
    }
    Err(ImportError::Together)
}

async fn attempt(store: &Store, prepared: &Prepared, now: Timestamp) -> Result<ImportOutcome, ImportError> {
    let Prepared { documents, assets, pictures } = prepared;
    let import = name(now);
    store.stage(&import, documents).await?;
    let ready = store.pictures().await?;
    let mut tx = store.begin().await?;
    let mut outcome = ImportOutcome {
        documents: tx.swap(&import, now).await?,
        new_assets: 0,
        new_pictures: 0,
        jobs: 0,
        titles: 0,
        brands: 0,
        playables: assets.len(),
        warnings: Vec::new(),
    };
    for (asset, jobs) in assets {
        if tx.add_asset(asset, now).await? {
            outcome.new_assets += 1;
            for job in jobs {
                outcome.jobs += u64::from(tx.enqueue(job, now).await?);
            }
        }
    }
    for (picture, job) in pictures {
        if !ready.iter().any(|row| row.source == picture.to_string()) && tx.enqueue(job, now).await? {
            outcome.new_pictures += 1;
            outcome.jobs += 1;
        }
    }
    tx.commit().await?;
    Ok(outcome)
}

/// No other import has this name, at the same time or ever: one must never stage into another.
fn name(now: Timestamp) -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    format!("{}-{}-{}", now.0, std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}
