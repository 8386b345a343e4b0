//! Bit rates of a track, as HLS defines them.

use crate::index::Segment;

/// The peak and the average bit rate, bit/s, rounded up.
///
/// The peak is the greatest of any run of segments that lasts between half and one and a half times the longest segment
/// (RFC 8216bis §4.4.6.2, "peak segment bit rate"): a last segment of one keyframe is no peak.
pub(super) fn bandwidth(segments: &[Segment], timescale: u32) -> (u32, u32) {
    let longest = segments.iter().map(|s| u64::from(s.duration)).max().unwrap_or(0);
    let all = segments.iter().fold((0, 0), add);
    let average = rate(all, timescale);
    let mut peak = 0;
    for from in 0..segments.len() {
        let mut run = (0, 0);
        for segment in &segments[from..] {
            run = add(run, segment);
            if run.1 * 2 > longest * 3 {
                break;
            }
            if run.1 * 2 >= longest {
                peak = peak.max(rate(run, timescale));
            }
        }
    }
    (peak.max(average), average)
}

fn add((bytes, ticks): (u64, u64), segment: &Segment) -> (u64, u64) {
    (bytes + u64::from(segment.len), ticks + u64::from(segment.duration))
}

fn rate((bytes, ticks): (u64, u64), timescale: u32) -> u32 {
    let bits = u128::from(bytes) * 8 * u128::from(timescale);
    u32::try_from(bits.div_ceil(u128::from(ticks.max(1)))).unwrap_or(u32::MAX)
}
