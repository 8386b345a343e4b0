use domain::AssetId;

use super::{Hides, list};
use crate::ingest::document::DocumentError;

/// Why nothing was published. Viewers see what they saw before.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// It would hide much of what viewers see now, and nobody confirmed that.
    #[error("{}", hides(.0))]
    Hides(Vec<Hides>),
    /// There is nothing to publish.
    #[error("there is no brand yet: import a catalogue first")]
    Empty,
    /// What is confirmed needs a reason.
    #[error("say why: an edition that hides titles is kept with its reason")]
    NoReason,
    /// Others published without end.
    #[error("other editions were published at the same time, again and again: try later")]
    Busy,
    /// The database said no.
    #[error("the database could not be read or written: {0}")]
    Store(#[from] store::StoreError),
    /// A document cannot be read.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// An asset's summary cannot be read.
    #[error("what the database says of asset `{asset}` cannot be read by this version")]
    Summary {
        /// Which.
        asset: AssetId,
        /// What is wrong.
        source: serde_json::Error,
    },
    /// A picture's record cannot be read.
    #[error("what the database says of picture `{picture}` cannot be read by this version")]
    Picture {
        /// Which.
        picture: String,
        /// What is wrong.
        source: serde_json::Error,
    },
    /// An edition's record cannot be read.
    #[error("what the database says of edition {0} cannot be read by this version")]
    Row(u64),
    /// A value that cannot be written or read as JSON.
    #[error("a value could not be written or read as JSON")]
    Json(#[source] serde_json::Error),
    /// The edition could not be written.
    #[error("the edition could not be built: {0}")]
    Build(#[from] edition::BuildError),
    /// It was written, and could not be read back; or the one before could not.
    #[error("the edition could not be read: {0}")]
    Edition(#[from] edition::EditionError),
    /// It was decided on, and could not be announced yet.
    #[error("the edition could not be announced yet: {0}")]
    Announce(#[from] objects::announce::AnnounceError),
    /// The process stops.
    #[error("publishing was interrupted")]
    Interrupted,
}

fn hides(all: &[Hides]) -> String {
    let one = |hides: &Hides| {
        let (brand, titles) = (&hides.brand, list(hides.hidden.iter()));
        format!("`{brand}` would lose {} of {} visible titles ({titles})", hides.hidden.len(), hides.visible)
    };
    let all: Vec<String> = all.iter().map(one).collect();
    format!("{}: confirm it with a reason if that is meant", all.join("; "))
}
