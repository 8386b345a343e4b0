//! What a refusal means.

use instant_xml::FromXml;
use jiff02::fmt::rfc2822::DateTimeParser;
use ureq::http::HeaderMap;

use super::fault::Fault;

/// Longest refusal that is read, in bytes.
pub(super) const MAX_ERROR: u64 = 64 * 1024;
/// Clocks further apart than this are the reason, whatever the refusal says: presigned requests are then just "expired".
/// S3 itself allows fifteen minutes, our signatures hold for five.
const FAR_OFF: i64 = 240;
/// Longest code that is quoted.
const MAX_CODE: usize = 64;

#[derive(FromXml)]
#[xml(rename = "Error")]
struct Refusal {
    #[xml(rename = "Code")]
    code: Option<String>,
    #[xml(rename = "Region")]
    region: Option<String>,
}

/// What a status that is no success means. `now` is our clock in seconds.
pub(super) fn fault(status: u16, headers: &HeaderMap, body: &[u8], now: i64, bucket: &str) -> Fault {
    let refusal = std::str::from_utf8(body).ok().and_then(|text| instant_xml::from_str::<Refusal>(text).ok());
    let (code, region) = refusal.map_or((None, None), |refusal| (refusal.code, refusal.region));
    let code = printable(&code.unwrap_or_default());
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    match (status, code.as_str()) {
        (401 | 403, _) if far_off(header("date"), now).is_some() => {
            Fault::Clock(far_off(header("date"), now).unwrap_or_default())
        }
        (_, "RequestTimeTooSkewed") => Fault::Clock(0),
        (_, "NoSuchBucket") => Fault::NoBucket(bucket.into()),
        (301 | 307 | 400, _)
            if header("x-amz-bucket-region").or(region.as_deref()).is_some()
                || matches!(code.as_str(), "PermanentRedirect" | "AuthorizationHeaderMalformed") =>
        {
            let region = header("x-amz-bucket-region").or(region.as_deref());
            Fault::Region(region.map_or("it does not say which".into(), printable))
        }
        (
            _,
            "InvalidAccessKeyId"
            | "SignatureDoesNotMatch"
            | "ExpiredToken"
            | "InvalidToken"
            | "AuthorizationQueryParametersError"
            | "TokenRefreshRequired",
        )
        | (401, _) => Fault::Credentials(or_status(code, status)),
        (_, "RequestTimeout") => Fault::Slow,
        (403, _) => Fault::Denied(or_status(code, status)),
        (404, _) => Fault::NoObject,
        (409, "BucketAlreadyExists" | "BucketNotEmpty") => Fault::Answer { status, code },
        (409, _) => Fault::Conflict,
        (304 | 412, _) => Fault::Precondition,
        (416, _) => Fault::Range(header("content-range").and_then(whole_length)),
        (429 | 500 | 502 | 503 | 504, _) => Fault::Unavailable { status, code },
        _ => Fault::Answer { status, code },
    }
}

/// How many seconds our clock is ahead of the server's, if that is too many.
fn far_off(date: Option<&str>, now: i64) -> Option<i64> {
    let theirs = DateTimeParser::new().parse_timestamp(date?).ok()?.as_second();
    let off = now.saturating_sub(theirs);
    (off.saturating_abs() > FAR_OFF).then_some(off)
}

/// The length of the whole object in `bytes 0-9/100` or `bytes */100` (RFC 9110 §14.4).
pub(super) fn whole_length(content_range: &str) -> Option<u64> {
    content_range.strip_prefix("bytes ")?.rsplit_once('/')?.1.parse().ok()
}

fn or_status(code: String, status: u16) -> String {
    if code.is_empty() { status.to_string() } else { code }
}

/// Codes go into errors that people read: plain and short, whatever a server sends.
fn printable(code: &str) -> String {
    code.chars().filter(|c| c.is_ascii_alphanumeric() || "-_.".contains(*c)).take(MAX_CODE).collect()
}

/// For fuzzing: whatever a store answers, in every place where an answer is read, there is no panic and no endless word.
pub fn fuzz_answer(bytes: &[u8]) {
    use rusty_s3::actions::{CompleteMultipartUploadResponse, CreateMultipartUpload, ListObjectsV2};
    for status in [301, 400, 403, 404, 409, 412, 416, 503] {
        let words = fault(status, &HeaderMap::new(), bytes, 0, "bucket").to_string();
        assert!(words.len() < 400 && words.is_ascii());
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let _ = far_off(Some(text), 0);
    let _ = whole_length(text);
    let _ = CreateMultipartUpload::parse_response(text);
    let _ = CompleteMultipartUploadResponse::parse(text);
    if let Ok(page) = ListObjectsV2::parse_response(text) {
        // Only keys come out of a listing, whatever is in it.
        page.contents.iter().filter_map(|content| content.key.parse::<crate::Key>().ok()).for_each(drop);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: i64 = 1_800_000_000; // Fri, 15 Jan 2027 08:00:00 GMT

    fn of(status: u16, headers: &[(&'static str, &str)], code: &str) -> Fault {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, value.parse().unwrap());
        }
        let body = format!(
            "<?xml version=\"1.0\"?>\n<Error><Code>{code}</Code><Message>m</Message><Key>k</Key></Error>"
        );
        fault(status, &map, if code.is_empty() { b"" } else { body.as_bytes() }, NOW, "films")
    }

    #[test]
    fn refusals_say_what_to_do() {
        assert_eq!(of(404, &[], "NoSuchBucket"), Fault::NoBucket("films".into()));
        assert_eq!(of(404, &[], "NoSuchKey"), Fault::NoObject);
        assert_eq!(of(404, &[], ""), Fault::NoObject);
        assert_eq!(of(403, &[], "AccessDenied"), Fault::Denied("AccessDenied".into()));
        assert_eq!(of(403, &[], ""), Fault::Denied("403".into()));
        assert_eq!(of(403, &[], "SignatureDoesNotMatch"), Fault::Credentials("SignatureDoesNotMatch".into()));
        assert_eq!(
            of(301, &[("x-amz-bucket-region", "eu-west-1")], "PermanentRedirect"),
            Fault::Region("eu-west-1".into())
        );
        assert_eq!(of(412, &[], "PreconditionFailed"), Fault::Precondition);
        assert_eq!(of(409, &[], "ConditionalRequestConflict"), Fault::Conflict);
        assert_eq!(of(416, &[("content-range", "bytes */5")], "InvalidRange"), Fault::Range(Some(5)));
        assert_eq!(of(503, &[], "SlowDown"), Fault::Unavailable { status: 503, code: "SlowDown".into() });
        let near = ("date", "Fri, 15 Jan 2027 07:58:00 GMT");
        assert_eq!(of(403, &[near], "AccessDenied"), Fault::Denied("AccessDenied".into()));
        let far = ("date", "Fri, 15 Jan 2027 06:00:00 GMT");
        assert_eq!(of(403, &[far], "AccessDenied"), Fault::Clock(7200));
    }

    proptest! {
        #[test]
        fn hostile_refusals_stay_short_and_plain(status in 300u16..600, body in ".{0,200}", code in "\\PC{0,200}") {
            let headers = HeaderMap::new();
            for body in [body, format!("<Error><Code>{code}</Code></Error>")] {
                let words = fault(status, &headers, body.as_bytes(), NOW, "films").to_string();
                prop_assert!(words.len() < 400 && words.is_ascii(), "{}", words);
            }
            let _ = whole_length(&code);
        }
    }
}
