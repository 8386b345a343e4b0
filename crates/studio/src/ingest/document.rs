//! The documents of the catalogue as they are kept: what an editor described, and which files that meant at the time.

use std::collections::BTreeMap;

use domain::{AssetId, Brand, Genre, Title, TitleId};
use objects::PictureHash;
use serde::{Deserialize, Serialize};

/// Kinds of documents.
pub const BRAND: &str = "brand";
/// See [`BRAND`].
pub const GENRE: &str = "genre";
/// See [`BRAND`].
pub const TITLE: &str = "title";

/// A title, with the assets and pictures that its paths named when it was imported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TitleDocument {
    /// What the editor wrote.
    pub title: Title,
    /// The asset of each of its playable titles: itself, or its episodes.
    #[serde(default)]
    pub assets: BTreeMap<TitleId, AssetId>,
    /// The picture that each path named.
    #[serde(default)]
    pub pictures: BTreeMap<String, PictureHash>,
}

/// A document of any kind as JSON: equal documents give equal texts.
pub(crate) fn json<T: Serialize>(document: &T) -> Result<String, serde_json::Error> {
    serde_json::to_string(document)
}

/// The approved catalogue.
#[derive(Debug, Clone, Default)]
pub struct Approved {
    /// In the catalogue's order.
    pub brands: Vec<Brand>,
    /// In the catalogue's order.
    pub genres: Vec<Genre>,
    /// In the catalogue's order.
    pub titles: Vec<TitleDocument>,
}

/// Why the approved catalogue could not be read.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// The database said no.
    #[error(transparent)]
    Store(#[from] store::StoreError),
    /// A document is not of this version's shape.
    #[error("the {kind} `{id}` in the database cannot be read by this version: import the catalogue again")]
    Shape {
        /// Of which kind.
        kind: String,
        /// Which.
        id: String,
        /// What is wrong.
        source: serde_json::Error,
    },
}

/// Reads the approved catalogue.
///
/// # Errors
/// [`DocumentError`].
pub async fn approved(store: &store::Store) -> Result<Approved, DocumentError> {
    Ok(Approved {
        brands: read(store, BRAND).await?,
        genres: read(store, GENRE).await?,
        titles: read(store, TITLE).await?,
    })
}

async fn read<T: serde::de::DeserializeOwned>(
    store: &store::Store,
    kind: &str,
) -> Result<Vec<T>, DocumentError> {
    let documents = store.documents(kind).await?;
    let parse = |document: store::Document| {
        serde_json::from_str(&document.body).map_err(|source| DocumentError::Shape {
            kind: document.kind,
            id: document.id,
            source,
        })
    };
    documents.into_iter().map(parse).collect()
}
