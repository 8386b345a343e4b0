//! The catalogue as a value. Every rule about what may be collected is here.

use std::collections::{BTreeMap, BTreeSet};

use domain::Timestamp;
use objects::Hash;
use serde::{Deserialize, Serialize};

use crate::{GoldenError, Stage};

/// Most images in a catalogue: one is some gigabyte, and collecting is a command away.
pub const MAX_IMAGES: usize = 1000;
/// How many images of a stage's past are remembered, the running one included.
const MAX_PAST: usize = 16;
/// The running image and the one before it are never collected.
const WAY_BACK: usize = 2;

/// One golden image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Image {
    /// BLAKE3 of the disk; its name and its key.
    pub hash: Hash,
    /// Length of the disk's file in bytes.
    pub bytes: u64,
    /// The release that is on it, as people call it.
    pub release: String,
    /// When it was added.
    pub added_at: Timestamp,
}

/// Which images there are, oldest first, and what each stage runs and ran.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    images: Vec<Image>,
    /// The running image first, then those before it; none twice.
    stages: BTreeMap<Stage, Vec<Hash>>,
    /// Given up, perhaps not deleted yet.
    leaving: BTreeSet<Hash>,
}

impl Catalogue {
    /// The images, oldest first.
    pub fn images(&self) -> &[Image] {
        &self.images
    }

    /// Every stage and what it runs and ran: the running image first, then the one to go back to, and so on.
    pub fn stages(&self) -> impl Iterator<Item = (&Stage, &[Hash])> {
        self.stages.iter().map(|(stage, past)| (stage, past.as_slice()))
    }

    /// What this stage runs.
    pub fn running(&self, stage: &Stage) -> Option<Hash> {
        self.stages.get(stage)?.first().copied()
    }

    /// Images that are given up, whose objects are to be deleted.
    pub fn leaving(&self) -> impl Iterator<Item = &Hash> {
        self.leaving.iter()
    }

    /// The image with this name.
    pub fn image(&self, hash: &Hash) -> Option<&Image> {
        self.images.iter().find(|image| image.hash == *hash)
    }

    /// Adds an image; one that is there stays as it is.
    pub fn add(&mut self, image: Image) -> Result<(), GoldenError> {
        if self.leaving.contains(&image.hash) {
            return Err(GoldenError::Leaving(image.hash));
        }
        if self.image(&image.hash).is_some() {
            return Ok(());
        }
        if self.images.len() >= MAX_IMAGES {
            return Err(GoldenError::Full);
        }
        self.images.push(image);
        Ok(())
    }

    /// From now on `stage` runs this image; what it ran until now is the way back. Going back is promoting that one.
    pub fn promote(&mut self, hash: Hash, stage: Stage) -> Result<(), GoldenError> {
        self.image(&hash).ok_or(GoldenError::Unknown(hash))?;
        let past = self.stages.entry(stage).or_default();
        past.retain(|earlier| *earlier != hash);
        past.insert(0, hash);
        past.truncate(MAX_PAST);
        Ok(())
    }

    /// Gives up every image but the `keep` newest and each stage's way back. An image that is younger than `young_since` stays
    /// too: it was baked to be promoted.
    pub fn give_up(&mut self, keep: usize, young_since: Timestamp) {
        let needed: BTreeSet<Hash> =
            self.stages.values().flat_map(|past| past.iter().take(WAY_BACK)).copied().collect();
        let old = self.images.len().saturating_sub(keep);
        let mut position = 0;
        let leaving = &mut self.leaving;
        self.images.retain(|image| {
            let stays = position >= old || image.added_at >= young_since || needed.contains(&image.hash);
            position += 1;
            if !stays {
                leaving.insert(image.hash);
            }
            stays
        });
        // What cannot be gone back to is no past.
        for past in self.stages.values_mut() {
            past.retain(|hash| !leaving.contains(hash));
        }
    }

    /// The objects of these are deleted.
    pub fn left(&mut self, deleted: &[Hash]) {
        self.leaving.retain(|hash| !deleted.contains(hash));
    }
}
