//! What a file is that ffprobe cannot open, told by its first bytes: ffprobe goes by the name when it knows nothing better,
//! and calls any text named `.mp4` a film without an index.

use crate::error::EncodeError;

/// Bytes of a file's beginning that are looked at.
pub(super) const HEAD: usize = 16;

/// The refusal of a file that ffprobe could not open.
pub(super) fn unreadable(head: &[u8], log: String) -> EncodeError {
    if is_container(head) { EncodeError::Truncated { log } } else { EncodeError::NotMedia { log } }
}

/// Whether the file begins as one of the containers does that have a mark of their own.
fn is_container(head: &[u8]) -> bool {
    let iso = head.get(4..8).is_some_and(|name| {
        [b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide"].iter().any(|known| name == *known)
    });
    // Matroska, MXF, FLV, Ogg, ASF.
    let marks: [&[u8]; 5] =
        [b"\x1a\x45\xdf\xa3", b"\x06\x0e\x2b\x34", b"FLV\x01", b"OggS", b"\x30\x26\xb2\x75"];
    iso || marks.iter().any(|mark| head.starts_with(mark)) || riff(head).is_some()
}

/// Whether a RIFF file (AVI) says that it is longer than it is. ffprobe takes such a file for a shorter film.
pub(super) fn riff_cut(head: &[u8], bytes: u64) -> bool {
    // Recorders that were switched off leave 0 or the largest number there.
    riff(head).is_some_and(|size| size != 0 && size != u32::MAX && u64::from(size) + 8 > bytes)
}

fn riff(head: &[u8]) -> Option<u32> {
    let (mark, rest) = head.split_first_chunk::<4>()?;
    let (size, _) = rest.split_first_chunk::<4>()?;
    (mark == b"RIFF").then(|| u32::from_le_bytes(*size))
}
