//! Bodies compressed once and sent many times (RFC 9110 §12.5.3).

use std::io::Write;

use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, header};

use crate::{ETag, quality};

/// Below this many bytes compression saves no packet.
const MIN_BYTES: usize = 512;

/// How hard to compress.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effort {
    /// While somebody waits: a page.
    Quick,
    /// Once, at build or start: a style sheet.
    Best,
}

/// A body in each coding that is smaller than itself.
#[derive(Debug, Clone)]
pub struct Precompressed {
    content_type: HeaderValue,
    identity: (Bytes, ETag),
    gzip: Option<(Bytes, ETag)>,
    br: Option<(Bytes, ETag)>,
}

impl Precompressed {
    /// Compresses `body`.
    pub fn new(content_type: HeaderValue, body: impl Into<Bytes>, effort: Effort) -> Self {
        let body = body.into();
        let etag = ETag::of(&body);
        let coding = |suffix, coded: Option<Vec<u8>>| {
            let coded = coded.filter(|coded| coded.len() < body.len())?;
            Some((Bytes::from(coded), etag.variant(suffix)?))
        };
        let (gzip, br) = match body.len() {
            0..MIN_BYTES => (None, None),
            _ => (coding("gz", gzip(&body, effort)), coding("br", br(&body, effort))),
        };
        Self { content_type, identity: (body, etag), gzip, br }
    }

    /// A body that was compressed before, at build time; codings that are not smaller than it are left out.
    pub fn ready(content_type: HeaderValue, body: Bytes, gzip: Option<Bytes>, br: Option<Bytes>) -> Self {
        let etag = ETag::of(&body);
        let coding = |suffix, coded: Option<Bytes>| {
            let coded = coded.filter(|coded| coded.len() < body.len())?;
            Some((coded, etag.variant(suffix)?))
        };
        let (gzip, br) = (coding("gz", gzip), coding("br", br));
        Self { content_type, identity: (body, etag), gzip, br }
    }

    /// The body as it is.
    pub fn identity(&self) -> &Bytes {
        &self.identity.0
    }

    /// Bytes held, for bounding caches.
    pub fn weight(&self) -> usize {
        let coded = |c: &Option<(Bytes, ETag)>| c.as_ref().map_or(0, |(bytes, _)| bytes.len());
        self.identity.0.len() + coded(&self.gzip) + coded(&self.br)
    }

    /// The answer in the coding that the client likes best, or 304. The caller adds `Cache-Control`.
    pub fn respond(&self, request: &HeaderMap) -> Response {
        let accept = request.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
        let (name, (bytes, etag)) = self.choose(accept.unwrap_or_default());
        let vary = HeaderValue::from_static("accept-encoding");
        if etag.none_match(request) {
            return etag.not_modified(&HeaderMap::from_iter([(header::VARY, vary)]));
        }
        let mut response = bytes.clone().into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, self.content_type.clone());
        headers.insert(header::ETAG, etag.value());
        headers.insert(header::VARY, vary);
        if let Some(name) = name {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(name));
        }
        response
    }

    /// The greatest weight wins; among equals the smaller body, which is how the codings are listed here. The identity is
    /// sent when it is preferred or nothing else is acceptable.
    fn choose(&self, accept: &str) -> (Option<&'static str>, &(Bytes, ETag)) {
        let weight = |coding: &str| {
            let (mut named, mut any) = (None, None);
            for (name, weight) in quality::parse(accept) {
                match name {
                    "*" => any = Some(weight),
                    name if name.eq_ignore_ascii_case(coding) => named = Some(weight),
                    _ => {}
                }
            }
            named.or(any)
        };
        let floor =
            weight("identity").filter(|_| accept.to_ascii_lowercase().contains("identity")).unwrap_or(0);
        let mut best = (None, &self.identity, floor.max(1));
        for (name, coded) in [("gzip", &self.gzip), ("br", &self.br)] {
            if let (Some(coded), Some(weight)) = (coded, weight(name))
                && weight >= best.2
            {
                best = (Some(name), coded, weight);
            }
        }
        (best.0, best.1)
    }
}

fn gzip(body: &[u8], effort: Effort) -> Option<Vec<u8>> {
    let level = match effort {
        Effort::Quick => flate2::Compression::new(6),
        Effort::Best => flate2::Compression::best(),
    };
    let mut encoder = flate2::write::GzEncoder::new(Vec::with_capacity(body.len() / 4), level);
    encoder.write_all(body).ok()?;
    encoder.finish().ok()
}

fn br(body: &[u8], effort: Effort) -> Option<Vec<u8>> {
    let quality = match effort {
        Effort::Quick => 5,
        Effort::Best => 11,
    };
    let parameters = brotli::enc::BrotliEncoderParams { quality, lgwin: 22, ..Default::default() };
    let mut out = Vec::with_capacity(body.len() / 4);
    brotli::BrotliCompress(&mut &body[..], &mut out, &parameters).ok()?;
    Some(out)
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    fn page() -> Precompressed {
        Precompressed::new(HeaderValue::from_static("text/html"), "a page ".repeat(500), Effort::Quick)
    }

    #[test]
    fn weights_choose_the_coding() {
        let page = page();
        for (accept, expected) in [
            ("", None),
            ("gzip, deflate, br, zstd", Some("br")),
            ("gzip;q=1, br;q=0.5", Some("gzip")),
            ("br;q=0, gzip", Some("gzip")),
            ("br;q=0, gzip;q=0", None),
            ("*", Some("br")),
            ("*;q=0.5, br;q=0", Some("gzip")),
            ("BR", Some("br")),
            ("identity, gzip;q=0.5", None),
            ("identity;q=0.5, gzip", Some("gzip")),
            ("deflate", None),
            ("*;q=0", None),
        ] {
            assert_eq!(page.choose(accept).0, expected, "{accept}");
        }
    }

    #[test]
    fn codings_hold_the_body_and_have_tags_of_their_own() {
        let page = page();
        let mut text = String::new();
        let (gz, gz_tag) = page.gzip.as_ref().unwrap();
        flate2::read::GzDecoder::new(&gz[..]).read_to_string(&mut text).unwrap();
        assert_eq!(text.as_bytes(), page.identity());
        let (br, br_tag) = page.br.as_ref().unwrap();
        let mut plain = Vec::new();
        brotli::BrotliDecompress(&mut &br[..], &mut plain).unwrap();
        assert_eq!(plain, page.identity()[..]);
        assert!(gz_tag != br_tag && *gz_tag != page.identity.1);
        assert_eq!(page.weight(), plain.len() + gz.len() + br.len());
    }

    #[test]
    fn what_does_not_shrink_is_sent_as_it_is() {
        for body in [
            vec![],
            b"short".to_vec(),
            (0..2_000u32).flat_map(|i| *blake3::hash(&i.to_le_bytes()).as_bytes()).collect(),
        ] {
            let sent = Precompressed::new(HeaderValue::from_static("x/y"), body, Effort::Best);
            assert!(sent.gzip.is_none() && sent.br.is_none());
        }
    }
}
