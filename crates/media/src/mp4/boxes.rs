//! Boxes (14496-12 §4.2) within bytes already read.

use super::{FourCc, Mp4Error};

/// Reads big-endian fields of one box; running out is [`Mp4Error::Short`].
#[derive(Clone, Copy)]
pub(super) struct Fields<'a> {
    name: FourCc,
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    pub fn new(name: FourCc, bytes: &'a [u8]) -> Self {
        Self { name, rest: bytes }
    }

    pub fn bytes(&mut self, n: usize) -> Result<&'a [u8], Mp4Error> {
        let (head, rest) = self.rest.split_at_checked(n).ok_or(Mp4Error::Short(self.name))?;
        self.rest = rest;
        Ok(head)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Mp4Error> {
        let (head, rest) = self.rest.split_first_chunk().ok_or(Mp4Error::Short(self.name))?;
        self.rest = rest;
        Ok(*head)
    }

    pub fn u8(&mut self) -> Result<u8, Mp4Error> {
        self.array::<1>().map(|[b]| b)
    }

    pub fn u16(&mut self) -> Result<u16, Mp4Error> {
        self.array().map(u16::from_be_bytes)
    }

    pub fn u32(&mut self) -> Result<u32, Mp4Error> {
        self.array().map(u32::from_be_bytes)
    }

    pub fn u64(&mut self) -> Result<u64, Mp4Error> {
        self.array().map(u64::from_be_bytes)
    }

    pub fn fourcc(&mut self) -> Result<FourCc, Mp4Error> {
        self.array().map(FourCc)
    }

    /// Version and flags of a full box.
    pub fn full(&mut self) -> Result<(u8, u32), Mp4Error> {
        let word = self.u32()?;
        Ok(((word >> 24) as u8, word & 0x00ff_ffff))
    }

    pub fn rest(self) -> &'a [u8] {
        self.rest
    }
}

/// The boxes that follow each other in `bytes`, which begin at `at` in the file.
pub(super) fn children(
    bytes: &[u8],
    at: u64,
) -> impl Iterator<Item = Result<(FourCc, u64, &[u8]), Mp4Error>> {
    let mut rest = bytes;
    let mut at = at;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let item = one(rest, at);
        match &item {
            Ok((_, size, _)) => {
                at += *size as u64;
                rest = &rest[*size..];
            }
            // Nothing after a damaged box can be found.
            Err(_) => rest = &[],
        }
        Some(item.map(|(name, size, body)| (name, at - size as u64, body)))
    })
}

fn one(bytes: &[u8], at: u64) -> Result<(FourCc, usize, &[u8]), Mp4Error> {
    let mut fields = Fields::new(FourCc(*b"box "), bytes);
    let size = u64::from(fields.u32()?);
    let name = fields.fourcc()?;
    // Size 0 (to the end of the file) and 64-bit sizes have no place inside moov and moof.
    let len = usize::try_from(size).ok().filter(|len| *len >= 8);
    let body = len.and_then(|len| bytes.get(8..len));
    body.map(|body| (name, body.len() + 8, body)).ok_or(Mp4Error::Size {
        name,
        at,
        size,
        room: bytes.len() as u64,
    })
}

/// The only child of that name.
pub(super) fn only<'a>(bytes: &'a [u8], name: &[u8; 4]) -> Result<Fields<'a>, Mp4Error> {
    let name = FourCc(*name);
    optional(bytes, name)?.ok_or(Mp4Error::Missing(name))
}

/// The child of that name, if there is one; two are an error.
pub(super) fn optional(bytes: &[u8], name: FourCc) -> Result<Option<Fields<'_>>, Mp4Error> {
    let mut found = None;
    for child in children(bytes, 0) {
        let (child, _, body) = child?;
        if child == name && found.replace(Fields::new(name, body)).is_some() {
            return Err(Mp4Error::Misplaced(name));
        }
    }
    Ok(found)
}
