use std::{
    fs::File,
    io::{Seek, SeekFrom, Write},
    ops::Range,
    path::PathBuf,
    sync::Arc,
};

use rusty_s3::{Method, actions::ListObjectsV2};

use super::{
    S3, answer,
    client::{Call, Reply},
    failed,
    fault::Fault,
    of_key,
};
use crate::{Key, KeyKind, Object, ObjectError};

/// Longest object that is copied to the local disk to be read there: the longest section, with room to grow.
const MAX_COPY: u64 = 256 << 20;
/// Pages of a listing that are read at most: ten million keys.
const MAX_PAGES: usize = 10_000;

/// What a look at an object tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seen {
    pub length: u64,
    pub tag: Option<String>,
}

/// An object of a bucket, open for reading by ranges.
#[derive(Debug)]
pub(crate) struct Remote {
    s3: Arc<S3>,
    key: Key,
    tag: Option<String>,
}

impl Remote {
    /// Fills `into` from the byte `offset` on.
    pub fn read_at(&self, offset: u64, into: &mut [u8]) -> Result<(), ObjectError> {
        if into.is_empty() {
            return Ok(());
        }
        let range = offset..offset.saturating_add(into.len() as u64);
        let bytes = self.s3.range(&self.key, range, self.tag.as_deref())?;
        into.copy_from_slice(&bytes);
        Ok(())
    }
}

/// What is read through the local folder: parts of editions, which are mapped.
fn is_copied(key: &Key) -> bool {
    matches!(key.kind(), KeyKind::Section | KeyKind::Edition)
}

impl S3 {
    pub fn open_object(self: &Arc<Self>, key: &Key) -> Result<Object, ObjectError> {
        if is_copied(key) {
            return self.copied(key);
        }
        let seen = self.look(key)?.ok_or_else(|| ObjectError::Missing(key.clone()))?;
        Ok(Object::remote(Remote { s3: self.clone(), key: key.clone(), tag: seen.tag }, seen.length))
    }

    fn copied(&self, key: &Key) -> Result<Object, ObjectError> {
        if let Some(copy) = self.local.copy(key) {
            return Ok(copy);
        }
        let bytes = self.whole(key, MAX_COPY)?;
        match self.local.keep(key, &bytes)? {
            true => self.local.folder().open_object(key),
            // No room on the disk: memory does as well, and serving goes on.
            false => Ok(Object::held(bytes)),
        }
    }

    pub fn get(&self, key: &Key, limit: u64) -> Result<Vec<u8>, ObjectError> {
        if !is_copied(key) {
            let bytes = self.whole(key, limit)?;
            if key.kind() == KeyKind::Announcement {
                self.local.announced(key, &bytes);
            }
            return Ok(bytes);
        }
        let object = self.copied(key)?;
        if object.len() > limit {
            return Err(ObjectError::TooLarge { key: key.clone(), length: object.len(), limit });
        }
        let mut bytes = vec![0; usize::try_from(object.len()).unwrap_or(usize::MAX)];
        let read = |source| ObjectError::Io { action: "read", path: PathBuf::from(key.as_str()), source };
        object.read_at(0, &mut bytes).map_err(read)?;
        if key.names(&bytes) {
            return Ok(bytes);
        }
        // The copy came to harm on this disk; the bucket's is the one that counts.
        self.local.forget(key)?;
        self.whole(key, limit)
    }

    /// The announcement as a process over this folder read it last.
    pub fn announced_last(&self, key: &Key, limit: u64) -> Option<Vec<u8>> {
        let object = self.local.folder().open_object(key).ok().filter(|object| object.len() <= limit)?;
        let mut bytes = vec![0; usize::try_from(object.len()).ok()?];
        object.read_at(0, &mut bytes).ok().map(|()| bytes)
    }

    /// A whole object out of the bucket, with the hash checked that its key holds.
    fn whole(&self, key: &Key, limit: u64) -> Result<Vec<u8>, ObjectError> {
        self.tagged(key, limit).map(|(bytes, _)| bytes)
    }

    pub(super) fn tagged(&self, key: &Key, limit: u64) -> Result<(Vec<u8>, Option<String>), ObjectError> {
        let name = self.key_name(key);
        let call = Call { most: limit, ..Call::new(Method::Get, &name) };
        let reply = self.client.call(&call).map_err(|fault| match fault {
            Fault::TooLong(length) => ObjectError::TooLarge { key: key.clone(), length, limit },
            fault => of_key("read", key, fault),
        })?;
        if !key.names(&reply.body) {
            return Err(failed("read", key.as_str(), Fault::Wrong));
        }
        let tag = reply.tag();
        Ok((reply.body, tag))
    }

