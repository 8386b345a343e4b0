//! Reading WebVTT (W3C, §4 and §6). Files with mistakes that a browser would pass over silently are refused with the line,
//! because an editor is there to mend them.

use super::block::{Block, blocks, decode, finish};
use super::{Cue, MAX_CUES, Time, VttError, VttErrorKind, payload};

/// Cue settings that carry over, in the order in which they are written. `region` does not: regions are not kept.
const SETTINGS: [&str; 5] = ["vertical", "line", "position", "size", "align"];

/// Reads a WebVTT file. Comments, styles and regions are left behind; cue identifiers too. Cues come back ordered by time.
///
/// # Errors
/// The first thing that is wrong, with its line.
pub fn parse(bytes: &[u8]) -> Result<Vec<Cue>, VttError> {
    let text = decode(bytes)?;
    let rest =
        text.strip_prefix("WEBVTT").filter(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\n']));
    if rest.is_none() {
        return Err(VttError { line: 1, kind: VttErrorKind::Signature });
    }
    let mut cues = Vec::new();
    // The first block is the header, with whatever metadata stands in it.
    let header =
        blocks(&text).next().map_or(0, |b| b.lines.iter().position(|l| l.contains("-->")).unwrap_or(0));
    if header > 0 {
        return Err(VttError { line: header + 1, kind: VttErrorKind::HeaderNotEnded });
    }
    for block in blocks(&text).skip(1) {
        let first = block.lines[0].trim_end();
        let keyword = |word: &str| {
            first == word || first.strip_prefix(word).is_some_and(|r| r.starts_with([' ', '\t']))
        };
        let has_times = block.lines.iter().take(2).any(|line| line.contains("-->"));
        if !has_times && ["NOTE", "STYLE", "REGION"].into_iter().any(keyword) {
            continue;
        }
        if cues.len() == MAX_CUES {
            return Err(VttError { line: block.line, kind: VttErrorKind::TooManyCues });
        }
        cues.extend(cue(&block)?);
    }
    finish(cues)
}

/// The cue of a block, or nothing when it shows nothing.
fn cue(block: &Block<'_>) -> Result<Option<Cue>, VttError> {
    let at = usize::from(!block.lines[0].contains("-->"));
    let line = block.line + at;
    let fail = |kind| VttError { line, kind };
    let times = block
        .lines
        .get(at)
        .and_then(|l| l.split_once("-->"))
        .ok_or(VttError { line: block.line, kind: VttErrorKind::NoTimes })?;
    let (end, settings) = times.1.trim().split_once([' ', '\t']).unwrap_or((times.1.trim(), ""));
    let time = |text: &str| Time::read(text, false).ok_or_else(|| fail(VttErrorKind::Time(excerpt(text))));
    let (start, end) = (time(times.0.trim())?, time(end)?);
    if end <= start {
        return Err(fail(VttErrorKind::EndsBeforeStart { start, end }));
    }
    let text = block.lines[at + 1..].join("\n");
    let text = payload::clean(&text).map_err(fail)?;
    Ok((!text.is_empty()).then(|| Cue { start, end, settings: canonical_settings(settings), text }))
}

/// At most so much of a bad text stands in a message.
pub(super) fn excerpt(text: &str) -> String {
    text.chars().take(40).collect()
}

fn canonical_settings(text: &str) -> String {
    let given: Vec<(&str, &str)> = text.split_whitespace().filter_map(|s| s.split_once(':')).collect();
    let valid = |value: &str| {
        !value.is_empty()
            && value.len() <= 40
            && value.bytes().all(|b| b.is_ascii_alphanumeric() || b"%.,-".contains(&b))
    };
    let kept = SETTINGS.iter().filter_map(|name| {
        // The last one counts, as in a browser.
        let (_, value) = given.iter().rev().find(|(n, v)| n == name && valid(v))?;
        Some(format!("{name}:{value}"))
    });
    kept.collect::<Vec<_>>().join(" ")
}
