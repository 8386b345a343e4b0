//! The movie fragment box (14496-12 §8.8.4): times, sizes and sync flags of a fragment's samples.

use super::boxes::{Fields, children, only, optional};
use super::moov::Movie;
use super::{FourCc, Mp4Error};

/// What one fragment says of its samples.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fragment {
    /// Decode time of the first sample (`tfdt`).
    pub start: u64,
    pub duration: u64,
    pub samples: u64,
    /// Whether the first sample can be decoded alone.
    pub sync: bool,
    /// The earliest presentation time among the samples, ticks.
    pub presented: i64,
    /// Where the samples' bytes begin and end, from the first byte of `moof`.
    pub data: (u64, u64),
}

/// `sample_is_non_sync_sample` (§8.8.3.1).
const NON_SYNC: u32 = 0x0001_0000;

const OVERFLOW: Mp4Error = Mp4Error::Time("a sum overflows");

/// Reads the body of a `moof`. `at` is where the box begins, `budget` how many samples the file may still have.
pub(super) fn read(moof: &[u8], at: u64, movie: &Movie, budget: u64) -> Result<Fragment, Mp4Error> {
    let traf_name = FourCc(*b"traf");
    let traf = optional(moof, traf_name)?.ok_or(Mp4Error::Missing(traf_name))?.rest();
    let header = header(only(traf, b"tfhd")?, movie)?;
    let start = decode_time(only(traf, b"tfdt")?)?;
    let mut fragment =
        Fragment { start, duration: 0, samples: 0, sync: false, presented: i64::MAX, data: (u64::MAX, 0) };
    let mut next_data: Option<u64> = None;
    for child in children(traf, at) {
        let (name, _, body) = child?;
        if name.0 == *b"trun" {
            run(Fields::new(name, body), at, &header, &mut fragment, &mut next_data, budget)?;
        }
    }
    if fragment.samples == 0 || fragment.duration == 0 {
        return Err(Mp4Error::Time("a fragment has no samples or no duration"));
    }
    Ok(fragment)
}

/// Defaults after `tfhd` (§8.8.7).
struct Header {
    duration: u32,
    size: u32,
    flags: u32,
}

fn header(mut tfhd: Fields<'_>, movie: &Movie) -> Result<Header, Mp4Error> {
    let (_, flags) = tfhd.full()?;
    if tfhd.u32()? != movie.track_id {
        return Err(Mp4Error::Misplaced(FourCc(*b"tfhd")));
    }
    // base_data_offset would make offsets count from the file's start: segments could not be moved. CMAF forbids it.
    if flags & 0x1 != 0 || flags & 0x02_0000 == 0 {
        return Err(Mp4Error::Misplaced(FourCc(*b"tfhd")));
    }
    if flags & 0x2 != 0 {
        tfhd.u32()?;
    }
    let mut field = |bit: u32, default: u32| if flags & bit != 0 { tfhd.u32() } else { Ok(default) };
    Ok(Header {
        duration: field(0x8, movie.defaults.duration)?,
        size: field(0x10, movie.defaults.size)?,
        flags: field(0x20, movie.defaults.flags)?,
    })
}

fn decode_time(mut tfdt: Fields<'_>) -> Result<u64, Mp4Error> {
    let (version, _) = tfdt.full()?;
    if version == 1 { tfdt.u64() } else { tfdt.u32().map(u64::from) }
}

/// One `trun` (§8.8.8). `next_data` is where the data of the run before ended.
fn run(
    mut trun: Fields<'_>,
    at: u64,
    header: &Header,
    fragment: &mut Fragment,
    next_data: &mut Option<u64>,
    budget: u64,
) -> Result<(), Mp4Error> {
    let (version, flags) = trun.full()?;
    let count = trun.u32()?;
    let fields = [0x100, 0x200, 0x400, 0x800].iter().filter(|bit| flags & **bit != 0).count() as u64;
    if u64::from(count) > budget.saturating_sub(fragment.samples) {
        return Err(Mp4Error::Limit { what: "samples", limit: budget });
    }
    let data = if flags & 0x1 != 0 {
        // Signed, but data before the fragment belongs to another one.
        u64::try_from(trun.u32()?.cast_signed()).map_err(|_| Mp4Error::Data(at))?
    } else {
        next_data.ok_or(Mp4Error::Data(at))?
    };
    let first_flags = if flags & 0x4 != 0 { Some(trun.u32()?) } else { None };
    // Also keeps a run without fields from costing 2^32 steps: then all samples are alike.
    if fields == 0 && count > 1 && header.duration == 0 {
        return Err(Mp4Error::Time("samples have no duration"));
    }
    let mut end = data;
    for n in 0..count {
        let mut field = |bit: u32, default: u32| if flags & bit != 0 { trun.u32() } else { Ok(default) };
        let duration = field(0x100, header.duration)?;
        let size = field(0x200, header.size)?;
        let sample_flags = field(0x400, header.flags)?;
        let offset = field(0x800, 0)?;
        let offset = if version == 0 { i64::from(offset) } else { i64::from(offset.cast_signed()) };
        if fragment.samples == 0 {
            fragment.sync = first_flags.filter(|_| n == 0).unwrap_or(sample_flags) & NON_SYNC == 0;
        }
        let decoded = fragment.start.checked_add(fragment.duration).and_then(|t| i64::try_from(t).ok());
        let presented = decoded.and_then(|t| t.checked_add(offset)).ok_or(OVERFLOW)?;
        fragment.presented = fragment.presented.min(presented);
        fragment.duration = fragment.duration.checked_add(duration.into()).ok_or(OVERFLOW)?;
        end = end.checked_add(size.into()).ok_or(OVERFLOW)?;
        fragment.samples += 1;
    }
    fragment.data = (fragment.data.0.min(data), fragment.data.1.max(end));
    *next_data = Some(end);
    Ok(())
}
