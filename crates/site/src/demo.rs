//! The demo's country switch.

use axum::{
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use domain::Territory;
use http::{HeaderValue, StatusCode, header};
use objects::cache::{self, Kind};
use web::{
    Failure, Problem, body,
    cookies::{self, Attributes},
};

use crate::{SiteState, audience::COUNTRY, visit::Visit};

/// Bytes of the form.
pub const MAX_BODY: usize = 4 * 1024;

/// `POST /demo/country` with the form fields `territory` and `back`: pretends to be there and goes back. For everybody in
/// demo mode; otherwise it is not there (404).
pub async fn country(State(site): State<SiteState>, _: Visit, request: Request) -> Result<Response, Failure> {
    if site.config().country_switch.is_none() {
        return Err(Problem::not_found().into());
    }
    let form = body::read(request).await?;
    let (mut territory, mut back) = (None, None);
    for (name, value) in form_urlencoded::parse(&form) {
        match &*name {
            "territory" => territory = Some(value.into_owned()),
            "back" => back = Some(value.into_owned()),
            _ => {}
        }
    }
    let territory = territory.ok_or_else(|| Problem::bad_request("`territory` is missing."))?;
    let territory = Territory::new(&territory).map_err(|error| Problem::bad_request(error.to_string()))?;
    let secure = site.config().secure_cookies;
    let set = cookies::set(COUNTRY, territory.as_str(), &Attributes { secure, ..Attributes::default() });
    let back = back.filter(|path| is_local(path)).and_then(|path| HeaderValue::try_from(path).ok());
    let mut response = StatusCode::SEE_OTHER.into_response();
    let fields = response.headers_mut();
    fields.insert(header::LOCATION, back.unwrap_or(HeaderValue::from_static("/")));
    fields.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache::control(Kind::Personal)));
    fields.extend(set.map(|cookie| (header::SET_COOKIE, cookie)));
    Ok(response)
}

/// A path on this very host: not another's (`//host`), nor what a browser takes for one (`/\host`).
fn is_local(path: &str) -> bool {
    path.starts_with('/')
        && !path.starts_with("//")
        && path.bytes().all(|b| b.is_ascii_graphic() && b != b'\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn back_means_back_here() {
        assert!(is_local("/") && is_local("/en/t/x?a=b"));
        for elsewhere in
            ["", "x", "//evil.example", "/\\evil.example", "https://evil.example", "/a\r\nb: c", "/ x"]
        {
            assert!(!is_local(elsewhere), "{elsewhere:?}");
        }
    }
}
