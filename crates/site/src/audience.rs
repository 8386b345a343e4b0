//! For whom a page is made: never for a person, always for everybody whom no window tells apart from them.

use std::time::Duration;

use domain::{DeviceClass, Territory, Timestamp};
use edition::{AudienceId, BrandView};
use http::{HeaderMap, HeaderValue};
use viewers::{Purpose, Seal};
use web::cookies::{self, Attributes};

use crate::SiteConfig;

/// The cookie with the audience, for caches that key on it.
pub const AUDIENCE: &str = "pt_aud";
/// The cookie with the pretended country, in demo mode.
pub const COUNTRY: &str = "pt_country";

/// The longest that an audience cookie is good. It ends on a multiple of this, so that everybody of an audience carries the
/// very same value and a cache can key on it.
const LIFETIME: i64 = 5 * 60;

/// Where the viewer is: as they pretend (demo mode alone), as the trusted proxy says, or as the operator supposes.
pub fn territory(config: &SiteConfig, headers: &HeaderMap) -> Option<Territory> {
    let pretended = config.country_switch.as_ref().and_then(|_| cookies::get(headers, COUNTRY));
    let told = config.territory_header.as_ref().and_then(|name| headers.get(name)?.to_str().ok());
    let known = |text: &str| Territory::new(text.trim()).ok();
    pretended.and_then(known).or_else(|| told.and_then(known)).or(config.default_territory)
}

/// The number of the stretch of time in which one cookie is good, and no other.
pub fn period(now: Timestamp) -> i64 {
    now.seconds().div_euclid(LIFETIME)
}

/// What the cookie says: which audience of which table, on what device; the pretended country too, as pages show it.
pub struct Stamp<'a> {
    /// Its brand, and the table that the number belongs to.
    pub brand: &'a BrandView<'a>,
    /// The number.
    pub audience: AudienceId,
    /// The device.
    pub device: DeviceClass,
    /// The pretended country.
    pub pretended: Option<Territory>,
}

impl Stamp<'_> {
    /// The cookie's value at `now`, and how long it is good.
    fn value(&self, seal: &Seal, now: Timestamp) -> (String, Duration) {
        let table: String = self.brand.audiences().iter().map(|b| format!("{b:02x}")).collect();
        let device = match self.device {
            DeviceClass::Desktop => "d",
            DeviceClass::Mobile => "m",
            DeviceClass::Tv => "t",
        };
        let country = self.pretended.as_ref().map_or("-", Territory::as_str);
        let until = (period(now) + 1) * LIFETIME;
        let payload = format!("{}.{table}.{}.{device}.{country}.{until}", self.brand.id, self.audience.0);
        (seal.seal(Purpose::Audience, &payload), Timestamp::from_seconds(until).since(now))
    }

    /// The `Set-Cookie` field to send; `None` when the request carries this very cookie already, and the answer may be shared
    /// under it.
    pub fn renew(
        &self,
        headers: &HeaderMap,
        seal: &Seal,
        now: Timestamp,
        secure: bool,
    ) -> Option<HeaderValue> {
        let (value, left) = self.value(seal, now);
        // Compared with what we would make ourselves: nothing in it is believed.
        if cookies::get(headers, AUDIENCE) == Some(value.as_str()) {
            return None;
        }
        let attributes = Attributes { max_age: Some(left), secure, ..Attributes::default() };
        cookies::set(AUDIENCE, &value, &attributes)
    }
}

#[cfg(test)]
mod tests {
    use http::header;

    use super::*;

    #[test]
    fn whose_word_is_trusted_is_configuration() {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, "pt_country=KR".parse().unwrap());
        headers.insert("x-country", "jp".parse().unwrap());
        let [kr, jp, us] = ["KR", "JP", "US"].map(|code| Territory::new(code).ok());
        let mut config = SiteConfig { default_territory: us, ..SiteConfig::default() };
        assert_eq!(territory(&config, &headers), us, "neither cookie nor header is believed by itself");
        config.territory_header = Some("x-country".parse().unwrap());
        assert_eq!(territory(&config, &headers), jp);
        config.country_switch = Some(Vec::new());
        assert_eq!(territory(&config, &headers), kr);
        headers.insert(header::COOKIE, "pt_country=Atlantis".parse().unwrap());
        assert_eq!(territory(&config, &headers), jp);
    }
}
