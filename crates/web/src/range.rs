//! Byte ranges (RFC 9110 §14): one range is served as 206; several, or none that can be read, get the whole.

use http::{HeaderMap, HeaderValue, Method, StatusCode, header};

use crate::{ETag, Problem};

/// What of a document of known length is to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// All of it (200).
    Whole,
    /// This part (206).
    Part(Part),
    /// Nothing of it lies in the range (416).
    Unsatisfiable,
}

/// A part, both ends included: `first <= last < length`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// Offset of its first byte.
    pub first: u64,
    /// Offset of its last byte.
    pub last: u64,
}

impl Part {
    /// Bytes in it; at least one.
    pub fn len(self) -> u64 {
        self.last - self.first + 1
    }

    /// Never: a part has at least one byte.
    pub fn is_empty(self) -> bool {
        false
    }

    /// Its `Content-Range` (§14.4).
    pub fn content_range(self, length: u64) -> HeaderValue {
        ascii(format!("bytes {}-{}/{length}", self.first, self.last))
    }
}

/// What a request wants of a document of `length` bytes whose validator is `etag`.
///
/// `Range` counts for GET alone (§14.2). It is ignored, as §14.2 allows, when its unit is unknown, when it cannot be read,
/// when it names several ranges (players ask for one; several are a way to make a server work), and when `If-Range` is
/// about other bytes.
pub fn wanted(method: &Method, headers: &HeaderMap, length: u64, etag: Option<&ETag>) -> Wanted {
    let mut fields = headers.get_all(header::RANGE).iter();
    let (Some(field), None, &Method::GET) = (fields.next(), fields.next(), method) else {
        return Wanted::Whole;
    };
    let same = etag.map_or(!headers.contains_key(header::IF_RANGE), |etag| etag.range_matched(headers));
    let range = field.to_str().ok().and_then(one_range);
    match range {
        Some(range) if same => resolve(range, length),
        _ => Wanted::Whole,
    }
}

/// The answer 416, naming the length that there is.
pub fn unsatisfiable(length: u64) -> Problem {
    Problem::new(StatusCode::RANGE_NOT_SATISFIABLE, "range", "The range lies outside of the document")
        .detail(format!("It has {length} bytes."))
        .header(header::CONTENT_RANGE, ascii(format!("bytes */{length}")))
}

fn ascii(text: String) -> HeaderValue {
    // Digits and punctuation only, so this cannot fail; the empty value is no header worth a panic.
    HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static(""))
}

/// `first-`, `first-last` or `-suffix`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Range {
    From(u64, Option<u64>),
    Suffix(u64),
}

fn one_range(field: &str) -> Option<Range> {
    let (unit, set) = field.split_once('=')?;
    if !unit.trim().eq_ignore_ascii_case("bytes") || set.contains(',') {
        return None;
    }
    let (first, last) = set.trim().split_once('-')?;
    match (first, last) {
        ("", suffix) => Some(Range::Suffix(position(suffix)?)),
        (first, "") => Some(Range::From(position(first)?, None)),
        (first, last) => {
            let (first, last) = (position(first)?, position(last)?);
            (first <= last).then_some(Range::From(first, Some(last)))
        }
    }
}

/// Digits; more than fit are a position beyond every end.
fn position(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| text.parse().unwrap_or(u64::MAX))
}

fn resolve(range: Range, length: u64) -> Wanted {
    let part = match range {
        Range::From(first, last) if first < length => {
            Part { first, last: last.unwrap_or(u64::MAX).min(length - 1) }
        }
        Range::Suffix(count) if count > 0 && length > 0 => {
            Part { first: length.saturating_sub(count), last: length - 1 }
        }
        _ => return Wanted::Unsatisfiable,
    };
    Wanted::Part(part)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ask(range: &str, length: u64) -> Wanted {
        let headers = HeaderMap::from_iter([(header::RANGE, HeaderValue::from_str(range).unwrap())]);
        wanted(&Method::GET, &headers, length, None)
    }

    #[test]
    fn forms() {
        let part = |first, last| Wanted::Part(Part { first, last });
        for (range, expected) in [
            ("bytes=0-0", part(0, 0)),
            ("bytes=2-4", part(2, 4)),
            ("Bytes = 2-", part(2, 9)),
            ("bytes=-3", part(7, 9)),
            ("bytes=-30", part(0, 9)),
            ("bytes=9-99999999999999999999999999", part(9, 9)),
            ("bytes=10-", Wanted::Unsatisfiable),
            ("bytes=99999999999999999999999999-", Wanted::Unsatisfiable),
            ("bytes=-0", Wanted::Unsatisfiable),
            ("bytes=4-2", Wanted::Whole),
            ("bytes=0-1,3-4", Wanted::Whole),
            ("bytes=+1-2", Wanted::Whole),
            ("bytes=-", Wanted::Whole),
            ("bytes=", Wanted::Whole),
            ("lines=0-1", Wanted::Whole),
            ("", Wanted::Whole),
        ] {
            assert_eq!(ask(range, 10), expected, "{range}");
        }
        assert_eq!(ask("bytes=0-", 0), Wanted::Unsatisfiable);
        assert_eq!(ask("bytes=-1", 0), Wanted::Unsatisfiable);
    }

    #[test]
    fn only_get_and_only_the_same_bytes() {
        let tag = ETag::of(b"x");
        let mut headers = HeaderMap::from_iter([(header::RANGE, HeaderValue::from_static("bytes=0-1"))]);
        assert_eq!(wanted(&Method::HEAD, &headers, 10, None), Wanted::Whole);
        headers.insert(header::IF_RANGE, tag.value());
        assert!(matches!(wanted(&Method::GET, &headers, 10, Some(&tag)), Wanted::Part(_)));
        assert_eq!(wanted(&Method::GET, &headers, 10, Some(&ETag::of(b"y"))), Wanted::Whole);
        assert_eq!(wanted(&Method::GET, &headers, 10, None), Wanted::Whole);
    }

    proptest! {
        #[test]
        fn a_part_is_what_slicing_gives(first in 0u64..40, last in 0u64..40, length in 0u64..30) {
            let document: Vec<u64> = (0..length).collect();
            let slow = document.iter().filter(|i| (first..=last).contains(i)).copied().collect::<Vec<_>>();
            let got = match ask(&format!("bytes={first}-{last}"), length) {
                Wanted::Part(part) => document[part.first as usize..=part.last as usize].to_vec(),
                Wanted::Unsatisfiable => vec![],
                Wanted::Whole => { prop_assert!(first > last); slow.clone() }
            };
            prop_assert_eq!(got, slow);
        }

        #[test]
        fn no_header_makes_it_panic(text in "[ -~]{0,40}", length in 0u64..3) {
            if let Wanted::Part(part) = ask(&text, length) {
                prop_assert!(part.first <= part.last && part.last < length);
            }
        }
    }
}
