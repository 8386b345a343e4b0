//! The pages sent the short way: what [`browse`] would answer, byte for byte, without asking it.
//!
//! Only what is the same for a whole audience goes this way: a page of status 200 that is in the cache and still true, or made
//! here and now, for a browser that has the audience's cookie. All else is the router's.

use std::{
    pin::pin,
    str::FromStr,
    sync::Arc,
    task::{Context, Poll, Waker},
};

use bytes::Bytes;
use domain::{Locale, Timestamp, TitleId};
use http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use objects::cache;
use web::{
    Guard,
    express::{Said, write_field, write_head},
    guard::Lane,
    precompressed::Accepts,
};

use crate::{
    SiteState, audience,
    browse::{self, Which},
    cache::{Page, PageKeyRef},
    layer,
    visit::{Visit, Who},
};

/// Answers from the page cache of a site.
pub struct Express {
    site: SiteState,
    home: Lane,
    title: Lane,
    watch: Lane,
    json: Lane,
}

/// What a request's fields say to the pages of an edition.
pub struct Visitor {
    /// The edition's number, and that of its takedowns.
    edition: (u64, u64),
    period: i64,
    who: Who,
    locales: Vec<Locale>,
    accepts: Accepts,
    /// The condition, when there is one.
    conditions: HeaderMap,
    /// Of who comes from a page of ours: the language that they would get without choosing one.
    expected: Option<Locale>,
}

impl Express {
    /// Beside [`router`](crate::router) with this very guard around it.
    pub fn new(site: SiteState, guard: &Guard) -> Self {
        let [home, title, watch, json] =
            ["/{lang}/", "/{lang}/t/{title}", "/{lang}/watch/{title}", "/api/v1/{lang}/home"]
                .map(|route| guard.lane(route));
        Self { site, home, title, watch, json }
    }

    /// The lane of a target, the tag of its language, and what its page is called in the cache.
    fn find<'t>(&self, target: &'t str) -> Option<(&Lane, &'t str, &'t str)> {
        if let Some(rest) = target.strip_prefix("/api/v1/") {
            let lang = rest.strip_suffix("/home")?;
            return Some((&self.json, lang, "api/home"));
        }
        let (lang, _) = target.strip_prefix('/')?.split_once('/')?;
        let path = target.get(1 + lang.len()..)?;
        let lane = match path.strip_prefix("/t/").map(|id| (&self.title, id)) {
            None if path == "/" => return Some((&self.home, lang, path)),
            None => (&self.watch, path.strip_prefix("/watch/")?),
            Some(found) => found,
        };
        // Whatever else names this title is the router's to say.
        lane.1
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            .then_some((lane.0, lang, path))
    }
}

impl web::Express for Express {
    type Visitor = Visitor;

    fn wants(&self, target: &str) -> bool {
        self.find(target).is_some()
    }

    fn visitor(&self, fields: &HeaderMap) -> Option<Visitor> {
        let visit = Visit::new(&self.site, &Uri::from_static("/"), fields).ok()?;
        if visit.stamp(&self.site, fields).is_some() {
            return None; // the answer has a cookie to set
        }
        let expected = match browse::from_us(fields) {
            true => Some(visit.negotiate(fields).ok()?),
            false => None,
        };
        let conditions = fields.get_all(header::IF_NONE_MATCH).iter();
        Some(Visitor {
            edition: (visit.edition().number(), visit.edition().takedowns()),
            period: audience::period(visit.now()),
            who: visit.who().clone(),
            locales: visit.brand().ok()?.record().locales.clone(),
            accepts: Accepts::of(fields),
            conditions: conditions.map(|value| (header::IF_NONE_MATCH, value.clone())).collect(),
            expected,
        })
    }

    fn answer(&self, target: &str, visitor: &Visitor, head: &mut Vec<u8>) -> Said {
        let now = self.site.clock().now();
        if self.site.edition_numbers() != Some(visitor.edition) || audience::period(now) != visitor.period {
            return Said::Stale;
        }
        match self.ready(target, visitor, now, head) {
            Some(body) => Said::Answer(body),
            None => Said::Pass,
        }
    }
}

