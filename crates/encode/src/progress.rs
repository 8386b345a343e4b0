//! ffmpeg's `-progress` lines.

/// Turns `out_time_us=…` lines into fractions.
pub(crate) struct Meter {
    duration_us: u64,
    done_us: u64,
    line: Vec<u8>,
}

/// Longer lines are none of ffmpeg's.
const MAX_LINE: usize = 256;

impl Meter {
    pub fn new(duration_us: u64) -> Self {
        Self { duration_us: duration_us.max(1), done_us: 0, line: Vec::new() }
    }

    /// The new fraction, if these bytes show that more is done than before.
    pub fn push(&mut self, bytes: &[u8]) -> Option<f64> {
        let before = self.done_us;
        for &byte in bytes {
            if byte == b'\n' {
                self.look();
                self.line.clear();
            } else if self.line.len() < MAX_LINE {
                self.line.push(byte);
            }
        }
        // 1 is said only when the output has been checked.
        let fraction = self.done_us as f64 / self.duration_us as f64;
        (self.done_us > before).then_some(fraction.min(0.99))
    }

    fn look(&mut self) {
        let value = self.line.strip_prefix(b"out_time_us=").and_then(|v| std::str::from_utf8(v).ok());
        // "N/A" and negative times stand at the very beginning.
        if let Some(us) = value.and_then(|v| v.trim().parse::<u64>().ok()) {
            self.done_us = self.done_us.max(us);
        }
    }
}
