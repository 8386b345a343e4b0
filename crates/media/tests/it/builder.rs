//! Writes fragmented files of any shape, box by box, so that every variant of the standard's optional fields is met.

/// A sample of a fragment.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    pub duration: u32,
    pub size: u32,
    pub sync: bool,
    pub offset: i32,
}

/// How a fragment says what it says.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Sizes, durations and flags stand with each sample, though they are alike.
    pub verbose: bool,
    /// The first sample's flags stand alone, if the rest are alike.
    pub first_flags: bool,
    /// 64-bit decode time, signed offsets.
    pub version: u8,
    /// `mdat` with a 64-bit size.
    pub large: bool,
    /// A `styp` before the fragment.
    pub styp: bool,
    /// Samples in two runs.
    pub split: bool,
}

pub const SYNC: u32 = 0x0200_0000;
pub const OTHER: u32 = 0x0101_0000;

pub fn make(name: &[u8; 4], parts: &[&[u8]]) -> Vec<u8> {
    let body: Vec<u8> = parts.concat();
    let mut out = (body.len() as u32 + 8).to_be_bytes().to_vec();
    out.extend(name);
    out.extend(body);
    out
}

fn full(version: u8, flags: u32) -> [u8; 4] {
    (u32::from(version) << 24 | flags).to_be_bytes()
}

fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|w| w.to_be_bytes()).collect()
}

pub fn ftyp() -> Vec<u8> {
    make(b"ftyp", &[b"iso6", &[0; 4], b"iso6cmfc"])
}

/// A `moov` for video of 320 x 180, H.264 High 3.1.
pub fn video_moov(timescale: u32) -> Vec<u8> {
    let avcc = make(b"avcC", &[&[1, 0x64, 0x00, 0x1f, 0xff, 0xe0, 0x00]]);
    let mut entry = vec![0; 6];
    entry.extend([0, 1]);
    entry.extend([0; 16]);
    entry.extend([0x01, 0x40, 0x00, 0xb4]);
    entry.extend([0; 50]);
    let entry = make(b"avc1", &[&entry, &avcc]);
    moov(timescale, b"vide", &entry)
}

/// A `moov` for sound whose AudioSpecificConfig is the one given.
pub fn audio_moov(timescale: u32, config: &[u8]) -> Vec<u8> {
    let mut specific = vec![0x05, config.len() as u8];
    specific.extend(config);
    let mut decoder = vec![0x04, 13 + specific.len() as u8, 0x40];
    decoder.extend([0; 12]);
    decoder.extend(specific);
    // Lengths may take four bytes where one would do.
    let mut es = vec![0x03, 0x80, 0x80, 0x80, 3 + decoder.len() as u8, 0, 1, 0];
    es.extend(decoder);
    let esds = make(b"esds", &[&full(0, 0), &es]);
    let mut entry = vec![0; 6];
    entry.extend([0, 1]);
    entry.extend([0; 8]);
    entry.extend([0, 2, 0, 16, 0, 0, 0, 0]);
    entry.extend((timescale << 16).to_be_bytes());
    let entry = make(b"mp4a", &[&entry, &esds]);
    moov(timescale, b"soun", &entry)
}

pub fn moov(timescale: u32, handler: &[u8; 4], entry: &[u8]) -> Vec<u8> {
    let tkhd = make(b"tkhd", &[&full(0, 3), &words(&[0, 0, 1, 0, 0])]);
    let mdhd = make(b"mdhd", &[&full(0, 0), &words(&[0, 0, timescale, 0, 0])]);
    let hdlr = make(b"hdlr", &[&full(0, 0), &[0; 4], handler, &[0; 12], b"x\0"]);
    let stsd = make(b"stsd", &[&full(0, 0), &words(&[1]), entry]);
    let stbl = make(b"stbl", &[&stsd]);
    let minf = make(b"minf", &[&stbl]);
    let mdia = make(b"mdia", &[&mdhd, &hdlr, &minf]);
    let trak = make(b"trak", &[&tkhd, &mdia]);
    let trex = make(b"trex", &[&full(0, 0), &words(&[1, 1, 0, 0, OTHER])]);
    let mvex = make(b"mvex", &[&trex]);
    make(b"moov", &[&make(b"mvhd", &[&full(0, 0), &[0; 96]]), &trak, &mvex])
}

