//! The movie box: what kind of track, its timescale, its codec, its sample defaults.

use super::boxes::{Fields, children, only, optional};
use super::codec::{self, Entry};
use super::{FourCc, Mp4Error};

/// What the fragments need of `moov`.
#[derive(Clone, Debug)]
pub(super) struct Movie {
    pub track_id: u32,
    pub timescale: u32,
    pub entry: Entry,
    pub defaults: Defaults,
}

/// Defaults for samples, from `trex` (§8.8.3).
#[derive(Clone, Copy, Debug)]
pub(super) struct Defaults {
    pub duration: u32,
    pub size: u32,
    pub flags: u32,
}

/// Reads the body of `moov`.
pub(super) fn read(moov: &[u8]) -> Result<Movie, Mp4Error> {
    let mut tracks = Vec::new();
    for child in children(moov, 0) {
        let (name, _, body) = child?;
        if name.0 == *b"trak" {
            tracks.push(body);
        }
    }
    let [trak] = tracks[..] else { return Err(Mp4Error::Tracks(tracks.len())) };
    let mdia = only(trak, b"mdia")?.rest();
    let timescale = timescale(only(mdia, b"mdhd")?)?;
    let handler = handler(only(mdia, b"hdlr")?)?;
    let minf = only(mdia, b"minf")?.rest();
    let stbl = only(minf, b"stbl")?.rest();
    let entry = codec::entry(only(stbl, b"stsd")?, handler)?;
    let track_id = track_id(only(trak, b"tkhd")?)?;
    let defaults = defaults(only(moov, b"mvex")?.rest(), track_id)?;
    Ok(Movie { track_id, timescale, entry, defaults })
}

fn timescale(mut mdhd: Fields<'_>) -> Result<u32, Mp4Error> {
    let (version, _) = mdhd.full()?;
    mdhd.bytes(if version == 1 { 16 } else { 8 })?;
    match mdhd.u32()? {
        0 => Err(Mp4Error::Time("the timescale is 0")),
        timescale => Ok(timescale),
    }
}

fn handler(mut hdlr: Fields<'_>) -> Result<FourCc, Mp4Error> {
    hdlr.bytes(8)?;
    hdlr.fourcc()
}

fn track_id(mut tkhd: Fields<'_>) -> Result<u32, Mp4Error> {
    let (version, _) = tkhd.full()?;
    tkhd.bytes(if version == 1 { 16 } else { 8 })?;
    tkhd.u32()
}

fn defaults(mvex: &[u8], track_id: u32) -> Result<Defaults, Mp4Error> {
    let name = FourCc(*b"trex");
    let mut trex = optional(mvex, name)?.ok_or(Mp4Error::Missing(name))?;
    trex.full()?;
    if trex.u32()? != track_id {
        return Err(Mp4Error::Misplaced(name));
    }
    trex.u32()?;
    Ok(Defaults { duration: trex.u32()?, size: trex.u32()?, flags: trex.u32()? })
}
