use std::{collections::BTreeSet, sync::Arc};

use axum::extract::FromRequestParts;
use domain::{BrandId, DeviceClass, Locale, PlanId, Territory, Timestamp, rights::Ask};
use edition::{Audience, AudienceId, BrandView, Edition};
use http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts};
use serde_json::json;
use viewers::{Profile, Viewer};
use web::{Failure, Host, Problem, cookies};

use crate::{
    SiteState,
    audience::{self, Stamp},
    device,
};

/// The cookie with the language that the viewer chose.
pub const LANGUAGE: &str = "pt_lang";
/// The cookie of the anonymous profile.
pub const PROFILE: &str = "pt_profile";

/// Tells clients to come back when nothing has been published, in seconds: about as long as an edition takes to appear.
const UNPUBLISHED_RETRY: u32 = 5;

/// A request as the site sees it: to which brand, on which edition, when, by whom.
///
/// Made once for each request, by the layer around all routes; handlers take it out of the request.
#[derive(Debug, Clone)]
pub struct Visit(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    edition: Arc<Edition>,
    now: Timestamp,
    who: Who,
    profile: Option<Profile>,
}

/// What of a visit its next ones have in common, while they are to the same edition and takedowns.
#[derive(Debug, Clone)]
pub(crate) struct Who {
    pub brand: BrandId,
    territory: Option<Territory>,
    pub pretended: Option<Territory>,
    plans: BTreeSet<PlanId>,
    pub device: DeviceClass,
    pub audience: AudienceId,
}

impl Visit {
    /// Reads it from the request: 421 for a host that is no brand's, 503 when nothing has been published yet.
    pub fn new(site: &SiteState, uri: &http::Uri, headers: &HeaderMap) -> Result<Self, Failure> {
        let host = Host::of(uri, headers)?;
        let edition = site.edition().ok_or_else(|| {
            Problem::unavailable(UNPUBLISHED_RETRY)
                .code("nothing-published")
                .detail("Nothing has been published here yet. Please come back in a moment.")
        })?;
        let label = site.config().address.label(host.name());
        let brand = label.and_then(|label| edition.brand_by_host(label));
        let brand = brand.ok_or_else(|| misdirected(site, &edition))?;
        let territory = audience::territory(site.config(), headers);
        let (plans, device) = (brand.plans_of_everyone(), device::class(headers));
        let sealed = cookies::get(headers, PROFILE);
        let profile = sealed.and_then(|value| Profile::from_cookie(value, site.viewers().seal()));
        let who = Who {
            audience: brand.audience(territory, &plans, None, device),
            brand: brand.id.clone(),
            pretended: territory.filter(|_| site.config().country_switch.is_some()),
            territory,
            plans,
            device,
        };
        Ok(Self(Arc::new(Inner { edition: edition.clone(), now: site.clock().now(), who, profile })))
    }

    /// One more by the same, of whom no profile is asked.
    pub(crate) fn again(edition: Arc<Edition>, who: &Who, now: Timestamp) -> Self {
        Self(Arc::new(Inner { edition, now, who: who.clone(), profile: None }))
    }

    /// Who comes.
    pub(crate) fn who(&self) -> &Who {
        &self.0.who
    }

    /// The edition that this request is answered from.
    pub fn edition(&self) -> &Arc<Edition> {
        &self.0.edition
    }

    /// The brand's id.
    pub fn brand_id(&self) -> &BrandId {
        &self.0.who.brand
    }

    /// The brand.
    pub fn brand(&self) -> Result<BrandView<'_>, Failure> {
        // It was found in this very edition.
        self.0.edition.brand(&self.0.who.brand).ok_or_else(|| Problem::internal().into())
    }

    /// When it came, by the server's clock.
    pub fn now(&self) -> Timestamp {
        self.0.now
    }

    /// On what.
    pub fn device(&self) -> DeviceClass {
        self.0.who.device
    }

    /// The country that the viewer pretends to be in, in demo mode.
    pub fn pretended(&self) -> Option<Territory> {
        self.0.who.pretended
    }

    /// Which audience the viewer belongs to.
    pub fn audience(&self) -> AudienceId {
        self.0.who.audience
    }

    /// One viewer for all of the audience: what pages are made for. In demo mode the country is the pretended one, which
    /// pages name.
    pub fn representative(&self) -> Option<Audience> {
        let mut one = self.0.edition.brand(&self.0.who.brand)?.audience_of(self.0.who.audience)?;
        one.device = self.0.who.device;
        if self.0.who.pretended.is_some() {
            one.territory = self.0.who.pretended;
        }
        Some(one)
    }

    /// What rights are asked for this very viewer.
    pub fn ask(&self) -> Ask<'_> {
        let Who { brand, territory, plans, device, .. } = &self.0.who;
        Ask { brand, territory: *territory, plans, device: *device, maturity_limit: None }
    }

    /// The profile whose cookie the request carries.
    pub fn profile(&self) -> Option<&Profile> {
        self.0.profile.as_ref()
    }

    /// This visit's viewer, as `profile`.
    pub fn viewer<'a>(&'a self, profile: &'a Profile, ask: &'a Ask<'a>) -> Viewer<'a> {
        Viewer { profile: &profile.id, ask, audience: self.0.who.audience }
    }

    /// The brand's language that a path segment or parameter names in its canonical form.
    pub fn locale(&self, tag: &str) -> Option<Locale> {
        let brand = self.0.edition.brand(&self.0.who.brand)?;
        brand.record().locales.iter().find(|locale| locale.as_str() == tag).cloned()
    }

    /// The language that suits the reader best: as chosen, else as the browser says.
    pub fn negotiate(&self, headers: &HeaderMap) -> Result<Locale, Failure> {
        if let Some(chosen) = cookies::get(headers, LANGUAGE).and_then(|tag| self.locale(tag)) {
            return Ok(chosen);
        }
        let brand = self.brand()?.record();
        let accept = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        Ok(web::locale::negotiate(accept, &brand.locales, &brand.default_locale).clone())
    }

    /// The audience cookie to send, if the request lacks it.
    pub fn stamp(&self, site: &SiteState, headers: &HeaderMap) -> Option<HeaderValue> {
        let Inner { edition, now, who, .. } = &*self.0;
        let Who { brand, audience, device, pretended, .. } = who;
        let brand = edition.brand(brand)?;
        let stamp = Stamp { brand: &brand, audience: *audience, device: *device, pretended: *pretended };
        stamp.renew(headers, site.viewers().seal(), *now, site.config().secure_cookies)
    }
}

impl<S: Sync> FromRequestParts<S> for Visit {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        parts.extensions.get::<Visit>().cloned().ok_or_else(|| Problem::internal().into())
    }
}

/// The host is no brand's: names those that are (RFC 9110 §15.5.20).
fn misdirected(site: &SiteState, edition: &Edition) -> Problem {
    let hosts: Vec<String> =
        edition.brands().map(|brand| site.config().address.url(brand.record())).collect();
    Problem::new(StatusCode::MISDIRECTED_REQUEST, "unknown-host", "No service answers at this address")
        .detail(format!("Use one of: {}.", hosts.join(", ")))
        .with("hosts", json!(hosts))
}
