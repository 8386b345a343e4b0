//! Times of cues.

use std::fmt;

/// A time within the film, in whole milliseconds: WebVTT knows nothing finer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(u64);

impl Time {
    /// So many milliseconds after the start.
    pub const fn from_ms(ms: u64) -> Self {
        Self(ms)
    }

    /// So many microseconds after the start, rounded down.
    pub const fn from_us(us: u64) -> Self {
        Self(us / 1000)
    }

    /// Milliseconds after the start.
    pub const fn ms(self) -> u64 {
        self.0
    }

    /// Reads `[h…h:]mm:ss.ttt` (WebVTT §4.1, "timestamp"), and with `comma` also SubRip's `h:mm:ss,t…`, where people are
    /// less strict: one to three digits after a comma or point, or none.
    pub(super) fn read(text: &str, comma: bool) -> Option<Self> {
        let (clock, fraction) = match text.split_once('.') {
            Some(parts) => parts,
            None if comma => text.split_once(',').unwrap_or((text, "0")),
            None => return None,
        };
        if fraction.is_empty() || fraction.len() > 3 || (!comma && fraction.len() != 3) {
            return None;
        }
        let ms = number(fraction)? * 10u64.pow(3 - fraction.len() as u32);
        let mut parts = clock.rsplit(':');
        let (seconds, minutes) = (parts.next()?, parts.next()?);
        let hours = parts.next().unwrap_or("0");
        let two = |s: &str| s.len() == 2 || (comma && s.len() == 1);
        if parts.next().is_some() || !two(seconds) || !two(minutes) || hours.len() > 4 {
            return None;
        }
        let (h, m, s) = (number(hours)?, number(minutes)?, number(seconds)?);
        let time = Self(((h * 60 + m) * 60 + s) * 1000 + ms);
        (m < 60 && s < 60 && time <= super::MAX_TIME).then_some(time)
    }
}

/// Digits only: `parse` alone would take a sign.
fn number(text: &str) -> Option<u64> {
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) { None } else { text.parse().ok() }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (s, ms) = (self.0 / 1000, self.0 % 1000);
        write!(f, "{:02}:{:02}:{:02}.{ms:03}", s / 3600, s / 60 % 60, s % 60)
    }
}
