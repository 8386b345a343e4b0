//! The catalogue of golden images, and the images: together they are a way back, so that they are of one moment.

use std::{collections::BTreeMap, io::Write};

use objects::{Key, Objects};

use super::{
    Backup, Count,
    manifest::{Part, What},
    said,
};
use crate::failed::{Doing, Failed};

/// People change the catalogue, a few times a day.
const MAX_TRIES: u32 = 100;

impl Backup {
    /// The catalogue and every image that it names.
    ///
    /// An image is there before the catalogue names it, and goes after the catalogue let go of it: what stood in the catalogue before
    /// and after the images were copied was there meanwhile. Otherwise it is read again.
    pub(super) fn golden(&self, objects: &Objects) -> Result<(Vec<Part>, Count), Failed> {
        let key = Key::golden_catalogue();
        let known = self.before.objects();
        let (mut images, mut count) = (BTreeMap::new(), Count::default());
        let mut catalogue = said(objects, &key)?;
        for _ in 0..MAX_TRIES {
            for key in objects.list("images/golden/").doing(|| "list the golden images".into())? {
                if key == Key::golden_catalogue() || images.contains_key(&key) {
                    continue;
                }
                match self.object(objects, &key, &known, &mut count) {
                    Ok(part) => drop(images.insert(key, part)),
                    // Collected meanwhile.
                    Err(_) if objects.length(&key).is_ok_and(|length| length.is_none()) => {}
                    Err(error) => return Err(error),
                }
            }
            let now = said(objects, &key)?;
            if now != catalogue {
                catalogue = now;
                continue;
            }
            let mut parts: Vec<_> = images.into_values().collect();
            if let Some(bytes) = catalogue {
                let write =
                    |draft: &mut super::Draft| draft.write_all(&bytes).doing(|| format!("copy {key}"));
                parts.push(self.file(What::Golden, write)?);
            }
            return Ok((parts, count));
        }
        Err(Failed::new("the catalogue of golden images goes on changing: back up when nobody changes it"))
    }
}
