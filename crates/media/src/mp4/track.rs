//! The walk over a track file's top-level boxes, and the segments it finds.

use std::io::{Read, Seek, SeekFrom};

use super::moof::{self, Fragment};
use super::moov::{self, Movie};
use super::{FourCc, Limits, Mp4Error, rate};
use crate::index::{AudioTrack, ByteRange, Segment, VideoTrack};
use crate::ladder::reduce;

/// What kind of track a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrackKind {
    /// Pictures of so many pixels.
    Video {
        /// Pixels.
        width: u32,
        /// Pixels.
        height: u32,
    },
    /// Sound.
    Audio {
        /// Number of channels.
        channels: u32,
        /// Samples per second.
        sample_rate: u32,
    },
}

/// A track file, indexed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexedTrack {
    /// Video or audio.
    pub kind: TrackKind,
    /// RFC 6381 codec string.
    pub codec: String,
    /// Ticks per second.
    pub timescale: u32,
    /// `ftyp` and `moov`.
    pub init: ByteRange,
    /// At least one, in order, without gap in time.
    pub segments: Vec<Segment>,
    /// Samples in all segments.
    pub samples: u64,
    /// The earliest presentation time, ticks. Ours begin at 0.
    pub first_presented: i64,
    /// The greatest bit rate of any segment's worth of time, bit/s.
    pub bandwidth_peak: u32,
    /// All segments' bits over all segments' time, bit/s.
    pub bandwidth_avg: u32,
}

/// Indexes a fragmented track file: `ftyp`, `moov`, then fragments (`moof`, `mdat`, with `styp`, `sidx`, `prft` or `emsg`
/// before them). Reads headers, `moov` and `moof`, nothing else.
///
/// # Errors
/// When the file is damaged, is not fragmented, has other than one track, or is over a limit.
pub fn index_track(mut file: impl Read + Seek, limits: &Limits) -> Result<IndexedTrack, Mp4Error> {
    let len = file.seek(SeekFrom::End(0))?;
    let mut walk = Walk {
        limits,
        movie: None,
        init_end: 0,
        pending: None,
        groups: Vec::new(),
        samples: 0,
        presented: i64::MAX,
    };
    let (mut at, mut boxes) = (0, 0);
    while at < len {
        boxes += 1;
        if boxes > limits.max_boxes {
            return Err(Mp4Error::Limit { what: "boxes", limit: limits.max_boxes.into() });
        }
        file.seek(SeekFrom::Start(at))?;
        let (name, header, size) = top_level(&mut file, at, len)?;
        walk.step(&mut file, name, at, header, size)?;
        at += size;
    }
    walk.finish()
}

/// Name, header length and size of the box at `at`; the size is checked against the file's length.
fn top_level(file: &mut impl Read, at: u64, len: u64) -> Result<(FourCc, u64, u64), Mp4Error> {
    let room = len - at;
    let mut head = [0; 16];
    if room < 8 {
        return Err(Mp4Error::Size { name: FourCc(*b"box "), at, size: 8, room });
    }
    file.read_exact(&mut head[..8])?;
    let word = u32::from_be_bytes([head[0], head[1], head[2], head[3]]);
    let name = FourCc([head[4], head[5], head[6], head[7]]);
    let (header, size) = if word == 1 && room >= 16 {
        file.read_exact(&mut head[8..])?;
        let [.., a, b, c, d, e, f, g, h] = head;
        (16, u64::from_be_bytes([a, b, c, d, e, f, g, h]))
    } else {
        // Size 0, "to the end of the file", is not for fragments, whose data is followed by more.
        (8, u64::from(word))
    };
    if size < header || size > room {
        Err(Mp4Error::Size { name, at, size, room })
    } else {
        Ok((name, header, size))
    }
}

struct Walk<'a> {
    limits: &'a Limits,
    movie: Option<Movie>,
    init_end: u64,
    /// The fragment whose `mdat` has not come yet, with where its `moof` begins; or boxes that precede a `moof`.
    pending: Option<(u64, Option<(u64, Fragment)>)>,
    groups: Vec<Group>,
    samples: u64,
    presented: i64,
}

/// A segment in the making.
struct Group {
    offset: u64,
    end: u64,
    start: u64,
    duration: u64,
}

