//! Answers that are ready before they are asked for, sent without a handler: the short way through [`serve`](crate::serve).
//!
//! A connection reads a request's head. If it is of the plainest kind, an [`Express`] may answer with bytes that it holds;
//! everything else goes on to hyper and the router, unchanged. Which of the two answered cannot be told from the answer.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use memchr::memmem;

/// Bytes of the longest head that is looked at here. Longer ones are hyper's, up to its own limit.
pub(crate) const MAX_HEAD: usize = 8 * 1024;
/// Fields of the longest head that is looked at here; no more than any listener allows.
const MAX_FIELDS: usize = 64;

/// What an [`Express`] says to a request.
#[derive(Debug)]
pub enum Said {
    /// The head of the answer has been written; this is its body.
    Answer(Bytes),
    /// What is known of the visitor no longer holds: make it anew.
    Stale,
    /// The router is to answer.
    Pass,
}

/// Who answers from what is ready. It decides at once or not at all, and never waits.
pub trait Express: Send + Sync + 'static {
    /// What a request's fields say, apart from its path: kept while a connection's next requests have the very same fields.
    type Visitor: Send + Unpin;

    /// Is there anybody? Without, connections are hyper's from their first byte.
    fn is_there(&self) -> bool {
        true
    }

    /// Might it ever answer `GET target`? Of what it would not, the fields are not read.
    fn wants(&self, target: &str) -> bool;

    /// Reads the fields of a `GET`. `None`: requests like this one are the router's.
    fn visitor(&self, fields: &HeaderMap) -> Option<Self::Visitor>;

    /// Answers `GET target`, with the whole head (status line to empty line) appended to `head`.
    fn answer(&self, target: &str, visitor: &Self::Visitor, head: &mut Vec<u8>) -> Said;
}

/// Nobody: the router answers everything.
impl Express for () {
    type Visitor = ();

    fn is_there(&self) -> bool {
        false
    }

    fn wants(&self, _: &str) -> bool {
        false
    }

    fn visitor(&self, _: &HeaderMap) -> Option<()> {
        None
    }

    fn answer(&self, _: &str, (): &(), _: &mut Vec<u8>) -> Said {
        Said::Pass
    }
}

/// Whoever it is, if anybody.
impl<E: Express> Express for Option<E> {
    type Visitor = E::Visitor;

    fn is_there(&self) -> bool {
        self.as_ref().is_some_and(E::is_there)
    }

    fn wants(&self, target: &str) -> bool {
        self.as_ref().is_some_and(|express| express.wants(target))
    }

    fn visitor(&self, fields: &HeaderMap) -> Option<E::Visitor> {
        self.as_ref()?.visitor(fields)
    }

    fn answer(&self, target: &str, visitor: &E::Visitor, head: &mut Vec<u8>) -> Said {
        self.as_ref().map_or(Said::Pass, |express| express.answer(target, visitor, head))
    }
}

/// A head in what has come of a connection.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Head<'a> {
    /// Its end has not come yet.
    Partial,
    /// Not of the plain kind.
    Other,
    /// `GET` or `HEAD` in HTTP/1.1, with its target, its fields (to the empty line), and the length of all of it.
    Plain { method: Method, target: &'a str, fields: &'a [u8], len: usize },
}

impl<'a> Head<'a> {
    /// Looks at the beginning of `bytes`.
    pub fn split(bytes: &'a [u8]) -> Self {
        let Some(end) = memmem::find(bytes, b"\r\n\r\n") else {
            return if bytes.len() < MAX_HEAD && may_begin(bytes) { Head::Partial } else { Head::Other };
        };
        let (len, line) = (end + 4, memchr::memchr(b'\r', bytes).unwrap_or(end));
        let plain = || {
            let (method, rest) = match bytes {
                [b'G', b'E', b'T', b' ', ..] => (Method::GET, 4),
                [b'H', b'E', b'A', b'D', b' ', ..] => (Method::HEAD, 5),
                _ => return None,
            };
            // Another byte in the line feed's place ends no line: hyper refuses it.
            bytes.get(line + 1).filter(|byte| **byte == b'\n')?;
            let target = bytes.get(rest..line)?.strip_suffix(b" HTTP/1.1")?;
            let fields = bytes.get(line + 2..len)?;
            let visible = target.first() == Some(&b'/') && target.iter().all(u8::is_ascii_graphic);
            let target = std::str::from_utf8(target).ok().filter(|_| visible && len <= MAX_HEAD)?;
            Some(Head::Plain { method, target, fields, len })
        };
        plain().unwrap_or(Head::Other)
    }
}

