//! What there is to see. Kept like pages: by edition, language and audience, until the next edge of a window.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    response::Response,
};
use domain::{Locale, RailId, RailKind, Timestamp};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde::Serialize;
use web::{Failure, Precompressed, Problem, precompressed::Effort};

use super::view::{Card, Teller};
use crate::{
    SiteState,
    browse::{self, existing},
    cache::{Page, RenderError},
    refuse,
    visit::Visit,
};

const JSON: HeaderValue = HeaderValue::from_static("application/json");

#[derive(Debug, Serialize)]
struct Home {
    edition: u64,
    brand: Brand,
    locale: Locale,
    rails: Vec<Rail>,
    /// Until when this is true, at least; for ever when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<String>,
}

#[derive(Debug, Serialize)]
struct Brand {
    id: String,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    tagline: Option<String>,
}

#[derive(Debug, Serialize)]
struct Rail {
    id: RailId,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    titles: Vec<Card>,
}

/// `GET /api/v1/{lang}/home`: the brand and its rails, with what this audience may see. For everybody.
pub async fn home(
    State(site): State<SiteState>,
    visit: Visit,
    Path(lang): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let locale = visit.locale(&lang).ok_or_else(no_language)?;
    let page = kept(&site, &visit, &locale, "home", || home_json(&visit, &locale)).await?;
    Ok(browse::send(&site, &visit, &page, &headers))
}

fn home_json(visit: &Visit, locale: &Locale) -> Option<(Vec<u8>, Option<Timestamp>)> {
    let edition = visit.edition();
    let brand = edition.brand(visit.brand_id())?;
    let record = brand.record();
    let languages = edition.languages(locale, &record.default_locale);
    let audience = visit.representative()?;
    let ask = audience.ask(visit.brand_id());
    let teller = Teller { ask: &ask, now: visit.now(), locale, languages: &languages };
    let said = |text: &domain::Localised<String>| {
        text.get(locale, &record.default_locale).map(|(_, text)| text.clone())
    };
    let mut until: Option<Timestamp> = None;
    let mut rails = Vec::new();
    for view in brand.rails_with_titles() {
        let (rail, filled) = (view.rail(), view.fill(&ask, visit.now()));
        until = [until, filled.until].into_iter().flatten().min();
        let kind = match rail.kind {
            RailKind::Hero { .. } => "hero",
            RailKind::Continue => "continue",
            RailKind::Manual { .. } => "manual",
            RailKind::Newest => "newest",
            RailKind::Genre { .. } => "genre",
        };
        let titles = filled.titles.iter().map(|title| teller.card(title)).collect();
        rails.push(Rail { id: rail.id.clone(), kind, name: said(&rail.name), titles });
    }
    let brand = Brand {
        id: record.id.to_string(),
        name: said(&record.name).unwrap_or_else(|| record.id.to_string()),
        tagline: said(&record.tagline),
    };
    let home = Home {
        edition: edition.number(),
        brand,
        locale: locale.clone(),
        rails,
        until: until.map(|until| until.to_string()),
    };
    Some((serde_json::to_vec(&home).ok()?, until))
}

/// `GET /api/v1/{lang}/titles/{title}`: all of a title, with the seasons and episodes of a series. For everybody; what this
/// audience may not see is refused with the reason.
pub async fn title(
    State(site): State<SiteState>,
    visit: Visit,
    Path((lang, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let locale = visit.locale(&lang).ok_or_else(no_language)?;
    let id = existing(&visit, &id)?;
    let decision = visit.edition().title(&id).map(|title| title.decide(&visit.ask(), visit.now()));
    match decision {
        Some(decision) if decision.listed() => {}
        Some(decision) => {
            let denial = decision.answer.err().ok_or_else(Problem::internal)?;
            return Err(refuse::denied(&site, &visit, &denial).into());
        }
        None => return Err(Problem::not_found().into()),
    }
    let name = format!("titles/{id}");
    let page = kept(&site, &visit, &locale, &name, || {
        let edition = visit.edition();
        let default = &edition.brand(visit.brand_id())?.record().default_locale;
        let languages = edition.languages(&locale, default);
        let audience = visit.representative()?;
        let ask = audience.ask(visit.brand_id());
        let teller = Teller { ask: &ask, now: visit.now(), locale: &locale, languages: &languages };
        let (details, until) = teller.details(edition, &edition.title(&id)?, default);
        Some((serde_json::to_vec(&details).ok()?, until))
    });
    Ok(browse::send(&site, &visit, &*page.await?, &headers))
}

async fn kept<F>(
    site: &SiteState,
    visit: &Visit,
    locale: &Locale,
    name: &str,
    make: F,
) -> Result<Arc<Page>, Failure>
where
    F: FnOnce() -> Option<(Vec<u8>, Option<Timestamp>)> + Send,
{
    let key = browse::key(visit, locale, format!("api/{name}"));
    let render = move || {
        let (json, until) = make().ok_or_else(|| RenderError("the edition is not what it was".into()))?;
        Ok(Page::new(StatusCode::OK, Precompressed::new(JSON, json, Effort::Quick), until))
    };
    Ok(site.pages().page(&key, visit.now(), render).await?)
}

/// The language of the path is none of the brand's.
pub(super) fn no_language() -> Problem {
    Problem::not_found().code("no-language").detail("This service does not speak that language.")
}
