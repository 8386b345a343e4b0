use axum::{extract::Request, middleware::Next, response::Response};
use http::{HeaderMap, Method, StatusCode, Uri, header};
use web::{Failure, Host, Problem};

/// Refuses what another site's page asks a viewer's browser to do (cross-site request forgery).
///
/// Browsers say where a request comes from: `Sec-Fetch-Site` (Fetch Metadata), and `Origin` on every unsafe method. Only
/// this very origin may change anything; a sister brand on another subdomain is another origin. A client that is no
/// browser sends neither and carries no cookies of somebody else's.
pub async fn check(request: Request, next: Next) -> Result<Response, Failure> {
    if is_safe(request.method()) || is_own(request.uri(), request.headers()) {
        return Ok(next.run(request).await);
    }
    Err(Problem::new(StatusCode::FORBIDDEN, "cross-site", "This was asked from another site")
        .detail("Changes are accepted only from the pages of this very site.")
        .into())
}

fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

fn is_own(uri: &Uri, headers: &HeaderMap) -> bool {
    if let Some(site) = headers.get("sec-fetch-site")
        && !matches!(site.as_bytes(), b"same-origin" | b"none")
    {
        return false;
    }
    let Some(origin) = headers.get(header::ORIGIN) else { return true };
    // Behind a balancer that ends TLS the scheme differs, so the host and port decide; `null` has none.
    let origin = origin.to_str().ok().and_then(|text| text.split_once("://")).map(|(scheme, rest)| {
        let default = if scheme == "https" { 443 } else { 80 };
        Host::parse(rest).map(|host| (host, default))
    });
    match (origin, Host::of(uri, headers)) {
        (Some(Ok((theirs, default))), Ok(ours)) => {
            let port = |host: &Host| host.port().unwrap_or(default);
            theirs.name() == ours.name() && port(&theirs) == port(&ours)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_very_origin() {
        for (site, origin, own) in [
            (None, None, true),
            (Some("same-origin"), Some("http://harbour.localhost:8080"), true),
            (Some("none"), None, true),
            (None, Some("http://harbour.localhost:8080"), true),
            (None, Some("http://HARBOUR.localhost:8080"), true),
            (Some("same-site"), Some("http://fathom.localhost:8080"), false),
            (Some("cross-site"), None, false),
            (Some("same-origin"), Some("http://evil.example"), false),
            (None, Some("http://harbour.localhost"), false),
            (None, Some("http://harbour.localhost:8081"), false),
            (None, Some("null"), false),
            (None, Some("http://harbour.localhost:8080@evil.example"), false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, "harbour.localhost:8080".parse().unwrap());
            if let Some(site) = site {
                headers.insert("sec-fetch-site", site.parse().unwrap());
            }
            if let Some(origin) = origin {
                headers.insert(header::ORIGIN, origin.parse().unwrap());
            }
            assert_eq!(is_own(&Uri::from_static("/x"), &headers), own, "{site:?} {origin:?}");
        }
    }

    #[test]
    fn the_schemes_own_port_need_not_be_named() {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, "harbour.example".parse().unwrap());
        headers.insert(header::ORIGIN, "https://harbour.example".parse().unwrap());
        assert!(is_own(&Uri::from_static("/x"), &headers));
        headers.insert(header::HOST, "harbour.example:443".parse().unwrap());
        assert!(is_own(&Uri::from_static("/x"), &headers));
    }
}
