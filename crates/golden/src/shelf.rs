//! The catalogue and the images where they are kept.

use std::{
    fs::{File, Permissions},
    io::{self, Read, Write},
    os::unix::fs::PermissionsExt,
    path::Path,
    time::Duration,
};

use domain::Timestamp;
use objects::{
    Hash, Key, Objects,
    keys::{KeyRing, SigningKey},
    statement,
};

use crate::{Catalogue, GoldenError, Image, Stage};

const KIND: &str = "golden images";
/// An image that is younger than this is not collected: it was baked to be promoted.
const YOUNG: Duration = Duration::from_secs(24 * 3600);

/// The golden images among the objects.
#[derive(Debug, Clone, Copy)]
pub struct Shelf<'a> {
    /// Where they are.
    pub objects: &'a Objects,
    /// Whose signatures on the catalogue count.
    pub ring: &'a KeyRing,
}

impl Shelf<'_> {
    /// The catalogue; an empty one before the first image.
    pub fn catalogue(&self) -> Result<Catalogue, GoldenError> {
        parse(statement::read::<GoldenError>(self.objects, &Key::golden_catalogue(), KIND, self.ring)?)
    }

    /// Adds the disk in `file`, which stays where it is. The image is among the objects before the catalogue names it.
    pub fn add(
        &self,
        file: &Path,
        release: &str,
        now: Timestamp,
        signer: &SigningKey,
    ) -> Result<Image, GoldenError> {
        if !(1..=64).contains(&release.len()) || !release.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(GoldenError::Release);
        }
        // Copied and hashed in one go, so that what lies under the hash is what was hashed, whatever becomes of the file meanwhile.
        let readable = Permissions::from_mode(0o644);
        let mut copy = tempfile::Builder::new().permissions(readable).tempfile_in(self.objects.scratch())?;
        let (hash, bytes) = Hash::of_all(Tee { from: File::open(file)?, into: copy.as_file_mut() })?;
        let image = Image { hash, bytes, release: release.to_owned(), added_at: now };
        let key = Key::golden_image(&hash);
        // Asked before the copy too: an image that is being deleted must not be written meanwhile.
        self.catalogue()?.add(image.clone())?;
        if self.objects.length(&key)? != Some(bytes) {
            self.objects.put_file(&key, copy.path())?;
        }
        self.change(signer, |catalogue| catalogue.add(image.clone()))?;
        Ok(image)
    }

    /// From now on `stage` runs this image; what it ran until now. Refused when its object is not there, whole.
    pub fn promote(
        &self,
        hash: Hash,
        stage: Stage,
        signer: &SigningKey,
    ) -> Result<Option<Hash>, GoldenError> {
        let mut before = None;
        self.change(signer, |catalogue| {
            let image = catalogue.image(&hash).ok_or(GoldenError::Unknown(hash))?;
            if self.objects.length(&Key::golden_image(&hash))? != Some(image.bytes) {
                return Err(GoldenError::Gone(hash));
            }
            before = catalogue.running(&stage);
            catalogue.promote(hash, stage.clone())
        })?;
        Ok(before)
    }

    /// Deletes every image but the `keep` newest, the young, and each stage's way back; says which. Broken off anywhere, the next
    /// run deletes what this one did not: the catalogue lets go of an image before its object is deleted, never after.
    pub fn collect(
        &self,
        keep: usize,
        now: Timestamp,
        signer: &SigningKey,
    ) -> Result<Vec<Hash>, GoldenError> {
        let mut leaving = Vec::new();
        self.change(signer, |catalogue| {
            catalogue.give_up(keep, now.minus(YOUNG));
            leaving = catalogue.leaving().copied().collect();
            Ok(())
        })?;
        for hash in &leaving {
            self.objects.delete(&Key::golden_image(hash))?;
        }
        self.change(signer, |catalogue| {
            catalogue.left(&leaving);
            Ok(())
        })?;
        Ok(leaving)
    }

    fn change(
        &self,
        signer: &SigningKey,
        mut change: impl FnMut(&mut Catalogue) -> Result<(), GoldenError>,
    ) -> Result<(), GoldenError> {
        statement::change(self.objects, &Key::golden_catalogue(), KIND, signer, self.ring, |payload| {
            let before = parse(payload)?;
            let mut after = before.clone();
            change(&mut after)?;
            Ok(if after == before { None } else { Some(serde_json::to_vec(&after)?) })
        })
    }
}

/// Whatever is read of `from` is written to `into` too.
struct Tee<'a> {
    from: File,
    into: &'a mut File,
}

impl Read for Tee<'_> {
    fn read(&mut self, piece: &mut [u8]) -> io::Result<usize> {
        let n = self.from.read(piece)?;
        self.into.write_all(&piece[..n])?;
        Ok(n)
    }
}

fn parse(payload: Option<Vec<u8>>) -> Result<Catalogue, GoldenError> {
    Ok(match payload {
        Some(payload) => serde_json::from_slice(&payload)?,
        None => Catalogue::default(),
    })
}
