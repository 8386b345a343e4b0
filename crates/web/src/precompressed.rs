//! Bodies compressed once and sent many times (RFC 9110 §12.5.3).

mod brotli;
mod ending;

use std::{
    io::Write,
    sync::{Arc, OnceLock},
};

use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, header};

pub use self::ending::Ending;
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

/// A coding that a body may be sent in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coding {
    /// As it is.
    Identity,
    /// RFC 1952.
    Gzip,
    /// RFC 7932.
    Br,
}

impl Coding {
    /// As `Content-Encoding` says it; the identity is not named.
    pub fn name(self) -> Option<&'static str> {
        match self {
            Coding::Identity => None,
            Coding::Gzip => Some("gzip"),
            Coding::Br => Some("br"),
        }
    }
}

/// What a client accepts (`Accept-Encoding`, RFC 9110 §12.5.3): weights in thousandths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accepts {
    identity: u16,
    gzip: Option<u16>,
    br: Option<u16>,
}

impl Accepts {
    /// What these fields say.
    pub fn of(headers: &HeaderMap) -> Self {
        let accept = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
        Self::parse(accept.unwrap_or_default())
    }

    fn parse(accept: &str) -> Self {
        let (mut any, mut identity, mut gzip, mut br) = (None, None, None, None);
        for (name, weight) in quality::parse(accept) {
            let slot = match name {
                "*" => &mut any,
                name if name.eq_ignore_ascii_case("identity") => &mut identity,
                name if name.eq_ignore_ascii_case("gzip") => &mut gzip,
                name if name.eq_ignore_ascii_case("br") => &mut br,
                _ => continue,
            };
            *slot = Some(weight);
        }
        Self { identity: identity.unwrap_or(0).max(1), gzip: gzip.or(any), br: br.or(any) }
    }
}

type Coded = (Bytes, ETag);

/// A body, and itself in each coding in which it is smaller.
#[derive(Debug, Clone)]
pub struct Precompressed {
    content_type: HeaderValue,
    /// The body, to where its ending begins when it shares that with others.
    front: Bytes,
    ending: Option<Arc<Ending>>,
    tag: ETag,
    /// Made when they are first asked for.
    identity: OnceLock<Coded>,
    gzip: OnceLock<Option<Coded>>,
    br: OnceLock<Option<Coded>>,
    effort: Effort,
}

impl Precompressed {
    /// Will compress `body`, in each coding when that is first asked for; once for all who ask for it then.
    pub fn new(content_type: HeaderValue, body: impl Into<Bytes>, effort: Effort) -> Self {
        let front = body.into();
        let tag = ETag::of(&front);
        Self::unmade(content_type, (front, None), tag, effort)
    }

    /// The same of `front` and an ending that other bodies have too: hashed and compressed once for all of them.
    pub fn joined(content_type: HeaderValue, front: Vec<u8>, ending: Arc<Ending>, effort: Effort) -> Self {
        let tag = ETag::of_joined(&front, ending.hash());
        Self::unmade(content_type, (front.into(), Some(ending)), tag, effort)
    }

    fn unmade(
        content_type: HeaderValue,
        (front, ending): (Bytes, Option<Arc<Ending>>),
        tag: ETag,
        effort: Effort,
    ) -> Self {
        let (identity, gzip, br) = (OnceLock::new(), OnceLock::new(), OnceLock::new());
        Self { content_type, front, ending, tag, identity, gzip, br, effort }
    }

    /// A body that was compressed before, at build time; codings that are not smaller than it are left out.
    pub fn ready(content_type: HeaderValue, body: Bytes, gzip: Option<Bytes>, br: Option<Bytes>) -> Self {
        let new = Self::new(content_type, body, Effort::Best);
        let (gzip, br) = (new.smaller("gz", gzip), new.smaller("br", br));
        Self { gzip: gzip.into(), br: br.into(), ..new }
    }

    /// The body as it is.
    pub fn identity(&self) -> &Bytes {
        &self.whole().0
    }

    fn whole(&self) -> &Coded {
        self.identity.get_or_init(|| {
            let body = match &self.ending {
                None => self.front.clone(),
                Some(ending) => [&self.front[..], &ending.plain()[..]].concat().into(),
            };
            (body, self.tag.clone())
        })
    }

