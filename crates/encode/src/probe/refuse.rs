//! Reading ffprobe's refusals.

use crate::error::EncodeError;

/// What a file is that ffprobe cannot open. Its words are not an interface, so only two are looked for; anything else is "no
/// video file", with the words in the log.
pub(super) fn unreadable(log: String) -> EncodeError {
    // A container that was recognised, but ends before it has said what is in it.
    let cut = [
        "moov atom not found",
        "End of file",
        "Truncat",
        "truncated",
        "partial file",
        "EBML header parsing failed",
    ];
    if cut.iter().any(|words| log.contains(words)) {
        EncodeError::Truncated { log }
    } else {
        EncodeError::NotMedia { log }
    }
}
