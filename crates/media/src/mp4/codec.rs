//! Sample entries and their RFC 6381 codec strings: H.264 (14496-15) and AAC (14496-14, 14496-3).

use super::boxes::{Fields, children, only};
use super::{FourCc, Mp4Error, TrackKind};

/// What a sample entry says.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub codec: String,
    pub kind: TrackKind,
}

/// The first and only sample entry of `stsd`.
pub(super) fn entry(mut stsd: Fields<'_>, handler: FourCc) -> Result<Entry, Mp4Error> {
    stsd.full()?;
    let count = stsd.u32()?;
    if count != 1 {
        return Err(Mp4Error::Limit { what: "sample entries", limit: 1 });
    }
    let (name, _, body) = children(stsd.rest(), 0).next().ok_or(Mp4Error::Missing(FourCc(*b"stsd")))??;
    match (&handler.0, &name.0) {
        (b"vide", b"avc1" | b"avc3") => video(name, body),
        (b"soun", b"mp4a") => audio(name, body),
        (b"vide" | b"soun", _) => Err(Mp4Error::Codec(name)),
        _ => Err(Mp4Error::Handler(handler)),
    }
}

/// VisualSampleEntry (14496-12 §12.1.3) with `avcC`.
fn video(name: FourCc, body: &[u8]) -> Result<Entry, Mp4Error> {
    let mut fields = Fields::new(name, body);
    fields.bytes(8 + 16)?;
    let (width, height) = (fields.u16()?.into(), fields.u16()?.into());
    fields.bytes(50)?;
    let mut avcc = only(fields.rest(), b"avcC")?;
    let (version, profile, constraints, level) = (avcc.u8()?, avcc.u8()?, avcc.u8()?, avcc.u8()?);
    if version != 1 || width == 0 || height == 0 {
        return Err(Mp4Error::Codec(name));
    }
    let codec = format!("{}.{profile:02x}{constraints:02x}{level:02x}", name.0.escape_ascii());
    Ok(Entry { codec, kind: TrackKind::Video { width, height } })
}

/// AudioSampleEntry (14496-12 §12.2.3) with `esds`.
fn audio(name: FourCc, body: &[u8]) -> Result<Entry, Mp4Error> {
    let mut fields = Fields::new(name, body);
    fields.bytes(8 + 8 + 8)?;
    // Channel count and size stand here too, but only the decoder's own configuration is to be trusted.
    fields.bytes(4)?;
    let mut esds = only(fields.rest(), b"esds")?;
    esds.full()?;
    let (mut es, _) = descriptor(&mut esds, 0x03)?;
    es.u16()?;
    let flags = es.u8()?;
    if flags & 0x80 != 0 {
        es.u16()?;
    }
    if flags & 0x40 != 0 {
        let url = es.u8()?;
        es.bytes(url.into())?;
    }
    if flags & 0x20 != 0 {
        es.u16()?;
    }
    let (mut config, _) = descriptor(&mut es, 0x04)?;
    let object_type = config.u8()?;
    config.bytes(12)?;
    let (specific, _) = descriptor(&mut config, 0x05)?;
    if object_type != 0x40 {
        return Err(Mp4Error::Codec(name));
    }
    let (audio_type, sample_rate, channels) = audio_specific(specific.rest()).ok_or(Mp4Error::Codec(name))?;
    Ok(Entry { codec: format!("mp4a.40.{audio_type}"), kind: TrackKind::Audio { channels, sample_rate } })
}

/// A descriptor of that tag (14496-1 §8.3.3): its length stands in one to four bytes of seven bits.
fn descriptor<'a>(fields: &mut Fields<'a>, tag: u8) -> Result<(Fields<'a>, usize), Mp4Error> {
    let name = FourCc(*b"esds");
    if fields.u8()? != tag {
        return Err(Mp4Error::Codec(name));
    }
    let mut len = 0usize;
    for _ in 0..4 {
        let byte = fields.u8()?;
        len = len << 7 | usize::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Ok((Fields::new(name, fields.bytes(len)?), len));
        }
    }
    Err(Mp4Error::Codec(name))
}

/// AudioSpecificConfig (14496-3 §1.6.2.1): object type, sample rate, channels.
fn audio_specific(bytes: &[u8]) -> Option<(u32, u32, u32)> {
    const RATES: [u32; 13] =
        [96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350];
    let mut at = 0usize;
    let mut bits = |n: usize| -> Option<u32> {
        let mut value = 0;
        for _ in 0..n {
            let byte = *bytes.get(at / 8)?;
            value = value << 1 | u32::from(byte >> (7 - at % 8) & 1);
            at += 1;
        }
        Some(value)
    };
    let mut kind = bits(5)?;
    if kind == 31 {
        kind = 32 + bits(6)?;
    }
    let rate = match bits(4)? {
        15 => bits(24)?,
        index => *RATES.get(index as usize)?,
    };
    // Channel configuration 7 means eight channels (7.1); 0 means that a program config tells, which is not read.
    let channels = match bits(4)? {
        7 => 8,
        n @ 1..=6 => n,
        _ => return None,
    };
    (kind != 0 && rate != 0).then_some((kind, rate, channels))
}
