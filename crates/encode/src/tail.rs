//! The end of a program's standard error, in bounded memory.

use std::collections::VecDeque;

/// Bytes kept. ffmpeg says what went wrong in its last lines.
const KEPT: usize = 8 * 1024;
/// A line is looked at up to here; the rest of a longer one only goes to the tail.
const MAX_LINE: usize = 1024;

/// Collects standard error as it comes.
#[derive(Default)]
pub(crate) struct Tail {
    kept: VecDeque<u8>,
    line: Vec<u8>,
    full: bool,
}

impl Tail {
    pub fn push(&mut self, bytes: &[u8]) {
        self.kept.extend(bytes);
        self.kept.drain(..self.kept.len().saturating_sub(KEPT));
        for &byte in bytes {
            if byte == b'\n' || byte == b'\r' {
                self.look();
                self.line.clear();
            } else if self.line.len() < MAX_LINE {
                self.line.push(byte);
            }
        }
    }

    /// The disk filling up shows in a line that later lines may push out of the tail.
    fn look(&mut self) {
        let has = |text: &[u8]| self.line.windows(text.len()).any(|w| w == text);
        self.full |= has(b"No space left on device") || has(b"Disk quota exceeded");
    }

    /// The text, and whether it said that the disk is full.
    pub fn finish(mut self) -> (String, bool) {
        self.look();
        let bytes: Vec<u8> = self.kept.into();
        (String::from_utf8_lossy(&bytes).trim().to_owned(), self.full)
    }
}
