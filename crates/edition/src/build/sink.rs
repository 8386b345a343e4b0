use domain::{Brand, BrandId, Genre, Locale, Timestamp};
use objects::{Hash, Key, ObjectError, Objects, Put};

use super::Built;
use crate::{
    BuildError,
    audience::Table,
    format::{
        FormatError, MAX_SECTION, Writer,
        header::{Entry, Header},
        schema::Kind,
    },
};

/// Bytes of sections held before they are written together: syncing a folder once for many files is what saves the time.
const BATCH: usize = 8 * 1024 * 1024;

/// Takes finished sections, writes those that are new, and ends with the header.
pub(crate) struct Sink<'a> {
    objects: &'a Objects,
    entries: Vec<Entry>,
    waiting: Vec<(Key, Vec<u8>)>,
    waiting_bytes: usize,
    written: u32,
    bytes_written: u64,
    bytes: u64,
}

/// Whose section it is.
#[derive(Debug, Clone, Default)]
pub(crate) struct Of {
    pub(crate) brand: Option<BrandId>,
    pub(crate) language: Option<Locale>,
    pub(crate) shard: u32,
}

impl Of {
    pub(crate) fn shard(shard: u32) -> Self {
        Self { shard, ..Self::default() }
    }

    pub(crate) fn brand(brand: &BrandId) -> Self {
        Self { brand: Some(brand.clone()), ..Self::default() }
    }
}

impl<'a> Sink<'a> {
    pub(crate) fn new(objects: &'a Objects) -> Self {
        Self {
            objects,
            entries: Vec::new(),
            waiting: Vec::new(),
            waiting_bytes: 0,
            written: 0,
            bytes_written: 0,
            bytes: 0,
        }
    }

    pub(crate) fn add(&mut self, kind: Kind, of: Of, rows: u32, writer: Writer) -> Result<(), BuildError> {
        let bytes = writer.finish().map_err(|error| match error {
            FormatError::Length => too_large(kind, MAX_SECTION + 1),
            other => BuildError::Json { what: kind.name().into(), why: other.to_string() },
        })?;
        self.push(kind, of, rows, bytes)
    }

    fn add_json(&mut self, kind: Kind, of: Of, value: &impl serde::Serialize) -> Result<(), BuildError> {
        let wrong =
            |error: serde_json::Error| BuildError::Json { what: kind.name().into(), why: error.to_string() };
        self.push(kind, of, 1, serde_json::to_vec(value).map_err(wrong)?)
    }

    pub(crate) fn add_genres(&mut self, genres: &[Genre]) -> Result<(), BuildError> {
        self.add_json(Kind::Genres, Of::default(), &genres)
    }

    pub(crate) fn add_brand(&mut self, brand: &Brand, audience: &Table) -> Result<(), BuildError> {
        self.add_json(Kind::Brand, Of::brand(&brand.id), brand)?;
        self.add_json(Kind::Audience, Of::brand(&brand.id), audience)
    }

    fn push(&mut self, kind: Kind, of: Of, rows: u32, bytes: Vec<u8>) -> Result<(), BuildError> {
        let length = u32::try_from(bytes.len()).ok().filter(|length| u64::from(*length) <= MAX_SECTION);
        let length = length.ok_or_else(|| too_large(kind, bytes.len() as u64))?;
        let Of { brand, language, shard } = of;
        let entry = Entry { kind, brand, language, shard, rows, length, hash: Hash::of(&bytes) };
        self.bytes += u64::from(length);
        self.waiting_bytes += bytes.len();
        self.waiting.push((entry.key(), bytes));
        self.entries.push(entry);
        if self.waiting_bytes >= BATCH { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), BuildError> {
        let batch: Vec<(Key, &[u8])> =
            self.waiting.iter().map(|(key, bytes)| (key.clone(), bytes.as_slice())).collect();
        // Before writing, so that what is repaired on the way is still counted as new.
        let new: Vec<bool> = put_all(self.objects, &batch)?;
        for ((_, bytes), _) in batch.iter().zip(&new).filter(|(_, new)| **new) {
            self.written += 1;
            self.bytes_written += bytes.len() as u64;
        }
        self.waiting.clear();
        self.waiting_bytes = 0;
        Ok(())
    }

    pub(crate) fn finish(
        mut self,
        number: u64,
        created_at: Timestamp,
        bits: u8,
    ) -> Result<Built, BuildError> {
        self.flush()?;
        self.entries.sort();
        let sections = self.entries.len() as u32;
        let header = Header { number, created_at, bits, sections: std::mem::take(&mut self.entries) };
        let bytes = header.write().map_err(|_| too_large(Kind::Header, MAX_SECTION + 1))?;
        let hash = Hash::of(&bytes);
        put_all(self.objects, &[(Key::edition(number, &hash), &bytes)])?;
        Ok(Built {
            number,
            header: hash,
            sections,
            written: self.written,
            bytes_written: self.bytes_written + bytes.len() as u64,
            bytes: self.bytes + bytes.len() as u64,
        })
    }
}

/// Writes objects whose keys name their content; says which are new. One that is there with other content is damaged, and
/// replaced: that is the repair.
fn put_all(objects: &Objects, batch: &[(Key, &[u8])]) -> Result<Vec<bool>, BuildError> {
    for _ in 0..=batch.len() {
        match objects.put_all(batch) {
            Err(ObjectError::Different(key)) => objects.delete(&key)?,
            puts => return Ok(puts?.into_iter().map(|put| put == Put::Written).collect()),
        }
    }
    Ok(objects.put_all(batch)?.into_iter().map(|put| put == Put::Written).collect())
}

fn too_large(kind: Kind, length: u64) -> BuildError {
    BuildError::TooLarge { kind: kind.name(), hash: None, length, limit: MAX_SECTION }
}
