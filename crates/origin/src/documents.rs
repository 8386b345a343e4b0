//! Text documents: compressed once, sent whole.

use http::HeaderValue;
use web::{Precompressed, precompressed::Effort};

/// The media types of documents made here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// RFC 8216bis §4.
    Hls,
    /// WebVTT §6.
    Vtt,
}

impl Kind {
    fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Kind::Hls => "application/vnd.apple.mpegurl",
            Kind::Vtt => "text/vtt; charset=utf-8",
        })
    }
}

/// A short document.
pub(crate) fn made(kind: Kind, text: String) -> Precompressed {
    Precompressed::new(kind.content_type(), text, Effort::Quick)
}

/// A document that may be long: compressed on a thread that may take its time.
pub(crate) async fn made_aside(kind: Kind, text: String) -> Precompressed {
    match tokio::task::spawn_blocking(move || made(kind, text)).await {
        Ok(document) => document,
        // Compression does not panic, and the runtime ends with the process.
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}