impl Express {
    fn ready(&self, target: &str, visitor: &Visitor, now: Timestamp, head: &mut Vec<u8>) -> Option<Bytes> {
        let (lane, lang, path) = self.find(target)?;
        let entered = lane.enter(now, target)?;
        let locale = visitor.locales.iter().find(|locale| locale.as_str() == lang)?;
        if path != "api/home" && visitor.expected.as_ref().is_some_and(|expected| expected != locale) {
            return None; // the language is being chosen: that is remembered in a cookie
        }
        let Who { brand, pretended, device, audience, .. } = &visitor.who;
        let key = PageKeyRef {
            edition: visitor.edition.0,
            takedowns: visitor.edition.1,
            brand: brand.as_str(),
            path,
            locale: locale.as_str(),
            audience: audience.0,
            device: *device,
            demo: *pretended,
        };
        let ready = self.site.pages().ready(&key, now);
        let page = ready.or_else(|| self.make(visitor, locale, path, now))?;
        if page.status != StatusCode::OK {
            return None;
        }
        let (coding, (body, etag)) = page.body.choose(&visitor.accepts);
        if !visitor.conditions.is_empty() && etag.none_match(&visitor.conditions) {
            let response = not_modified(&page, now, visitor, coding.name());
            write_head(response.status(), response.headers(), head);
            entered.answered(target, response.status(), head);
            return Some(Bytes::new());
        }
        let ready = page.heads[coding as usize].get_or_init(|| {
            let mut whole = browse::shared(&page, now, &accepting(coding.name()));
            layer::secured(&mut whole);
            whole.headers_mut().remove(header::CACHE_CONTROL);
            let length = HeaderValue::from(body.len());
            whole.headers_mut().insert(header::CONTENT_LENGTH, length);
            let mut head = Vec::with_capacity(1_024);
            write_head(whole.status(), whole.headers(), &mut head);
            head.into()
        });
        head.extend_from_slice(ready);
        let left = page.until.map(|until| until.since(now));
        match left.is_none_or(|left| left >= cache::MAX_PAGE) {
            true => head.extend_from_slice(b"cache-control: public, max-age=60\r\n"),
            false => write_field(&header::CACHE_CONTROL, cache::page(left).as_bytes(), head),
        }
        entered.answered(target, StatusCode::OK, head);
        Some(body.clone())
    }
}

impl Express {
    /// Makes the page, if that takes no waiting: nobody else is at it. Of what is no page, or fails, the router speaks.
    fn make(&self, visitor: &Visitor, locale: &Locale, path: &str, now: Timestamp) -> Option<Arc<Page>> {
        let id = |rest: &str| TitleId::from_str(rest).ok();
        let which = match path {
            "/" => Which::Home,
            _ => match path.strip_prefix("/t/") {
                Some(rest) => Which::Title(id(rest)?),
                None => Which::Watch(id(path.strip_prefix("/watch/")?)?),
            },
        };
        let edition = self.site.edition()?;
        if (edition.number(), edition.takedowns()) != visitor.edition {
            return None;
        }
        if let Which::Title(id) | Which::Watch(id) = &which {
            edition.title(id)?; // guessing fills no cache
        }
        let visit = Visit::again(edition, &visitor.who, now);
        let making = pin!(browse::made(&self.site, &visit, locale, &which));
        match making.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(Ok(page)) => Some(page),
            _ => None,
        }
    }
}

/// As the router answers who has this page already.
fn not_modified(
    page: &Arc<Page>,
    now: Timestamp,
    visitor: &Visitor,
    coding: Option<&'static str>,
) -> axum::response::Response {
    let mut fields = accepting(coding);
    fields.extend(visitor.conditions.iter().map(|(name, value)| (name.clone(), value.clone())));
    let mut response = browse::shared(page, now, &fields);
    layer::secured(&mut response);
    response
}

/// The fields of a request that wants this coding.
fn accepting(coding: Option<&'static str>) -> HeaderMap {
    coding.map(|name| (header::ACCEPT_ENCODING, HeaderValue::from_static(name))).into_iter().collect()
}
