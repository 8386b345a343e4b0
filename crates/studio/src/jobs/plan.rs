//! Which tracks an asset is to have.

use domain::Locale;
use encode::Probe;
use media::ladder::{Rung, ladder};

use crate::ingest::Source;

/// The track that holds previews of the seek bar.
pub(crate) const STORYBOARD: &str = "storyboard";
/// The track that is a frame standing for the asset.
pub(crate) const STILL: &str = "still";

/// Everything that is to be made of a master.
#[derive(Debug)]
pub(crate) struct Plan {
    /// Lowest first.
    pub rungs: Vec<Rung>,
    /// The default one first: stream number in the master, and language.
    pub audio: Vec<(u32, Locale)>,
    pub subtitles: Vec<Locale>,
    pub still: bool,
}

impl Plan {
    pub fn of(source: &Source, probe: &Probe) -> Self {
        Self {
            rungs: ladder(&probe.source()),
            audio: audio(source, probe),
            subtitles: source.subtitles.iter().map(|subtitle| subtitle.language.clone()).collect(),
            still: source.still,
        }
    }

    /// The ids of all tracks.
    pub fn tracks(&self) -> impl Iterator<Item = String> {
        let rungs = self.rungs.iter().map(|rung| rung.id.clone());
        let audio = self.audio.iter().map(|(_, language)| audio_track(language));
        let subtitles = self.subtitles.iter().map(subtitle_track);
        let still = self.still.then(|| STILL.to_owned());
        rungs.chain(audio).chain(subtitles).chain(still).chain([STORYBOARD.to_owned()])
    }
}

/// The first stream is in the language that the catalogue says; of the others those that name one, each language once.
fn audio(source: &Source, probe: &Probe) -> Vec<(u32, Locale)> {
    let mut found: Vec<(u32, Locale)> = Vec::new();
    for stream in &probe.audio {
        let language = match found.is_empty() {
            true => Some(source.language.clone()),
            false => stream.lang.as_deref().and_then(language),
        };
        if let Some(language) = language
            && !found.iter().any(|(_, other)| other.language() == language.language())
        {
            found.push((stream.index, language));
        }
    }
    found
}

/// Masters name languages by ISO 639-2 in both of its spellings; BCP 47 wants the two-letter code where there is one.
fn language(named: &str) -> Option<Locale> {
    const SHORT: &[(&str, &str)] = &[
        ("ara", "ar"),
        ("chi", "zh"),
        ("deu", "de"),
        ("eng", "en"),
        ("fra", "fr"),
        ("fre", "fr"),
        ("ger", "de"),
        ("hin", "hi"),
        ("ind", "id"),
        ("ita", "it"),
        ("jpn", "ja"),
        ("kor", "ko"),
        ("nld", "nl"),
        ("pol", "pl"),
        ("por", "pt"),
        ("rus", "ru"),
        ("spa", "es"),
        ("swe", "sv"),
        ("tha", "th"),
        ("tur", "tr"),
        ("vie", "vi"),
        ("zho", "zh"),
    ];
    let short = SHORT.iter().find(|(long, _)| *long == named).map_or(named, |(_, short)| short);
    // `mis`, `mul`, `und` and `zxx` name no language.
    Locale::new(short).ok().filter(|_| !matches!(named, "mis" | "mul" | "und" | "zxx"))
}

/// Lower case: ids of tracks stand in URLs.
pub(crate) fn audio_track(language: &Locale) -> String {
    format!("a-{}", language.as_str().to_ascii_lowercase())
}

pub(crate) fn subtitle_track(language: &Locale) -> String {
    format!("s-{}", language.as_str().to_ascii_lowercase())
}
