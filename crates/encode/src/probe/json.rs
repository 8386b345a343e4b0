//! ffprobe's JSON.

use serde::Deserialize;

use super::{AudioStream, Probe, Transfer, VideoStream};
use crate::config::Limits;
use crate::error::EncodeError;

/// What is asked for, and nothing more.
pub(super) const ENTRIES: &str = "format=format_name,duration,start_time:stream=index,codec_type,codec_name,width,height,\
    sample_aspect_ratio,avg_frame_rate,r_frame_rate,field_order,color_transfer,duration,channels,sample_rate:stream_tags=language,DURATION:\
    stream_disposition=default,attached_pic:stream_side_data=rotation";

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    streams: Vec<Stream>,
    format: Option<Format>,
}

#[derive(Deserialize)]
struct Format {
    format_name: Option<String>,
    duration: Option<String>,
    start_time: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Stream {
    index: u32,
    codec_type: String,
    codec_name: String,
    width: u32,
    height: u32,
    sample_aspect_ratio: String,
    avg_frame_rate: String,
    r_frame_rate: String,
    field_order: String,
    color_transfer: String,
    duration: String,
    channels: u32,
    sample_rate: String,
    tags: Tags,
    disposition: Disposition,
    side_data_list: Vec<SideData>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Tags {
    language: Option<String>,
    #[serde(rename = "DURATION")]
    duration: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Disposition {
    default: u8,
    attached_pic: u8,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct SideData {
    rotation: Option<f64>,
}

/// The probe of a file that has one picture stream at least.
pub(super) fn read(bytes: &[u8], file_bytes: u64, limits: &Limits) -> Result<Probe, EncodeError> {
    let answer: Answer =
        serde_json::from_slice(bytes).map_err(|e| EncodeError::NotMedia { log: e.to_string() })?;
    if answer.streams.len() > limits.max_streams {
        return Err(EncodeError::TooManyStreams(answer.streams.len(), limits.max_streams));
    }
    let mut audio: Vec<&Stream> = answer
        .streams
        .iter()
        .filter(|s| s.codec_type == "audio" && s.channels > 0 && !s.codec_name.is_empty())
        .collect();
    audio.sort_by_key(|s| s.disposition.default == 0);
    // A cover picture in a sound file is a "video stream" of one frame.
    let pictures =
        answer.streams.iter().filter(|s| s.codec_type == "video" && s.disposition.attached_pic == 0);
    let Some(video) = pictures.max_by_key(|s| (s.disposition.default, std::cmp::Reverse(s.index))) else {
        return Err(if audio.is_empty() { EncodeError::NoVideo } else { EncodeError::AudioOnly });
    };
    let format = answer.format.ok_or_else(|| EncodeError::NotMedia { log: "no format".into() })?;
    let own = micros(&video.duration).or_else(|| video.tags.duration.as_deref().and_then(clock));
    let whole = format.duration.as_deref().and_then(micros);
    let duration_us = own.or(whole).filter(|us| *us > 0).ok_or(EncodeError::NoDuration)?;
    Ok(Probe {
        format: format.format_name.unwrap_or_default(),
        bytes: file_bytes,
        duration_us,
        video: picture(video),
        audio: audio.into_iter().map(sound).collect(),
    })
}

fn picture(stream: &Stream) -> VideoStream {
    let (mut width, mut height) = (stream.width, stream.height);
    if let Some((num, den)) = ratio(&stream.sample_aspect_ratio, ':') {
        // Stretched the way that adds pixels: none are thrown away.
        let scaled = |n: u32, by: u32, over: u32| {
            u32::try_from((u64::from(n) * u64::from(by) + u64::from(over) / 2) / u64::from(over))
        };
        if num > den {
            width = scaled(width, num, den).unwrap_or(u32::MAX);
        } else {
            height = scaled(height, den, num).unwrap_or(u32::MAX);
        }
    }
    let turned = stream
        .side_data_list
        .iter()
        .filter_map(|s| s.rotation)
        .any(|r| (r.abs() % 180.0 - 90.0).abs() < 45.0);
    if turned {
        (width, height) = (height, width);
    }
    let rate = ratio(&stream.avg_frame_rate, '/').or_else(|| ratio(&stream.r_frame_rate, '/'));
    VideoStream {
        index: stream.index,
        codec: stream.codec_name.clone(),
        width,
        height,
        fps: common_rate(rate.unwrap_or((25, 1))),
        transfer: match stream.color_transfer.as_str() {
            "smpte2084" => Transfer::Pq,
            "arib-std-b67" => Transfer::Hlg,
            _ => Transfer::Standard,
        },
        interlaced: ["tt", "bb", "tb", "bt"].contains(&stream.field_order.as_str()),
    }
}

fn sound(stream: &Stream) -> AudioStream {
    AudioStream {
        index: stream.index,
        codec: stream.codec_name.clone(),
        channels: stream.channels,
        sample_rate: stream.sample_rate.parse().unwrap_or(48_000),
        lang: stream.tags.language.clone().filter(|l| l != "und"),
    }
}

/// A rate as films and cameras have it, if one is within 1%: averages over a file are a little off.
fn common_rate((num, den): (u32, u32)) -> (u32, u32) {
    const COMMON: [(u32, u32); 12] = [
        (24, 1),
        (24_000, 1001),
        (25, 1),
        (30, 1),
        (30_000, 1001),
        (48, 1),
        (50, 1),
        (60, 1),
        (60_000, 1001),
        (12, 1),
        (15, 1),
        (120, 1),
    ];
    let fps = |(n, d): (u32, u32)| f64::from(n) / f64::from(d);
    let rate = fps((num, den));
    let off = |common: &(u32, u32)| (fps(*common) - rate).abs() / rate;
    let nearest = COMMON.into_iter().filter(|c| off(c) < 0.01).min_by(|a, b| off(a).total_cmp(&off(b)));
    // Otherwise a whole number of frames: odd fractions make odd timescales.
    nearest.unwrap_or(((rate.round() as u32).clamp(1, 240), 1))
}

/// A ratio of two positive numbers; nothing for `0:1`, `N/A` and rubbish.
fn ratio(text: &str, sign: char) -> Option<(u32, u32)> {
    let (num, den) = text.split_once(sign)?;
    let (num, den) = (num.parse().ok()?, den.parse().ok()?);
    (num > 0 && den > 0).then_some((num, den))
}

fn micros(seconds: &str) -> Option<u64> {
    let seconds: f64 = seconds.parse().ok()?;
    (seconds.is_finite() && (0.0..1e9).contains(&seconds)).then(|| (seconds * 1e6).round() as u64)
}

/// Matroska's `00:01:02.500000000`.
fn clock(text: &str) -> Option<u64> {
    let mut parts = text.splitn(3, ':');
    let (h, m, s) = (parts.next()?, parts.next()?, parts.next()?);
    let (h, m): (u32, u32) = (h.parse().ok()?, m.parse().ok()?);
    Some((u64::from(h) * 3600 + u64::from(m) * 60) * 1_000_000 + micros(s)?)
}

/// Where the file's times begin, and how long it says it is, seconds.
pub(super) fn span(bytes: &[u8]) -> Option<(f64, f64)> {
    let format = serde_json::from_slice::<Answer>(bytes).ok()?.format?;
    let number = |text: Option<String>| text.and_then(|t| t.parse::<f64>().ok()).filter(|n| n.is_finite());
    Some((number(format.start_time).unwrap_or(0.0), number(format.duration)?))
}

/// The end of the last packet in `pts,dts,duration` lines, seconds.
pub(super) fn last_packet(csv: &[u8]) -> Option<f64> {
    let text = String::from_utf8_lossy(csv);
    let ends = text.lines().filter_map(|line| {
        let fields: Vec<Option<f64>> = line.split(',').map(|f| f.parse().ok()).collect();
        let at = fields.first().copied().flatten().or(fields.get(1).copied().flatten())?;
        Some(at + fields.get(2).copied().flatten().unwrap_or(0.0))
    });
    ends.max_by(f64::total_cmp)
}
