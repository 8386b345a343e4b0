//! The multivariant playlist (RFC 8216bis §4.4.6).

use std::collections::HashSet;

use super::attributes::Line;
use super::language_name;
use crate::index::{AudioTrack, MediaIndex, VideoTrack};

/// The first variant is where players begin before they have measured anything: the best one at or under this rate.
const START_BANDWIDTH: u32 = 2_500_000;

/// What one viewer's playlist leaves out or prefers.
#[derive(Clone, Copy, Debug, Default)]
pub struct MasterOptions<'a> {
    /// Leave out rungs whose short side is larger (what the viewer's plan allows). The lowest rung always stays.
    pub max_height: Option<u32>,
    /// The language that audio should begin in, where there is such a track.
    pub language: Option<&'a str>,
}

/// The multivariant playlist: one variant per rung (demuxed), one `AUDIO` and one `SUBTITLES` group.
///
/// The index is taken as valid ([`MediaIndex::validate`]).
pub fn master(index: &MediaIndex, options: &MasterOptions<'_>) -> String {
    let mut out = String::from("#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n");
    let mut names = HashSet::new();
    let preferred =
        options.language.and_then(|wanted| index.audio.iter().position(|t| same_language(&t.lang, wanted)));
    for (n, track) in index.audio.iter().enumerate() {
        let name = unique(language_name(&track.lang).unwrap_or(&track.lang), &mut names);
        let mut line =
            Line::new("EXT-X-MEDIA").bare("TYPE", "AUDIO").quoted("GROUP-ID", "audio").quoted("NAME", &name);
        if track.lang != "und" {
            line = line.quoted("LANGUAGE", &track.lang);
        }
        let line = line
            .bare("DEFAULT", yes(n == preferred.unwrap_or(0)))
            .bare("AUTOSELECT", "YES")
            .quoted("CHANNELS", &track.channels.to_string())
            .quoted("URI", &format!("{}.m3u8", track.id));
        out.push_str(&line.end());
    }
    names.clear();
    for track in &index.text {
        let line = Line::new("EXT-X-MEDIA")
            .bare("TYPE", "SUBTITLES")
            .quoted("GROUP-ID", "subtitles")
            .quoted("NAME", &unique(&track.label, &mut names))
            .quoted("LANGUAGE", &track.lang)
            // Never on unasked: the player remembers what the viewer chose.
            .bare("DEFAULT", "NO")
            .bare("AUTOSELECT", "YES")
            .bare("FORCED", yes(track.forced))
            .quoted("URI", &format!("{}.m3u8", track.id));
        out.push_str(&line.end());
    }
    for track in ordered(index, options) {
        out.push_str(&variant(index, track));
    }
    out
}

/// The rungs that the options leave, the starting one first, then upwards.
fn ordered<'a>(index: &'a MediaIndex, options: &MasterOptions<'_>) -> Vec<&'a VideoTrack> {
    let mut tracks: Vec<&VideoTrack> = index.video.iter().collect();
    tracks.sort_by_key(|t| (t.width.min(t.height), t.bandwidth_peak));
    if let Some(max) = options.max_height {
        let keep = tracks.iter().filter(|t| t.width.min(t.height) <= max).count().max(1);
        tracks.truncate(keep);
    }
    let audio = audio_peak(&index.audio);
    let start =
        tracks.iter().rposition(|t| t.bandwidth_peak.saturating_add(audio) <= START_BANDWIDTH).unwrap_or(0);
    if !tracks.is_empty() {
        let first = tracks.remove(start);
        tracks.insert(0, first);
    }
    tracks
}

fn variant(index: &MediaIndex, track: &VideoTrack) -> String {
    let average = index.audio.iter().map(|t| t.bandwidth_avg).max().unwrap_or(0);
    let mut codecs = vec![track.codec.as_str()];
    for audio in &index.audio {
        if !codecs.contains(&audio.codec.as_str()) {
            codecs.push(&audio.codec);
        }
    }
    let rate = f64::from(track.frame_rate.0) / f64::from(track.frame_rate.1);
    let mut line = Line::new("EXT-X-STREAM-INF")
        .bare("BANDWIDTH", track.bandwidth_peak.saturating_add(audio_peak(&index.audio)))
        .bare("AVERAGE-BANDWIDTH", track.bandwidth_avg.saturating_add(average))
        .quoted("CODECS", &codecs.join(","))
        .bare("RESOLUTION", format_args!("{}x{}", track.width, track.height))
        .bare("FRAME-RATE", format_args!("{rate:.3}"));
    if !index.audio.is_empty() {
        line = line.quoted("AUDIO", "audio");
    }
    if !index.text.is_empty() {
        line = line.quoted("SUBTITLES", "subtitles");
    }
    // Tells players not to look for captions inside the video.
    let line = line.bare("CLOSED-CAPTIONS", "NONE");
    format!("{}{}.m3u8\n", line.end(), track.id)
}

fn audio_peak(audio: &[AudioTrack]) -> u32 {
    audio.iter().map(|t| t.bandwidth_peak).max().unwrap_or(0)
}

fn yes(is: bool) -> &'static str {
    if is { "YES" } else { "NO" }
}

/// Whether two tags name one language: `pt-BR` answers a wish for `pt`.
fn same_language(a: &str, b: &str) -> bool {
    let subtag = |tag: &str| tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
    subtag(a) == subtag(b)
}

/// Names within a group must differ (§4.4.6.1.1): a second "English" becomes "English (2)".
fn unique(name: &str, taken: &mut HashSet<String>) -> String {
    let mut candidate = name.to_owned();
    let mut n = 2;
    while !taken.insert(candidate.clone()) {
        candidate = format!("{name} ({n})");
        n += 1;
    }
    candidate
}
