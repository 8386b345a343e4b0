use std::{cmp::Ordering, sync::Arc};

use objects::{
    Objects,
    announce::{self, AnnounceError, Announced, Takedowns},
    keys::KeyRing,
};

/// What a look at the takedowns came to.
#[derive(Debug)]
pub enum Withdrawn {
    /// Nothing new.
    Same,
    /// Something else is taken down now.
    Changed {
        /// The number of the announcement.
        number: u64,
        /// How many titles.
        titles: usize,
    },
    /// What is announced was refused, or could not be read: what was down stays down. Tried again at the next look.
    Kept {
        /// Why.
        error: AnnounceError,
        /// It was refused for the same reason last time: no news for the log.
        repeated: bool,
    },
}

/// What is known to be taken down.
#[derive(Debug, Default)]
pub(super) struct Down {
    /// `None` until it was read once, or is known to be nothing.
    known: Option<Arc<Takedowns>>,
    /// The announcement that is known, byte for byte.
    adopted: Vec<u8>,
    refused: Option<String>,
}

impl Down {
    pub fn is_known(&self) -> bool {
        self.known.is_some()
    }

    pub fn titles(&self) -> Arc<Takedowns> {
        self.known.clone().unwrap_or_default()
    }

    pub fn look(&mut self, objects: &Objects, ring: &KeyRing) -> Withdrawn {
        match self.read(objects).and_then(|bytes| self.adopt(bytes, ring)) {
            Ok(outcome) => {
                self.refused = None;
                outcome
            }
            Err(error) => {
                let words = Some(error.to_string());
                let repeated = self.refused == words;
                self.refused = words;
                Withdrawn::Kept { error, repeated }
            }
        }
    }

    /// The announcement's bytes; `None` when there never was one.
    fn read(&self, objects: &Objects) -> Result<Option<Vec<u8>>, AnnounceError> {
        match announce::read_bytes::<Takedowns>(objects) {
            Ok(bytes) => Ok(Some(bytes)),
            // A process that starts goes by what this machine was told last: what was down is not forgotten with a bucket.
            Err(error) if (error.is_missing() || error.is_away()) && !self.is_known() => {
                match announce::read_last::<Takedowns>(objects) {
                    None if error.is_away() => Err(error),
                    last => Ok(last),
                }
            }
            Err(error) if error.is_missing() && self.titles().number == 0 => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn adopt(&mut self, bytes: Option<Vec<u8>>, ring: &KeyRing) -> Result<Withdrawn, AnnounceError> {
        let Some(bytes) = bytes else {
            self.known.get_or_insert_default();
            return Ok(Withdrawn::Same);
        };
        if self.is_known() && bytes == self.adopted {
            return Ok(Withdrawn::Same);
        }
        let announced: Takedowns = announce::parse(&bytes, ring)?;
        let older = |current| AnnounceError::Older { name: Takedowns::NAME, current, new: announced.number };
        if let Some(known) = self.known.as_deref() {
            match announced.number.cmp(&known.number) {
                Ordering::Greater => {}
                Ordering::Equal if announced == *known => {
                    self.adopted = bytes;
                    return Ok(Withdrawn::Same);
                }
                Ordering::Equal | Ordering::Less => return Err(older(known.number)),
            }
        }
        let (number, titles) = (announced.number, announced.titles.len());
        self.known = Some(Arc::new(announced));
        self.adopted = bytes;
        Ok(Withdrawn::Changed { number, titles })
    }
}
