//! Cookies in, cookies out, and signed ones that cannot be made or moved to another name outside.

use std::time::Duration;

pub use cookie::SameSite;
use cookie::{Cookie, CookieJar, Key};
use http::{HeaderMap, HeaderValue, header};

/// Bytes of `Cookie` fields looked at; browsers hold 4 kB per cookie.
const MAX_COOKIES: usize = 16 * 1024;
/// Length of a signature: HMAC-SHA-256 in Base64.
const SIGNATURE: usize = 44;

/// The value of a cookie, as it was sent: the first of that name.
pub fn get<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let mut budget = MAX_COOKIES;
    for field in headers.get_all(header::COOKIE) {
        budget = budget.checked_sub(field.len())?;
        let Ok(field) = field.to_str() else { continue };
        for pair in field.split(';') {
            if let Some((key, value)) = pair.split_once('=')
                && key.trim() == name
            {
                return Some(value.trim());
            }
        }
    }
    None
}

/// How a cookie is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attributes<'a> {
    /// Under which path it is sent back.
    pub path: &'a str,
    /// How long it is kept; until the browser closes when absent, deleted when zero.
    pub max_age: Option<Duration>,
    /// Hidden from scripts.
    pub http_only: bool,
    /// Sent over TLS alone.
    pub secure: bool,
    /// Sent on requests from other sites?
    pub same_site: SameSite,
}

impl Default for Attributes<'_> {
    fn default() -> Self {
        Self { path: "/", max_age: None, http_only: true, secure: false, same_site: SameSite::Lax }
    }
}

/// A `Set-Cookie` value. `None` when name, value or path hold what a cookie cannot (RFC 6265 §4.1.1).
pub fn set(name: &str, value: &str, attributes: &Attributes<'_>) -> Option<HeaderValue> {
    let octet = |b: u8| b.is_ascii_graphic() && !matches!(b, b'"' | b',' | b';' | b'\\');
    let path_octet = |b: u8| b.is_ascii_graphic() && b != b';';
    let token = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if !token || !value.bytes().all(octet) || !attributes.path.bytes().all(path_octet) {
        return None;
    }
    let mut cookie = Cookie::build((name, value))
        .path(attributes.path)
        .http_only(attributes.http_only)
        .secure(attributes.secure)
        .same_site(attributes.same_site);
    if let Some(age) = attributes.max_age {
        cookie =
            cookie.max_age(cookie::time::Duration::seconds(i64::try_from(age.as_secs()).unwrap_or(i64::MAX)));
    }
    HeaderValue::try_from(cookie.build().to_string()).ok()
}

/// Why bytes are no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a cookie key has 64 bytes or more")]
pub struct KeyError;

/// The keys of signed cookies: the newest signs, all verify, so that a key can be changed without logging anybody out.
#[derive(Clone)]
pub struct Signer {
    newest: Key,
    older: Vec<Key>,
}

// Keys never get into a log.
impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Signer").field("keys", &(1 + self.older.len())).finish_non_exhaustive()
    }
}

impl Signer {
    /// Signs with `newest`; `older` verify as well.
    pub fn new(newest: &[u8], older: &[&[u8]]) -> Result<Self, KeyError> {
        let key = |bytes: &[u8]| Key::try_from(bytes).map_err(|_| KeyError);
        Ok(Self {
            newest: key(newest)?,
            older: older.iter().map(|bytes| key(bytes)).collect::<Result<_, _>>()?,
        })
    }

    /// The value with its signature before it, valid under this name alone.
    pub fn sign(&self, name: &str, value: &str) -> String {
        let mut jar = CookieJar::new();
        // `cookie` signs the value alone; with the name before it a value cannot be moved to another cookie.
        jar.signed_mut(&self.newest).add((name.to_owned(), format!("{name}={value}")));
        let signed = jar.get(name).map(|cookie| cookie.value().to_owned()).unwrap_or_default();
        let (signature, _) = signed.split_at(SIGNATURE.min(signed.len()));
        format!("{signature}{value}")
    }

    /// The value, if its signature is ours and made for this name.
    pub fn verify(&self, name: &str, signed: &str) -> Option<String> {
        let (signature, value) = signed.split_at_checked(SIGNATURE)?;
        let jar = CookieJar::new();
        let whole = format!("{signature}{name}={value}");
        std::iter::once(&self.newest).chain(&self.older).find_map(|key| {
            jar.signed(key).verify(Cookie::new(name.to_owned(), whole.clone()))?;
            Some(value.to_owned())
        })
    }

    /// The verified value of a request's cookie.
    pub fn get(&self, headers: &HeaderMap, name: &str) -> Option<String> {
        self.verify(name, get(headers, name)?)
    }

    /// A `Set-Cookie` value with the signed value; `None` as for [`set`].
    pub fn set(&self, name: &str, value: &str, attributes: &Attributes<'_>) -> Option<HeaderValue> {
        set(name, &self.sign(name, value), attributes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signer(newest: u8, older: &[u8]) -> Signer {
        let older: Vec<[u8; 64]> = older.iter().map(|b| [*b; 64]).collect();
        Signer::new(&[newest; 64], &older.iter().map(|k| k.as_slice()).collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn signed_values_hold_for_their_name_and_their_keys() {
        let ours = signer(1, &[]);
        let signed = ours.sign("who", "ann.7");
        assert_eq!(ours.verify("who", &signed).as_deref(), Some("ann.7"));
        assert_eq!(signer(2, &[1]).verify("who", &signed).as_deref(), Some("ann.7"), "rotated");
        assert_eq!(signer(2, &[]).verify("who", &signed), None, "another key");
        assert_eq!(ours.verify("other", &signed), None, "another name");
        for forged in [
            "",
            "ann.7",
            &signed[1..],
            &format!("{signed}x"),
            &signed.replace("ann", "bob"),
            "é".repeat(30).as_str(),
        ] {
            assert_eq!(ours.verify("who", forged), None, "{forged}");
        }
        assert!(Signer::new(&[1; 63], &[]).is_err());
        assert!(!format!("{ours:?}").contains("1, 1"));
    }

    #[test]
    fn reading_and_setting() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_static("a=1; b=2=3 ;bad"));
        headers.append(header::COOKIE, HeaderValue::from_static("c=4; a=5"));
        assert_eq!(get(&headers, "a"), Some("1"));
        assert_eq!(get(&headers, "b"), Some("2=3"));
        assert_eq!(get(&headers, "c"), Some("4"));
        assert_eq!(get(&headers, "bad"), None);
        let attributes =
            Attributes { path: "/v/x/", max_age: Some(Duration::from_secs(600)), ..Attributes::default() };
        let set_cookie = set("t", "v", &attributes).unwrap();
        assert_eq!(set_cookie, "t=v; HttpOnly; SameSite=Lax; Path=/v/x/; Max-Age=600");
        for bad in ["a b", "a;b", "a\"", "a\r\nX: y", "é"] {
            assert_eq!(set("t", bad, &attributes), None, "{bad:?}");
        }
        assert_eq!(set("t;", "v", &attributes), None);
        assert_eq!(set("t", "v", &Attributes { path: "/;Domain=x", ..attributes }), None);
    }
}
