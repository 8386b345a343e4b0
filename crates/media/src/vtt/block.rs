//! What both formats share: decoding, and blocks of lines between empty lines.

use super::{MAX_BYTES, VttError, VttErrorKind};

/// The file as text: UTF-8 (with or without byte order mark), or UTF-16 with one, which many subtitle tools still write.
pub(super) fn decode(bytes: &[u8]) -> Result<String, VttError> {
    if bytes.len() > MAX_BYTES {
        return Err(VttError { line: 1, kind: VttErrorKind::TooLarge });
    }
    let utf16 = |rest: &[u8], read: fn([u8; 2]) -> u16| {
        let units = rest.as_chunks::<2>().0.iter().map(|pair| read(*pair));
        char::decode_utf16(units).collect::<Result<String, _>>().ok().filter(|_| rest.len().is_multiple_of(2))
    };
    let text = match bytes {
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        _ => {
            let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
            let text = std::str::from_utf8(bytes).map_err(|e| {
                let line = 1 + bytes[..e.valid_up_to()].iter().filter(|&&b| b == b'\n').count();
                VttError { line, kind: VttErrorKind::Encoding }
            })?;
            Some(text.to_owned())
        }
    };
    let text = text.ok_or(VttError { line: 1, kind: VttErrorKind::Encoding })?;
    // WebVTT §6.1: NUL becomes the replacement character; all three line ends are line ends.
    Ok(text.replace('\0', "\u{fffd}").replace("\r\n", "\n").replace('\r', "\n"))
}

/// Lines that stand together, with the number of the first.
pub(super) struct Block<'a> {
    pub line: usize,
    pub lines: Vec<&'a str>,
}

/// The blocks of a text: runs of lines that are not empty (or only white).
pub(super) fn blocks(text: &str) -> impl Iterator<Item = Block<'_>> {
    let mut lines = text.split('\n').enumerate().peekable();
    std::iter::from_fn(move || {
        while lines.next_if(|(_, line)| line.trim().is_empty()).is_some() {}
        let (first, line) = lines.next()?;
        let mut block = Block { line: first + 1, lines: vec![line] };
        while let Some((_, line)) = lines.next_if(|(_, line)| !line.trim().is_empty()) {
            block.lines.push(line);
        }
        Some(block)
    })
}

/// Shared ends of both readers: order by time, refuse nothing at all.
pub(super) fn finish(mut cues: Vec<super::Cue>) -> Result<Vec<super::Cue>, VttError> {
    if cues.is_empty() {
        return Err(VttError { line: 1, kind: VttErrorKind::Empty });
    }
    // Stable: cues of one instant stay in the author's order, which is the order on the screen.
    cues.sort_by_key(|cue| (cue.start, cue.end));
    Ok(cues)
}