/// Could it become `GET ` or `HEAD `? What could not is not waited for.
fn may_begin(bytes: &[u8]) -> bool {
    [&b"GET /"[..], b"HEAD /"].iter().any(|word| {
        let both = word.len().min(bytes.len());
        bytes[..both] == word[..both]
    })
}

/// The fields of a request that has no body and asks nothing of the connection. `None`: of one that may, or of which two
/// parsers might think differently.
pub(crate) fn plain_fields(block: &[u8]) -> Option<HeaderMap> {
    // hyper takes a bare line feed for the end of a line: whoever sends one is not to be understood in two ways.
    let mut before = 0;
    for byte in block {
        if (*byte == b'\n') != (before == b'\r') {
            return None;
        }
        before = *byte;
    }
    let mut fields = [httparse::EMPTY_HEADER; MAX_FIELDS];
    let httparse::Status::Complete((len, fields)) = httparse::parse_headers(block, &mut fields).ok()? else {
        return None;
    };
    if len != block.len() {
        return None;
    }
    let mut map = HeaderMap::with_capacity(fields.len());
    for field in fields {
        let name = HeaderName::from_bytes(field.name.as_bytes()).ok()?;
        map.append(name, HeaderValue::from_bytes(field.value).ok()?);
    }
    let asks = [
        header::CONTENT_LENGTH,
        header::TRANSFER_ENCODING,
        header::UPGRADE,
        header::EXPECT,
        header::TRAILER,
        HeaderName::from_static("http2-settings"),
    ];
    let keeps = |value: &HeaderValue| value.as_bytes().eq_ignore_ascii_case(b"keep-alive");
    let plain = !asks.iter().any(|name| map.contains_key(name))
        && map.get_all(header::CONNECTION).iter().all(keeps)
        && map.get_all(header::HOST).iter().count() == 1;
    plain.then_some(map)
}

/// Appends a status line and fields as hyper writes them, without the empty line.
pub fn write_head(status: StatusCode, fields: &HeaderMap, head: &mut Vec<u8>) {
    head.extend_from_slice(b"HTTP/1.1 ");
    head.extend_from_slice(status.as_str().as_bytes());
    head.push(b' ');
    head.extend_from_slice(status.canonical_reason().unwrap_or_default().as_bytes());
    head.extend_from_slice(b"\r\n");
    for (name, value) in fields {
        write_field(name, value.as_bytes(), head);
    }
}

/// Appends one field.
pub fn write_field(name: &HeaderName, value: &[u8], head: &mut Vec<u8>) {
    head.extend_from_slice(name.as_str().as_bytes());
    head.extend_from_slice(b": ");
    head.extend_from_slice(value);
    head.extend_from_slice(b"\r\n");
}