/// One fragment that begins at that decode time.
pub fn fragment(start: u64, samples: &[Sample], style: Style) -> Vec<u8> {
    let alike = |f: fn(&Sample) -> u32| samples.iter().all(|s| f(s) == f(&samples[0]));
    let flags = |s: &Sample| if s.sync { SYNC } else { OTHER };
    let each_duration = style.verbose || !alike(|s| s.duration);
    let each_size = style.verbose || !alike(|s| s.size);
    let first_alone = style.first_flags && !style.verbose && samples[1..].iter().all(|s| !s.sync);
    let each_flags = !first_alone && (style.verbose || !alike(|s| u32::from(s.sync)));
    let offsets = style.verbose || samples.iter().any(|s| s.offset != 0);
    let mut tfhd_flags = 0x02_0000;
    let mut tfhd = vec![1u32];
    if !each_duration {
        tfhd_flags |= 0x8;
        tfhd.push(samples[0].duration);
    }
    if !each_size {
        tfhd_flags |= 0x10;
        tfhd.push(samples[0].size);
    }
    // With the first sample's flags alone, the others' are the default of trex.
    if !each_flags && !first_alone {
        tfhd_flags |= 0x20;
        tfhd.push(flags(&samples[0]));
    }
    let tfhd = make(b"tfhd", &[&full(0, tfhd_flags), &words(&tfhd)]);
    let time = if style.version == 1 { start.to_be_bytes().to_vec() } else { words(&[start as u32]) };
    let tfdt = make(b"tfdt", &[&full(style.version, 0), &time]);
    let cut = if style.split && samples.len() > 1 { samples.len() / 2 } else { samples.len() };
    let runs = |data_at: u32| -> Vec<u8> {
        let mut out = Vec::new();
        for (n, run) in
            [&samples[..cut], &samples[cut..]].into_iter().enumerate().filter(|(_, r)| !r.is_empty())
        {
            let mut run_flags = 0;
            let mut fields = vec![run.len() as u32];
            if n == 0 {
                run_flags |= 0x1;
                fields.push(data_at);
                if first_alone {
                    run_flags |= 0x4;
                    fields.push(flags(&run[0]));
                }
            }
            for (bit, on) in
                [(0x100, each_duration), (0x200, each_size), (0x400, each_flags), (0x800, offsets)]
            {
                run_flags |= if on { bit } else { 0 };
            }
            for s in run {
                let values = [(each_duration, s.duration), (each_size, s.size), (each_flags, flags(s))];
                fields.extend(values.iter().filter(|(on, _)| *on).map(|(_, v)| *v));
                if offsets {
                    fields.push(s.offset.cast_unsigned());
                }
            }
            out.extend(make(b"trun", &[&full(1, run_flags), &words(&fields)]));
        }
        out
    };
    let mfhd = make(b"mfhd", &[&full(0, 0), &words(&[1])]);
    let moof = |data_at| make(b"moof", &[&mfhd, &make(b"traf", &[&tfhd, &tfdt, &runs(data_at)])]);
    let header = if style.large { 16 } else { 8 };
    let moof = moof(moof(0).len() as u32 + header);
    let data = vec![0u8; samples.iter().map(|s| s.size as usize).sum()];
    let mut out = if style.styp { make(b"styp", &[b"cmfs", &[0; 4]]) } else { Vec::new() };
    out.extend(moof);
    if style.large {
        out.extend([0, 0, 0, 1]);
        out.extend(b"mdat");
        out.extend((data.len() as u64 + 16).to_be_bytes());
        out.extend(data);
    } else {
        out.extend(make(b"mdat", &[&data]));
    }
    out
}
