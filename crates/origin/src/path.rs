//! Paths, read strictly and as they were sent: nothing is decoded, so nothing can be hidden by encoding.

use domain::AssetId;
use objects::{PictureHash, TrackId};

/// What a media path asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum What {
    /// `master.m3u8`
    Master,
    /// `{track}.m3u8`
    Playlist(TrackId),
    /// `{track}/init.mp4`
    Init(TrackId),
    /// `{track}/{n}.m4s`
    Segment(TrackId, usize),
    /// `{track}.vtt`
    Text(TrackId),
    /// `storyboard.vtt`
    StoryboardIndex,
    /// `storyboard-{n}.jpg`
    StoryboardSheet(u16),
}

/// Why a path is none of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PathError {
    /// It holds what no address of ours holds (400).
    Malformed,
    /// It could be one, but there is no such document (404).
    Unknown,
}

/// `/v/{asset}/…`
pub(crate) fn media(path: &str) -> Result<(AssetId, What), PathError> {
    let mut parts = plain(path.strip_prefix("/v/"))?;
    let asset = parts.next().and_then(|text| AssetId::new(text).ok()).ok_or(PathError::Unknown)?;
    let what = match (parts.next(), parts.next(), parts.next()) {
        (Some(file), None, _) => beside(file),
        (Some(track), Some(file), None) => under(track, file),
        _ => None,
    };
    Ok((asset, what.ok_or(PathError::Unknown)?))
}

/// `/i/{picture}/{width}.webp`
pub(crate) fn image(path: &str) -> Result<(PictureHash, u16), PathError> {
    let mut parts = plain(path.strip_prefix("/i/"))?;
    let (Some(picture), Some(file), None) = (parts.next(), parts.next(), parts.next()) else {
        return Err(PathError::Unknown);
    };
    let width = file.strip_suffix(".webp").and_then(number);
    picture.parse().ok().zip(width).ok_or(PathError::Unknown)
}

/// The parts of a path that holds nothing but letters, digits, `-`, `.` and `/`, and no part that is empty or dots alone.
fn plain(rest: Option<&str>) -> Result<impl Iterator<Item = &str>, PathError> {
    let rest = rest.ok_or(PathError::Unknown)?;
    let octet = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'/');
    let part = |part: &str| part.bytes().any(|b| b != b'.');
    match rest.bytes().all(octet) && rest.split('/').all(part) {
        true => Ok(rest.split('/')),
        false => Err(PathError::Malformed),
    }
}

fn beside(file: &str) -> Option<What> {
    let (stem, extension) = file.split_once('.')?;
    match (stem, extension) {
        ("master", "m3u8") => Some(What::Master),
        ("storyboard", "vtt") => Some(What::StoryboardIndex),
        (stem, "m3u8") => Some(What::Playlist(TrackId::new(stem).ok()?)),
        (stem, "vtt") => Some(What::Text(TrackId::new(stem).ok()?)),
        (stem, "jpg") => Some(What::StoryboardSheet(number(stem.strip_prefix("storyboard-")?)?)),
        _ => None,
    }
}

fn under(track: &str, file: &str) -> Option<What> {
    let track = TrackId::new(track).ok()?;
    if file == "init.mp4" {
        return Some(What::Init(track));
    }
    Some(What::Segment(track, number(file.strip_suffix(".m4s")?)?))
}

/// A number in its one spelling: a document has one address.
fn number<T: std::str::FromStr + std::fmt::Display>(text: &str) -> Option<T> {
    let digits = (1..=10).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    text.parse::<T>()
        .ok()
        .filter(|n| digits && (text == "0" || !text.starts_with('0')) && n.to_string() == text)
}

/// For fuzzing: a hostile path must be refused, or be the one address of what it names.
pub fn fuzz_path(bytes: &[u8]) {
    let Ok(path) = std::str::from_utf8(bytes) else { return };
    let _ = image(path);
    if let Ok((asset, _)) = media(path) {
        assert!(path.starts_with(&format!("/v/{asset}/")) && !path.contains(".."));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn each_document_has_one_address() {
        let track = |id| TrackId::new(id).unwrap();
        for (path, what) in [
            ("master.m3u8", What::Master),
            ("v720.m3u8", What::Playlist(track("v720"))),
            ("v720/init.mp4", What::Init(track("v720"))),
            ("a-en/0.m4s", What::Segment(track("a-en"), 0)),
            ("a-en/1800.m4s", What::Segment(track("a-en"), 1800)),
            ("s-ko.vtt", What::Text(track("s-ko"))),
            ("storyboard.vtt", What::StoryboardIndex),
            ("storyboard-12.jpg", What::StoryboardSheet(12)),
        ] {
            let (asset, got) = media(&format!("/v/film-0a1b2c3d/{path}")).unwrap();
            assert_eq!((asset.as_str(), got), ("film-0a1b2c3d", what));
        }
        assert_eq!(
            image("/i/00ff00ff00ff00ff/640.webp"),
            Ok((PictureHash([0, 255, 0, 255, 0, 255, 0, 255]), 640))
        );
    }

    #[test]
    fn others_are_refused() {
        for path in [
            "/v/../etc/passwd",
            "/v/film/../../etc/passwd",
            "/v/film/%2e%2e/x.vtt",
            "/v/film/..%2f..%2fetc.vtt",
            "/v/film%2fv720/0.m4s",
            "/v/film/v720/0.m4s%00.jpg",
            "/v/film/v720/0.m4s\0",
            "/v/film//v720.m3u8",
            "/v/film/./v720.m3u8",
            "/v/film/.../v720.m3u8",
            "/v/film/v720\\0.m4s",
            "/v//master.m3u8",
            "/v/film/",
            "/v/film/v720.m3u8;x",
            "/v/film/ü.vtt",
            "/i/%2e%2e/640.webp",
            "/i/../640.webp",
        ] {
            let result =
                if path.starts_with("/i") { image(path).map(|_| ()) } else { media(path).map(|_| ()) };
            assert_eq!(result, Err(PathError::Malformed), "{path:?}");
        }
        for path in [
            "/v/film",
            "/v/Film/master.m3u8",
            "/v/film/MASTER.m3u8x",
            "/v/film/v720/00.m4s",
            "/v/film/v720/-1.m4s",
            "/v/film/v720/99999999999999999999999.m4s",
            "/v/film/v720/.m4s",
            "/v/film/v720/init.mp4/x",
            "/v/film/storyboard-65536.jpg",
            "/v/film/index-0011223344556677.json",
            "/v/film/v720.mp4",
            "/w/film/master.m3u8",
        ] {
            assert_eq!(media(path).map(|_| ()), Err(PathError::Unknown), "{path}");
        }
        for path in [
            "/i/00ff00ff00ff00ff/0640.webp",
            "/i/00FF00ff00ff00ff/640.webp",
            "/i/00ff/640.webp",
            "/i/00ff00ff00ff00ff",
        ] {
            assert_eq!(image(path), Err(PathError::Unknown), "{path}");
        }
    }

    proptest! {
        #[test]
        fn hostile_ones_never_panic(path in "/[vi]/[a-z0-9./%\\\\-]{0,30}") {
            fuzz_path(path.as_bytes());
        }
    }
}
