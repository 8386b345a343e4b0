use domain::AssetId;
use store::Asset;
use work::JobError;

use super::{Audio, Deps, Package, PictureJob, Probe, Still, Storyboard, Subtitle, VideoRung, fault};
use crate::ingest::Source;

/// What a job is about.
pub(crate) trait OfAsset {
    /// The asset; `None` for jobs about something else.
    fn asset(&self) -> Option<&AssetId>;
}

macro_rules! of_asset {
    ($($job:ident),*) => {
        $(impl OfAsset for $job {
            fn asset(&self) -> Option<&AssetId> {
                Some(&self.asset)
            }
        })*
    };
}

of_asset!(Probe, VideoRung, Audio, Subtitle, Storyboard, Still, Package);

impl OfAsset for PictureJob {
    fn asset(&self) -> Option<&AssetId> {
        None
    }
}

/// An asset and what its row says, read.
#[derive(Debug)]
pub(crate) struct Subject {
    pub asset: Asset,
    pub source: Source,
    /// Absent until it was probed.
    pub probe: Option<encode::Probe>,
}

impl Subject {
    /// Fails for good when there is no such asset: jobs are enqueued in the transaction that adds it.
    pub async fn load(deps: &Deps, id: &AssetId) -> Result<Self, JobError> {
        let asset = deps.store.asset(id).await?;
        let asset = asset.ok_or_else(|| JobError::give_up(format!("there is no asset {id}")))?;
        let source = serde_json::from_str(&asset.source).map_err(fault::json)?;
        let probe = asset.probe.as_deref().map(serde_json::from_str).transpose().map_err(fault::json)?;
        Ok(Self { asset, source, probe })
    }

    /// What the probe found; jobs that need it are enqueued when it is there.
    pub fn probed(&self) -> Result<&encode::Probe, JobError> {
        self.probe.as_ref().ok_or_else(|| JobError::retry("the master has not been probed"))
    }
}