    /// A range of an object, all of it; of the version with this tag, if one is given.
    fn range(&self, key: &Key, range: Range<u64>, tag: Option<&str>) -> Result<Vec<u8>, ObjectError> {
        let (name, length) = (self.key_name(key), range.end - range.start);
        let call = Call {
            headers: vec![("range", format!("bytes={}-{}", range.start, range.end - 1))],
            most: length,
            ..Call::new(Method::Get, &name)
        };
        let reply = self.client.call(&call).map_err(|fault| match fault {
            Fault::Range(Some(whole)) => {
                ObjectError::Range { key: key.clone(), length: whole, from: range.start, to: range.end }
            }
            // It took no notice of the range, and the object is longer than what was asked for.
            Fault::TooLong(_) => failed("read", key.as_str(), not_a_range()),
            fault => of_key("read", key, fault),
        })?;
        let (from, whole) = starts_at(&reply).ok_or_else(|| failed("read", key.as_str(), not_a_range()))?;
        if from != range.start {
            return Err(failed("read", key.as_str(), Fault::Wrong));
        }
        if reply.body.len() as u64 != length {
            return Err(ObjectError::Range { key: key.clone(), length: whole, from, to: range.end });
        }
        match (tag, reply.tag()) {
            (Some(then), Some(now)) if then != now => Err(failed("read", key.as_str(), Fault::Changed)),
            _ => Ok(reply.body),
        }
    }

    /// Length and tag of an object; `None` when it is not there.
    pub(super) fn look(&self, key: &Key) -> Result<Option<Seen>, ObjectError> {
        let name = self.key_name(key);
        match self.client.call(&Call::new(Method::Head, &name)) {
            Ok(reply) => {
                let length = reply.header("content-length").and_then(|text| text.parse().ok());
                let unsaid = || Fault::Answer { status: 200, code: "no length".into() };
                let length = length.ok_or_else(|| failed("look at", key.as_str(), unsaid()))?;
                Ok(Some(Seen { length, tag: reply.tag() }))
            }
            Err(Fault::NoObject) => Ok(None),
            Err(fault) => Err(failed("look at", key.as_str(), fault)),
        }
    }

    pub fn length(&self, key: &Key) -> Result<Option<u64>, ObjectError> {
        Ok(self.look(key)?.map(|seen| seen.length))
    }

    pub fn list(&self, prefix: &str) -> Result<Vec<Key>, ObjectError> {
        let mut keys = Vec::new();
        let mut after: Option<String> = None;
        for _ in 0..MAX_PAGES {
            let mut query = Vec::new();
            if let Some(token) = after.take() {
                query.push(("continuation-token", token));
            }
            query.push(("encoding-type", "url".into()));
            query.push(("list-type", "2".into()));
            query.push(("prefix", self.name(prefix)));
            let reply = self
                .client
                .call(&Call { name: None, query, ..Call::new(Method::Get, "") })
                .map_err(|fault| failed("list", prefix, fault))?;
            let no_list =
                |code: &str| failed("list", prefix, Fault::Answer { status: 200, code: code.into() });
            let text = reply.text().map_err(|fault| failed("list", prefix, fault))?;
            let page = ListObjectsV2::parse_response(text).map_err(|_| no_list("no listing"))?;
            // What is no key is no object: whatever else lies in the bucket is none of ours.
            let inside = |name: &str| self.client.config().location.inside(name)?.parse().ok();
            keys.extend(page.contents.iter().filter_map(|content| inside(&content.key)));
            match page.next_continuation_token {
                Some(token) => after = Some(token),
                None => break,
            }
        }
        if after.is_some() {
            let code = format!("more than {MAX_PAGES} pages");
            return Err(failed("list", prefix, Fault::Answer { status: 200, code }));
        }
        keys.sort_unstable();
        keys.dedup();
        Ok(keys)
    }

    /// A copy in a file that is gone when it is closed.
    pub fn to_file(self: &Arc<Self>, key: &Key) -> Result<File, ObjectError> {
        let io = |source| {
            self.local.folder().write_failed("write", self.local.folder().scratch(), key.as_str(), source)
        };
        let mut file = self.local.passing().map_err(io)?;
        self.pieces(key, |piece| file.write_all(piece).map_err(io))?;
        file.seek(SeekFrom::Start(0)).map_err(io)?;
        Ok(file)
    }

    /// Hands out a whole object piece by piece.
    pub(super) fn pieces(
        &self,
        key: &Key,
        mut take: impl FnMut(&[u8]) -> Result<(), ObjectError>,
    ) -> Result<(), ObjectError> {
        let seen = self.look(key)?.ok_or_else(|| ObjectError::Missing(key.clone()))?;
        let mut from = 0;
        while from < seen.length {
            let to = (from + self.part()).min(seen.length);
            take(&self.range(key, from..to, seen.tag.as_deref())?)?;
            from = to;
        }
        Ok(())
    }
}

/// Where a part begins, and how long the whole is: `bytes 3-4/10` (RFC 9110 §14.4).
fn starts_at(reply: &Reply) -> Option<(u64, u64)> {
    let said = reply.header("content-range")?;
    let from = said.strip_prefix("bytes ")?.split_once('-')?.0.parse().ok()?;
    Some((from, answer::whole_length(said)?))
}

fn not_a_range() -> Fault {
    Fault::Answer { status: 200, code: "not the range that was asked for".into() }
}
