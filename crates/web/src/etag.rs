//! Strong validators (RFC 9110 §8.8.3) and the conditions on them (§13.1).

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};

/// Conditions listed beyond this many are not looked at.
const MAX_CONDITIONS: usize = 64;

/// A strong entity tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ETag(HeaderValue);

impl ETag {
    /// The tag of these bytes: 128 bits of their BLAKE3.
    pub fn of(bytes: &[u8]) -> Self {
        Self::hashed(blake3::hash(bytes))
    }

    /// The tag of bytes that end in others, which need not be hashed again.
    pub(crate) fn of_joined(front: &[u8], end: &blake3::Hash) -> Self {
        Self::hashed(blake3::Hasher::new_derive_key("joined").update(front).update(end.as_bytes()).finalize())
    }

    fn hashed(hash: blake3::Hash) -> Self {
        let hex = &hash.to_hex()[..32];
        // Hexadecimal digits always make a tag.
        Self::opaque(hex).unwrap_or_else(|| Self(HeaderValue::from_static("\"\"")))
    }

    /// A tag with this text, which names these very bytes. `None` when a tag cannot hold it.
    pub fn opaque(text: &str) -> Option<Self> {
        let ok = text.len() <= 256 && text.bytes().all(|b| b == 0x21 || (0x23..=0x7e).contains(&b));
        ok.then(|| HeaderValue::try_from(format!("\"{text}\"")).ok()).flatten().map(Self)
    }

    /// The tag of another representation of the same thing, such as a compressed one.
    pub fn variant(&self, suffix: &str) -> Option<Self> {
        Self::opaque(&format!("{}-{suffix}", self.text()))
    }

    /// The field's value, in quotes.
    pub fn value(&self) -> HeaderValue {
        self.0.clone()
    }

    fn text(&self) -> &str {
        self.0.to_str().unwrap_or_default().trim_matches('"')
    }

    /// `If-None-Match` names this tag (weakly compared) or `*`: the client has it already.
    pub fn none_match(&self, headers: &HeaderMap) -> bool {
        listed(headers, &header::IF_NONE_MATCH, |tag, _weak| tag == self.text())
    }

    /// `If-Match` is absent, or names this tag (strongly compared) or `*`: the client's write is about this state.
    pub fn matched(&self, headers: &HeaderMap) -> bool {
        !headers.contains_key(header::IF_MATCH)
            || listed(headers, &header::IF_MATCH, |tag, weak| !weak && tag == self.text())
    }

    /// `If-Range` is absent or is this tag. A date never is: what has a tag is compared by it.
    pub fn range_matched(&self, headers: &HeaderMap) -> bool {
        headers.get(header::IF_RANGE).is_none_or(|value| *value == self.0)
    }

    /// The answer 304 (RFC 9110 §15.4.5), with the fields that a cache refreshes: those of `like` among them.
    pub fn not_modified(&self, like: &HeaderMap) -> Response {
        let mut response = StatusCode::NOT_MODIFIED.into_response();
        for name in [header::CACHE_CONTROL, header::CONTENT_LOCATION, header::EXPIRES, header::VARY] {
            if let Some(value) = like.get(&name) {
                response.headers_mut().insert(name, value.clone());
            }
        }
        response.headers_mut().insert(header::ETAG, self.value());
        response
    }
}

fn listed(headers: &HeaderMap, name: &HeaderName, mut is: impl FnMut(&str, bool) -> bool) -> bool {
    headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).any(|mut list| {
        if list.trim() == "*" {
            return true;
        }
        // Tags may hold commas, so the list is cut at quotes.
        for _ in 0..MAX_CONDITIONS {
            list = list.trim_start_matches([' ', '\t', ',']);
            let weak = list.starts_with("W/");
            let Some(rest) = list.strip_prefix("W/").unwrap_or(list).strip_prefix('"') else { return false };
            let Some((tag, after)) = rest.split_once('"') else { return false };
            if is(tag, weak) {
                return true;
            }
            list = after;
        }
        false
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(name: HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_str(value).unwrap())])
    }

    #[test]
    fn conditions() {
        let tag = ETag::opaque("a,b").unwrap();
        for (list, hit) in [
            ("\"a,b\"", true),
            ("W/\"a,b\"", true),
            ("\"x\", W/\"y\" ,\"a,b\"", true),
            ("*", true),
            ("\"a\"", false),
            ("a,b", false),
            ("\"a,b", false),
            ("", false),
        ] {
            assert_eq!(tag.none_match(&with(header::IF_NONE_MATCH, list)), hit, "{list}");
            let strong = hit && !list.starts_with("W/");
            assert_eq!(tag.matched(&with(header::IF_MATCH, list)), strong, "{list}");
        }
        assert!(tag.matched(&HeaderMap::new()) && !tag.none_match(&HeaderMap::new()));
    }

    #[test]
    fn ranges_go_on_only_with_the_same_bytes() {
        let tag = ETag::of(b"film");
        assert!(tag.range_matched(&HeaderMap::new()));
        assert!(tag.range_matched(&with(header::IF_RANGE, tag.value().to_str().unwrap())));
        for other in ["\"x\"", "W/\"a\"", "Tue, 24 Nov 2026 03:00:00 GMT"] {
            assert!(!tag.range_matched(&with(header::IF_RANGE, other)), "{other}");
        }
    }

    #[test]
    fn tags_hold_what_tags_can_hold() {
        assert!(ETag::opaque("quote\"").is_none() && ETag::opaque("line\n").is_none());
        assert_ne!(ETag::of(b"a"), ETag::of(b"b"));
        assert_ne!(ETag::of(b"a").variant("br"), Some(ETag::of(b"a")));
    }
}
