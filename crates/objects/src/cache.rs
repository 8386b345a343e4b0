//! The one table of `Cache-Control`: what kind of answer may be kept, by whom, and for how long (RFC 9111 §5.2).

use std::time::Duration;

/// What kind of answer it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A segment, an initialisation segment, a track's playlist, subtitles or storyboard sheet: immutable, behind a token.
    Media,
    /// An asset's multivariant playlist or storyboard index: it grows while tracks are being made.
    Manifest,
    /// A picture: immutable, for everybody.
    Image,
    /// A file of the user interface whose name holds its hash.
    Hashed,
    /// A file of the user interface with a fixed name (`/favicon.ico`, `/robots.txt`).
    Fixed,
    /// Anything about one viewer, and every decision: positions, progress, playback.
    Personal,
    /// An error.
    Problem,
    /// A redirection that depends on the viewer's language.
    Redirect,
}

/// The value of `Cache-Control` for this kind of answer.
pub fn control(kind: Kind) -> &'static str {
    match kind {
        // `private`: a shared cache that does not check tokens must not hand media to those without one.
        Kind::Media => "private, max-age=31536000, immutable",
        Kind::Manifest => "private, no-cache",
        Kind::Image | Kind::Hashed => "public, max-age=31536000, immutable",
        Kind::Fixed => "public, max-age=3600",
        Kind::Personal => "private, no-store",
        Kind::Problem | Kind::Redirect => "no-store",
    }
}

/// The longest that a page is kept, whatever it says of itself: an editor's change must reach everybody soon.
pub const MAX_PAGE: Duration = Duration::from_secs(60);

/// The value of `Cache-Control` for a page (or its JSON) that is true for `left` more; for ever when absent.
///
/// Whole seconds, rounded down; `no-store` under one second. Pages hold nothing personal, but depend on the audience: send
/// `Vary: Cookie` with it, or key the cache on the audience.
pub fn page(left: Option<Duration>) -> String {
    match left.unwrap_or(MAX_PAGE).min(MAX_PAGE).as_secs() {
        0 => "no-store".into(),
        seconds => format!("public, max-age={seconds}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_never_kept_beyond_its_truth() {
        assert_eq!(page(Some(Duration::from_micros(1_999_999))), "public, max-age=1");
        assert_eq!(page(Some(Duration::from_millis(999))), "no-store");
        assert_eq!(page(Some(Duration::from_secs(9_999))), "public, max-age=60");
        assert_eq!(page(None), "public, max-age=60");
    }
}
