//! Which host a request is for.

use http::{HeaderMap, Uri, header, request::Parts, uri::Authority};

use crate::Problem;

/// Longest host name (RFC 1035 §2.3.4).
const MAX_NAME: usize = 253;

/// Why a text is no host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HostError {
    /// There is none.
    #[error("the request names no host")]
    Missing,
    /// There are several.
    #[error("the request names more than one host")]
    Several,
    /// It is none.
    #[error("the request's host is not a host name or address")]
    Invalid,
}

impl From<HostError> for Problem {
    fn from(error: HostError) -> Problem {
        Problem::bad_request(error.to_string()).code("bad-host")
    }
}

/// The host of a request in the one form that is compared: lower case, no trailing dot, port apart.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Host {
    name: Box<str>,
    port: Option<u16>,
}

impl Host {
    /// Reads `name[:port]`, `a.b.c.d[:port]` or `[v6][:port]` (RFC 9110 §7.2).
    pub fn parse(text: &str) -> Result<Self, HostError> {
        let (name, port) = match text.strip_prefix('[') {
            Some(rest) => {
                let (inner, after) = rest.split_once(']').ok_or(HostError::Invalid)?;
                let address: std::net::Ipv6Addr = inner.parse().map_err(|_| HostError::Invalid)?;
                let port = match after.strip_prefix(':') {
                    Some(port) => Some(port),
                    None if after.is_empty() => None,
                    None => return Err(HostError::Invalid),
                };
                (format!("[{address}]"), port)
            }
            None => {
                let (name, port) = text.split_once(':').map_or((text, None), |(n, p)| (n, Some(p)));
                let name = name.strip_suffix('.').unwrap_or(name);
                if !is_name(name) {
                    return Err(HostError::Invalid);
                }
                (name.to_ascii_lowercase(), port)
            }
        };
        // An empty port is the scheme's own (RFC 3986 §3.2.3).
        let port = match port {
            None | Some("") => None,
            Some(port) if port.bytes().all(|b| b.is_ascii_digit()) => {
                Some(port.parse().map_err(|_| HostError::Invalid)?)
            }
            Some(_) => return Err(HostError::Invalid),
        };
        Ok(Self { name: name.into(), port })
    }

    /// The host that a request is for: of its target when that names one (RFC 9112 §3.2.2), else of its `Host` field.
    pub fn of(uri: &Uri, headers: &HeaderMap) -> Result<Self, Problem> {
        Ok(Self::find(uri, headers)?)
    }

    fn find(uri: &Uri, headers: &HeaderMap) -> Result<Self, HostError> {
        let mut fields = headers.get_all(header::HOST).iter();
        let field = fields.next();
        if fields.next().is_some() {
            return Err(HostError::Several);
        }
        match (uri.authority().map(Authority::as_str), field) {
            (Some(authority), _) => Self::parse(authority),
            (None, Some(field)) => Self::parse(field.to_str().map_err(|_| HostError::Invalid)?),
            (None, None) => Err(HostError::Missing),
        }
    }

    /// The name or address; an IPv6 address in brackets.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The port, when one is named.
    pub fn port(&self) -> Option<u16> {
        self.port
    }

    /// The first label: `harbour` of `harbour.example.com`.
    pub fn first_label(&self) -> &str {
        self.name.split('.').next().unwrap_or(&self.name)
    }
}

impl std::fmt::Display for Host {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name)?;
        self.port.map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}

impl<S: Sync> axum::extract::FromRequestParts<S> for Host {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Self::of(&parts.uri, &parts.headers)
    }
}

fn is_name(name: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    };
    name.len() <= MAX_NAME && name.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_form_for_all_spellings() {
        for (text, name, port) in [
            ("Harbour.LocalHost:8080", "harbour.localhost", Some(8080)),
            ("harbour.localhost.", "harbour.localhost", None),
            ("harbour.localhost.:80", "harbour.localhost", Some(80)),
            ("a:", "a", None),
            ("127.0.0.1:1", "127.0.0.1", Some(1)),
            ("[::1]:8080", "[::1]", Some(8080)),
            ("[0:0::0:1]", "[::1]", None),
        ] {
            let host = Host::parse(text).unwrap();
            assert_eq!((host.name(), host.port()), (name, port), "{text}");
        }
    }

    #[test]
    fn hostile_ones_are_refused() {
        let long = format!("{}com", "a.".repeat(200));
        for text in [
            "",
            ".",
            "..",
            "a..b",
            ".a",
            "a b",
            "a/b",
            "user@host",
            "a:65536",
            "a:-1",
            "a:8080x",
            "a:+80",
            "[::1",
            "::1",
            "[::1]x",
            "[::g]",
            "a\u{0}",
            "höst",
            "a%2eb",
            "a,b",
            "a#b",
            "a?b",
            "a\\b",
            &long,
            &"a".repeat(64),
        ] {
            assert_eq!(Host::parse(text), Err(HostError::Invalid), "{text:?}");
        }
    }

    #[test]
    fn a_request_has_exactly_one_host() {
        let (absolute, relative) = (Uri::from_static("http://one.example/x"), Uri::from_static("/x"));
        let mut headers = HeaderMap::new();
        assert_eq!(Host::find(&relative, &headers), Err(HostError::Missing));
        headers.append(header::HOST, "two.example".parse().unwrap());
        assert_eq!(Host::find(&relative, &headers).unwrap().name(), "two.example");
        assert_eq!(Host::find(&absolute, &headers).unwrap().name(), "one.example");
        headers.append(header::HOST, "three.example".parse().unwrap());
        assert_eq!(Host::find(&relative, &headers), Err(HostError::Several));
    }
}
