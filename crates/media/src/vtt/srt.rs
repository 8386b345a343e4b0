//! Reading SubRip: no standard, so what the common tools write and read.

use super::block::{Block, blocks, decode, finish};
use super::{Cue, MAX_CUES, Time, VttError, VttErrorKind, payload, web::excerpt};

/// Reads a SubRip file. `<i>`, `<b>`, `<u>` stay, `<font>` and its like vanish, `{\an8}` (at the top) becomes a cue setting
/// and other braces of that kind vanish. Cues come back ordered by time.
///
/// # Errors
/// The first thing that is wrong, with its line.
pub fn from_srt(bytes: &[u8]) -> Result<Vec<Cue>, VttError> {
    let text = decode(bytes)?;
    let mut cues = Vec::new();
    for block in blocks(&text) {
        if cues.len() == MAX_CUES {
            return Err(VttError { line: block.line, kind: VttErrorKind::TooManyCues });
        }
        cues.extend(cue(&block)?);
    }
    finish(cues)
}

fn cue(block: &Block<'_>) -> Result<Option<Cue>, VttError> {
    let number = block.lines[0].trim();
    let numbered = number.bytes().all(|b| b.is_ascii_digit());
    let at = usize::from(numbered);
    let line = block.line + at;
    let fail = |kind| VttError { line, kind };
    let times =
        block.lines.get(at).and_then(|l| l.split_once("-->")).ok_or_else(|| fail(VttErrorKind::NoTimes))?;
    // Coordinates (`X1:… Y1:…`) may follow the end.
    let end = times.1.split_whitespace().next().unwrap_or_default();
    let time = |text: &str| Time::read(text, true).ok_or_else(|| fail(VttErrorKind::Time(excerpt(text))));
    let (start, end) = (time(times.0.trim())?, time(end)?);
    if end <= start {
        return Err(fail(VttErrorKind::EndsBeforeStart { start, end }));
    }
    let text = block.lines[at + 1..].join("\n");
    let (text, top) = without_overrides(&text);
    let text = payload::clean(&text).map_err(fail)?;
    let settings = if top { "line:0".to_owned() } else { String::new() };
    Ok((!text.is_empty()).then_some(Cue { start, end, settings, text }))
}

/// The text without `{\…}` (overrides of SubStation that leak into SubRip), and whether one asked for the top.
fn without_overrides(text: &str) -> (String, bool) {
    let (mut out, mut top, mut rest) = (String::with_capacity(text.len()), false, text);
    while let Some(at) = rest.find("{\\") {
        let Some(len) = rest[at..].find('}') else { break };
        top |= ["{\\an7", "{\\an8", "{\\an9"].iter().any(|a| rest[at..].starts_with(a));
        out.push_str(&rest[..at]);
        rest = &rest[at + len + 1..];
    }
    out.push_str(rest);
    (out, top)
}
