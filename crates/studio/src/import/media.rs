use domain::{Locale, Markers, Media, Subtitle};

use super::{
    fields::{self, Fields},
    gather::{FileKind, FileNeed, Gathered},
    report::{Report, quote},
    text,
    yaml::Node,
};

/// Longest running time, in seconds, that a marker may point into: two days.
const MAX_SECONDS: f64 = 172_800.0;

/// The `media` of a movie, a special or an episode.
pub(crate) fn media(node: &Node, gathered: &mut Gathered, report: &mut Report) -> Option<Media> {
    let known = &["master", "language", "subtitles", "intro", "credits_at"];
    let fields = Fields::of(node, "media", known, report)?;
    let master = fields.need("master", report).and_then(|node| {
        let path = fields::text(node, "masters/lights.mp4", report)?.to_owned();
        gathered.files.push(FileNeed { kind: FileKind::Master, path: path.clone(), at: node.at });
        Some(path)
    });
    let language =
        fields.need("language", report).and_then(|node| fields::value::<Locale>(node, "en", report));
    let subtitles =
        fields.get("subtitles", report).map(|node| subtitles(node, gathered, report)).unwrap_or_default();
    let intro = fields.get("intro", report).and_then(|node| {
        let fields = Fields::of(node, "an intro", &["from", "to"], report)?;
        let from = fields.need("from", report).and_then(|node| milliseconds(node, report));
        let to = fields.need("to", report).and_then(|node| milliseconds(node, report));
        let (from, to) = (from?, to?);
        if to <= from {
            report
                .error(fields.place("to"), "the intro ends before it starts")
                .help("`to` must be greater than `from`");
        }
        Some((from, to))
    });
    let credits_at = fields.get("credits_at", report).and_then(|node| milliseconds(node, report));
    if let (Some((_, to)), Some(credits)) = (intro, credits_at)
        && credits < to
    {
        report
            .error(fields.place("credits_at"), "the closing credits begin before the intro ends")
            .help("both count seconds from the start of the title");
    }
    Some(Media { master: master?, language: language?, subtitles, markers: Markers { intro, credits_at } })
}

fn subtitles(node: &Node, gathered: &mut Gathered, report: &mut Report) -> Vec<Subtitle> {
    let mut out: Vec<Subtitle> = Vec::new();
    for entry in fields::map(node, "{en: subtitles/lights.en.vtt}", report).unwrap_or_default() {
        let Some(language) = text::locale_key(&entry.key, entry.at, report) else { continue };
        let Some(file) = fields::text(&entry.value, "subtitles/lights.en.vtt", report) else { continue };
        if !(file.ends_with(".vtt") || file.ends_with(".srt")) {
            report
                .error(entry.value.at, format!("{} is neither `.vtt` nor `.srt`", quote(file)))
                .help("subtitles are WebVTT or SubRip files: convert it to one of them");
            continue;
        }
        if out.iter().any(|other| other.language == language) {
            report.error(entry.at, format!("two subtitle files in `{language}`")).help("keep one of them");
            continue;
        }
        gathered.files.push(FileNeed { kind: FileKind::Subtitle, path: file.to_owned(), at: entry.value.at });
        out.push(Subtitle { language, file: file.to_owned() });
    }
    out
}

/// Seconds, fractions allowed, as whole milliseconds.
fn milliseconds(node: &Node, report: &mut Report) -> Option<u64> {
    let text = fields::text(node, "5.5", report)?;
    match text.parse::<f64>() {
        Ok(seconds) if (0.0..=MAX_SECONDS).contains(&seconds) => Some((seconds * 1_000.0).round() as u64),
        _ => {
            report
                .error(node.at, format!("{} is no number of seconds", quote(text)))
                .help("count seconds from the start of the title, as in `5` or `5.5`");
            None
        }
    }
}
