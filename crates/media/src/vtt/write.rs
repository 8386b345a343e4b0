//! Writing canonical WebVTT.

use std::fmt::Write as _;

use super::Cue;

/// The WebVTT file of these cues: equal cues give equal bytes. Reading it back gives the same cues.
pub fn write(cues: &[Cue]) -> String {
    let mut out = String::from("WEBVTT\n");
    for cue in cues {
        let space = if cue.settings.is_empty() { "" } else { " " };
        // Writing to a String cannot fail.
        let _ = write!(out, "\n{} --> {}{space}{}\n{}\n", cue.start, cue.end, cue.settings, cue.text);
    }
    out
}