/// Looks at the bytes as the beginning of a connection: what is taken for a plain request is one for httparse too, of the same
/// length, method and target.
#[doc(hidden)]
pub fn fuzz_head(data: &[u8]) {
    let Head::Plain { method, target, fields, len } = Head::split(data) else { return };
    assert!(len <= MAX_HEAD && data[..len].ends_with(b"\r\n\r\n"), "{len}");
    let Some(map) = plain_fields(fields) else { return };
    let mut all = [httparse::EMPTY_HEADER; MAX_FIELDS];
    let mut request = httparse::Request::new(&mut all);
    let read = request.parse(data);
    assert_eq!(read, Ok(httparse::Status::Complete(len)), "another end");
    assert_eq!((request.method, request.path), (Some(method.as_str()), Some(target)), "another request");
    assert_eq!(request.headers.len(), map.len(), "other fields");
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn plain_heads_and_others() {
        let head = b"GET /en/ HTTP/1.1\r\nHost: a\r\n\r\nGET /";
        let plain = Head::Plain { method: Method::GET, target: "/en/", fields: b"Host: a\r\n\r\n", len: 30 };
        assert_eq!(Head::split(head), plain);
        for partial in ["", "G", "GET /en/ HTTP/1.1\r\nHost: a\r\n", "HEAD /"] {
            assert_eq!(Head::split(partial.as_bytes()), Head::Partial, "{partial}");
        }
        for other in [
            "POST",
            "PRI * HTTP/2.0\r\n",
            "GET  / HTTP/1.1\r\n\r\n",
            "GET /a b HTTP/1.1\r\n\r\n",
            "GET http://a/ HTTP/1.1\r\n\r\n",
            "GET / HTTP/1.0\r\n\r\n",
            "GET /\nx HTTP/1.1\r\n\r\n",
            "\r\nGET / HTTP/1.1\r\n\r\n",
            &format!("GET /{} HTTP/1.1\r\n\r\n", "a".repeat(MAX_HEAD)),
            &format!("GET /{}", "a".repeat(MAX_HEAD)),
        ] {
            assert_eq!(Head::split(other.as_bytes()), Head::Other, "{other}");
        }
    }

    #[test]
    fn requests_with_more_to_them_are_not_plain() {
        let with = |fields: &str| plain_fields(format!("Host: a\r\n{fields}\r\n").as_bytes());
        assert_eq!(with("Cookie: a=1\r\ncookie: b\r\n").unwrap().get_all(header::COOKIE).iter().count(), 2);
        assert!(with("Connection: Keep-Alive\r\n").is_some());
        for other in [
            "Connection: close\r\n",
            "Connection: upgrade, keep-alive\r\n",
            "Content-Length: 0\r\n",
            "Transfer-Encoding: chunked\r\n",
            "Upgrade: h2c\r\n",
            "Expect: 100-continue\r\n",
            "Host: b\r\n",
            "A: b\n",
            "A: b\n\nGET / HTTP/1.1\r\n",
            "A : b\r\n",
            " folded: b\r\n",
            "A: b\rc\r\n",
            &"A: b\r\n".repeat(MAX_FIELDS),
        ] {
            assert!(with(other).is_none(), "{other:?}");
        }
        assert!(plain_fields(b"\r\n").is_none(), "no host");
    }

    proptest! {
        /// Whatever is taken for plain ends where hyper's parser sees its end, and says the same.
        #[test]
        fn one_parser_sees_what_the_other_sees(
            parts in prop::collection::vec(
                prop::sample::select(vec![
                    "GET ", "HEAD ", "/", "/en/", " HTTP/1.1", "\r\n", "\n", "\r", "Host: a\r\n", "Cookie: x=1\r\n",
                    "Content-Length: 5\r\n", ":", " ", "\t", "\u{0}", "é", "\r\n\r\n",
                ]),
                0..14,
            )
        ) {
            let bytes = parts.concat().into_bytes();
            if let Head::Plain { method, target, fields, len } = Head::split(&bytes)
                && let Some(map) = plain_fields(fields)
            {
                let mut slots = [httparse::EMPTY_HEADER; MAX_FIELDS];
                let mut request = httparse::Request::new(&mut slots);
                prop_assert_eq!(request.parse(&bytes).unwrap(), httparse::Status::Complete(len));
                prop_assert_eq!((request.method, request.path), (Some(method.as_str()), Some(target)));
                prop_assert_eq!(request.headers.len(), map.len());
            }
        }
    }
}