    fn len(&self) -> usize {
        self.front.len() + self.ending.as_ref().map_or(0, |ending| ending.plain().len())
    }

    /// Bytes held at most, in all codings, for bounding caches.
    pub fn weight(&self) -> usize {
        3 * self.len()
    }

    /// The answer in the coding that the client likes best, or 304. The caller adds `Cache-Control`.
    pub fn respond(&self, request: &HeaderMap) -> Response {
        let (coding, (bytes, etag)) = self.choose(&Accepts::of(request));
        let vary = HeaderValue::from_static("accept-encoding");
        if etag.none_match(request) {
            return etag.not_modified(&HeaderMap::from_iter([(header::VARY, vary)]));
        }
        let mut response = bytes.clone().into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, self.content_type.clone());
        headers.insert(header::ETAG, etag.value());
        headers.insert(header::VARY, vary);
        if let Some(name) = coding.name() {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(name));
        }
        response
    }

    /// The coding that `accepts` likes best, and the body in it.
    pub fn choose(&self, accepts: &Accepts) -> (Coding, &Coded) {
        // The greatest weight wins; among equals the smaller body, which is brotli's. The identity is sent when it is preferred
        // or nothing else is acceptable.
        let mut wanted = [(Coding::Br, accepts.br), (Coding::Gzip, accepts.gzip)];
        if accepts.gzip > accepts.br {
            wanted.reverse();
        }
        for (coding, weight) in wanted {
            if weight.is_some_and(|weight| weight >= accepts.identity)
                && let Some(coded) = self.coded(coding)
            {
                return (coding, coded);
            }
        }
        (Coding::Identity, self.whole())
    }

    fn coded(&self, coding: Coding) -> Option<&Coded> {
        let large = self.len() >= MIN_BYTES;
        let make = |suffix, compress: &dyn Fn() -> Option<Vec<u8>>| {
            large.then(|| self.smaller(suffix, compress())).flatten()
        };
        match coding {
            Coding::Identity => Some(self.whole()),
            Coding::Gzip => {
                self.gzip.get_or_init(|| make("gz", &|| gzip(self.identity(), self.effort))).as_ref()
            }
            Coding::Br => self.br.get_or_init(|| make("br", &|| self.to_br())).as_ref(),
        }
    }

    fn to_br(&self) -> Option<Vec<u8>> {
        match &self.ending {
            None => brotli::whole(&self.front, self.effort),
            Some(ending) => brotli::join(&self.front, ending.br()?),
        }
    }

    fn smaller(&self, suffix: &str, coded: Option<impl Into<Bytes>>) -> Option<Coded> {
        let coded = coded.map(Into::into).filter(|coded: &Bytes| coded.len() < self.len())?;
        Some((coded, self.tag.variant(suffix)?))
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
            let chosen = page.choose(&Accepts::parse(accept)).0;
            assert_eq!(chosen.name(), expected, "{accept}");
        }
    }

    #[test]
    fn codings_hold_the_body_and_have_tags_of_their_own() {
        let page = page();
        let mut text = String::new();
        let (gz, gz_tag) = page.coded(Coding::Gzip).unwrap();
        flate2::read::GzDecoder::new(&gz[..]).read_to_string(&mut text).unwrap();
        assert_eq!(text.as_bytes(), page.identity());
        let (br, br_tag) = page.coded(Coding::Br).unwrap();
        let mut plain = Vec::new();
        ::brotli::BrotliDecompress(&mut &br[..], &mut plain).unwrap();
        assert_eq!(plain, page.identity()[..]);
        assert!(gz_tag != br_tag && *gz_tag != page.tag);
        assert!(page.weight() >= plain.len() + gz.len() + br.len());
    }

    #[test]
    fn what_does_not_shrink_is_sent_as_it_is() {
        for body in [
            vec![],
            b"short".to_vec(),
            (0..2_000u32).flat_map(|i| *blake3::hash(&i.to_le_bytes()).as_bytes()).collect(),
        ] {
            let sent = Precompressed::new(HeaderValue::from_static("x/y"), body, Effort::Best);
            assert!(sent.coded(Coding::Gzip).is_none() && sent.coded(Coding::Br).is_none());
        }
    }
}