impl Walk<'_> {
    fn step(
        &mut self,
        file: &mut impl Read,
        name: FourCc,
        at: u64,
        header: u64,
        size: u64,
    ) -> Result<(), Mp4Error> {
        let end = at + size;
        match &name.0 {
            b"ftyp" if at == 0 => {}
            b"moov" if self.movie.is_none() => {
                let body = body(file, size - header, self.limits.max_moov_bytes, "bytes of 'moov'")?;
                self.movie = Some(moov::read(&body)?);
                self.init_end = end;
            }
            b"ftyp" | b"moov" => return Err(Mp4Error::Misplaced(name)),
            b"moof" => {
                let movie = self.movie.as_ref().ok_or(Mp4Error::Missing(FourCc(*b"moov")))?;
                let body = body(file, size - header, self.limits.max_moof_bytes, "bytes of 'moof'")?;
                let left = self.limits.max_samples.saturating_sub(self.samples);
                let fragment = moof::read(&body, at, movie, left)?;
                let begins = match self.pending {
                    Some((_, Some(_))) => return Err(Mp4Error::Misplaced(name)),
                    Some((begins, None)) => begins,
                    None => at,
                };
                self.pending = Some((begins, Some((at, fragment))));
            }
            b"mdat" => {
                let Some((begins, Some((moof, fragment)))) = self.pending.take() else {
                    return Err(Mp4Error::Misplaced(name));
                };
                // Offsets count from the first byte of moof.
                let data = (moof.checked_add(fragment.data.0), moof.checked_add(fragment.data.1));
                match data {
                    (Some(first), Some(last)) if first >= at + header && last <= end => {}
                    _ => return Err(Mp4Error::Data(moof)),
                }
                self.fragment(begins, end, moof, &fragment)?;
            }
            b"styp" | b"prft" | b"emsg" if self.movie.is_some() && self.pending.is_none() => {
                self.pending = Some((at, None));
            }
            // sidx, mfra, free and what is not known: skipped.
            _ => {}
        }
        Ok(())
    }

    fn fragment(&mut self, begins: u64, end: u64, moof: u64, fragment: &Fragment) -> Result<(), Mp4Error> {
        let timescale = self.movie.as_ref().map_or(1, |m| m.timescale);
        self.samples += fragment.samples;
        self.presented = self.presented.min(fragment.presented);
        let Some(last) = self.groups.last_mut() else {
            if !fragment.sync {
                return Err(Mp4Error::NoSync);
            }
            self.groups.push(Group {
                offset: begins,
                end,
                start: fragment.start,
                duration: fragment.duration,
            });
            return Ok(());
        };
        let ended = last.start.checked_add(last.duration).ok_or(Mp4Error::Time("a sum overflows"))?;
        if fragment.start != ended {
            return Err(Mp4Error::Gap { at: moof, begins: fragment.start, ended });
        }
        let lasted_us = u128::from(last.duration) * 1_000_000 / u128::from(timescale);
        if fragment.sync && lasted_us >= u128::from(self.limits.min_segment_us) {
            self.groups.push(Group {
                offset: begins,
                end,
                start: fragment.start,
                duration: fragment.duration,
            });
        } else {
            last.end = end;
            last.duration =
                last.duration.checked_add(fragment.duration).ok_or(Mp4Error::Time("a sum overflows"))?;
        }
        Ok(())
    }

    fn finish(self) -> Result<IndexedTrack, Mp4Error> {
        let movie = self.movie.ok_or(Mp4Error::Missing(FourCc(*b"moov")))?;
        if self.pending.is_some_and(|(_, fragment)| fragment.is_some()) {
            return Err(Mp4Error::Missing(FourCc(*b"mdat")));
        }
        if self.groups.is_empty() {
            return Err(Mp4Error::NoFragments);
        }
        let large = || Mp4Error::Limit { what: "bytes or ticks in a segment", limit: u32::MAX.into() };
        let init = ByteRange { offset: 0, len: u32::try_from(self.init_end).map_err(|_| large())? };
        let segments = self.groups.iter().map(|g| {
            let len = u32::try_from(g.end - g.offset).ok()?;
            Some(Segment { offset: g.offset, len, start: g.start, duration: u32::try_from(g.duration).ok()? })
        });
        let segments: Vec<Segment> = segments.collect::<Option<_>>().ok_or_else(large)?;
        let (bandwidth_peak, bandwidth_avg) = rate::bandwidth(&segments, movie.timescale);
        Ok(IndexedTrack {
            kind: movie.entry.kind,
            codec: movie.entry.codec,
            timescale: movie.timescale,
            init,
            segments,
            samples: self.samples,
            first_presented: self.presented,
            bandwidth_peak,
            bandwidth_avg,
        })
    }
}

fn body(file: &mut impl Read, len: u64, limit: u64, what: &'static str) -> Result<Vec<u8>, Mp4Error> {
    if len > limit {
        return Err(Mp4Error::Limit { what, limit });
    }
    let mut body = vec![0; usize::try_from(len).map_err(|_| Mp4Error::Limit { what, limit })?];
    file.read_exact(&mut body)?;
    Ok(body)
}

impl IndexedTrack {
    /// The end of the last segment less the start of the first, microseconds.
    pub fn duration_us(&self) -> u64 {
        let ticks: u64 = self.segments.iter().map(|s| u64::from(s.duration)).sum();
        u64::try_from(u128::from(ticks) * 1_000_000 / u128::from(self.timescale.max(1))).unwrap_or(u64::MAX)
    }

    /// The track as a rung of an index; nothing when it is sound. The frame rate is samples over time.
    pub fn into_video(self, id: impl Into<String>) -> Option<VideoTrack> {
        let TrackKind::Video { width, height } = self.kind else { return None };
        let ticks: u64 = self.segments.iter().map(|s| u64::from(s.duration)).sum();
        Some(VideoTrack {
            id: id.into(),
            codec: self.codec,
            width,
            height,
            frame_rate: reduce(self.samples.saturating_mul(self.timescale.into()), ticks),
            bandwidth_peak: self.bandwidth_peak,
            bandwidth_avg: self.bandwidth_avg,
            timescale: self.timescale,
            init: self.init,
            segments: self.segments,
        })
    }

    /// The track as sound in that language; nothing when it is video.
    pub fn into_audio(self, id: impl Into<String>, lang: impl Into<String>) -> Option<AudioTrack> {
        let TrackKind::Audio { channels, sample_rate } = self.kind else { return None };
        Some(AudioTrack {
            id: id.into(),
            lang: lang.into(),
            codec: self.codec,
            channels,
            sample_rate,
            bandwidth_peak: self.bandwidth_peak,
            bandwidth_avg: self.bandwidth_avg,
            timescale: self.timescale,
            init: self.init,
            segments: self.segments,
        })
    }
}
