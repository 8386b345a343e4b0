//! What browsers and search engines ask for beside the pages: manifest, mark, robots, site map.

use std::fmt::Write;

use axum::{
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use domain::{BrandId, DeviceClass, Kind as TitleKind, Timestamp, rights::Ask};
use edition::Edition;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use objects::cache::{self, Kind};
use serde_json::json;
use web::{
    Failure, Precompressed, Problem,
    precompressed::{Accepts, Effort},
};

use crate::{
    SiteState, browse,
    cache::{Page, RenderError},
    pages::theme,
    plain::escape,
    visit::Visit,
};

/// URLs in one site map (sitemaps.org, "Sitemap index files": 50,000). Beyond, an index is needed.
const MAX_URLS: usize = 50_000;

const XML: HeaderValue = HeaderValue::from_static("application/xml; charset=utf-8");

fn fixed(kind: &'static str, body: String) -> Response {
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, cache::control(Kind::Fixed))], body)
        .into_response()
}

/// `GET /assets/{file}`: the front end's files, and the brand's own style sheet, by names that hold their hash. For everybody.
pub async fn asset(
    State(site): State<SiteState>,
    visit: Visit,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    if let Some(response) = site.assets().respond(&name, &headers) {
        return Ok(response);
    }
    let look = &visit.brand()?.record().theme;
    if name != theme::file_name(look) {
        return Err(Problem::not_found().into());
    }
    let sheet = theme::stylesheet(look);
    let sheet = Precompressed::new(HeaderValue::from_static("text/css; charset=utf-8"), sheet, Effort::Quick);
    let mut response = sheet.respond(&headers);
    let control = HeaderValue::from_static(cache::control(Kind::Hashed));
    response.headers_mut().insert(header::CACHE_CONTROL, control);
    Ok(response)
}

/// `GET /manifest.webmanifest`: how the brand looks as an application. For everybody.
pub async fn manifest(visit: Visit) -> Result<Response, Failure> {
    let brand = visit.brand()?.record();
    let name =
        brand.name.get(&brand.default_locale, &brand.default_locale).map_or(brand.id.as_str(), |(_, n)| n);
    let body = json!({
        "name": name,
        "short_name": name,
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "lang": brand.default_locale.as_str(),
        "dir": brand.default_locale.direction().as_str(),
        "background_color": brand.theme.background,
        "theme_color": brand.theme.background,
        "icons": [{ "src": "/favicon.svg", "sizes": "any", "type": "image/svg+xml" }],
    });
    Ok(fixed("application/manifest+json", body.to_string()))
}

/// `GET /favicon.svg`: the brand's first letter in its colours. For everybody.
pub async fn mark(visit: Visit) -> Result<Response, Failure> {
    let brand = visit.brand()?.record();
    let name =
        brand.name.get(&brand.default_locale, &brand.default_locale).map_or(brand.id.as_str(), |(_, n)| n);
    let letter: String =
        name.chars().find(|c| c.is_alphanumeric()).into_iter().flat_map(char::to_uppercase).collect();
    let (accent, on_accent) = (escape(&brand.theme.accent), escape(&brand.theme.on_accent));
    let svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 32 32\"><rect width=\"32\" height=\"32\" rx=\"{}\" \
         fill=\"{accent}\"/><text x=\"16\" y=\"23\" text-anchor=\"middle\" font-family=\"system-ui,sans-serif\" \
         font-size=\"20\" font-weight=\"700\" fill=\"{on_accent}\">{}</text></svg>",
        brand.theme.radius.min(16),
        escape(&letter),
    );
    Ok(fixed("image/svg+xml", svg))
}

/// `GET /robots.txt`: for everybody.
pub async fn robots(State(site): State<SiteState>, visit: Visit) -> Result<Response, Failure> {
    let base = site.config().address.url(visit.brand()?.record());
    let body = format!("User-agent: *\nDisallow: /api/\nDisallow: /v/\n\nSitemap: {base}/sitemap.xml\n");
    Ok(fixed("text/plain; charset=utf-8", body))
}

/// `GET /sitemap.xml`: the pages that somebody of whom nothing is known may see, in every language. For everybody.
pub async fn sitemap(
    State(site): State<SiteState>,
    visit: Visit,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let (brand, plans) = (visit.brand()?, visit.brand()?.plans_of_everyone());
    let locale = brand.record().default_locale.clone();
    let mut key = browse::key(&visit, &locale, "sitemap.xml".into());
    // The same for everybody, whoever asks.
    key.audience = brand.audience(None, &plans, None, DeviceClass::Desktop).0;
    (key.device, key.demo) = (DeviceClass::Desktop, None);
    let (base, now) = (site.config().address.url(brand.record()), visit.now());
    let (edition, brand) = (visit.edition().clone(), visit.brand_id().clone());
    let accepts = Accepts::of(&headers);
    let render = move || {
        let world = Ask {
            brand: &brand,
            territory: None,
            plans: &plans,
            device: DeviceClass::Desktop,
            maturity_limit: None,
        };
        let (xml, until) = sitemap_of(&edition, &world, &base, now);
        let body = Precompressed::new(XML, xml, Effort::Quick);
        // Megabytes: compressed here, where that keeps nobody from being answered.
        body.choose(&accepts);
        Ok::<_, RenderError>(Page::new(StatusCode::OK, body, until))
    };
    let page = site.pages().large_page(&key, now, render).await?;
    let mut response = page.body.respond(&headers);
    let control = cache::page(page.until.map(|until| until.since(now)));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::try_from(control)?);
    Ok(response)
}

fn sitemap_of(edition: &Edition, world: &Ask<'_>, base: &str, now: Timestamp) -> (String, Option<Timestamp>) {
    let mut until: Option<Timestamp> = None;
    let mut paths = vec![String::new()];
    let brand: &BrandId = world.brand;
    for title in edition.all_titles().filter(|title| title.kind() != TitleKind::Episode) {
        let decision = title.decide(world, now);
        until = [until, decision.until].into_iter().flatten().min();
        if decision.listed() {
            paths.push(format!("t/{}", title.id_str()));
        }
    }
    let locales = edition.brand(brand).map(|brand| brand.record().locales.clone()).unwrap_or_default();
    paths.sort_unstable();
    paths.truncate(MAX_URLS / locales.len().max(1));
    let mut xml = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\" \
         xmlns:xhtml=\"http://www.w3.org/1999/xhtml\">\n",
    );
    let base = escape(base);
    for path in &paths {
        let mut others = String::new();
        for locale in &locales {
            let _ = write!(
                others,
                "<xhtml:link rel=\"alternate\" hreflang=\"{locale}\" href=\"{base}/{locale}/{path}\"/>"
            );
        }
        for locale in &locales {
            let _ = writeln!(xml, "<url><loc>{base}/{locale}/{path}</loc>{others}</url>");
        }
    }
    (xml + "</urlset>\n", until)
}
